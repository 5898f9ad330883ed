//! An input with its ledger, and the steps of a trace over it.

use crate::answer::Answer;
use crate::communities::communities;
use crate::input::Input;
use crate::shape::Shape;
use crate::size::Size;
use dyetrace_core::ledger::FlowIndex;
use dyetrace_core::trace::{Prepared, Rule, Theft};
use dyetrace_core::{Labels, Ledger};

/// An input and its ledger. Where the ledger was made column by column, the input has no rows.
#[derive(Debug)]
pub struct Case {
    /// The rows and thefts.
    pub input: Input,
    /// The same rows as a ledger.
    pub ledger: Ledger,
}

impl Case {
    /// Builds both.
    #[must_use]
    pub fn build(shape: Shape, size: Size) -> Self {
        let input = shape.build(size);
        let ledger = input.to_ledger();
        Self { input, ledger }
    }

    /// Builds a power law of so many transfers and accounts column by column: its input has no rows, its ledger no fees.
    #[must_use]
    pub fn power_law(transfers: usize, accounts: u32) -> Self {
        communities(&format!("power_law_{transfers}_{accounts}"), &[(transfers, accounts)])
    }

    /// Settles seeds and stops for a run of these rules, the first as the run's own.
    ///
    /// # Panics
    /// If a seed is not in the ledger: inputs seed only accounts that pay.
    #[must_use]
    pub fn prepare(&self, rules: &[Rule]) -> Prepared<'_> {
        self.prepare_for(&self.input.thefts(), rules)
    }

    /// The same for some of its thefts.
    ///
    /// # Panics
    /// As [`Case::prepare`].
    #[must_use]
    pub fn prepare_for(&self, thefts: &[Theft], rules: &[Rule]) -> Prepared<'_> {
        let prepared = Prepared::new(&self.ledger, &Labels::default(), thefts, &Input::options(rules));
        prepared.expect("seeds are in the ledger")
    }

    /// Runs a whole trace and sums it up.
    #[must_use]
    pub fn answer(&self, rules: &[Rule]) -> Answer {
        let prepared = self.prepare(rules);
        let reach = prepared.reach(&FlowIndex::build(&self.ledger));
        Answer::of(&prepared.replay(&reach))
    }
}
