//! What wallets do among each other, and on the second chain.

use super::Event;
use crate::coin::Coin;
use crate::party::{Kind, Party};
use crate::world::{World, gas_of, stablecoin};

/// How many ticks pass until a wallet pays with what it bought: quantiles, from a minute to weeks.
const PAUSES: [u64; 9] = [3, 7, 20, 60, 180, 700, 4_000, 25_000, 100_000];

impl World<'_> {
    /// A wallet pays another.
    pub(super) fn pay(&mut self) {
        let person = self.person();
        let to = self.contact_of(person);
        let coin = self.coin_of(person);
        let units = self.amount(coin);
        if to == person {
            return;
        }
        // Now and then a wallet is given up for another, with all that is in it.
        if coin == Coin::ETH && self.random.chance(60) && self.all_but_fee(person, coin.chain()) > 0 {
            let all = self.all_but_fee(person, coin.chain());
            self.send(person, to, coin, all);
            return;
        }
        if self.spendable(person, coin) >= units {
            self.pay_now(person, to, coin, units);
        } else {
            // It buys some first, and pays when it gets to it.
            self.fund(person, coin, units, gas_of(coin));
            let ticks = self.random.of_quantiles(&PAUSES);
            self.schedule(ticks, Event::Pay { person, to, coin, units });
        }
    }

    /// A wallet pays, and buys what it lacks for that.
    pub(super) fn pay_now(&mut self, person: Party, to: Party, coin: Coin, units: u64) {
        self.fund(person, coin, units, gas_of(coin));
        self.send(person, to, coin, units);
    }

    /// A wallet pays a shop; the shop cashes out now and then.
    pub(super) fn shop(&mut self) {
        let person = self.person();
        let shop = self.business(Kind::Merchant);
        let coin = self.coin_of(person);
        let units = self.amount(coin).min(coin.bought_for(3_000_000_000));
        self.fund(person, coin, units, gas_of(coin));
        self.send(person, shop, coin, units);
        if self.random.chance(40) {
            self.cash_out_business(shop, coin);
        }
    }

    /// A wallet does something on the second chain: it pays, deposits, or withdraws there.
    pub(super) fn second_chain(&mut self) {
        let person = self.person();
        let coin = match stablecoin(self.scope.seed, person).across() {
            Some(coin) if self.random.chance(700) => coin,
            _ => Coin::POL,
        };
        let units = self.amount(coin);
        match self.random.below(10) {
            0..3 => self.withdraw(person, coin, units),
            3..5 => {
                self.fund(person, coin, units, gas_of(coin));
                self.deposit_there(person, coin, units);
            }
            _ => {
                let to = self.contact_of(person);
                if to != person {
                    self.fund(person, coin, units, gas_of(coin));
                    self.send(person, to, coin, units);
                }
            }
        }
    }

    /// A wallet passes on to its exchange what it got, if it still has it.
    pub(super) fn forward(&mut self, person: Party, coin: Coin, units: u64) {
        let has = if coin.is_native() {
            self.all_but_fee(person, coin.chain())
        } else {
            self.spendable(person, coin)
        };
        let units = units.min(has);
        if units > 0 {
            self.fund(person, coin, units, gas_of(coin));
            self.deposit_there(person, coin, units);
        }
    }

    /// A customer's payment into his deposit account, which will be swept.
    pub(crate) fn deposit_there(&mut self, person: Party, coin: Coin, units: u64) -> u64 {
        let deposit = person.as_kind(Kind::Deposit);
        let number = self.send(person, deposit, coin, units);
        self.expect_sweep(deposit, coin);
        number
    }
}
