//! The tests of the core: worked cases, laws, and the fast tracer against the plain one.

mod engines;
mod generate;
mod laws;
mod ledgers;
