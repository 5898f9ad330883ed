//! A trace: stops first, then reach, then replay.
//!
//! [`trace`] is the entry. The ledger is read-only. Stops are decided on the whole ledger; reach finds the
//! purses that taint can get to in time order, whatever the rule; replay apportions exactly over them, for
//! every asked rule.

mod assemble;
mod both_orders;
mod brought;
mod cone;
mod deals;
mod entity;
mod error;
mod exposure;
mod hops;
mod links;
mod netting;
mod options;
mod order_spread;
mod other_order;
mod outcome;
mod pools;
mod reach;
mod replay;
mod resume;
mod routes;
mod run;
mod seed;
mod sinks;
mod stop;
mod sum;
mod theft;
mod view;

pub use both_orders::BothOrders;
pub use brought::Got;
pub use entity::{Entity, Grouping};
pub use error::TraceError;
pub use exposure::{Exposure, Exposures, Origins, Source, exposures, source};
pub use options::{Rule, StopRule, TraceOptions, Until};
pub use outcome::{
    Class, ClassId, ConvertedLeg, Flows, Gap, Grade, Holdings, LeftClean, LeftCleanRow, OrderSpread,
    PostingKind, Postings, Share, ShareColumns, Stop, Trace,
};
pub use pools::Pool;
pub use reach::ReachByTheft;
pub use replay::Cut;
pub use resume::{Course, TraceState};
pub use routes::{Evidence, EvidenceGraph, Routes};
pub use run::{Prepared, Reach, Resumed, resume, trace};
pub use theft::{AddressSeed, Seed, Since, Theft, TransactionSeed, seed_accounts};
