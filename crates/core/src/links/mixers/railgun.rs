//! Shielding contracts: what goes in and comes out in any amount, told by the fee beside it.
//!
//! Of an amount A the contract keeps `A - floor(A * 25 / 10000)` and its treasury gets the rest. Going in, one account
//! pays both; coming out, the contract pays both. So a pair of transfers of one asset in one transaction with exactly that
//! ratio is a shielding, and nothing else is. Money that only passes through on its way inside one transaction has
//! the contract on both sides, and is a private trade, no exit.

use super::table::{MixerTable, Role};
use crate::account::Address;
use crate::amount::{Amount, Wide};
use crate::ledger::{Ledger, PurseId};

/// Which way a shielding went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Into the contract.
    Shield,
    /// Out of it.
    Unshield,
}

impl Direction {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shield => "shield",
            Self::Unshield => "unshield",
        }
    }
}

/// An amount that went into or came out of a shielding contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shielding {
    /// Which way.
    pub direction: Direction,
    /// The transfer between the contract and the other side.
    pub place: u64,
    /// Who paid, or was paid. Behind the contract that wraps coins, who sent the transaction, where known.
    pub party: Address,
    /// What the contract took or paid, in base units.
    pub amount: Amount,
    /// The fee.
    pub fee: Amount,
}

/// Whether a fee is that of what was left after it.
#[must_use]
pub(super) fn is_fee_of(left: Amount, fee: Amount) -> bool {
    let whole = left.plus(fee).to_wide();
    // Amounts have 256 bits of 320: the product fits.
    let expected = whole * Wide::from(25_u64) / Wide::from(10_000_u64);
    !fee.is_zero() && expected == fee.to_wide()
}

/// Finds the shieldings of one transaction, whose moving rows these are; also gives the rows of the contract that fit
/// no fee.
pub(super) fn find_shieldings(
    ledger: &Ledger,
    table: &MixerTable,
    rows: &[usize],
    sender: Option<Address>,
    is_railgun: impl Fn(PurseId) -> bool,
) -> (Vec<Shielding>, Vec<usize>) {
    let (columns, purses) = (ledger.columns(), ledger.purses());
    let mut used = vec![false; rows.len()];
    let (mut found, mut unfit) = (Vec::new(), Vec::new());
    let ours: Vec<usize> = (0..rows.len())
        .filter(|&at| is_railgun(columns.from[rows[at]]) != is_railgun(columns.to[rows[at]]))
        .collect();
    for &at in &ours {
        let row = rows[at];
        let direction = if is_railgun(columns.to[row]) { Direction::Shield } else { Direction::Unshield };
        let value = columns.value.get(row);
        // The fee is paid by the same purse, to somebody else.
        let fee = (0..rows.len()).find(|&other| {
            let it = rows[other];
            !used[other]
                && other != at
                && columns.from[it] == columns.from[row]
                && columns.to[it] != columns.to[row]
                && !is_railgun(columns.to[it])
                && is_fee_of(value, columns.value.get(it))
        });
        let Some(fee) = fee.filter(|_| !used[at]) else { continue };
        (used[at], used[fee]) = (true, true);
        let other = if direction == Direction::Shield { columns.from[row] } else { columns.to[row] };
        let chain = ledger.purse_chain(columns.to[row]);
        let address = Some(other).filter(|&it| it != PurseId::NONE).map(|it| ledger.purse_address(it));
        let wraps = |it: &Address| {
            let adapts = |s: &super::table::Service| {
                s.role == Role::RelayAdapt && s.chain == chain && s.address == *it
            };
            table.services.iter().any(adapts)
        };
        let party = match address {
            Some(address) if wraps(&address) => sender.unwrap_or(address),
            Some(address) => address,
            None => continue,
        };
        let fee = columns.value.get(rows[fee]);
        found.push(Shielding { direction, place: row as u64, party, amount: value, fee });
    }
    // The fee of an exit is the contract's own transfer too, and is used up by then.
    let asset = |row: usize| purses.asset(columns.to[row]);
    let passes = |row: usize| {
        // What comes back in another asset in the same transaction is a trade inside.
        ours.iter().any(|&at| {
            asset(rows[at]) != asset(row) && is_railgun(columns.to[rows[at]]) != is_railgun(columns.to[row])
        })
    };
    unfit.extend(ours.iter().filter(|&&at| !used[at] && !passes(rows[at])).map(|&at| rows[at]));
    (found, unfit)
}

#[cfg(test)]
mod tests {
    use super::is_fee_of;
    use crate::amount::Amount;

    #[test]
    fn a_fee_is_a_quarter_of_a_percent_rounded_down() {
        for (whole, fee) in
            [(10_000_u128, 25_u128), (10_001, 25), (10_399, 25), (10_400, 26), (400, 1), (799, 1)]
        {
            assert!(is_fee_of(Amount::from(whole - fee), Amount::from(fee)), "{whole}");
            // One unit more may be the fee of a larger whole; two never are.
            assert!(!is_fee_of(Amount::from(whole - fee), Amount::from(fee + 2)), "{whole}");
        }
        // Of less than 400 units there is no fee to tell it by.
        assert!(!is_fee_of(Amount::from(399), Amount::ZERO));
    }
}
