//! The transactions of a ledger that exchange, each settled.
//!
//! # Cost
//!
//! **O(n)** for n transfers: one pass counts those of each transaction, and only transactions of several, or with a wrap,
//! that somebody of interest takes part in are looked at closer, in parallel.

use super::settle::{Facts, Leg, Settled, settle};
use crate::ledger::{Ledger, PurseId};
use crate::links::wraps::Wraps;
use hashbrown::HashSet;
use rayon::prelude::*;

/// What is settled, and by what.
pub(crate) struct Context<'a, F> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) wraps: &'a Wraps,
    /// Transactions that are left alone.
    pub(crate) without: &'a HashSet<u32>,
    pub(crate) facts: F,
}

/// A transaction of which something is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) transaction: u32,
    pub(crate) legs: Vec<Leg>,
    pub(crate) settled: Settled,
}

/// Settles the transactions that somebody of interest takes part in, in the order of their numbers. `moves` tells which
/// transfers count; `interest` is asked once and only if there is anything to settle, and has one entry an account.
pub(crate) fn gather<F: Facts + Sync>(
    context: &Context<'_, F>,
    moves: impl Fn(usize) -> bool + Sync,
    interest: impl FnOnce() -> Vec<bool>,
) -> Vec<Found> {
    let ledger = context.ledger;
    let columns = ledger.columns();
    // Who gets another asset for one: of one asset there is no exchange.
    if ledger.assets().len() < 2 {
        return Vec::new();
    }
    let places = 0..ledger.transfer_count();
    let mut count = vec![0_u8; ledger.transactions().len()];
    for place in places.clone().filter(|&place| moves(place)) {
        let count = &mut count[columns.transaction[place] as usize];
        *count = count.saturating_add(1);
    }
    let coins: Vec<PurseId> = context
        .wraps
        .wraps
        .iter()
        .filter_map(|wrap| ledger.purses().find(wrap.contract, wrap.coin))
        .collect();
    let may_exchange = |place: &usize| {
        let (from, to) = (columns.from[*place], columns.to[*place]);
        (count[columns.transaction[*place] as usize] > 1 || coins.contains(&from) || coins.contains(&to))
            && moves(*place)
    };
    if count.iter().all(|&count| count < 2) && coins.is_empty() {
        return Vec::new();
    }
    let interest = interest();
    let is_of_interest =
        |purse: PurseId| purse != PurseId::NONE && interest[ledger.purses().account(purse).index()];
    let mut wanted = vec![false; count.len()];
    for place in places.clone().filter(may_exchange) {
        wanted[columns.transaction[place] as usize] |=
            is_of_interest(columns.from[place]) || is_of_interest(columns.to[place]);
    }
    let mut rows: Vec<(u32, u64)> = places
        .into_par_iter()
        .filter(|&place| wanted[columns.transaction[place] as usize] && may_exchange(&place))
        .map(|place| (columns.transaction[place], place as u64))
        .collect();
    // By transaction, in position order; mostly so already.
    rows.par_sort();
    let settle = |rows: &[(u32, u64)]| context.settle(rows);
    rows.par_chunk_by(|one, other| one.0 == other.0).filter_map(settle).collect()
}

impl<F: Facts> Context<'_, F> {
    fn settle(&self, rows: &[(u32, u64)]) -> Option<Found> {
        let (transaction, _) = rows[0];
        let ledger = self.ledger;
        let (columns, purses) = (ledger.columns(), ledger.purses());
        if self.without.contains(&transaction) {
            return None;
        }
        let account = |purse: PurseId| (!ledger.is_void(purse)).then(|| purses.account(purse));
        let leg = |&(_, place): &(u32, u64)| {
            let at = usize::try_from(place).expect("the ledger is in memory");
            let (from, to) = (account(columns.from[at]), account(columns.to[at]));
            let (asset, value) = (purses.asset(columns.to[at]), columns.value.get(at));
            Leg { place, from, to, asset, value, is_added: false }
        };
        let mut legs: Vec<Leg> = rows.iter().map(leg).collect();
        self.add_missing(&mut legs);
        let settled = settle(&legs, &self.facts)?;
        let is_empty = settled.deals.is_empty() && settled.ends.iter().all(Option::is_none);
        (!is_empty).then_some(Found { transaction, legs, settled })
    }

    /// Adds the tokens' legs of wraps, where the transaction shows none: as much as of the coin. Only to a purse that the
    /// ledger knows.
    fn add_missing(&self, legs: &mut Vec<Leg>) {
        for wrap in &self.wraps.wraps {
            let contract = Some(wrap.contract);
            let of_token = |leg: &&Leg| leg.asset == wrap.token;
            let shows_mint = legs.iter().filter(of_token).any(|it| it.from.is_none() || it.from == contract);
            let shows_burn = legs.iter().filter(of_token).any(|it| it.to.is_none() || it.to == contract);
            let mut missing = Vec::new();
            for leg in legs.iter().filter(|leg| leg.asset == wrap.coin) {
                let is_known = |account: &_| self.ledger.purses().find(*account, wrap.token).is_some();
                let back = Leg { asset: wrap.token, is_added: true, ..*leg };
                if leg.to == contract && !shows_mint && leg.from.as_ref().is_some_and(is_known) {
                    missing.push(Leg { from: contract, to: leg.from, ..back });
                }
                if leg.from == contract && !shows_burn && leg.to.as_ref().is_some_and(is_known) {
                    missing.push(Leg { from: leg.to, to: contract, ..back });
                }
            }
            legs.extend(missing);
        }
    }
}
