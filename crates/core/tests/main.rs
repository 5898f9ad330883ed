//! The tests of the core: worked cases, laws, and the fast tracer against the plain one.

mod against_reference;
mod engines;
mod generate;
mod golden;
mod laws;
mod ledgers;
mod peers;
mod threads;
mod worked;
