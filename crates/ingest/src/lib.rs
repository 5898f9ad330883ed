//! Files in, transfers and labels out.
//!
//! [`read()`] turns transfer files of several dialects into one [`dyetrace_core::Ledger`]; [`read_labels`] reads
//! what is known about accounts; [`read_case`] reads what was stolen and how to trace it. [`Tokens`] and
//! [`IssuerTable`] hold facts about assets: the project's own tables (`data/`), extended by the user's files.
//!
//! # What always holds
//!
//! Nothing is turned into 0, clipped or dropped in silence. A row that is not understood ends the reading with
//! file, line, column, what stands there and what was expected, or becomes a [`Reject`]. Files are counted and
//! hashed as they lie on disk. The same files give the same answer, in the same order.
//!
//! ```
//! use dyetrace_ingest::{FileSpec, InputSpec, ReadOptions, read};
//!
//! let nowhere = InputSpec::of(FileSpec::typed("no-such-file.csv"));
//! let error = read(&[nowhere], &ReadOptions::default(), &|_bytes| {}).unwrap_err();
//! assert!(error.message().starts_with("no-such-file.csv: cannot be opened"));
//! ```
//!
//! # Cost
//!
//! One pass over each file, a record in memory at a time; the ledger itself is in memory, and so is what is
//! joined to its rows. A file that tells what failed in another is read twice. One thread reads.
//!
//! # Not handled here
//!
//! Bitcoin's formats: their files are refused by name or by their header.

mod addresses;
mod append;
pub mod case;
pub mod check;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod checks;
mod decimal;
pub mod decisions;
mod dialect;
mod error;
mod facts;
mod header;
mod ingest;
mod input;
pub mod issuers;
mod joined;
pub mod labels;
mod links;
mod map;
mod open;
mod parquet;
mod plain;
pub mod pool_events;
pub mod prices;
mod read;
mod records;
mod reject;
pub mod schema;
mod sink;
pub mod snapshot;
mod state;
mod survey;
pub mod time;
pub mod tokens;
mod unpack;

pub use addresses::{AskedAddress, AskedAddresses, list_addresses, read_addresses};
pub use case::{Case, read_case};
pub use check::Check;
pub use decisions::{DecisionLog, add_decision, read_decisions};
pub use error::Error;
pub use facts::{InputFact, PageLimit};
pub use ingest::ingest;
pub use input::{InputSpec, ReadOptions};
pub use issuers::{Issuer, IssuerTable};
pub use labels::{LabelReading, LabelSpec, LabelSurvey, read_labels};
pub use links::{LinkRow, LinkTable};
pub use open::{FileSpec, Progress, list_files, total_size};
pub use pool_events::{PoolEvents, PoolEventsSpec, read_pool_events};
pub use prices::{PRICE_DECIMALS, PriceRow, PriceTable};
pub use read::{Reading, read};
pub use reject::{Reject, Warning};
pub use state::{StateFile, read_state, write_state};
pub use tokens::{Token, Tokens};
