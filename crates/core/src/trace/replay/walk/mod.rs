//! The walk: one rule over one part's events, in order.
//!
//! Each node has a store: what it holds by the rule. A purse that holds no taint is only a bit here, so clean
//! traffic is cheap: what it holds in all is in the events.
//!
//! # What always holds
//!
//! What leaves a purse is what the spend was worth, and its taint what the purse lost (checked at each spend,
//! for the exact rules), and taint in a followed purse is never more than its balance.

mod deals;
mod pooled;

use super::super::outcome::{Grade, LeftClean, PostingKind};
use super::book::Watch;
use super::event::{Action, Chunk, Event, Receive, flag, reason};
use super::marks::Marks;
use super::part::OUTSIDE;
use crate::rules::{Part, Store, Tag, Units, add_by_class};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// Taint that a transfer carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow<U> {
    /// The event: an index into the chunk's.
    pub(super) event: u32,
    pub(super) tag: Tag,
    pub(super) grade: Grade,
    pub(super) units: U,
    pub(super) claim: U,
}

/// Taint that enters or leaves outside a transfer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Post<U> {
    /// The event: an index into the chunk's.
    pub(super) event: u32,
    pub(super) kind: PostingKind,
    /// The node it entered or left.
    pub(super) node: u32,
    pub(super) tag: Tag,
    /// Of an exchange: the weakest grade on the way.
    pub(super) grade: Grade,
    pub(super) units: U,
    pub(super) claim: U,
}

/// Clean money that arrived at a seed and stayed clean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept<U> {
    pub(super) event: u32,
    pub(super) theft: u32,
    pub(super) reason: LeftClean,
    pub(super) units: U,
}

/// What a walk finds in one chunk, in event order.
#[derive(Debug)]
pub(super) struct Found<U> {
    pub(super) flows: Vec<Flow<U>>,
    pub(super) posts: Vec<Post<U>>,
    pub(super) kept: Vec<Kept<U>>,
}

impl<U> Found<U> {
    pub(super) fn new() -> Self {
        Self { flows: Vec::new(), posts: Vec::new(), kept: Vec::new() }
    }

    fn clear(&mut self) {
        self.flows.clear();
        self.posts.clear();
        self.kept.clear();
    }
}

/// How many events' stores are asked for at once.
const BATCH: usize = 128;

/// What every rule needs to know of a part.
pub(super) struct Plan<'a, U> {
    pub(super) nodes: usize,
    pub(super) watches: &'a [Watch],
    /// The nodes that are sinks.
    pub(super) is_sink: &'a Marks,
    /// The same and pools: their taint is kept apart under the exact rules.
    pub(super) keeps: &'a Marks,
    /// The tag of a theft's taint in an event's asset.
    pub(super) tag_of: &'a (dyn Fn(u32, &Event<U>) -> Tag + Sync),
    /// The theft of a tag.
    pub(super) theft_of: &'a (dyn Fn(Tag) -> u32 + Sync),
}

/// How sure one can be of a node's taint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Haze {
    /// A mixed spend has blurred what is left.
    blurred: bool,
    /// The weakest grade, as in the walk.
    grade: Grade,
}

/// What is known of a node under a rule: in one cache line.
#[derive(Debug)]
#[repr(align(64))]
struct Held<S> {
    store: S,
    /// The weakest grade among tainted transfers in since the purse was last free of taint; of a sink, since
    /// the beginning.
    grade: Grade,
}

impl Haze {
    /// Of a purse that never held taint.
    pub(super) const NONE: Self = Self { blurred: false, grade: Grade::Fact };
}

/// One rule on its way through a part.
pub(super) trait Rule<U: Units>: Send {
    /// Goes over the next chunk.
    fn walk(&mut self, chunk: &Chunk<U>, found: &mut Found<U>);

    /// Lists the taint at a node that holds `balance` in all, one part a class, and returns its grade.
    fn rests_at(&self, node: u32, balance: U, held: &mut Vec<Part<U>>) -> Grade;

    /// Whether a node holds taint.
    fn holds_taint(&self, node: u32) -> bool {
        let mut held = Vec::new();
        self.rests_at(node, U::ONE, &mut held);
        !held.is_empty()
    }

    /// Lists all that is to be known of a node that holds `balance` in all, to go on from there.
    fn keep(&self, node: u32, balance: U, parts: &mut Vec<Part<U>>) -> Haze;

    /// Goes on from what was kept of a node.
    fn restore(&mut self, node: u32, parts: &[Part<U>], haze: Haze);
}

