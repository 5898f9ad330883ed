//! Who holds an account, and which transfers tell nothing about that.

pub mod noise;

pub use noise::{AssetFacts, KnownSymbol, Lure, Noise, NoiseOptions, NoiseReason};
