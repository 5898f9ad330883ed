//! Position: the one order of a ledger.
//!
//! Inside a chain: block, then transaction index, then event index, then input order. Where a chain has no
//! block numbers, the second takes the block's place. An index stated in one row holds for the whole
//! transaction. Rows still without one come last in their block, by event index; inside a transaction, rows
//! without an event index come first. Rows that only input order tells apart are *tied*.
//!
//! Between chains: block time, then the chain's name. Where a chain lacks times, chains stand one after the
//! other by name; no purse is on two chains, so no amount depends on it.

use super::build::Rows;
use super::columns::Columns;
use super::transactions::Transactions;
use crate::account::ChainId;
use hashbrown::HashMap;
use rayon::prelude::*;

/// What the order of rows is made of.
pub(super) struct Keys<'a> {
    pub(super) rows: &'a Rows,
    pub(super) chain_names: &'a [String],
    pub(super) transactions: &'a Transactions,
}

/// Rows in position order.
pub(super) struct Sorted {
    /// Row numbers of the input, one entry a place.
    pub(super) order: Vec<u64>,
    /// Block times, one entry a place, filled from other rows of the block where one lacks it.
    pub(super) time: Vec<i64>,
    /// Whether a place is tied to the one before it.
    pub(super) tied: Vec<bool>,
    /// Places whose time is earlier than that of a block before them.
    pub(super) time_runs_back: u64,
    /// The places whose time was filled, rising.
    pub(super) time_filled: Vec<u64>,
}

/// Two rows of one chain that nothing can order.
pub(super) struct OrderError {
    pub(super) chain: ChainId,
    /// A row with a time and no block number.
    pub(super) only_time: usize,
    /// A row with a block number and no time.
    pub(super) only_block: usize,
}

/// All of a row's position but the input order: chain by name, block or second, transaction, event.
pub(super) type Position = (usize, u64, bool, u64, Option<u64>);

/// Tells the position of rows.
pub(super) struct Positions<'a> {
    keys: &'a Keys<'a>,
    rank: Vec<usize>,
    by_block: Vec<bool>,
}

impl<'a> Positions<'a> {
    /// Looks how each chain is ordered; `kept` are the rows that count.
    pub(super) fn of(keys: &'a Keys<'a>, kept: &[u64]) -> Result<Self, OrderError> {
        Ok(Self { keys, rank: ranks(keys.chain_names), by_block: chains_by_block(keys, kept)? })
    }

    #[inline]
    pub(super) fn of_row(&self, row: u64) -> Position {
        let rows = self.keys.rows;
        let number = row;
        let row = at(row);
        let chain = usize::from(rows.chain[row].0);
        let group = if self.by_block[chain] {
            rows.block[row]
        } else {
            // Seconds as unsigned, in the same order.
            rows.time[row].cast_unsigned() ^ (1 << 63)
        };
        let index = rows.own_index(number).or_else(|| self.keys.transactions.index(rows.transaction[row]));
        let event = Some(rows.event[row]).filter(|&event| event != Rows::NO_EVENT);
        (self.rank[chain], group, index.is_none(), index.unwrap_or(0), event)
    }
}

fn at(row: u64) -> usize {
    usize::try_from(row).expect("rows are in memory")
}

