//! `dyetrace decide`: its options.

use clap::Subcommand;
use std::path::PathBuf;

const DECIDE_EXAMPLE: &str = "Examples:
  dyetrace decide decisions.jsonl --who 'A. Analyst' --why 'the exchange confirmed it by mail' \\
      label 0x7e9658f374e65df22c32706c10951b088dee5184 --category exchange_deposit --entity Huobi
  dyetrace decide decisions.jsonl --who 'A. Analyst' --why 'a shop, paid for goods' cut 0x…
  dyetrace trace case.toml --decisions decisions.jsonl --out result

The log is only ever added to: each line names the hash of the one before, so that a change to an earlier one is told.
A trace applies labels, cuts and links.";

#[derive(Debug, clap::Args)]
#[command(after_help = DECIDE_EXAMPLE)]
pub(crate) struct DecideArgs {
    /// The log; it is made if it is not there
    #[arg(value_name = "FILE")]
    pub(crate) log: PathBuf,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    pub(crate) who: String,
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// When it was decided [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) when: Option<String>,
    #[command(subcommand)]
    pub(crate) what: DecideCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DecideCommand {
    /// Say what kind of account an address is
    Label {
        /// The address
        address: String,
        /// A category of labels, such as `exchange_deposit`
        #[arg(long, value_name = "CATEGORY")]
        category: String,
        /// Who holds it
        #[arg(long, value_name = "NAME")]
        entity: Option<String>,
        /// On this chain alone
        #[arg(long, value_name = "NAME")]
        chain: Option<String>,
        /// How sure that is, 0 to 100 [default: 100]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
        confidence: Option<u8>,
    },
    /// Do not follow money that arrives at an address
    Cut {
        /// The address
        address: String,
        /// On this chain alone
        #[arg(long, value_name = "NAME")]
        chain: Option<String>,
    },
    /// Say that what went in by one transaction came out by another
    Link {
        /// The transaction by which it went in
        source: String,
        /// The transaction by which it came out
        destination: String,
    },
}
