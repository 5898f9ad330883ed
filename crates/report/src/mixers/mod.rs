//! What is known of mixers, as tables, JSON and text: pools, rules and their worth on these data, leads, exit groups.
//!
//! Nothing here says where money is: a link has a probability, a group is a set of candidates with its size. They stand
//! apart from what can be frozen.

mod candidates;
mod events;
mod json;
mod links;
mod pools;
mod rules;
mod tables;
mod text;
mod thefts;

pub use tables::MixerTableName;
pub use thefts::{TheftNotes, theft_notes};

use crate::cell::iso;
use crate::error::Error;
use crate::input::{FileFacts, Reject};
use crate::manifest::mixer_manifest;
use crate::write::folder::{Folder, WrittenFile};
use dyetrace_core::links::mixers::{
    Census, CommonEnds, DepositorCluster, ExitGroup, GroupOptions, LeadOptions, Leads, Link, Misfit,
    MixerTable, PoolHistory, Shielding, census,
};
use dyetrace_core::{Address, Amount, Labels, Ledger};
use std::collections::BTreeSet;
use std::path::Path;

/// Everything that a run on mixers found, with what it was found in.
#[derive(Clone, Copy, Debug)]
pub struct MixerReport<'a> {
    /// All transfers read; none where only event files were.
    pub ledger: &'a Ledger,
    /// What is known about accounts.
    pub labels: &'a Labels,
    /// The pools that are known.
    pub table: &'a MixerTable,
    /// What was seen of them, by the pool's number.
    pub histories: &'a [PoolHistory],
    /// What went through shielding contracts.
    pub shieldings: &'a [Shielding],
    /// Transfers of mixers that fit no rule.
    pub misfits: &'a [Misfit],
    /// Leads and the records of their rules.
    pub leads: &'a Leads,
    /// Leads put together.
    pub links: &'a [Link],
    /// Groups of exits with an anchor.
    pub groups: &'a [ExitGroup],
    /// What the members of each group have in common.
    pub common: &'a [CommonEnds],
    /// Depositors that hang together.
    pub clusters: &'a [DepositorCluster],
    /// Exits that somebody knows.
    pub known: &'a BTreeSet<Address>,
    /// What thefts paid into pools.
    pub thefts: &'a [TheftNotes],
    /// Exits and notes without a time: no rule saw them.
    pub without_time: u64,
    /// Notes and exits that transfers show and the event files of the same pool do not.
    pub beside_events: u64,
    /// Parameters of the rules.
    pub lead_options: &'a LeadOptions,
    /// Parameters of groups.
    pub group_options: &'a GroupOptions,
    /// What was run, on what.
    pub facts: &'a MixerFacts,
}

/// What was run, on what.
#[derive(Clone, Debug, Default)]
pub struct MixerFacts {
    /// The program's version.
    pub version: String,
    /// The case's name.
    pub case: String,
    /// The words of the command, without paths of this machine.
    pub command: Vec<String>,
    /// Files of transfers, events, labels and tokens.
    pub inputs: Vec<FileFacts>,
    /// Bad rows that were left out.
    pub rejects: Vec<Reject>,
    /// When the run began, in Unix seconds.
    pub started: i64,
    /// When it ended.
    pub finished: i64,
}

impl MixerReport<'_> {
    /// Writes all tables into a folder, which is put in its place when it is whole.
    ///
    /// # Errors
    /// An [`Error`] where a file cannot be written, or the folder exists and is not ours.
    pub fn write(&self, out: &Path) -> Result<Vec<WrittenFile>, Error> {
        let mut folder = Folder::begin(out)?;
        for table in MixerTableName::ALL {
            folder.write(&format!("{}.csv", table.as_str()), |to| self.write_table(table, to))?;
        }
        let manifest = mixer_manifest(self, folder.files());
        folder.write("manifest.json", |to| std::io::Write::write_all(to, manifest.as_bytes()))?;
        folder.finish()
    }

    /// One entry a pool: its census by calendar month.
    fn censuses(&self) -> Vec<Census> {
        let month = |time: i64| iso(time).get(..7).unwrap_or_default().to_owned();
        self.histories.iter().map(|it| census(self.table, it, month)).collect()
    }

    /// The chain of a chain number (see `Ties::chain`).
    fn chain(&self, chain: usize) -> &str {
        &self.table.pools[chain].chain
    }

    /// What a recipient got of an exit: the note without the relayer's fee.
    fn drawn(&self, history: usize, exit: usize) -> Amount {
        let it = &self.histories[history];
        let size = self.table.pools[it.pool].denomination;
        size.minus(it.exits[exit].fee).unwrap_or(Amount::ZERO)
    }
}

/// Millionths as a decimal number: `0.975000`.
fn millionths(number: u64) -> String {
    format!("{}.{:06}", number / 1_000_000, number % 1_000_000)
}

/// Millionths as a percentage for a person: `97.5 %`.
fn percent(number: u64) -> String {
    format!("{}.{} %", number / 10_000, number / 1_000 % 10)
}
