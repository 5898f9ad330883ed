//! What to read, and how.

use crate::open::FileSpec;
use crate::tokens::Tokens;
use dyetrace_core::ledger::Covers;

/// A file or folder of transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSpec {
    /// The file or folder.
    pub file: FileSpec,
    /// The dialect's name, where it is not to be recognised by the header.
    pub dialect: Option<String>,
    /// The chain of its rows, where they name none.
    pub chain: Option<String>,
    /// Whose whole history it holds; by default what its dialect says.
    pub covers: Option<Covers>,
    /// Canonical columns and the names that they have in the file; it is then read as canonical.
    pub map: Vec<(String, String)>,
    /// Whether amounts that somebody rounded are taken as they are written.
    pub inexact: bool,
}

impl InputSpec {
    /// A file or folder of which everything is to be recognised.
    #[must_use]
    pub const fn of(file: FileSpec) -> Self {
        Self { file, dialect: None, chain: None, covers: None, map: Vec::new(), inexact: false }
    }
}

/// How to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'t> {
    /// Leave bad rows out and go on, instead of ending at the first.
    pub skip_bad_rows: bool,
    /// Decimals of tokens, for files whose amounts are decimal coins; the project's own table where not given.
    pub tokens: Option<&'t Tokens>,
    /// Read every row as the reference reader does, without the fast way for plain ones. Changes no result.
    pub reference: bool,
    /// Do not compute the SHA-256 of files of transfers: their facts then have none.
    pub without_sha256: bool,
    /// Take files that hold nothing but what is joined to transfers, to say what they are.
    pub without_transfers: bool,
}
