//! Deals as a trace sees them: what accounts gave and got in one transaction, which transfers are part of that, and where
//! branches end.
//!
//! A transfer that is part of its sender's deal takes nothing out of the sender by itself, and one that is part of its
//! receiver's brings it nothing: the deal does both, once, net, after its last transfer. Taint that somebody else's transfer
//! brings to an account that exchanges in the same transaction ends there, in an *ended* node of that purse.
//!
//! A link is a deal, too: it gives out of a node that only its source's taint comes to, and gets what a destination brings.
//! Transfers of links are part of no other deal.

use super::links::{Crossing, Links};
use super::netting::Node;
use super::options::{StopRule, TraceOptions};
use super::outcome::Stop;
use super::seed::Seeds;
use super::view::View;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::label::Category;
use crate::ledger::{Ledger, PurseId};
use crate::links::LinkFault;
use crate::links::swaps::{Context, End, Facts, gather};
use crate::links::wraps::Wraps;
use hashbrown::{HashMap, HashSet};

/// What a transfer is to the deals of its transaction.
mod mark {
    /// Part of its sender's deal.
    pub(super) const FROM: u8 = 1;
    /// Part of its receiver's deal.
    pub(super) const TO: u8 = 1 << 1;
    /// A branch that arrives by it ends.
    pub(super) const END: u8 = 1 << 2;
    /// Part of a link.
    pub(super) const LINK: u8 = 1 << 3;
}

/// One account's deal in one transaction, or one destination of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Deal {
    /// Done after the transfer at this place.
    pub(super) place: u64,
    pub(super) transaction: u32,
    /// The transfers that are part of it, rising.
    pub(super) legs: Vec<u64>,
    /// What the account gave, by the assets' names: purses; of a link its transit.
    pub(super) gives: Vec<(Node, Amount)>,
    /// What it got, and whether that is the price; by the assets' names.
    pub(super) gets: Vec<(PurseId, Amount, bool)>,
    /// What it is as a destination of a link.
    pub(super) through: Option<Through>,
}

/// What a deal is as a destination of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Through {
    /// So many units of the source are left before it.
    pub(super) left: Amount,
    /// Whether a heuristic says so.
    pub(super) is_inferred: bool,
    /// An index into the links of the options.
    pub(super) number: u32,
}

/// Where a branch ends for good, or waits for its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    At(End),
    Transit,
}

/// All deals, and where branches end. Ended nodes are counted from `base` on.
pub(super) struct Deals {
    base: usize,
    /// By place, then the account's address.
    pub(super) all: Vec<Deal>,
    /// Ended nodes and transits: their purses, and why.
    ended: Vec<(PurseId, Stop)>,
    ended_of: HashMap<(PurseId, Stop), Node>,
    /// One entry a transfer; none where there is no deal.
    marks: Vec<u8>,
    /// The ended node of a transfer that is marked so.
    end_of: HashMap<u64, Node>,
    /// The transfers that are marked, rising.
    places: Vec<u64>,
    /// Purses and transits, and the deals that they give in; sorted.
    of_node: Vec<(Node, u32)>,
    /// Links that are not followed, by their indices, rising.
    pub(super) unlinked: Vec<(u32, LinkFault)>,
}

