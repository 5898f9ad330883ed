//! Made-up thefts with known truth, and how right a trace of them is.
//!
//! [`simulate`] makes two chains of any size from [`Parameters`], a size and a seed, block by block: a clean economy,
//! and thefts whose money is known to the last unit. It is handed to a [`Sink`]; [`write()`] makes a
//! folder of files.
//!
//! ```
//! use dyetrace_simulate::{Parameters, Scope};
//!
//! let parameters = Parameters::preset("small").unwrap();
//! assert_eq!(parameters.thefts.len(), 1);
//! let scope = Scope { transfers: 0, seed: 1, tokens_only: false };
//! assert!(scope.check().is_err());
//! ```
//!
//! # What always holds
//!
//! The same parameters, size and seed give the same bytes on every machine: whole numbers alone, a generator of our
//! own, no clock, one thread. Nobody sends what he does not have. Blocks come in order.
//!
//! # Cost
//!
//! **O(n)** for n transfers. Memory: 32 bytes a wallet, and what is under way; never the rows.

mod chain;
mod coin;
mod economy;
mod error;
mod params;
mod party;
mod random;
pub mod score;
mod theft;
mod truth;
mod world;
mod write;

pub use chain::{BEGINNING, BLOCK_SECONDS, Block, Transaction, Transfer, block_number, block_time};
pub use coin::{Chain, Coin};
pub use error::Error;
pub use params::{Economy, LabelShares, Parameters, Step, TheftPlan};
pub use party::{Kind, Party, address, transaction_hash};
pub use truth::{Link, Outcome, Place, Role, Spot, Sum, TheftTruth, Through};
pub use world::{Scope, Sink, simulate};
pub use write::{Format, Order, write};
