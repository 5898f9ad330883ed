//! A trace: stops first, then reach, then replay.
mod options;
mod outcome;
mod routes;
mod theft;

pub use options::{Rule, StopRule, TraceOptions, Until};
pub use outcome::{
    Class, ClassId, Flows, Gap, Grade, Holdings, LeftClean, LeftCleanRow, OrderSpread, PostingKind, Postings,
    Share, ShareColumns, Stop, Trace,
};
pub use routes::{Evidence, EvidenceGraph, passes_through};
pub use theft::{AddressSeed, Seed, Since, Theft, TransactionSeed};
