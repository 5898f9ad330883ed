//! A case, read and traced.

use crate::assets::{AssetTables, read_tokens};
use crate::decisions::{decision_facts, read_log};
use crate::error::Error;
use crate::expected::{check_expected, stated_pools};
use crate::facts::{file_facts, reject, run_facts};
use crate::inputs::read_transfers;
use crate::label_doubts::label_doubts;
use crate::plan::Plan;
use crate::ready::Ready;
use crate::resume::go_on;
use crate::watch::Watch;
use dyetrace_core::Labels;
use dyetrace_core::trace::{Trace, TraceState, trace};
use dyetrace_ingest::case::MixerMode;
use dyetrace_ingest::{Case, DecisionLog, FileSpec, InputFact, Reading, write_state};
use dyetrace_report::{Input, Reject, Report, RunFacts};
use std::path::Path;
use std::sync::Arc;

/// What is read of a case before it is known what for: its transfers, and what they are read with.
#[derive(Clone, Debug)]
pub struct CaseFiles {
    /// The transfers.
    pub reading: Arc<Reading>,
    /// The files of tokens that they were read with.
    pub token_files: Vec<InputFact>,
    /// The decisions of the analyst, where there is a log of them.
    pub log: Option<DecisionLog>,
}

/// A trace with all that a report of it needs.
#[derive(Debug)]
pub struct Traced {
    reading: Arc<Reading>,
    labels: Labels,
    trace: Trace,
    tables: AssetTables,
    facts: RunFacts,
    state: Option<(FileSpec, TraceState)>,
}

impl CaseFiles {
    /// Reads the decisions, the tokens and the transfers of a case.
    ///
    /// # Errors
    /// What the readers say of the first file that cannot be read.
    pub fn read(case: &Case, watch: &dyn Watch) -> Result<Self, Error> {
        let log = read_log(case)?;
        let (tokens, token_files) = read_tokens(&case.tokens)?;
        let reading = Arc::new(read_transfers(case, &tokens, watch)?);
        Ok(Self { reading, token_files, log })
    }

    /// Reads the labels and the tables of a case, and traces. A run began at `started`, in Unix seconds; with `resume` it goes on
    /// from the state in that file, if it can.
    ///
    /// # Errors
    /// What the readers say of the first file that cannot be read, and what a trace refuses.
    pub fn trace(
        self,
        plan: &Plan,
        resume: Option<&Path>,
        started: i64,
        watch: &dyn Watch,
    ) -> Result<Traced, Error> {
        let ready = self.ready(&plan.case, watch)?;
        let rejects: Vec<Reject> = ready.left_out().map(reject).collect();
        let Ready {
            reading,
            labels,
            tables,
            options,
            log,
            of_labels,
            deposits,
            noise,
            links,
            through_mixers,
        } = ready;
        let busy = watch.busy("tracing");
        let thefts = &plan.case.thefts;
        let (trace, state) = match resume {
            None => (trace(&reading.ledger, &labels, thefts, &options)?, None),
            Some(path) => go_on(FileSpec::typed(path), thefts, &options, &reading, &labels, watch)?,
        };
        let expected = match plan.case.mixers {
            MixerMode::Expected { bound } => check_expected(&reading.ledger, &options, &trace, bound)?,
            MixerMode::Stop | MixerMode::Links(_) => Vec::new(),
        };
        busy.finish_and_clear();

        let files = of_labels.facts.iter().chain(&tables.files).map(file_facts).collect();
        let decisions = log.as_ref().map(decision_facts);
        let mut facts = RunFacts {
            decisions,
            noise,
            deposits,
            links,
            rejects,
            ..run_facts(plan, &reading, files, started)
        };
        facts.options.links = options.links;
        facts.options.pools = options.pools;
        facts.warnings.extend(label_doubts(&of_labels));
        if !expected.is_empty() {
            facts.warnings.extend(expected.into_iter().chain(stated_pools(&plan.case)));
        }
        if let (Some((pools, followed)), MixerMode::Links(least)) = (&through_mixers, plan.case.mixers) {
            facts.warnings.extend(pools.limitations(*followed, least.into()));
            facts.labels.extend(pools.facts.iter().map(file_facts));
        }
        Ok(Traced { reading, labels, trace, tables, facts, state })
    }
}

impl Traced {
    /// What a report is made of.
    #[must_use]
    pub fn input(&self) -> Input<'_> {
        Input {
            ledger: &self.reading.ledger,
            labels: &self.labels,
            trace: &self.trace,
            tokens: &self.tables.tokens,
            issuers: &self.tables.issuers,
            prices: &self.tables.prices,
            facts: &self.facts,
        }
    }

    /// Decides states, findings, ranks and routes.
    ///
    /// # Errors
    /// As [`Report::new`].
    pub fn report(&self) -> Result<Report<'_>, Error> {
        Ok(Report::new(self.input())?)
    }

    /// Keeps the state of the trace in its file, where one was named.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_state(&self) -> Result<(), Error> {
        let Some((file, state)) = &self.state else { return Ok(()) };
        Ok(write_state(file, state)?)
    }
}
