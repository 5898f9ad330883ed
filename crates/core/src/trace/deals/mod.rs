//! Deals as a trace sees them: what accounts gave and got in one transaction, which transfers are part of that, and where
//! branches end.
//!
//! A transfer that is part of its sender's deal takes nothing out of the sender by itself, and one that is part of its
//! receiver's brings it nothing: the deal does both, once, net, after its last transfer. Taint that somebody else's transfer
//! brings to an account that exchanges in the same transaction ends there, in an *ended* node of that purse.
//!
//! A link is a deal, too: it gives out of a *transit*, a node that only its source's taint comes to, and gets what a
//! destination brings. Transfers of links are part of no other deal.

mod bundles;
mod find;
mod list;
mod marked;

use super::links::Links;
use super::netting::Node;
use super::options::{StopRule, TraceOptions};
use super::outcome::Stop;
use super::pools::Pools;
use super::seed::Seeds;
use super::view::View;
use crate::account::AccountId;
use crate::asset::AssetId;
use crate::label::Category;
use crate::ledger::PurseId;
use crate::links::LinkFault;
use crate::links::swaps::{End, Facts};
use crate::links::wraps::Wraps;
use find::{Finder, Found};
use hashbrown::HashMap;
pub(super) use list::Deal;
use list::DealList;
use marked::{Marked, mark};

/// All deals of what taint can get to, and where branches end. Ended nodes are counted from `base` on.
pub(super) struct Deals {
    base: usize,
    /// By place, then the account's address.
    pub(super) all: DealList,
    /// Ended nodes and transits: their purses, and why.
    ended: Vec<(PurseId, Ending)>,
    ended_of: HashMap<(PurseId, Ending), Node>,
    marked: Marked,
    /// Nodes, and the deals that they give in; sorted.
    of_node: Vec<(Node, u32)>,
    /// Links that are not followed, by their indices, rising.
    pub(super) unlinked: Vec<(u32, LinkFault)>,
}

/// Where a branch ends for good, or waits for its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ending {
    At(End),
    /// The link whose source is at this place.
    Transit(u64),
}

impl Ending {
    const fn stop(self) -> Stop {
        match self {
            Self::At(End::Position) => Stop::Position,
            Self::At(End::Unclear) => Stop::Unclear,
            // Nothing rests there at the end.
            Self::Transit(_) => Stop::Label(Category::Bridge),
        }
    }
}

/// What stops and seeds say of accounts.
struct Known<'a> {
    stops: &'a [Option<Stop>],
    seeds: &'a Seeds,
    wraps: &'a Wraps,
    /// Stops to exchanges: everybody's money.
    pools: &'a Pools,
    /// The account of each token's contract, where it is one of the ledger.
    contracts: Vec<Option<AccountId>>,
}

impl Facts for Known<'_> {
    fn contract(&self, asset: AssetId) -> Option<AccountId> {
        self.contracts[asset.index()]
    }

    fn is_stop(&self, account: AccountId) -> bool {
        self.pools.has(account)
            || matches!(self.stops[account.index()], Some(Stop::Label(category)) if !StopRule::nets(category))
    }

    fn is_followed(&self, account: AccountId) -> bool {
        self.stops[account.index()].is_none() && !self.pools.has(account)
    }

    fn may_end(&self, account: AccountId) -> bool {
        self.is_followed(account) && !self.seeds.accounts.contains(&account)
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

    fn is_price(&self, purse: PurseId) -> bool {
        !self.seeds.set_aside.iter().any(|it| it.1 == purse)
    }
}

impl Deals {
    /// No deals, where nodes are counted up to `base`.
    pub(super) fn none(base: usize) -> Self {
        Self {
            base,
            all: DealList::default(),
            ended: Vec::new(),
            ended_of: HashMap::new(),
            marked: Marked::default(),
            of_node: Vec::new(),
            unlinked: Vec::new(),
        }
    }

