//! Facts about each holding under one rule: when taint came, how often, over how many hops. And the law that
//! each purse's entries sum to what rests there.
//!
//! Kept from a walk's flows and postings, apart from the walk, so that the law is checked on what was listed and
//! not on what was meant.

use super::super::outcome::PostingKind;
use super::event::Chunk;
use super::marks::Marks;
use super::part::OUTSIDE;
use super::walk::{Flow, Found, Post};
use crate::rules::{CLEAN, Tag, Units};
use serde::{Deserialize, Serialize};

/// What is known of one class of taint at one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Fact {
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

/// How many flows' facts are asked for at once.
const BATCH: usize = 128;

/// The facts of one class at one node: in one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Entry<U> {
    pub(super) fact: Fact,
    /// The class; [`CLEAN`] for none yet.
    pub(super) tag: Tag,
    /// What entered and has not left.
    pub(super) net: U,
}

/// Facts by node and class.
pub(super) struct Facts<'a, U> {
    /// The first class that came to each node: one entry a node.
    first: Vec<Entry<U>>,
    /// Each node's place in `others`, above 0; 0 where no other class came. Empty while there is none.
    others_of: Vec<u32>,
    /// The other classes of a node, sorted by tag. The first list is nobody's.
    others: Vec<Vec<Entry<U>>>,
    /// What the deal at hand gave: class and hops.
    given: Vec<(Tag, u32)>,
    /// Whether it has got something already.
    got: bool,
    /// Whether entries have to sum to what rests.
    exact: bool,
    /// The nodes that are purses of a seed.
    is_seed: &'a Marks,
    /// Whether a node is a seed of a class's theft that has begun at a place.
    has_begun: &'a (dyn Fn(u32, Tag, u64) -> bool + Sync),
}

impl<'a, U: Units> Facts<'a, U> {
    /// No facts yet of so many nodes. `exact` turns on the check that entries sum to what rests.
    pub(super) fn new(
        nodes: usize,
        exact: bool,
        is_seed: &'a Marks,
        has_begun: &'a (dyn Fn(u32, Tag, u64) -> bool + Sync),
    ) -> Self {
        let none = Entry { fact: Fact::NONE, tag: CLEAN, net: U::ZERO };
        let (first, others) = (vec![none; nodes], vec![Vec::new()]);
        let (others_of, given) = (Vec::new(), Vec::new());
        Self { first, others_of, others, given, got: false, exact, is_seed, has_begun }
    }

    /// Goes over what a walk found in a chunk.
    pub(super) fn gather(&mut self, chunk: &Chunk<U>, found: &Found<U>) {
        let mut posts = found.posts.iter().peekable();
        for (number, flow) in found.flows.iter().enumerate() {
            if number.is_multiple_of(BATCH) {
                self.ask_for(chunk, &found.flows[number..]);
            }
            while let Some(post) = posts.next_if(|post| post.event <= flow.event) {
                self.post(chunk, post);
            }
            let event = &chunk.events[flow.event as usize];
            let (place, tag, exact) = (event.place(), flow.tag, self.exact);
            let to = chunk.receiver(flow.event, event);
            let left = self.entry(event.from, tag);
            let hops = left.fact.hops;
            if exact {
                left.net = left.net.minus(flow.units);
            }
            let hops = if self.is_begun(event.from, tag, place) { 0 } else { hops };
            // Where only what can come to some accounts is followed, taint leaves it.
            if to == OUTSIDE {
                continue;
            }
            let is_seed = self.is_begun(to, tag, place);
            let arrived = self.entry(to, tag);
            arrived.fact.arrive(place);
            arrived.fact.deposits += 1;
            arrived.fact.hops = if is_seed { 0 } else { arrived.fact.hops.min(hops + 1) };
            if exact {
                arrived.net = arrived.net.plus(flow.units);
            }
        }
        posts.for_each(|post| self.post(chunk, post));
    }

    /// Reads what the next flows need, so that waits for memory overlap.
    fn ask_for(&self, chunk: &Chunk<U>, flows: &[Flow<U>]) {
        let tag = |node: u32| self.first.get(node as usize).map_or(CLEAN, |entry| entry.tag);
        let warm = flows.iter().take(BATCH).fold(CLEAN, |sum, flow| {
            let event = &chunk.events[flow.event as usize];
            sum ^ tag(event.from) ^ tag(event.to)
        });
        std::hint::black_box(warm);
    }

