//! The decisions of a case: read, and set against its ledger.

use dyetrace_core::trace::TraceOptions;
use dyetrace_core::{AccountId, Decision, DecisionKind, Label, Ledger};
use dyetrace_ingest::{Case, DecisionLog, read_decisions};
use dyetrace_report::DecisionFacts;

use crate::error::Error;
use crate::facts::file_facts;

/// Reads the log of a case, if it names one.
///
/// # Errors
/// Where it cannot be read, or is not whole.
pub fn read_log(case: &Case) -> Result<Option<DecisionLog>, Error> {
    Ok(case.decisions.as_ref().map(read_decisions).transpose()?)
}

/// The labels that a log states.
pub fn labels_of(log: Option<&DecisionLog>) -> impl Iterator<Item = Label> + '_ {
    log.into_iter().flat_map(|log| &log.decisions).filter_map(Decision::label)
}

/// Tells the options of a trace at whom the analyst decided to stop.
pub fn add_cuts(log: Option<&DecisionLog>, ledger: &Ledger, options: &mut TraceOptions) {
    let decisions = log.into_iter().flat_map(|log| &log.decisions);
    for decision in decisions.filter(|decision| decision.kind == DecisionKind::Cut) {
        let Ok(address) = decision.address() else { continue };
        let wanted = |name: &str| decision.detail.chain.as_ref().is_none_or(|chain| chain == name);
        let chains = ledger.chains().filter(|(_, name)| wanted(name) && !address.is_zero());
        let accounts = chains.filter_map(|(chain, _)| ledger.accounts().find(chain, &address));
        options.cuts.extend(accounts.collect::<Vec<AccountId>>());
    }
    options.cuts.sort_unstable();
    options.cuts.dedup();
}

/// What a report says of the log.
pub fn decision_facts(log: &DecisionLog) -> DecisionFacts {
    let rows = log.decisions.iter().cloned().zip(log.hashes.iter().cloned());
    DecisionFacts { file: file_facts(&log.fact), rows: rows.collect() }
}
