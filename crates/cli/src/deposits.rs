//! `dyetrace deposits`: files → detection → list.

use crate::args::DepositsArgs;
use crate::assets::{AssetTables, read_tokens};
use crate::damage::blame_damage;
use crate::decisions::{labels_of, read_log};
use crate::exit::Exit;
use crate::inputs::{read_all_labels, read_transfers, usual_options};
use crate::output::Output;
use crate::plan::{keep_inputs, lay_case};
use crate::put;
use anyhow::{Context, Result, bail};
use dyetrace_core::Labels;
use dyetrace_core::attribution::deposits::{DepositOptions, find_deposits};
use dyetrace_core::trace::seed_accounts;
use dyetrace_ingest::Case;
use dyetrace_ingest::case::parse_max_short;
use dyetrace_report::DepositList;
use std::fs;
use std::io::IsTerminal;
use std::path::Path;

/// Runs the command.
pub(crate) fn run(args: &DepositsArgs, output: &Output) -> Result<Exit> {
    let mut case = lay_case(&args.case, &args.reading)?;
    case.skip_bad_rows |= args.skip_bad_rows;
    if let Some(out) = &args.out {
        keep_inputs(&args.case, &case, out)?;
        check_out(out)?;
    }
    let inputs = case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_case(args, &case, output))
}

fn run_case(args: &DepositsArgs, case: &Case, output: &Output) -> Result<Exit> {
    let (tokens, token_files) = read_tokens(&case.tokens)?;
    let reading = read_transfers(case, &tokens, output)?;
    let (mut stated, _) = read_all_labels(&case.labels, &reading, output)?;
    stated.extend(labels_of(read_log(case)?.as_ref()));
    let tables = AssetTables::read(&reading, token_files, case)?;
    let ledger = &reading.ledger;
    let labels = Labels::bind(ledger, stated);
    let options = lay_options(args, usual_options(ledger, &tables))?;

    let busy = output.busy("looking for deposit accounts");
    let deposits = find_deposits(ledger, &labels, &seed_accounts(ledger, &case.thefts), &options);
    busy.finish_and_clear();

    let list = DepositList { ledger, labels: &labels, tokens: &tables.tokens, deposits: &deposits };
    if let Some(out) = &args.out {
        put::whole(out, |file| list.write_csv(file))?;
    }
    if args.json {
        output.data(&format!("{:#}\n", list.to_json()))?;
    } else if args.out.is_some() || std::io::stdout().is_terminal() {
        output.data(&list.to_text())?;
    } else {
        let mut csv = Vec::new();
        list.write_csv(&mut csv)?;
        output.data(&String::from_utf8_lossy(&csv))?;
    }
    if !reading.rejects.is_empty() {
        output.note(&format!("{} bad rows were left out: the list is not complete", reading.rejects.len()));
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Complete)
}

/// Lays the options over the usual ones.
fn lay_options(args: &DepositsArgs, usual: DepositOptions) -> Result<DepositOptions> {
    let mut short = usual.short;
    for text in &args.max_short {
        short.push(parse_max_short(text)?);
    }
    Ok(DepositOptions {
        min_share: args.min_share.unwrap_or(usual.min_share),
        destinations: args.destinations.unwrap_or(usual.destinations),
        max_transfers: args.max_transfers.unwrap_or(usual.max_transfers),
        max_senders: args.max_senders.unwrap_or(usual.max_senders),
        max_delay: args.max_delay.unwrap_or(usual.max_delay),
        max_delay_blocks: args.max_delay_blocks.unwrap_or(usual.max_delay_blocks),
        short,
        gas_accounts: args.gas_accounts.unwrap_or(usual.gas_accounts),
        gas_share: args.gas_share.unwrap_or(usual.gas_share),
    })
}

/// Refuses to replace what is no such list.
fn check_out(out: &Path) -> Result<()> {
    match fs::read(out) {
        Ok(bytes) if bytes.is_empty() || DepositList::is_csv(&bytes) => Ok(()),
        Ok(_) => bail!(
            "`{}` is there and is no list of deposit addresses\n\nhint: name another file with `--out`",
            out.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be replaced", out.display())),
    }
}