    fn post(&mut self, chunk: &Chunk<U>, post: &Post<U>) {
        let place = chunk.events[post.event as usize].place();
        let exact = self.exact;
        let is_seed = post.kind.is_converted() && self.is_begun(post.node, post.tag, place);
        let hops =
            if post.kind == PostingKind::ConvertedIn && !is_seed { self.hops_given(post) + 1 } else { 0 };
        if post.kind == PostingKind::ConvertedOut {
            if self.got {
                (self.given, self.got) = (Vec::new(), false);
            }
            let entry = self.entry(post.node, post.tag);
            let hops = if is_seed { 0 } else { entry.fact.hops };
            self.given.push((post.tag, hops));
        } else if post.kind.enters() {
            self.got |= post.kind.is_converted();
            let entry = self.entry(post.node, post.tag);
            entry.fact.arrive(place);
            entry.fact.hops = entry.fact.hops.min(hops);
        }
        let entry = self.entry(post.node, post.tag);
        if exact && post.kind.enters() {
            entry.net = entry.net.plus(post.units);
        } else if exact {
            entry.net = entry.net.minus(post.units);
        }
    }

    /// The fewest hops at which the deal of a posting gave of its class. All that is given comes before all that is got.
    fn hops_given(&self, got: &Post<U>) -> u32 {
        let of_class = self.given.iter().filter(|given| given.0 == got.tag);
        of_class.map(|given| given.1).min().unwrap_or(0)
    }

    pub(super) fn is_begun(&self, node: u32, tag: Tag, place: u64) -> bool {
        self.is_seed.has(node) && (self.has_begun)(node, tag, place)
    }

    fn entry(&mut self, node: u32, tag: Tag) -> &mut Entry<U> {
        let known = self.first[node as usize].tag;
        if known == CLEAN || known == tag {
            let first = &mut self.first[node as usize];
            first.tag = tag;
            return first;
        }
        if self.others_of.is_empty() {
            self.others_of = vec![0; self.first.len()];
        }
        let list = &mut self.others_of[node as usize];
        if *list == 0 {
            *list = u32::try_from(self.others.len()).expect("fewer than 2^32 nodes");
            self.others.push(Vec::new());
        }
        let list = &mut self.others[*list as usize];
        let at = list.binary_search_by_key(&tag, |entry| entry.tag).unwrap_or_else(|at| {
            list.insert(at, Entry { fact: Fact::NONE, tag, net: U::ZERO });
            at
        });
        &mut list[at]
    }

    /// The facts of a node, one entry a class that ever came there.
    pub(super) fn keep(&self, node: u32) -> impl Iterator<Item = &Entry<U>> {
        let others = self.others_of.get(node as usize).map_or(0, |list| *list as usize);
        let first = Some(&self.first[node as usize]).filter(|entry| entry.tag != CLEAN);
        first.into_iter().chain(&self.others[others])
    }

    /// Goes on from what was kept of a node.
    pub(super) fn restore(&mut self, node: u32, entry: Entry<U>) {
        *self.entry(node, entry.tag) = entry;
    }

    /// Settles what rests at a node, and returns the facts of it.
    ///
    /// # Panics
    /// If its entries do not sum to it: a bug, and no figure may be printed.
    pub(super) fn settle(&mut self, node: u32, tag: Tag, units: U) -> Fact {
        let exact = self.exact;
        // A seed's own purse is at no distance, also where taint came before the seed began.
        let is_seed = self.is_begun(node, tag, u64::MAX);
        let entry = self.entry(node, tag);
        if exact {
            entry.net = entry.net.minus(units);
        }
        let hops = if is_seed { 0 } else { entry.fact.hops };
        Fact { hops, ..entry.fact }
    }

    /// Checks that what does not rest has left.
    ///
    /// # Panics
    /// If it has not.
    pub(super) fn check(&self) {
        let all = self.first.iter().chain(self.others.iter().flatten());
        assert!(all.clone().all(|it| it.net.is_zero()), "postings + flows in − flows out = holding");
    }
}
