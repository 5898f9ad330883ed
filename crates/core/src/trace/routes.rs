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
//! sender's so far, the least; 0 in a seed that has begun, and where the theft was received or unseen. So a
//! transfer that arrives with `h` hops has, before it, one that arrives at its sender with `h - 1`, and every
//! route ends at a seed.
//!
//! Where a transaction nets at an account, its money goes through a passing purse, as in the replay: what comes
//! out came in by that transaction.
//!
//! # Cost
//!
//! [`Routes::new`] is what a trace does before its two steps. A graph is **O(n log n)** for n flows and
//! postings; a route of h transfers is **O(h log n)**, since each group of arrivals keeps the best one so far.

use super::error::TraceError;
use super::options::TraceOptions;
use super::outcome::{ClassId, Grade, PostingKind, Trace};
use super::run::{Prepared, settle};
use super::seed::Seeds;
use super::theft::Theft;
use super::view::{Node, View};
use crate::amount::Amount;
use crate::label::Labels;
use crate::ledger::{Ledger, PurseId};
use hashbrown::HashMap;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};

/// A tainted transfer: an edge of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The place of the transfer in the ledger; of an exchange, that of its last transfer.
    pub place: u64,
    /// Of an exchange: the rows of [`Trace::postings`] that say what was given and what was got.
    pub exchange: Option<[usize; 2]>,
    /// Of an exchange that is the destination of a link: the link, an index into [`TraceOptions::links`].
    pub link: Option<u32>,
    /// Theft and stolen asset.
    pub class: ClassId,
    /// How much taint it carries under the graph's rule, in base units of the transfer's asset.
    pub taint: Amount,
    /// The weakest grade on the way, this hop included.
    pub grade: Grade,
    /// The fewest transfers from a seed, this one included.
    pub hops: u32,
    /// The purse that it left, or the passing purse.
    from: Node,
}

/// What a deal gave of a class: its purse or transit, the posting, and the hops so far.
type GivenOf = (ClassId, Node, usize, u32);

/// Transfers into one purse, or passing purse, with one number of hops stand together, in replay order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    class: ClassId,
    node: Node,
    hops: u32,
}

/// One transfer in, and the one of its group up to here that carried the most.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    group: Group,
    edge: u32,
    best: u32,
}

/// Where the routes of a trace begin, and where money only passes through.
pub struct Routes<'a> {
    view: View<'a>,
    seeds: Seeds,
}

impl std::fmt::Debug for Routes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Routes({:?})", self.seeds.thefts)
    }
}

impl<'a> Routes<'a> {
    /// Settles seeds and passing purses, as the trace did that had these thefts and options.
    ///
    /// # Errors
    /// As [`super::trace`]: none, if that gave a trace.
    pub fn new(
        ledger: &'a Ledger,
        labels: &Labels,
        thefts: &[Theft],
        options: &TraceOptions,
    ) -> Result<Self, TraceError> {
        let (view, seeds, _) = settle(ledger, labels, thefts, options, &[])?;
        Ok(Self { view, seeds })
    }

    /// Takes seeds and passing purses from a run.
    pub(super) fn of(prepared: Prepared<'a>) -> Self {
        let (view, seeds) = prepared.into_routes();
        Self { view, seeds }
    }

    /// Builds the graph of a rule, counted in the order of [`Trace::rules`].
    ///
    /// # Panics
    /// On 2^32 tainted transfers or more.
    #[must_use]
    pub fn graph(&self, trace: &Trace, rule: usize) -> EvidenceGraph {
        let mut build = Build {
            routes: self,
            trace,
            rule,
            hops: HashMap::new(),
            given: Vec::new(),
            got: false,
            leg: 0,
            rests: HashMap::new(),
            graph: EvidenceGraph::default(),
        };
        build.walk();
        build.find_resting();
        let EvidenceGraph { graph, arrivals, .. } = &mut build.graph;
        arrivals.sort_unstable_by_key(|arrival| (arrival.group, arrival.edge));
        for at in 1..arrivals.len() {
            let (before, here) = (arrivals[at - 1], arrivals[at]);
            let taint = |edge: u32| graph[EdgeIndex::new(edge as usize)].taint;
            if before.group == here.group && taint(before.best) >= taint(here.edge) {
                arrivals[at].best = before.best;
            }
        }
        // A purse that becomes a seed later is one at the end, too.
        let is_seed = |(class, node): (ClassId, Node)| {
            let theft = trace.classes[class.index()].theft;
            self.view.purse(node).0 == node && self.seeds.has_begun(PurseId(node), theft, u64::MAX)
        };
        let origins = build.hops.into_iter().filter(|(at, hops)| *hops == 0 || is_seed(*at));
        build.graph.origins = origins.map(|(node, _)| node).collect();
        build.graph.origins.sort_unstable();
        build.graph
    }
}

