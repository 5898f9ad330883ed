//! Poison: a purse is flagged with every theft that ever entered it, until its balance is 0, and every spend
//! carries its whole amount for each of them.
//!
//! A bound for search, never an amount: it creates value, so nothing is conserved. A claim means nothing here
//! and repeats the units.

use super::convert::Given;
use super::{CLEAN, Part, Store, Tag, Units};

/// The thefts a purse is flagged with, as tags.
#[derive(Debug, Default)]
pub(crate) struct Poison {
    /// The first that came; [`CLEAN`] for none.
    first: Tag,
    /// All of them, sorted, where they are several.
    #[expect(clippy::box_collection, reason = "nearly always empty, and then 8 bytes instead of 24")]
    several: Option<Box<Vec<Tag>>>,
}

impl Poison {
    fn flags(&self) -> &[Tag] {
        match &self.several {
            Some(several) => several,
            None if self.first == CLEAN => &[],
            None => std::slice::from_ref(&self.first),
        }
    }
}

impl<U: Units> Store<U> for Poison {
    const EXACT: bool = false;

    type Room = ();

    fn near(&self) -> u32 {
        self.first
    }

    fn tainted(&self, balance: U) -> U {
        if self.first == CLEAN { U::ZERO } else { balance }
    }

    fn is_one_class(&self) -> bool {
        self.several.is_none()
    }

    fn begin(&mut self, (): &mut (), _clean: U) {}

    fn put(&mut self, (): &mut (), part: Part<U>) {
        if part.is_clean() {
        } else if self.first == CLEAN {
            self.first = part.tag;
        } else if let Err(at) = self.flags().binary_search(&part.tag) {
            self.several.get_or_insert_with(|| Box::new(vec![self.first])).insert(at, part.tag);
        }
    }

    fn take(&mut self, (): &mut (), _balance: U, amount: U, parts: &mut Vec<Part<U>>) {
        parts.extend(self.flags().iter().map(|&tag| Part { tag, units: amount, claim: amount }));
    }

    /// Flags the whole transfer, unless it bears the theft already; other flags stay.
    fn steal(parts: &mut Vec<Part<U>>, tag: Tag, limit: U, whole: U) -> U {
        if limit.is_zero() || parts.iter().any(|part| part.tag == tag) {
            return U::ZERO;
        }
        parts.retain(|part| !part.is_clean());
        parts.push(Part { tag, units: whole, claim: whole });
        whole
    }

    /// All that was got is flagged with all that was given was.
    fn convert(given: &[Given<U>], got: &[U]) -> Vec<Vec<Part<U>>> {
        let mut flags: Vec<Tag> = given.iter().flat_map(|given| &given.parts).map(|part| part.tag).collect();
        flags.sort_unstable();
        flags.dedup();
        let flagged = |&units: &U| flags.iter().map(|&tag| Part { tag, units, claim: units }).collect();
        got.iter().map(flagged).collect()
    }

    fn held(&self, (): &(), balance: U, out: &mut Vec<Part<U>>) {
        out.extend(self.flags().iter().map(|&tag| Part { tag, units: balance, claim: balance }));
    }

    fn clear(&mut self, (): &mut ()) {
        *self = Self::default();
    }
}
