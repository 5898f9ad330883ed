//! Which nodes are sinks: by their accounts, or because they are too far away.

use super::hops::{FAR, fewest_hops};
use super::options::{StopRule, TraceOptions};
use super::outcome::Stop;
use super::seed::Seeds;
use super::stop::Stops;
use super::view::{Node, View};

/// Why each node is a sink, if it is: by its account, or because it is too far away.
pub(super) fn sinks(
    view: &View<'_>,
    seeds: &Seeds,
    stops: &Stops,
    options: &TraceOptions,
) -> Vec<Option<Stop>> {
    let ledger = view.ledger;
    let nodes = 0..u32::try_from(view.node_count()).expect("fewer than 2^32 nodes");
    let is_passing = |node: Node| view.is_passing(node);
    let mut sinks: Vec<Option<Stop>> = nodes
        .clone()
        .map(|node| {
            let account = ledger.purses().account(view.purse(node));
            let ended = view.deals.ended(node).map(|ended| ended.1);
            if is_passing(node) { None } else { ended.or(stops.of_account[account.index()]) }
        })
        .collect();
    if let Some(most) = options.max_hops {
        let mut hops = fewest_hops(view, seeds, &|node| sinks[node as usize].is_some());
        // The limit is the purse's: all its passing purses share the fewest of them.
        for node in nodes.clone().filter(|&node| is_passing(node)) {
            let purse = view.purse(node).index();
            hops[purse] = hops[purse].min(hops[node as usize]);
        }
        for node in nodes {
            let (purse, account) = (view.purse(node), ledger.purses().account(view.purse(node)));
            let hops = hops[purse.index()];
            let gives_way = match sinks[node as usize] {
                None => true,
                Some(Stop::Label(category)) => StopRule::nets(category),
                Some(_) => false,
            };
            if hops != FAR && hops >= most && !seeds.accounts.contains(&account) && gives_way {
                sinks[node as usize] = Some(Stop::Hops);
            }
        }
    }
    sinks
}
