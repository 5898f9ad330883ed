//! Reach of up to 64 thefts at once, each by itself: one bit of a word a node for each.
//!
//! # Cost
//!
//! **O(n)** for the n transfers from the first seed on, whatever the number of thefts; 8 bytes a node.

use super::super::deals::Deal;
use super::pass::{Visit, pass};
use super::{Node, Question, Start};
use crate::ledger::PurseId;
use std::ops::Range;

/// Which purses each theft can get to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachByTheft {
    /// One entry a purse: bit `t` for the theft with the number `t`, in the order of the run's thefts.
    of_purse: Vec<u64>,
}

impl ReachByTheft {
    /// As many thefts as one pass takes.
    pub const MOST: usize = 64;

    /// The thefts that can get to a purse: bit `t` for the theft with the number `t`, counted by the bytes of their
    /// names.
    ///
    /// # Panics
    /// If the purse is not of the ledger.
    #[must_use]
    pub fn of(&self, purse: PurseId) -> u64 {
        self.of_purse[purse.index()]
    }

    /// How many purses each theft can get to, its seeds included: one entry a theft.
    #[must_use]
    pub fn purses(&self) -> [u64; Self::MOST] {
        let mut purses = [0; Self::MOST];
        for &mask in &self.of_purse {
            let mut rest = mask;
            while rest != 0 {
                purses[rest.trailing_zeros() as usize] += 1;
                rest &= rest - 1;
            }
        }
        purses
    }
}

/// Finds the reach of each theft.
pub(in super::super) fn masks(question: &Question<'_>) -> ReachByTheft {
    let mut masks = Masks { question, thefts: vec![0; question.view.node_count()] };
    pass(question, &mut masks);
    masks.finish()
}

struct Masks<'a> {
    question: &'a Question<'a>,
    /// One entry a node.
    thefts: Vec<u64>,
}

impl Visit for Masks<'_> {
    fn begin(&mut self, start: &Start) {
        self.thefts[start.node as usize] |= 1 << start.theft;
    }

    fn stretch(&mut self, places: Range<usize>) {
        let columns = self.question.view.ledger.columns();
        let (from, to) = (&columns.from[places.clone()], &columns.to[places.clone()]);
        for ((from, to), place) in from.iter().zip(to).zip(places) {
            self.passing(place, from.0, to.0);
        }
    }

    #[inline]
    fn passing(&mut self, place: usize, from: Node, to: Node) {
        let carries = self.thefts.get(from as usize).copied().unwrap_or(0);
        if carries & !self.thefts[to as usize] != 0 {
            self.arrive(place, from, to, carries);
        }
    }

    fn deal(&mut self, deal: Deal<'_>) {
        // What waits for its link goes on.
        let goes_on = |node: &Node| deal.through().is_some() || self.question.sinks.get(*node) == 0;
        let sends = deal.givers().iter().copied().filter(goes_on);
        let carries = sends.fold(0, |all, node| all | self.thefts[node as usize]);
        deal.prices().for_each(|purse| self.thefts[purse.index()] |= carries);
    }
}

impl Masks<'_> {
    /// Some of these thefts did not get to the receiver before.
    #[inline(never)]
    fn arrive(&mut self, place: usize, from: Node, to: Node, thefts: u64) {
        let moves = self.question.view.ledger.moves(place);
        if moves && self.question.arrives(place) && self.question.sinks.get(from) == 0 {
            self.thefts[to as usize] |= thefts;
        }
    }

    /// What passing purses have is told under the purses that they belong to.
    fn finish(self) -> ReachByTheft {
        let view = self.question.view;
        let mut of_purse = self.thefts;
        let passing = of_purse.split_off(view.ledger.purses().len());
        for (node, thefts) in (of_purse.len()..).zip(passing) {
            let node = Node::try_from(node).expect("fewer than 2^32 nodes");
            of_purse[view.purse(node).index()] |= thefts;
        }
        ReachByTheft { of_purse }
    }
}