    /// Finds the deals of all accounts that do not stop, in all transactions of purses that taint can get to, and takes up
    /// the links. The view has no deals yet.
    ///
    /// # Cost
    /// Three passes over some columns, two of them in parallel; the rest follows what is reached.
    pub(super) fn find(
        view: &View<'_>,
        stops: &[Option<Stop>],
        seeds: &Seeds,
        options: &TraceOptions,
    ) -> Self {
        let mut deals = Self::none(view.node_count());
        let (ledger, columns) = (view.ledger, view.ledger.columns());
        let links = Links::find(view, seeds, &options.links);
        let found = if options.swaps && ledger.assets().len() > 1 {
            exchanges(view, stops, seeds, &links)
        } else {
            Found::default()
        };
        let of_exchange = |(place, mark, end): (u64, u8, Option<End>)| (place, mark, end.map(Ending::At));
        let mut marks: Vec<(u64, u8, Option<Ending>)> = found.marks.into_iter().map(of_exchange).collect();
        if !links.crossings.is_empty() {
            let source = |&place: &u64| (place, mark::LINK | mark::END, Some(Ending::Transit(place)));
            marks.extend(links.sources.iter().map(source));
            // What its sender had of its own ends; the value comes by the link.
            let unclear = Some(Ending::At(End::Unclear));
            marks.extend(
                links.crossings.iter().map(|it| (it.place, mark::LINK | mark::TO | mark::END, unclear)),
            );
            marks.sort_unstable_by_key(|marked| marked.0);
        }
        // In the order of their places, so that a ledger that has grown numbers the first ones the same.
        let marks = marks.into_iter().map(|(place, mark, end)| {
            let end = end.map(|end| deals.end_at(columns.to[at(place)], end));
            (place, mark, end.unwrap_or(0))
        });
        let marked = Marked::of(marks, ledger.transfer_count());
        deals.marked = marked;
        deals.all = found.deals.with_links(&links.crossings, |it| {
            let transit = deals.marked.end(at(it.source)).expect("a source ends in its transit");
            let got = (columns.to[at(it.place)], columns.value.get(at(it.place)));
            (columns.transaction[at(it.place)], transit, got)
        });
        let gives = |(number, deal): (u32, Deal<'_>)| {
            deal.givers().iter().map(|&node| (node, number)).collect::<Vec<_>>()
        };
        deals.of_node = (0..).zip(deals.all.iter()).flat_map(gives).collect();
        deals.of_node.sort_unstable();
        deals.unlinked = links.faults;
        deals
    }

    fn end_at(&mut self, purse: PurseId, end: Ending) -> Node {
        let next = u32::try_from(self.base + self.ended.len()).expect("fewer than 2^32 nodes");
        let node = *self.ended_of.entry((purse, end)).or_insert(next);
        if node == next {
            self.ended.push((purse, end));
        }
        node
    }

    /// Whether there are none, and no link.
    pub(super) fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// How many ended nodes there are.
    pub(super) fn len(&self) -> usize {
        self.ended.len()
    }

    /// The purse of an ended node, and why it is one; `None` for other nodes.
    pub(super) fn ended(&self, node: Node) -> Option<(PurseId, Stop)> {
        let (purse, end) = self.ended[(node as usize).checked_sub(self.base)?];
        Some((purse, end.stop()))
    }

    /// The transfers that are part of a deal, or by which branches end, rising.
    pub(super) fn places(&self) -> &[u64] {
        self.marked.places()
    }

    /// Whether a transfer is any of that.
    #[inline]
    pub(super) fn marks(&self, place: usize) -> bool {
        self.marked.has(place)
    }

    /// The ended node of a purse, where there is one: of a position, or of what is unclear.
    pub(super) fn find_ended(&self, purse: PurseId, is_position: bool) -> Option<Node> {
        let end = if is_position { End::Position } else { End::Unclear };
        self.ended_of.get(&(purse, Ending::At(end))).copied()
    }

    /// The place of the source whose taint waits in a node, if that is a transit.
    pub(super) fn source(&self, node: Node) -> Option<u64> {
        match self.ended[(node as usize).checked_sub(self.base)?].1 {
            Ending::Transit(place) => Some(place),
            Ending::At(_) => None,
        }
    }

    /// The transit of a source's taint, where there is one.
    pub(super) fn find_transit(&self, source: u64) -> Option<Node> {
        self.end(at(source)).filter(|&node| self.source(node) == Some(source))
    }

