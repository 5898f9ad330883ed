//! Classes of assets: what is the same thing on several chains, and whether one amount is a little less than another.

use super::ASSETS;
use crate::account::{Address, AddressKind};
use crate::amount::Amount;
use crate::asset::Asset;
use crate::ledger::Ledger;
use ruint::Uint;
use std::collections::BTreeMap;

/// A class of assets, and the decimals of one asset of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) number: u16,
    pub(super) decimals: u8,
}

/// The class of each asset of a ledger, by its number.
pub(super) fn classes(ledger: &Ledger) -> Vec<Option<Class>> {
    let mut of = vec![None; ledger.assets().len()];
    let mut numbers: BTreeMap<&str, u16> = BTreeMap::new();
    for line in ASSETS.lines().skip(1) {
        let mut cells = line.split(',');
        let (Some(class), Some(name), Some(asset), Some(decimals)) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let next = u16::try_from(numbers.len()).expect("few classes");
        let number = *numbers.entry(class).or_insert(next);
        let Some(chain) = ledger.find_chain(name) else { continue };
        let address = || Address::parse(AddressKind::of_chain(name), asset.as_bytes());
        let contract = (asset != "native").then(|| address().expect("the table holds addresses"));
        if let Some(asset) = ledger.assets().find(&Asset { chain, contract }) {
            let decimals = decimals.parse().expect("the table holds decimals");
            of[asset.index()] = Some(Class { number, decimals });
        }
    }
    of
}

type Long = Uint<640, 10>;

fn long(amount: Amount, decimals: u8, by: u16) -> Long {
    let mut limbs = [0; 10];
    limbs[..5].copy_from_slice(&amount.to_limbs());
    // An amount has at most 320 bits, 10^18 has 60, and `by` 10.
    Long::from_limbs(limbs) * Long::from(10_u64).pow(Long::from(decimals)) * Long::from(by)
}

/// Whether `out` is what `into` was, or at most so many thousandths less; each with its decimals.
pub(super) fn is_a_little_less(
    (into, into_decimals): (Amount, u8),
    (out, out_decimals): (Amount, u8),
    thousandths: u16,
) -> bool {
    let all = long(into, out_decimals, 1_000);
    let least = long(into, out_decimals, 1_000 - thousandths.min(1_000));
    let out = long(out, into_decimals, 1_000);
    out <= all && out >= least
}

#[cfg(test)]
mod tests {
    use super::is_a_little_less;
    use crate::amount::Amount;

    #[test]
    fn amounts_of_other_decimals_compare_exactly() {
        let is = |into: u128, a: u8, out: u128, b: u8| {
            is_a_little_less((Amount::from(into), a), (Amount::from(out), b), 30)
        };
        assert!(is(100, 0, 100, 0) && is(100, 0, 97, 0) && !is(100, 0, 96, 0) && !is(100, 0, 101, 0));
        assert!(is(1_000_000, 6, 970_000_000_000_000_000, 18));
        assert!(!is(1_000_000, 6, 969_999_999_999_999_999, 18));
        assert!(!is(1_000_000, 6, 1_000_000_000_000_000_001, 18));
        assert!(is(u128::MAX, 18, u128::MAX, 18));
    }
}
