//! Whose account is it, where nobody has said so, and which transfers tell nothing: what the transfers themselves tell.

pub mod deposits;
pub mod noise;

pub use noise::{AssetFacts, KnownSymbol, Lure, Noise, NoiseOptions, NoiseReason};
