//! Plain rows at the speed of memory.
//!
//! Nearly all rows of a large export have one shape: the same fields in the same order, lower-case hex of known
//! lengths, and decimal digits. Those are read here, several bytes at a step and on all threads; a row that is
//! anything else goes through the reference reader ([`crate::records`] and [`crate::dialect`]), at its place.
//!
//! # What always holds
//!
//! What comes out is what the reference reader alone gives, row by row, line by line, error by error: tests hold
//! the two against each other on random and hostile files.

mod chunk;
mod decode;
mod plan;
mod run;
