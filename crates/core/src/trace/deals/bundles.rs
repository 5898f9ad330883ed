//! Bundles: stretches of transfers that hold all those of their transactions. Mostly one transaction each.

use rayon::prelude::*;
use std::ops::Range;

/// Where bundles begin and end.
pub(super) struct Bundles<'a> {
    /// The transaction of each transfer.
    transaction: &'a [u32],
    /// Where transactions lie between each other, a bit for each transfer: whether it is the last of its bundle. Empty
    /// where they do not.
    last: Vec<u64>,
}

/// Transfers that are looked at together.
const PIECE: usize = 1 << 16;

impl<'a> Bundles<'a> {
    /// Finds them.
    ///
    /// # Cost
    /// One parallel pass over the column where the transactions are numbered in the order of their transfers, as those of
    /// a sorted file are; else two, 4 bytes a transaction and a bit a transfer.
    pub(super) fn of(transaction: &'a [u32], transactions: usize) -> Self {
        let rises = |piece: usize| {
            transaction[piece * PIECE..transaction.len().min((piece + 1) * PIECE + 1)].is_sorted()
        };
        if (0..transaction.len().div_ceil(PIECE)).into_par_iter().all(rises) {
            return Self { transaction, last: Vec::new() };
        }
        let mut of_transaction = vec![0_usize; transactions];
        for (place, &transaction) in transaction.iter().enumerate() {
            of_transaction[transaction as usize] = place;
        }
        let mut last = vec![0; transaction.len().div_ceil(64)];
        let mut open = 0;
        for (place, &transaction) in transaction.iter().enumerate() {
            open = open.max(of_transaction[transaction as usize]);
            last[place / 64] |= u64::from(open == place) << (place % 64);
        }
        Self { transaction, last }
    }

    /// The bundle that a transfer is of.
    #[inline]
    pub(super) fn around(&self, place: usize) -> Range<usize> {
        let (mut start, mut end) = (place, place + 1);
        while start > 0 && self.goes_on(start) {
            start -= 1;
        }
        while end < self.transaction.len() && self.goes_on(end) {
            end += 1;
        }
        start..end
    }

    /// Whether a transfer is of the same bundle as the one before it.
    #[inline]
    fn goes_on(&self, place: usize) -> bool {
        match self.last.get((place - 1) / 64) {
            Some(word) => word >> ((place - 1) % 64) & 1 == 0,
            None => self.transaction[place - 1] == self.transaction[place],
        }
    }

    /// Cuts the transfers into so many ranges of whole bundles, or fewer.
    pub(super) fn ranges(&self, pieces: usize) -> Vec<Range<usize>> {
        let length = self.transaction.len().div_ceil(pieces).max(1);
        let (mut ranges, mut start) = (Vec::new(), 0);
        while start < self.transaction.len() {
            let least = (start + length).min(self.transaction.len());
            let end = self.around(least - 1).end;
            ranges.push(start..end);
            start = end;
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::Bundles;

    fn all(column: &[u32]) -> Vec<usize> {
        let bundles = Bundles::of(column, column.iter().max().map_or(0, |&it| it as usize + 1));
        let mut lengths = Vec::new();
        let mut place = 0;
        while place < column.len() {
            let bundle = bundles.around(place);
            assert_eq!(bundle.start, place);
            assert!(bundle.clone().all(|place| bundles.around(place) == bundle));
            lengths.push(bundle.len());
            place = bundle.end;
        }
        for pieces in 1..=column.len() + 1 {
            let ranges = bundles.ranges(pieces);
            assert_eq!(ranges.iter().map(ExactSizeIterator::len).sum::<usize>(), column.len());
            assert!(ranges.iter().all(|range| bundles.around(range.start).start == range.start));
        }
        lengths
    }

    #[test]
    fn a_bundle_holds_all_transfers_of_its_transactions() {
        assert_eq!(all(&[]), []);
        assert_eq!(all(&[0, 0, 1, 2, 2, 2]), [2, 1, 3]);
        // In any order of numbers, as in a file that was not sorted.
        assert_eq!(all(&[3, 3, 0, 2, 2, 1]), [2, 1, 2, 1]);
        // One between the transfers of another, and a chain of them.
        assert_eq!(all(&[4, 0, 1, 0, 2, 3]), [1, 3, 1, 1]);
        assert_eq!(all(&[0, 1, 0, 2, 1, 3, 2, 5, 4]), [7, 1, 1]);
    }
}
