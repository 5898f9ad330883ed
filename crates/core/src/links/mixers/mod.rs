//! Mixers: what went into a pool, what came out, and what can be said about which is which.
//!
//! A pool takes *notes* of one size and pays one *exit* for each, to whom nobody can tell. [`MixerTable`] knows the
//! pools; [`detect`] finds their notes and exits in a ledger, and event files bring them too ([`PoolHistory`]).
//! [`census`] says how many hide behind each exit. [`find_leads`] applies rules whose worth was measured, each beside the
//! same rule on windows in which it can only find chance ([`RuleRecord`]); [`exit_groups`] names whom a known exit
//! was paid together with; [`weigh`] puts leads together.
//!
//! Nothing here is an amount of taint: a lead is a probability that two ends belong together.
//!
//! Probabilities and shares are whole millionths ([`MILLION`]); no float stands behind any of them.

mod census;
mod chance;
mod common;
mod context;
mod depositors;
mod detect;
mod event;
mod follow;
mod groups;
mod history;
mod leads;
mod parties;
mod profile;
mod railgun;
mod record;
mod table;
mod voucher;
mod weigh;

pub use census::{Base, Census, Month, census};
pub use chance::{Ratio, ratio};
pub use common::{CommonEnd, CommonEnds, common_ends};
pub use depositors::{DepositorCluster, depositor_clusters};
pub use detect::{Detected, Misfit, MisfitReason, detect};
pub use event::{Exit, ExitBasis, Note, NoteBasis};
pub use follow::links_to_follow;
pub use groups::{ExitGroup, GroupMember, GroupOptions, exit_groups, joins};
pub use history::{PoolHistory, fill_times};
pub use leads::{Lead, LeadOptions, Leads, find_leads};
pub use parties::Ties;
pub use railgun::{Direction, Shielding};
pub use record::{Published, Rule, RuleRecord, Used, Verdict};
pub use table::{MixerTable, Pool, Role, Service};
pub use voucher::{Voucher, vouchers};
pub use weigh::{Band, Link, weigh};

/// A whole, in millionths.
pub const MILLION: u64 = 1_000_000;
