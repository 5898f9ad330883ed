//! A trace in; findings, tables and a sealed folder out.
//!
//! [`Report::new`] decides, once: the [`State`] of every holding, the findings and their rank, their routes,
//! and what is not known. [`Report::write`] writes the folder of a result and seals it; [`Report::summary`] is
//! the same answer for a person, and for a script.
//!
//! This crate reads no input files and prints nothing. Amounts are whole base units; there is no float.

mod account_labels;
mod cell;
mod conservation;
mod crossing;
mod decisions;
mod deposits;
mod detected;
mod diff;
pub mod display;
mod error;
mod explain;
mod finding;
mod graph;
mod input;
mod leads;
mod limitation;
mod links;
mod manifest;
mod missing;
mod mixers;
mod noise;
mod packs;
mod page;
mod price;
mod rank;
mod report;
mod rule_words;
mod screening;
mod sheet;
mod source;
mod state;
mod stated;
mod step;
mod summary;
mod sweep;
mod table;
mod totals;
mod verify;
mod visible;
mod worth;
mod write;
mod written;

pub use cell::{defused, iso};
pub use conservation::{Balance, BalanceKey, Difference, recompute};
pub use deposits::DepositList;
pub use diff::{
    Change, Changes, HolderChange, Moved, MovedSum, Moves, Place, PurseChange, Rested, Setting, Side,
    StolenChange, diff,
};
pub use error::Error;
pub use explain::{
    Claims, Crossing, Explanation, Holding, Hop, Leg, Link, Move, Name, Origin, PurseStory, Question, Rest,
    Route, Sums, explain,
};
pub use finding::Finding;
pub use input::{
    DecisionFacts, FileFacts, Input, Issuer, Issuers, Limitation, LinkFacts, LinkOrigin, Reject, RunFacts,
    SnapshotFacts, StatedRow, Token, Tokens,
};
pub use manifest::{FORMAT, FORMAT_VERSION, SealCheck, check_seal};
pub use missing::Missing;
pub use mixers::{MixerFacts, MixerReport, MixerTableName, TheftNotes, theft_notes};
pub use price::{Cents, Prices, Quote};
pub use report::{Decided, Report};
pub use screening::{AskedAccount, Group, Screening, Threshold, share_of};
pub use sheet::{ColumnKind, CsvSheet, Sheet, Target};
pub use source::{
    AskedTransfer, AskedWay, FromOrigin, PartOf, Parts, RouteHop, SourcePurse, SourceQuestion, Sources,
};
pub use state::State;
pub use summary::Summary;
pub use table::TableName;
pub use verify::{Verdict, verify};
pub use worth::Worth;
pub use write::{Written, WrittenFile, check_out};
pub use written::Fault;
