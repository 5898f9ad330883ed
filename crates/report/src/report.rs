//! The report: states, findings and sums of one trace, decided once and then written in many forms.

use crate::conservation::Balance;
use crate::crossing::Crossings;
use crate::error::Error;
use crate::finding::{Finding, findings};
use crate::input::{Input, Limitation};
use crate::leads::Leads;
use crate::limitation::limitations;
use crate::missing::{Missing, missing};
use crate::state::{State, states};
use crate::stated::Stated;
use crate::totals::{Totals, exact_rules};
use crate::worth::{Arrival, arrivals, of_holding, unpriced, worths};
use dyetrace_core::trace::{ClassId, PostingKind};
use std::ops::Deref;
use std::sync::Arc;

/// What a trace found, ready to be written.
#[derive(Debug)]
pub struct Report<'a> {
    pub(crate) input: Input<'a>,
    decided: Arc<Decided>,
}

/// What a report decided, without what it was made of: to be kept, and joined with the same input again.
#[derive(Debug)]
pub struct Decided {
    /// One entry a holding.
    pub(crate) states: Vec<State>,
    /// The holdings' rows, in the order in which they are written.
    pub(crate) order: Vec<usize>,
    /// One entry an asset of the ledger.
    pub(crate) asset_names: Vec<String>,
    pub(crate) totals: Totals,
    /// The links that were followed.
    pub(crate) crossings: Crossings,
    pub(crate) findings: Vec<Finding>,
    /// What came to the findings, by holding.
    pub(crate) arrivals: Vec<Arrival>,
    /// What exchanges paid out soon after, about as much.
    pub(crate) leads: Leads,
    pub(crate) missing: Vec<Missing>,
    pub(crate) limitations: Vec<Limitation>,
}

impl Deref for Report<'_> {
    type Target = Decided;

    fn deref(&self) -> &Decided {
        &self.decided
    }
}

impl<'a> Report<'a> {
    /// Decides states, findings, ranks and routes.
    ///
    /// # Cost
    /// **O(n log n)** for n flows, postings and holdings; one pass over the ledger where a deposit was swept,
    /// and one where the trace stopped at an exchange.
    ///
    /// # Errors
    /// An [`Error`] where the facts' thefts and options cannot be those of the trace.
    pub fn new(input: Input<'a>) -> Result<Self, Error> {
        let stated = Stated::bind(&input);
        let states = states(&input, &stated);
        let totals = Totals::of(input.trace, &states);
        let arrivals = arrivals(&input, (0..states.len()).filter(|&row| states[row].is_freezable()));
        let findings = findings(&input, &stated, &states, &totals, &worths(&input, &arrivals))?;
        let missing = missing(&input);
        let leads = Leads::find(&input);
        let mut limitations = limitations(&input, &stated, &totals, &states);
        limitations.extend(leads.limitations());
        limitations.extend(unpriced(&input, &arrivals));
        let names = input.ledger.assets().iter().map(|(asset, _)| input.ledger.asset_name(asset));
        let asset_names: Vec<String> = names.collect();
        let order = holding_order(&input, &asset_names);
        let decided = Decided {
            states,
            order,
            asset_names,
            totals,
            crossings: Crossings::of(&input),
            findings,
            arrivals,
            leads,
            missing,
            limitations,
        };
        Ok(Self { input, decided: Arc::new(decided) })
    }

    /// The report that decided this, over the same input: nothing is decided again.
    ///
    /// # Panics
    /// Its methods, where it is another input.
    #[must_use]
    pub const fn again(input: Input<'a>, decided: Arc<Decided>) -> Self {
        Self { input, decided }
    }

    /// What was decided.
    #[must_use]
    pub fn decided(&self) -> Arc<Decided> {
        Arc::clone(&self.decided)
    }

    /// The places where money can be stopped, best first. Finding `i` has rank `i + 1` and route `R{i + 1}`.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The states, one entry a holding of the trace.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Why the result is not complete. None, if it is.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Whether nothing was left out or cut: exit code 0, else 2.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// What is not known or not sure.
    #[must_use]
    pub fn limitations(&self) -> &[Limitation] {
        &self.limitations
    }

    /// The classes, in order.
    pub(crate) fn classes(&self) -> impl Iterator<Item = ClassId> + use<> {
        (0_u32..).map(ClassId).take(self.input.trace.classes.len())
    }

    /// What came to a finding's holding, in order.
    pub(crate) fn arrivals_at(&self, holding: usize) -> &[Arrival] {
        of_holding(&self.arrivals, holding)
    }

    /// The balance of a class under a rule, by the trace itself.
    pub(crate) fn balance(&self, class: ClassId, rule: usize) -> Balance {
        let posted = |kind| self.totals.posted(class, rule, kind);
        let mut states = State::ALL.map(|state| self.totals.resting(class, rule, state));
        let lost = &mut states[State::Lost as usize];
        *lost = lost.plus(posted(PostingKind::Dust));
        Balance {
            stolen: posted(PostingKind::Received),
            unseen_inflow: posted(PostingKind::Unseen),
            states,
            fees: posted(PostingKind::Fee),
            burned: posted(PostingKind::Burn),
        }
    }

    /// Checks by the trace's own sums that what was stolen is what is found.
    pub(crate) fn check_balances(&self) -> Result<(), Error> {
        for class in self.classes() {
            for rule in exact_rules(self.input.trace) {
                let difference = self.balance(class, rule).difference();
                if !difference.amount.is_zero() {
                    let trace = self.input.trace;
                    let asset = self.input.ledger.asset_name(trace.asset_of(class));
                    let rule = trace.rules[rule].as_str();
                    let difference = difference.to_string();
                    return Err(Error::unbalanced(trace.theft_of(class), &asset, rule, &difference));
                }
            }
        }
        Ok(())
    }
}

/// Returns the holdings' rows by theft, stolen asset, chain, address, asset.
fn holding_order(input: &Input<'_>, asset_names: &[String]) -> Vec<usize> {
    let (ledger, holdings) = (input.ledger, &input.trace.holdings);
    let mut order: Vec<usize> = (0..holdings.purse.len()).collect();
    order.sort_by_cached_key(|&row| {
        let purse = holdings.purse[row];
        let asset = &asset_names[ledger.purses().asset(purse).index()];
        // On one chain, addresses sort by their bytes as they do by their text.
        (holdings.class[row], ledger.purse_chain(purse), ledger.purse_address(purse), asset)
    });
    order
}
