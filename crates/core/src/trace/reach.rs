//! Reach: the earliest place from which each node can pass taint on.
//!
//! Rule-free. Taint goes from a node to another by a transfer that moves something, is no dust, is not burned
//! and does not leave a sink, if it is at or after the place from which the sender can pass taint on; the
//! receiver can from the next place on. The answer is the least fixpoint, and monotone: any schedule of
//! threads ends in the same one.
//!
//! # Cost
//!
//! Each transfer out of a reached node is relaxed once at the most: a node reached again earlier relaxes only
//! the transfers in between.

use super::seed::Seeds;
use super::view::{Node, View};
use crate::ledger::{FlowIndex, PurseId};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stands for a node that taint cannot reach.
pub(super) const NEVER: u64 = u64::MAX;

/// Returns, per node, the earliest place from which it can pass taint on; [`NEVER`] where taint cannot get.
///
/// `is_sink` tells which nodes pass nothing on.
pub(super) fn reach(
    view: &View<'_>,
    index: &FlowIndex,
    seeds: &Seeds,
    is_sink: &(dyn Fn(Node) -> bool + Sync),
) -> Vec<u64> {
    let from: Vec<AtomicU64> = (0..view.node_count()).map(|_| AtomicU64::new(NEVER)).collect();
    // From where on a node's transfers have been relaxed.
    let relaxed: Vec<AtomicU64> = (0..view.node_count()).map(|_| AtomicU64::new(NEVER)).collect();
    let mut frontier = starts(view, seeds);
    for &(node, place) in &frontier {
        from[node as usize].fetch_min(place, Ordering::Relaxed);
    }
    while !frontier.is_empty() {
        frontier.sort_unstable();
        frontier.dedup_by_key(|entry| entry.0);
        frontier = frontier
            .par_iter()
            .flat_map_iter(|&(node, _)| {
                // The round's only visit to this node: nobody else touches its `relaxed`.
                let start = from[node as usize].load(Ordering::Relaxed);
                let end = relaxed[node as usize].swap(start, Ordering::Relaxed);
                let places = if is_sink(node) { &[] } else { between(view, index, node, start, end) };
                places.iter().filter_map(|&place| {
                    let to = target(view, place as usize)?;
                    let next = u64::from(place) + 1;
                    (from[to as usize].fetch_min(next, Ordering::Relaxed) > next).then_some((to, next))
                })
            })
            .collect();
    }
    from.into_iter().map(AtomicU64::into_inner).collect()
}

/// Where taint can enter: the first row of each address seed, and the place after each tagged transfer.
pub(super) fn starts(view: &View<'_>, seeds: &Seeds) -> Vec<(Node, u64)> {
    let mut starts: Vec<(Node, u64)> = Vec::new();
    let begins = seeds.purses.iter().map(|(purse, begins)| (purse.0, begins[0].place));
    starts.extend(begins);
    let mut taggings: Vec<u64> = seeds
        .taggings
        .iter()
        .filter(|(_, it)| it.limit != Some(crate::Amount::ZERO))
        .map(|(place, _)| *place)
        .collect();
    taggings.sort_unstable();
    for place in taggings {
        let at = usize::try_from(place).expect("the ledger is in memory");
        starts.extend(view.to(at).map(|node| (node, place + 1)));
    }
    starts.sort_unstable();
    starts
}

/// The transfers out of a node at or after `start` and before `end`.
fn between<'a>(view: &'a View<'_>, index: &'a FlowIndex, node: Node, start: u64, end: u64) -> &'a [u32] {
    let places = view.netting.outgoing(node).unwrap_or_else(|| index.outgoing(PurseId(node)));
    let first = places.partition_point(|&place| u64::from(place) < start);
    let last = places.partition_point(|&place| u64::from(place) < end);
    &places[first..last.max(first)]
}

/// The node that a transfer brings taint to; `None` where it brings none.
pub(super) fn target(view: &View<'_>, place: usize) -> Option<Node> {
    if !view.moves(place) || view.is_dust(place) { None } else { view.to(place) }
}
