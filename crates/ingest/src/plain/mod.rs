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
mod digits;
mod plan;
mod run;
#[cfg_attr(target_arch = "x86_64", path = "vectors.rs")]
#[cfg_attr(not(target_arch = "x86_64"), path = "no_vectors.rs")]
mod vectors;

pub(crate) use chunk::CHUNK;
pub(crate) use decode::{Decoded, Piece};
pub(crate) use plan::{Plan, Role};
pub(crate) use run::{Task, lock};

use crate::records::RecordError;
use chunk::Chunks;
use std::io::BufRead;

/// Decodes the rows of a text, from where a record begins, in chunks of about `chunk` bytes, and hands them to `take`
/// in their order, on this thread; further threads of the pool decode. What `take` returns is done by whoever has
/// time, before this function returns. Ends at the first error of `take`, or where the text ends or cannot be read
/// on: then with how it ended. Gives back the text, as far as it was not read. Lines in what it gives count from 0 in
/// each chunk.
pub(crate) fn read_rows<'a, 't, E>(
    text: Box<dyn BufRead + Send + 'a>,
    plan: &'t Plan,
    chunk: usize,
    take: impl FnMut(&mut Decoded) -> Result<Option<Task<'t>>, E>,
) -> (Box<dyn BufRead + Send + 'a>, Result<Option<RecordError>, E>) {
    let (chunks, ended) = run::run(Chunks::new(text, chunk), plan, rayon::current_num_threads(), take);
    (chunks.into_text(), ended)
}
