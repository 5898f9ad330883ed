//! What was typed. Nothing is computed here.

use clap::builder::RangedI64ValueParser;
use clap::{Parser, Subcommand, ValueEnum};
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

/// How many threads may be asked for. More would only cost the machine their stacks.
fn thread_count() -> RangedI64ValueParser<u16> {
    RangedI64ValueParser::new().range(1..=1024)
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
    #[arg(long, value_name = "SECONDS")]
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
    /// How many windows of chance are looked at for each real one [default: 1]
    #[arg(long, value_name = "N")]
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

/// A time of a second or more, and less than a century.
fn seconds() -> RangedI64ValueParser<i64> {
    RangedI64ValueParser::new().range(1..=3_155_760_000)
}

/// A share from here on.
fn percent(least: i64) -> RangedI64ValueParser<u32> {
    RangedI64ValueParser::new().range(least..=100)
}

const CHECK_EXAMPLE: &str = "Example:
  dyetrace check transfers.csv

Every bad row is counted, and the first ones are shown. With bad rows the exit code is 2. The last line says
whether the files are good for a trace.";

#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLE)]
pub(crate) struct CheckArgs {
    /// Files or folders of transfers or labels; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads [default: all processors]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
}

const INGEST_EXAMPLE: &str = "Examples:
  dyetrace ingest token_transfers.csv blocks.csv --out june.dye
  dyetrace ingest july/token_transfers.csv july/blocks.csv --out june.dye
  dyetrace trace --transfers june.dye --theft THEFT=0x… --out result

A snapshot that is there is added to: it then holds what reading all its files at once gives. Whatever happens,
the old one stays whole until the new one is. `dyetrace check june.dye` compares its checksums; a trace does not.
Exit codes: 0 complete; 1 nothing written; 2 written, with bad rows left out.";

#[derive(Debug, clap::Args)]
#[command(after_help = INGEST_EXAMPLE)]
pub(crate) struct IngestArgs {
    /// Files or folders of transfers; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The snapshot to write, or to add to
    #[arg(long, value_name = "NAME.dye")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Leave bad rows out, list them in the snapshot, and end with code 2
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// Do not compute the SHA-256 of the files: faster, but a manifest then cannot name what a trace rests on
    #[arg(long)]
    pub(crate) without_sha256: bool,
    /// Print what the snapshot holds as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads [default: all processors]; the snapshot is the same with any number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
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
      --origins mixer,sanctioned --flag-direct 0% --flag-indirect 10% --flag-indirect mixer=1%

Rows are CSV: what each address received of each theft and each category of labelled holders, directly and over others. A
threshold is met by more than its share of what arrived; `met` names those that are. Thefts are followed as `trace`
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

const SIMULATE_EXAMPLE: &str = "Examples:
  dyetrace simulate --preset smurf --size 100000 --seed 7 --out sim
  dyetrace trace sim/case.toml --out result
  dyetrace simulate score result sim
  dyetrace simulate preset smurf > mine.toml; dyetrace simulate --parameters mine.toml --out sim

Presets: small, smurf, peel, harmony, ronin, bybit, clean. The same parameters, size and seed give the same bytes
on every machine. `truth/` in the folder is what the score is computed from: a trace does not read it.";

const SIMULATE_USAGE: &str = "dyetrace simulate [OPTIONS] --out DIR
       dyetrace simulate score RESULT SIMULATION [--json]
       dyetrace simulate preset NAME";

#[derive(Debug, clap::Args)]
#[command(after_help = SIMULATE_EXAMPLE, override_usage = SIMULATE_USAGE, args_conflicts_with_subcommands = true)]
pub(crate) struct SimulateArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SimulateCommand>,
    /// A world by name
    #[arg(long, value_name = "NAME", default_value = "small")]
    pub(crate) preset: String,
    /// A file of parameters in place of a preset; `dyetrace simulate preset NAME` prints one to begin with
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    pub(crate) parameters: Option<PathBuf>,
    /// About how many transfers, from 1000 to 4000000000
    #[arg(long, value_name = "N", default_value_t = 100_000, allow_negative_numbers = true)]
    pub(crate) size: u64,
    /// Which of the worlds of this kind
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub(crate) seed: u64,
    /// The form of the transfers
    #[arg(long, value_enum, default_value = "csv")]
    pub(crate) format: SimulateFormat,
    /// Transfers of tokens on ethereum alone; a snapshot of any size is then written without keeping its rows
    #[arg(long)]
    pub(crate) tokens_only: bool,
    /// How many thousandths of the deposit accounts bear a label, in place of the parameters' figure
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=1000))]
    pub(crate) deposit_labels: Option<u64>,
    /// Write into this folder; an existing one is replaced only if it is a simulation
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print what was made as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The form of simulated transfers.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SimulateFormat {
    /// dyetrace's own CSV
    Csv,
    /// The files of ethereum-etl, a folder a chain
    EthereumEtl,
    /// A snapshot
    Snapshot,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimulateCommand {
    /// Tell how right the trace of a simulation is
    Score(ScoreArgs),
    /// Print the parameters of a preset
    Preset {
        /// Its name
        name: String,
    },
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  dyetrace simulate score result sim --deposits deposits.csv --json")]
pub(crate) struct ScoreArgs {
    /// The folder that `dyetrace trace --out` wrote
    pub(crate) result: PathBuf,
    /// The folder that `dyetrace simulate --out` wrote
    pub(crate) simulation: PathBuf,
    /// The list that `dyetrace deposits --out FILE` wrote of the simulation's case
    #[arg(long, value_name = "FILE")]
    pub(crate) deposits: Option<PathBuf>,
    /// Print the score as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
