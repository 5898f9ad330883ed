//! A case, read and traced.

use crate::assets::{AssetTables, read_tokens};
use crate::decisions::{add_cuts, decision_facts, labels_of, read_log};
use crate::error::Error;
use crate::expected::{add_expected, check_expected, stated_pools};
use crate::facts::{file_facts, run_facts};
use crate::inputs::{add_detected, read_all_labels, read_transfers};
use crate::label_doubts::label_doubts;
use crate::links::{add_links, bridge_labels, read_links};
use crate::noise::find_noise;
use crate::plan::Plan;
use crate::pools::{look_at_pools, pool_labels, sure_deposits};
use crate::resume::go_on;
use crate::watch::Watch;
use dyetrace_core::Labels;
use dyetrace_core::links::mixers::LeadOptions;
use dyetrace_core::trace::{Trace, TraceState, trace};
use dyetrace_ingest::case::MixerMode;
use dyetrace_ingest::{Case, DecisionLog, FileSpec, InputFact, Reading, write_state};
use dyetrace_report::{Input, Report, RunFacts};
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
        let Self { reading, token_files, log } = self;
        let link_files = read_links(&plan.case)?;
        let (mut stated, of_labels) = read_all_labels(&plan.case.labels, &reading, watch)?;
        stated.extend(labels_of(log.as_ref()));
        stated.extend(bridge_labels(&plan.case, &reading.ledger, &stated));
        if plan.case.mixers != MixerMode::Stop {
            stated.extend(pool_labels());
        }
        let tables = AssetTables::read(&reading, token_files, &plan.case)?;

        let busy = watch.busy("tracing");
        let mut case = plan.case.clone();
        let (labels, deposits) = add_detected(&case, &reading.ledger, stated, &tables);
        add_cuts(log.as_ref(), &reading.ledger, &mut case.options);
        let noise = find_noise(&reading.ledger, &tables, &mut case.options);
        let pools = match case.mixers {
            MixerMode::Stop => None,
            MixerMode::Expected { .. } => {
                add_expected(&plan.case, &reading.ledger, &labels, &mut case.options)?;
                None
            }
            MixerMode::Links(least) => {
                let sure = deposits.as_ref().map(|(_, found)| sure_deposits(found)).unwrap_or_default();
                let (usual, busy) = (LeadOptions::default(), case.options.hub_transfers);
                Some((look_at_pools(&case, &reading.ledger, &labels, &sure, &usual, busy)?, u64::from(least)))
            }
        };
        let through = pools.as_ref().map(|(pools, least)| pools.followed(*least)).unwrap_or_default();
        let through_mixers = through.len();
        let (ledger, options) = (&reading.ledger, &mut case.options);
        let links = add_links(&plan.case, link_files, log.as_ref(), through, ledger, &labels, options)?;
        let (trace, state) = match resume {
            None => (trace(&reading.ledger, &labels, &case.thefts, &case.options)?, None),
            Some(path) => go_on(FileSpec::typed(path), &case, &reading, &labels, watch)?,
        };
        let expected = match case.mixers {
            MixerMode::Expected { bound } => check_expected(&reading.ledger, &case.options, &trace, bound)?,
            MixerMode::Stop | MixerMode::Links(_) => Vec::new(),
        };
        busy.finish_and_clear();

        let files = of_labels.facts.iter().chain(&tables.files).map(file_facts).collect();
        let decisions = log.as_ref().map(decision_facts);
        let mut facts =
            RunFacts { decisions, noise, deposits, links, ..run_facts(plan, &reading, files, started) };
        facts.options.links.clone_from(&case.options.links);
        facts.options.pools.clone_from(&case.options.pools);
        facts.warnings.extend(label_doubts(&of_labels));
        if !expected.is_empty() {
            facts.warnings.extend(expected.into_iter().chain(stated_pools(&plan.case)));
        }
        if let Some((pools, least)) = &pools {
            facts.warnings.extend(pools.limitations(through_mixers, *least));
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
