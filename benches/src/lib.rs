//! Named, seeded inputs for the benchmarks, and the peers they are held against.
//!
//! An [`Input`] is a [`Shape`] at a [`Size`]: plain rows, the same on every machine, that become a ledger or
//! canonical CSV bytes. Its name, such as `power_law_large`, is the case in a bench's id `area/case/engine`.
//! [`token_transfers`] is the reference file of ingest, row by row without an end.
//!
//! # What always holds
//!
//! An input has exactly as many rows as its size says. Rows stand in position order, one transaction each, so
//! that the ledger's places are the row numbers. All amounts are whole units of one native coin, but in [`exchanges`]: no
//! float takes part.

mod answer;
mod case;
mod columns;
mod communities;
mod exchanges;
mod input;
mod measure;
mod peer;
mod random;
mod row;
mod shape;
mod size;
pub mod token_transfers;

pub use answer::{Answer, Tally};
pub use case::Case;
pub use communities::{communities, many_thefts};
pub use exchanges::exchanges;
pub use input::{Input, SeedAt, Thief};
pub use measure::{note, pool, timed};
pub use peer::{ColumnScan, StaticGraph, TimedGraph};
pub use random::SplitMix;
pub use row::{CSV_HEADER, InputRow, address};
pub use shape::Shape;
pub use size::Size;
