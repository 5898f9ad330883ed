//! What a report is made of: a trace over a ledger, and the facts of the run around it.
//!
//! The tables of tokens and issuers and the facts are filled by the caller, which has read the files.

use crate::price::Prices;
use dyetrace_core::attribution::Noise;
use dyetrace_core::attribution::deposits::{DepositOptions, Deposits};
use dyetrace_core::decision::NO_LINE;
use dyetrace_core::links::Link;
use dyetrace_core::links::bridges::{BridgeOptions, Bridges};
use dyetrace_core::trace::{Theft, Trace, TraceOptions};
use dyetrace_core::{AssetId, Decision, Labels, Ledger, OwnAccount, Status};
use std::collections::BTreeMap;

/// Everything a report needs. Nothing in it is changed.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// All transfers read.
    pub ledger: &'a Ledger,
    /// What is known about accounts.
    pub labels: &'a Labels,
    /// Where the money went.
    pub trace: &'a Trace,
    /// Symbols and decimals.
    pub tokens: &'a Tokens,
    /// Who can stop which asset.
    pub issuers: &'a Issuers,
    /// What assets were worth, and when; none where nobody gave a price.
    pub prices: &'a Prices,
    /// What was run, on what.
    pub facts: &'a RunFacts,
}

/// How an asset is shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its ticker, such as `USDT`. For display alone: an asset is its contract.
    pub symbol: String,
    /// How many of an amount's last digits are behind the point.
    pub decimals: u8,
}

/// Symbols and decimals of assets. An asset without them is shown in base units.
#[derive(Clone, Debug, Default)]
pub struct Tokens(BTreeMap<AssetId, Token>);

impl Tokens {
    /// Says how an asset is shown.
    pub fn insert(&mut self, asset: AssetId, token: Token) {
        self.0.insert(asset, token);
    }

    /// How an asset is shown, if that is known.
    #[must_use]
    pub fn get(&self, asset: AssetId) -> Option<&Token> {
        self.0.get(&asset)
    }
}

/// Who issues a token, and what they can do about one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Who issues it, such as `Tether`.
    pub issuer: String,
    /// How they can stop an address, such as `blacklist`.
    pub control: String,
    /// The contract's function that tells whether an address is stopped; empty if there is none.
    pub status_function: String,
    /// How the balance of a stopped address can be taken back; empty if it cannot.
    pub wipe: String,
    /// What the issuer wants to see before it acts; empty if not known.
    pub legal_threshold: String,
    /// When this was true, `YYYY-MM`.
    pub as_of: String,
    /// How the issuer is asked; empty if not known.
    pub channel: String,
    /// Where all this is from; empty if not told.
    pub source: String,
    /// Whether the issuer can stop a single address at all.
    pub has_control: bool,
}

/// Issuer control by asset, that is by chain and contract; never by ticker.
#[derive(Clone, Debug, Default)]
pub struct Issuers(BTreeMap<AssetId, Issuer>);

impl Issuers {
    /// Says who issues an asset.
    pub fn insert(&mut self, asset: AssetId, issuer: Issuer) {
        self.0.insert(asset, issuer);
    }

    /// The issuer that can stop single addresses of this asset, if there is one.
    #[must_use]
    pub fn in_control(&self, asset: AssetId) -> Option<&Issuer> {
        self.0.get(&asset).filter(|issuer| issuer.has_control)
    }
}

/// An input or label file, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Its name, without the folders before it.
    pub name: String,
    /// Its SHA-256, in hex; empty if nobody computed it.
    pub sha256: String,
    /// Its size, in bytes.
    pub bytes: u64,
    /// How many rows it holds.
    pub rows: u64,
    /// How it was read, such as `etherscan`.
    pub dialect: String,
    /// The least block number in it.
    pub first_block: Option<u64>,
    /// The greatest block number in it.
    pub last_block: Option<u64>,
    /// The earliest time in it, in Unix seconds.
    pub first_time: Option<i64>,
    /// The latest time in it, in Unix seconds.
    pub last_time: Option<i64>,
}

