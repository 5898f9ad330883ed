//! `dyetrace mixers`: transfers and event files → notes and exits → leads and groups.

use crate::args::MixersArgs;
use crate::assets::{AssetTables, read_tokens};
use crate::damage::blame_damage;
use crate::decisions::{add_cuts, labels_of, read_log};
use crate::exit::Exit;
use crate::facts::{file_facts, now};
use crate::inputs::{add_detected, read_all_labels, read_transfers, usual_options};
use crate::output::Output;
use crate::plan::{keep_inputs, lay_case};
use anyhow::{Result, bail};
use dyetrace_core::attribution::deposits::find_deposits;
use dyetrace_core::links::mixers::{
    Band, GroupOptions, LeadOptions, MixerTable, PoolHistory, Ties, common_ends, depositor_clusters,
    exit_groups,
};
use dyetrace_core::trace::{seed_accounts, trace};
use dyetrace_core::{AccountId, Address, Labels, Ledger};
use dyetrace_ingest::pool_events::{parse_known_exit, parse_pool, parse_pool_events};
use dyetrace_ingest::{Case, FileSpec, Reading};
use dyetrace_report::{MixerFacts, MixerReport, TheftNotes, check_out, theft_notes};
use dyetrace_run::links::confirmed_exits;
use dyetrace_run::noise::find_noise;
use dyetrace_run::pools::{Pools, look_at_pools, pool_labels, sure_deposits};
use dyetrace_run::{Error, TypedCase};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Runs the command.
pub(crate) fn run(args: &MixersArgs, output: &Output) -> Result<Exit> {
    let started = now();
    let named = case_args(args);
    let case = lay(args, &named)?;
    if let Some(out) = &args.out {
        keep_inputs(&named, &case, out)?;
        check_out(out)?;
    }
    let inputs = case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_case(args, &case, started, output))
}

fn case_args(args: &MixersArgs) -> TypedCase {
    TypedCase {
        case: args.case.clone(),
        transfers: args.transfers.clone(),
        labels: args.labels.clone(),
        decisions: args.decisions.clone(),
        thefts: args.thefts.clone(),
    }
}

/// The case with what was typed over it.
fn lay(args: &MixersArgs, named: &TypedCase) -> Result<Case> {
    let mut case = lay_case(named, &args.reading.typed())?;
    case.skip_bad_rows |= args.skip_bad_rows;
    for text in &args.pool_events {
        case.pool_events.push(parse_pool_events(text)?);
    }
    for text in &args.outstanding {
        let stated = text.split_once('=').and_then(|(pool, notes)| Some((pool, notes.parse::<u64>().ok()?)));
        let Some((pool, notes)) = stated else {
            bail!("`--outstanding`: `{text}` is no `POOL=NOTES`\n\nhint: `ethereum:eth_100=1938`");
        };
        let pool = parse_pool(pool)?;
        case.pool_events.iter_mut().filter(|it| it.pool == pool).for_each(|it| it.outstanding = Some(notes));
    }
    for text in &args.known_exits {
        case.known_exits.push(parse_known_exit(text)?);
    }
    Ok(case)
}

/// What was read: transfers, if any were named, and what goes with them.
struct Material {
    reading: Option<Reading>,
    labels: Labels,
    deposit_accounts: Vec<AccountId>,
    thefts: Option<dyetrace_core::trace::Trace>,
    /// Exits that links of the case confirm.
    confirmed: Vec<Address>,
    files: Vec<dyetrace_report::FileFacts>,
}

