//! Lots: parts in the order in which they arrived. Fifo spends the oldest first, lifo the newest.
//!
//! Neighbouring lots that bear the same tag become one, where no later figure can tell the difference, so
//! that a busy purse does not grow without bound.
//!
//! # Cost
//!
//! A spend costs the lots it uses up, plus one: **O(1)** a transfer on average, since each lot is used up
//! once.

use super::{CLEAN, Part, Store, Tag, Units, add_by_class};
use std::collections::VecDeque;

/// Lots of a purse, oldest first. `NEWEST_FIRST` tells which end is spent.
#[derive(Debug)]
pub(crate) struct Lots<U, const NEWEST_FIRST: bool> {
    lots: VecDeque<Part<U>>,
    /// Units of each class of taint held, sorted by tag. None is 0.
    totals: Vec<(Tag, U)>,
}

/// First in, first out.
pub(crate) type Fifo<U> = Lots<U, false>;
/// Last in, first out.
pub(crate) type Lifo<U> = Lots<U, true>;

impl<U, const NEWEST_FIRST: bool> Default for Lots<U, NEWEST_FIRST> {
    fn default() -> Self {
        Self { lots: VecDeque::new(), totals: Vec::new() }
    }
}

impl<U: Units, const NEWEST_FIRST: bool> Lots<U, NEWEST_FIRST> {
    fn count(&mut self, part: &Part<U>) {
        if part.tag != CLEAN {
            match self.totals.binary_search_by_key(&part.tag, |total| total.0) {
                Ok(at) => self.totals[at].1 = self.totals[at].1.plus(part.units),
                Err(at) => self.totals.insert(at, (part.tag, part.units)),
            }
        }
    }

    fn discount(&mut self, part: &Part<U>) {
        if part.tag != CLEAN {
            let at = self.totals.binary_search_by_key(&part.tag, |total| total.0);
            let at = at.expect("a lot's class is counted");
            self.totals[at].1 = self.totals[at].1.minus(part.units);
            if self.totals[at].1.is_zero() {
                self.totals.remove(at);
            }
        }
    }
}

impl<U: Units, const NEWEST_FIRST: bool> Store<U> for Lots<U, NEWEST_FIRST> {
    fn begin(&mut self, clean: U) {
        if !clean.is_zero() {
            self.lots.push_back(Part::clean(clean));
        }
    }

    fn put(&mut self, part: Part<U>) {
        self.count(&part);
        match self.lots.back_mut() {
            Some(newest) if newest.joins(&part) => {
                newest.units = newest.units.plus(part.units);
                newest.claim = newest.claim.plus(part.claim);
            }
            _ => self.lots.push_back(part),
        }
    }

    fn take(&mut self, _balance: U, amount: U, parts: &mut Vec<Part<U>>) {
        let mut left = amount;
        while !left.is_zero() {
            let next = if NEWEST_FIRST { self.lots.back_mut() } else { self.lots.front_mut() };
            let lot = next.expect("the lots sum to the balance, and no more is taken than that");
            let part = lot.split_off(lot.units.min(left));
            let used_up = lot.units.is_zero();
            if used_up {
                let _ = if NEWEST_FIRST { self.lots.pop_back() } else { self.lots.pop_front() };
            }
            left = left.minus(part.units);
            self.discount(&part);
            parts.push(part);
        }
    }

    fn held(&self, out: &mut Vec<Part<U>>) {
        self.lots.iter().filter(|lot| !lot.is_clean()).for_each(|lot| add_by_class(out, *lot));
    }

    fn class_count(&self) -> usize {
        self.totals.len()
    }

    fn holds(&self, tag: Tag) -> bool {
        self.totals.iter().any(|total| total.0 == tag)
    }

    fn clear(&mut self) {
        self.lots.clear();
        self.totals.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Fifo, Lifo};
    use crate::rules::{Part, Store};

    #[test]
    fn a_part_takes_its_share_of_the_claim_rounded_down_and_the_last_the_rest() {
        let mut purse = Fifo::<u128>::default();
        purse.put(Part { tag: 1, units: 3, claim: 100 });
        let mut parts = Vec::new();
        purse.take(3, 1, &mut parts);
        purse.take(2, 2, &mut parts);
        let claims: Vec<u128> = parts.iter().map(|part| part.claim).collect();
        assert_eq!(claims, [33, 67]);
    }

    #[test]
    fn lots_of_unequal_claim_stay_apart() {
        let mut purse = Lifo::<u128>::default();
        purse.put(Part { tag: 1, units: 10, claim: 10 });
        purse.put(Part { tag: 1, units: 10, claim: 10 });
        purse.put(Part { tag: 1, units: 10, claim: 55 });
        assert_eq!(purse.lots.len(), 2);
        let mut parts = Vec::new();
        purse.take(30, 15, &mut parts);
        assert_eq!(parts.iter().map(|part| (part.units, part.claim)).collect::<Vec<_>>(), [(10, 55), (5, 5)]);
    }

    #[test]
    fn lifo_hands_on_the_newest_first() {
        let mut purse = Lifo::<u128>::default();
        purse.begin(5);
        purse.put(Part::stolen(1, 5));
        purse.put(Part::stolen(2, 5));
        let mut parts = Vec::new();
        purse.take(15, 12, &mut parts);
        assert_eq!(
            parts.iter().map(|part| (part.tag, part.units)).collect::<Vec<_>>(),
            [(2, 5), (1, 5), (0, 2)]
        );
    }
}
