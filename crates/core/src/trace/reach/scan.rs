//! Reach by one pass over the transfers in position order: no index, no order to keep, any size of ledger.
//!
//! # Cost
//!
//! **O(n)** for the n transfers from the first seed on: two bits looked up for each, and a branch that is taken
//! only where a node is reached for the first time. Two bits a node. Of a stretch that no reached purse sends in,
//! only the senders are read, so that of a mapped snapshot the rest need not be fetched.

use super::super::deals::Deal;
use super::bits::Bits;
use super::pass::{Visit, pass};
use super::{Arrivals, Node, Question, Start};
use crate::ledger::PurseId;
use std::ops::Range;

/// Transfers whose senders are looked at before anything else is read.
const STRETCH: usize = 2_048;

/// Finds the reach.
pub(super) fn scan(question: &Question<'_>) -> Arrivals {
    let view = question.view;
    let nodes = view.node_count();
    let mut scan = Scan {
        question,
        sends: Bits::new(nodes),
        reached: Bits::new(nodes),
        arrivals: Arrivals::default(),
        quiet: true,
    };
    // What a transfer brings there is burned: it is never to be looked at.
    for (purses, first) in question.view.ledger.purses().void.chunks(64).zip((0..).step_by(64)) {
        if purses.iter().any(|&void| void != 0) {
            (first..)
                .zip(purses)
                .filter(|(_, void)| **void != 0)
                .for_each(|(purse, _)| scan.reached.set(purse));
        }
    }
    pass(question, &mut scan);
    scan.arrivals
}

struct Scan<'a> {
    question: &'a Question<'a>,
    /// The nodes that are reached and pass taint on.
    sends: Bits,
    /// The nodes that are reached, and the purses that can hold nothing.
    reached: Bits,
    arrivals: Arrivals,
    /// Whether no reached purse sent anything lately.
    quiet: bool,
}

impl Visit for Scan<'_> {
    fn begin(&mut self, start: &Start) {
        self.reach(start.node, start.place);
    }

    fn stretch(&mut self, places: Range<usize>) {
        let columns = self.question.view.ledger.columns();
        let (from, to) = (&columns.from[places.clone()], &columns.to[places.clone()]);
        let stretches = from.chunks(STRETCH).zip(to.chunks(STRETCH));
        for ((from, to), first) in stretches.zip(places.step_by(STRETCH)) {
            if self.quiet && from.iter().fold(0, |any, from| any | self.sends.get(from.0)) == 0 {
                continue;
            }
            self.quiet = self.run(from, to, first) == 0;
        }
    }

    fn passing(&mut self, place: usize, from: Node, to: Node) {
        if self.sends.get(from) == 1 && self.reached.get(to) == 0 {
            self.arrive(place, to);
        }
    }

    fn deal(&mut self, deal: Deal<'_>) {
        // What waits for its link goes on.
        let goes_on = if deal.through().is_some() { &self.reached } else { &self.sends };
        if deal.givers().iter().any(|&node| goes_on.get(node) == 1) {
            deal.prices().for_each(|purse| self.reach(purse.0, deal.place + 1));
        }
    }
}

impl Scan<'_> {
    /// Goes over some transfers; returns 1 where a reached purse sends one of them, else 0.
    fn run(&mut self, from: &[PurseId], to: &[PurseId], first: usize) -> u64 {
        let mut any = 0;
        for ((from, to), place) in from.iter().zip(to).zip(first..) {
            let carries = self.sends.get(from.0);
            any |= carries;
            // Once the receiver is reached, nothing later matters: this is rare, whatever carries.
            if carries & !self.reached.get(to.0) != 0 {
                self.arrive(place, to.0);
            }
        }
        any
    }

    /// Taint goes by this transfer, to a node that was not reached before.
    #[inline(never)]
    fn arrive(&mut self, place: usize, to: Node) {
        let view = self.question.view;
        if view.moves(place) && !view.is_dust(place) {
            self.reach(to, place as u64 + 1);
        }
    }

    /// A node can pass taint on from here, unless it could before.
    fn reach(&mut self, node: Node, from: u64) {
        if self.reached.get(node) == 0 {
            self.reached.set(node);
            self.arrivals.push(node, from);
            if self.question.sinks.get(node) == 0 {
                self.sends.set(node);
            }
        }
    }
}
