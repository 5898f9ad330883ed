//! Errors as Python's exceptions, with the words of the command line.
//!
//! The classes stand in `dyetrace/_errors.py`: `InputError` for a file that cannot be read, `CaseError` for what a case
//! or an option says, `TraceError` for what a trace refuses, `ResultError` for a result that cannot be written or read.

use dyetrace_run::Error;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What went wrong while a case was read, traced or written.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    made(py, class_of(error), error)
}

/// What is wrong with a case or an option.
pub(crate) fn of_case(py: Python<'_>, error: &Error) -> PyErr {
    made(py, "CaseError", error)
}

const fn class_of(error: &Error) -> &'static str {
    match error {
        Error::Input(_) => "InputError",
        Error::Trace(_) => "TraceError",
        Error::Report(_) | Error::Output { .. } => "ResultError",
        Error::Refused { .. } => "CaseError",
    }
}

fn made(py: Python<'_>, class: &str, error: &Error) -> PyErr {
    let told = || {
        let about = PyDict::new(py);
        about.set_item("hint", error.hint())?;
        if let Error::Input(error) = error {
            about.set_item("file", error.file_name())?;
            if let Some(reject) = error.as_reject() {
                about.set_item("line", reject.line)?;
                about.set_item("column", Some(&reject.column).filter(|it| !it.is_empty()))?;
                about.set_item("seen", Some(&reject.seen).filter(|it| !it.is_empty()))?;
                about.set_item("expected", &reject.reason)?;
            }
        }
        let classes = py.import("dyetrace._errors")?;
        classes.getattr(class)?.call((error.message(),), Some(&about))
    };
    match told() {
        Ok(exception) => PyErr::from_value(exception),
        // Without its Python half the module says at least this.
        Err(_) => PyRuntimeError::new_err(error.to_string()),
    }
}