fn run_case(args: &MixersArgs, case: &Case, started: i64, output: &Output) -> Result<Exit> {
    let none = Ledger::default();
    let material = read_material(case, output)?;
    let ledger = material.reading.as_ref().map_or(&none, |it| &it.ledger);
    let (leads_options, group_options) = (lead_options(args), group_options(args));

    let busy = output.busy("looking at mixers");
    let pools = look_at_pools(
        case,
        ledger,
        &material.labels,
        &material.deposit_accounts,
        &leads_options,
        args.hub_transfers,
    )?;
    let Pools { table, histories, leads, links, .. } = &pools;
    let known: BTreeSet<Address> = case.known_exits.iter().chain(&material.confirmed).copied().collect();
    let mut groups = Vec::new();
    for history in histories {
        let chain = Ties::chain(table, history.pool);
        let counted = links.iter().filter(|it| it.band != Band::Weak && it.chain == chain);
        let anchors = known.iter().copied().chain(counted.map(|it| it.recipient)).collect();
        groups.extend(exit_groups(history, &anchors, &group_options));
    }
    let common = common_ends(ledger, table, &groups);
    let clusters = depositor_clusters(ledger, &material.labels, table, histories, args.funder_transfers);
    let thefts: Vec<TheftNotes> =
        material.thefts.as_ref().map(|it| theft_notes(it, &case.thefts, histories)).unwrap_or_default();
    busy.finish_and_clear();

    let rejected = pools.rejects.len() + material.reading.as_ref().map_or(0, |it| it.rejects.len());
    let facts = MixerFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        case: case.name.clone(),
        command: command(args),
        inputs: material.files.into_iter().chain(pools.facts.iter().map(file_facts)).collect(),
        rejects: rejected as u64,
        started,
        finished: now(),
    };
    let report = MixerReport {
        ledger,
        labels: &material.labels,
        table,
        histories,
        shieldings: &pools.shieldings,
        misfits: &pools.misfits,
        leads,
        links,
        groups: &groups,
        common: &common,
        clusters: &clusters,
        known: &known,
        thefts: &thefts,
        without_time: pools.without_time,
        beside_events: pools.beside_events,
        lead_options: &leads_options,
        group_options: &group_options,
        facts: &facts,
    };
    if let Some(out) = &args.out {
        report.write(out)?;
    }
    for address in known.iter().filter(|it| !drew(histories, it)) {
        output.note(&format!("the known exit {address} drew from none of these pools"));
    }
    output.data(&if args.json { format!("{:#}\n", report.to_json()) } else { report.to_text() })?;
    if rejected > 0 {
        output.note(&format!("{rejected} bad rows were left out: the answer is not complete"));
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Complete)
}

/// The command as it is kept in the manifest: options in a fixed order, files without the folders of this machine.
fn command(args: &MixersArgs) -> Vec<String> {
    let name = |path: &PathBuf| FileSpec::typed(path).output_name();
    let after_mark = |text: &String| match text.split_once('=') {
        Some((before, path)) => format!("{before}={}", name(&PathBuf::from(path))),
        None => name(&PathBuf::from(text)),
    };
    let mut words = vec!["dyetrace".to_owned(), "mixers".to_owned()];
    words.extend(args.case.iter().map(name));
    let mut add = |option: &str, values: Vec<String>| {
        for value in values {
            words.extend([format!("--{option}"), value]);
        }
    };
    fn number<N: ToString>(value: Option<N>) -> Vec<String> {
        value.iter().map(ToString::to_string).collect()
    }
    add("transfers", args.transfers.iter().map(name).collect());
    add("labels", args.labels.iter().map(after_mark).collect());
    add("decisions", args.decisions.iter().map(name).collect());
    add("theft", args.thefts.clone());
    add("pool-events", args.pool_events.iter().map(after_mark).collect());
    add("outstanding", args.outstanding.clone());
    add("known-exit", args.known_exits.clone());
    add("voucher-gap", number(args.voucher_gap));
    add("window", number(args.window));
    add("late-window", number(args.late_window));
    add("profile-pools", number(args.profile_pools));
    add("profile-notes", number(args.profile_notes));
    add("decoys", number(args.decoys));
    add("least-leads", number(args.least_leads));
    add("hub-transfers", vec![args.hub_transfers.to_string()]);
    add("funder-transfers", vec![args.funder_transfers.to_string()]);
    add("group-window", number(args.group_window));
    add("group-joins", number(args.group_joins));
    add("group-share", number(args.group_share));
    add("group-members", number(args.group_members));
    add("chain", args.reading.chain.iter().cloned().collect());
    add("map", args.reading.maps.clone());
    add("tokens", args.reading.tokens.iter().map(name).collect());
    if args.reading.inexact {
        words.push("--inexact".to_owned());
    }
    if args.skip_bad_rows {
        words.push("--skip-bad-rows".to_owned());
    }
    words
}

