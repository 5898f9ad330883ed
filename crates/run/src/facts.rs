//! What a report says of its run: files, options, what the readers noticed, times.

use crate::plan::Plan;
use dyetrace_core::attribution::Noise;
use dyetrace_ingest::{InputFact, Reading, Warning};
use dyetrace_report::{FileFacts, Limitation, LinkFacts, Reject, RunFacts, SnapshotFacts};
use std::time::{SystemTime, UNIX_EPOCH};

/// Unix seconds.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The facts of a run that ends now; what was left out and what was found in the ledger is filled in by the caller.
#[must_use]
pub fn run_facts(plan: &Plan, reading: &Reading, labels: Vec<FileFacts>, started: i64) -> RunFacts {
    RunFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: plan.command.clone(),
        case: plan.case.name.clone(),
        thefts: plan.case.thefts.clone(),
        options: plan.case.options.clone(),
        own: plan.case.own.clone(),
        status: plan.case.status.clone(),
        decisions: None,
        deposits: None,
        inputs: reading.facts.iter().map(file_facts).collect(),
        snapshot: reading.snapshot.as_ref().map(|it| SnapshotFacts {
            name: it.name.clone(),
            bytes: it.size,
            seal: it.seal.clone(),
            files: it.files,
        }),
        labels,
        noise: Noise::default(),
        links: LinkFacts::default(),
        rejects: Vec::new(),
        warnings: warnings(plan, reading),
        started,
        finished: now(),
    }
}

/// A row that was left out, as a report lists it.
pub(crate) fn reject(row: &dyetrace_ingest::Reject) -> Reject {
    Reject {
        file: row.file.clone(),
        line: row.line,
        column: row.column.clone(),
        seen: row.seen.clone(),
        reason: row.reason.clone(),
    }
}

/// How many rows were left out, and the first of them; nothing where none was.
pub fn left_out_words<'r>(mut rows: impl Iterator<Item = &'r dyetrace_ingest::Reject>) -> Option<String> {
    let first = rows.next()?;
    Some(match 1 + rows.count() {
        1 => format!("1 bad row was left out: {first}"),
        count => format!("{count} bad rows were left out, the first: {first}"),
    })
}

/// What the readers noticed, and options that name what is not there.
fn warnings(plan: &Plan, reading: &Reading) -> Vec<Limitation> {
    let limitation =
        |kind: &str, subject: String, detail: String| Limitation { kind: kind.to_owned(), subject, detail };
    let noticed = reading.warnings.iter().map(|Warning { reason, count, first }| {
        let places: Vec<String> =
            first.iter().map(|it| format!("{}, line {}: {}", it.file, it.line, it.seen)).collect();
        limitation("reading", reason.clone(), format!("{count} times, first at {}", places.join("; ")))
    });
    let ledger = &reading.ledger;
    let is_there = |name: &dyetrace_core::asset::AssetName| {
        ledger.assets().iter().any(|(_, asset)| name.names(&asset, ledger.chain_name(asset.chain)))
    };
    let unused = plan.case.options.min_amount.iter().filter(|(name, _)| !is_there(name)).map(|(name, _)| {
        let contract = name.contract.map_or_else(|| "native".to_owned(), |it| it.to_string());
        let detail = "a least amount was set for this asset, but no transfer moves it".to_owned();
        limitation("min_amount", contract, detail)
    });
    let passed_over = reading.facts.iter().filter(|fact| !fact.passed_over.is_empty()).map(|fact| {
        limitation("columns", fact.name.clone(), format!("columns not read: {}", fact.passed_over.join(", ")))
    });
    let notes = reading.facts.iter().flat_map(|fact| {
        fact.notes.iter().map(|note| limitation("reading", fact.name.clone(), note.clone()))
    });
    noticed.chain(notes).chain(unused).chain(passed_over).collect()
}

/// What a report says of a file.
#[must_use]
pub fn file_facts(fact: &InputFact) -> FileFacts {
    FileFacts {
        name: fact.name.clone(),
        sha256: fact.sha256.clone(),
        bytes: fact.size,
        rows: fact.rows,
        dialect: fact.dialect.clone(),
        first_block: fact.first_block,
        last_block: fact.last_block,
        first_time: fact.first_time,
        last_time: fact.last_time,
    }
}