struct Walk<'a, S: Store<U>, U: Units> {
    plan: &'a Plan<'a, U>,
    /// The nodes whose taint is kept apart: sinks, and pools but under poison.
    keeps: &'a Marks,
    /// The nodes that hold taint, but for those.
    is_tainted: Marks,
    /// The nodes in which a mixed spend has blurred what is left.
    is_blurred: Marks,
    /// One entry a node.
    held: Vec<Held<S>>,
    room: S::Room,
    /// What each watch saw.
    seen: Vec<bool>,
    /// The parts of the spend at hand, in leaving order.
    parts: Vec<Part<U>>,
    /// The tainted ones, one a class.
    by_class: Vec<Part<U>>,
    /// What rests at sinks and pools, one part a class.
    sunk: HashMap<u32, Vec<Part<U>>>,
}

/// Starts a rule.
pub(super) fn start<'a, S: Store<U> + 'a, U: Units>(plan: &'a Plan<'a, U>) -> Box<dyn Rule<U> + 'a> {
    let held = || Held { store: S::default(), grade: Grade::Fact };
    Box::new(Walk::<S, U> {
        plan,
        keeps: if S::EXACT { plan.keeps } else { plan.is_sink },
        is_tainted: Marks::none(plan.nodes),
        is_blurred: Marks::none(plan.nodes),
        held: (0..plan.nodes).map(|_| held()).collect(),
        room: S::Room::default(),
        seen: vec![false; plan.watches.len()],
        parts: Vec::new(),
        by_class: Vec::new(),
        sunk: HashMap::new(),
    })
}

impl<S: Store<U>, U: Units> Rule<U> for Walk<'_, S, U> {
    fn walk(&mut self, chunk: &Chunk<U>, found: &mut Found<U>) {
        found.clear();
        let mut actions = chunk.actions.iter();
        let mut watches = chunk.watches.iter().peekable();
        let mut deals = chunk.deals.iter();
        let mut next = 0;
        while let Some(event) = chunk.events.get(next as usize) {
            let number = next;
            next += 1;
            if (number as usize).is_multiple_of(BATCH) {
                self.warm(&chunk.events[number as usize..]);
            }
            let mut action = None;
            if event.is(flag::WATCH | flag::ACTION | flag::DEAL | flag::POOL) {
                while let Some(&(_, watch)) = watches.next_if(|watch| watch.0 == number) {
                    let nodes = &self.plan.watches[watch as usize].nodes;
                    self.seen[watch as usize] = nodes.iter().any(|&node| self.is_tainted.has(node));
                }
                if event.is(flag::DEAL) {
                    let deal = deals.next().expect("one for each event that is marked so");
                    self.deal(deal, chunk, &mut actions, found);
                    next = deal.end();
                    continue;
                }
                action = if event.is(flag::ACTION) { actions.next() } else { None };
                if S::EXACT && event.is(flag::POOL) {
                    self.parts.clear();
                    let grade = self.pay_out(event);
                    self.hand_on(number, event, action, grade, (chunk, found));
                    continue;
                }
            }
            self.step(number, event, action, chunk, found);
        }
    }

    fn rests_at(&self, node: u32, balance: U, held: &mut Vec<Part<U>>) -> Grade {
        if self.is_tainted.has(node) {
            self.held[node as usize].store.held(&self.room, balance, held);
        } else if self.keeps.has(node) {
            held.extend(self.sunk.get(&node).into_iter().flatten());
        }
        self.held[node as usize].grade
    }

    fn keep(&self, node: u32, balance: U, parts: &mut Vec<Part<U>>) -> Haze {
        if self.is_tainted.has(node) {
            self.held[node as usize].store.parts(&self.room, balance, parts);
        } else {
            self.rests_at(node, balance, parts);
        }
        Haze { blurred: self.is_blurred.has(node), grade: self.held[node as usize].grade }
    }

    fn restore(&mut self, node: u32, parts: &[Part<U>], haze: Haze) {
        self.held[node as usize].grade = haze.grade;
        if haze.blurred {
            self.is_blurred.set(node);
        }
        if self.keeps.has(node) {
            if !parts.is_empty() {
                self.sunk.insert(node, parts.to_vec());
            }
            return;
        }
        for &part in parts {
            self.is_tainted.set(node);
            self.held[node as usize].store.put(&mut self.room, part);
        }
    }
}

