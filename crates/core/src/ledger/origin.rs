//! Where a ledger's transfers come from: what must be known beside the transfers to add further input to it, so
//! that the same ledger comes out as if all had been read at once.

use super::build::{RowPlace, Source};
use crate::account::ChainId;
use crate::amount::AmountColumn;
use crate::column::Column;

/// What a ledger was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The sources of rows.
    pub sources: Vec<Source>,
    /// The chains that each source speaks of: those of its rows, also of rows left out as repeats, rising.
    pub chains: Vec<Vec<ChainId>>,
    /// Where each input row stands. Rows left out as repeats have no number here.
    pub lines: Lines,
    /// The input row of each transfer, one entry a place. Empty where places and input rows are the same.
    pub input: Column<u64>,
    /// Input rows that state another transaction index than their transaction's first, rising; and those indices.
    pub index_rows: Column<u64>,
    /// The indices of `index_rows`.
    pub index: Column<u64>,
    /// Transactions whose stated fee nobody pays, because it is 0 or of no purse, rising; and those fees.
    pub unpaid: Column<u32>,
    /// The fees of `unpaid`.
    pub unpaid_fee: AmountColumn,
    /// How many purses the rows name. The further ones pay fees and do nothing else.
    pub row_purses: u64,
    /// How many assets the rows name. The further ones pay fees and do nothing else.
    pub row_assets: u64,
}

impl Origin {
    /// The input row of a transfer.
    pub(super) fn input_row(&self, place: usize) -> u64 {
        self.input.get(place).copied().unwrap_or(place as u64)
    }

    /// Where a transfer stood.
    #[must_use]
    pub fn place(&self, place: usize) -> RowPlace {
        self.lines.get(self.input_row(place))
    }
}

/// Where input rows stand, as runs: all columns have one entry a run, and the rows of a run stand on one line of
/// one source after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The first input row of each run, rising from 0.
    pub starts: Column<u64>,
    /// The source.
    pub source: Column<u32>,
    /// The line of the run's first row, counted from 1.
    pub line: Column<u64>,
}

impl Lines {
    /// Where an input row stands.
    ///
    /// # Cost
    /// **O(log n)** for n runs.
    #[must_use]
    pub fn get(&self, row: u64) -> RowPlace {
        let run = self.starts.partition_point(|&start| start <= row) - 1;
        RowPlace { source: self.source[run], line: self.line[run] + (row - self.starts[run]) }
    }

    /// Adds the place of the row with number `row`, one more than the last one.
    pub(super) fn push(&mut self, row: u64, place: RowPlace) {
        if let (Some(&start), Some(&source), Some(&line)) =
            (self.starts.last(), self.source.last(), self.line.last())
            && source == place.source
            && place.line.checked_sub(line) == Some(row - start)
        {
            return;
        }
        self.starts.push(row);
        self.source.push(place.source);
        self.line.push(place.line);
    }

    /// The runs as ranges of rows with their source, of `rows` rows in all.
    pub(super) fn by_source(&self, rows: u64) -> impl Iterator<Item = (std::ops::Range<u64>, u32)> {
        let ends = self.starts.iter().skip(1).copied().chain([rows]);
        self.starts
            .iter()
            .zip(ends)
            .zip(self.source.iter())
            .map(|((&start, end), &source)| (start..end, source))
    }
}
