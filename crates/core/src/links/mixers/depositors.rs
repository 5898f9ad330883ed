//! Depositors that one account paid before they began: the thief's side of a pool.
//!
//! A plain native payment before an account's first note, from a private account in few transfers, ties the two: who
//! opens fourteen wallets has to fill them. Depositors with a funder in common, or through others, are one cluster. A cluster says
//! whose notes are likely one person's; it does not say where they came out.

use super::history::PoolHistory;
use super::parties::{Crowd, Ties};
use super::table::MixerTable;
use crate::account::{AccountId, Address};
use crate::label::Labels;
use crate::ledger::{Kind, Ledger, PurseId};
use std::collections::{BTreeMap, BTreeSet};

/// Depositors that hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositorCluster {
    /// The chain: see [`Ties::chain`].
    pub chain: usize,
    /// The depositors, by address.
    pub depositors: BTreeSet<Address>,
    /// Who paid them first.
    pub funders: BTreeSet<Address>,
    /// Their notes: pool history and note.
    pub notes: BTreeSet<(usize, usize)>,
}

/// A depositor's chain, the place of its first note, and its notes.
type Paid = (usize, u64, BTreeSet<(usize, usize)>);

/// Clusters of two depositors or more, those with most notes first. `busy` is how many transfers make a funder no person's.
///
/// # Cost
/// **O(n)** for n transfers, twice.
#[must_use]
pub fn depositor_clusters(
    ledger: &Ledger,
    labels: &Labels,
    table: &MixerTable,
    histories: &[PoolHistory],
    busy: u64,
) -> Vec<DepositorCluster> {
    let mut notes: BTreeMap<AccountId, Paid> = BTreeMap::new();
    for (number, history) in histories.iter().enumerate() {
        let Some(chain) = ledger.find_chain(&table.pools[history.pool].chain) else { continue };
        for (at, note) in history.notes.iter().enumerate() {
            let (Some(depositor), Some(place)) = (note.depositor, note.place) else { continue };
            let Some(account) = ledger.accounts().find(chain, &depositor) else { continue };
            let known = notes.entry(account);
            let it = known.or_insert_with(|| (Ties::chain(table, history.pool), place, BTreeSet::new()));
            it.1 = it.1.min(place);
            it.2.insert((number, at));
        }
    }
    if notes.len() < 2 {
        return Vec::new();
    }
    let crowd = Crowd::of(ledger, labels, table, busy);
    let (columns, purses) = (ledger.columns(), ledger.purses());
    let mut funded: BTreeMap<AccountId, BTreeSet<AccountId>> = BTreeMap::new();
    for place in (0..ledger.transfer_count()).filter(|&it| ledger.moves(it)) {
        if columns.kind(place) != Kind::External || columns.from[place] == PurseId::NONE {
            continue;
        }
        let [from, to] = [columns.from[place], columns.to[place]].map(|it| purses.account(it));
        if notes.get(&to).is_some_and(|it| (place as u64) < it.1) && crowd.is_private(from) {
            funded.entry(from).or_default().insert(to);
        }
    }
    let mut of: BTreeMap<AccountId, Vec<AccountId>> = BTreeMap::new();
    for (&funder, theirs) in funded.iter().filter(|(_, theirs)| theirs.len() > 1) {
        theirs.iter().for_each(|&it| of.entry(it).or_default().push(funder));
    }
    let mut seen: BTreeSet<AccountId> = BTreeSet::new();
    let mut clusters = Vec::new();
    for &start in of.keys() {
        if !seen.insert(start) {
            continue;
        }
        let mut cluster = DepositorCluster {
            chain: notes[&start].0,
            depositors: BTreeSet::new(),
            funders: BTreeSet::new(),
            notes: BTreeSet::new(),
        };
        let mut waiting = vec![start];
        while let Some(it) = waiting.pop() {
            cluster.depositors.insert(ledger.accounts().address(it));
            cluster.notes.extend(&notes[&it].2);
            for funder in &of[&it] {
                cluster.funders.insert(ledger.accounts().address(*funder));
                waiting.extend(funded[funder].iter().filter(|&&other| seen.insert(other)));
            }
        }
        clusters.push(cluster);
    }
    clusters.sort_by_key(|it| (std::cmp::Reverse(it.notes.len()), it.depositors.first().copied()));
    clusters
}
