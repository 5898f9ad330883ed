//! Thieves: what they take, and what becomes of it.
//!
//! Stolen money moves in *lots*: so many units of one coin at one party, on their way through the steps of a plan. A
//! lot is the truth about that money: its owner knows it from everything else in the same account.

mod book;
mod cash;
mod moves;
mod steps;

pub(crate) use book::Thefts;

use crate::coin::Coin;
use crate::party::{Kind, Party};
use crate::truth::Through;
use crate::world::World;

/// Money of one theft at one party.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    theft: usize,
    at: Party,
    coin: Coin,
    units: u64,
    /// The step that is to be done next; `None` rests.
    step: Option<usize>,
    /// How far the step is.
    progress: u64,
    through: Through,
    /// The lot that this one becomes, bit by bit.
    becomes: Option<usize>,
    /// How many parts of this lot are still to come.
    awaited: u64,
    /// Whether all its parts are on their way.
    closed: bool,
    /// Where the step sends money at present, how often yet, and the tick of its burst.
    goal: Option<(Party, u64, u64)>,
}

impl World<'_> {
    /// Schedules all thefts.
    pub(crate) fn plan_thefts(&mut self) {
        for theft in 0..self.thefts.count() {
            let tick = self.thefts.tick(theft);
            // The account has gas, and the victim the money, some time before.
            self.schedule(tick.saturating_sub(crate::world::HOUR), crate::economy::Event::Prepare(theft));
            self.schedule(tick.max(2), crate::economy::Event::Theft(theft));
        }
    }

    /// Gets ready for a theft: the victim has what is to be taken, and the thief gas that he bought.
    pub(crate) fn prepare(&mut self, theft: usize) {
        let victim = Party::new(Kind::Victim, theft as u64);
        for (coin, units) in self.thefts.taken(theft) {
            self.fund(victim, coin, units, 400_000);
        }
        // For a call for each coin.
        let coins = self.thefts.taken(theft).len() as u64;
        self.fund(victim, Coin::ETH, self.thefts.taken_of(theft, Coin::ETH), 400_000 * coins);
        let seed = self.thefts.seed(theft);
        self.withdraw(seed, Coin::ETH, Coin::ETH.whole(1));
    }

    /// The theft.
    pub(crate) fn steal(&mut self, theft: usize) {
        let victim = Party::new(Kind::Victim, theft as u64);
        let seed = self.thefts.seed(theft);
        self.thefts.happened(theft, self.tick);
        for (coin, units) in self.thefts.taken(theft) {
            self.fund(victim, coin, units, crate::world::gas_of(coin));
            self.send(victim, seed, coin, units);
            self.thefts.took(theft, coin, units);
            let lot =
                self.thefts.lot(theft, seed, coin, units, self.thefts.first_step(theft), Through::default());
            let ticks = self.random.between(5, 60);
            self.schedule(ticks, crate::economy::Event::Lot(lot));
        }
    }
}
