//! `dyetrace mixers`: transfers and event files → notes and exits → leads and groups.

use crate::args::MixersArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::Result;
use dyetrace_ingest::Case;
use dyetrace_report::check_out;
use dyetrace_run::damage::blame_damage;
use dyetrace_run::facts::{left_out_words, now};
use dyetrace_run::mixers::{FoundMixers, TypedMixers};
use dyetrace_run::plan::keep_inputs;

/// Runs the command.
pub(crate) fn run(args: &MixersArgs, output: &Output) -> Result<Exit> {
    let started = now();
    let typed = args.typed();
    let case = typed.lay()?;
    if let Some(out) = &args.out {
        keep_inputs(&typed.case, &case, out)?;
        check_out(out)?;
    }
    let inputs = case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_case(args, &typed, &case, started, output))
}

fn run_case(
    args: &MixersArgs,
    typed: &TypedMixers,
    case: &Case,
    started: i64,
    output: &Output,
) -> Result<Exit> {
    let found = FoundMixers::look(None, case, typed, started, output)?;
    let report = found.report();
    if let Some(out) = &args.out {
        report.write(out)?;
    }
    for address in found.strangers() {
        output.note(&format!("the known exit {address} drew from none of these pools"));
    }
    output.data(&if args.json { format!("{:#}\n", report.to_json()) } else { report.to_text() })?;
    if let Some(said) = left_out_words(found.rejects()) {
        output.note(&format!("not complete: {said}"));
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Complete)
}
