//! Tokens that stand for a coin, as a small table of facts: `known.csv` beside this file.
//!
//! A `wrap` is worth one unit of its chain's coin: whoever pays the coin to the contract gets as much of the token, and back.
//! Many of these contracts report that by an event of their own and not by a transfer, so that files lack the token's
//! leg. A `stake` is minted for what is paid in, at a rate that changes: getting it is an exchange, and no deposit.

use crate::account::{AccountId, Address, AddressKind};
use crate::asset::{Asset, AssetId};
use crate::ledger::Ledger;

/// The table: `chain,contract,kind,symbol`.
pub const KNOWN: &str = include_str!("known.csv");

/// The tokens of the table that a ledger holds.
#[derive(Debug, Default)]
pub(crate) struct Wraps {
    /// Tokens worth a coin each, with the account of their contract.
    pub(crate) wraps: Vec<Wrap>,
    /// All tokens of the table.
    tokens: Vec<AssetId>,
}

/// One wrapped coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wrap {
    pub(crate) token: AssetId,
    pub(crate) coin: AssetId,
    pub(crate) contract: AccountId,
}

impl Wraps {
    /// Looks the table up in a ledger.
    pub(crate) fn of(ledger: &Ledger) -> Self {
        let mut found = Self::default();
        for line in KNOWN.lines().skip(1) {
            let mut cells = line.split(',');
            let (Some(name), Some(text), Some(kind)) = (cells.next(), cells.next(), cells.next()) else {
                continue;
            };
            let Some(chain) = ledger.find_chain(name) else { continue };
            let address = Address::parse(AddressKind::of_chain(name), text.as_bytes());
            let address = address.expect("the table holds addresses");
            let token = ledger.assets().find(&Asset { chain, contract: Some(address) });
            let Some(token) = token else { continue };
            found.tokens.push(token);
            let coin = ledger.assets().find(&Asset { chain, contract: None });
            let contract = ledger.accounts().find(chain, &address);
            if let (Some(coin), Some(contract), "wrap") = (coin, contract, kind) {
                found.wraps.push(Wrap { token, coin, contract });
            }
        }
        found
    }

    /// Whether a token is of the table.
    pub(crate) fn knows(&self, token: AssetId) -> bool {
        self.tokens.contains(&token)
    }

    /// Whether an account is the contract that wraps this coin.
    pub(crate) fn wraps(&self, account: AccountId, coin: AssetId) -> bool {
        self.wraps.iter().any(|wrap| wrap.contract == account && wrap.coin == coin)
    }

    /// Whether an account is the contract of a wrapped coin.
    pub(crate) fn is_contract(&self, account: AccountId) -> bool {
        self.wraps.iter().any(|wrap| wrap.contract == account)
    }
}

#[cfg(test)]
mod tests {
    use super::KNOWN;
    use crate::account::{Address, AddressKind};

    #[test]
    fn each_line_of_the_table_is_a_fact_about_an_address() {
        for line in KNOWN.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 4, "{line}");
            assert!(Address::parse(AddressKind::of_chain(cells[0]), cells[1].as_bytes()).is_ok(), "{line}");
            assert!(["wrap", "stake"].contains(&cells[2]), "{line}");
        }
    }
}
