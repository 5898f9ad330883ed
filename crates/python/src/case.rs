//! `Case`: what a trace is made of, as on the command line; nothing is read before it is needed.

use crate::error::of_case;
use crate::ledger::{Ledger, read_files};
use crate::many::{LabelFiles, Pairs, Paths, Threads};
use crate::work::How;
use dyetrace_run::plan::lay_case;
use dyetrace_run::{TypedCase, TypedReading};
use pyo3::prelude::*;
use std::path::PathBuf;

/// What a trace is made of: files of transfers and labels, and what was stolen.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    pub(crate) typed: TypedCase,
    pub(crate) reading: TypedReading,
    pub(crate) skip_bad_rows: bool,
}

#[pymethods]
impl Case {
    #[new]
    #[pyo3(signature = (transfers, *, labels=None, thefts=None, decisions=None, tokens=None,
        chain=None, map=None, inexact=false, skip_bad_rows=false))]
    #[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
    pub(crate) fn new(
        py: Python<'_>,
        transfers: Paths,
        labels: Option<LabelFiles>,
        thefts: Option<Pairs>,
        decisions: Option<PathBuf>,
        tokens: Option<Paths>,
        chain: Option<String>,
        map: Option<Pairs>,
        inexact: bool,
        skip_bad_rows: bool,
    ) -> PyResult<Self> {
        let typed = TypedCase {
            case: None,
            transfers: transfers.0,
            labels: labels.unwrap_or_default().0,
            decisions,
            thefts: thefts.unwrap_or_default().0,
        };
        let reading = TypedReading {
            chain,
            maps: map.unwrap_or_default().0,
            inexact,
            tokens: tokens.unwrap_or_default().0,
        };
        Self { typed, reading, skip_bad_rows }.checked(py)
    }

    /// The case of a case file, with further labels and thefts added to it.
    #[staticmethod]
    #[pyo3(signature = (path, *, labels=None, thefts=None, decisions=None, tokens=None,
        chain=None, map=None, inexact=false, skip_bad_rows=false))]
    #[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
    fn open(
        py: Python<'_>,
        path: PathBuf,
        labels: Option<LabelFiles>,
        thefts: Option<Pairs>,
        decisions: Option<PathBuf>,
        tokens: Option<Paths>,
        chain: Option<String>,
        map: Option<Pairs>,
        inexact: bool,
        skip_bad_rows: bool,
    ) -> PyResult<Self> {
        let typed = TypedCase {
            case: Some(path),
            transfers: Vec::new(),
            labels: labels.unwrap_or_default().0,
            decisions,
            thefts: thefts.unwrap_or_default().0,
        };
        let reading = TypedReading {
            chain,
            maps: map.unwrap_or_default().0,
            inexact,
            tokens: tokens.unwrap_or_default().0,
        };
        Self { typed, reading, skip_bad_rows }.checked(py)
    }

    /// Reads the transfers, for several traces of them.
    #[pyo3(signature = (*, threads=None, progress=None))]
    fn read(
        &self,
        py: Python<'_>,
        threads: Option<Threads>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Ledger> {
        read_files(py, self.clone(), &How { threads, progress })
    }

    /// The name of the case; empty if it has none.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        Ok(lay_case(&self.typed, &self.reading).map_err(|error| of_case(py, &error))?.name)
    }

    fn __repr__(&self) -> String {
        match &self.typed.case {
            Some(path) => format!("<dyetrace.Case {}>", path.display()),
            None => format!("<dyetrace.Case of {} files>", self.typed.transfers.len()),
        }
    }
}

impl Case {
    /// The same with further thefts and labels, and another log of decisions if one is named.
    pub(crate) fn and(
        mut self,
        thefts: Option<Pairs>,
        labels: Option<LabelFiles>,
        decisions: Option<PathBuf>,
    ) -> Self {
        self.typed.thefts.extend(thefts.unwrap_or_default().0);
        self.typed.labels.extend(labels.unwrap_or_default().0);
        self.typed.decisions = decisions.or(self.typed.decisions);
        self
    }

    /// Says what is wrong with it at once, not when it is traced.
    fn checked(self, py: Python<'_>) -> PyResult<Self> {
        lay_case(&self.typed, &self.reading).map_err(|error| of_case(py, &error))?;
        Ok(self)
    }
}