/// Sorts the rows `kept` (given in input order) by position.
pub(super) fn sort(positions: &Positions<'_>, kept: Vec<u64>) -> Sorted {
    let keys = positions.keys;
    let position = |row: u64| positions.of_row(row);
    let mut order = kept;
    // Files mostly are in order.
    if !order.par_windows(2).all(|pair| position(pair[0]) <= position(pair[1])) {
        order.par_sort_unstable_by_key(|&row| (position(row), row));
    }

    let (mut time, mut time_filled) = fill_times(keys, &order, &position);
    let mut tied: Vec<bool> = (0..order.len())
        .into_par_iter()
        .map(|place| place > 0 && position(order[place]) == position(order[place - 1]))
        .collect();
    let (running, time_runs_back) = running_times(keys, &order, &time);
    let several_chains = order.iter().any(|&row| keys.rows.chain[at(row)] != keys.rows.chain[at(order[0])]);
    if several_chains && running.iter().all(|&time| time != Columns::NO_TIME) {
        let mut merged: Vec<usize> = (0..order.len()).collect();
        // Stable: rows of one chain keep their order, since their running time never falls.
        merged.par_sort_by_key(|&place| (running[place], position(order[place]).0));
        order = merged.iter().map(|&place| order[place]).collect();
        time = merged.iter().map(|&place| time[place]).collect();
        tied = merged.iter().map(|&place| tied[place]).collect();
        let filled: hashbrown::HashSet<u64> = time_filled.into_iter().collect();
        let moved = (0..).zip(&merged).filter(|(_, place)| filled.contains(&(**place as u64)));
        time_filled = moved.map(|(place, _)| place).collect();
    }
    Sorted { order, time, tied, time_runs_back, time_filled }
}

/// Returns the place of each chain when chains are sorted by name.
fn ranks(names: &[String]) -> Vec<usize> {
    names.iter().map(|name| names.iter().filter(|other| *other < name).count()).collect()
}

/// Returns, per chain, whether it is ordered by block numbers (else by times).
fn chains_by_block(keys: &Keys<'_>, kept: &[u64]) -> Result<Vec<bool>, OrderError> {
    let mut only_time = vec![None; keys.chain_names.len()];
    let mut only_block = vec![None; keys.chain_names.len()];
    for &row in kept {
        let row = at(row);
        let chain = usize::from(keys.rows.chain[row].0);
        if keys.rows.block[row] == Columns::NO_BLOCK {
            only_time[chain].get_or_insert(row);
        }
        if keys.rows.time[row] == Columns::NO_TIME {
            only_block[chain].get_or_insert(row);
        }
    }
    let mut by_block = Vec::with_capacity(only_time.len());
    for (chain, (only_time, only_block)) in (0..).map(ChainId).zip(only_time.into_iter().zip(only_block)) {
        if let (Some(only_time), Some(only_block)) = (only_time, only_block) {
            return Err(OrderError { chain, only_time, only_block });
        }
        by_block.push(only_time.is_none());
    }
    Ok(by_block)
}

/// Gives rows without a time that of another row of their block. Returns the times and the places filled.
fn fill_times(keys: &Keys<'_>, order: &[u64], position: &impl Fn(u64) -> Position) -> (Vec<i64>, Vec<u64>) {
    let mut time: Vec<i64> = order.iter().map(|&row| keys.rows.time[at(row)]).collect();
    if !time.contains(&Columns::NO_TIME) {
        return (time, Vec::new());
    }
    let mut of_block = HashMap::new();
    for (&row, &time) in order.iter().zip(&time) {
        if time != Columns::NO_TIME {
            let (chain, block, ..) = position(row);
            of_block.entry((chain, block)).or_insert(time);
        }
    }
    let mut filled = Vec::new();
    for ((place, &row), time) in (0..).zip(order).zip(&mut time) {
        let (chain, block, ..) = position(row);
        if *time == Columns::NO_TIME
            && let Some(&known) = of_block.get(&(chain, block))
        {
            *time = known;
            filled.push(place);
        }
    }
    (time, filled)
}

/// Returns, per place, the latest time up to there on its chain (unknown only before the first known), and
/// how many places have an earlier one.
fn running_times(keys: &Keys<'_>, order: &[u64], time: &[i64]) -> (Vec<i64>, u64) {
    let mut running = Vec::with_capacity(time.len());
    let (mut latest, mut chain, mut back) = (Columns::NO_TIME, None, 0);
    for (&row, &time) in order.iter().zip(time) {
        let of = keys.rows.chain[at(row)];
        if chain != Some(of) {
            (chain, latest) = (Some(of), Columns::NO_TIME);
        }
        if time != Columns::NO_TIME && time < latest {
            back += 1;
        }
        latest = latest.max(time);
        running.push(latest);
    }
    (running, back)
}
