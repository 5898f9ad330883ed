//! Sweeps of one asset: which deposit each passes on, how long after it, and how much.

use super::counts::Candidate;
use super::found::AssetSweeps;
use super::history::{Histories, Seen};
use super::options::Short;
use super::weigh::Scale;
use crate::account::AccountId;
use crate::amount::{Amount, Wide};
use crate::ledger::{Columns, Ledger, PurseId};
use rayon::prelude::*;
use std::cell::OnceCell;

/// When a transfer happened, as far as that is known.
#[derive(Clone, Copy)]
struct When {
    time: Option<i64>,
    block: Option<u64>,
}

/// Room for the sweeps of one purse, used again for the next.
#[derive(Default)]
pub(super) struct Sweeps {
    /// Deposits that no sweep has passed on yet, by place.
    waiting: Vec<usize>,
    /// Deposit and sweep, by place.
    pairs: Vec<(usize, usize)>,
    seconds: Vec<i64>,
    blocks: Vec<u64>,
}

/// Whether all transfers have a time and none is earlier than one before it.
pub(super) fn times_rise(ledger: &Ledger) -> bool {
    let times = &ledger.columns().blocks.time;
    times.first() != Some(&Columns::NO_TIME) && times.par_windows(2).all(|pair| pair[0] <= pair[1])
}

impl Scale<'_> {
    /// What an account did with the asset of one purse.
    pub(super) fn describe(
        &self,
        room: &mut Sweeps,
        it: &Candidate,
        purse: PurseId,
        seen: &[Seen],
    ) -> AssetSweeps {
        let columns = self.ledger.columns();
        let matched = self.matches(room, it, purse, seen);
        let transaction = |place: usize| columns.transaction[place];
        let forwarded = room.pairs.iter().filter(|pair| transaction(pair.0) == transaction(pair.1)).count();
        let mut sweeps = AssetSweeps {
            asset: self.ledger.purses().asset(purse),
            deposits: 0,
            received: Amount::ZERO,
            transfers_out: 0,
            sweeps: 0,
            swept: Amount::ZERO,
            matched,
            forwarded: forwarded as u64,
            median_delay: None,
            median_delay_blocks: None,
            first_sweep: None,
            last_sweep: None,
        };
        room.seconds.clear();
        room.blocks.clear();
        let mut last = None;
        for one in seen {
            if !one.is_out {
                sweeps.deposits += 1;
                sweeps.received = sweeps.received.plus(columns.value.get(one.place));
                last = Some(one.place);
                continue;
            }
            sweeps.transfers_out += 1;
            if self.is_of(one, it.exchange) {
                sweeps.sweeps += 1;
                sweeps.swept = sweeps.swept.plus(columns.value.get(one.place));
                sweeps.first_sweep.get_or_insert(one.place as u64);
                sweeps.last_sweep = Some(one.place as u64);
                if let Some(deposit) = last.map(|place| self.when(place)) {
                    let when = self.when(one.place);
                    room.seconds.extend(seconds(deposit, when));
                    room.blocks.extend(blocks(deposit, when));
                }
            }
        }
        sweeps.median_delay = middle(&mut room.seconds);
        sweeps.median_delay_blocks = middle(&mut room.blocks);
        sweeps
    }

    /// Pairs each sweep with the latest deposit before it that it may pass on and that no earlier sweep took.
    /// Returns how many pairs there are.
    pub(super) fn matches(&self, room: &mut Sweeps, it: &Candidate, purse: PurseId, seen: &[Seen]) -> u64 {
        let values = &self.ledger.columns().value;
        let Sweeps { waiting, pairs, .. } = room;
        waiting.clear();
        pairs.clear();
        for one in seen {
            if !one.is_out {
                waiting.push(one.place);
            } else if !waiting.is_empty() && self.is_of(one, it.exchange) {
                let near = Near::new(self, it, purse, one.place);
                let when = self.when(one.place);
                let is_in_time = |deposit: &usize| self.is_in_time(self.when(*deposit), when);
                // Where times rise, a deposit is too old if a later one is.
                let young = waiting.iter().rev().take_while(|it| !self.times_rise || is_in_time(it));
                let passes = |it: &usize| (self.times_rise || is_in_time(it)) && near.takes(values.get(*it));
                if let Some(back) = young.copied().position(|deposit| passes(&deposit)) {
                    pairs.push((waiting.remove(waiting.len() - 1 - back), one.place));
                }
            }
        }
        pairs.len() as u64
    }

    fn when(&self, place: usize) -> When {
        let (block, time) = self.ledger.columns().blocks.known(place);
        When { time, block }
    }

    /// Whether a sweep comes soon enough; by blocks where no times are known.
    fn is_in_time(&self, deposit: When, sweep: When) -> bool {
        match seconds(deposit, sweep) {
            Some(seconds) => (0..=self.options.max_delay).contains(&seconds),
            None => blocks(deposit, sweep).is_some_and(|it| it <= self.options.max_delay_blocks),
        }
    }
}

/// Whether a sweep takes what a deposit brought, but for what it may fall short.
struct Near<'s> {
    sent: Amount,
    short: Short,
    /// What the account paid for the transaction, where that counts: asked for once at the most.
    fee: OnceCell<Amount>,
    histories: Option<&'s Histories<'s>>,
    account: AccountId,
    place: usize,
}

impl<'s> Near<'s> {
    fn new(scale: &'s Scale<'_>, it: &Candidate, purse: PurseId, sweep: usize) -> Self {
        let asset = scale.ledger.purses().asset(purse);
        let is_native = scale.ledger.assets().get(asset).is_native();
        Self {
            sent: scale.ledger.columns().value.get(sweep),
            short: scale.short[asset.index()],
            fee: OnceCell::new(),
            histories: is_native.then_some(scale.histories),
            account: it.account,
            place: sweep,
        }
    }

    fn fee(&self) -> Amount {
        let ask = || self.histories?.fee(self.account, self.place);
        *self.fee.get_or_init(|| ask().unwrap_or(Amount::ZERO))
    }

    fn takes(&self, brought: Amount) -> bool {
        let Some(short) = brought.minus(self.sent) else { return false };
        match self.short {
            Short::Percent(percent) => times(short, 100) <= times(brought, percent),
            Short::Units(units) => short <= units || short <= self.fee(),
        }
    }
}

fn seconds(deposit: When, sweep: When) -> Option<i64> {
    Some(sweep.time? - deposit.time?)
}

fn blocks(deposit: When, sweep: When) -> Option<u64> {
    sweep.block?.checked_sub(deposit.block?)
}

/// An amount so many times. An amount of 256 bits leaves 64 more.
fn times(amount: Amount, factor: u32) -> Amount {
    Amount::from_wide(amount.to_wide() * Wide::from(factor))
}

/// The middle one, of an even number the lower.
fn middle<T: Ord + Copy>(values: &mut [T]) -> Option<T> {
    let middle = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable(middle).1)
}
