//! Reach: the earliest place from which each node can pass taint on.
//!
//! Rule-free. Taint goes from a node to another by a transfer that moves something, is no dust, is not burned
//! and does not leave a sink, if it is at or after the place from which the sender can pass taint on; the
//! receiver can from the next place on. The answer is the least fixpoint.
//!
//! Two ways lead to it. [`scan`] goes over all transfers once, in position order. [`along`] follows an index of
//! each purse's transfers, and its cost what is reached; it gives up where a scan is cheaper. [`masks`] is the scan
//! for up to 64 thefts at once, each by itself.

mod along;
mod bits;
mod masks;
mod pass;
mod scan;

pub(super) use bits::Bits;
pub use masks::ReachByTheft;
pub(super) use masks::masks;

use super::seed::Seeds;
use super::view::{Node, View};
use crate::ledger::FlowIndex;

/// Stands for a node that taint cannot reach.
pub(super) const NEVER: u64 = u64::MAX;

/// Along an index, a reach gives up once it has to follow more than one in so many of the transfers that a scan would
/// go over: there both cost the same, since a transfer that is followed costs about 70 ns, one that is passed 2 to 3
/// (`benches/record/`). So a reach that gives up costs two to two and a half scans in all.
const SCAN_PAYS: u64 = 40;

/// What taint gets to: each node once, in order of the place from which on it can pass taint on, then of its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arrivals {
    pub(super) node: Vec<Node>,
    /// The earliest place from which the node can pass taint on.
    pub(super) from: Vec<u64>,
}

impl Arrivals {
    /// Adds one that is no earlier than any before it.
    fn push(&mut self, node: Node, from: u64) {
        let mut at = self.node.len();
        // A seed can begin right after a transfer reached another node.
        while at > 0 && self.from[at - 1] == from && self.node[at - 1] > node {
            at -= 1;
        }
        if at == self.node.len() {
            self.node.push(node);
        } else {
            self.node.insert(at, node);
        }
        self.from.push(from);
    }

    /// The place of every node: [`NEVER`] where taint cannot get.
    pub(super) fn by_node(&self, nodes: usize) -> Vec<u64> {
        let mut by_node = vec![NEVER; nodes];
        for (&node, &from) in self.node.iter().zip(&self.from) {
            by_node[node as usize] = from;
        }
        by_node
    }
}

/// What a reach is asked.
pub(super) struct Question<'a> {
    pub(super) view: &'a View<'a>,
    /// Where taint can enter, sorted by place.
    pub(super) starts: Vec<Start>,
    /// The nodes that pass nothing on.
    pub(super) sinks: &'a Bits,
}

/// Where taint can enter: from this place on, the node can pass it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start {
    pub(super) place: u64,
    pub(super) node: Node,
    pub(super) theft: u32,
}

impl<'a> Question<'a> {
    pub(super) fn new(view: &'a View<'a>, seeds: &Seeds, sinks: &'a Bits) -> Self {
        Self { view, starts: starts(view, seeds), sinks }
    }

    /// One pass over the transfers.
    pub(super) fn scan(&self) -> Arrivals {
        scan::scan(self)
    }

    /// Along the index; `None` where more than `most` transfers are to be followed.
    pub(super) fn along(&self, index: &FlowIndex, most: u64) -> Option<Arrivals> {
        along::along(self, index, most)
    }

    /// The cheaper way: without an index the scan, since making one costs more than a scan; with one, along it
    /// until that costs more.
    pub(super) fn answer(&self, index: Option<&FlowIndex>) -> Arrivals {
        let first = self.starts.first().map_or(0, |start| start.place);
        let window = (self.view.ledger.transfer_count() as u64).saturating_sub(first);
        let found = index.and_then(|index| self.along(index, window / SCAN_PAYS));
        found.unwrap_or_else(|| self.scan())
    }

    /// Whether taint that goes by this transfer arrives: it comes before the end, is no dust and is not burned.
    fn arrives(&self, place: usize) -> bool {
        let view = self.view;
        !view.is_after_end(place)
            && !view.is_dust(place)
            && (!view.ledger.is_void(view.ledger.columns().to[place]) || view.deals.end(place).is_some())
    }
}

/// Where taint can enter: from the first row of each address seed on, and after each tagged transfer.
pub(super) fn starts(view: &View<'_>, seeds: &Seeds) -> Vec<Start> {
    let of_purse = |(purse, begins): (&crate::PurseId, &Vec<super::seed::Begin>)| {
        let node = purse.0;
        begins.iter().map(move |it| Start { place: it.place, node, theft: it.theft }).collect::<Vec<_>>()
    };
    let mut starts: Vec<Start> = seeds.purses.iter().flat_map(of_purse).collect();
    for (&place, tagging) in seeds.taggings.iter().filter(|(_, it)| it.limit != Some(crate::Amount::ZERO)) {
        let at = usize::try_from(place).expect("the ledger is in memory");
        let start = |node| Start { place: place + 1, node, theft: tagging.theft };
        starts.extend(view.to(at).map(start));
    }
    starts.sort_unstable();
    starts
}

/// The node that a transfer brings taint to; `None` where it brings none.
pub(super) fn target(view: &View<'_>, place: usize) -> Option<Node> {
    if !view.moves(place) || view.is_dust(place) { None } else { view.to(place) }
}
