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

use super::{CLEAN, Part, Store, Tag, Units, add_by_class, claim_of};
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

/// The classes of taint in a purse. What the balance holds beyond them is clean.
#[derive(Debug)]
pub(crate) struct Shares<U, P> {
    /// Units of all classes.
    tainted: U,
    /// The claim of the class, where there is one.
    claim: U,
    /// The classes, sorted by tag, where there are several.
    #[expect(clippy::box_collection, reason = "nearly always empty, and then 8 bytes instead of 24")]
    several: Option<Box<Vec<Part<U>>>>,
    /// The class, where there is one.
    tag: Tag,
    preference: PhantomData<P>,
}

/// Every part pays its share.
pub(crate) type Prorata<U> = Shares<U, Evenly>;
/// Clean money leaves first.
pub(crate) type Libr<U> = Shares<U, CleanFirst>;
/// Tainted money leaves first.
pub(crate) type TaintFirst<U> = Shares<U, TaintedFirst>;

impl<U: Units, P> Default for Shares<U, P> {
    fn default() -> Self {
        Self { tainted: U::ZERO, claim: U::ZERO, several: None, tag: CLEAN, preference: PhantomData }
    }
}

impl<U: Units, P: Preference> Shares<U, P> {
    /// Takes out of one class.
    fn take_from_one(&mut self, balance: U, amount: U, parts: &mut Vec<Part<U>>) {
        let clean = balance.minus(self.tainted);
        let clean = P::clean_part(amount, clean, self.tainted)
            .unwrap_or_else(|| amount.minus(nearest_share(amount, balance, self.tainted)));
        let units = amount.minus(clean);
        if !clean.is_zero() {
            parts.push(Part::clean(clean));
        }
        if !units.is_zero() {
            let claim = claim_of(units, self.tainted, self.claim);
            self.tainted = self.tainted.minus(units);
            self.claim = self.claim.minus(claim);
            parts.push(Part { tag: self.tag, units, claim });
        }
    }

    /// Takes out of several classes.
    fn take_from_several(
        classes: &mut Vec<Part<U>>,
        tainted: U,
        balance: U,
        amount: U,
        parts: &mut Vec<Part<U>>,
    ) {
        let clean = balance.minus(tainted);
        match P::clean_part(amount, clean, tainted) {
            Some(first) => {
                if !first.is_zero() {
                    parts.push(Part::clean(first));
                }
                divide(classes, amount.minus(first), U::ZERO, tainted, parts);
            }
            None => divide(classes, amount, clean, balance, parts),
        }
    }
}

/// What tainted money pays of `amount` out of `balance`, where clean money pays the rest: its share, rounded
/// to the nearest unit, and down from the middle.
fn nearest_share<U: Units>(amount: U, balance: U, tainted: U) -> U {
    let (units, rest) = tainted.scale(amount, balance);
    if rest > balance.minus(rest) { units.plus(U::ONE) } else { units }
}

/// Takes `amount` from the classes of taint by their shares of `whole`; `clean` is what clean money
/// brings to the division (0 where it was served apart).
pub(crate) fn divide<U: Units>(
    classes: &mut Vec<Part<U>>,
    amount: U,
    clean: U,
    whole: U,
    parts: &mut Vec<Part<U>>,
) {
    if amount.is_zero() {
        return;
    }
    let held = classes.iter().map(|class| class.units);
    let clean_share = (!clean.is_zero()).then_some(clean);
    let units = apportion(amount, whole, clean_share.into_iter().chain(held));
    let (of_clean, of_classes) = units.split_at(usize::from(!clean.is_zero()));
    parts.extend(of_clean.iter().filter(|units| !units.is_zero()).map(|&units| Part::clean(units)));
    for (class, &units) in classes.iter_mut().zip(of_classes).filter(|(_, units)| !units.is_zero()) {
        parts.push(class.split_off(units));
    }
    classes.retain(|class| !class.units.is_zero());
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

impl<U: Units, P: Preference + Send> Store<U> for Shares<U, P> {
    type Room = ();

    fn near(&self) -> u32 {
        self.tag
    }

    fn tainted(&self, _balance: U) -> U {
        self.tainted
    }

    fn is_one_class(&self) -> bool {
        self.several.is_none()
    }

    fn begin(&mut self, (): &mut (), _clean: U) {}

    fn put(&mut self, (): &mut (), part: Part<U>) {
        if part.is_clean() {
            return;
        }
        if let Some(several) = &mut self.several {
            add_by_class(several, part);
        } else if self.tainted.is_zero() {
            (self.tag, self.claim) = (part.tag, part.claim);
        } else if self.tag == part.tag {
            self.claim = self.claim.plus(part.claim);
        } else {
            let mut several = vec![Part { tag: self.tag, units: self.tainted, claim: self.claim }];
            add_by_class(&mut several, part);
            self.several = Some(Box::new(several));
        }
        self.tainted = self.tainted.plus(part.units);
    }

    fn take(&mut self, (): &mut (), balance: U, amount: U, parts: &mut Vec<Part<U>>) {
        let Some(several) = &mut self.several else {
            return self.take_from_one(balance, amount, parts);
        };
        let before = parts.len();
        Self::take_from_several(several, self.tainted, balance, amount, parts);
        let tainted = parts[before..].iter().filter(|part| !part.is_clean());
        self.tainted = tainted.fold(self.tainted, |left, part| left.minus(part.units));
        if let [] | [_] = several[..] {
            (self.tag, self.claim) =
                several.first().map_or((CLEAN, U::ZERO), |class| (class.tag, class.claim));
            self.several = None;
        }
    }

    fn held(&self, (): &(), _balance: U, out: &mut Vec<Part<U>>) {
        if let Some(several) = &self.several {
            several.iter().for_each(|class| add_by_class(out, *class));
        } else if !self.tainted.is_zero() {
            add_by_class(out, Part { tag: self.tag, units: self.tainted, claim: self.claim });
        }
    }

    fn clear(&mut self, (): &mut ()) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{Libr, Prorata, TaintFirst, apportion, nearest_share};
    use crate::rules::{Part, Store};

    fn spend<S: Store<u128>>(
        parts: &[(u32, u128, u128)],
        balance: u128,
        amount: u128,
    ) -> Vec<(u32, u128, u128)> {
        let (mut room, mut purse) = (S::Room::default(), S::default());
        for &(tag, units, claim) in parts {
            purse.put(&mut room, Part { tag, units, claim });
        }
        let mut out = Vec::new();
        purse.take(&mut room, balance, amount, &mut out);
        out.iter().map(|part| (part.tag, part.units, part.claim)).collect()
    }

    #[test]
    fn largest_remainders_get_the_missing_units_and_clean_wins_ties() {
        assert_eq!(spend::<Prorata<u128>>(&[(1, 1, 1), (2, 1, 1)], 3, 1), [(0, 1, 0)]);
        assert_eq!(spend::<Prorata<u128>>(&[(1, 60, 60)], 160, 80), [(0, 50, 0), (1, 30, 30)]);
        assert_eq!(apportion(10_u128, 3, [1, 1, 1].into_iter()), [4, 3, 3]);
    }

    #[test]
    fn one_class_beside_clean_money_pays_what_any_number_would() {
        for balance in 1..12_u128 {
            for (tainted, amount) in
                (0..=balance).flat_map(|it| (1..=balance).map(move |amount| (it, amount)))
            {
                let both = apportion(amount, balance, [balance - tainted, tainted].into_iter());
                assert_eq!(nearest_share(amount, balance, tainted), both[1], "{tainted} {amount} {balance}");
            }
        }
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
