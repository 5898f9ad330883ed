//! The flow index: for each purse, its outgoing transfers in position order.
//!
//! Built by a parallel counting sort in two steps, without locks, so that nothing is written all over memory. First
//! each thread takes a share of the transfers and deals them into *buckets*: ranges of purses with few enough
//! transfers for a core's own cache. Then each bucket is counted and sorted there, into its own part of the arrays.

use super::{Columns, Ledger, PurseId, flag};
use crate::pages::Pages;
use rayon::prelude::*;
use std::fmt;
use std::ops::Range;

/// For each purse, the places of its outgoing transfers that move something.
///
/// `offsets` has one entry more than there are purses; purse `p` owns `places[offsets[p]..offsets[p + 1]]`,
/// sorted by position.
#[derive(Clone)]
pub struct FlowIndex {
    offsets: Pages<u64>,
    places: Pages<u32>,
}

impl fmt::Debug for FlowIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FlowIndex({} transfers of {} purses)", self.places.len(), self.offsets.len() - 1)
    }
}

/// Purses are counted in so many cells at most: ranges of equal length, of which buckets are made.
const CELLS: usize = 1 << 14;

/// Transfers of a bucket, unless one cell has more.
const BUCKET_TRANSFERS: usize = 1 << 17;

/// Purses of a bucket, unless one cell has more.
const BUCKET_PURSES: usize = 1 << 16;

/// Transfers of a thread's share, unless the ledger has fewer.
const SHARE: usize = 1 << 16;

impl FlowIndex {
    /// Builds the index.
    ///
    /// # Cost
    /// **O(n + p)** for n transfers and p purses, in parallel. 4 bytes a transfer and 8 a purse; while it is built,
    /// 8 bytes a transfer more.
    ///
    /// # Panics
    /// On 2^32 - 1 transfers or more: such a ledger is traced by passes over its columns.
    #[must_use]
    pub fn build(ledger: &Ledger) -> Self {
        let (columns, purses) = (ledger.columns(), ledger.purses().len());
        let transfers = columns.from.len();
        assert!(
            u32::try_from(transfers).is_ok_and(|count| count < u32::MAX),
            "an index holds fewer transfers"
        );
        let cells = Cells::of(purses);
        let share = transfers.div_ceil(rayon::current_num_threads()).max(SHARE);
        let shares: Vec<Range<usize>> =
            (0..transfers).step_by(share).map(|start| start..transfers.min(start + share)).collect();
        let counts: Vec<Vec<u32>> =
            shares.par_iter().map(|share| cells.count(columns, share.clone())).collect();
        let buckets = Buckets::of(&cells, &counts);
        let dealt: Vec<Dealt> = shares
            .into_par_iter()
            .zip(&counts)
            .map(|(share, counts)| buckets.deal(columns, share, counts))
            .collect();

        let mut offsets = Pages::zeroed(purses + 1);
        let mut places = Pages::zeroed(buckets.transfers());
        offsets[purses] = places.len() as u64;
        let (mut offsets_left, mut places_left) = (&mut offsets[..purses], &mut places[..]);
        let mut parts = Vec::with_capacity(buckets.purses.len());
        let mut base = 0;
        for (bucket, range) in buckets.purses.iter().enumerate() {
            let length: usize = dealt.iter().map(|dealt| dealt.of(bucket).len()).sum();
            let (of_purses, of_places);
            (of_purses, offsets_left) = offsets_left.split_at_mut(range.len());
            (of_places, places_left) = places_left.split_at_mut(length);
            parts.push((bucket, base, of_purses, of_places));
            base += length as u64;
        }
        parts.into_par_iter().for_each_init(Vec::new, |next, (bucket, base, offsets, places)| {
            let entries = || dealt.iter().flat_map(|dealt| dealt.of(bucket).iter().copied());
            sort(next, entries, buckets.purses[bucket].start, base, offsets, places);
        });
        Self { offsets, places }
    }

    /// The outgoing transfers of a purse that move something, in position order.
    ///
    /// # Panics
    /// If the purse is not of the ledger that the index was built from.
    #[must_use]
    pub fn outgoing(&self, purse: PurseId) -> &[u32] {
        let at = |offset: u64| usize::try_from(offset).expect("the index is in memory");
        let purse = purse.index();
        &self.places[at(self.offsets[purse])..at(self.offsets[purse + 1])]
    }
}

/// A transfer on its way into its bucket: the purse in the upper half, the place in the lower.
type Entry = u64;

fn entry(purse: PurseId, place: u32) -> Entry {
    u64::from(purse.0) << 32 | u64::from(place)
}

