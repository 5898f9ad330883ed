//! `dyetrace trace --resume FILE`: the state of an earlier trace → a trace that goes on from it.

use crate::error::Error;
use crate::watch::Watch;
use dyetrace_core::Labels;
use dyetrace_core::trace::{Course, Theft, Trace, TraceOptions, TraceState, resume};
use dyetrace_ingest::{FileSpec, Reading, StateFile, read_state};

/// A trace, and the state to be kept in a file.
type Kept = (Trace, Option<(FileSpec, TraceState)>);

/// Traces from where the state in a file ends, and says whether that could be done.
pub(crate) fn go_on(
    file: FileSpec,
    thefts: &[Theft],
    options: &TraceOptions,
    reading: &Reading,
    labels: &Labels,
    output: &dyn Watch,
) -> Result<Kept, Error> {
    let (earlier, other) = match read_state(&file)? {
        StateFile::Absent => (None, None),
        StateFile::Found(state) => (Some(state), None),
        StateFile::Other(reason) => (None, Some(reason)),
    };
    let resumed = resume(&reading.ledger, labels, thefts, options, earlier.as_deref())?;
    let course = match (other, resumed.course) {
        (Some(reason), _) | (None, Course::StartedOver(reason)) => Some(format!("started over: {reason}")),
        (None, Course::Began) => None,
        (None, Course::WentOn(known)) => {
            let new = reading.ledger.transfer_count() as u64 - known;
            Some(format!("went on after {known} transfers: {new} are new"))
        }
    };
    course.iter().for_each(|course| output.note(course));
    Ok((resumed.trace, Some((file, resumed.state))))
}
