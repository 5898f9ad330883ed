//! A case in, a trace ready to be reported out: the steps that the command and the Python package share.
//!
//! [`Plan::of`] reads the case file and lays over it what was typed; [`CaseFiles::read`] reads its transfers,
//! [`CaseFiles::trace`] the rest, decides what stands at the edges (deposit accounts, noise, cuts) and traces. A
//! [`Traced`] owns all that a [`Report`](dyetrace_report::Report) borrows.
//!
//! Whoever calls prints: what is under way is told to a [`Watch`]. The same plan gives the same result, whoever made it.

pub mod assets;
pub mod bounds;
mod command_words;
pub mod damage;
pub mod decisions;
pub mod deposits;
mod error;
mod expected;
pub mod facts;
mod inputs;
mod label_doubts;
mod links;
pub mod mixers;
mod noise;
mod origins;
pub mod plan;
mod pools;
pub mod put;
mod ready;
mod resume;
pub mod screen;
pub mod source;
mod traced;
mod watch;

pub use error::Error;
pub use origins::TypedOrigins;
pub use plan::{Plan, TypedCase, TypedReading, TypedTrace};
pub use ready::Ready;
pub use traced::{CaseFiles, Traced};
/// How many threads may be asked for. More would only cost the machine their stacks.
pub const MOST_THREADS: u16 = 1024;

pub use watch::{Bar, Silent, Watch};
