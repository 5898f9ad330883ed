//! Deals as a trace sees them: what accounts gave and got in one transaction, which transfers are part of that, and where
//! branches end.
//!
//! A transfer that is part of its sender's deal takes nothing out of the sender by itself, and one that is part of its
//! receiver's brings it nothing: the deal does both, once, net, after its last transfer. Taint that somebody else's transfer
//! brings to an account that exchanges in the same transaction ends there, in an *ended* node of that purse.

use super::netting::Node;
use super::options::StopRule;
use super::outcome::Stop;
use super::seed::Seeds;
use super::view::View;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::{Ledger, PurseId};
use crate::links::swaps::{Context, End, Facts, gather};
use crate::links::wraps::Wraps;
use hashbrown::HashMap;

/// What a transfer is to the deals of its transaction.
mod mark {
    /// Part of its sender's deal.
    pub(super) const FROM: u8 = 1;
    /// Part of its receiver's deal.
    pub(super) const TO: u8 = 1 << 1;
    /// A branch that arrives by it ends.
    pub(super) const END: u8 = 1 << 2;
}

/// One account's deal in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deal {
    /// Done after the transfer at this place.
    pub(super) place: u64,
    pub(super) transaction: u32,
    /// The transfers that are part of it, rising.
    pub(super) legs: Vec<u64>,
    /// What the account gave, by the assets' names.
    pub(super) gives: Vec<(PurseId, Amount)>,
    /// What it got, and whether that is the price; by the assets' names.
    pub(super) gets: Vec<(PurseId, Amount, bool)>,
}

/// All deals, and where branches end. Ended nodes are counted from `base` on.
pub(super) struct Deals {
    base: usize,
    /// By place, then the account's address.
    pub(super) all: Vec<Deal>,
    /// Ended nodes: their purses, and why.
    ended: Vec<(PurseId, Stop)>,
    ended_of: HashMap<(PurseId, Stop), Node>,
    /// One entry a transfer; none where there is no deal.
    marks: Vec<u8>,
    /// The ended node of a transfer that is marked so.
    end_of: HashMap<u64, Node>,
    /// The transfers that are marked, rising.
    places: Vec<u64>,
    /// Purses, and the deals that they give in; sorted.
    of_purse: Vec<(PurseId, u32)>,
}

/// The accounts that taint may ever get to, whatever the asset: more than it does, and found in one pass.
fn may_hold_taint(view: &View<'_>, stops: &[Option<Stop>], seeds: &Seeds) -> Vec<bool> {
    let ledger = view.ledger;
    let (columns, purses) = (ledger.columns(), ledger.purses());
    let mut holds = vec![false; ledger.accounts().len()];
    let tagged = seeds.taggings.keys().map(|&place| purses.account(columns.to[at(place)]));
    let named = seeds.accounts.iter().copied().chain(tagged);
    named.for_each(|account| holds[account.index()] = true);
    let begins = seeds.purses.values().flatten().map(|begin| begin.place);
    let first = begins.chain(seeds.taggings.keys().copied()).min().filter(|_| seeds.senders.is_empty());
    let first = first.map_or(0, at);
    for (&from, &to) in columns.from[first..].iter().zip(&columns.to[first..]) {
        if from == PurseId::NONE {
            continue;
        }
        if seeds.senders.contains_key(&purses.account(from)) && !ledger.is_void(to) {
            holds[purses.account(to).index()] = true;
        }
        if !holds[purses.account(from).index()] {
            continue;
        }
        let keeps = match stops[purses.account(from).index()] {
            None => false,
            Some(Stop::Label(category)) => !StopRule::nets(category),
            Some(_) => true,
        };
        if !keeps && !ledger.is_void(to) {
            holds[purses.account(to).index()] = true;
        }
    }
    holds
}

/// What stops and seeds say of accounts.
struct Known<'a> {
    ledger: &'a Ledger,
    stops: &'a [Option<Stop>],
    seeds: &'a Seeds,
    wraps: &'a Wraps,
    /// The account of each token's contract, where it is one of the ledger.
    contracts: Vec<Option<AccountId>>,
}

