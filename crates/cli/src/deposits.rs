//! `dyetrace deposits`: files → detection → list.

use crate::args::DepositsArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::Result;
use dyetrace_ingest::Case;
use dyetrace_report::DepositList;
use dyetrace_run::CaseFiles;
use dyetrace_run::damage::blame_damage;
use dyetrace_run::facts::left_out_words;
use dyetrace_run::plan::{keep_inputs, lay_case};
use dyetrace_run::put;
use std::io::IsTerminal;

/// Runs the command.
pub(crate) fn run(args: &DepositsArgs, output: &Output) -> Result<Exit> {
    let mut case = lay_case(&args.case.typed(), &args.reading.typed())?;
    case.skip_bad_rows |= args.skip_bad_rows;
    if let Some(out) = &args.out {
        keep_inputs(&args.case.typed(), &case, out)?;
        put::may_replace(out, "list of deposit addresses", DepositList::is_csv)?;
    }
    let inputs = case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_case(args, &case, output))
}

fn run_case(args: &DepositsArgs, case: &Case, output: &Output) -> Result<Exit> {
    let found = CaseFiles::read(case, output)?.deposits(case, &args.typed(), output)?;
    let list = found.list();
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
    if let Some(said) = left_out_words(found.reading.rejects.iter()) {
        output.note(&format!("not complete: {said}"));
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Complete)
}
