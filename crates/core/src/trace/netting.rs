//! Accounts that a transaction nets at: routers, pools and contracts that only hand on.
//!
//! A transaction nets at an account if, for each asset, it sends there what it received. The account is then
//! passed through, by a purse of its own for that transaction and asset that is empty before it: a *passing
//! purse*. So what came in goes out, whatever else the account holds.

use crate::account::AccountId;
use crate::amount::Amount;
use crate::ledger::{Ledger, PurseId};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What taint can rest in: the ledger's purses by their numbers, then the passing purses.
pub(super) type Node = u32;

/// The passing purses of a trace. Their nodes are counted from `base` on, in the order of their first
/// transfer.
pub(super) struct Netting {
    base: usize,
    purses: Vec<PurseId>,
    /// The first transfer of each, rising.
    first: Vec<u64>,
    /// Outgoing transfers, one list a passing purse, in position order.
    outgoing: Vec<Vec<u32>>,
    from: HashMap<u64, Node>,
    to: HashMap<u64, Node>,
    /// The transfers that leave or enter a passing purse, rising.
    places: Vec<u64>,
}

impl Netting {
    /// No passing purses over a ledger with so many purses.
    pub(super) fn none(base: usize) -> Self {
        let (from, to) = (HashMap::new(), HashMap::new());
        Self {
            base,
            purses: Vec::new(),
            first: Vec::new(),
            outgoing: Vec::new(),
            from,
            to,
            places: Vec::new(),
        }
    }

    /// Finds the transactions that net at one of these accounts. `moves` tells which transfers count.
    ///
    /// # Cost
    /// One parallel pass over the ledger, and **O(k log k)** for the k transfers of these accounts.
    pub(super) fn find(
        ledger: &Ledger,
        accounts: &HashSet<AccountId>,
        moves: impl Fn(usize) -> bool + Sync,
    ) -> Self {
        let mut netting = Self::none(ledger.purses().len());
        if accounts.is_empty() {
            return netting;
        }
        let columns = ledger.columns();
        let theirs: Vec<bool> =
            ledger.purses().iter().map(|purse| accounts.contains(&ledger.purses().account(purse))).collect();
        let is_theirs = |purse: PurseId| purse != PurseId::NONE && theirs[purse.index()];
        let places: Vec<usize> = (0..ledger.transfer_count())
            .into_par_iter()
            .filter(|&place| (is_theirs(columns.from[place]) || is_theirs(columns.to[place])) && moves(place))
            .collect();
        // Per transaction and account: what each of its purses received and sent.
        let mut sums: BTreeMap<(u32, AccountId), BTreeMap<PurseId, (Amount, Amount)>> = BTreeMap::new();
        for &place in &places {
            let value = columns.value.get(place);
            let mut add = |purse: PurseId, into: bool| {
                if is_theirs(purse) {
                    let key = (columns.transaction[place], ledger.purses().account(purse));
                    let sum = sums.entry(key).or_default().entry(purse).or_default();
                    let side = if into { &mut sum.0 } else { &mut sum.1 };
                    *side = side.plus(value);
                }
            };
            add(columns.from[place], false);
            add(columns.to[place], true);
        }
        sums.retain(|_, purses| purses.values().all(|(received, sent)| received == sent));
        let mut passing: HashMap<(u32, PurseId), usize> = HashMap::new();
        for &place in &places {
            let transaction = columns.transaction[place];
            for (purse, into) in [(columns.from[place], false), (columns.to[place], true)] {
                let nets =
                    is_theirs(purse) && sums.contains_key(&(transaction, ledger.purses().account(purse)));
                if nets {
                    let at =
                        *passing.entry((transaction, purse)).or_insert_with(|| netting.add(purse, place));
                    netting.record(at, place, into);
                }
            }
        }
        netting
    }

    /// Makes a passing purse, whose first transfer this is, and returns its number.
    fn add(&mut self, purse: PurseId, place: usize) -> usize {
        self.purses.push(purse);
        self.first.push(place as u64);
        self.outgoing.push(Vec::new());
        self.purses.len() - 1
    }

    fn record(&mut self, at: usize, place: usize, into: bool) {
        let node = u32::try_from(self.base + at).expect("fewer than 2^32 nodes");
        if self.places.last() != Some(&(place as u64)) {
            self.places.push(place as u64);
        }
        if into {
            self.to.insert(place as u64, node);
        } else {
            self.from.insert(place as u64, node);
            self.outgoing[at].push(u32::try_from(place).expect("an index holds fewer than 2^32 transfers"));
        }
    }

    /// How many passing purses there are.
    pub(super) fn len(&self) -> usize {
        self.purses.len()
    }

    /// The passing purses of which a transfer stands before a place, by the purses that they belong to.
    pub(super) fn purses_before(&self, place: u64) -> &[PurseId] {
        &self.purses[..self.first.partition_point(|&first| first < place)]
    }

    /// The transfers that leave or enter a passing purse, rising.
    pub(super) fn places(&self) -> &[u64] {
        &self.places
    }

    /// The passing purse that a transfer leaves.
    pub(super) fn from(&self, place: usize) -> Option<Node> {
        if self.purses.is_empty() { None } else { self.from.get(&(place as u64)).copied() }
    }

    /// The passing purse that a transfer enters.
    pub(super) fn to(&self, place: usize) -> Option<Node> {
        if self.purses.is_empty() { None } else { self.to.get(&(place as u64)).copied() }
    }

    /// The purse of the ledger that a passing purse belongs to; `None` for other nodes.
    pub(super) fn purse(&self, node: Node) -> Option<PurseId> {
        (node as usize).checked_sub(self.base).and_then(|at| self.purses.get(at).copied())
    }

    /// The outgoing transfers of a passing purse; `None` for other nodes.
    pub(super) fn outgoing(&self, node: Node) -> Option<&[u32]> {
        (node as usize).checked_sub(self.base).and_then(|at| self.outgoing.get(at)).map(Vec::as_slice)
    }
}
