//! Sums of a trace: what entered and left, and what rests in which state, per class and rule, in claims.

use crate::state::State;
use dyetrace_core::Amount;
use dyetrace_core::trace::{ClassId, PostingKind, Trace};

/// Sums per class and rule, in base units of the stolen asset.
///
/// Each array has one entry a class and rule: rule `r` of class `c` stands at `c * rules + r`.
#[derive(Debug)]
pub(crate) struct Totals {
    rules: usize,
    posted: Vec<[Amount; PostingKind::COUNT]>,
    resting: Vec<[Amount; State::ALL.len()]>,
}

impl Totals {
    /// Sums a trace, whose holdings have these states.
    pub(crate) fn of(trace: &Trace, states: &[State]) -> Self {
        let rules = trace.rules.len();
        let cells = rules * trace.classes.len();
        let mut totals = Self {
            rules,
            posted: vec![<[Amount; PostingKind::COUNT]>::default(); cells],
            resting: vec![<[Amount; State::ALL.len()]>::default(); cells],
        };
        let postings = &trace.postings;
        for row in 0..postings.place.len() {
            for rule in 0..rules {
                let cell = postings.class[row].index() * rules + rule;
                let sum = &mut totals.posted[cell][postings.kind[row] as usize];
                *sum = sum.plus(postings.shares.get(row, rule).claim);
            }
        }
        let holdings = &trace.holdings;
        for (row, state) in states.iter().enumerate() {
            for rule in 0..rules {
                let cell = holdings.class[row].index() * rules + rule;
                let sum = &mut totals.resting[cell][*state as usize];
                *sum = sum.plus(holdings.shares.get(row, rule).claim);
            }
        }
        totals
    }

    /// What was posted of a kind.
    pub(crate) fn posted(&self, class: ClassId, rule: usize, kind: PostingKind) -> Amount {
        self.posted[class.index() * self.rules + rule][kind as usize]
    }

    /// What rests in holdings of a state.
    pub(crate) fn resting(&self, class: ClassId, rule: usize, state: State) -> Amount {
        self.resting[class.index() * self.rules + rule][state as usize]
    }

    /// All that was stolen, seen or unseen.
    pub(crate) fn stolen(&self, class: ClassId, rule: usize) -> Amount {
        let posted = |kind| self.posted(class, rule, kind);
        posted(PostingKind::Received).plus(posted(PostingKind::Unseen))
    }
}

/// The asked rules that conserve value, by their place in [`Trace::rules`].
pub(crate) fn exact_rules(trace: &Trace) -> impl Iterator<Item = usize> + '_ {
    (0..trace.rules.len()).filter(|&rule| trace.rules[rule].is_exact())
}

/// The rule by which shares of the whole are told: the run's own, or the first asked one that conserves value.
pub(crate) fn telling_exact_rule(trace: &Trace) -> Option<usize> {
    exact_rules(trace).next()
}