/// The snapshot in which the transfers stood, or the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotFacts {
    /// Its name, without the folders before it.
    pub name: String,
    /// Its size, in bytes.
    pub bytes: u64,
    /// The SHA-256, in hex, of its list of columns and their checksums.
    pub seal: String,
    /// How many files it was made of: the first ones of the inputs.
    pub files: usize,
}

/// An input row that was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reject {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The column; empty if it is the row as a whole.
    pub column: String,
    /// What stands there.
    pub seen: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Something that is not known or not sure: a row of `limitations.csv`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limitation {
    /// What kind of thing, in one word.
    pub kind: String,
    /// What it is about: a file, an account, a theft.
    pub subject: String,
    /// In plain words.
    pub detail: String,
}

/// The decisions that the trace rests on, in the order of their log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionFacts {
    /// The log, as it was read.
    pub file: FileFacts,
    /// Each with the SHA-256 of its line, in hex.
    pub rows: Vec<(Decision, String)>,
}

impl DecisionFacts {
    /// The hash of the last line: it stands for the whole log.
    #[must_use]
    pub fn head(&self) -> &str {
        self.rows.last().map_or(NO_LINE, |(_, hash)| hash)
    }
}

/// Who stated a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkOrigin {
    /// A file, and the line.
    File(String),
    /// The decision of this number.
    Decision(u64),
    /// The rules for mixers of these names.
    Rules(String),
}

/// A stated link, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedRow {
    /// The link, or why it is not in the data.
    pub link: Result<Link, String>,
    /// How sure its author is, in millionths.
    pub confidence: u32,
    /// Among the links of the options; `None` where it is not followed.
    pub index: Option<usize>,
    /// Who stated it.
    pub origin: LinkOrigin,
    /// Who, when and why, in their words: data.
    pub told_by: String,
}

/// The links of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkFacts {
    /// The files of links, as they were read.
    pub files: Vec<FileFacts>,
    /// In the order in which they were stated.
    pub stated: Vec<StatedRow>,
    /// What was found at bridges, and by what choices. `None` where nobody looked.
    pub bridges: Option<(BridgeOptions, Bridges)>,
    /// Where the pairs at bridges that are followed begin among the links of the options.
    pub first_pair: usize,
    /// Links of at least this confidence are followed, in millionths.
    pub follow: u32,
}

/// What was run, on what.
#[derive(Clone, Debug, Default)]
pub struct RunFacts {
    /// The program's version.
    pub version: String,
    /// The words of the command, the program's name first.
    pub command: Vec<String>,
    /// The name of the case; empty if it has none.
    pub case: String,
    /// The thefts, as the user stated them.
    pub thefts: Vec<Theft>,
    /// The choices of the run.
    pub options: TraceOptions,
    /// Whose accounts addresses are, as an exchange knows it.
    pub own: Vec<OwnAccount>,
    /// How addresses stood at a block, as somebody looked it up.
    pub status: Vec<Status>,
    /// The log of the analyst's decisions, if there is one.
    pub decisions: Option<DecisionFacts>,
    /// The links of the options, and others.
    pub links: LinkFacts,
    /// The deposit accounts that were found by their sweeps, and by what thresholds; those that are sure enough
    /// stand among the labels. `None` where nobody looked for them.
    pub deposits: Option<(DepositOptions, Deposits)>,
    /// The files of transfers, in the order in which they were read.
    pub inputs: Vec<FileFacts>,
    /// The snapshot that holds the first of them, if there is one.
    pub snapshot: Option<SnapshotFacts>,
    /// The files of labels, in the order in which they were read.
    pub labels: Vec<FileFacts>,
    /// What was found in the ledger that somebody made to be seen.
    pub noise: Noise,
    /// Rows left out, in the order in which they were met.
    pub rejects: Vec<Reject>,
    /// What the readers noticed, such as wrong checksums.
    pub warnings: Vec<Limitation>,
    /// When the run began, in Unix seconds.
    pub started: i64,
    /// When the trace was done, in Unix seconds.
    pub finished: i64,
}
