//! `dyetrace explain`, `dyetrace diff` and `dyetrace verify`, which ask a result: their options.

use std::path::PathBuf;

const EXPLAIN_EXAMPLE: &str = "Examples:
  dyetrace explain result 0x7e9658f374e65df22c32706c10951b088dee5184
  dyetrace explain result R2 --routes 5 --svg r2.svg
  dyetrace explain result 0x7e9658f374e65df22c32706c10951b088dee5184 --rule fifo --json

Only the folder is read; its files are compared with their hashes first. Exit codes: 0 explained; 1 the account is
not in the result, or the folder is none, or damaged.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN_EXAMPLE)]
pub(crate) struct ExplainArgs {
    /// The folder that `dyetrace trace --out` wrote
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The account, or the id of a route in freezable.csv
    #[arg(value_name = "ADDRESS")]
    pub(crate) of: String,
    /// Only on this chain
    #[arg(long, value_name = "NAME")]
    pub(crate) chain: Option<String>,
    /// Only this asset: `native`, a contract, or either with its chain before a colon
    #[arg(long, value_name = "ASSET")]
    pub(crate) asset: Option<String>,
    /// Only this theft
    #[arg(long, value_name = "ID")]
    pub(crate) theft: Option<String>,
    /// By this rule, one of those that the result has [default: the run's; where that gives nothing, the next]
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Option<String>,
    /// How many routes are shown for each asset
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) routes: usize,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw it into this file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

const DIFF_EXAMPLE: &str = "Examples:
  dyetrace diff monday tuesday
  dyetrace diff monday tuesday --json --exit-code

Both folders are read, nothing else; their tables are compared with their hashes first. Exit codes: 0 compared; 1 a
folder is no result, or damaged; with --exit-code 3 if anything is new. A file more that changes nothing is not new.";

#[derive(Debug, clap::Args)]
#[command(after_help = DIFF_EXAMPLE)]
pub(crate) struct DiffArgs {
    /// The earlier result: a folder that `dyetrace trace --out` wrote
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// The later one
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
    /// Compare amounts by this rule, which both results have [default: the later run's; where the earlier one lacks
    /// it, the first that both have]
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Option<String>,
    /// End with code 3 if anything is new
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

const VERIFY_EXAMPLE: &str = "Examples:
  dyetrace verify result
  dyetrace verify result --sha256 26526c4133b614bd21e17d023559dd4eccc862b53988c1de59a70fc4a38e9e39

Exit codes: 0 the result holds; 1 it does not, or cannot be read. What is found is damage and inconsistency, not
forgery: against that, keep the SHA-256 of the manifest that a trace prints, and give it here.";

#[derive(Debug, clap::Args)]
#[command(after_help = VERIFY_EXAMPLE)]
pub(crate) struct VerifyArgs {
    /// The folder that `dyetrace trace --out` wrote
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The SHA-256 of `manifest.json` that was kept elsewhere
    #[arg(long, value_name = "HASH")]
    pub(crate) sha256: Option<String>,
    /// Print the verdict as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
