//! `dyetrace`: follows stolen money to the accounts where it can still be stopped.
//!
//! `args` holds what was typed, one file a command does the work, `output` is the only file that prints.

mod args;
mod check;
mod decide;
mod deposits;
mod diff;
mod exit;
mod explain;
mod ingest;
mod mixers;
mod output;
mod screen;
mod simulate;
mod source;
mod trace;
mod typed;
mod verify;

use args::{Args, Command};
use clap::Parser;
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(stop) => return Output::usage(&stop),
    };
    let output = Output::new();
    let done = exit::with_threads(args.threads(), || match &args.command {
        Command::Trace(args) => trace::run(args, &output),
        Command::Check(args) => check::run(args, &output),
        Command::Decide(args) => decide::run(args, &output),
        Command::Deposits(args) => deposits::run(args, &output),
        Command::Diff(args) => diff::run(args, &output),
        Command::Explain(args) => explain::run(args, &output),
        Command::Ingest(args) => ingest::run(args, &output),
        Command::Mixers(args) => mixers::run(args, &output),
        Command::Screen(args) => screen::run(args, &output),
        Command::Simulate(args) => simulate::run(args, &output),
        Command::Source(args) => source::run(args, &output),
        Command::Verify(args) => verify::run(args, &output),
    });
    match done {
        Ok(exit) => exit.into(),
        Err(error) => output.error(&error),
    }
}
