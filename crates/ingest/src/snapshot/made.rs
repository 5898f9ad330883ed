//! A snapshot of rows that no file holds: a program makes them, in order.

use super::stream::SnapshotStream;
use super::{SnapshotFact, is_snapshot_file};
use crate::append::Settled;
use crate::error::Error;
use crate::facts::InputFact;
use crate::open::FileSpec;
use crate::read::Reading;
use dyetrace_core::RowPlace;
use dyetrace_core::ledger::{Covers, EvmRows, Source};
use std::fmt;

/// How long a row's text is taken to be: only the ratio of two such lengths is used.
const ROW: usize = 128;

/// Writes token transfers of one EVM chain into a new snapshot as they are made.
///
/// # What always holds
///
/// It is the snapshot that a file of the same rows gives, but for what is said of the file.
///
/// # Cost
/// **O(n)** for n rows, and the memory of accounts and purses.
pub struct SnapshotWriter {
    goal: FileSpec,
    stream: SnapshotStream,
    rows: u64,
}

impl fmt::Debug for SnapshotWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SnapshotWriter({}, {} rows)", self.goal.name, self.rows)
    }
}

impl SnapshotWriter {
    /// Begins a snapshot of at most about so many rows, which tell everybody's whole history in tokens.
    ///
    /// # Errors
    /// An [`Error`] where something stands there, or nothing can be written.
    pub fn begin(goal: &FileSpec, chain: &str, rows: u64) -> Result<Self, Error> {
        if goal.path.exists() {
            let what = if is_snapshot_file(goal) { "is a snapshot already" } else { "is there already" };
            return Err(Error::file(&goal.name, what).with_hint("give another name, or move it away"));
        }
        let mut stream = SnapshotStream::begin(goal, rows * ROW as u64)?;
        stream.add_source(chain, Source { covers: Covers::All, native: false, tokens: true });
        Ok(Self { goal: goal.clone(), stream, rows: 0 })
    }

    /// Takes rows that come after those before.
    ///
    /// # Errors
    /// An [`Error`] where they do not, or more came than was said.
    pub fn push(&mut self, rows: &EvmRows) -> Result<(), Error> {
        let place = RowPlace { source: 0, line: self.rows + 1 };
        self.stream.push_many(place, rows, 0..rows.len());
        self.rows += rows.len() as u64;
        if let Some(write) = self.stream.flush(rows.len() * ROW) {
            write();
        }
        self.check()
    }

    fn check(&self) -> Result<(), Error> {
        if self.stream.is_unfit() {
            let what = "rows came out of order, of another kind, or more of them than announced";
            return Err(Error::file(&self.goal.name, what));
        }
        Ok(())
    }

    /// Completes the snapshot; `fact` says what its rows are.
    ///
    /// # Errors
    /// An [`Error`] where it cannot be written, or has no rows.
    pub fn finish(self, fact: InputFact) -> Result<SnapshotFact, Error> {
        self.check()?;
        let names = vec![fact.name.clone()];
        let reading = Reading {
            facts: vec![fact],
            settled: Settled { names, units: Vec::new() },
            ..Reading::default()
        };
        let made = self.stream.finish(&reading)?;
        made.ok_or_else(|| Error::file(&self.goal.name, "there are no rows to write"))
    }
}
