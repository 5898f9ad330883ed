//! Shares: one part a class. Prorata takes a share of everything; libr takes clean money first, taint_first
//! takes it last.
//!
//! ```text
//! prorata      taken(k) = amount · held(k) / balance              for every class k, clean included
//! libr         tainted  = max(0, amount − clean)
//! taint_first  tainted  = min(amount, tainted held)
//! ```
//!
//! Under libr and taint_first the tainted part is divided among the classes of taint by their shares. Shares
//! are whole units: each is rounded down, and the missing units go one each to the largest remainders; of
//! equal remainders to clean first, then by theft, then by stolen asset (the order of tags).
//!
//! # Cost
//!
//! **O(c log c)** a spend, for c classes in the purse; one class needs no sorting.

use super::{CLEAN, Part, Store, Tag, Units, add_by_class};
use std::cmp::Reverse;
use std::marker::PhantomData;

/// Which money leaves first.
pub(crate) trait Preference: Default {
    /// Of a spend of `amount` from a purse with `clean` and `tainted`, how much is clean; `None` where clean
    /// money shares like any class.
    fn clean_part<U: Units>(amount: U, clean: U, tainted: U) -> Option<U>;
}

/// Every class pays its share.
#[derive(Debug, Default)]
pub(crate) struct Evenly;
/// Clean money leaves first.
#[derive(Debug, Default)]
pub(crate) struct CleanFirst;
/// Tainted money leaves first.
#[derive(Debug, Default)]
pub(crate) struct TaintedFirst;

impl Preference for Evenly {
    fn clean_part<U: Units>(_amount: U, clean: U, _tainted: U) -> Option<U> {
        clean.is_zero().then_some(U::ZERO)
    }
}

impl Preference for CleanFirst {
    fn clean_part<U: Units>(amount: U, clean: U, _tainted: U) -> Option<U> {
        Some(amount.min(clean))
    }
}

impl Preference for TaintedFirst {
    fn clean_part<U: Units>(amount: U, _clean: U, tainted: U) -> Option<U> {
        Some(amount.minus(amount.min(tainted)))
    }
}

/// The classes of taint in a purse, sorted by tag. What the balance holds beyond them is clean.
#[derive(Debug)]
pub(crate) struct Shares<U, P> {
    classes: Vec<Part<U>>,
    preference: PhantomData<P>,
}

/// Every part pays its share.
pub(crate) type Prorata<U> = Shares<U, Evenly>;
/// Clean money leaves first.
pub(crate) type Libr<U> = Shares<U, CleanFirst>;
/// Tainted money leaves first.
pub(crate) type TaintFirst<U> = Shares<U, TaintedFirst>;

impl<U, P> Default for Shares<U, P> {
    fn default() -> Self {
        Self { classes: Vec::new(), preference: PhantomData }
    }
}

impl<U: Units, P: Preference> Shares<U, P> {
    fn tainted(&self) -> U {
        self.classes.iter().fold(U::ZERO, |sum, class| sum.plus(class.units))
    }

    /// Takes `amount` from the classes of taint by their shares of `whole`; `clean` is what clean money
    /// brings to the division (0 where it was served apart).
    fn divide(&mut self, amount: U, clean: U, whole: U, parts: &mut Vec<Part<U>>) {
        if amount.is_zero() {
            return;
        }
        if clean.is_zero() && self.classes.len() == 1 {
            parts.push(self.classes[0].split_off(amount));
        } else {
            let held = self.classes.iter().map(|class| (class.tag, class.units));
            let clean_share = (!clean.is_zero()).then_some((CLEAN, clean));
            let held: Vec<(Tag, U)> = clean_share.into_iter().chain(held).collect();
            for ((tag, _), units) in held.iter().zip(apportion(amount, whole, held.iter().map(|h| h.1))) {
                if units.is_zero() {
                    continue;
                }
                let class = self.classes.iter_mut().find(|class| class.tag == *tag);
                parts.push(class.map_or_else(|| Part::clean(units), |class| class.split_off(units)));
            }
        }
        self.classes.retain(|class| !class.units.is_zero());
    }
}

