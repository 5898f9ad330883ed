//! Exchanges: deposit accounts and their sweeps, gas stations, withdrawals, their own moves.

use super::Event;
use crate::coin::Coin;
use crate::party::{Kind, Party};
use crate::world::{World, gas_of, transfer};

/// How many ticks pass from a deposit to its sweep: quantiles. Most take minutes, some until the night.
const SWEEP_DELAYS: [u64; 9] = [4, 10, 20, 40, 75, 150, 350, 1200, 3200];

/// What a withdrawal in a batch costs in gas, one more receiver.
const BATCH_GAS: u64 = 34_000;

impl World<'_> {
    /// A wallet deposits at its exchange: any wallet, or one that does so for years and does little else.
    pub(super) fn deposit(&mut self) {
        let person = self.person();
        let coin = self.coin_of(person);
        let units = self.amount(coin);
        let has = if coin.is_native() {
            self.all_but_fee(person, coin.chain())
        } else {
            self.spendable(person, coin)
        };
        if coin.worth(has) < 10_000_000 {
            // Nothing to deposit: he withdraws instead.
            self.withdraw(person, coin, units);
            return;
        }
        let units = units.min(has);
        self.fund(person, coin, units, gas_of(coin));
        self.deposit_there(person, coin, units);
    }

    pub(crate) fn expect_sweep(&mut self, deposit: Party, coin: Coin) {
        let ticks = self.random.of_quantiles(&SWEEP_DELAYS);
        self.schedule(ticks, Event::Sweep { deposit, coin });
    }

    /// An exchange sweeps a deposit account into its hot wallet; a token's sweep needs gas from the gas station. What
    /// is worth less than the effort stays.
    pub(super) fn sweep(&mut self, deposit: Party, coin: Coin) {
        let hot = Party::new(Kind::Hot, self.exchange_of(deposit));
        let chain = coin.chain();
        if coin.is_native() {
            let units = self.all_but_fee(deposit, chain);
            if coin.worth(units) > 4_000_000 {
                self.thefts.swept(deposit, hot, coin);
                self.send(deposit, hot, coin, units);
            }
            return;
        }
        let units = self.balance(deposit, coin);
        if coin.worth(units) < 10_000_000 {
            return;
        }
        let (native, gas) = (chain.native(), gas_of(coin));
        let fee = self.fee(chain, gas);
        if self.balance(deposit, native) >= fee {
            self.thefts.swept(deposit, hot, coin);
            self.send(deposit, hot, coin, units);
        } else {
            let station = hot.as_kind(Kind::GasStation);
            let given = fee * 5 / 4;
            self.fund(station, native, given, gas_of(native));
            self.send(station, deposit, native, given);
            let ticks = self.random.between(2, 25);
            self.schedule(ticks, Event::Sweep { deposit, coin });
        }
    }

    /// An exchange pays a withdrawal: one, or several customers in one transaction.
    pub(super) fn withdrawal(&mut self) {
        let person = self.person();
        let coin = self.coin_of(person);
        let units = self.amount(coin);
        if !self.random.chance(120) {
            self.withdraw(person, coin, units);
            return;
        }
        let hot = Party::new(Kind::Hot, self.exchange_of(person));
        let mut moves = vec![transfer(hot, person, coin, units)];
        for _ in 0..self.random.between(2, 12) {
            let other = self.person();
            let units = self.amount(coin);
            moves.push(transfer(hot, other, coin, units));
        }
        let gas = gas_of(coin) + BATCH_GAS * moves.len() as u64;
        self.fund(hot, coin, moves.iter().map(|it| it.units).sum(), gas);
        self.transact(Some(hot), gas, &moves);
    }

    /// An exchange moves its own money: into and out of the cold wallet, to another exchange.
    pub(super) fn churn(&mut self) {
        let exchanges = self.parameters.economy.exchanges;
        let hot = Party::new(Kind::Hot, self.random.skewed(exchanges, 2));
        let coin = self.random.pick(&[Coin::ETH, Coin::USDT, Coin::USDC, Coin::DAI, Coin::USDT_POLYGON]);
        let units = self.spendable(hot, coin) / self.random.between(3, 12);
        if units == 0 {
            return;
        }
        let to = match self.random.below(10) {
            0..2 if exchanges > 1 => {
                Party::new(Kind::Hot, (hot.number() + 1 + self.random.below(exchanges - 1)) % exchanges)
            }
            _ => hot.as_kind(Kind::Cold),
        };
        self.fund(hot, coin, units, gas_of(coin));
        self.send(hot, to, coin, units);
    }
}
