//! `dyetrace trace`: options → files → trace → report.

use crate::args::{MixerMode, TraceArgs};
use crate::assets::{AssetTables, read_tokens};
use crate::damage::blame_damage;
use crate::decisions::{add_cuts, decision_facts, labels_of, read_log};
use crate::exit::Exit;
use crate::facts::{file_facts, now, run_facts};
use crate::inputs::{add_detected, read_all_labels, read_transfers};
use crate::label_doubts::label_doubts;
use crate::links::{add_links, bridge_labels, read_links};
use crate::noise::find_noise;
use crate::output::Output;
use crate::plan::Plan;
use crate::pools::{look_at_pools, parse_probability, pool_labels, sure_deposits};
use crate::resume::{explain, go_on};
use anyhow::Result;
use dyetrace_core::links::mixers::LeadOptions;
use dyetrace_core::trace::trace;
use dyetrace_ingest::{FileSpec, write_state};
use dyetrace_report::{Input, Report, RunFacts, check_out};

/// Runs the command.
pub(crate) fn run(args: &TraceArgs, output: &Output) -> Result<Exit> {
    let started = now();
    let plan = Plan::of(args)?;
    args.out.as_deref().map(check_out).transpose()?;
    let inputs = plan.case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_plan(args, &plan, started, output))
}

fn run_plan(args: &TraceArgs, plan: &Plan, started: i64, output: &Output) -> Result<Exit> {
    let log = read_log(&plan.case)?;
    let link_files = read_links(&plan.case)?;
    let (tokens, token_files) = read_tokens(&plan.case.tokens)?;
    let reading = read_transfers(&plan.case, &tokens, output)?;
    let (mut stated, of_labels) = read_all_labels(&plan.case.labels, &reading, output)?;
    stated.extend(labels_of(log.as_ref()));
    let least = match args.mixers {
        MixerMode::Stop => None,
        MixerMode::Links => Some(parse_probability(args.mixer_probability.as_deref().unwrap_or_default())?),
    };
    stated.extend(pool_labels(&reading.ledger, &stated));
    stated.extend(bridge_labels(&plan.case, &reading.ledger, &stated));
    let tables = AssetTables::read(&reading, token_files, &plan.case)?;

    let busy = output.busy("tracing");
    let mut case = plan.case.clone();
    let (labels, deposits) = add_detected(&case, &reading.ledger, stated, &tables);
    add_cuts(log.as_ref(), &reading.ledger, &mut case.options);
    let pools = match least {
        None => None,
        Some(least) => {
            let sure = deposits.as_ref().map(|(_, found)| sure_deposits(found)).unwrap_or_default();
            let usual = LeadOptions::default();
            let found =
                look_at_pools(&case, &reading.ledger, &labels, &sure, &usual, case.options.hub_transfers)?;
            let followed = found.followed(least);
            Some((found, followed, least))
        }
    };
    let noise = find_noise(&reading.ledger, &tables, &mut case.options);
    let through = pools.as_ref().map(|(_, followed, _)| followed.clone()).unwrap_or_default();
    let links = add_links(
        &plan.case,
        link_files,
        log.as_ref(),
        through,
        &reading.ledger,
        &labels,
        &mut case.options,
    )?;
    let (traced, state) = match &args.resume {
        None => (trace(&reading.ledger, &labels, &case.thefts, &case.options).map_err(explain)?, None),
        Some(path) => go_on(FileSpec::typed(path), &case, &reading, &labels, output)?,
    };
    busy.finish_and_clear();

    let files = of_labels.facts.iter().chain(&tables.files).map(file_facts).collect();
    let decisions = log.as_ref().map(decision_facts);
    let mut facts =
        RunFacts { decisions, noise, deposits, links, ..run_facts(plan, &reading, files, started) };
    facts.options.links.clone_from(&case.options.links);
    facts.warnings.extend(label_doubts(&of_labels));
    if let Some((pools, followed, least)) = &pools {
        facts.warnings.extend(pools.limitations(followed.len(), *least));
        facts.labels.extend(pools.facts.iter().map(file_facts));
    }
    let report = Report::new(Input {
        ledger: &reading.ledger,
        labels: &labels,
        trace: &traced,
        tokens: &tables.tokens,
        issuers: &tables.issuers,
        prices: &tables.prices,
        facts: &facts,
    })?;
    let written = args.out.as_ref().map(|out| report.write_parts(out, !args.no_graph)).transpose()?;
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
