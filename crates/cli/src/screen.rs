//! `dyetrace screen`: many addresses → what came to each from thefts and labelled holders.

use crate::args::ScreenArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::Result;
use dyetrace_ingest::{AskedAddresses, FileSpec, read_addresses};
use dyetrace_report::Screening;
use dyetrace_run::CaseFiles;
use dyetrace_run::damage::blame_damage;
use dyetrace_run::plan::keep_inputs;
use dyetrace_run::put;
use dyetrace_run::screen::{address_notes, keep_addresses};
use std::io::BufWriter;
use std::path::Path;

/// Runs the command.
pub(crate) fn run(args: &ScreenArgs, output: &Output) -> Result<Exit> {
    let typed = args.typed();
    let asked = typed.lay()?;
    let file = args.out.as_deref().filter(|out| *out != Path::new("-"));
    if let Some(out) = file {
        keep_inputs(&typed.case, &asked.case, out)?;
        put::may_replace(out, "table of a screening", Screening::is_csv)?;
        keep_addresses(&args.addresses, out)?;
    }
    let addresses = addresses(&args.addresses, output)?;
    let inputs = asked.case.inputs.iter().map(|input| &input.file);
    let screened = blame_damage(inputs, output, || {
        CaseFiles::read(&asked.case, output)?.screen(&asked, addresses.addresses, output)
    })?;
    let rows = screened.rows();
    match file {
        Some(out) => put::whole(out, |file| rows.write(BufWriter::new(file)))?,
        None => {
            let mut csv = Vec::new();
            rows.write(&mut csv)?;
            output.data(&String::from_utf8_lossy(&csv))?;
        }
    }
    output.note(&screened.said(&rows));
    let missing = screened.missing();
    missing.iter().for_each(|why| output.note(&format!("not complete: {why}")));
    Ok(if missing.is_empty() { Exit::Complete } else { Exit::Incomplete })
}

fn addresses(file: &Path, output: &Output) -> Result<AskedAddresses> {
    let spec = FileSpec::typed(file);
    let asked = read_addresses(&spec)?;
    address_notes(&asked, &spec.name).iter().for_each(|note| output.note(note));
    Ok(asked)
}
