//! `dyetrace trace`: options → files → trace → report.

use crate::args::TraceArgs;
use crate::assets::{AssetTables, read_tokens};
use crate::damage::blame_damage;
use crate::exit::Exit;
use crate::inputs::{add_detected, read_all_labels, read_transfers};
use crate::output::Output;
use crate::plan::Plan;
use crate::resume::{explain, go_on};
use anyhow::Result;
use dyetrace_core::trace::trace;
use dyetrace_ingest::{Case, FileSpec, InputFact, Reading, Warning, write_state};
use dyetrace_report::{FileFacts, Input, Limitation, Reject, Report, RunFacts, SnapshotFacts, check_out};
use std::time::{SystemTime, UNIX_EPOCH};

/// Runs the command.
pub(crate) fn run(args: &TraceArgs, output: &Output) -> Result<Exit> {
    let started = now();
    let plan = Plan::of(args)?;
    args.out.as_deref().map(check_out).transpose()?;
    let inputs = plan.case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_plan(args, &plan, started, output))
}

fn run_plan(args: &TraceArgs, plan: &Plan, started: i64, output: &Output) -> Result<Exit> {
    let (tokens, token_files) = read_tokens(&plan.case.tokens)?;
    let reading = read_transfers(&plan.case, &tokens, output)?;
    let (stated, label_files) = read_all_labels(&plan.case.labels, &reading, output)?;
    let tables = AssetTables::read(&reading, token_files, &plan.case.issuers)?;

    let busy = output.busy("tracing");
    let (labels, deposits) = add_detected(&plan.case, &reading.ledger, stated, &tables);
    let (traced, state) = match &args.resume {
        None => {
            let Case { thefts, options, .. } = &plan.case;
            (trace(&reading.ledger, &labels, thefts, options).map_err(explain)?, None)
        }
        Some(path) => go_on(FileSpec::typed(path), &plan.case, &reading, &labels, output)?,
    };
    busy.finish_and_clear();

    let files = label_files.iter().chain(&tables.files).map(file_facts).collect();
    let facts = RunFacts { deposits, ..run_facts(plan, &reading, files, started) };
    let report = Report::new(Input {
        ledger: &reading.ledger,
        labels: &labels,
        trace: &traced,
        tokens: &tables.tokens,
        issuers: &tables.issuers,
        facts: &facts,
    })?;
    let written = args.out.as_ref().map(|out| report.write(out)).transpose()?;
    if let Some((file, state)) = state {
        write_state(&file, &state)?;
    }
    let summary = report.summary(written.as_ref());
    if args.json {
        output.data(&format!("{:#}\n", summary.to_json()))?;
    } else {
        output.data(&summary.to_string())?;
    }
    Ok(if report.is_complete() { Exit::Complete } else { Exit::Incomplete })
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn run_facts(plan: &Plan, reading: &Reading, labels: Vec<FileFacts>, started: i64) -> RunFacts {
    RunFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: plan.command.clone(),
        case: plan.case.name.clone(),
        thefts: plan.case.thefts.clone(),
        options: plan.case.options.clone(),
        own: plan.case.own.clone(),
        status: plan.case.status.clone(),
        deposits: None,
        inputs: reading.facts.iter().map(file_facts).collect(),
        snapshot: reading.snapshot.as_ref().map(|it| SnapshotFacts {
            name: it.name.clone(),
            bytes: it.size,
            seal: it.seal.clone(),
            files: it.files,
        }),
        labels,
        rejects: reading
            .rejects
            .iter()
            .map(|it| Reject {
                file: it.file.clone(),
                line: it.line,
                column: it.column.clone(),
                seen: it.seen.clone(),
                reason: it.reason.clone(),
            })
            .collect(),
        warnings: warnings(plan, reading),
        started,
        finished: now(),
    }
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

fn file_facts(fact: &InputFact) -> FileFacts {
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
