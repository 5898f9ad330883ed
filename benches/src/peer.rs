//! Peers: other ways to the question of reach, or to one nearby.

use crate::case::Case;
use crate::input::SeedAt;
use crate::row::address;
use dyetrace_core::asset::Asset;
use dyetrace_core::{ChainId, Ledger, PurseId};
use petgraph::Directed;
use petgraph::algo::dijkstra;
use petgraph::csr::Csr;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::Bfs;

/// One pass over a ledger's columns in position order, one byte a purse: time-respecting, exact, and without
/// an index. It reads every transfer, whatever is reached.
#[derive(Debug)]
pub struct ColumnScan<'a> {
    ledger: &'a Ledger,
    /// Purses that are reached from the first row on.
    seeds: Vec<PurseId>,
    /// Places that bring taint to their receivers, sorted.
    payments: Vec<usize>,
}

impl<'a> ColumnScan<'a> {
    /// Looks the seeds up.
    ///
    /// # Panics
    /// If a seed is not in the ledger.
    #[must_use]
    pub fn prepare(case: &'a Case) -> Self {
        let ledger = &case.ledger;
        let native = ledger.assets().find(&Asset { chain: ChainId(0), contract: None });
        let native = native.expect("inputs move the native coin");
        let purse = |account: u32| {
            let account = ledger.accounts().find(ChainId(0), &address(account));
            account.and_then(|account| ledger.purses().find(account, native))
        };
        let mut scan = Self { ledger, seeds: Vec::new(), payments: Vec::new() };
        for seed in case.input.seeds() {
            match seed {
                SeedAt::Account(account) => scan.seeds.push(purse(account).expect("a seed is in the ledger")),
                SeedAt::Payment(row) => scan.payments.push(row),
            }
        }
        scan.payments.sort_unstable();
        scan
    }

    /// Counts the purses that taint can get to.
    #[must_use]
    pub fn run(&self) -> u64 {
        self.reached().into_iter().map(u64::from).sum()
    }

    /// Counts the transfers that touch a reached purse: what a replay has to go over.
    #[must_use]
    pub fn touching(&self) -> u64 {
        let reached = self.reached();
        let touches = |purse: PurseId| purse != PurseId::NONE && reached[purse.index()] == 1;
        let columns = self.ledger.columns();
        let ends = columns.from.iter().zip(&columns.to);
        ends.filter(|(from, to)| touches(**from) || touches(**to)).count() as u64
    }

    /// One entry a purse: 1 where it is reached.
    fn reached(&self) -> Vec<u8> {
        let mut reached = vec![0_u8; self.ledger.purses().len()];
        self.seeds.iter().for_each(|seed| reached[seed.index()] = 1);
        let mut payments = self.payments.iter().copied().peekable();
        let columns = self.ledger.columns();
        for (place, (from, to)) in columns.from.iter().zip(&columns.to).enumerate() {
            let is_payment = payments.next_if_eq(&place).is_some();
            let carries = is_payment || (*from != PurseId::NONE && reached[from.index()] == 1);
            if carries && self.ledger.moves(place) {
                reached[to.index()] = 1;
            }
        }
        reached
    }
}

/// The same transfers as a petgraph graph without times: one edge for each pair that ever pays. Its
/// breadth-first search asks another question, and also finds accounts that were paid before the stolen money
/// came.
#[derive(Debug)]
pub struct StaticGraph {
    graph: Csr<(), (), Directed>,
    /// Pays every seed, so that one search starts from all.
    root: u32,
}

impl StaticGraph {
    /// Builds it.
    ///
    /// # Panics
    /// Never: the edges are sorted first, as petgraph asks for.
    #[must_use]
    pub fn build(case: &Case) -> Self {
        let ledger = &case.ledger;
        let root = u32::try_from(ledger.purses().len()).expect("fewer than 2^32 purses");
        let columns = ledger.columns();
        let ends = columns.from.iter().zip(&columns.to).filter(|(from, _)| **from != PurseId::NONE);
        let mut edges: Vec<(u32, u32)> = ends.map(|(from, to)| (from.0, to.0)).collect();
        let scan = ColumnScan::prepare(case);
        edges.extend(scan.seeds.iter().map(|seed| (root, seed.0)));
        edges.extend(scan.payments.iter().map(|&place| (root, columns.to[place].0)));
        edges.sort_unstable();
        edges.dedup();
        Self { graph: Csr::from_sorted_edges(&edges).expect("the edges are sorted"), root }
    }

    /// Counts the accounts that a search without times finds, seeds included.
    #[must_use]
    pub fn search(&self) -> u64 {
        let mut search = Bfs::new(&self.graph, self.root);
        let mut found = 0;
        while search.next(&self.graph).is_some() {
            found += 1;
        }
        found - 1
    }
}

/// Every transfer as an edge of a petgraph graph, with its place: Dijkstra's search for the earliest arrival asks our
/// question and gives our answer, an account at a time, along a queue.
#[derive(Debug)]
pub struct TimedGraph {
    graph: DiGraph<(), Arrival>,
    /// Pays every seed before the first transfer.
    root: NodeIndex,
}

/// When something arrives, or the time of an edge; adding an edge to an arrival gives the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival(u32);

impl Arrival {
    const NEVER: Self = Self(u32::MAX);
}

impl std::ops::Add for Arrival {
    type Output = Self;

    fn add(self, edge: Self) -> Self {
        // An edge is there for whoever came before it.
        if self <= edge && edge < Self::NEVER { Self(edge.0 + 1) } else { Self::NEVER }
    }
}

impl TimedGraph {
    /// Builds it from a case of which all seeds are accounts.
    ///
    /// # Panics
    /// On 2^32 transfers or more.
    #[must_use]
    pub fn build(case: &Case) -> Self {
        let (ledger, columns) = (&case.ledger, case.ledger.columns());
        let purses = ledger.purses().len();
        let mut graph = DiGraph::with_capacity(purses + 1, columns.from.len());
        (0..=purses).for_each(|_| {
            graph.add_node(());
        });
        let root = NodeIndex::new(purses);
        for seed in ColumnScan::prepare(case).seeds {
            graph.add_edge(root, NodeIndex::new(seed.index()), Arrival(0));
        }
        for ((from, to), time) in columns.from.iter().zip(&columns.to).zip(1..) {
            if *from != PurseId::NONE {
                graph.add_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index()), Arrival(time));
            }
        }
        Self { graph, root }
    }

    /// Counts the purses that taint can get to.
    #[must_use]
    pub fn search(&self) -> u64 {
        let arrivals = dijkstra(&self.graph, self.root, None, |edge| *edge.weight());
        arrivals.values().filter(|arrival| **arrival < Arrival::NEVER).count() as u64 - 1
    }
}