impl<S: Store<U>, U: Units> Walk<'_, S, U> {
    fn step(
        &mut self,
        number: u32,
        event: &Event<U>,
        action: Option<&Action<U>>,
        chunk: &Chunk<U>,
        found: &mut Found<U>,
    ) {
        self.parts.clear();
        let grade = self.spend(number, event, action, found);
        self.hand_on(number, event, action, grade, (chunk, found));
    }

    /// Posts what leaves, or hands it to the receiver.
    #[inline]
    fn hand_on(
        &mut self,
        number: u32,
        event: &Event<U>,
        action: Option<&Action<U>>,
        grade: Grade,
        (chunk, found): (&Chunk<U>, &mut Found<U>),
    ) {
        if event.is(flag::FEE | flag::BURN | flag::DUST) {
            let kind = if event.is(flag::FEE) {
                PostingKind::Fee
            } else if event.is(flag::BURN) {
                PostingKind::Burn
            } else {
                PostingKind::Dust
            };
            self.sum_by_class();
            for &Part { tag, units, claim } in &self.by_class {
                let (node, grade) = (event.from, Grade::Fact);
                found.posts.push(Post { event: number, kind, node, tag, grade, units, claim });
            }
            if kind != PostingKind::Dust {
                return;
            }
            self.parts.clear();
        }
        if event.is(flag::END) && !self.parts.is_empty() {
            self.end(number, event, grade, chunk, found);
        }
        if self.parts.is_empty() && action.is_none() {
            if S::KEEPS_CLEAN && self.is_tainted.has(event.to) {
                self.held[event.to as usize].store.put(&mut self.room, Part::clean(event.value));
            }
        } else {
            self.arrive(number, event, action, grade, found);
        }
    }

    /// Asks for what the next events need, so that waits for memory overlap.
    fn warm(&self, events: &[Event<U>]) {
        let events = &events[..events.len().min(BATCH)];
        let near = |node: u32| self.held.get(node as usize).map_or(0, |held| held.store.near());
        let mut sum = 0;
        for event in events {
            let carries = self.is_tainted.has(event.from);
            if carries {
                sum ^= near(event.from);
            }
            if carries || (S::KEEPS_CLEAN && self.is_tainted.has(event.to)) {
                sum ^= near(event.to);
            }
        }
        if S::KEEPS_CLEAN {
            for event in events {
                if self.is_tainted.has(event.from) {
                    sum ^= self.held[event.from as usize].store.far(&self.room);
                }
            }
        }
        std::hint::black_box(sum);
    }

    /// Takes the spend out of the sender. Leaves its parts in `parts`, empty where all is clean, and returns
    /// the weakest grade on the way, this hop included.
    fn spend(
        &mut self,
        number: u32,
        event: &Event<U>,
        action: Option<&Action<U>>,
        found: &mut Found<U>,
    ) -> Grade {
        let Event { value, from_held, from, .. } = *event;
        if from == OUTSIDE {
            return Grade::Fact;
        }
        let mut clean_gap = false;
        if value > from_held {
            let lacks = value.minus(from_held);
            if let Some(theft) = action.and_then(|action| action.unseen) {
                let part = Part::stolen((self.plan.tag_of)(theft, event), lacks);
                let Part { tag, units, claim } = part;
                found.posts.push(Post {
                    event: number,
                    kind: PostingKind::Unseen,
                    node: from,
                    tag,
                    grade: Grade::Fact,
                    units,
                    claim,
                });
                self.put(from, from_held, part, Grade::Fact);
            } else {
                clean_gap = true;
                self.put(from, from_held, Part::clean(lacks), Grade::Fact);
            }
        }
        let balance = from_held.max(value);
        let whole = value == balance;
        // Of a sink nothing is known but what came.
        if !self.is_tainted.has(from) {
            if whole && self.is_blurred.has(from) {
                self.is_blurred.unset(from);
            }
            return Grade::Fact;
        }
        let Held { store, grade: weakest } = &mut self.held[from as usize];
        let (before, was_blurred) = (store.tainted(balance), self.is_blurred.has(from));
        let is_one = before == balance && store.is_one_class();
        // Several classes may still be one theft's.
        let is_one_theft = is_one
            || before == balance && {
                self.parts.clear();
                store.held(&self.room, balance, &mut self.parts);
                let mut thefts = self.parts.iter().map(|part| (self.plan.theft_of)(part.tag));
                let first = thefts.next();
                let same = thefts.all(|theft| Some(theft) == first);
                self.parts.clear();
                same
            };
        let fact = (whole || is_one_theft) && !clean_gap && !was_blurred && !event.is(flag::UNORDERED);
        store.take(&mut self.room, balance, value, &mut self.parts);
        if !whole && (was_blurred || !is_one) {
            self.is_blurred.set(from);
        } else if was_blurred {
            self.is_blurred.unset(from);
        }
        let hop = if fact { Grade::Fact } else { Grade::Presumed };
        let grade = hop.max(*weakest);
        let left = balance.minus(value);
        let after = store.tainted(left);
        if S::EXACT {
            let (mut sum, mut lost) = (U::ZERO, U::ZERO);
            for part in &self.parts {
                sum = sum.plus(part.units);
                if !part.is_clean() {
                    lost = lost.plus(part.units);
                }
            }
            assert!(sum == value, "a spend's parts sum to its value");
            assert!(lost.plus(after) == before, "a purse loses the taint that leaves it");
            assert!(after <= left, "taint is at most the balance");
        }
        if after.is_zero() {
            store.clear(&mut self.room);
            *weakest = Grade::Fact;
            self.is_tainted.unset(from);
        }
        grade
    }

    /// Hands the parts to the receiver, and lists what is tainted.
    fn arrive(
        &mut self,
        number: u32,
        event: &Event<U>,
        action: Option<&Action<U>>,
        grade: Grade,
        found: &mut Found<U>,
    ) {
        if self.parts.is_empty() {
            self.parts.push(Part::clean(event.value));
        }
        self.sum_by_class();
        for &Part { tag, units, claim } in &self.by_class {
            found.flows.push(Flow { event: number, tag, grade, units, claim });
        }
        if let Some(receive) = action.and_then(|action| action.receive.as_ref()) {
            self.steal(number, event, receive, found);
        }
        if event.to == OUTSIDE {
            return;
        }
        let parts = std::mem::take(&mut self.parts);
        let mut held = event.to_held;
        for part in &parts {
            // What was stolen only now came over no transfer.
            let carried = self.by_class.iter().any(|flow| flow.tag == part.tag);
            self.put(event.to, held, *part, if carried { grade } else { Grade::Fact });
            held = held.plus(part.units);
        }
        self.parts = parts;
    }

    /// Turns what arrives clean at a seed into stolen money, unless it has to stay clean.
    fn steal(&mut self, number: u32, event: &Event<U>, receive: &Receive<U>, found: &mut Found<U>) {
        // Where only what can come to some accounts is followed, nobody asks what becomes of it.
        if event.to == OUTSIDE {
            return;
        }
        let mut rest = Vec::new();
        for &node in &receive.returned_from {
            // How much it holds does not matter: only whose it is.
            self.rests_at(node, U::ZERO, &mut rest);
        }
        let returned = rest.iter().any(|part| (self.plan.theft_of)(part.tag) == receive.theft);
        let converted = receive.conversion.is_some_and(|watch| self.seen[watch as usize]);
        if let Some(reason) = reason(returned, converted) {
            let clean = self.parts.iter().filter(|part| part.is_clean());
            let units = clean.fold(U::ZERO, |sum, part| sum.plus(part.units));
            if !units.is_zero() {
                found.kept.push(Kept { event: number, theft: receive.theft, reason, units });
            }
            return;
        }
        // A flag is the theft's, whatever was stolen.
        let is_theirs = |part: &Part<U>| !part.is_clean() && (self.plan.theft_of)(part.tag) == receive.theft;
        if !S::EXACT && self.parts.iter().any(is_theirs) {
            return;
        }
        let tag = (self.plan.tag_of)(receive.theft, event);
        let limit = receive.limit.unwrap_or(event.value);
        let stolen = S::steal(&mut self.parts, tag, limit, event.value);
        if !stolen.is_zero() {
            let (kind, node) = (PostingKind::Received, event.to);
            let grade = Grade::Fact;
            found.posts.push(Post { event: number, kind, node, tag, grade, units: stolen, claim: stolen });
        }
    }

    /// Adds a part to a node that holds `held`.
    fn put(&mut self, node: u32, held: U, part: Part<U>, grade: Grade) {
        let is_tainted = self.is_tainted.has(node);
        if part.is_clean() {
            if S::KEEPS_CLEAN && is_tainted {
                self.held[node as usize].store.put(&mut self.room, part);
            }
            return;
        }
        let Held { store, grade: weakest } = &mut self.held[node as usize];
        *weakest = grade.max(*weakest);
        if self.keeps.has(node) {
            add_by_class(self.sunk.entry(node).or_default(), part);
            return;
        }
        if !is_tainted {
            self.is_tainted.set(node);
            store.begin(&mut self.room, held);
        }
        store.put(&mut self.room, part);
    }

    /// Sums the tainted parts of the spend at hand, one a class.
    fn sum_by_class(&mut self) {
        self.by_class.clear();
        for part in self.parts.iter().filter(|part| !part.is_clean()) {
            add_by_class(&mut self.by_class, *part);
        }
    }
}
