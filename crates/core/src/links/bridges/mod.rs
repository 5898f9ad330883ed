//! Bridges: which transfer out of a bridge on one chain is the other side of one into a bridge on another.
//!
//! Files of transfers hold no identifiers of bridges, so that pairs are inferred, by what both sides have in common:
//!
//! ```text
//! in     into a bridge's account, or burned
//! out    on another chain, out of a bridge's account or minted; the same class of asset; after it, within 60 minutes;
//!        0 to 3 % less
//! ```
//!
//! - To the *same address* that paid in: an out is taken if nothing else fits either side, or if as many outs as ins fit each
//!   other: then in order of time. Else it is ambiguous. Outs within 30 minutes come first, then those within 60.
//! - A *refund*: what the bridge pays back on the same chain, in the same asset, where no out fits.
//! - To *another address*: a candidate where nothing else fits either side.
//!
//! How often such a search finds something by chance is measured in the same data: the same ins against outs some hours
//! later, a *placebo*. What is left of certainty is each pair's confidence; only pairs above a line are followed.
//!
//! `known.csv` names bridges, `assets.csv` classes of assets with their decimals: readable tables of facts.

mod assets;
mod legs;
mod pairing;

pub use pairing::{Band, BandCount, BridgeOptions, BridgePair, Bridges, Fate, pair_bridges};

use crate::account::{AccountId, Address, AddressKind};
use crate::label::{Category, Label};
use crate::ledger::Ledger;

/// The table: `protocol,chain,address,what,told_by`.
pub const KNOWN: &str = include_str!("known.csv");
/// The table: `class,chain,asset,decimals`.
pub const ASSETS: &str = include_str!("assets.csv");

/// The source of a label that the table gives.
pub const SOURCE: &str = "dyetrace known bridges";
/// How sure such a label is.
const CONFIDENCE: u8 = 90;

/// The bridges of the table that a ledger holds, as labels.
///
/// # Panics
/// Never: the table holds addresses.
#[must_use]
pub fn known_bridges(ledger: &Ledger) -> Vec<Label> {
    let label = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let address = Address::parse(AddressKind::of_chain(cells[1]), cells[2].as_bytes());
        let address = address.expect("the table holds addresses");
        let chain = ledger.find_chain(cells[1])?;
        ledger.accounts().find(chain, &address)?;
        Some(Label {
            address,
            chain: Some(cells[1].to_owned()),
            text: format!("{}: {}", cells[0], cells[3]),
            category: Category::Bridge,
            entity: cells[0].to_owned(),
            source: SOURCE.to_owned(),
            as_of: String::new(),
            confidence: CONFIDENCE,
        })
    };
    KNOWN.lines().skip(1).filter_map(label).collect()
}

/// Whether each account is a bridge, by its labels.
fn bridges(ledger: &Ledger, labels: &crate::label::Labels) -> Vec<bool> {
    let accounts = (0..).map(AccountId).take(ledger.accounts().len());
    accounts.map(|account| labels.has(account, Category::Bridge)).collect()
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, KNOWN};
    use crate::account::{Address, AddressKind};
    use std::collections::BTreeSet;

    #[test]
    fn each_line_of_the_tables_is_a_fact_about_an_address() {
        let mut seen = BTreeSet::new();
        for line in KNOWN.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 5, "{line}");
            assert!(Address::parse(AddressKind::of_chain(cells[1]), cells[2].as_bytes()).is_ok(), "{line}");
            assert!(["labels", "reference", "protocol"].contains(&cells[4]), "{line}");
            assert!(seen.insert((cells[1], cells[2])), "{line}");
        }
        for line in ASSETS.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 4, "{line}");
            let is_address = Address::parse(AddressKind::of_chain(cells[1]), cells[2].as_bytes()).is_ok();
            assert!(cells[2] == "native" || is_address, "{line}");
            assert!(cells[3].parse::<u8>().is_ok_and(|decimals| decimals <= 18), "{line}");
            assert!(seen.insert((cells[1], cells[2])), "{line}");
        }
    }
}
