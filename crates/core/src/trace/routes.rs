//! The evidence graph: the tainted transfers of one rule, and for each holding the route that proves it.
//!
//! Nodes are the purses that taint touched, edges the tainted transfers of every class: a multigraph, since
//! two purses may deal often. A route leads from a seed of the theft to a holding. Of all routes that respect
//! time it is one with the fewest transfers, and among those, walking back from the holding, each step takes
//! the transfer that carried the most taint (of equal ones, the earliest).
//!
//! # What always holds
//!
//! A purse's hops are counted as the replay counts them: over tainted transfers in order, one more than the
//! sender's so far, the least; 0 once the theft was received or unseen there. So a transfer that arrives with
//! `h` hops has, before it, one that arrives at its sender with `h - 1`, and every route ends at a seed.
//!
//! Where an account only passes on what nets in a transaction, what it sends came in by that transaction: such
//! a step stays inside it.
//!
//! # Cost
//!
//! Building is **O(n log n)** for n flows and postings; a route of h transfers is **O(h log n)**, since each
//! group of arrivals keeps the best one so far.

use super::options::StopRule;
use super::outcome::{ClassId, Grade, Trace};
use crate::account::AccountId;
use crate::amount::Amount;
use crate::label::Labels;
use crate::ledger::{Ledger, PurseId};
use hashbrown::HashMap;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};

/// Stands for "not bound to one transaction".
const ANY: u32 = u32::MAX;

/// A tainted transfer: an edge of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The row of [`Trace::flows`].
    pub flow: usize,
    /// The transfer's place in the ledger.
    pub place: u64,
    /// Theft and stolen asset.
    pub class: ClassId,
    /// How much taint it carries under the graph's rule, in base units of the transfer's asset.
    pub taint: Amount,
    /// The weakest grade on the way, this hop included.
    pub grade: Grade,
    /// The fewest transfers from a seed, this one included.
    pub hops: u32,
    /// The transaction by which its sender had the money, where the sender only passes on.
    within: u32,
}

/// Transfers into one purse with one number of hops stand together, in replay order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    class: ClassId,
    purse: PurseId,
    within: u32,
    hops: u32,
}

/// One transfer in, and the one of its group up to here that carried the most.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    group: Group,
    edge: u32,
    best: u32,
}

/// The tainted transfers under one rule, as a graph of purses.
#[derive(Debug)]
pub struct EvidenceGraph {
    graph: DiGraph<PurseId, Evidence>,
    /// Sorted by group, then edge.
    arrivals: Vec<Arrival>,
    /// Purses in which a class was received or unseen.
    seeds: HashMap<(ClassId, PurseId), u64>,
}

/// Whether an account only passes on what nets in a transaction, by its labels.
#[must_use]
pub fn passes_through(labels: &Labels, stop: &StopRule, account: AccountId) -> bool {
    let mut stops = labels.of(account).map(|label| label.category).filter(|it| stop.categories.contains(it));
    let first = stops.next();
    first.is_some_and(|first| StopRule::nets(first) && stops.all(StopRule::nets))
}

impl EvidenceGraph {
    /// Builds the graph of a rule, counted in the order of [`Trace::rules`]. `passes` says which accounts only
    /// pass on what nets in a transaction, see [`passes_through`].
    ///
    /// # Panics
    /// On 2^32 tainted transfers or more.
    #[must_use]
    pub fn build(ledger: &Ledger, trace: &Trace, rule: usize, passes: impl Fn(AccountId) -> bool) -> Self {
        let seeds = seeds(trace, rule);
        let mut build = Build { ledger, seeds: &seeds, passes, graph: DiGraph::new(), nodes: HashMap::new() };
        let mut arrivals = build.edges(trace, rule);
        build.touch(trace, rule);
        let graph = build.graph;
        arrivals.sort_unstable_by_key(|arrival| (arrival.group, arrival.edge));
        for at in 1..arrivals.len() {
            let (before, here) = (arrivals[at - 1], arrivals[at]);
            let taint = |edge: u32| graph[EdgeIndex::new(edge as usize)].taint;
            if before.group == here.group && taint(before.best) >= taint(here.edge) {
                arrivals[at].best = before.best;
            }
        }
        Self { graph, arrivals, seeds }
    }

    /// The purses and the tainted transfers between them; edges stand in replay order.
    #[must_use]
    pub const fn graph(&self) -> &DiGraph<PurseId, Evidence> {
        &self.graph
    }

    /// Whether the theft entered at this purse.
    #[must_use]
    pub fn is_seed(&self, class: ClassId, purse: PurseId) -> bool {
        self.seeds.contains_key(&(class, purse))
    }

