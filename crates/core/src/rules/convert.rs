//! Conversion: how the taint of what was given divides among what was got for it.
//!
//! ```text
//! each tainted asset given pays for an equal part of each asset got: m assets, y / m units
//! class k of an asset given, u of its x units, is u / x of what that asset pays for
//! the claim of class k is divided equally among the assets got
//! ```
//!
//! Whole units: rounded down, then one more to the largest remainders, of equal ones to clean money, then to the first. An asset
//! given without any taint pays for nothing: it is taken for a fee. A class of which 0 units of an asset got would be leaves its
//! claim to its largest part among the others, the first of equal ones; where it has none at all it is lost.
//!
//! # What always holds
//!
//! Class by class the claims that come out, lost ones apart, are the claims that went in; of no asset got more units are tainted
//! than there are.

use super::shares::apportion;
use super::{Part, Tag, Units};
use crate::amount::{Amount, Wide};

/// The tainted parts of an asset given, one a class, sorted by tag.
#[derive(Clone, Debug)]
pub(crate) struct Given<U> {
    /// All that was given of the asset.
    pub(crate) value: U,
    pub(crate) parts: Vec<Part<U>>,
}

/// The tainted parts of each asset got, one a class, sorted by tag. A class that stands in none is lost.
pub(crate) fn convert<U: Units>(given: &[Given<U>], got: &[U]) -> Vec<Vec<Part<U>>> {
    let mut parts = vec![Vec::new(); got.len()];
    if given.is_empty() || got.is_empty() {
        return parts;
    }
    let mut classes: Vec<Part<U>> = Vec::new();
    for part in given.iter().flat_map(|given| &given.parts) {
        super::add_by_class(&mut classes, *part);
    }
    let place = |tag: Tag| classes.binary_search_by_key(&tag, |class| class.tag).expect("it was listed");
    // Units by asset got, then class.
    let mut units = vec![vec![U::ZERO; classes.len()]; got.len()];
    for (of_asset, &value) in units.iter_mut().zip(got) {
        for (given, paid) in given.iter().zip(evenly(value, given.len())) {
            let tainted = given.parts.iter().fold(U::ZERO, |sum, part| sum.plus(part.units));
            let clean = given.value.minus(tainted);
            let shares = std::iter::once(clean).chain(given.parts.iter().map(|part| part.units));
            let shares = apportion(paid, given.value, shares);
            for (part, share) in given.parts.iter().zip(&shares[1..]) {
                let sum = &mut of_asset[place(part.tag)];
                *sum = sum.plus(*share);
            }
        }
    }
    for (at, class) in classes.iter().enumerate() {
        let mut claims = evenly(class.claim, got.len());
        let most = units.iter().map(|of_asset| of_asset[at]).max().unwrap_or(U::ZERO);
        if most.is_zero() {
            continue;
        }
        let largest = units.iter().position(|of_asset| of_asset[at] == most).expect("one has the most");
        for asset in 0..got.len() {
            if units[asset][at].is_zero() {
                let claim = std::mem::replace(&mut claims[asset], U::ZERO);
                claims[largest] = claims[largest].plus(claim);
            }
        }
        for ((parts, of_asset), claim) in parts.iter_mut().zip(&units).zip(claims) {
            if !of_asset[at].is_zero() {
                parts.push(Part { tag: class.tag, units: of_asset[at], claim });
            }
        }
    }
    parts
}

/// Takes `amount` of `whole` units that hold these tainted parts, one a class: every part, and what is clean, in proportion,
/// with the claims. `amount` is at most `whole`.
pub(crate) fn take_evenly<U: Units>(held: &mut Vec<Part<U>>, whole: U, amount: U) -> Vec<Part<U>> {
    if amount.is_zero() {
        return Vec::new();
    }
    let tainted = held.iter().fold(U::ZERO, |sum, part| sum.plus(part.units));
    let shares = std::iter::once(whole.minus(tainted)).chain(held.iter().map(|part| part.units));
    let units = apportion(amount, whole, shares);
    let parts = held.iter_mut().zip(&units[1..]).filter(|(_, units)| !units.is_zero());
    let taken = parts.map(|(part, &units)| part.split_off(units)).collect();
    held.retain(|part| !part.units.is_zero());
    taken
}

