//! Rows left out, and rows that were read with a doubt: each with its place.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An input row that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The file, as the user named it.
    pub file: String,
    /// The line on which the row begins, counted from 1.
    pub line: u64,
    /// The column, as the header spells it; empty where the row as a whole is at fault.
    pub column: String,
    /// What stands there: at most 80 characters, control characters escaped.
    pub seen: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The place, what was seen and what was expected.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, seen, reason } = self;
        match (column.is_empty(), seen.is_empty()) {
            (true, true) => write!(f, "{file}, line {line}: {reason}"),
            (true, false) => write!(f, "{file}, line {line}: `{seen}` {reason}"),
            (false, true) => write!(f, "{file}, line {line}: column `{column}` {reason}"),
            (false, false) => write!(f, "{file}, line {line}, column `{column}`: `{seen}` {reason}"),
        }
    }
}

/// Something that was read and may still be wrong. Counted, with the places of the first few.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What is doubtful.
    pub reason: String,
    /// How often it was seen.
    pub count: u64,
    /// The first few places, in input order.
    pub first: Vec<Reject>,
}

/// Collects warnings of one kind each.
#[derive(Debug)]
pub(crate) struct Warnings {
    kinds: Vec<Warning>,
    /// How many places of one kind are kept.
    places: usize,
}

impl Warnings {
    /// Goes on with what was collected before.
    pub(crate) const fn of(kinds: Vec<Warning>) -> Self {
        Self { kinds, places: 5 }
    }

    /// Keeps so many places of one kind.
    pub(crate) const fn keeping(places: usize) -> Self {
        Self { kinds: Vec::new(), places }
    }

    pub(crate) fn add(&mut self, place: Reject) {
        let at = self.kinds.iter().position(|kind| kind.reason == place.reason).unwrap_or_else(|| {
            self.kinds.push(Warning { reason: place.reason.clone(), count: 0, first: Vec::new() });
            self.kinds.len() - 1
        });
        let kind = &mut self.kinds[at];
        kind.count += 1;
        if kind.first.len() < self.places {
            kind.first.push(place);
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Warning> {
        self.kinds
    }
}
