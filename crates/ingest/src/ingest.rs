//! Files into a snapshot.

use crate::append::as_input;
use crate::error::Error;
use crate::input::{InputSpec, ReadOptions};
use crate::open::{FileSpec, Progress, is_compressed};
use crate::plain::CHUNK;
use crate::read::{Reading, read_in_chunks, read_into};
use crate::sink::Sink;
use crate::snapshot::{SnapshotStream, is_snapshot_file, open, write};

/// Reads transfers into a snapshot. One that is there already is added to: what then stands there is what reading
/// all its files at once gives. Returns what the snapshot holds.
///
/// A single file whose rows are in order is written while it is read; what else there may be is read into memory
/// first.
///
/// # Errors
/// As [`read()`](crate::read()), and where the snapshot cannot be written: what was there before is then as it was.
///
/// # Cost
/// **O(n)** for n rows in order, and the memory of the accounts; else as [`read()`](crate::read()).
pub fn ingest(
    inputs: &[InputSpec],
    goal: &FileSpec,
    options: &ReadOptions<'_>,
    progress: Progress<'_>,
) -> Result<Reading, Error> {
    ingest_in_chunks(inputs, goal, options, progress, CHUNK)
}

/// As [`ingest`], with plain rows cut into chunks of about so many bytes: no length changes a result.
pub(crate) fn ingest_in_chunks(
    inputs: &[InputSpec],
    goal: &FileSpec,
    options: &ReadOptions<'_>,
    progress: Progress<'_>,
    chunk: usize,
) -> Result<Reading, Error> {
    let is_there = goal.path.exists();
    if is_there && !is_snapshot_file(goal) {
        let error = Error::file(&goal.name, "is there and is no snapshot of dyetrace: it is not replaced");
        return Err(error.with_hint("give another name, or move the file away"));
    }
    if let Some(size) = streamed_size(inputs, options).filter(|_| !is_there) {
        let stream = Sink::Snapshot(Box::new(SnapshotStream::begin(goal, size)?));
        match read_into(stream, None, inputs, options, progress, chunk) {
            Ok(reader) => {
                if reader.finish_snapshot()?.is_some() {
                    return Ok(open(goal)?.reading);
                }
            }
            Err(error) if error.is_unfit() => {}
            Err(error) => return Err(error),
        }
    }
    let all: Vec<InputSpec>;
    let inputs = if is_there {
        all = [as_input(goal)].into_iter().chain(inputs.iter().cloned()).collect();
        &all
    } else {
        inputs
    };
    let reading = read_in_chunks(inputs, options, progress, chunk)?;
    write(goal, &reading)?;
    Ok(open(goal)?.reading)
}

/// The size of the one uncompressed file that may be written while it is read.
fn streamed_size(inputs: &[InputSpec], options: &ReadOptions<'_>) -> Option<u64> {
    let [input] = inputs else { return None };
    let facts = std::fs::metadata(&input.file.path).ok().filter(std::fs::Metadata::is_file)?;
    (!options.reference && !is_compressed(&input.file)).then_some(facts.len())
}
