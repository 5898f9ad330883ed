//! The tables of mixers, by name.

use super::{MixerReport, candidates, events, links, pools, rules, thefts};
use crate::sheet::Target;
use crate::table::lists::write_rejects;
use std::io;

/// One of the tables of `dyetrace mixers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MixerTableName {
    /// A row a pool.
    Pools,
    /// A row a pool and calendar month.
    PoolMonths,
    /// A row a rule, with its worth on these data.
    Rules,
    /// A row a depositor and recipient that rules set beside each other.
    Links,
    /// A row a group of exits.
    ExitGroups,
    /// A row a member of a group.
    ExitGroupMembers,
    /// A row a recipient that somebody could ask about, and pool.
    Candidates,
    /// A row a depositor of a cluster.
    DepositorClusters,
    /// A row a theft and pool.
    Thefts,
    /// A row a note or exit.
    Events,
    /// A row an amount in or out of a shielding contract.
    Shieldings,
    /// A row a transfer of a mixer that fits no rule.
    Unfit,
    /// A row a bad row that was left out.
    Rejects,
}

impl MixerTableName {
    /// All of them, in the order of their files.
    pub const ALL: [Self; 13] = [
        Self::Pools,
        Self::PoolMonths,
        Self::Rules,
        Self::Links,
        Self::ExitGroups,
        Self::ExitGroupMembers,
        Self::Candidates,
        Self::DepositorClusters,
        Self::Thefts,
        Self::Events,
        Self::Shieldings,
        Self::Unfit,
        Self::Rejects,
    ];

    /// The name of its file, without `.csv`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pools => "pools",
            Self::PoolMonths => "pool_months",
            Self::Rules => "mixer_rules",
            Self::Links => "mixer_links",
            Self::ExitGroups => "exit_groups",
            Self::ExitGroupMembers => "exit_group_members",
            Self::Candidates => "mixer_candidates",
            Self::DepositorClusters => "depositor_clusters",
            Self::Thefts => "mixer_thefts",
            Self::Events => "mixer_events",
            Self::Shieldings => "shieldings",
            Self::Unfit => "mixer_unfit",
            Self::Rejects => "rejects",
        }
    }
}

impl MixerReport<'_> {
    /// Writes one table, with a head: as CSV into what can be written to, or as columns.
    ///
    /// # Errors
    /// What the target says.
    pub fn write_table(&self, table: MixerTableName, to: impl Target) -> io::Result<()> {
        match table {
            MixerTableName::Pools => pools::write(self, to),
            MixerTableName::PoolMonths => pools::write_months(self, to),
            MixerTableName::Rules => rules::write(self, to),
            MixerTableName::Links => links::write(self, to),
            MixerTableName::ExitGroups => candidates::write_groups(self, to),
            MixerTableName::ExitGroupMembers => candidates::write_members(self, to),
            MixerTableName::Candidates => candidates::write(self, to),
            MixerTableName::DepositorClusters => links::write_clusters(self, to),
            MixerTableName::Thefts => thefts::write(self, to),
            MixerTableName::Events => events::write(self, to),
            MixerTableName::Shieldings => events::write_shieldings(self, to),
            MixerTableName::Unfit => events::write_misfits(self, to),
            MixerTableName::Rejects => write_rejects(&self.facts.rejects, to),
        }
    }
}
