//! Rows that repeat another one of their file: where they stand.

use super::{Ledger, PurseId, RowPlace};
use crate::amount::Amount;
use hashbrown::HashMap;

/// A row that repeats an earlier one of its file, word for word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Where it stands.
    pub place: RowPlace,
    /// Where the row stands that it repeats: the first one.
    pub of: RowPlace,
}

/// What makes two rows of one transaction one event: its ends, its amount, and its index where both have one.
type Event = (u32, PurseId, PurseId, Amount, Option<u64>);

impl Ledger {
    /// The first rows, in the order of files and lines, that repeat an earlier row of their file: `most` at the
    /// most. Two such rows are looked for inside one block; what repeats in another is counted in
    /// [`super::Notes::repeated_in_file`] alone.
    ///
    /// # Panics
    /// Never: every row has its place.
    ///
    /// # Cost
    /// **O(n log m)** for n transfers in files of m stretches of lines; nothing where no row repeats.
    #[must_use]
    pub fn first_repeats(&self, most: usize) -> Vec<Repeat> {
        let mut first: Vec<Repeat> = Vec::new();
        if self.notes.repeated_in_file == 0 {
            return first;
        }
        let blocks = &self.columns.blocks;
        let ends = blocks.starts.iter().skip(1).copied().chain([self.transfer_count() as u64]);
        let mut seen: HashMap<Event, RowPlace> = HashMap::new();
        for (&start, end) in blocks.starts.iter().zip(ends) {
            if end - start < 2 {
                continue;
            }
            seen.clear();
            for place in start..end {
                let place = usize::try_from(place).expect("rows are in memory");
                let stands = self.origin.place(place);
                let of = *seen.entry(self.event(place)).or_insert(stands);
                if of != stands && of.source == stands.source {
                    let [of, place] = if of.line < stands.line { [of, stands] } else { [stands, of] };
                    first.push(Repeat { place, of });
                }
            }
            // Rows of a block need not stand in the order of their lines.
            if first.len() > 2 * most {
                keep_first(&mut first, most);
            }
        }
        keep_first(&mut first, most);
        first
    }

    fn event(&self, place: usize) -> Event {
        let columns = &self.columns;
        let index = columns.event_index(place);
        (columns.transaction[place], columns.from[place], columns.to[place], columns.value.get(place), index)
    }
}

fn keep_first(repeats: &mut Vec<Repeat>, most: usize) {
    repeats.sort_unstable_by_key(|it| (it.place.source, it.place.line));
    repeats.truncate(most);
}
