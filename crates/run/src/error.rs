//! Why nothing was produced: the errors of the libraries below, each with its hint.

use dyetrace_core::trace::TraceError;
use std::fmt;

/// Why a case was not traced.
#[derive(Debug)]
pub enum Error {
    /// A file cannot be read, or something typed cannot be understood.
    Input(dyetrace_ingest::Error),
    /// A trace cannot be made of it.
    Trace(TraceError),
    /// A result cannot be written or read.
    Report(dyetrace_report::Error),
    /// A file cannot be put in its place.
    Output {
        /// What is wrong.
        what: String,
        /// What to do about it.
        hint: String,
    },
    /// What was asked for does not go together.
    Refused {
        /// What is wrong.
        what: String,
        /// What to do about it.
        hint: String,
    },
}

impl Error {
    pub(crate) fn refused(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), hint: hint.into() }
    }

    /// The place, what was seen and what was expected; without the hint.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Input(error) => error.message(),
            Self::Trace(error) => error.to_string(),
            Self::Report(error) => error.to_string(),
            Self::Refused { what, .. } | Self::Output { what, .. } => what.clone(),
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Input(error) => error.hint().map(str::to_owned),
            Self::Trace(error) => Some(error.hint().to_owned()),
            Self::Report(error) => error.hint(),
            Self::Refused { hint, .. } | Self::Output { hint, .. } => Some(hint.clone()),
        }
    }
}

/// The message, then, after an empty line, the hint.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        self.hint().map_or(Ok(()), |hint| write!(f, "\n\nhint: {hint}"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Input(error) => error.source(),
            Self::Trace(error) => error.source(),
            Self::Report(error) => error.source(),
            Self::Refused { .. } | Self::Output { .. } => None,
        }
    }
}

impl From<dyetrace_ingest::Error> for Error {
    fn from(error: dyetrace_ingest::Error) -> Self {
        Self::Input(error)
    }
}

impl From<dyetrace_report::Error> for Error {
    fn from(error: dyetrace_report::Error) -> Self {
        Self::Report(error)
    }
}

impl From<TraceError> for Error {
    fn from(error: TraceError) -> Self {
        Self::Trace(error)
    }
}
