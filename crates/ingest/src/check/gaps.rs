//! Stretches of blocks without a row, where a file should have rows of every block.
//!
//! Many blocks hold no transfer of a given kind, so that a missing block says nothing. A stretch *stands out*
//! where it is at least [`LEAST`] blocks long and more than [`TIMES`] times the usual distance between blocks that
//! have rows (the median; of an even number the higher). A lost part of an export looks like this.
//!
//! ```
//! use dyetrace_ingest::check::gaps::Distances;
//!
//! let mut distances = Distances::default();
//! for block in (100..200).chain(5_000..5_100) {
//!     distances.take(block, None);
//! }
//! let gaps = distances.finish();
//! assert_eq!((gaps.count, gaps.longest[0].first, gaps.longest[0].last), (1, 200, 4_999));
//! ```

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// The fewest blocks of a stretch that stands out.
pub const LEAST: u64 = 1_000;

/// How many times longer than usual a distance between two blocks with rows has to be to stand out.
pub const TIMES: u64 = 100;

/// How many stretches are kept with their places; all are counted.
const KEPT: usize = 3;

/// A stretch of blocks without a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first block that is missing.
    pub first: u64,
    /// The last block that is missing.
    pub last: u64,
    /// The time of the block before, in Unix seconds, where known.
    pub after: Option<i64>,
    /// The time of the block after, in Unix seconds, where known.
    pub before: Option<i64>,
}

impl Gap {
    /// How many blocks are missing.
    #[must_use]
    pub const fn blocks(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// The stretches that stand out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
    /// How many.
    pub count: u64,
    /// The usual distance between two blocks that have rows: 1 where every block has.
    pub usual: u64,
    /// The longest few, longest first.
    pub longest: Vec<Gap>,
}

/// Collects the blocks that have rows.
#[derive(Clone, Debug, Default)]
pub struct Distances {
    last: Option<(u64, Option<i64>)>,
    all: Vec<u64>,
    long: Vec<Gap>,
}

impl Distances {
    /// Takes a block that has rows. Blocks come rising; one may come again.
    pub fn take(&mut self, block: u64, time: Option<i64>) {
        if let Some((before, after)) = self.last.replace((block, time))
            && before < block
        {
            self.all.push(block - before);
            if block - before > LEAST {
                self.long.push(Gap { first: before + 1, last: block - 1, after, before: time });
            }
        }
    }

    /// Returns the stretches that stand out.
    ///
    /// # Cost
    /// **O(n)** for n blocks.
    #[must_use]
    pub fn finish(mut self) -> Gaps {
        if self.all.is_empty() {
            return Gaps::default();
        }
        let middle = self.all.len() / 2;
        let usual = *self.all.select_nth_unstable(middle).1;
        self.long.retain(|gap| gap.blocks() + 1 > usual.saturating_mul(TIMES));
        let count = self.long.len() as u64;
        self.long.sort_unstable_by_key(|gap| (Reverse(gap.blocks()), gap.first));
        self.long.truncate(KEPT);
        Gaps { count, usual, longest: self.long }
    }
}

#[cfg(test)]
mod tests {
    use super::{Distances, Gaps};

    fn gaps(blocks: impl IntoIterator<Item = u64>) -> Gaps {
        let mut distances = Distances::default();
        blocks.into_iter().for_each(|block| distances.take(block, Some(block.cast_signed())));
        distances.finish()
    }

    #[test]
    fn a_stretch_of_999_blocks_is_none_and_one_of_1000_is() {
        assert_eq!(gaps((0..10).chain(1_009..1_020)).count, 0);
        let found = gaps((0..10).chain(1_010..1_020));
        assert_eq!((found.count, found.longest[0].blocks()), (1, 1_000));
        assert_eq!((found.longest[0].after, found.longest[0].before), (Some(9), Some(1_010)));
    }

    #[test]
    fn sparse_rows_are_no_alarm() {
        assert_eq!(gaps((0..50).map(|row| row * 5_000)).count, 0);
        assert_eq!(gaps([1, 1_000_000]).count, 0);
        assert_eq!(gaps([]).count, 0);
        // Every hundredth block has rows: a stretch has to be longer than 10,000.
        assert_eq!(gaps((0..50).map(|row| row * 100).chain([14_900])).count, 0);
        assert_eq!(gaps((0..50).map(|row| row * 100).chain([14_901])).count, 1);
    }

    #[test]
    fn the_longest_three_stand_first_and_all_are_counted() {
        let blocks = [0, 10_000, 40_000, 60_000, 100_000].into_iter().flat_map(|start| start..start + 100);
        let found = gaps(blocks);
        assert_eq!(found.count, 4);
        assert_eq!(found.longest.iter().map(|gap| gap.first).collect::<Vec<_>>(), [60_100, 10_100, 40_100]);
    }
}