/// The accounts that taint may ever get to, whatever the asset: more than it does, and found in one pass.
fn may_hold_taint(view: &View<'_>, stops: &[Option<Stop>], seeds: &Seeds, links: &Links) -> Vec<bool> {
    let ledger = view.ledger;
    let (columns, purses) = (ledger.columns(), ledger.purses());
    let mut holds = vec![false; ledger.accounts().len()];
    let tagged = seeds.taggings.keys().map(|&place| purses.account(columns.to[at(place)]));
    let named = seeds.accounts.iter().copied().chain(tagged);
    named.for_each(|account| holds[account.index()] = true);
    let begins = seeds.purses.values().flatten().map(|begin| begin.place);
    let first = begins.chain(seeds.taggings.keys().copied()).min().map_or(0, at);
    let (sources, crossings) = (&links.sources, &links.crossings);
    let mut sources = sources[sources.partition_point(|&place| at(place) < first)..].iter().peekable();
    let mut crossings = crossings[crossings.partition_point(|it| at(it.place) < first)..].iter().peekable();
    let mut crosses = HashSet::new();
    for ((&from, &to), place) in columns.from[first..].iter().zip(&columns.to[first..]).zip(first as u64..) {
        if let Some(crossing) = crossings.next_if(|it| it.place == place) {
            holds[purses.account(to).index()] |= crosses.contains(&crossing.source);
        }
        let is_source = sources.next_if(|&&source| source == place).is_some();
        if from == PurseId::NONE || !holds[purses.account(from).index()] {
            continue;
        }
        let keeps = match stops[purses.account(from).index()] {
            None => false,
            Some(Stop::Label(category)) => !StopRule::nets(category),
            Some(_) => true,
        };
        if !keeps && is_source {
            crosses.insert(place);
        }
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
            of_node: Vec::new(),
            unlinked: Vec::new(),
        }
    }

    /// Finds the deals of all accounts that do not stop, and takes up the links. `base` is the number of nodes so far.
    pub(super) fn find(
        view: &View<'_>,
        stops: &[Option<Stop>],
        seeds: &Seeds,
        options: &TraceOptions,
        base: usize,
    ) -> Self {
        let mut deals = Self::none(base);
        let links = Links::find(view, seeds, &options.links);
        if !links.crossings.is_empty() {
            deals.marks = vec![0; view.ledger.transfer_count()];
            let places = links.crossings.iter().map(|it| it.place).chain(links.sources.iter().copied());
            places.for_each(|place| deals.marks[at(place)] = mark::LINK);
        }
        let found = if options.swaps { deals.exchanges(view, stops, seeds, &links) } else { Vec::new() };
        if !found.is_empty() && deals.marks.is_empty() {
            deals.marks = vec![0; view.ledger.transfer_count()];
        }
        deals.mark_legs(view.ledger, &found, &links);
        deals.take_up(view, found, &links);
        deals.unlinked = links.faults;
        deals
    }

    /// The exchanges of accounts that do not stop.
    fn exchanges(
        &self,
        view: &View<'_>,
        stops: &[Option<Stop>],
        seeds: &Seeds,
        links: &Links,
    ) -> Vec<crate::links::swaps::Found> {
        let ledger = view.ledger;
        if ledger.assets().len() < 2 {
            return Vec::new();
        }
        let wraps = Wraps::of(ledger);
        let contract = |(_, asset): (AssetId, crate::asset::Asset)| {
            ledger.accounts().find(asset.chain, &asset.contract?)
        };
        let contracts = ledger.assets().iter().map(contract).collect();
        let known = Known { ledger, stops, seeds, wraps: &wraps, contracts };
        let tagged = seeds.taggings.keys().map(|&place| ledger.columns().transaction[at(place)]);
        let context = Context { ledger, wraps: &wraps, without: &tagged.collect(), facts: known };
        let counts = |place: usize| view.moves(place) && !self.is_linked(place);
        gather(&context, counts, || may_hold_taint(view, stops, seeds, links))
    }

    /// Marks the transfers that are part of deals, or by which branches end.
    fn mark_legs(&mut self, ledger: &Ledger, found: &[crate::links::swaps::Found], links: &Links) {
        let deals = self;
        let to = |place: u64| ledger.columns().to[at(place)];
        let mut ends: Vec<(u64, PurseId, Ending)> = Vec::new();
        for &place in &links.sources {
            deals.marks[at(place)] |= mark::END;
            ends.push((place, to(place), Ending::Transit));
        }
        // What its sender had of its own ends; the value comes by the link.
        for it in &links.crossings {
            deals.marks[at(it.place)] |= mark::TO | mark::END;
            ends.push((it.place, to(it.place), Ending::At(End::Unclear)));
        }
        deals.places.extend(ends.iter().map(|end| end.0));
        for found in found {
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
                    ends.push((leg.place, to(leg.place), Ending::At(end)));
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
    }

    /// Takes the deals up, with the purses that they move, in order.
    fn take_up(&mut self, view: &View<'_>, found: Vec<crate::links::swaps::Found>, links: &Links) {
        let ledger = view.ledger;
        let names = ledger.assets().iter().map(|(asset, _)| ledger.asset_name(asset));
        let names: Vec<String> = if found.is_empty() { Vec::new() } else { names.collect() };
        let mut all = Vec::new();
        for found in found {
            for mut deal in found.settled.deals {
                let purse = |asset: AssetId| {
                    ledger.purses().find(deal.account, asset).expect("the account moves the asset")
                };
                let found_account = deal.account;
                deal.gives.sort_by_key(|it| &names[it.0.index()]);
                deal.gets.sort_by_key(|it| &names[it.0.index()]);
                let gives = deal.gives.iter().map(|&(asset, amount)| (purse(asset).0, amount)).collect();
                let gets = deal.gets.iter().map(|&(asset, amount, counts)| (purse(asset), amount, counts));
                let (transaction, legs) = (found.transaction, deal.places);
                let place = *legs.last().expect("a deal has legs");
                let deal = Deal { place, transaction, legs, gives, gets: gets.collect(), through: None };
                all.push((found_account, deal));
            }
        }
        for &Crossing { place, source, given, left, is_inferred, number } in &links.crossings {
            let (columns, legs) = (ledger.columns(), vec![place]);
            let (to, value) = (columns.to[at(place)], columns.value.get(at(place)));
            let (gives, gets) = (vec![(self.end_of[&source], given)], vec![(to, value, true)]);
            let through = Some(Through { left, is_inferred, number });
            let transaction = columns.transaction[at(place)];
            let deal = Deal { place, transaction, legs, gives, gets, through };
            all.push((ledger.purses().account(to), deal));
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
        self.of_node = (0..).zip(&self.all).flat_map(gives).collect();
        self.of_node.sort_unstable();
    }

    fn end_at(&mut self, purse: PurseId, end: Ending) -> Node {
        let next = u32::try_from(self.base + self.ended.len()).expect("fewer than 2^32 nodes");
        let stop = match end {
            Ending::At(End::Position) => Stop::Position,
            Ending::At(End::Unclear) => Stop::Unclear,
            // Each has its own, and nothing rests there at the end.
            Ending::Transit => {
                self.ended.push((purse, Stop::Label(Category::Bridge)));
                return next;
            }
        };
        let node = *self.ended_of.entry((purse, stop)).or_insert(next);
        if node == next {
            self.ended.push((purse, stop));
        }
        node
    }

    /// Whether there are none, and no link.
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

    /// Whether a transfer is part of a link, and so of no exchange.
    pub(super) fn is_linked(&self, place: usize) -> bool {
        self.mark(place) & mark::LINK != 0
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

    /// The transit that a destination of a link takes from, and the link's index.
    pub(super) fn transit(&self, place: u64) -> Option<(Node, u32)> {
        let deal = self.done_at(place).iter().find(|deal| deal.through.is_some())?;
        deal.through.map(|through| (deal.gives[0].0, through.number))
    }

    /// The deals that a node gives in, by place.
    pub(super) fn of_node(&self, node: Node) -> impl Iterator<Item = &Deal> {
        let start = self.of_node.partition_point(|entry| entry.0 < node);
        let theirs = self.of_node[start..].iter().take_while(move |entry| entry.0 == node);
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
            for &(node, amount) in &deal.gives {
                // Nodes of links are numbered after all purses.
                let base = if deal.through.is_some() { self.base as u64 } else { 0 };
                add(u64::from(node) - base);
                amount.to_limbs().into_iter().for_each(&mut add);
            }
            add(deal.through.map_or(0, |through| 1 + u64::from(through.is_inferred)));
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
