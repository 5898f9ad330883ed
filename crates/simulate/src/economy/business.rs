//! Shops, employers, payment processors, forwarders, desks.

use super::Event;
use crate::coin::Coin;
use crate::party::{Kind, Party};
use crate::world::{World, gas_of, stablecoin, transfer};

impl World<'_> {
    /// An employer pays many people, who often pass it on to their exchange at once.
    pub(super) fn salaries(&mut self) {
        let employer = self.business(Kind::Employer);
        let coin = stablecoin(self.scope.seed, employer);
        let count = self.random.between(6, 40);
        let born = self.wallets;
        for place in 0..count {
            // The same people every month.
            let person = Party::new(Kind::Person, employer.fate(self.scope.seed, 200 + place) % born);
            let units = coin.whole(500 + person.fate(self.scope.seed, 3) % 6000);
            self.fund(employer, coin, units, gas_of(coin));
            self.send(employer, person, coin, units);
            if person.fate(self.scope.seed, 4).is_multiple_of(4) {
                let ticks = self.random.between(20, 9000);
                self.schedule(ticks, Event::Forward { person, coin, units });
            }
        }
    }

    /// A wallet pays an invoice, whose account the processor empties later, or through a forwarder at once.
    pub(super) fn invoice(&mut self) {
        let person = self.person();
        let coin = self.coin_of(person);
        let units = self.amount(coin).min(coin.bought_for(20_000_000_000));
        if self.random.chance(300) {
            let shop = self.business(Kind::Merchant);
            let forwarder = shop.as_kind(Kind::Forwarder);
            let gas = gas_of(coin) * 2;
            self.fund(person, coin, units, gas);
            let moves = [transfer(person, forwarder, coin, units), transfer(forwarder, shop, coin, units)];
            self.transact(Some(person), gas, &moves);
            return;
        }
        let invoice = Party::new(Kind::Invoice, self.invoices);
        self.invoices += 1;
        self.fund(person, coin, units, gas_of(coin));
        self.send(person, invoice, coin, units);
        let ticks = self.random.between(5, 2000);
        self.schedule(ticks, Event::Collect { invoice, coin });
    }

    /// The processor empties an invoice, with gas of its own where a token needs it.
    pub(super) fn collect(&mut self, invoice: Party, coin: Coin) {
        let processor = Party::new(Kind::Processor, invoice.number() % 3);
        let chain = coin.chain();
        if coin.is_native() {
            let units = self.all_but_fee(invoice, chain);
            if units > 0 {
                self.send(invoice, processor, coin, units);
            }
            return;
        }
        let fee = self.fee(chain, gas_of(coin));
        self.fund(processor, chain.native(), fee, gas_of(chain.native()));
        self.send(processor, invoice, chain.native(), fee);
        let units = self.balance(invoice, coin);
        self.send(invoice, processor, coin, units);
        if self.random.chance(50) {
            self.cash_out_business(processor, coin);
        }
    }

    /// A business sends most of what it has to its exchange.
    pub(super) fn cash_out_business(&mut self, business: Party, coin: Coin) {
        let units = self.spendable(business, coin) / 10 * 9;
        if coin.worth(units) > 100_000_000 {
            self.fund(business, coin, units, gas_of(coin));
            let account = self.exchange_account(business);
            self.send(business, account, coin, units);
            self.expect_sweep(account, coin);
        }
    }

    /// The deposit account of a business, apart from those of wallets.
    pub(crate) fn exchange_account(&self, business: Party) -> Party {
        let kinds = [Kind::Merchant, Kind::Employer, Kind::Processor, Kind::Desk];
        let place = kinds.iter().position(|&kind| kind == business.kind()).unwrap_or(kinds.len());
        Party::new(Kind::Deposit, self.wallets + business.number() * 8 + place as u64)
    }

    /// A wallet trades with a desk: it pays in one coin, and the desk in another, each in a transaction of its own.
    pub(super) fn desk(&mut self) {
        let person = self.person();
        let desk = self.business(Kind::Desk);
        let stable = stablecoin(self.scope.seed, person);
        let dollars = self.random.between(2_000, 200_000) * 1_000_000;
        let (paid, got) = if self.random.chance(500) { (stable, Coin::ETH) } else { (Coin::ETH, stable) };
        let units = paid.bought_for(dollars);
        self.fund(person, paid, units, gas_of(paid));
        self.send(person, desk, paid, units);
        let back = got.bought_for(dollars - dollars / 100);
        self.fund(desk, got, back, gas_of(got));
        self.send(desk, person, got, back);
        if self.random.chance(120) {
            self.cash_out_business(desk, paid);
        }
    }
}
