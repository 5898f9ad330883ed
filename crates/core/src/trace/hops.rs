//! The fewest transfers of any time-respecting route from a seed, for `--max-hops`.

use super::reach::{starts, target};
use super::seed::Seeds;
use super::view::{Node, View};

/// Stands for a node that no route reaches.
pub(super) const FAR: u32 = u32::MAX;

/// Returns, per node, the fewest transfers from any seed of any theft, [`FAR`] where there is no route.
///
/// One pass in position order: a node's figure is final for the transfers that leave it later.
///
/// # Cost
/// **O(n)** for n transfers.
pub(super) fn fewest_hops(view: &View<'_>, seeds: &Seeds, is_sink: &dyn Fn(Node) -> bool) -> Vec<u32> {
    let mut hops = vec![FAR; view.node_count()];
    let mut begins = starts(view, seeds).into_iter().peekable();
    let mut deals = view.deals.all.iter().peekable();
    for place in 0..view.ledger.transfer_count() {
        while let Some(begin) = begins.next_if(|begin| begin.place <= place as u64) {
            hops[begin.node as usize] = 0;
        }
        if let (Some(from), Some(to)) = (view.from(place), target(view, place)) {
            let known = hops[from as usize];
            if known != FAR && !is_sink(from) {
                hops[to as usize] = hops[to as usize].min(known + 1);
            }
        }
        // A deal is one hop.
        while let Some(deal) = deals.next_if(|deal| deal.place == place as u64) {
            // What waits for its link goes on.
            let goes_on = |&&node: &&Node| deal.through().is_some() || !is_sink(node);
            let known = deal.givers().iter().filter(goes_on).copied();
            let known = known.map(|node| hops[node as usize]).min().unwrap_or(FAR);
            for purse in deal.prices().filter(|_| known != FAR) {
                hops[purse.index()] = hops[purse.index()].min(known + 1);
            }
        }
    }
    for begin in begins {
        hops[begin.node as usize] = 0;
    }
    hops
}
