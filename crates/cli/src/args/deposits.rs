//! `dyetrace deposits`: its options.

use super::{CaseArgs, ReadingArgs, percent, thread_count};
use clap::builder::RangedI64ValueParser;
use dyetrace_run::bounds::CENTURY;
use std::path::PathBuf;

const DEPOSITS_USAGE: &str = "dyetrace deposits CASE.toml [OPTIONS]
       dyetrace deposits --transfers FILE… --labels FILE… [OPTIONS]";

const DEPOSITS_EXAMPLE: &str = "Examples:
  dyetrace deposits sample-data/harmony/case.toml
  dyetrace deposits --transfers transfers.csv --labels exchanges.csv --out deposits.csv

An account whose money goes on to one exchange's labelled wallet, by few customers in few transfers, is that
exchange's deposit address: INFERRED, at which a trace stops. What speaks against one makes it a LEAD. The list is
CSV, on a terminal a table; it can be given to `--labels`. Wallets that nobody has named prove nothing.";

#[derive(Debug, clap::Args)]
#[command(after_help = DEPOSITS_EXAMPLE, override_usage = DEPOSITS_USAGE)]
pub(crate) struct DepositsArgs {
    #[command(flatten)]
    pub(crate) case: CaseArgs,
    /// The least share of an account's transfers out that goes to the exchange, in percent [default: 80]
    #[arg(long, value_name = "PERCENT", value_parser = percent(1))]
    pub(crate) min_share: Option<u32>,
    /// That share is summed over so many of its most frequent receivers [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) destinations: Option<usize>,
    /// An account in so many transfers, or more, is none [default: 1000]
    #[arg(long, value_name = "N")]
    pub(crate) max_transfers: Option<u64>,
    /// The most accounts that pay into it [default: 50]
    #[arg(long, value_name = "N")]
    pub(crate) max_senders: Option<u64>,
    /// The longest time from a deposit to its sweep, in seconds [default: 38400]
    #[arg(long, value_name = "SECONDS", value_parser = RangedI64ValueParser::<i64>::new().range(0..=CENTURY))]
    pub(crate) max_delay: Option<i64>,
    /// The same in blocks, for rows without times [default: 3200]
    #[arg(long, value_name = "BLOCKS")]
    pub(crate) max_delay_blocks: Option<u64>,
    /// By how much a sweep may fall short of its deposit: `native=N` in base units, or `native=1%`
    /// [default: 0.01 of a native coin, nothing for tokens, 1% of amounts in dollars]
    #[arg(long, value_name = "ASSET=N")]
    pub(crate) max_short: Vec<String>,
    /// Of how many accounts a wallet must pay the fees to be an exchange's gas wallet [default: 50]
    #[arg(long, value_name = "N")]
    pub(crate) gas_accounts: Option<u64>,
    /// The least share of those that sweep to the one exchange, in percent [default: 80]
    #[arg(long, value_name = "PERCENT", value_parser = percent(51))]
    pub(crate) gas_share: Option<u32>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Leave bad rows out, say so, and end with code 2
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// Write the list as CSV into this file; an existing one is replaced only if it is such a list
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print the list as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads [default: all processors]; the answer is the same with any number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
}
