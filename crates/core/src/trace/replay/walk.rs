//! The walk: one rule over one part's events, in order.
//!
//! Each node has a state: its balance and, once taint arrived, what it holds by the rule. A purse that never
//! held taint is only a number here, so clean traffic is cheap.
//!
//! # What always holds
//!
//! What leaves a purse is what the spend was worth (checked at each spend, for the exact rules), and taint in
//! a followed purse is never more than its balance.

use super::super::outcome::{Grade, LeftClean, PostingKind};
use super::book::{Action, Books, Receive, Watch, reason};
use super::part::{Event, OUTSIDE, flag};
use crate::rules::{Part, Store, Tag, Units, add_by_class};
use hashbrown::HashMap;

/// Taint that a transfer carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow<U> {
    pub(super) event: u32,
    pub(super) tag: Tag,
    pub(super) units: U,
    pub(super) claim: U,
    pub(super) grade: Grade,
}

/// Taint that enters or leaves outside a transfer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Post<U> {
    pub(super) event: u32,
    pub(super) kind: PostingKind,
    /// The node it entered or left.
    pub(super) node: u32,
    pub(super) tag: Tag,
    pub(super) units: U,
    pub(super) claim: U,
}

/// Taint that rests at the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<U> {
    pub(super) node: u32,
    pub(super) tag: Tag,
    pub(super) units: U,
    pub(super) claim: U,
    pub(super) grade: Grade,
}

/// Clean money that arrived at a seed and stayed clean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept<U> {
    pub(super) event: u32,
    pub(super) theft: u32,
    pub(super) reason: LeftClean,
    pub(super) units: U,
}

/// What a walk finds, in event order.
#[derive(Debug)]
pub(super) struct Walked<U> {
    pub(super) flows: Vec<Flow<U>>,
    pub(super) posts: Vec<Post<U>>,
    pub(super) rests: Vec<Rest<U>>,
    pub(super) kept: Vec<Kept<U>>,
}

/// What every rule needs to know of a part.
pub(super) struct Plan<'a, U> {
    pub(super) events: &'a [Event<U>],
    pub(super) books: &'a Books<U>,
    /// Whether a node is a sink: one entry a node of the part.
    pub(super) is_sink: &'a [bool],
    /// The tag of a theft's taint in an event's asset.
    pub(super) tag_of: &'a (dyn Fn(u32, &Event<U>) -> Tag + Sync),
    /// The theft of a tag.
    pub(super) theft_of: &'a (dyn Fn(Tag) -> u32 + Sync),
}

/// A node's state.
struct State<S, U> {
    balance: U,
    store: S,
    /// How much of the balance is tainted; under poison, all of it once any is. 0 for a sink.
    tainted: U,
    /// A mixed spend has blurred what is left.
    blurred: bool,
    /// The weakest grade among tainted transfers in since the purse was last free of taint; of a sink, since
    /// the beginning.
    grade: Grade,
}

struct Walk<'a, S, U> {
    plan: &'a Plan<'a, U>,
    states: Vec<State<S, U>>,
    /// What each watch saw.
    seen: Vec<bool>,
    out: Walked<U>,
    /// The parts of the spend at hand, in leaving order.
    parts: Vec<Part<U>>,
    /// The same, one a class.
    by_class: Vec<Part<U>>,
    /// What rests at sinks, one part a class.
    sunk: HashMap<u32, Vec<Part<U>>>,
}

/// Replays one rule.
pub(super) fn walk<S: Store<U>, U: Units>(plan: &Plan<'_, U>) -> Walked<U> {
    let state = || State {
        balance: U::ZERO,
        store: S::default(),
        tainted: U::ZERO,
        blurred: false,
        grade: Grade::Fact,
    };
    let mut walk = Walk {
        plan,
        states: plan.is_sink.iter().map(|_| state()).collect(),
        seen: vec![false; plan.books.watches.len()],
        out: Walked { flows: Vec::new(), posts: Vec::new(), rests: Vec::new(), kept: Vec::new() },
        parts: Vec::new(),
        by_class: Vec::new(),
        sunk: HashMap::new(),
    };
    let mut actions = plan.books.actions.iter().peekable();
    let mut watches: Vec<(usize, &Watch)> = plan.books.watches.iter().enumerate().collect();
    watches.sort_by_key(|(_, watch)| watch.event);
    let mut watches = watches.into_iter().peekable();
    for (number, event) in (0_u32..).zip(plan.events) {
        while let Some((watch, it)) = watches.next_if(|(_, watch)| watch.event <= number) {
            walk.seen[watch] = it.nodes.iter().any(|&node| !walk.states[node as usize].tainted.is_zero());
        }
        let action = actions.next_if(|action| action.event == number);
        walk.step(number, event, action);
    }
    walk.finish()
}

