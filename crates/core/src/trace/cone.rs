//! The cone: the nodes from which money can have come to some accounts, in time order, backward from the end.
//!
//! What a replay finds at those accounts depends on nothing else: a transfer from outside the cone into it comes too
//! late for whatever went on to them. So a replay of the reach within the cone says of them what one of the whole says,
//! to the last unit (checked on random ledgers).
//!
//! Beside transfers, a node depends on what a deal gave for what it got, with all that it got; on the purses that a seed's own
//! conversion looks at; and on the stops from which money may come back to a seed. Sinks pass nothing on, so nobody is
//! looked for behind them; nodes in which branches end are all kept.

use super::reach::{Bits, NEVER};
use super::replay::Ties;
use super::view::{Node, View};
use crate::account::AccountId;
use crate::ledger::PurseId;

/// A reach without what cannot come to some accounts.
pub(super) struct Kept {
    /// One entry a node.
    pub(super) from: Vec<u64>,
    /// The sinks that taint gets to and that send to the cone, in order: what stopped there may be missing.
    pub(super) behind: Vec<Node>,
}

/// Takes out of a reach, one entry a node, all that cannot come to these accounts.
///
/// # Cost
/// One pass over the transfers, backward; a bit a node.
pub(super) fn within(
    view: &View<'_>,
    sinks: &Bits,
    ties: &Ties,
    from: &[u64],
    accounts: &[AccountId],
) -> Kept {
    let mut cone =
        Cone { view, sinks, ties, kept: Bits::new(view.node_count()), behind: Bits::new(view.node_count()) };
    cone.begin(accounts);
    for place in (0..view.end()).rev() {
        cone.step(place);
    }
    let is_kept = |node: Node| cone.kept.get(node) == 1 || view.deals.ended(node).is_some();
    let is_behind =
        |(node, place): &(Node, &u64)| cone.behind.get(*node) == 1 && **place != NEVER && !is_kept(*node);
    let behind = (0..).zip(from).filter(is_behind).map(|(node, _)| node).collect();
    let from = (0..).zip(from).map(|(node, &place)| if is_kept(node) { place } else { NEVER }).collect();
    Kept { from, behind }
}

struct Cone<'a> {
    view: &'a View<'a>,
    sinks: &'a Bits,
    ties: &'a Ties,
    kept: Bits,
    /// Sinks that send to the cone.
    behind: Bits,
}

impl Cone<'_> {
    /// All nodes of the accounts.
    fn begin(&mut self, accounts: &[AccountId]) {
        let purses = self.view.ledger.purses();
        let nodes = u32::try_from(self.view.node_count()).expect("fewer than 2^32 nodes");
        for node in 0..nodes {
            if accounts.binary_search(&purses.account(self.view.purse(node))).is_ok() {
                self.kept.set(node);
            }
        }
    }

    fn step(&mut self, place: usize) {
        let view = self.view;
        // A deal is done after the transfer at its place.
        for deal in view.deals.done_at(place as u64) {
            if deal.getters().any(|purse| self.kept.get(purse.0) == 1) {
                match deal.through() {
                    // What waits for its link goes on.
                    Some(_) => deal.givers().iter().for_each(|&node| self.kept.set(node)),
                    None => deal.givers().iter().for_each(|&node| self.keep(node)),
                }
                deal.getters().for_each(|purse| self.keep(purse.0));
                deal.getters().for_each(|purse| self.look(place, purse));
            }
        }
        if !view.moves(place) {
            return;
        }
        let Some(to) = view.to(place).filter(|&to| self.kept.get(to) == 1) else { return };
        let purse = view.ledger.columns().to[place];
        if let Some(from) = view.from(place) {
            self.keep(from);
        }
        if view.purse(to) == purse {
            self.look(place, purse);
        }
    }

    /// Keeps a node that passes on.
    fn keep(&mut self, node: Node) {
        if self.sinks.get(node) == 0 {
            self.kept.set(node);
        } else {
            self.behind.set(node);
        }
    }

    /// Keeps what is looked at when money comes to a seed.
    fn look(&mut self, place: usize, purse: PurseId) {
        let ties = self.ties;
        let conversion = ties.conversions.get(&(place as u64, purse));
        let looks = conversion.into_iter().flat_map(|it| it.sent_from.iter().map(|purse| purse.0));
        let returns = ties.returns.get(&(place as u64)).into_iter().flatten().copied();
        looks.chain(returns).for_each(|node| self.kept.set(node));
    }
}
