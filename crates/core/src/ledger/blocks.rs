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

    /// The time of the last transfer, of so many up to a place, that has one.
    ///
    /// # Cost
    /// **O(log n + r)** for n runs, of which r are looked at.
    #[must_use]
    pub fn last_time(&self, place: usize, of: usize) -> Option<i64> {
        let (run, first) = (self.run(place), (place + 1).saturating_sub(of) as u64);
        // The run of the first of these transfers is the last to be looked at.
        let begun = self.starts[..run].iter().rev().take_while(|&&start| start > first).count();
        let earliest = if self.starts[run] <= first { run } else { run - begun - 1 };
        self.time[earliest..=run].iter().rev().copied().find(|&time| time != Columns::NO_TIME)
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

#[cfg(test)]
mod tests {
    use super::Blocks;
    use crate::ledger::Columns;

    #[test]
    fn the_last_known_time_is_that_of_a_search_back_one_by_one() {
        let time = |block: u64| if block % 7 < 5 { Columns::NO_TIME } else { i64::try_from(block).unwrap() };
        let blocks = Blocks::of((0..300_u64).map(|place| place / 3).map(|block| (block, time(block))));
        for (place, of) in (0..300).flat_map(|place| [1, 2, 5, 14, 1_000].map(|of| (place, of))) {
            let plain = (0..=place).rev().take(of).find_map(|place| blocks.known(place).1);
            assert_eq!(blocks.last_time(place, of), plain, "{of} up to {place}");
        }
    }
}
