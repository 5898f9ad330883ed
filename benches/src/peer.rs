//! Peers: other ways to the question of reach, or to one nearby.

use crate::case::Case;
use crate::input::{Input, SeedAt};
use crate::row::address;
use dyetrace_core::asset::Asset;
use dyetrace_core::{ChainId, Ledger, PurseId};
use petgraph::Directed;
use petgraph::csr::Csr;
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
    pub fn build(input: &Input) -> Self {
        let root = input.accounts;
        let mut edges: Vec<(u32, u32)> =
            input.rows.iter().filter_map(|row| row.from.map(|from| (from, row.to))).collect();
        edges.extend(input.seeds().map(|seed| match seed {
            SeedAt::Account(account) => (root, account),
            SeedAt::Payment(row) => (root, input.rows[row].to),
        }));
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
