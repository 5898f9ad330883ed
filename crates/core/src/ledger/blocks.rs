//! Blocks and their times, written once for all the transfers that share them.

use super::columns::Columns;
use crate::column::Column;

/// Block number and time of each transfer, as runs: all three columns have one entry a run, and run `r` goes from
/// place `starts[r]` to before `starts[r + 1]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// The first place of each run, rising from 0.
    pub starts: Column<u64>,
    /// The block number; [`Columns::NO_BLOCK`] where the chain has only times.
    pub block: Column<u64>,
    /// The block time in Unix seconds; [`Columns::NO_TIME`] where not known.
    pub time: Column<i64>,
}

impl Blocks {
    /// Makes the runs of transfers whose blocks and times come in order of place.
    pub(super) fn of(blocks: impl IntoIterator<Item = (u64, i64)>) -> Self {
        let mut runs = Self::default();
        let mut last = None;
        for (place, block) in (0..).zip(blocks) {
            if last != Some(block) {
                last = Some(block);
                runs.starts.push(place);
                runs.block.push(block.0);
                runs.time.push(block.1);
            }
        }
        runs
    }

    /// The run of a transfer.
    ///
    /// # Cost
    /// **O(log n)** for n runs.
    fn run(&self, place: usize) -> usize {
        self.starts.partition_point(|&start| start <= place as u64) - 1
    }

    /// Block number and time of a transfer, each in the form of the columns.
    pub(super) fn get(&self, place: usize) -> (u64, i64) {
        let run = self.run(place);
        (self.block[run], self.time[run])
    }

    /// Block number and time of a transfer, each where known.
    ///
    /// # Cost
    /// **O(log n)** for n runs.
    #[must_use]
    pub fn known(&self, place: usize) -> (Option<u64>, Option<i64>) {
        let (block, time) = self.get(place);
        (Some(block).filter(|&it| it != Columns::NO_BLOCK), Some(time).filter(|&it| it != Columns::NO_TIME))
    }

    /// How many of `transfers` transfers have no time.
    #[must_use]
    pub fn without_time(&self, transfers: usize) -> u64 {
        let ends = self.starts.iter().copied().skip(1).chain([transfers as u64]);
        let runs = self.starts.iter().zip(ends).zip(self.time.iter());
        runs.filter(|(_, time)| **time == Columns::NO_TIME).map(|((start, end), _)| end - start).sum()
    }

    /// The known block numbers and times, one entry a run, in order of place.
    pub fn runs(&self) -> impl Iterator<Item = (Option<u64>, Option<i64>)> {
        let known = |(&block, &time): (&u64, &i64)| {
            (
                Some(block).filter(|&block| block != Columns::NO_BLOCK),
                Some(time).filter(|&time| time != Columns::NO_TIME),
            )
        };
        self.block.iter().zip(self.time.iter()).map(known)
    }
}
