//! What a simulated world keeps to, and what a score says of hand-made results.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod files;
mod parameters;
mod score;
mod world;