/// An amount divided by weights, of which one is above 0, by the largest remainders.
pub(crate) fn divide(amount: Amount, weights: &[Amount]) -> Vec<Amount> {
    let wide = |amount: &Amount| <Wide as Units>::from_amount(*amount);
    let whole = weights.iter().map(wide).fold(<Wide as Units>::ZERO, Units::plus);
    let parts = apportion(wide(&amount), whole, weights.iter().map(wide));
    parts.into_iter().map(Units::to_amount).collect()
}

/// An amount in equal parts, the first ones larger by one where it does not divide.
fn evenly<U: Units>(amount: U, parts: usize) -> Vec<U> {
    let whole = (0..parts).fold(U::ZERO, |sum, _| sum.plus(U::ONE));
    apportion(amount, whole, std::iter::repeat_n(U::ONE, parts))
}

#[cfg(test)]
mod tests {
    use super::{Given, convert, divide, take_evenly};
    use crate::amount::Amount;
    use crate::rules::Part;

    fn given(value: u128, parts: &[(u32, u128, u128)]) -> Given<u128> {
        let part = |&(tag, units, claim): &(u32, u128, u128)| Part { tag, units, claim };
        Given { value, parts: parts.iter().map(part).collect() }
    }

    fn got(given: &[Given<u128>], got: &[u128]) -> Vec<Vec<(u32, u128, u128)>> {
        let triples = |parts: Vec<Part<u128>>| parts.iter().map(|it| (it.tag, it.units, it.claim)).collect();
        convert(given, got).into_iter().map(triples).collect()
    }

    #[test]
    fn units_are_in_proportion_and_claims_are_moved_whole() {
        assert_eq!(got(&[given(100, &[(1, 60, 60)])], &[50]), [[(1, 30, 60)]]);
        assert_eq!(got(&[given(3, &[(1, 1, 7), (2, 1, 9)])], &[10]), [[(1, 3, 7), (2, 3, 9)]]);
        assert_eq!(got(&[given(2, &[(1, 1, 7), (2, 1, 9)])], &[5]), [[(1, 3, 7), (2, 2, 9)]]);
    }

    #[test]
    fn several_assets_share_equally_and_none_is_made_or_lost() {
        let two = [given(10, &[(1, 10, 10)]), given(4, &[(1, 1, 5), (2, 3, 3)])];
        assert_eq!(got(&two, &[9, 4]), [[(1, 6, 8), (2, 3, 2)], [(1, 3, 7), (2, 1, 1)]]);
    }

    #[test]
    fn parts_are_taken_evenly_and_the_last_takes_the_rest() {
        let part = |tag, units, claim| Part { tag, units, claim };
        let mut held: Vec<Part<u128>> = vec![part(1, 3, 30), part(2, 4, 4)];
        // Of 10 units 3 are clean: 5 are 1.5, 1.5 and 2, the odd one for what is clean.
        assert_eq!(take_evenly(&mut held, 10, 5), [part(1, 1, 10), part(2, 2, 2)]);
        assert_eq!(take_evenly(&mut held, 5, 0), []);
        assert_eq!(take_evenly(&mut held, 5, 5), [part(1, 2, 20), part(2, 2, 2)]);
        assert_eq!(held, []);
        let amounts = |amounts: &[u128]| amounts.iter().copied().map(Amount::from).collect::<Vec<_>>();
        assert_eq!(divide(Amount::from(10), &amounts(&[1, 2])), amounts(&[3, 7]));
        assert_eq!(divide(Amount::from(1), &amounts(&[5, 5])), amounts(&[1, 0]));
    }

    #[test]
    fn a_part_of_no_units_leaves_its_claim_to_the_largest_and_else_is_lost() {
        assert_eq!(got(&[given(100, &[(1, 10, 10)])], &[1, 50]), [vec![], vec![(1, 5, 10)]]);
        assert_eq!(got(&[given(1_000, &[(1, 1, 10), (2, 999, 999)])], &[3]), [[(2, 3, 999)]]);
    }
}