/// The tainted transfers under one rule, as a graph of purses.
#[derive(Debug, Default)]
pub struct EvidenceGraph {
    graph: DiGraph<PurseId, Evidence>,
    nodes: HashMap<PurseId, NodeIndex>,
    /// Sorted by group, then edge.
    arrivals: Vec<Arrival>,
    /// Where a class has 0 hops, sorted.
    origins: Vec<(ClassId, Node)>,
    /// Purses of accounts that pass on, with those of their nodes in which something rests. Where it rests in
    /// the purse itself alone, it has no entry.
    resting: HashMap<(ClassId, PurseId), Vec<Node>>,
}

impl EvidenceGraph {
    /// The purses and the tainted transfers between them; edges stand in replay order.
    #[must_use]
    pub const fn graph(&self) -> &DiGraph<PurseId, Evidence> {
        &self.graph
    }

    /// The route from a seed to a purse: the transfers, first to last.
    ///
    /// Empty for a seed's own purse, and for a purse that this class did not reach under this rule.
    ///
    /// # Panics
    /// Never: see the second part of the module's head.
    #[must_use]
    pub fn route(&self, class: ClassId, purse: PurseId) -> Vec<Evidence> {
        let mut route = Vec::new();
        let Some(mut group) = self.nearest(class, purse) else { return route };
        let mut limit = u32::MAX;
        loop {
            let end = self.arrivals.partition_point(|it| (it.group, it.edge) < (group, limit));
            let arrival = end.checked_sub(1).map(|last| self.arrivals[last]);
            let arrival = arrival.filter(|arrival| arrival.group == group);
            let edge = arrival.expect("a transfer with h hops has one with h - 1 before it").best;
            let evidence = self.graph[EdgeIndex::new(edge as usize)];
            route.push(evidence);
            if evidence.hops == 1 {
                break;
            }
            group = Group { class, node: evidence.from, hops: evidence.hops - 1 };
            limit = edge;
        }
        route.reverse();
        route
    }

    /// The transfers with the fewest hops into a purse, or into those passing purses of it in which something
    /// rests; `None` where that is a seed, or nothing came in.
    fn nearest(&self, class: ClassId, purse: PurseId) -> Option<Group> {
        let of_node = |node: Node| {
            let start = Group { class, node, hops: 0 };
            if self.origins.binary_search(&(class, node)).is_ok() {
                return Some(start);
            }
            let first = self.arrivals.partition_point(|it| it.group < start);
            let group = self.arrivals.get(first)?.group;
            (group.class == class && group.node == node).then_some(group)
        };
        let nearest = match self.resting.get(&(class, purse)) {
            Some(nodes) => nodes.iter().filter_map(|&node| of_node(node)).min_by_key(|it| (it.hops, it.node)),
            None => of_node(purse.0),
        };
        nearest.filter(|group| group.hops > 0)
    }
}

/// A graph under way.
struct Build<'a> {
    routes: &'a Routes<'a>,
    trace: &'a Trace,
    rule: usize,
    /// Hops so far.
    hops: HashMap<(ClassId, Node), u32>,
    /// What the deal at hand gave, and whether it got something already.
    given: Vec<GivenOf>,
    got: bool,
    /// The next of [`super::Postings::legs`].
    leg: usize,
    /// What rests so far; not kept where there are no passing purses.
    rests: HashMap<(ClassId, Node), Amount>,
    graph: EvidenceGraph,
}

