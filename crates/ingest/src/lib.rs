//! Files in, transfers and labels out.
//!
//! [`read`] turns files of several dialects into one [`dyetrace_core::Ledger`]. Nothing is ever turned into 0,
//! clipped or dropped in silence: a row that is not understood ends the reading with its place, or becomes a
//! [`Reject`].

pub mod case;
mod dialect;
mod error;
mod header;
pub mod issuers;
pub mod labels;
mod open;
mod read;
mod records;
mod reject;
pub mod schema;
pub mod time;
pub mod tokens;

pub use case::{Case, read_case};
pub use error::Error;
pub use issuers::{Issuer, IssuerTable};
pub use labels::{LabelReading, LabelSpec, read_labels};
pub use open::{FileSpec, Progress, list_files, total_size};
pub use read::{InputFact, InputSpec, ReadOptions, Reading, read};
pub use reject::{Reject, Warning};
pub use tokens::{Token, Tokens};
