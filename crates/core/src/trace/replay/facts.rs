//! Facts about each holding under one rule: when taint came, how often, over how many hops. And the law that
//! each purse's entries sum to what rests there.
//!
//! One pass over a walk's flows and postings, apart from the walk, so that the law is checked on what was
//! listed and not on what was meant.

use super::super::outcome::PostingKind;
use super::part::Event;
use super::walk::Walked;
use crate::rules::{Tag, Units};

/// What is known of one class of taint at one node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    /// The place of the first arrival.
    pub(super) first: u64,
    /// The place of the last arrival.
    pub(super) last: u64,
    /// How many transfers brought it.
    pub(super) deposits: u64,
    /// The fewest tainted transfers from a seed.
    pub(super) hops: u32,
}

impl Fact {
    const NONE: Self = Self { first: u64::MAX, last: 0, deposits: 0, hops: u32::MAX };

    fn arrive(&mut self, place: u64) {
        self.first = self.first.min(place);
        self.last = self.last.max(place);
    }

    /// What holds of two nodes that are one purse.
    pub(super) fn join(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            deposits: self.deposits + other.deposits,
            hops: self.hops.min(other.hops),
        }
    }
}

/// Facts by node and class.
#[derive(Debug)]
pub(super) struct Facts {
    /// One entry a node and class: node `n`, class `k` of the part's `classes` at `n · classes + k`.
    facts: Vec<Fact>,
    classes: Vec<Tag>,
}

impl Facts {
    /// Goes over a walk. `has_begun` tells whether a node is a seed of a class's theft that has begun at a
    /// place. `exact` turns on the check that entries sum to what rests.
    ///
    /// # Panics
    /// If they do not: a bug, and no figure may be printed.
    pub(super) fn gather<U: Units>(
        events: &[Event<U>],
        nodes: usize,
        walked: &Walked<U>,
        exact: bool,
        has_begun: &dyn Fn(u32, Tag, u64) -> bool,
    ) -> Self {
        let mut classes: Vec<Tag> = walked.posts.iter().map(|post| post.tag).collect();
        classes.sort_unstable();
        classes.dedup();
        let mut facts = Self { facts: vec![Fact::NONE; nodes * classes.len()], classes };
        let mut net = vec![U::ZERO; if exact { facts.facts.len() } else { 0 }];
        let mut flows = walked.flows.iter().peekable();
        let mut posts = walked.posts.iter().peekable();
        while let Some(next) =
            posts.peek().map(|post| post.event).into_iter().chain(flows.peek().map(|flow| flow.event)).min()
        {
            let event = &events[next as usize];
            while let Some(post) = posts.next_if(|post| post.event == next) {
                let at = facts.at(post.node, post.tag);
                if post.kind.enters() {
                    facts.facts[at].arrive(event.place);
                    facts.facts[at].hops = 0;
                }
                if exact {
                    net[at] =
                        if post.kind.enters() { net[at].plus(post.units) } else { net[at].minus(post.units) };
                }
                debug_assert!(post.kind != PostingKind::Unseen || post.node == event.from);
            }
            while let Some(flow) = flows.next_if(|flow| flow.event == next) {
                let (from, to) = (facts.at(event.from, flow.tag), facts.at(event.to, flow.tag));
                let begun = |node: u32| has_begun(node, flow.tag, event.place);
                let hops = if begun(event.from) { 0 } else { facts.facts[from].hops };
                let arrived = &mut facts.facts[to];
                arrived.arrive(event.place);
                arrived.deposits += 1;
                arrived.hops = if begun(event.to) { 0 } else { arrived.hops.min(hops + 1) };
                if exact {
                    net[from] = net[from].minus(flow.units);
                    net[to] = net[to].plus(flow.units);
                }
            }
        }
        if exact {
            for rest in &walked.rests {
                let at = facts.at(rest.node, rest.tag);
                net[at] = net[at].minus(rest.units);
            }
            assert!(net.iter().all(|left| left.is_zero()), "postings + flows in − flows out = holding");
        }
        facts
    }

    fn at(&self, node: u32, tag: Tag) -> usize {
        let class = self.classes.binary_search(&tag).expect("taint of every class entered by a posting");
        node as usize * self.classes.len() + class
    }

    /// Gives 0 hops to what rests in a seed's own purse, also where it came before the seed began.
    pub(super) fn settle_seeds<U>(&mut self, walked: &Walked<U>, is_seed: &dyn Fn(u32, Tag) -> bool) {
        for rest in walked.rests.iter().filter(|rest| is_seed(rest.node, rest.tag)) {
            let at = self.at(rest.node, rest.tag);
            self.facts[at].hops = 0;
        }
    }

    /// The facts of a class at a node.
    pub(super) fn get(&self, node: u32, tag: Tag) -> Fact {
        self.facts[self.at(node, tag)]
    }
}