    /// Whether a transfer is part of a link, and so of no exchange.
    pub(super) fn is_linked(&self, place: usize) -> bool {
        self.marked.mark(place) & mark::LINK != 0
    }

    /// The deals that are done after the transfer at a place.
    pub(super) fn done_at(&self, place: u64) -> impl Iterator<Item = Deal<'_>> {
        let first = self.all.places().partition_point(|&done| done < place);
        let here = (first..self.all.len()).map(|number| self.all.get(number));
        here.take_while(move |deal| deal.place == place)
    }

    /// The transit that a destination of a link takes from, and the link's index.
    pub(super) fn transit(&self, place: u64) -> Option<(Node, u32)> {
        let deal = self.done_at(place).next()?;
        deal.through().map(|through| (deal.givers()[0], through.number))
    }

    /// Whether a transfer is part of its sender's deal.
    pub(super) fn is_given(&self, place: usize) -> bool {
        self.marked.mark(place) & mark::FROM != 0
    }

    /// Whether a transfer is part of its receiver's deal.
    pub(super) fn is_got(&self, place: usize) -> bool {
        self.marked.mark(place) & mark::TO != 0
    }

    /// The ended node that a branch comes to by a transfer.
    #[inline]
    pub(super) fn end(&self, place: usize) -> Option<Node> {
        self.marked.end(place)
    }

    /// The deals that a node gives in, by place.
    pub(super) fn of_node(&self, node: Node) -> impl Iterator<Item = Deal<'_>> {
        let start = self.of_node.partition_point(|entry| entry.0 < node);
        let theirs = self.of_node[start..].iter().take_while(move |entry| entry.0 == node);
        theirs.map(|&(_, number)| self.all.get(number as usize))
    }

    /// A number that is the same where all that stands before a place is, as far as it concerns certain purses.
    pub(super) fn seal_before(&self, view: &View<'_>, place: u64, counts: impl Fn(PurseId) -> bool) -> u64 {
        let mut seal = 0xcbf2_9ce4_8422_2325_u64;
        let mut add =
            |number: u64| seal = (seal ^ number).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        let columns = view.ledger.columns();
        for (place, mark, end) in self.marked.before(place) {
            let (from, to) = (columns.from[at(place)], columns.to[at(place)]);
            if counts(from) || counts(to) {
                add(place);
                add(u64::from(mark));
                let end = end.and_then(|node| self.ended(node));
                add(end.map_or(0, |(_, stop)| match stop {
                    Stop::Position => 1,
                    Stop::Unclear => 2,
                    _ => 3,
                }));
            }
        }
        for deal in self.all.iter().take_while(|deal| deal.place < place) {
            let gives = |&node: &Node| self.source(node).map_or(counts(PurseId(node)), |_| true);
            if !deal.givers().iter().any(gives) && !deal.getters().any(&counts) {
                continue;
            }
            add(deal.place);
            add(deal.through().map_or(0, |through| 1 + u64::from(through.is_inferred)));
            for (node, amount) in deal.gives() {
                // A transit is told by its source: its number changes with the ledger.
                add(self.source(node).map_or(u64::from(node), |source| !source));
                amount.to_limbs().into_iter().for_each(&mut add);
            }
            for (purse, amount, is_price) in deal.gets() {
                add(u64::from(purse.0) << 1 | u64::from(is_price));
                amount.to_limbs().into_iter().for_each(&mut add);
            }
        }
        seal
    }
}

/// The exchanges of accounts that do not stop.
fn exchanges(view: &View<'_>, stops: &[Option<Stop>], seeds: &Seeds, links: &Links) -> Found {
    let ledger = view.ledger;
    let wraps = Wraps::of(ledger);
    let contract =
        |(_, asset): (AssetId, crate::asset::Asset)| ledger.accounts().find(asset.chain, &asset.contract?);
    let contracts = ledger.assets().iter().map(contract).collect();
    let known = Known { stops, seeds, wraps: &wraps, pools: &view.pools, contracts };
    Finder::new(view, links, &wraps, known).find()
}

fn at(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