impl Facts for Known<'_> {
    fn contract(&self, asset: AssetId) -> Option<AccountId> {
        self.contracts[asset.index()]
    }

    fn is_stop(&self, account: AccountId) -> bool {
        matches!(self.stops[account.index()], Some(Stop::Label(category)) if !StopRule::nets(category))
    }

    fn is_followed(&self, account: AccountId) -> bool {
        self.stops[account.index()].is_none()
    }

    fn may_end(&self, account: AccountId) -> bool {
        self.stops[account.index()].is_none() && !self.seeds.accounts.contains(&account)
    }

    fn is_wrapper(&self, account: AccountId) -> bool {
        self.wraps.is_contract(account)
    }

    fn wraps(&self, account: AccountId, coin: AssetId) -> bool {
        self.wraps.wraps(account, coin)
    }

    fn is_stake(&self, asset: AssetId) -> bool {
        self.wraps.knows(asset)
    }

    fn is_price(&self, account: AccountId, asset: AssetId) -> bool {
        if self.seeds.set_aside.is_empty() {
            return true;
        }
        let purse = self.ledger.purses().find(account, asset);
        purse.is_some_and(|purse| !self.seeds.set_aside.iter().any(|it| it.1 == purse))
    }
}

impl Deals {
    /// No deals, where nodes are counted up to `base`.
    pub(super) fn none(base: usize) -> Self {
        Self {
            base,
            all: Vec::new(),
            ended: Vec::new(),
            ended_of: HashMap::new(),
            marks: Vec::new(),
            end_of: HashMap::new(),
            places: Vec::new(),
            of_purse: Vec::new(),
        }
    }

    /// Finds the deals of all accounts that do not stop. `base` is the number of nodes so far.
    pub(super) fn find(view: &View<'_>, stops: &[Option<Stop>], seeds: &Seeds, base: usize) -> Self {
        let mut deals = Self::none(base);
        let ledger = view.ledger;
        if ledger.assets().len() < 2 {
            return deals;
        }
        let wraps = Wraps::of(ledger);
        let contract = |(_, asset): (AssetId, crate::asset::Asset)| {
            ledger.accounts().find(asset.chain, &asset.contract?)
        };
        let contracts = ledger.assets().iter().map(contract).collect();
        let known = Known { ledger, stops, seeds, wraps: &wraps, contracts };
        let tagged = seeds.taggings.keys().map(|&place| ledger.columns().transaction[at(place)]);
        let context = Context { ledger, wraps: &wraps, without: &tagged.collect(), facts: known };
        let found = gather(&context, |place| view.moves(place), || may_hold_taint(view, stops, seeds));
        if !found.is_empty() {
            deals.marks = vec![0; ledger.transfer_count()];
        }
        let mut ends: Vec<(u64, PurseId, End)> = Vec::new();
        for found in &found {
            for ((leg, is_part), end) in
                found.legs.iter().zip(&found.settled.is_part).zip(&found.settled.ends)
            {
                if leg.is_added {
                    continue;
                }
                let mark = &mut deals.marks[at(leg.place)];
                *mark |= if is_part[0] { mark::FROM } else { 0 } | if is_part[1] { mark::TO } else { 0 };
                // What the sender's deal takes is clean when it arrives.
                if let Some(end) = end.filter(|_| !is_part[0]) {
                    *mark |= mark::END;
                    ends.push((leg.place, ledger.columns().to[at(leg.place)], end));
                }
                if *mark != 0 {
                    deals.places.push(leg.place);
                }
            }
        }
        deals.places.sort_unstable();
        // In the order of their places, so that a ledger that has grown numbers the first ones the same.
        ends.sort_unstable();
        for (place, purse, end) in ends {
            let node = deals.end_at(purse, end);
            deals.end_of.insert(place, node);
        }
        deals.take_up(view, found);
        deals
    }

    /// Takes the deals up, with the purses that they move, in order.
    fn take_up(&mut self, view: &View<'_>, found: Vec<crate::links::swaps::Found>) {
        let ledger = view.ledger;
        let names = ledger.assets().iter().map(|(asset, _)| ledger.asset_name(asset));
        let names: Vec<String> = if found.is_empty() { Vec::new() } else { names.collect() };
        let mut all = Vec::new();
        for found in found {
            for mut deal in found.settled.deals {
                let purse = |asset: AssetId| {
                    ledger.purses().find(deal.account, asset).expect("the account moves the asset")
                };
                deal.gives.sort_by_key(|it| &names[it.0.index()]);
                deal.gets.sort_by_key(|it| &names[it.0.index()]);
                let gives = deal.gives.iter().map(|&(asset, amount)| (purse(asset), amount)).collect();
                let gets = deal.gets.iter().map(|&(asset, amount, counts)| (purse(asset), amount, counts));
                let (transaction, legs) = (found.transaction, deal.places);
                let place = *legs.last().expect("a deal has legs");
                all.push((deal.account, Deal { place, transaction, legs, gives, gets: gets.collect() }));
            }
        }
        // On one chain, addresses sort by their bytes as they do by their text.
        let address = |account: AccountId| ledger.accounts().address_bytes(account);
        all.sort_unstable_by(|(one, a), (other, b)| {
            a.place.cmp(&b.place).then_with(|| address(*one).cmp(address(*other)))
        });
        self.all = all.into_iter().map(|(_, deal)| deal).collect();
        let gives = |(number, deal): (u32, &Deal)| {
            deal.gives.iter().map(move |given| (given.0, number)).collect::<Vec<_>>()
        };
        self.of_purse = (0..).zip(&self.all).flat_map(gives).collect();
        self.of_purse.sort_unstable();
    }

