//! `source`: what thefts and labelled holders brought one account.

use crate::html;
use crate::many::{LabelFiles, Pairs, Threads, Words};
use crate::what::What;
use crate::work::{How, work};
use dyetrace_run::TypedOrigins;
use dyetrace_run::damage::blame_damage_aloud;
use dyetrace_run::source::{FoundSources, TypedSource};
use pyo3::prelude::*;
use std::path::PathBuf;

/// Where the money of an address came from, account by account.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Sources {
    inner: FoundSources,
}

#[pymethods]
impl Sources {
    /// The answer as the command gives it with `--json`.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.inner.to_json().to_string(),))
    }

    /// Whether nothing was left out or cut: exit code 0 of the command, else 2.
    #[getter]
    fn is_complete(&self) -> bool {
        self.inner.is_complete()
    }

    /// Why more may have come than is told, but for what limits cut off, which the text tells.
    #[getter]
    fn missing(&self) -> Vec<String> {
        self.inner.missing.clone()
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        let complete = if self.inner.is_complete() { "" } else { ", not complete" };
        format!("<dyetrace.Sources of {} accounts{complete}>", self.inner.accounts.len())
    }

    fn _repr_html_(&self) -> String {
        format!("<pre>{}</pre>", html::escaped_lines(&self.inner.to_string()))
    }
}

/// Goes back from an account, or a deposit to it, to what brought its money: thefts and labelled holders, with the routes.
#[pyfunction]
#[pyo3(signature = (what, of, *, asset=None, transaction=None, thefts=None, labels=None, decisions=None, rule=None,
    origins=None, stop=None, until=None, no_swaps=false, no_detected_deposits=false, threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn source(
    py: Python<'_>,
    what: What,
    of: String,
    asset: Option<String>,
    transaction: Option<String>,
    thefts: Option<Pairs>,
    labels: Option<LabelFiles>,
    decisions: Option<PathBuf>,
    rule: Option<String>,
    origins: Option<Words>,
    stop: Option<Words>,
    until: Option<String>,
    no_swaps: bool,
    no_detected_deposits: bool,
    threads: Option<Threads>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Sources> {
    let case = what.case.clone().and(thefts, labels, decisions);
    let run = TypedOrigins {
        rule,
        origins: origins.map(Words::joined),
        stop: stop.map(Words::joined),
        until,
        no_swaps,
        no_detected_deposits,
        skip_bad_rows: case.skip_bad_rows,
    };
    let typed = TypedSource { case: case.typed, reading: case.reading, run, of, asset, transaction };
    let asked = typed.lay().map_err(|error| crate::error::of_case(py, &error))?;
    let inner = work(py, &How { threads, progress }, move |watch| {
        let inputs = asked.case.inputs.iter().map(|input| &input.file);
        blame_damage_aloud(inputs, watch, || what.files(&asked.case, watch)?.source(&asked, watch))
    })?;
    Ok(Sources { inner })
}
