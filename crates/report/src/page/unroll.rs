//! Cycles, unrolled by time: an account becomes one or more visits, so that every flow can be drawn forward.
//!
//! Most accounts are one visit. Where money runs in a circle (a strongly connected part of the graph of accounts),
//! flows are taken in replay order: one that would lead backward begins a new visit of its receiver, from which
//! everything leaves that the receiver sends later.
//!
//! # What always holds
//!
//! The graph of visits has no cycle. A flow leaves a visit of its sender and enters a visit of its receiver. There are
//! at most as many visits as accounts and flows together.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// The visits, and between which of them each flow runs.
#[derive(Debug)]
pub(super) struct Visits {
    /// One entry a visit: whose it is. The first visits are those of the accounts, in order.
    pub(super) account: Vec<u32>,
    /// One entry a flow: the visit that it leaves and the one that it enters.
    pub(super) ends: Vec<(u32, u32)>,
}

/// Unrolls flows, given in replay order as sender and receiver, who differ.
///
/// # Cost
/// **O(n)** for n accounts and flows.
pub(super) fn unroll(accounts: usize, flows: &[(u32, u32)]) -> Visits {
    let part = parts(accounts, flows);
    let count = u32::try_from(accounts).expect("a page has fewer accounts");
    let mut visits = Visits { account: (0..count).collect(), ends: Vec::with_capacity(flows.len()) };
    let mut current: Vec<u32> = (0..count).collect();
    // Of visits inside one part: how far along they are, and whether they have sent something.
    let mut along = vec![0_u32; accounts];
    let mut has_sent = vec![false; accounts];
    for &(from, to) in flows {
        let (sender, mut receiver) = (current[from as usize], current[to as usize]);
        if part[from as usize] == part[to as usize] {
            if along[receiver as usize] <= along[sender as usize] {
                if has_sent[receiver as usize] {
                    receiver = u32::try_from(visits.account.len()).expect("fewer visits than flows");
                    visits.account.push(to);
                    along.push(0);
                    has_sent.push(false);
                    current[to as usize] = receiver;
                }
                along[receiver as usize] = along[sender as usize] + 1;
            }
            has_sent[sender as usize] = true;
        }
        visits.ends.push((sender, receiver));
    }
    visits
}

/// The strongly connected part of each account.
fn parts(accounts: usize, flows: &[(u32, u32)]) -> Vec<u32> {
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(accounts, flows.len());
    (0..accounts).for_each(|_| {
        graph.add_node(());
    });
    let mut pairs = flows.to_vec();
    pairs.sort_unstable();
    pairs.dedup();
    for (from, to) in pairs {
        graph.add_edge(NodeIndex::new(from as usize), NodeIndex::new(to as usize), ());
    }
    let mut part = vec![0; accounts];
    for (number, members) in (0..).zip(kosaraju_scc(&graph)) {
        members.into_iter().for_each(|member| part[member.index()] = number);
    }
    part
}

#[cfg(test)]
mod tests {
    use super::unroll;

    #[test]
    fn what_runs_forward_is_one_visit_an_account() {
        let visits = unroll(4, &[(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)]);
        assert_eq!(visits.account, [0, 1, 2, 3]);
        assert_eq!(visits.ends, [(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)]);
    }

    #[test]
    fn money_that_comes_back_comes_back_to_a_new_visit() {
        // 0 → 1 → 0 → 2: what 0 sends after the money came back leaves its second visit.
        let visits = unroll(3, &[(0, 1), (1, 0), (0, 2)]);
        assert_eq!(visits.account, [0, 1, 2, 0]);
        assert_eq!(visits.ends, [(0, 1), (1, 3), (3, 2)]);
    }
}