impl Build<'_> {
    /// Goes over postings and flows in replay order; at one place, postings first.
    fn walk(&mut self) {
        let (postings, flows) = (&self.trace.postings, &self.trace.flows);
        let mut posting = 0;
        for flow in 0..flows.place.len() {
            while postings.place.get(posting).is_some_and(|&place| place <= flows.place[flow]) {
                self.post(posting);
                posting += 1;
            }
            self.flow(flow);
        }
        (posting..postings.place.len()).for_each(|posting| self.post(posting));
    }

    fn post(&mut self, row: usize) {
        let postings = &self.trace.postings;
        let units = postings.shares.get(row, self.rule).units;
        self.leg += usize::from(postings.kind[row].is_converted());
        if units.is_zero() {
            return;
        }
        let (kind, purse, class) = (postings.kind[row], postings.purse[row], postings.class[row]);
        self.touch(purse);
        let (view, place) = (&self.routes.view, at(postings.place[row]));
        let node = match kind {
            PostingKind::Received => view.to(place),
            PostingKind::Fee | PostingKind::ConvertedOut | PostingKind::ConvertedIn => None,
            PostingKind::Unseen | PostingKind::Burn | PostingKind::Dust => view.from(place),
        };
        let node = node.filter(|&node| view.purse(node) == purse).unwrap_or(purse.0);
        let node = self.transit(row).map_or(node, |transit| transit.0);
        if kind.is_converted() {
            self.exchange(row);
        } else if kind.enters() {
            self.hops.insert((class, node), 0);
        }
        self.rest(class, node, units, kind.enters());
    }

    /// The transit that a posting takes from, and its link.
    fn transit(&self, row: usize) -> Option<(Node, u32)> {
        let postings = &self.trace.postings;
        let gives = matches!(postings.kind[row], PostingKind::ConvertedOut | PostingKind::Dust);
        let transit = self.routes.view.deals.transit(postings.place[row]).filter(|_| gives);
        transit.filter(|&(node, _)| self.routes.view.purse(node) == postings.purse[row])
    }

    /// A leg of an exchange. What it got came from where it gave of that class, with the fewest hops.
    fn exchange(&mut self, row: usize) {
        let postings = &self.trace.postings;
        let (kind, purse, class) = (postings.kind[row], postings.purse[row], postings.class[row]);
        let theft = self.trace.classes[class.index()].theft;
        let begun = self.routes.seeds.has_begun(purse, theft, postings.place[row]);
        if kind == PostingKind::ConvertedOut {
            if std::mem::take(&mut self.got) {
                self.given.clear();
            }
            let transit = self.transit(row).map(|transit| transit.0);
            let node = transit.unwrap_or(purse.0);
            let hops = self.hops.get(&(class, node)).copied().unwrap_or(0);
            self.given.push((class, node, row, if begun && transit.is_none() { 0 } else { hops }));
            return;
        }
        self.got = true;
        let of_class = self.given.iter().filter(|given| given.0 == class);
        let Some(&(_, from, given, before)) = of_class.min_by_key(|given| given.3) else { return };
        let (hops, taint) = (before.saturating_add(1), postings.shares.get(row, self.rule).units);
        let arrived = if begun { 0 } else { hops };
        let least = self.hops.entry((class, purse.0)).or_insert(arrived);
        *least = arrived.min(*least);
        let view = &self.routes.view;
        let link = view.deals.transit(postings.place[row]).map(|transit| transit.1);
        let ends = (self.touch(view.purse(from)), self.touch(purse));
        let (place, grade) = (postings.place[row], postings.legs[self.leg - 1].grade);
        let graph = &mut self.graph;
        let edge = u32::try_from(graph.graph.edge_count()).expect("fewer than 2^32 tainted transfers");
        let exchange = Some([given, row]);
        let evidence = Evidence { place, exchange, link, class, taint, grade, hops, from };
        graph.graph.add_edge(ends.0, ends.1, evidence);
        graph.arrivals.push(Arrival { group: Group { class, node: purse.0, hops }, edge, best: edge });
    }

    /// Notes what came into a node or left it. Under poison more may leave than came.
    fn rest(&mut self, class: ClassId, node: Node, units: Amount, enters: bool) {
        if self.routes.view.node_count() > self.routes.view.ledger.purses().len() {
            let rest = self.rests.entry((class, node)).or_default();
            *rest = if enters { rest.plus(units) } else { rest.minus(units).unwrap_or_default() };
        }
    }

    /// Finds the purses of which something rests in a passing purse.
    fn find_resting(&mut self) {
        let view = &self.routes.view;
        let rests = self.rests.iter().filter(|(_, units)| !units.is_zero()).map(|(&key, _)| key);
        let mut rests: Vec<(ClassId, Node)> = rests.collect();
        rests.sort_unstable();
        let resting = &mut self.graph.resting;
        for &(class, node) in rests.iter().filter(|(_, node)| view.purse(*node).0 != *node) {
            resting.entry((class, view.purse(node))).or_default().push(node);
        }
        for (class, node) in rests {
            if let Some(nodes) = resting.get_mut(&(class, PurseId(node))) {
                nodes.push(node);
            }
        }
    }

    fn flow(&mut self, row: usize) {
        let flows = &self.trace.flows;
        let taint = flows.shares.get(row, self.rule).units;
        if taint.is_zero() {
            return;
        }
        let (place, class, view) = (flows.place[row], flows.class[row], &self.routes.view);
        let (Some(from), Some(to)) = (view.from(at(place)), view.to(at(place))) else { return };
        let theft = self.trace.classes[class.index()].theft;
        let begun = |node: Node| {
            view.purse(node).0 == node && self.routes.seeds.has_begun(PurseId(node), theft, place)
        };
        let before = if begun(from) { 0 } else { self.hops.get(&(class, from)).copied().unwrap_or(0) };
        let hops = before.saturating_add(1);
        let arrived = if begun(to) { 0 } else { hops };
        let least = self.hops.entry((class, to)).or_insert(arrived);
        *least = arrived.min(*least);

        let ends = (self.touch(view.purse(from)), self.touch(view.purse(to)));
        let graph = &mut self.graph;
        let edge = u32::try_from(graph.graph.edge_count()).expect("fewer than 2^32 tainted transfers");
        let grade = flows.grade[row];
        let evidence = Evidence { place, exchange: None, link: None, class, taint, grade, hops, from };
        graph.graph.add_edge(ends.0, ends.1, evidence);
        graph.arrivals.push(Arrival { group: Group { class, node: to, hops }, edge, best: edge });
        self.rest(class, from, taint, false);
        self.rest(class, to, taint, true);
    }

    /// The purse's node in the graph.
    fn touch(&mut self, purse: PurseId) -> NodeIndex {
        let EvidenceGraph { graph, nodes, .. } = &mut self.graph;
        *nodes.entry(purse).or_insert_with(|| graph.add_node(purse))
    }
}

/// A place as an index.
fn at(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
