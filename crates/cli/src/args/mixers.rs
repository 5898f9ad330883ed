//! `dyetrace mixers`: its options.

use super::{ReadingArgs, percent, seconds, thread_count};
use clap::builder::RangedI64ValueParser;
use dyetrace_run::bounds::DECOYS;
use std::path::PathBuf;

const MIXERS_USAGE: &str = "dyetrace mixers CASE.toml [OPTIONS]
       dyetrace mixers --transfers FILE… [--pool-events POOL=FILE…] [OPTIONS]
       dyetrace mixers --pool-events POOL=FILE… --known-exit ADDRESS [OPTIONS]";

const MIXERS_EXAMPLE: &str = "Examples:
  dyetrace mixers case.toml --out mixers
  dyetrace mixers --pool-events ethereum:eth_100=deposits.csv ethereum:eth_100=withdrawals.csv \\
      --known-exit 0x3c0e0509296555e26e4bfcea0294687b8f49cbb2 --out mixers

Each rule is tried beside windows in which it can only find chance; a rule that does no better counts for nothing, and
the answer says so. A group of exits is a set of candidates. Nothing here says where money is.";

#[derive(Debug, clap::Args)]
#[command(after_help = MIXERS_EXAMPLE, override_usage = MIXERS_USAGE)]
pub(crate) struct MixersArgs {
    /// The case file: transfers, labels, thefts, event files and known exits in one
    #[arg(value_name = "CASE.toml")]
    pub(crate) case: Option<PathBuf>,
    /// Files or folders of transfers; `-` is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "case")]
    pub(crate) transfers: Vec<PathBuf>,
    /// Files of labels; `ofac=FILE` for a list of addresses of one kind
    #[arg(long, value_name = "[NAME=]FILE", num_args = 1..)]
    pub(crate) labels: Vec<String>,
    /// The log of the analyst's decisions
    #[arg(long, value_name = "FILE")]
    pub(crate) decisions: Option<PathBuf>,
    /// A theft and one of its seeds, as `dyetrace trace` takes them: its notes are told apart
    #[arg(long = "theft", value_name = "ID=SEED")]
    pub(crate) thefts: Vec<String>,
    /// Event files of a pool: its deposits, or its withdrawals; pools are named `ethereum:eth_100` or by address
    #[arg(long, value_name = "POOL=FILE", num_args = 1..)]
    pub(crate) pool_events: Vec<String>,
    /// How many notes lay in a pool before its event files begin
    #[arg(long, value_name = "POOL=NOTES", num_args = 1..)]
    pub(crate) outstanding: Vec<String>,
    /// An address that is known to have drawn for the thief: groups begin at it; again for further ones
    #[arg(long = "known-exit", value_name = "ADDRESS", num_args = 1..)]
    pub(crate) known_exits: Vec<String>,
    /// Notes of one depositor further apart than this stand by themselves, in seconds [default: 86400]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub(crate) voucher_gap: Option<i64>,
    /// How long after the last note an early exit comes, in seconds [default: 259200]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub(crate) window: Option<i64>,
    /// How long after it a late one comes, in seconds [default: 2592000]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub(crate) late_window: Option<i64>,
    /// In how many pools a profile must agree [default: 2]
    #[arg(long, value_name = "N")]
    pub(crate) profile_pools: Option<usize>,
    /// How many notes a profile must have [default: 10]
    #[arg(long, value_name = "N")]
    pub(crate) profile_notes: Option<usize>,
    /// How many windows of chance are looked at for each real one, 1000 at most [default: 1]
    #[arg(long, value_name = "N", value_parser = RangedI64ValueParser::<u32>::new().range(1..=DECOYS))]
    pub(crate) decoys: Option<u32>,
    /// From how many finds on these data decide what a rule is worth, and not what was published [default: 5]
    #[arg(long, value_name = "N")]
    pub(crate) least_leads: Option<u64>,
    /// An account in so many transfers, or more, is nobody's counterparty [default: the case's, else 10000]
    #[arg(long, value_name = "N")]
    pub(crate) hub_transfers: Option<u64>,
    /// An account in so many transfers, or more, is nobody's funder [default: 200]
    #[arg(long, value_name = "N")]
    pub(crate) funder_transfers: Option<u64>,
    /// How near to each other two exits of a group are, in seconds [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds())]
    pub(crate) group_window: Option<i64>,
    /// How often two recipients of a group must draw so near [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) group_joins: Option<u64>,
    /// And in which part of the exits of whoever has more, in percent [default: 50]
    #[arg(long, value_name = "PERCENT", value_parser = percent(0))]
    pub(crate) group_share: Option<u32>,
    /// How many recipients a group has at least [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) group_members: Option<usize>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Leave bad rows out, say so, and end with code 2
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// Write all tables into this folder; an existing one is replaced only if it is a result of ours
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads [default: all processors]; the answer is the same with any number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
}
