//! Labels: outside knowledge about accounts, from files of several forms.
//!
//! A label's text is data: it is never taken for markup or a path. How its words become a category stands in
//! one table (see [`Words`]).

mod words;

pub use words::{Meaning, Words};

/// How sure a source is that does not say.
pub const DEFAULT_CONFIDENCE: u8 = 50;
