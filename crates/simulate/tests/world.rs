//! The world itself, without files.

use dyetrace_simulate::{Block, Chain, Coin, Error, Link, Outcome, Parameters, Party, Scope, Sink, simulate};
use std::collections::HashMap;

/// Keeps a balance of everybody, and a digest of everything.
#[derive(Default)]
struct Ledger {
    balances: HashMap<(Party, Coin), u64>,
    made: HashMap<Coin, u64>,
    rows: u64,
    digest: u64,
    last: HashMap<Chain, u64>,
    links: Vec<Link>,
}

impl Ledger {
    fn take(&mut self, party: Party, coin: Coin, units: u64) {
        if party == Party::ZERO {
            *self.made.entry(coin).or_default() += units;
        } else {
            let held = self.balances.entry((party, coin)).or_default();
            *held = held.checked_sub(units).expect("nobody sends what he does not have");
        }
    }

    fn note(&mut self, number: u64) {
        self.digest = (self.digest.rotate_left(5) ^ number).wrapping_mul(0x100_0000_01b3);
    }
}

impl Sink for Ledger {
    fn block(&mut self, block: &Block) -> Result<(), Error> {
        let last = self.last.insert(block.chain, block.tick);
        assert!(last.is_none_or(|last| last < block.tick), "blocks come in order");
        let mut end = 0;
        for transaction in &block.transactions {
            assert_eq!(transaction.transfers.start, end, "each transfer is in one transaction");
            end = transaction.transfers.end;
            if let Some(sender) = transaction.sender {
                self.take(sender, block.chain.native(), transaction.fee);
                let first = block.transfers[transaction.transfers.start];
                assert_eq!(first.from, Some(sender), "the first row is the sender's");
            }
            for transfer in &block.transfers[transaction.transfers.clone()] {
                assert_eq!(transfer.coin.chain(), block.chain);
                match transfer.from {
                    Some(from) => self.take(from, transfer.coin, transfer.units),
                    None => *self.made.entry(transfer.coin).or_default() += transfer.units,
                }
                if transfer.to != Party::ZERO {
                    *self.balances.entry((transfer.to, transfer.coin)).or_default() += transfer.units;
                }
                self.rows += 1;
                self.note(transfer.units);
                self.note(block.number());
                for party in [transfer.from.unwrap_or(Party::ZERO), transfer.to] {
                    let address = dyetrace_simulate::address(1, party);
                    self.note(u64::from_le_bytes(address[..8].try_into().unwrap()));
                }
            }
        }
        assert_eq!(end, block.transfers.len());
        Ok(())
    }

    fn link(&mut self, link: &Link) -> Result<(), Error> {
        self.links.push(link.clone());
        Ok(())
    }
}

fn make(preset: &str, transfers: u64, seed: u64) -> (Ledger, Outcome) {
    let mut ledger = Ledger::default();
    let scope = Scope { transfers, seed, tokens_only: false };
    let outcome = simulate(&Parameters::preset(preset).unwrap(), scope, &mut ledger).unwrap();
    assert_eq!(ledger.rows, outcome.rows);
    (ledger, outcome)
}

#[test]
fn nobody_sends_what_he_does_not_have() {
    for preset in Parameters::preset_names() {
        let (_, outcome) = make(preset, 12_000, 3);
        assert!(outcome.rows >= 12_000);
    }
}

#[test]
fn the_size_is_kept() {
    let (_, outcome) = make("small", 50_000, 3);
    assert!((50_000..50_400).contains(&outcome.rows), "{}", outcome.rows);
}

#[test]
fn one_seed_is_one_world() {
    let [one, same, other] = [5, 5, 6].map(|seed| make("small", 10_000, seed).0.digest);
    assert_eq!(one, same);
    assert_ne!(one, other);
}

/// The bytes of a seed are a promise: a change here changes every record that names one.
#[test]
fn a_seed_means_the_same_world_as_ever() {
    let digests = ["small", "bybit"].map(|preset| make(preset, 10_000, 1).0.digest);
    assert_eq!(digests, [6_406_395_730_979_006_571, 7_834_487_296_221_976_821]);
}

#[test]
fn every_stolen_unit_is_somewhere() {
    for preset in Parameters::preset_names() {
        for seed in 1..=3 {
            let (ledger, outcome) = make(preset, 10_000, seed);
            for theft in &outcome.thefts {
                assert!(!theft.sums.is_empty(), "{preset}: nothing was stolen");
                for (coin, sum) in &theft.sums {
                    let came = sum.taken + sum.converted_in;
                    assert_eq!(came, sum.converted_out + sum.resting, "{preset} {}: {sum:?}", coin.name());
                }
                for (spot, units) in &theft.ends {
                    let held = ledger.balances.get(&(spot.party, spot.coin)).copied().unwrap_or(0);
                    let there = matches!(spot.place, dyetrace_simulate::Place::Held);
                    assert!(!there || held >= *units, "{preset}: {spot:?} holds {held}, not {units}");
                }
            }
        }
    }
}
