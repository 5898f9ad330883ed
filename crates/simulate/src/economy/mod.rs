//! The clean economy: what people and businesses do all day.
//!
//! Each act is one of a few kinds, drawn by the weights of the parameters. What follows later (a sweep, a bridge's
//! other leg, a note that is taken out) is scheduled as an [`Event`].

mod business;
mod exchange;
mod noise;
mod people;
mod services;

use crate::coin::Coin;
use crate::party::{Kind, Party};
use crate::world::{World, stablecoin};

/// What was scheduled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// A deposit account is swept.
    Sweep { deposit: Party, coin: Coin },
    /// A processor empties an invoice.
    Collect { invoice: Party, coin: Coin },
    /// A note leaves a mixer.
    Unmix(Note),
    /// A bridge pays out.
    Arrive(Crossing),
    /// A wallet passes on to its exchange what it got.
    Forward { person: Party, coin: Coin, units: u64 },
    /// A wallet pays, now that it can.
    Pay { person: Party, to: Party, coin: Coin, units: u64 },
    /// A thief goes on with a lot.
    Lot(usize),
    /// A theft is near.
    Prepare(usize),
    /// A theft happens.
    Theft(usize),
}

/// A note in a mixer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note {
    pub(crate) pool: Party,
    pub(crate) depositor: Party,
    pub(crate) deposit: u64,
    pub(crate) recipient: Party,
    /// Of a thief: the lot that it will be part of, and the one that it was part of.
    pub(crate) lots: Option<(usize, usize)>,
}

/// Money on its way over a bridge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crossing {
    pub(crate) from: Party,
    pub(crate) to: Party,
    pub(crate) left: Coin,
    pub(crate) units: u64,
    pub(crate) departure: u64,
    /// See [`Note`].
    pub(crate) lots: Option<(usize, usize)>,
}

/// Payments in millionths of a dollar: their sixteenths, from the least to the largest.
const PAYMENTS: [u64; 17] = [
    1_000_000,
    15_000_000,
    35_000_000,
    60_000_000,
    90_000_000,
    130_000_000,
    170_000_000,
    220_000_000,
    300_000_000,
    420_000_000,
    600_000_000,
    900_000_000,
    1_400_000_000,
    2_500_000_000,
    5_000_000_000,
    14_000_000_000,
    400_000_000_000,
];

impl World<'_> {
    /// Does one thing.
    pub(crate) fn act(&mut self) {
        let e = &self.parameters.economy;
        let weights = [
            e.pay,
            e.shop,
            e.invoice,
            e.salary,
            e.deposit,
            e.withdraw,
            e.churn,
            e.swap,
            e.bridge,
            e.mix,
            e.desk,
            e.noise,
            e.second_chain,
        ];
        match self.random.of_weights(&weights) {
            0 => self.pay(),
            1 => self.shop(),
            2 => self.invoice(),
            3 => self.salaries(),
            4 => self.deposit(),
            5 => self.withdrawal(),
            6 => self.churn(),
            7 => self.swap(),
            8 => self.cross(),
            9 => self.mix(),
            10 => self.desk(),
            11 => self.noise(),
            _ => self.second_chain(),
        }
    }

    /// Lets happen what was scheduled.
    pub(crate) fn happen(&mut self, event: Event) {
        match event {
            Event::Sweep { deposit, coin } => self.sweep(deposit, coin),
            Event::Collect { invoice, coin } => self.collect(invoice, coin),
            Event::Unmix(note) => self.unmix(note),
            Event::Arrive(crossing) => self.arrive(crossing),
            Event::Forward { person, coin, units } => self.forward(person, coin, units),
            Event::Pay { person, to, coin, units } => self.pay_now(person, to, coin, units),
            Event::Lot(lot) => self.go_on(lot),
            Event::Prepare(theft) => self.prepare(theft),
            Event::Theft(theft) => self.steal(theft),
        }
    }

    /// How many wallets are in use by now.
    fn born(&self) -> u64 {
        let ticks = self.clock.ticks();
        let born =
            u128::from(self.wallets) * u128::from(self.tick + ticks / 4) / u128::from(ticks + ticks / 4);
        u64::try_from(born).expect("at most all").max(8)
    }

    /// A wallet: some are used far more than others, and some are new.
    pub(crate) fn person(&mut self) -> Party {
        let born = self.born();
        let number = match self.random.below(10) {
            0..5 => self.random.skewed(born, 6),
            5..7 => self.random.below(born),
            _ => born - 1 - self.random.below(born / 50 + 1),
        };
        Party::new(Kind::Person, number)
    }

    /// A wallet that another one often deals with, or any.
    fn contact_of(&mut self, person: Party) -> Party {
        if self.random.chance(550) {
            let which = self.random.skewed(6, 2);
            let number = person.fate(self.scope.seed, 100 + which) % self.born();
            if number != person.number() {
                return Party::new(Kind::Person, number);
            }
        }
        self.person()
    }

    /// The coin of a payment on Ethereum: a wallet uses one stablecoin, and the native coin.
    fn coin_of(&mut self, person: Party) -> Coin {
        if self.scope.tokens_only || self.random.chance(450) {
            stablecoin(self.scope.seed, person)
        } else {
            Coin::ETH
        }
    }

    /// A payment's amount, in units.
    pub(crate) fn amount(&mut self, coin: Coin) -> u64 {
        let dollars = self.random.of_quantiles(&PAYMENTS);
        let units = coin.bought_for(dollars).max(1);
        self.random.rounded(units)
    }
}
