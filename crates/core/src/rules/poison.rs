//! Poison: a purse is flagged with every theft that ever entered it, until its balance is 0, and every spend
//! carries its whole amount for each of them.
//!
//! A bound for search, never an amount: it creates value, so nothing is conserved. A claim means nothing here
//! and repeats the units.

use super::{Part, Store, Tag, Units};

/// The thefts a purse is flagged with, as tags, sorted.
#[derive(Debug, Default)]
pub(crate) struct Poison {
    flags: Vec<Tag>,
}

impl<U: Units> Store<U> for Poison {
    const EXACT: bool = false;

    fn begin(&mut self, _clean: U) {}

    fn put(&mut self, part: Part<U>) {
        if !part.is_clean()
            && let Err(at) = self.flags.binary_search(&part.tag)
        {
            self.flags.insert(at, part.tag);
        }
    }

    fn take(&mut self, _balance: U, amount: U, parts: &mut Vec<Part<U>>) {
        parts.extend(self.flags.iter().map(|&tag| Part { tag, units: amount, claim: amount }));
    }

    /// Flags the whole transfer, unless it bears the theft already; other flags stay.
    fn steal(parts: &mut Vec<Part<U>>, tag: Tag, limit: U, whole: U) -> U {
        if limit.is_zero() || parts.iter().any(|part| part.tag == tag) {
            return U::ZERO;
        }
        parts.retain(|part| !part.is_clean());
        parts.push(Part { tag, units: whole, claim: whole });
        whole
    }

    fn held(&self, out: &mut Vec<Part<U>>) {
        out.extend(self.flags.iter().map(|&tag| Part { tag, units: U::ZERO, claim: U::ZERO }));
    }

    fn class_count(&self) -> usize {
        self.flags.len()
    }

    fn holds(&self, tag: Tag) -> bool {
        self.flags.binary_search(&tag).is_ok()
    }

    fn clear(&mut self) {
        self.flags.clear();
    }
}
