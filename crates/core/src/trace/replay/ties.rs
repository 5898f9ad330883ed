//! What ties assets together at a seed: its own conversions, and money that comes back from a stop.
//!
//! A seed's *own conversion*: in one transaction it sends one asset and receives another. The incoming leg is
//! no new theft if a purse it sent from held taint before. Money that *returns* from a stop which the theft
//! had reached is none either.

use super::super::outcome::Stop;
use super::super::reach::NEVER;
use super::super::seed::Seeds;
use super::super::view::{Node, View};
use super::part::index;
use crate::account::AccountId;
use crate::asset::AssetId;
use crate::ledger::PurseId;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// A seed's own conversion, seen from one incoming transfer.
#[derive(Clone, Debug)]
pub(in super::super) struct Conversion {
    /// The place of the transaction's first transfer.
    pub(super) first_place: u64,
    /// The seed's purses in other assets that send in the transaction.
    pub(super) sent_from: Vec<PurseId>,
}

/// Transfers into seeds that may have to stay clean, by place.
#[derive(Debug, Default)]
pub(in super::super) struct Ties {
    pub(super) conversions: HashMap<u64, Conversion>,
    /// Where taint can rest at the account that sends, itself a stop: its reached sinks and passing purses.
    pub(in super::super) returns: HashMap<u64, Vec<Node>>,
    /// Pairs of assets that must be replayed together.
    pub(super) assets: Vec<(AssetId, AssetId)>,
}

impl Ties {
    /// Finds them among the transfers of the seeds' accounts. `from` is the reach.
    pub(in super::super) fn find(
        view: &View<'_>,
        seeds: &Seeds,
        stops: &[Option<Stop>],
        from: &[u64],
    ) -> Self {
        let mut ties = Self::default();
        let arrivals: Vec<u64> = seeds
            .rows
            .iter()
            .copied()
            .filter(|&place| {
                let to = view.ledger.columns().to[index(place)];
                view.moves(index(place)) && seeds.deciding(to, place).is_some()
            })
            .collect();
        ties.find_conversions(view, seeds, &arrivals);
        ties.find_returns(view, &arrivals, stops, from);
        ties
    }

    fn find_conversions(&mut self, view: &View<'_>, seeds: &Seeds, arrivals: &[u64]) {
        let ledger = view.ledger;
        let (columns, purses) = (ledger.columns(), ledger.purses());
        // What each seed's account sends, by transaction.
        let mut sends: HashMap<(u32, AccountId), Vec<PurseId>> = HashMap::new();
        for &place in &seeds.rows {
            let purse = columns.from[index(place)];
            if view.moves(index(place)) && purse != PurseId::NONE {
                let account = purses.account(purse);
                if seeds.accounts.contains(&account) {
                    sends.entry((columns.transaction[index(place)], account)).or_default().push(purse);
                }
            }
        }
        let mut found = Vec::new();
        for &place in arrivals {
            let to = columns.to[index(place)];
            let transaction = columns.transaction[index(place)];
            let sent = sends.get(&(transaction, purses.account(to))).map_or(&[][..], |sent| sent);
            let mut sent_from: Vec<PurseId> = sent.iter().copied().filter(|&purse| purse != to).collect();
            sent_from.sort_unstable();
            sent_from.dedup();
            if !sent_from.is_empty() {
                found.push((place, transaction, sent_from));
            }
        }
        let first = first_places(view, &found.iter().map(|entry| entry.1).collect());
        for (place, transaction, sent_from) in found {
            let asset = purses.asset(columns.to[index(place)]);
            self.assets.extend(sent_from.iter().map(|purse| (asset, purses.asset(*purse))));
            self.conversions.insert(place, Conversion { first_place: first[&transaction], sent_from });
        }
    }

    fn find_returns(&mut self, view: &View<'_>, arrivals: &[u64], stops: &[Option<Stop>], from: &[u64]) {
        let ledger = view.ledger;
        let (columns, purses) = (ledger.columns(), ledger.purses());
        let sender = |place: u64| {
            let purse = columns.from[index(place)];
            (purse != PurseId::NONE).then(|| purses.account(purse))
        };
        let senders: HashSet<AccountId> = arrivals.iter().filter_map(|&place| sender(place)).collect();
        let mut sinks: HashMap<AccountId, Vec<Node>> = HashMap::new();
        for (node, (stop, &reached)) in (0..).zip(stops.iter().zip(from)) {
            // What stays in a passing purse rests at the account, too.
            let rests = stop.is_some() || view.purse(node).0 != node;
            if rests && reached != NEVER {
                let account = purses.account(view.purse(node));
                if senders.contains(&account) {
                    sinks.entry(account).or_default().push(node);
                }
            }
        }
        for &place in arrivals {
            let from_stop = view.from(index(place)).is_some_and(|node| stops[node as usize].is_some());
            if let Some(theirs) = sender(place).filter(|_| from_stop).and_then(|account| sinks.get(&account))
            {
                let asset = purses.asset(columns.to[index(place)]);
                self.assets.extend(theirs.iter().map(|node| (asset, purses.asset(view.purse(*node)))));
                self.returns.insert(place, theirs.clone());
            }
        }
    }
}

/// The place of the first transfer of each of these transactions.
fn first_places(view: &View<'_>, transactions: &HashSet<u32>) -> HashMap<u32, u64> {
    let mut first = HashMap::new();
    if transactions.is_empty() {
        return first;
    }
    let column = &view.ledger.columns().transaction;
    let places: Vec<usize> =
        (0..column.len()).into_par_iter().filter(|&place| transactions.contains(&column[place])).collect();
    for place in places {
        first.entry(column[place]).or_insert(place as u64);
    }
    first
}
