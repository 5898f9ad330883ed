//! The tests of the core: worked cases, laws, and the fast tracer against the plain one.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "in a test a panic is the answer, and what is printed shows only where it fails"
)]

mod against_reference;
mod append;
mod bridges;
mod brought;
mod deposits;
mod engines;
mod exposure;
mod exposure_order;
mod generate;
mod golden;
mod laws;
mod ledgers;
mod links;
mod mixers;
mod peers;
mod pools;
mod reach;
mod resume;
mod stream;
mod swaps;
mod threads;
mod worked;
