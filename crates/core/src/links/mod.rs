//! Links: how money goes on other than by a transfer.
//!
//! `swaps` nets one transaction: who gave some assets and got others for them. `wraps` are facts about tokens that
//! stand for a coin.

pub(crate) mod swaps;
pub mod wraps;
