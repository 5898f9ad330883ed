//! A case: what was read, what was stolen, and how to trace it. From `case.toml`, or typed.

mod file;
mod stated;
mod typed;

pub use file::read_case;
pub(crate) use typed::parse_address;
pub use typed::{
    merge_thefts, parse_asset, parse_confidence, parse_mapping, parse_max_short, parse_min_amount,
    parse_mixers, parse_rule, parse_rules, parse_stop, parse_theft, parse_until,
};

use crate::input::InputSpec;
use crate::labels::LabelSpec;
use crate::open::FileSpec;
use crate::pool_events::PoolEventsSpec;
use dyetrace_core::asset::AssetName;
use dyetrace_core::trace::{Theft, TraceOptions};
use dyetrace_core::{Address, Amount, OwnAccount, Status};
use std::path::PathBuf;

/// What taint does at a mixer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MixerMode {
    /// It stops.
    #[default]
    Stop,
    /// Each exit carries the share of taint that is in the pool; with `bound` also where the data lack part of its history.
    Expected {
        /// Go on where that makes the figures a bound.
        bound: bool,
    },
    /// It follows links from notes to exits that are at least as likely as this, in millionths.
    Links(u32),
}

/// What a mixer held before the data begin, as an analyst states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedPool {
    /// Its address.
    pub address: Address,
    /// Its chain; all where none is named.
    pub chain: Option<String>,
    /// What it held.
    pub asset: AssetName,
    /// How much, in base units.
    pub outstanding: Amount,
}

/// A case, as its file states it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, such as `Harmony Horizon bridge`.
    pub name: String,
    /// The folder of the case file: paths in it are relative to this.
    pub folder: PathBuf,
    /// Files of transfers.
    pub inputs: Vec<InputSpec>,
    /// Files of labels.
    pub labels: Vec<LabelSpec>,
    /// Files of symbols and decimals.
    pub tokens: Vec<FileSpec>,
    /// Files of issuers.
    pub issuers: Vec<FileSpec>,
    /// Files of prices.
    pub prices: Vec<FileSpec>,
    /// What was stolen: each id once, in the order in which they first stand.
    pub thefts: Vec<Theft>,
    /// Whose accounts addresses are, as an exchange knows it.
    pub own: Vec<OwnAccount>,
    /// How addresses stood at a block, as somebody looked it up.
    pub status: Vec<Status>,
    /// Files of links.
    pub links: Vec<FileSpec>,
    /// Look for the other sides of bridges, and follow them.
    pub bridges: bool,
    /// Links and pairs of at least this confidence are followed, in millionths.
    pub link_confidence: u32,
    /// The log of the analyst's decisions.
    pub decisions: Option<FileSpec>,
    /// Event files of mixer pools.
    pub pool_events: Vec<PoolEventsSpec>,
    /// What taint does at a mixer.
    pub mixers: MixerMode,
    /// What mixers held before the data begin.
    pub pools: Vec<StatedPool>,
    /// Exits of mixers that somebody knows to be the thief's.
    pub known_exits: Vec<Address>,
    /// How to trace.
    pub options: TraceOptions,
    /// Stop at accounts that only their sweeps make deposit accounts.
    pub detected_deposits: bool,
    /// Leave bad rows out and go on.
    pub skip_bad_rows: bool,
}
