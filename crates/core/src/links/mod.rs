//! Links: how money goes on other than by a transfer.
//!
//! `swaps` nets one transaction: who gave some assets and got others for them. `wraps` are facts about tokens that
//! stand for a coin. `pair` is the link of one transfer with later ones: a bridge's two sides, a mixer's. `bridges` finds such
//! links, `stated` those that somebody names by two transactions. `mixers` sets what went into pools beside what came out of
//! them, and says how much of that is chance.

pub mod bridges;
pub mod mixers;
mod pair;
mod stated;
pub(crate) mod swaps;
pub mod wraps;

pub use pair::{Link, LinkFault};
pub use stated::{StatedEnd, StatedFault, StatedLink, find_stated};
