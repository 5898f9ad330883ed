//! Links: how money goes on other than by a transfer.
//!
//! `swaps` nets one transaction: who gave some assets and got others for them. `wraps` are facts about tokens that
//! stand for a coin. `pair` is the link of one transfer with later ones: a bridge's two sides, a mixer's. `mixers` sets what
//! went into pools beside what came out of them, and says how much of that is chance.

pub mod mixers;
mod pair;
pub(crate) mod swaps;
pub mod wraps;

pub use pair::{Link, LinkFault};
