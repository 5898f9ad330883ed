//! Written pages go to the disk while the next are made, not all at once at the end.
//!
//! The system would keep 300 MB in memory until the final `fsync`, which then waits for the disk for as long as a
//! tenth of all the work took. Linux has a hint for pages that are not needed soon: it begins to write those that
//! are not on the disk yet, and waits for none. Pages on their way stay in memory, so that a trace that follows finds
//! them there. It is a hint: whether it is taken or not, `fsync` is what makes sure.

use std::fs::File;

/// How much is sent on its way at a time: less would write the pages between two stretches twice.
#[cfg(target_os = "linux")]
const STRETCH: u64 = 4 << 20;

/// Tells the system that `length` bytes were written at a place, after those before them. When that completes a
/// stretch of the file, it is sent on its way.
#[cfg(target_os = "linux")]
pub(super) fn begin_writeback(file: &File, at: u64, length: u64) {
    let whole = |place: u64| place / STRETCH * STRETCH;
    let (start, end) = (whole(at), whole(at + length));
    if let Some(length) = std::num::NonZeroU64::new(end - start) {
        let _ = rustix::fs::fadvise(file, start, Some(length), rustix::fs::Advice::DontNeed);
    }
}

/// Does nothing where there is no such hint.
#[cfg(not(target_os = "linux"))]
pub(super) fn begin_writeback(_: &File, _: u64, _: u64) {}
