//! `Ledger`: transfers that were read, for any number of traces.

use crate::case::Case;
use crate::many::{LabelFiles, Pairs, Paths, Threads};
use crate::work::{How, work};
use dyetrace_core::Ledger as Transfers;
use dyetrace_ingest::{FileSpec, ReadOptions, total_size};
use dyetrace_run::assets::read_tokens;
use dyetrace_run::damage::blame_damage_aloud;
use dyetrace_run::plan::{lay_case, typed_inputs};
use dyetrace_run::{CaseFiles, Error, TypedCase, TypedReading, Watch};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::path::PathBuf;

/// Transfers that were read, with what they were read from.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Ledger {
    /// What it was made of, for the words of the command.
    pub(crate) case: Case,
    pub(crate) files: CaseFiles,
}

impl Ledger {
    fn transfers(&self) -> &Transfers {
        &self.files.reading.ledger
    }
}

#[pymethods]
impl Ledger {
    /// How many transfers.
    #[getter]
    fn transfer_count(&self) -> usize {
        self.transfers().transfer_count()
    }

    /// How many accounts.
    #[getter]
    fn account_count(&self) -> usize {
        self.transfers().accounts().len()
    }

    /// The assets that move, such as `ethereum:native`.
    #[getter]
    fn assets(&self) -> Vec<String> {
        let ledger = self.transfers();
        ledger.assets().iter().map(|(id, _)| ledger.asset_name(id)).collect()
    }

    /// Whether the order of some transfers is not told by the files.
    #[getter]
    fn order_ambiguous(&self) -> bool {
        self.transfers().notes().order_ambiguous
    }

    /// The rows that were left out: `file`, `line`, `column`, `seen`, `reason`.
    #[getter]
    fn rejects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rejects = PyList::empty(py);
        for it in &self.files.reading.rejects {
            let row = PyDict::new(py);
            row.set_item("file", &it.file)?;
            row.set_item("line", it.line)?;
            row.set_item("column", &it.column)?;
            row.set_item("seen", &it.seen)?;
            row.set_item("reason", &it.reason)?;
            rejects.append(row)?;
        }
        Ok(rejects)
    }

    /// The files: `name`, `dialect`, `rows`, `bytes`, `sha256`.
    #[getter]
    fn inputs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let files = PyList::empty(py);
        for it in &self.files.reading.facts {
            let file = PyDict::new(py);
            file.set_item("name", &it.name)?;
            file.set_item("dialect", &it.dialect)?;
            file.set_item("rows", it.rows)?;
            file.set_item("bytes", it.size)?;
            file.set_item("sha256", Some(&it.sha256).filter(|hash| !hash.is_empty()))?;
            files.append(file)?;
        }
        Ok(files)
    }

    fn __len__(&self) -> usize {
        self.transfer_count()
    }

    fn __repr__(&self) -> String {
        format!("<dyetrace.Ledger: {} transfers, {} accounts>", self.transfer_count(), self.account_count())
    }
}

/// Reads transfers: files or folders of any format that `dyetrace check` knows, or a snapshot.
#[pyfunction]
#[pyo3(signature = (*paths, labels=None, tokens=None, chain=None, map=None,
    inexact=false, skip_bad_rows=false, threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn read(
    py: Python<'_>,
    paths: Paths,
    labels: Option<LabelFiles>,
    tokens: Option<Paths>,
    chain: Option<String>,
    map: Option<Pairs>,
    inexact: bool,
    skip_bad_rows: bool,
    threads: Option<Threads>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Ledger> {
    let case = Case::new(py, paths, labels, None, None, tokens, chain, map, inexact, skip_bad_rows)?;
    read_files(py, case, &How { threads, progress })
}

/// Reads the transfers of a case.
pub(crate) fn read_files(py: Python<'_>, case: Case, how: &How) -> PyResult<Ledger> {
    let plan = case.clone();
    let files = work(py, how, move |watch| {
        let mut case = lay_case(&plan.typed, &plan.reading)?;
        case.skip_bad_rows |= plan.skip_bad_rows;
        let inputs = case.inputs.iter().map(|input| &input.file);
        blame_damage_aloud(inputs, watch, || CaseFiles::read(&case, watch))
    })?;
    Ok(Ledger { case, files })
}

/// Puts files into a snapshot, or adds them to the one that is there, and opens it.
#[pyfunction]
#[pyo3(signature = (*paths, out, tokens=None, chain=None, map=None, inexact=false, skip_bad_rows=false,
    without_sha256=false, threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn ingest(
    py: Python<'_>,
    paths: Paths,
    out: PathBuf,
    tokens: Option<Paths>,
    chain: Option<String>,
    map: Option<Pairs>,
    inexact: bool,
    skip_bad_rows: bool,
    without_sha256: bool,
    threads: Option<Threads>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Ledger> {
    let mut case = Case::new(py, paths, None, None, None, tokens, chain, map, inexact, skip_bad_rows)?;
    let (plan, goal) = (case.clone(), out.clone());
    case.typed = TypedCase { transfers: vec![out], ..TypedCase::default() };
    case.reading = TypedReading { tokens: case.reading.tokens, ..TypedReading::default() };
    let how = How { threads, progress };
    let job = move |watch: &dyn Watch| -> Result<(), Error> {
        let inputs = typed_inputs(&plan.typed.transfers, &plan.reading)?;
        let files: Vec<FileSpec> = plan.reading.tokens.iter().map(FileSpec::typed).collect();
        let (tokens, _) = read_tokens(&files)?;
        let bar = watch.bytes(total_size(inputs.iter().map(|input| &input.file)), "reading");
        let options =
            ReadOptions { skip_bad_rows, tokens: Some(&tokens), without_sha256, ..ReadOptions::default() };
        dyetrace_ingest::ingest(&inputs, &FileSpec::typed(&goal), &options, &|bytes| {
            bar.set_position(bytes)
        })?;
        Ok(())
    };
    work(py, &how, job)?;
    read_files(py, case, &how)
}
