//! `dyetrace diff`: two result folders → what is new.

use crate::args::DiffArgs;
use crate::exit::Exit;
use crate::explain::with_hint;
use crate::output::Output;
use anyhow::Result;
use dyetrace_report::diff;

/// Runs the command.
pub(crate) fn run(args: &DiffArgs, output: &Output) -> Result<Exit> {
    let busy = output.busy("comparing");
    let changes = diff(&args.before, &args.after, args.rule.as_deref()).map_err(with_hint)?;
    busy.finish_and_clear();
    if args.json {
        output.data(&format!("{:#}\n", changes.to_json()))?;
    } else {
        output.data(&changes.to_string())?;
    }
    Ok(if args.exit_code && changes.any() { Exit::New } else { Exit::Complete })
}