fn drew(histories: &[PoolHistory], who: &Address) -> bool {
    histories.iter().any(|it| it.exits.iter().any(|exit| exit.recipient == *who))
}

/// Reads transfers, labels and tokens, if transfers are named, and traces the thefts up to the pools.
fn read_material(case: &Case, output: &Output) -> Result<Material> {
    if case.inputs.is_empty() {
        if case.pool_events.is_empty() {
            bail!(
                "nothing to look at\n\nhint: name a case, `--transfers FILE`, or `--pool-events POOL=FILE`"
            );
        }
        return Ok(Material {
            reading: None,
            labels: Labels::default(),
            deposit_accounts: Vec::new(),
            thefts: None,
            confirmed: Vec::new(),
            files: Vec::new(),
        });
    }
    let (tokens, token_files) = read_tokens(&case.tokens)?;
    let reading = read_transfers(case, &tokens, output)?;
    let (mut stated, of_labels) = read_all_labels(&case.labels, &reading, output)?;
    let log = read_log(case)?;
    stated.extend(labels_of(log.as_ref()));
    stated.extend(pool_labels(&reading.ledger, &stated));
    let tables = AssetTables::read(&reading, token_files, case)?;
    let ledger = &reading.ledger;
    let mut files: Vec<_> = reading.facts.iter().map(file_facts).collect();
    files.extend(of_labels.facts.iter().chain(&tables.files).map(file_facts));

    let mut case = case.clone();
    let (labels, found) = add_detected(&case, ledger, stated, &tables);
    let found = match found {
        Some((_, found)) => found,
        None => {
            let options = usual_options(ledger, &tables);
            find_deposits(ledger, &labels, &seed_accounts(ledger, &case.thefts), &options)
        }
    };
    let deposit_accounts = sure_deposits(&found);
    let thefts = if case.thefts.is_empty() {
        None
    } else {
        add_cuts(log.as_ref(), ledger, &mut case.options);
        let _ = find_noise(ledger, &tables, &mut case.options);
        Some(trace(ledger, &labels, &case.thefts, &case.options).map_err(Error::from)?)
    };
    let (confirmed, of_links) = confirmed_exits(&case, log.as_ref(), ledger, &labels, &MixerTable::known())?;
    files.extend(of_links);
    Ok(Material { labels, deposit_accounts, thefts, confirmed, files, reading: Some(reading) })
}

fn lead_options(args: &MixersArgs) -> LeadOptions {
    let usual = LeadOptions::default();
    LeadOptions {
        voucher_gap: args.voucher_gap.unwrap_or(usual.voucher_gap),
        window: args.window.unwrap_or(usual.window),
        late_window: args.late_window.unwrap_or(usual.late_window),
        profile_pools: args.profile_pools.unwrap_or(usual.profile_pools),
        profile_notes: args.profile_notes.unwrap_or(usual.profile_notes),
        weak_profile_notes: usual.weak_profile_notes,
        decoys: args.decoys.unwrap_or(usual.decoys),
        least_leads: args.least_leads.unwrap_or(usual.least_leads),
    }
}

fn group_options(args: &MixersArgs) -> GroupOptions {
    let usual = GroupOptions::default();
    GroupOptions {
        window: args.group_window.unwrap_or(usual.window),
        joins: args.group_joins.unwrap_or(usual.joins),
        share: args.group_share.map_or(usual.share, u64::from),
        members: args.group_members.unwrap_or(usual.members),
        shifts: usual.shifts,
    }
}
