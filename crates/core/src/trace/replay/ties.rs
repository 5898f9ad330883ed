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
use std::collections::BTreeSet;

/// A seed's own conversion, seen from one incoming transfer.
#[derive(Clone, Debug)]
pub(in super::super) struct Conversion {
    /// The place of the transaction's first transfer.
    pub(super) first_place: u64,
    /// The seed's purses in other assets that send in the transaction.
    pub(in super::super) sent_from: Vec<PurseId>,
}

/// What comes to seeds and may have to stay clean: of conversions by place and purse, else by place.
#[derive(Debug, Default)]
pub(in super::super) struct Ties {
    pub(in super::super) conversions: HashMap<(u64, PurseId), Conversion>,
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
        let to = |&place: &u64| (place, view.ledger.columns().to[index(place)]);
        // What a deal gets comes when it is done.
        let plain = arrivals.iter().filter(|&&place| !view.deals.is_got(index(place))).map(to);
        let mut all: Vec<(u64, PurseId)> = plain.collect();
        for deal in view.deals.all.iter() {
            all.extend(
                deal.getters()
                    .filter(|purse| seeds.deciding(*purse, deal.place).is_some())
                    .map(|it| (deal.place, it)),
            );
        }
        ties.find_conversions(view, seeds, &all);
        ties.find_returns(view, &arrivals, stops, from);
        ties.find_deals(view, from);
        ties
    }

    /// Deals tie what they give to what they get.
    fn find_deals(&mut self, view: &View<'_>, from: &[u64]) {
        let asset = |purse: PurseId| view.ledger.purses().asset(purse);
        let mut pairs = HashSet::new();
        for deal in view.deals.all.iter() {
            let given = deal.givers();
            if given.iter().any(|&node| from[node as usize] != NEVER) {
                let first = asset(view.purse(given[0]));
                let all = given.iter().map(|&node| view.purse(node)).chain(deal.getters());
                pairs.extend(all.map(|purse| (first, asset(purse))));
            }
        }
        self.assets.extend(pairs.into_iter().collect::<BTreeSet<_>>());
    }

    fn find_conversions(&mut self, view: &View<'_>, seeds: &Seeds, arrivals: &[(u64, PurseId)]) {
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
        for &(place, to) in arrivals {
            let transaction = columns.transaction[index(place)];
            let sent = sends.get(&(transaction, purses.account(to))).map_or(&[][..], |sent| sent);
            let mut sent_from: Vec<PurseId> = sent.iter().copied().filter(|&purse| purse != to).collect();
            sent_from.sort_unstable();
            sent_from.dedup();
            if !sent_from.is_empty() {
                found.push(((place, to), transaction, sent_from));
            }
        }
        let first = first_places(view, &found.iter().map(|entry| entry.1).collect());
        for (at, transaction, sent_from) in found {
            let asset = purses.asset(at.1);
            self.assets.extend(sent_from.iter().map(|purse| (asset, purses.asset(*purse))));
            self.conversions.insert(at, Conversion { first_place: first[&transaction], sent_from });
        }
    }

    fn find_returns(&mut self, view: &View<'_>, arrivals: &[u64], stops: &[Option<Stop>], from: &[u64]) {
        let ledger = view.ledger;
        let (columns, purses) = (ledger.columns(), ledger.purses());
        let sender = |place: u64| {
            let purse = columns.from[index(place)];
            (!ledger.is_void(purse)).then(|| purses.account(purse))
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
            if let Some(theirs) = sender(place).and_then(|account| sinks.get(&account)) {
                // Where a branch ended is a stop, too.
                let counts = |node: &&Node| from_stop || view.deals.ended(**node).is_some();
                let theirs: Vec<Node> = theirs.iter().filter(counts).copied().collect();
                if theirs.is_empty() {
                    continue;
                }
                let asset = purses.asset(columns.to[index(place)]);
                self.assets.extend(theirs.iter().map(|node| (asset, purses.asset(view.purse(*node)))));
                self.returns.insert(place, theirs);
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
