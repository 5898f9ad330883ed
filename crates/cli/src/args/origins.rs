//! `dyetrace source` and `dyetrace screen`, which ask where money came from: their options.

use super::{CaseArgs, ReadingArgs, thread_count};
use std::path::PathBuf;

/// How money is followed, and whose counts as an origin: the same for commands that ask where money came from.
#[derive(Debug, clap::Args)]
pub(crate) struct OriginArgs {
    /// By this rule: fifo, lifo, prorata, libr, taint_first or poison [default: the case's, else libr]
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Option<String>,
    /// Categories of labels whose holders are origins, or `none`
    /// [default: sanctioned,theft,mixer,gambling,bridge,service,payment,exchange,miner]
    #[arg(long, value_name = "CATEGORY,…")]
    pub(crate) origins: Option<String>,
    /// Categories of accounts at which money is not followed further, as for `trace`
    #[arg(long, value_name = "CATEGORY,…")]
    pub(crate) stop: Option<String>,
    /// The ledger ends here, inclusive: a time, or `block:N`
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Do not follow money through exchanges in one transaction
    #[arg(long)]
    pub(crate) no_swaps: bool,
    /// Follow money through accounts that only their sweeps make deposit accounts
    #[arg(long)]
    pub(crate) no_detected_deposits: bool,
    /// Leave bad rows out, say so, and end with code 2
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// How many threads [default: all processors]; the answer is the same with any number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
}

const SCREEN_USAGE: &str = "dyetrace screen CASE.toml --addresses FILE [OPTIONS]
       dyetrace screen --transfers FILE… --addresses FILE [--theft ID=ADDRESS[@SINCE]]… [--labels FILE…] [OPTIONS]";

const SCREEN_EXAMPLE: &str = "Examples:
  dyetrace screen case.toml --addresses customers.txt --out screened.csv
  dyetrace screen --transfers case.dye --labels labels.csv --addresses customers.txt \\
      --origins mixer,sanctioned --flag-direct theft=0% --flag-indirect theft=10% --flag-indirect mixer=1%

Rows are CSV: what each address received of each theft and each category of labelled holders, directly and over others. A
threshold is met by more than its share of what arrived; `met` names those that are. One without a group holds for each group
by itself, exchanges too. Thefts are followed as `trace`
does; labelled holders apart from them: the two are not to be added up.";

#[derive(Debug, clap::Args)]
#[command(after_help = SCREEN_EXAMPLE, override_usage = SCREEN_USAGE)]
pub(crate) struct ScreenArgs {
    #[command(flatten)]
    pub(crate) case: CaseArgs,
    /// The addresses: one a line, or `ADDRESS,CHAIN`; `-` is standard input
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) addresses: PathBuf,
    /// Name what came directly from a group where it is more than this share of what arrived: `5%`, or of one group
    /// alone, `theft=0%`, `mixer=1%`; again for further ones
    #[arg(long, value_name = "[GROUP=]PERCENT")]
    pub(crate) flag_direct: Vec<String>,
    /// The same for what came over others, or was got in exchanges
    #[arg(long, value_name = "[GROUP=]PERCENT")]
    pub(crate) flag_indirect: Vec<String>,
    #[command(flatten)]
    pub(crate) run: OriginArgs,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Write the rows into this file; an existing one is replaced only if it is such a table. `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

const SOURCE_USAGE: &str = "dyetrace source CASE.toml ADDRESS [OPTIONS]
       dyetrace source ADDRESS --transfers FILE… [--theft ID=ADDRESS[@SINCE]]… [--labels FILE…] [OPTIONS]";

const SOURCE_EXAMPLE: &str = "Examples:
  dyetrace source case.toml 0x7e9658f374e65df22c32706c10951b088dee5184
  dyetrace source case.toml ethereum:0x7e9658f374e65df22c32706c10951b088dee5184 --asset native --rule fifo --json
  dyetrace source 0x7e9658f374e65df22c32706c10951b088dee5184 --transfers case.dye --labels labels.csv \\
      --theft T=0x… --transaction 0x…

The figures are those of `dyetrace trace`, read at the receiver: by the same rule, to the last base unit. Labelled
holders are asked about apart from thefts: what an exchange pays out is its own, whatever came to it.";

#[derive(Debug, clap::Args)]
#[command(after_help = SOURCE_EXAMPLE, override_usage = SOURCE_USAGE)]
pub(crate) struct SourceArgs {
    /// The case file, unless `--transfers` is given, and the account: an address, or `CHAIN:ADDRESS`
    #[arg(value_name = "CASE.toml> <ADDRESS", num_args = 1..=2, required = true)]
    pub(crate) words: Vec<String>,
    /// Files or folders of transfers; `-` is standard input
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) transfers: Vec<PathBuf>,
    /// Files of labels; `ofac=FILE` for a list of addresses of one kind
    #[arg(long, value_name = "[NAME=]FILE", num_args = 1..)]
    pub(crate) labels: Vec<String>,
    /// The log of the analyst's decisions
    #[arg(long, value_name = "FILE")]
    pub(crate) decisions: Option<PathBuf>,
    /// A theft and one of its seeds, as for `trace`; again for further seeds
    #[arg(long = "theft", value_name = "ID=SEED")]
    pub(crate) thefts: Vec<String>,
    /// Only this asset: `native`, a contract, or either with its chain before a colon
    #[arg(long, value_name = "ASSET")]
    pub(crate) asset: Option<String>,
    /// Also what came by this transaction: a deposit
    #[arg(long, value_name = "HASH")]
    pub(crate) transaction: Option<String>,
    #[command(flatten)]
    pub(crate) run: OriginArgs,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Print the answer as JSON, with all routes
    #[arg(long)]
    pub(crate) json: bool,
}