fn purse_of(entry: Entry) -> usize {
    (entry >> 32) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
const fn place_of(entry: Entry) -> u32 {
    entry as u32
}

/// Purses in cells of equal length; behind the last stands one for transfers that do not count.
struct Cells {
    purses: usize,
    shift: u32,
    count: usize,
}

impl Cells {
    fn of(purses: usize) -> Self {
        let shift = (purses / CELLS + 1).next_power_of_two().trailing_zeros();
        Self { purses, shift, count: (purses >> shift) + 1 }
    }

    /// The cell of a transfer. Does not branch: whether one moves something cannot be foreseen.
    #[inline]
    fn of_transfer(&self, from: PurseId, flags: u8) -> usize {
        let cell = ((from.0 >> self.shift) as usize).min(self.count);
        if flags & flag::STILL == 0 { cell } else { self.count }
    }

    /// Counts a share of the transfers, one entry a cell.
    fn count(&self, columns: &Columns, share: Range<usize>) -> Vec<u32> {
        let mut counts = vec![0_u32; self.count + 1];
        for (&from, &flags) in columns.from[share.clone()].iter().zip(&columns.flags[share]) {
            counts[self.of_transfer(from, flags)] += 1;
        }
        counts
    }

    /// The purses of a cell.
    fn purses(&self, cell: usize) -> Range<usize> {
        (cell << self.shift).min(self.purses)..((cell + 1) << self.shift).min(self.purses)
    }
}

/// Ranges of purses, each of some cells.
struct Buckets<'a> {
    cells: &'a Cells,
    /// One entry a bucket.
    purses: Vec<Range<usize>>,
    /// One entry a cell, the last for transfers that do not count: their bucket is the one after the last.
    of_cell: Vec<u16>,
    transfers: usize,
}

impl<'a> Buckets<'a> {
    fn of(cells: &'a Cells, counts: &[Vec<u32>]) -> Self {
        let mut purses: Vec<Range<usize>> = Vec::new();
        let mut of_cell = Vec::with_capacity(cells.count + 1);
        let (mut held, mut transfers) = (0, 0);
        for cell in 0..cells.count {
            let count: usize = counts.iter().map(|counts| counts[cell] as usize).sum();
            let range = cells.purses(cell);
            transfers += count;
            held += count;
            match purses.last_mut() {
                Some(last) if held <= BUCKET_TRANSFERS && range.end - last.start <= BUCKET_PURSES => {
                    last.end = range.end;
                }
                _ => {
                    purses.push(range);
                    held = count;
                }
            }
            of_cell.push(u16::try_from(purses.len() - 1).expect("no more buckets than cells"));
        }
        of_cell.push(u16::try_from(purses.len()).expect("no more buckets than cells"));
        Self { cells, purses, of_cell, transfers }
    }

    /// How many transfers count.
    const fn transfers(&self) -> usize {
        self.transfers
    }

    /// Deals a share of the transfers, counted by cells before.
    fn deal(&self, columns: &Columns, share: Range<usize>, counts: &[u32]) -> Dealt {
        let mut starts = vec![0; self.purses.len() + 2];
        for (&bucket, &count) in self.of_cell.iter().zip(counts) {
            starts[usize::from(bucket) + 1] += count as usize;
        }
        for bucket in 0..=self.purses.len() {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        let mut entries = Pages::zeroed(share.len());
        let room = &mut entries[..];
        let first = u32::try_from(share.start).expect("an index holds fewer than 2^32 transfers");
        let rows = columns.from[share.clone()].iter().zip(&columns.flags[share]);
        for ((&from, &flags), place) in rows.zip(first..) {
            let next = &mut next[usize::from(self.of_cell[self.cells.of_transfer(from, flags)])];
            room[*next] = entry(from, place);
            *next += 1;
        }
        Dealt { starts, entries }
    }
}

/// A share of the transfers, dealt into buckets.
struct Dealt {
    /// Where each bucket begins.
    starts: Vec<usize>,
    entries: Pages<Entry>,
}

impl Dealt {
    /// The transfers of a bucket, in position order.
    fn of(&self, bucket: usize) -> &[Entry] {
        &self.entries[self.starts[bucket]..self.starts[bucket + 1]]
    }
}

/// Sorts the transfers of a bucket by purse. `next` is room that is used again.
fn sort<I: Iterator<Item = Entry>>(
    next: &mut Vec<u32>,
    entries: impl Fn() -> I,
    first: usize,
    base: u64,
    offsets: &mut [u64],
    places: &mut [u32],
) {
    next.clear();
    next.resize(offsets.len(), 0);
    entries().for_each(|entry| next[purse_of(entry) - first] += 1);
    let mut start = 0;
    for (next, offset) in next.iter_mut().zip(offsets) {
        *offset = base + u64::from(start);
        start += std::mem::replace(next, start);
    }
    entries().for_each(|entry| {
        let next = &mut next[purse_of(entry) - first];
        places[*next as usize] = place_of(entry);
        *next += 1;
    });
}
