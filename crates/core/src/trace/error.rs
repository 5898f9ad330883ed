//! Why a trace cannot be made.

use std::fmt;

/// Why a trace cannot be made: what is wrong, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    message: String,
    hint: String,
}

impl TraceError {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TraceError {}
