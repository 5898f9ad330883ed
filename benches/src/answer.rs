//! What a replay answers, in a few numbers: each iteration is held against them.

use dyetrace_core::Amount;
use dyetrace_core::trace::{Rule, Trace};

/// The size and the sums of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// One entry a rule.
    pub tallies: Vec<(Rule, Tally)>,
}

/// What one rule found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Holdings to which it gives an amount.
    pub holdings: usize,
    /// Flows to which it gives an amount.
    pub flows: usize,
    /// The claims of all its holdings.
    pub claims: Amount,
}

impl Answer {
    /// Sums a trace up.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        let tally = |rule: usize| {
            let holdings = &trace.holdings.shares;
            let shares = (0..holdings.len()).map(|row| holdings.get(row, rule));
            let flows = &trace.flows.shares;
            Tally {
                holdings: shares.clone().filter(|share| !share.units.is_zero()).count(),
                flows: (0..flows.len()).filter(|&row| !flows.get(row, rule).units.is_zero()).count(),
                claims: shares.fold(Amount::ZERO, |sum, share| sum.plus(share.claim)),
            }
        };
        let rules = trace.rules.iter().enumerate();
        Self { tallies: rules.map(|(at, rule)| (*rule, tally(at))).collect() }
    }

    /// What one rule found.
    ///
    /// # Panics
    /// If it was not asked for.
    #[must_use]
    pub fn of_rule(&self, rule: Rule) -> Tally {
        let tally = self.tallies.iter().find(|entry| entry.0 == rule);
        tally.expect("the rule was asked for").1
    }
}
