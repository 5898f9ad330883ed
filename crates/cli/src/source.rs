//! `dyetrace source`: one account → what thefts and labelled holders brought it, and on what routes.

use crate::args::SourceArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::{Result, bail};
use dyetrace_run::damage::blame_damage;
use dyetrace_run::source::TypedSource;
use dyetrace_run::{CaseFiles, TypedCase};
use std::path::PathBuf;

/// Runs the command.
pub(crate) fn run(args: &SourceArgs, output: &Output) -> Result<Exit> {
    let asked = typed(args)?.lay()?;
    let inputs = asked.case.inputs.iter().map(|input| &input.file);
    let found =
        blame_damage(inputs, output, || CaseFiles::read(&asked.case, output)?.source(&asked, output))?;
    output.data(&if args.json { format!("{:#}\n", found.to_json()) } else { found.to_string() })?;
    found.missing.iter().for_each(|why| output.note(&format!("not complete: {why}")));
    Ok(if found.is_complete() { Exit::Complete } else { Exit::Incomplete })
}

/// What was typed: the first word is the case file, unless transfers are named.
fn typed(args: &SourceArgs) -> Result<TypedSource> {
    let (case_file, address) = match &args.words[..] {
        [address] if !args.transfers.is_empty() => (None, address),
        [case, address] if args.transfers.is_empty() => (Some(PathBuf::from(case)), address),
        _ => bail!(
            "a case and an address are needed, or `--transfers` and an address\n\nhint: `dyetrace source case.toml 0x…`, or `dyetrace source 0x… --transfers FILE… --theft ID=ADDRESS`"
        ),
    };
    Ok(TypedSource {
        case: TypedCase {
            case: case_file,
            transfers: args.transfers.clone(),
            labels: args.labels.clone(),
            decisions: args.decisions.clone(),
            thefts: args.thefts.clone(),
        },
        reading: args.reading.typed(),
        run: args.run.typed(),
        of: address.clone(),
        asset: args.asset.clone(),
        transaction: args.transaction.clone(),
    })
}