    fn end_at(&mut self, purse: PurseId, end: End) -> Node {
        let stop = match end {
            End::Position => Stop::Position,
            End::Unclear => Stop::Unclear,
        };
        let next = u32::try_from(self.base + self.ended.len()).expect("fewer than 2^32 nodes");
        let node = *self.ended_of.entry((purse, stop)).or_insert(next);
        if node == next {
            self.ended.push((purse, stop));
        }
        node
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// How many ended nodes there are.
    pub(super) fn len(&self) -> usize {
        self.ended.len()
    }

    /// The purse of an ended node, and why it is one; `None` for other nodes.
    pub(super) fn ended(&self, node: Node) -> Option<(PurseId, Stop)> {
        (node as usize).checked_sub(self.base).map(|at| self.ended[at])
    }

    /// The transfers that are part of a deal, or by which branches end, rising.
    pub(super) fn places(&self) -> &[u64] {
        &self.places
    }

    fn mark(&self, place: usize) -> u8 {
        self.marks.get(place).copied().unwrap_or(0)
    }

    /// Whether a transfer is part of its sender's deal.
    pub(super) fn is_given(&self, place: usize) -> bool {
        self.mark(place) & mark::FROM != 0
    }

    /// Whether a transfer is part of its receiver's deal.
    pub(super) fn is_got(&self, place: usize) -> bool {
        self.mark(place) & mark::TO != 0
    }

    /// The ended node that a branch comes to by a transfer.
    pub(super) fn end(&self, place: usize) -> Option<Node> {
        if self.mark(place) & mark::END == 0 { None } else { self.end_of.get(&(place as u64)).copied() }
    }

    /// The deals that are done after the transfer at a place.
    pub(super) fn done_at(&self, place: u64) -> &[Deal] {
        let start = self.all.partition_point(|deal| deal.place < place);
        let count = self.all[start..].partition_point(|deal| deal.place == place);
        &self.all[start..start + count]
    }

    /// The deals that a node gives in, by place.
    pub(super) fn of_node(&self, node: Node) -> impl Iterator<Item = &Deal> {
        let start = self.of_purse.partition_point(|entry| entry.0.0 < node);
        let theirs = self.of_purse[start..].iter().take_while(move |entry| entry.0.0 == node);
        theirs.map(|&(_, number)| &self.all[number as usize])
    }

    /// A number that is the same where all that stands before a place is.
    pub(super) fn seal_before(&self, place: u64) -> u64 {
        let mut seal = 0xcbf2_9ce4_8422_2325_u64;
        let mut add =
            |number: u64| seal = (seal ^ number).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        for &marked in self.places.iter().take_while(|&&marked| marked < place) {
            add(marked);
            add(u64::from(self.mark(at(marked))));
            add(self.end_of.get(&marked).map_or(0, |&node| u64::from(node) - self.base as u64 + 1));
        }
        for deal in self.all.iter().take_while(|deal| deal.place < place) {
            add(deal.place);
            for &(purse, amount) in &deal.gives {
                add(u64::from(purse.0));
                amount.to_limbs().into_iter().for_each(&mut add);
            }
            for &(purse, amount, counts) in &deal.gets {
                add(u64::from(purse.0) << 1 | u64::from(counts));
                amount.to_limbs().into_iter().for_each(&mut add);
            }
        }
        seal
    }
}

impl Deal {
    /// The purses in which it got the price.
    pub(super) fn prices(&self) -> impl Iterator<Item = PurseId> + '_ {
        self.gets.iter().filter(|got| got.2).map(|got| got.0)
    }
}

fn at(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
