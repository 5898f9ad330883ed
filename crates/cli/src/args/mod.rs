//! What was typed. Nothing is computed here.

mod decide;
mod deposits;
mod files;
mod mixers;
mod origins;
mod results;
mod simulate;
mod trace;

pub(crate) use decide::{DecideArgs, DecideCommand};
pub(crate) use deposits::DepositsArgs;
pub(crate) use files::{CheckArgs, IngestArgs};
pub(crate) use mixers::MixersArgs;
pub(crate) use origins::{OriginArgs, ScreenArgs, SourceArgs};
pub(crate) use results::{DiffArgs, ExplainArgs, VerifyArgs};
pub(crate) use simulate::{ScoreArgs, SimulateArgs, SimulateCommand, SimulateFormat};
pub(crate) use trace::TraceArgs;

use clap::builder::RangedI64ValueParser;
use clap::{Parser, Subcommand};
use dyetrace_run::MOST_THREADS;
use dyetrace_run::bounds::CENTURY;
use std::path::PathBuf;

/// Follows stolen money to the accounts where it can still be stopped
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLE)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLE: &str = "Example:
  dyetrace trace sample-data/harmony/case.toml --out out/harmony

Exit codes: 0 complete; 1 nothing produced; 2 a result that is not complete, with what is missing said.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Trace thefts to the accounts where the money can still be stopped
    Trace(Box<TraceArgs>),
    /// Say what a file is, what is wrong with it, and whether it can be trusted for a trace
    Check(CheckArgs),
    /// Add a decision to the log of a case: a label, an account at which to stop, a link
    Decide(Box<DecideArgs>),
    /// List exchange deposit addresses, labelled or found by their sweeps
    Deposits(Box<DepositsArgs>),
    /// Say what is new between two results: what arrived, moved, was swept, grew, shrank, can be stopped now
    Diff(DiffArgs),
    /// Explain the figure of one account of a result: what came, what went, what rests, and on what routes
    Explain(ExplainArgs),
    /// Put files into a snapshot, which opens at once; further files are added to it
    Ingest(IngestArgs),
    /// Look at mixer pools: what went in, what came out, and what can be said about which is which, beside chance
    Mixers(Box<MixersArgs>),
    /// Say what came to many addresses from thefts and from labelled holders, directly and over others
    Screen(Box<ScreenArgs>),
    /// Make up a theft with known truth, of any size, and tell how right a trace of it is
    Simulate(SimulateArgs),
    /// Say where an account's money came from: which theft, which labelled holder, and on what routes
    Source(Box<SourceArgs>),
    /// Derive every total of a result again from its evidence, and compare its files with their hashes
    Verify(VerifyArgs),
}

/// How many threads may be asked for.
fn thread_count() -> RangedI64ValueParser<u16> {
    RangedI64ValueParser::new().range(1..=i64::from(MOST_THREADS))
}

impl Args {
    /// How many threads were asked for; `None` for all processors.
    pub(crate) fn threads(&self) -> Option<usize> {
        let threads = match &self.command {
            Command::Trace(args) => args.threads,
            Command::Check(args) => args.threads,
            Command::Deposits(args) => args.threads,
            Command::Ingest(args) => args.threads,
            Command::Mixers(args) => args.threads,
            Command::Screen(args) => args.run.threads,
            Command::Source(args) => args.run.threads,
            Command::Decide(_)
            | Command::Diff(_)
            | Command::Explain(_)
            | Command::Simulate(_)
            | Command::Verify(_) => None,
        };
        threads.map(usize::from)
    }
}

/// How files of transfers are read: the same for every command that reads them.
#[derive(Debug, clap::Args)]
pub(crate) struct ReadingArgs {
    /// The chain of rows that name none [default: ethereum, or the one of the coin in the header]
    #[arg(long, value_name = "NAME")]
    pub(crate) chain: Option<String>,
    /// Read files whose header is not known: our column and its name in the file, `from_address=sender`;
    /// again for further columns
    #[arg(long = "map", value_name = "COLUMN=NAME")]
    pub(crate) maps: Vec<String>,
    /// Take amounts that somebody rounded (`1.99e+19`) as they are written, and say so
    #[arg(long)]
    pub(crate) inexact: bool,
    /// Files of symbols and decimals: `chain,contract,symbol,decimals`
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) tokens: Vec<PathBuf>,
}

/// What a case is made of: the same for every command on one.
#[derive(Debug, clap::Args)]
pub(crate) struct CaseArgs {
    /// The case file: inputs, labels, thefts and options in one
    #[arg(value_name = "CASE.toml", required_unless_present = "transfers")]
    pub(crate) case: Option<PathBuf>,
    /// Files or folders of transfers; `-` is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "case")]
    pub(crate) transfers: Vec<PathBuf>,
    /// Files of labels; `ofac=FILE` for a list of addresses of one kind
    #[arg(long, value_name = "[NAME=]FILE", num_args = 1..)]
    pub(crate) labels: Vec<String>,
    /// The log of the analyst's decisions, in place of the one that the case file names (`dyetrace decide`)
    #[arg(long, value_name = "FILE")]
    pub(crate) decisions: Option<PathBuf>,
    /// A theft and one of its seeds: `ID=ADDRESS`, `ID=ADDRESS@2022-06-23T11:06:00Z`,
    /// `ID=ADDRESS@block:15010000` or `ID=tx:HASH`; again for further seeds
    #[arg(long = "theft", value_name = "ID=SEED")]
    pub(crate) thefts: Vec<String>,
}

/// A time of a second or more, and a century at most.
fn seconds() -> RangedI64ValueParser<i64> {
    RangedI64ValueParser::new().range(1..=CENTURY)
}

/// A share from here on.
fn percent(least: i64) -> RangedI64ValueParser<u32> {
    RangedI64ValueParser::new().range(least..=100)
}
