//! `dyetrace source`: one account → what thefts and labelled holders brought it, and on what routes.

use crate::args::SourceArgs;
use crate::damage::blame_damage;
use crate::exit::Exit;
use crate::origins::categories;
use crate::output::Output;
use crate::plan::lay_case;
use anyhow::{Result, anyhow, bail};
use dyetrace_core::ledger::TxHash;
use dyetrace_core::trace::{Cut, Entity, Grouping, Origins, Source, source};
use dyetrace_core::{AccountId, Address, Ledger};
use dyetrace_ingest::Case;
use dyetrace_report::display::plain;
use dyetrace_report::{AskedAccount, SourceQuestion, Sources};
use dyetrace_run::{CaseFiles, Error, Ready, TypedCase};
use serde_json::json;
use std::path::PathBuf;

/// Runs the command.
pub(crate) fn run(args: &SourceArgs, output: &Output) -> Result<Exit> {
    let (case_file, address) = match &args.words[..] {
        [address] if !args.transfers.is_empty() => (None, address),
        [case, address] if args.transfers.is_empty() => (Some(PathBuf::from(case)), address),
        _ => bail!(
            "a case and an address are needed, or `--transfers` and an address\n\nhint: `dyetrace source case.toml 0x…`, or `dyetrace source 0x… --transfers FILE… --theft ID=ADDRESS`"
        ),
    };
    let typed = TypedCase {
        case: case_file,
        transfers: args.transfers.clone(),
        labels: args.labels.clone(),
        decisions: args.decisions.clone(),
        thefts: args.thefts.clone(),
    };
    let mut case = lay_case(&typed, &args.reading.typed())?;
    args.run.lay(&mut case)?;
    let hash = args.transaction.as_deref().map(parse_hash).transpose()?;
    let inputs = case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_case(args, address, hash.as_ref(), &case, output))
}

fn parse_hash(text: &str) -> Result<TxHash> {
    TxHash::parse(text.trim().as_bytes()).ok_or_else(|| {
        anyhow!("`--transaction`: `{text}` is no hash of a transaction\n\nhint: 0x and 64 hex digits")
    })
}

fn run_case(
    args: &SourceArgs,
    address: &str,
    hash: Option<&TxHash>,
    case: &Case,
    output: &Output,
) -> Result<Exit> {
    let categories = categories(&args.run.origins)?;
    let Ready { reading, labels, tables, options, .. } =
        CaseFiles::read(case, output)?.ready(case, output)?;
    let ledger = &reading.ledger;
    let accounts = find(ledger, address)?;
    let entities = Entity::of_labels(&labels, &categories, Grouping::Holder);
    if case.thefts.is_empty() && entities.is_empty() {
        bail!("no origin is named\n\nhint: name a theft, `--theft ID=ADDRESS`, or files of labels");
    }
    let busy = output.busy("going back");
    let mut answers: Vec<Sources> = Vec::new();
    for account in accounts {
        let of = |origins: Origins<'_>| -> Result<Source> {
            source(ledger, &labels, origins, &options, account).map_err(|error| Error::from(error).into())
        };
        let thefts = if case.thefts.is_empty() { None } else { Some(of(Origins::Thefts(&case.thefts))?) };
        let labelled = if entities.is_empty() { None } else { Some(of(Origins::Entities(&entities))?) };
        let (thefts, labelled) = (thefts.as_ref(), labelled.as_ref());
        let asset = args.asset.as_deref().map(str::trim);
        let tokens = &tables.tokens;
        let transaction = hash;
        answers.push(Sources::of(&SourceQuestion {
            ledger,
            tokens,
            account,
            thefts,
            labelled,
            asset,
            transaction,
            links: &options.links,
        }));
    }
    busy.finish_and_clear();
    if hash.is_some() && answers.iter().all(|it| it.transfers.is_empty()) {
        bail!(
            "the transaction brings the account nothing\n\nhint: look at its hash, the address and `--asset`; leave out `--transaction` for all that came"
        );
    }
    if args.json {
        let answers: Vec<_> = answers.iter().map(Sources::to_json).collect();
        let json = json!({"format": "dyetrace-source", "format_version": 1, "accounts": answers});
        output.data(&format!("{json:#}\n"))?;
    } else {
        let texts: Vec<String> = answers.iter().map(ToString::to_string).collect();
        output.data(&texts.join("\n"))?;
    }
    let is_cut = answers.iter().flat_map(|it| it.cut).any(Cut::any);
    if !reading.rejects.is_empty() {
        output.note(&format!("{} bad rows were left out: the answer is not complete", reading.rejects.len()));
        return Ok(Exit::Incomplete);
    }
    Ok(if is_cut { Exit::Incomplete } else { Exit::Complete })
}

/// The accounts of an address: on the chain before its colon, if one stands there, else on all.
fn find(ledger: &Ledger, typed: &str) -> Result<Vec<AccountId>> {
    let typed = typed.trim();
    let of_chain = typed.split_once(':').filter(|(chain, _)| ledger.find_chain(chain).is_some());
    let (chain, text) = of_chain.map_or((None, typed), |(chain, text)| (Some(chain.to_owned()), text));
    let address =
        Address::parse_any(text.as_bytes()).map_err(|error| anyhow!("`{}` {error}", plain(text, 100)))?;
    let found = AskedAccount::find(ledger, address, chain).accounts;
    if found.is_empty() {
        let slip = if Address::has_wrong_checksum(text) {
            "its EIP-55 checksum is wrong: look for a mistyped letter"
        } else {
            "look at the address and its chain, and whether the right files are named"
        };
        bail!("no transfer names `{}`\n\nhint: {slip}", plain(typed, 100));
    }
    Ok(found)
}
