//! How right a trace of a simulation is.
//!
//! A result folder and the truth are compared on what they have in common: which accounts were reached, where how
//! much rests, what is listed as freezable, which links were found. Money is compared by place: of what is found at a
//! place, no more counts as right than truly is there. All money is in millionths of a dollar at the simulation's
//! prices, so that coins can be added; nothing is rounded but that.
//!
//! A row whose evidence the result does not hold is *not built*: it has no figure.

mod judge;
mod lists;
mod show;
mod tables;

pub use show::{to_json, to_text};

use crate::error::Error;
use std::path::Path;

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part.
    pub of: u128,
    /// The whole.
    pub all: u128,
}

impl Part {
    /// In hundredths of a per cent, rounded down; `None` of nothing.
    #[must_use]
    pub fn permyriad(self) -> Option<u128> {
        (self.of * 10_000).checked_div(self.all)
    }
}

/// One line of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreRow {
    /// What was compared: one word for a script.
    pub subject: &'static str,
    /// The rule, where it depends on one.
    pub rule: Option<String>,
    /// Of what was found, how much is right. `None`: not built, or it means nothing here.
    pub precision: Option<Part>,
    /// Of what is true, how much was found.
    pub recall: Option<Part>,
    /// Why there is no figure.
    pub note: Option<&'static str>,
}

/// What was compared, in words.
pub const SUBJECTS: [(&str, &str); 15] = [
    ("accounts", "accounts that the money reached, of all that it truly did"),
    ("accounts_to_first_link", "the same, as far as plain transfers lead"),
    ("amounts", "money by place, in the end"),
    ("amounts_to_first_link", "money by place, as far as plain transfers lead"),
    ("deposits", "money at deposit accounts, of all that truly is at some"),
    ("deposits_by_plain_transfers", "the same, of what got there by plain transfers"),
    ("freezable", "money where it can be stopped, against all that truly could be"),
    ("freezable_accounts", "places in freezable.csv with amount_min above 0, that truly hold stolen money"),
    (
        "deposits_listed",
        "the part of the money that got to deposit accounts by plain transfers that freezable.csv lists by amount_max",
    ),
    ("deposit_detection", "deposit accounts recognised, by a label or by their sweeps"),
    ("deposits_by_sweeps", "of those that no label names, recognised by their sweeps"),
    ("deposits_by_sweeps_and_leads", "the same, leads too"),
    ("swap_links", "swaps recognised"),
    ("bridge_links", "both legs of a bridge put together"),
    ("mixer_links", "withdrawals of a mixer put to their deposits"),
];

/// How right a trace is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The run's own rule.
    pub rule: String,
    /// All rows, in the order of [`SUBJECTS`].
    pub rows: Vec<ScoreRow>,
    /// Places in `freezable.csv` with `amount_min` above 0.
    pub listed: u64,
    /// Those of honest people who were paid by somebody who had traded with a thief.
    pub listed_downstream: u64,
    /// Those that the stolen money never came near: each one is a false accusation. Theft, address and asset.
    pub listed_untouched: Vec<String>,
}

/// Compares the folder of a trace with the simulation that it is of, and a list of deposit accounts, if there is one.
///
/// # Errors
/// An [`Error`] for a folder that is not what it should be.
///
/// # Cost
/// The size of both folders' tables, in memory.
pub fn score(result: &Path, simulation: &Path, deposits: Option<&Path>) -> Result<Score, Error> {
    let truth = tables::Truth::read(simulation)?;
    let found = tables::Found::read(result, &truth)?;
    judge::judge(&truth, &found, result, simulation, deposits)
}
