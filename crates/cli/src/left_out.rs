//! Bad rows that were left out: how many, and where the first one stands.

use dyetrace_ingest::Reject;

/// What is said of them on standard error; `None` where there are none. `what` is not complete for it.
pub(crate) fn left_out<'r>(mut rejects: impl Iterator<Item = &'r Reject>, what: &str) -> Option<String> {
    let first = rejects.next()?;
    let count = 1 + rejects.count();
    let (rows, are) = if count == 1 { ("row", "was") } else { ("rows", "were") };
    Some(format!("{count} bad {rows} {are} left out: the {what} is not complete. The first: {first}"))
}