    /// The route from a seed to a purse: the transfers, first to last.
    ///
    /// Empty for a seed's own purse, and for a purse that this class did not reach under this rule.
    ///
    /// # Panics
    /// Never: see the module's second paragraph.
    #[must_use]
    pub fn route(&self, class: ClassId, purse: PurseId) -> Vec<Evidence> {
        let mut route = Vec::new();
        if self.is_seed(class, purse) {
            return route;
        }
        let nearest = Group { class, purse, within: ANY, hops: 0 };
        let first = self.arrivals.partition_point(|arrival| arrival.group < nearest);
        let Some(mut group) = self.arrivals.get(first).map(|arrival| arrival.group) else { return route };
        if (group.class, group.purse, group.within) != (class, purse, ANY) {
            return route;
        }
        let mut limit = u32::MAX;
        loop {
            let end = self.arrivals.partition_point(|it| (it.group, it.edge) < (group, limit));
            let arrival = end.checked_sub(1).map(|last| self.arrivals[last]);
            let arrival = arrival.filter(|arrival| arrival.group == group);
            let edge = arrival.expect("a transfer with h hops has one with h - 1 before it").best;
            let index = EdgeIndex::new(edge as usize);
            let evidence = self.graph[index];
            route.push(evidence);
            if evidence.hops == 1 {
                break;
            }
            let (sender, _) = self.graph.edge_endpoints(index).expect("the edge is of this graph");
            let (purse, within) = (self.graph[sender], evidence.within);
            group = Group { class, purse, within, hops: evidence.hops - 1 };
            limit = edge;
        }
        route.reverse();
        route
    }
}

/// Returns the purses in which a class was received or unseen under a rule, with the place of the first time.
fn seeds(trace: &Trace, rule: usize) -> HashMap<(ClassId, PurseId), u64> {
    let postings = &trace.postings;
    let mut seeds = HashMap::new();
    for row in 0..postings.place.len() {
        if postings.kind[row].enters() && !postings.shares.get(row, rule).units.is_zero() {
            seeds.entry((postings.class[row], postings.purse[row])).or_insert(postings.place[row]);
        }
    }
    seeds
}

struct Build<'a, P> {
    ledger: &'a Ledger,
    seeds: &'a HashMap<(ClassId, PurseId), u64>,
    passes: P,
    graph: DiGraph<PurseId, Evidence>,
    nodes: HashMap<PurseId, NodeIndex>,
}

impl<P: Fn(AccountId) -> bool> Build<'_, P> {
    fn node(&mut self, purse: PurseId) -> NodeIndex {
        *self.nodes.entry(purse).or_insert_with(|| self.graph.add_node(purse))
    }

    /// Adds the flows of a rule as edges, in replay order, and returns their arrivals.
    fn edges(&mut self, trace: &Trace, rule: usize) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        // Hops so far, by class, purse and (where the purse only passes on) transaction.
        let mut hops: HashMap<(ClassId, PurseId, u32), u32> = HashMap::new();
        let mut passing: HashMap<PurseId, bool> = HashMap::new();
        let flows = &trace.flows;
        for flow in 0..flows.place.len() {
            let taint = flows.shares.get(flow, rule).units;
            if taint.is_zero() {
                continue;
            }
            let (place, class) = (flows.place[flow], flows.class[flow]);
            let at = usize::try_from(place).expect("rows are in memory");
            let columns = self.ledger.columns();
            let (from, to, transaction) = (columns.from[at], columns.to[at], columns.transaction[at]);
            let purses = self.ledger.purses();
            let mut passes = |purse: PurseId| {
                *passing.entry(purse).or_insert_with(|| (self.passes)(purses.account(purse)))
            };
            let bound = passes(from) && hops.contains_key(&(class, from, transaction));
            let within = if bound { transaction } else { ANY };
            let seeded = self.seeds.get(&(class, from)).is_some_and(|&since| since <= place);
            let before = hops.get(&(class, from, within)).copied().filter(|_| bound || !seeded);
            let count = before.unwrap_or(0).saturating_add(1);
            let spots = if passes(to) { &[ANY, transaction][..] } else { &[ANY] };
            let edge = u32::try_from(self.graph.edge_count()).expect("fewer than 2^32 tainted transfers");
            for &spot in spots {
                let least = hops.entry((class, to, spot)).or_insert(count);
                *least = count.min(*least);
                let group = Group { class, purse: to, within: spot, hops: count };
                arrivals.push(Arrival { group, edge, best: edge });
            }
            let ends = (self.node(from), self.node(to));
            let grade = flows.grade[flow];
            let evidence = Evidence { flow, place, class, taint, grade, hops: count, within };
            self.graph.add_edge(ends.0, ends.1, evidence);
        }
        arrivals
    }

    /// Adds the purses that taint touched without a tainted transfer.
    fn touch(&mut self, trace: &Trace, rule: usize) {
        for row in 0..trace.postings.place.len() {
            if !trace.postings.shares.get(row, rule).units.is_zero() {
                self.node(trace.postings.purse[row]);
            }
        }
    }
}