/// Divides `amount` by shares of `whole`: rounded down, then one more to the largest remainders, first come
/// first served among equals. The shares sum to `whole`.
pub(super) fn apportion<U: Units>(amount: U, whole: U, shares: impl Iterator<Item = U>) -> Vec<U> {
    let (mut units, mut rests): (Vec<U>, Vec<(Reverse<U>, usize)>) = (Vec::new(), Vec::new());
    let mut left = amount;
    for (index, share) in shares.enumerate() {
        let (quotient, rest) = share.scale(amount, whole);
        units.push(quotient);
        rests.push((Reverse(rest), index));
        left = left.minus(quotient);
    }
    if !left.is_zero() {
        rests.sort_unstable();
        let mut next = rests.into_iter();
        while !left.is_zero() {
            let (_, index) = next.next().expect("fewer units are missing than there are shares");
            units[index] = units[index].plus(U::ONE);
            left = left.minus(U::ONE);
        }
    }
    units
}

impl<U: Units, P: Preference> Store<U> for Shares<U, P> {
    fn begin(&mut self, _clean: U) {}

    fn put(&mut self, part: Part<U>) {
        if !part.is_clean() {
            add_by_class(&mut self.classes, part);
        }
    }

    fn take(&mut self, balance: U, amount: U, parts: &mut Vec<Part<U>>) {
        let tainted = self.tainted();
        let clean = balance.minus(tainted);
        match P::clean_part(amount, clean, tainted) {
            Some(first) => {
                if !first.is_zero() {
                    parts.push(Part::clean(first));
                }
                self.divide(amount.minus(first), U::ZERO, tainted, parts);
            }
            None => self.divide(amount, clean, balance, parts),
        }
    }

    fn held(&self, out: &mut Vec<Part<U>>) {
        self.classes.iter().for_each(|class| add_by_class(out, *class));
    }

    fn class_count(&self) -> usize {
        self.classes.len()
    }

    fn holds(&self, tag: Tag) -> bool {
        self.classes.iter().any(|class| class.tag == tag)
    }

    fn clear(&mut self) {
        self.classes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Libr, Prorata, TaintFirst, apportion};
    use crate::rules::{Part, Store};

    fn spend<S: Store<u128>>(
        parts: &[(u32, u128, u128)],
        balance: u128,
        amount: u128,
    ) -> Vec<(u32, u128, u128)> {
        let mut purse = S::default();
        for &(tag, units, claim) in parts {
            purse.put(Part { tag, units, claim });
        }
        let mut out = Vec::new();
        purse.take(balance, amount, &mut out);
        out.iter().map(|part| (part.tag, part.units, part.claim)).collect()
    }

    #[test]
    fn largest_remainders_get_the_missing_units_and_clean_wins_ties() {
        assert_eq!(spend::<Prorata<u128>>(&[(1, 1, 1), (2, 1, 1)], 3, 1), [(0, 1, 0)]);
        assert_eq!(spend::<Prorata<u128>>(&[(1, 60, 60)], 160, 80), [(0, 50, 0), (1, 30, 30)]);
        assert_eq!(apportion(10_u128, 3, [1, 1, 1].into_iter()), [4, 3, 3]);
    }

    #[test]
    fn libr_spends_clean_money_first_and_taint_first_spends_it_last() {
        let held = [(1, 40, 40), (2, 40, 40)];
        assert_eq!(spend::<Libr<u128>>(&held, 100, 30), [(0, 20, 0), (1, 5, 5), (2, 5, 5)]);
        assert_eq!(spend::<TaintFirst<u128>>(&held, 100, 90), [(0, 10, 0), (1, 40, 40), (2, 40, 40)]);
    }

    #[test]
    fn claims_follow_their_units_rounded_down() {
        assert_eq!(spend::<Libr<u128>>(&[(1, 3, 100)], 3, 1), [(1, 1, 33)]);
        assert_eq!(spend::<Libr<u128>>(&[(1, 3, 100)], 3, 3), [(1, 3, 100)]);
    }
}