impl<S: Store<U>, U: Units> Walk<'_, S, U> {
    fn step(&mut self, number: u32, event: &Event<U>, action: Option<&Action<U>>) {
        let grade = self.spend(number, event, action);
        if event.flags & flag::FEE != 0 {
            self.post_parts(PostingKind::Fee, number, event.from);
        } else if event.flags & flag::BURN != 0 {
            self.post_parts(PostingKind::Burn, number, event.from);
        } else {
            if event.flags & flag::DUST != 0 {
                self.post_parts(PostingKind::Dust, number, event.from);
                self.parts.clear();
            }
            self.arrive(number, event, action, grade);
        }
    }

    /// Takes the spend out of the sender. Leaves its parts in `parts`, empty where all is clean, and returns
    /// the weakest grade on the way, this hop included.
    fn spend(&mut self, number: u32, event: &Event<U>, action: Option<&Action<U>>) -> Grade {
        self.parts.clear();
        if event.from == OUTSIDE {
            return Grade::Fact;
        }
        let at = event.from as usize;
        let value = event.value;
        let mut clean_gap = false;
        if value > self.states[at].balance {
            let lacks = value.minus(self.states[at].balance);
            if let Some(theft) = action.and_then(|action| action.unseen) {
                let part = Part::stolen((self.plan.tag_of)(theft, event), lacks);
                self.post(PostingKind::Unseen, number, event.from, part);
                self.put(at, part, Grade::Fact);
            } else {
                clean_gap = true;
                self.put(at, Part::clean(lacks), Grade::Fact);
            }
        }
        let state = &mut self.states[at];
        let balance = state.balance;
        state.balance = balance.minus(value);
        if state.tainted.is_zero() || self.plan.is_sink[at] {
            state.blurred &= !state.balance.is_zero();
            return Grade::Fact;
        }
        let all_tainted = state.tainted == balance;
        let classes = state.store.class_count() + usize::from(!all_tainted);
        let whole = value == balance;
        let certain = whole || (all_tainted && classes == 1);
        let fact = certain && !clean_gap && !state.blurred && event.flags & flag::UNORDERED == 0;
        state.store.take(balance, value, &mut self.parts);
        state.blurred = !whole && (state.blurred || classes > 1);
        self.settle_spend(at, value);
        let hop = if fact { Grade::Fact } else { Grade::Presumed };
        let grade = hop.max(self.states[at].grade);
        if self.states[at].tainted.is_zero() {
            self.states[at].grade = Grade::Fact;
        }
        grade
    }

    /// Brings a purse's taint in line after a spend of `value`, and checks that nothing was made or lost.
    fn settle_spend(&mut self, at: usize, value: U) {
        let state = &mut self.states[at];
        if S::EXACT {
            let (mut sum, mut left) = (U::ZERO, U::ZERO);
            for part in &self.parts {
                sum = sum.plus(part.units);
                if !part.is_clean() {
                    left = left.plus(part.units);
                }
            }
            assert!(sum == value, "a spend's parts sum to its value");
            state.tainted = state.tainted.minus(left);
        } else {
            state.tainted = state.balance;
        }
        assert!(state.tainted <= state.balance, "taint is at most the balance");
        if state.tainted.is_zero() {
            state.store.clear();
        }
    }

    /// Hands the parts to the receiver, and lists what is tainted.
    fn arrive(&mut self, number: u32, event: &Event<U>, action: Option<&Action<U>>, grade: Grade) {
        let receive = action.and_then(|action| action.receive.as_ref());
        if self.parts.is_empty() {
            if receive.is_none() {
                if event.to != OUTSIDE {
                    self.put(event.to as usize, Part::clean(event.value), Grade::Fact);
                }
                return;
            }
            self.parts.push(Part::clean(event.value));
        }
        let first_flow = self.out.flows.len();
        self.sum_by_class();
        for &Part { tag, units, claim } in &self.by_class {
            self.out.flows.push(Flow { event: number, tag, units, claim, grade });
        }
        if let Some(receive) = receive {
            self.steal(number, event, receive);
        }
        if event.to == OUTSIDE {
            return;
        }
        let to = event.to as usize;
        let parts = std::mem::take(&mut self.parts);
        let balance = self.states[to].balance;
        for part in &parts {
            let carried = self.out.flows[first_flow..].iter().find(|flow| flow.tag == part.tag);
            self.put(to, *part, carried.map_or(Grade::Fact, |flow| flow.grade));
        }
        if !S::EXACT {
            // Under poison all parts are the same money: the balance grows once.
            let state = &mut self.states[to];
            state.balance = balance.plus(event.value);
            if !state.tainted.is_zero() && !self.plan.is_sink[to] {
                state.tainted = state.balance;
            }
        }
        self.parts = parts;
    }

    /// Turns what arrives clean at a seed into stolen money, unless it has to stay clean.
    fn steal(&mut self, number: u32, event: &Event<U>, receive: &Receive<U>) {
        let of_theft = |part: &Part<U>| (self.plan.theft_of)(part.tag) == receive.theft;
        let returned = receive.returned_from.iter().any(|&node| self.rests_at(node).iter().any(of_theft));
        let converted = receive.conversion.is_some_and(|watch| self.seen[watch as usize]);
        if let Some(reason) = reason(returned, converted) {
            let clean = self.parts.iter().filter(|part| part.is_clean());
            let units = clean.fold(U::ZERO, |sum, part| sum.plus(part.units));
            if !units.is_zero() {
                self.out.kept.push(Kept { event: number, theft: receive.theft, reason, units });
            }
            return;
        }
        let tag = (self.plan.tag_of)(receive.theft, event);
        let limit = receive.limit.unwrap_or(event.value);
        let stolen = S::steal(&mut self.parts, tag, limit, event.value);
        if !stolen.is_zero() {
            self.post(PostingKind::Received, number, event.to, Part::stolen(tag, stolen));
        }
    }

    /// Adds a part to a node.
    fn put(&mut self, at: usize, part: Part<U>, grade: Grade) {
        let state = &mut self.states[at];
        let before = state.balance;
        state.balance = before.plus(part.units);
        if self.plan.is_sink[at] {
            if !part.is_clean() {
                state.grade = state.grade.max(grade);
                add_by_class(self.sunk.entry(u32::try_from(at).expect("nodes are u32")).or_default(), part);
            }
            return;
        }
        if part.is_clean() {
            if !state.tainted.is_zero() {
                state.store.put(part);
                if !S::EXACT {
                    state.tainted = state.balance;
                }
            }
            return;
        }
        state.grade = state.grade.max(grade);
        if state.tainted.is_zero() {
            state.store.begin(before);
        }
        state.store.put(part);
        state.tainted = if S::EXACT { state.tainted.plus(part.units) } else { state.balance };
    }

    /// Sums the tainted parts of the spend at hand, one a class.
    fn sum_by_class(&mut self) {
        self.by_class.clear();
        for part in self.parts.iter().filter(|part| !part.is_clean()) {
            add_by_class(&mut self.by_class, *part);
        }
    }

    /// Posts the tainted parts of the spend at hand.
    fn post_parts(&mut self, kind: PostingKind, event: u32, node: u32) {
        self.sum_by_class();
        let by_class = std::mem::take(&mut self.by_class);
        by_class.iter().for_each(|part| self.post(kind, event, node, *part));
        self.by_class = by_class;
    }

    fn post(&mut self, kind: PostingKind, event: u32, node: u32, part: Part<U>) {
        let Part { tag, units, claim } = part;
        self.out.posts.push(Post { event, kind, node, tag, units, claim });
    }

    /// The taint at a node, one part a class.
    fn rests_at(&self, node: u32) -> Vec<Part<U>> {
        let state = &self.states[node as usize];
        let mut held = self.sunk.get(&node).cloned().unwrap_or_default();
        if !state.tainted.is_zero() {
            state.store.held(&mut held);
            if !S::EXACT {
                held.iter_mut().for_each(|part| (part.units, part.claim) = (state.balance, state.balance));
            }
        }
        held
    }

    /// Lists what rests where.
    fn finish(mut self) -> Walked<U> {
        for node in 0..u32::try_from(self.states.len()).expect("nodes are u32") {
            let grade = self.states[node as usize].grade;
            for Part { tag, units, claim } in self.rests_at(node) {
                self.out.rests.push(Rest { node, tag, units, claim, grade });
            }
        }
        self.out
    }
}
