//! A written result, read back: rows of its tables under the names of their columns.
//!
//! Shared by what reads results. It knows how a table is written down, and nothing of what stands in it.

pub(crate) mod rows;
pub(crate) mod source;

use std::fs;
use std::path::Path;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file in which it shows.
    pub file: String,
    /// What differs from what, in words.
    pub what: String,
}

/// The name of the manifest.
pub(crate) const MANIFEST: &str = "manifest.json";

/// What is wrong with a path, if no plain file is there: what a result holds lies in its folder.
pub(crate) fn no_plain_file(path: &Path) -> Option<&'static str> {
    match fs::symlink_metadata(path) {
        Ok(kind) if kind.is_file() => None,
        Ok(_) => Some("is no plain file: a link, a folder or a pipe"),
        Err(_) => Some("is not there, or cannot be looked at"),
    }
}
