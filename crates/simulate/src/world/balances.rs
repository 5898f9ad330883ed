//! What everybody holds.
//!
//! Wallets and their deposit accounts, of which there are many, have two places in a table: for the native coin of
//! Ethereum and for the one stablecoin that they use. Every other balance stands in a map.

use crate::coin::Coin;
use crate::party::{Kind, Party};
use hashbrown::HashMap;

/// A balance of each party in each coin, in units.
#[derive(Debug)]
pub(crate) struct Balances {
    seed: u64,
    /// One entry a wallet.
    persons: Vec<[u64; 2]>,
    /// One entry a wallet: its deposit account.
    deposits: Vec<[u64; 2]>,
    others: HashMap<(Party, Coin), u64>,
}

impl Balances {
    pub(crate) fn new(seed: u64, wallets: usize) -> Self {
        Self { seed, persons: vec![[0; 2]; wallets], deposits: vec![[0; 2]; wallets], others: HashMap::new() }
    }

    fn place(&self, party: Party, coin: Coin) -> Option<usize> {
        match coin {
            Coin::ETH => Some(0),
            _ => (stablecoin(self.seed, party) == coin).then_some(1),
        }
    }

    fn slot(&mut self, party: Party, coin: Coin) -> &mut u64 {
        let place = self.place(party, coin);
        let number = usize::try_from(party.number()).unwrap_or(usize::MAX);
        let table = match party.kind() {
            Kind::Person => self.persons.get_mut(number),
            Kind::Deposit => self.deposits.get_mut(number),
            _ => None,
        };
        match (table, place) {
            (Some(row), Some(place)) => &mut row[place],
            _ => self.others.entry((party, coin)).or_default(),
        }
    }

    /// What a party holds.
    pub(crate) fn get(&self, party: Party, coin: Coin) -> u64 {
        let number = usize::try_from(party.number()).unwrap_or(usize::MAX);
        let table = match party.kind() {
            Kind::Person => self.persons.get(number),
            Kind::Deposit => self.deposits.get(number),
            _ => None,
        };
        match (table, self.place(party, coin)) {
            (Some(row), Some(place)) => row[place],
            _ => self.others.get(&(party, coin)).copied().unwrap_or(0),
        }
    }

    pub(crate) fn add(&mut self, party: Party, coin: Coin, units: u64) {
        if party != Party::ZERO {
            let slot = self.slot(party, coin);
            *slot = slot.checked_add(units).expect("no balance comes near 2^64 units");
        }
    }

    /// Takes what was sent.
    pub(crate) fn take(&mut self, party: Party, coin: Coin, units: u64) {
        if party != Party::ZERO {
            let slot = self.slot(party, coin);
            *slot = slot.checked_sub(units).expect("nobody sends what he does not have");
        }
    }
}

/// The stablecoin that a wallet uses on Ethereum, the same for its deposit account.
pub(crate) fn stablecoin(seed: u64, party: Party) -> Coin {
    match party.as_kind(Kind::Person).fate(seed, 1) % 10 {
        0..6 => Coin::USDT,
        6..9 => Coin::USDC,
        _ => Coin::DAI,
    }
}
