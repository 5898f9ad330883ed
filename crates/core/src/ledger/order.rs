//! Position: the one order of a ledger.
//!
//! Inside a chain: block, then transaction index, then event index, then input order. Where a chain has no
//! block numbers, the second takes the block's place. An index stated in one row holds for the whole
//! transaction. Rows still without one come last in their block, by event index; inside a transaction, rows
//! without an event index come first. Rows that only input order tells apart are *tied*.
//!
//! Between chains: block time, then the chain's name. Where a chain lacks times, chains stand one after the
//! other by name; no purse is on two chains, so no amount depends on it.

use super::columns::{Columns, Transactions};
use crate::account::ChainId;
use hashbrown::HashMap;
use rayon::slice::ParallelSliceMut;

/// What the order of rows is made of. All arrays have one entry a row, in input order.
pub(super) struct Keys<'a> {
    pub(super) columns: &'a Columns,
    pub(super) chain: &'a [ChainId],
    pub(super) chain_names: &'a [String],
    pub(super) transactions: &'a Transactions,
    pub(super) transaction_index: &'a [Option<u64>],
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
    /// Places whose time was filled.
    pub(super) time_filled: u64,
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
type Position = (usize, u64, bool, u64, Option<u64>);

/// Sorts the rows `kept` (given in input order) by position.
pub(super) fn sort(keys: &Keys<'_>, kept: Vec<u64>) -> Result<Sorted, OrderError> {
    let at = |row: u64| usize::try_from(row).expect("rows are in memory");
    let rank = ranks(keys.chain_names);
    let by_block = chains_by_block(keys, &kept)?;
    let position = |row: u64| -> Position {
        let row = at(row);
        let chain = usize::from(keys.chain[row].0);
        let group = if by_block[chain] {
            keys.columns.block[row]
        } else {
            // Seconds as unsigned, in the same order.
            keys.columns.time[row].cast_unsigned() ^ (1 << 63)
        };
        let index =
            keys.transaction_index[row].or_else(|| keys.transactions.index(keys.columns.transaction[row]));
        (rank[chain], group, index.is_none(), index.unwrap_or(0), keys.columns.event_index(row))
    };
    let mut order = kept;
    order.par_sort_unstable_by_key(|&row| (position(row), row));

    let (mut time, time_filled) = fill_times(keys, &order, &position);
    let mut tied: Vec<bool> = vec![false; order.len()];
    for place in 1..order.len() {
        tied[place] = position(order[place]) == position(order[place - 1]);
    }
    let (running, time_runs_back) = running_times(&order, &time, &position);
    let several_chains = order.iter().any(|&row| keys.chain[at(row)] != keys.chain[at(order[0])]);
    if several_chains && running.iter().all(|&time| time != Columns::NO_TIME) {
        let mut merged: Vec<usize> = (0..order.len()).collect();
        // Stable: rows of one chain keep their order, since their running time never falls.
        merged.par_sort_by_key(|&place| (running[place], position(order[place]).0));
        order = merged.iter().map(|&place| order[place]).collect();
        time = merged.iter().map(|&place| time[place]).collect();
        tied = merged.iter().map(|&place| tied[place]).collect();
    }
    Ok(Sorted { order, time, tied, time_runs_back, time_filled })
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
        let row = usize::try_from(row).expect("rows are in memory");
        let chain = usize::from(keys.chain[row].0);
        if keys.columns.block(row).is_none() {
            only_time[chain].get_or_insert(row);
        }
        if keys.columns.time(row).is_none() {
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

/// Gives rows without a time that of another row of their block.
fn fill_times(keys: &Keys<'_>, order: &[u64], position: &impl Fn(u64) -> Position) -> (Vec<i64>, u64) {
    let at = |row: u64| usize::try_from(row).expect("rows are in memory");
    let mut time: Vec<i64> = order.iter().map(|&row| keys.columns.time[at(row)]).collect();
    if !time.contains(&Columns::NO_TIME) {
        return (time, 0);
    }
    let mut of_block = HashMap::new();
    for (&row, &time) in order.iter().zip(&time) {
        if time != Columns::NO_TIME {
            let (chain, block, ..) = position(row);
            of_block.entry((chain, block)).or_insert(time);
        }
    }
    let mut filled = 0;
    for (&row, time) in order.iter().zip(&mut time) {
        let (chain, block, ..) = position(row);
        if *time == Columns::NO_TIME
            && let Some(&known) = of_block.get(&(chain, block))
        {
            *time = known;
            filled += 1;
        }
    }
    (time, filled)
}

/// Returns, per place, the latest time up to there on its chain (unknown only before the first known), and
/// how many places have an earlier one.
fn running_times(order: &[u64], time: &[i64], position: &impl Fn(u64) -> Position) -> (Vec<i64>, u64) {
    let mut running = Vec::with_capacity(time.len());
    let (mut latest, mut chain, mut back) = (Columns::NO_TIME, None, 0);
    for (&row, &time) in order.iter().zip(time) {
        let of = position(row).0;
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
