//! Deals as a trace sees them: what accounts gave and got in one transaction, which transfers are part of that, and where
//! branches end.
//!
//! A transfer that is part of its sender's deal takes nothing out of the sender by itself, and one that is part of its
//! receiver's brings it nothing: the deal does both, once, net, after its last transfer. Taint that somebody else's transfer
//! brings to an account that exchanges in the same transaction ends there, in an *ended* node of that purse.

mod bundles;
mod find;
mod list;
mod marked;

use super::netting::Node;
use super::options::StopRule;
use super::outcome::Stop;
use super::seed::Seeds;
use super::view::View;
use crate::account::AccountId;
use crate::asset::AssetId;
use crate::ledger::PurseId;
use crate::links::swaps::{End, Facts};
use crate::links::wraps::Wraps;
use find::Finder;
use hashbrown::HashMap;
pub(super) use list::Deal;
use list::DealList;
use marked::{Marked, mark};

/// All deals of what taint can get to, and where branches end. Ended nodes are counted from `base` on.
pub(super) struct Deals {
    base: usize,
    /// By place, then the account's address.
    pub(super) all: DealList,
    /// Ended nodes: their purses, and why.
    ended: Vec<(PurseId, Stop)>,
    ended_of: HashMap<(PurseId, Stop), Node>,
    marked: Marked,
    /// Purses, and the deals that they give in; sorted.
    of_purse: Vec<(PurseId, u32)>,
}

/// What stops and seeds say of accounts.
struct Known<'a> {
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
            of_purse: Vec::new(),
        }
    }

    /// Finds the deals of all accounts that do not stop, in all transactions of purses that taint can get to. The view has
    /// no deals yet.
    ///
    /// # Cost
    /// Three passes over some columns, two of them in parallel; the rest follows what is reached.
    pub(super) fn find(view: &View<'_>, stops: &[Option<Stop>], seeds: &Seeds) -> Self {
        let mut deals = Self::none(view.node_count());
        let ledger = view.ledger;
        if ledger.assets().len() < 2 {
            return deals;
        }
        let wraps = Wraps::of(ledger);
        let contract = |(_, asset): (AssetId, crate::asset::Asset)| {
            ledger.accounts().find(asset.chain, &asset.contract?)
        };
        let contracts = ledger.assets().iter().map(contract).collect();
        let known = Known { stops, seeds, wraps: &wraps, contracts };
        let found = Finder::new(view, &wraps, known).find();
        let marks = found.marks.into_iter().map(|(place, mark, end)| {
            let end = end.map(|end| deals.end_at(ledger.columns().to[at(place)], end));
            (place, mark, end.unwrap_or(0))
        });
        let marked = Marked::of(marks, ledger.transfer_count());
        deals.marked = marked;
        deals.all = found.deals;
        let gives = |(number, deal): (u32, Deal<'_>)| {
            deal.givers().iter().map(|&purse| (purse, number)).collect::<Vec<_>>()
        };
        deals.of_purse = (0..).zip(deals.all.iter()).flat_map(gives).collect();
        deals.of_purse.sort_unstable();
        deals
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
        self.marked.is_empty()
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
        self.marked.places()
    }

    /// Whether a transfer is any of that.
    #[inline]
    pub(super) fn marks(&self, place: usize) -> bool {
        self.marked.has(place)
    }

    /// The ended node of a purse, where there is one: of a position, or of what is unclear.
    pub(super) fn find_ended(&self, purse: PurseId, is_position: bool) -> Option<Node> {
        let stop = if is_position { Stop::Position } else { Stop::Unclear };
        self.ended_of.get(&(purse, stop)).copied()
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
        let start = self.of_purse.partition_point(|entry| entry.0.0 < node);
        let theirs = self.of_purse[start..].iter().take_while(move |entry| entry.0.0 == node);
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
                add(end.map_or(0, |(_, stop)| if stop == Stop::Position { 1 } else { 2 }));
            }
        }
        for deal in self.all.iter().take_while(|deal| deal.place < place) {
            if !deal.givers().iter().copied().chain(deal.getters()).any(&counts) {
                continue;
            }
            add(deal.place);
            for (purse, amount) in deal.gives() {
                add(u64::from(purse.0));
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

fn at(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
