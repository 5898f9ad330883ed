//! Files into a snapshot.

use crate::error::Error;
use crate::input::{InputSpec, ReadOptions};
use crate::open::{FileSpec, Progress, is_compressed};
use crate::plain::CHUNK;
use crate::read::{Reading, read_in_chunks, read_into};
use crate::sink::Sink;
use crate::snapshot::{SnapshotStream, Target, is_snapshot_file, open, write_to};

/// Reads transfers into a snapshot. One that is there already is added to: what then stands there is what reading
/// all its files at once gives. Returns what the snapshot holds.
///
/// A single file whose rows are in order is written while it is read; what else there may be is read into memory
/// first.
///
/// # What always holds
///
/// One process at a time writes to a snapshot, from before it looks at what is there: nothing that another one
/// added is lost. A damaged snapshot is not added to.
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
    refuse_foreign(goal)?;
    if let [input] = inputs
        && is_snapshot_file(&input.file)
    {
        let error = Error::file(&input.file.name, "is a snapshot already");
        return Err(error.with_hint("copy the file, or name files that are to be added to it"));
    }
    if let Some(size) = streamed_size(inputs, options).filter(|_| !goal.path.exists()) {
        let stream = SnapshotStream::begin(goal, size)?;
        // Nobody else writes there now, but somebody may have been done just before.
        if !goal.path.exists() {
            let stream = Sink::Snapshot(Box::new(stream));
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
    }
    let target = Target::begin(goal)?;
    refuse_foreign(goal)?;
    let all: Vec<InputSpec>;
    let inputs = if goal.path.exists() {
        all = [InputSpec::of(goal.clone())].into_iter().chain(inputs.iter().cloned()).collect();
        &all
    } else {
        inputs
    };
    let reading = read_in_chunks(inputs, options, progress, chunk)?;
    write_to(target, &reading)?;
    Ok(open(goal)?.reading)
}

/// Refuses to replace what is no snapshot.
fn refuse_foreign(goal: &FileSpec) -> Result<(), Error> {
    if !goal.path.exists() || is_snapshot_file(goal) {
        return Ok(());
    }
    let what = if goal.path.is_dir() {
        "is a folder, but a snapshot is one file"
    } else {
        "is there and is no snapshot of dyetrace: it is not replaced"
    };
    Err(Error::file(&goal.name, what).with_hint("give another name, or move it away"))
}

/// The size of the one uncompressed file that may be written while it is read.
fn streamed_size(inputs: &[InputSpec], options: &ReadOptions<'_>) -> Option<u64> {
    let [input] = inputs else { return None };
    let facts = std::fs::metadata(&input.file.path).ok().filter(std::fs::Metadata::is_file)?;
    (!options.reference && !is_compressed(&input.file)).then_some(facts.len())
}
