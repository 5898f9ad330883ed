//! `dyetrace trace`: its options.

use super::{CaseArgs, ReadingArgs, thread_count};
use std::path::PathBuf;

const TRACE_USAGE: &str = "dyetrace trace CASE.toml [OPTIONS]
       dyetrace trace --transfers FILE… --theft ID=ADDRESS[@SINCE] [OPTIONS]";

const TRACE_EXAMPLE: &str = "Examples:
  dyetrace trace case.toml --out result
  dyetrace trace --transfers transfers.csv --labels labels.csv \\
      --theft HARMONY=0x0d043128146654c7683fbf30ac98d7b2285ded00@2022-06-23T11:06:00Z --out result
  dyetrace trace case.toml --rule fifo --compare lifo,prorata --out result-fifo

The answer is printed; with --out all tables are written too. A typed option wins over the case file;
a typed theft or file of labels is added to it.";

#[derive(Debug, clap::Args)]
#[command(after_help = TRACE_EXAMPLE, override_usage = TRACE_USAGE)]
pub(crate) struct TraceArgs {
    #[command(flatten)]
    pub(crate) case: CaseArgs,
    /// The one rule of this run: fifo, lifo, prorata, libr, taint_first or poison [default: libr]
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Option<String>,
    /// Further rules shown beside it, or `none` [default: fifo,lifo,prorata,libr,taint_first]
    #[arg(long, value_name = "RULE,RULE")]
    pub(crate) compare: Option<String>,
    /// Categories of accounts at which the trace stops, in place of all these, or `none`
    /// [default: exchange,exchange_deposit,mixer,bridge,payment,gambling,service,burn,dex,defi,token]
    #[arg(long, value_name = "CATEGORY,…")]
    pub(crate) stop: Option<String>,
    /// Follow money through accounts that only their sweeps make deposit accounts (`dyetrace deposits`)
    #[arg(long)]
    pub(crate) no_detected_deposits: bool,
    /// An unnamed account in more transfers than this is a hub, and stops [default: 10000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) hub_transfers: Option<u64>,
    /// Do not follow purses this many transfers away, or more
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) max_hops: Option<u32>,
    /// End the ledger here, inclusive: `2022-07-08T00:00:00Z` or `block:15070545`
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Transfers of an asset below this many base units are dust, not followed: `native=1000`
    #[arg(long = "min-amount", value_name = "ASSET=N")]
    pub(crate) min_amounts: Vec<String>,
    /// Take counterfeit and spam tokens that reach a seed for stolen, too
    #[arg(long)]
    pub(crate) follow_noise: bool,
    /// Do not follow taint into what an account gets for it in the same transaction
    #[arg(long)]
    pub(crate) no_swaps: bool,
    /// Files of links between transactions, `source_transaction,destination_transaction,method,confidence`: taint goes on over them
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) links: Vec<PathBuf>,
    /// Follow links, and pairs found at bridges, of at least this confidence [default: 0.9]
    #[arg(long, value_name = "0…1", allow_negative_numbers = true)]
    pub(crate) link_confidence: Option<String>,
    /// Do not look for the other sides of bridges
    #[arg(long)]
    pub(crate) no_bridges: bool,
    /// What taint does at a mixer: `stop` there; go on as `expected`, each exit with the share of taint that is there
    /// (`expected_bound`: also where the data lack part of a pool's history); or over `links` from notes to exits that are
    /// likely enough. Everything behind one is INFERRED (`dyetrace mixers`) [default: stop]
    #[arg(long, value_name = "MODE")]
    pub(crate) mixers: Option<String>,
    /// The least probability of such a link, such as 0.9
    #[arg(long, value_name = "0…1", allow_negative_numbers = true)]
    pub(crate) mixer_probability: Option<String>,
    /// Files of issuers that can stop an address, beside the built-in table
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) issuers: Vec<PathBuf>,
    /// Files of prices, `time,asset,usd`, such as `2022-06-24T00:00:00Z,ethereum:native,1143.6`: amounts are then shown
    /// in dollars of their time, too
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) prices: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Leave bad rows out, list them in rejects.csv, and end with code 2
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// Write all tables into this folder; an existing one is replaced only if it is a result of ours
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Leave out `graph.graphml`, `graph.json` and `graph.dot`
    #[arg(long)]
    pub(crate) no_graph: bool,
    /// Keep the state of the trace in this file, and go on from the one that is there: with more transfers only
    /// these are traced, and the answer is that of a trace of everything
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads [default: all processors]; the answer is the same with any number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
}
