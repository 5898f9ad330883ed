//! What can go wrong when a report is written. Each error carries its place and says what was expected.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why no report was written.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    /// A file or folder could not be written or read.
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    /// The folder exists and holds something else.
    NotOurs { path: PathBuf, why: &'static str },
    /// The amounts do not add up: a bug of ours.
    Unbalanced { theft: String, asset: String, rule: String, difference: String },
    /// The facts of the run are not those of its trace: a bug of the caller.
    Facts { why: String },
    /// A written table does not read back: a bug of ours, or a table that was changed.
    Table { table: &'static str, why: String },
    /// A written result that is asked about something does not hold, or says nothing of it.
    Asked { what: String, hint: String },
}

impl Error {
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self(Kind::Io { doing, path: path.to_owned(), source })
    }

    pub(crate) fn not_ours(path: &Path, why: &'static str) -> Self {
        Self(Kind::NotOurs { path: path.to_owned(), why })
    }

    pub(crate) fn unbalanced(theft: &str, asset: &str, rule: &str, difference: &str) -> Self {
        let [theft, asset, rule, difference] = [theft, asset, rule, difference].map(str::to_owned);
        Self(Kind::Unbalanced { theft, asset, rule, difference })
    }

    pub(crate) fn table(table: &'static str, why: impl Into<String>) -> Self {
        Self(Kind::Table { table, why: why.into() })
    }

    pub(crate) fn asked(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self(Kind::Asked { what: what.into(), hint: hint.into() })
    }

    pub(crate) fn facts(why: String) -> Self {
        Self(Kind::Facts { why })
    }

    /// The file or folder it happened at, if it was one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Io { path, .. } | Kind::NotOurs { path, .. } => Some(path),
            Kind::Unbalanced { .. } | Kind::Table { .. } | Kind::Facts { .. } | Kind::Asked { .. } => None,
        }
    }

    /// Whether it says that the program has a bug, not that the input or the disk has a fault.
    #[must_use]
    pub const fn is_bug(&self) -> bool {
        matches!(self.0, Kind::Unbalanced { .. } | Kind::Table { .. } | Kind::Facts { .. })
    }

    /// What to do about it, if something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.0 {
            Kind::NotOurs { .. } => Some(
                "name a folder that does not exist yet, or one that an earlier run has written".to_owned(),
            ),
            Kind::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("free some space, or write to another disk with `--out`".to_owned())
            }
            Kind::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("name a folder that you may write to with `--out`".to_owned())
            }
            Kind::Asked { hint, .. } => Some(hint.clone()),
            Kind::Unbalanced { .. } => Some(
                "this is a bug of dyetrace; nothing was written, since no figure can be relied on".to_owned(),
            ),
            Kind::Io { .. } | Kind::Table { .. } | Kind::Facts { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Io { doing, path, source } => {
                write!(f, "`{}`: could not {doing}: {source}", path.display())
            }
            Kind::NotOurs { path, why } => {
                write!(f, "`{}` exists and {why}, so it is not replaced", path.display())
            }
            Kind::Unbalanced { theft, asset, rule, difference } => write!(
                f,
                "the amounts of theft `{theft}`, asset `{asset}`, rule `{rule}` do not add up: {difference} base \
                 units apart, where 0 was expected"
            ),
            Kind::Facts { why } => write!(f, "these facts of a run are not those of its trace: {why}"),
            Kind::Asked { what, .. } => f.write_str(what),
            Kind::Table { table, why } => write!(f, "`{table}` does not read back: {why}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
