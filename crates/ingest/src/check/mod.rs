//! What has to be known of files before a trace is trusted to them.
//!
//! [`Check::of`] looks at what was read and gives numbers and places; it says nothing in words. What may make a
//! trace wrong or incomplete is a [`Doubt`]; what makes it impossible is a bad row; the [`Verdict`] counts both.
//!
//! # Cost
//!
//! A few passes over the columns: **O(n)** for n transfers, see [`dyetrace_core::Ledger::ambiguity`] and
//! [`dyetrace_core::Ledger::first_repeats`] for what some of them cost more.
//!
//! # Not handled here
//!
//! Whether a file says the truth, and what it does not hold at all: a whole day that is missing at the beginning
//! or the end is not seen.

mod census;
mod doubt;
pub mod gaps;
mod worth;

pub use census::{AssetFact, ChainFact, RunsBack, Silence};
pub use doubt::Doubt;
pub use worth::{Failures, FeeFact, History, Share};

use crate::read::Reading;
use census::census;
use dyetrace_core::ledger::Ambiguity;

/// How many places of one kind are shown.
pub const PLACES: usize = 3;

/// What was read, looked through.
#[derive(Debug)]
pub struct Check<'a> {
    /// What was read: files, bad rows, and the ledger.
    pub reading: &'a Reading,
    /// The chains that have transfers.
    pub chains: Vec<ChainFact>,
    /// The assets that move, most transfers first.
    pub assets: Vec<AssetFact>,
    /// Transfers of unknown mutual order.
    pub order: Ambiguity,
    /// What is known of fees.
    pub fees: FeeFact,
    /// What is known of transactions that failed.
    pub failures: Failures,
    /// Whose whole history the files hold.
    pub history: History,
    /// What may make a trace wrong or incomplete.
    pub doubts: Vec<Doubt>,
}

/// What to make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There are no transfers: a file of blocks, receipts or tokens, say.
    NoTransfers,
    /// Nothing is in doubt.
    Good,
    /// Every row was read, but so many things are in doubt.
    Doubts(usize),
    /// So many rows are bad: a trace stops at the first.
    Bad(usize),
    /// So many bad rows were left out when the snapshot was made: a trace is not complete.
    LeftOut(usize),
}

impl<'a> Check<'a> {
    /// Looks through what was read.
    ///
    /// # Cost
    /// **O(n)** for n transfers; see the module.
    #[must_use]
    pub fn of(reading: &'a Reading) -> Self {
        let (chains, assets) = census(reading);
        let order = if reading.ledger.notes().order_ambiguous {
            reading.ledger.ambiguity()
        } else {
            Ambiguity::default()
        };
        let mut check = Self {
            reading,
            chains,
            assets,
            order,
            fees: FeeFact::of(&reading.ledger),
            failures: Failures::of(reading),
            history: History::of(&reading.ledger),
            doubts: Vec::new(),
        };
        check.doubts = doubt::doubts(&check);
        check
    }

    /// What to make of it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.reading.rejects.len(), self.doubts.len()) {
            (0, _) if self.reading.ledger.transfer_count() == 0 => Verdict::NoTransfers,
            (0, 0) => Verdict::Good,
            (0, doubts) => Verdict::Doubts(doubts),
            (rows, _) if self.reading.snapshot.is_some() => Verdict::LeftOut(rows),
            (rows, _) => Verdict::Bad(rows),
        }
    }

    /// Whether any transfer moves a native coin.
    #[must_use]
    pub fn moves_native(&self) -> bool {
        let assets = self.reading.ledger.assets();
        self.assets.iter().any(|asset| assets.get(asset.id).is_native())
    }
}
