//! What is asked of a written result: `explain`, `verify` and `diff`.

use crate::html;
use crate::work::{How, work};
use dyetrace_report::Question;
use pyo3::prelude::*;
use std::path::PathBuf;

/// What stands behind one account's figure.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Explanation {
    inner: dyetrace_report::Explanation,
}

#[pymethods]
impl Explanation {
    /// The explanation as the command gives it with `--json`.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.inner.to_json().to_string(),))
    }

    /// A picture of the routes, as the command draws it with `--svg`.
    fn to_svg(&self) -> String {
        self.inner.to_svg()
    }

    fn _repr_svg_(&self) -> String {
        self.inner.to_svg()
    }

    fn _repr_html_(&self) -> String {
        let picture = self.inner.to_svg();
        format!("{picture}<pre>{}</pre>", html::escaped_lines(&self.inner.to_string()))
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        "<dyetrace.Explanation>".to_owned()
    }
}

/// Explains the figure of one account of a result: an address, or a route such as `R1`.
#[pyfunction]
#[pyo3(signature = (folder, of, *, chain=None, asset=None, theft=None, rule=None, routes=3, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn explain(
    py: Python<'_>,
    folder: PathBuf,
    of: String,
    chain: Option<String>,
    asset: Option<String>,
    theft: Option<String>,
    rule: Option<String>,
    routes: usize,
    progress: Option<Py<PyAny>>,
) -> PyResult<Explanation> {
    let question = Question { of, chain, asset, theft, rule, routes };
    let inner = work(py, &How { threads: None, progress }, move |watch| {
        let busy = watch.busy("explaining");
        let explained = dyetrace_report::explain(&folder, &question)?;
        busy.finish_and_clear();
        Ok(explained)
    })?;
    Ok(Explanation { inner })
}

/// Whether a result holds: its files are those that were sealed, and its totals follow.
#[pyclass(frozen, module = "dyetrace", get_all)]
#[derive(Debug)]
pub(crate) struct Verdict {
    /// Whether nothing is wrong.
    holds: bool,
    /// The SHA-256 of `manifest.json`.
    manifest_sha256: String,
    /// How many files were compared.
    files: u64,
    /// From how many rows the figures were derived.
    rows: u64,
    /// How many figures were derived.
    figures: u64,
    /// What is wrong: pairs of a file and a sentence.
    faults: Vec<(String, String)>,
}

#[pymethods]
impl Verdict {
    fn __bool__(&self) -> bool {
        self.holds
    }

    fn __repr__(&self) -> String {
        let Self { holds, files, figures, faults, .. } = self;
        if *holds {
            format!("<dyetrace.Verdict: holds, {files} files, {figures} figures>")
        } else {
            format!("<dyetrace.Verdict: does NOT hold, {} faults>", faults.len())
        }
    }
}

/// Derives every total of a result again from its evidence, and compares its files with their hashes.
#[pyfunction]
#[pyo3(signature = (folder, *, sha256=None, progress=None))]
pub(crate) fn verify(
    py: Python<'_>,
    folder: PathBuf,
    sha256: Option<String>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Verdict> {
    let verdict = work(py, &How { threads: None, progress }, move |watch| {
        let busy = watch.busy("verifying");
        let verdict = dyetrace_report::verify(&folder)?;
        busy.finish_and_clear();
        Ok(verdict)
    })?;
    let mut faults: Vec<_> = verdict.faults.iter().map(|it| (it.file.clone(), it.what.clone())).collect();
    if let Some(kept) = sha256.filter(|kept| !kept.eq_ignore_ascii_case(&verdict.manifest_sha256)) {
        let what = format!("is another one: its SHA-256 is {}, not {kept}", verdict.manifest_sha256);
        faults.insert(0, ("manifest.json".to_owned(), what));
    }
    Ok(Verdict {
        holds: faults.is_empty(),
        manifest_sha256: verdict.manifest_sha256,
        files: verdict.files,
        rows: verdict.rows,
        figures: verdict.figures,
        faults,
    })
}

/// What is new between two results.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Changes {
    inner: dyetrace_report::Changes,
}

#[pymethods]
impl Changes {
    /// The changes as the command gives them with `--json`.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.inner.to_json().to_string(),))
    }

    /// Whether anything is new.
    fn __bool__(&self) -> bool {
        self.inner.any()
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> &'static str {
        if self.inner.any() { "<dyetrace.Changes>" } else { "<dyetrace.Changes: nothing new>" }
    }

    fn _repr_html_(&self) -> String {
        format!("<pre>{}</pre>", html::escaped_lines(&self.inner.to_string()))
    }
}

/// Says what is new between two results: what arrived, moved, was swept, grew, shrank, can be stopped now.
#[pyfunction]
#[pyo3(signature = (before, after, *, rule=None, progress=None))]
pub(crate) fn diff(
    py: Python<'_>,
    before: PathBuf,
    after: PathBuf,
    rule: Option<String>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Changes> {
    let inner = work(py, &How { threads: None, progress }, move |watch| {
        let busy = watch.busy("comparing");
        let changes = dyetrace_report::diff(&before, &after, rule.as_deref())?;
        busy.finish_and_clear();
        Ok(changes)
    })?;
    Ok(Changes { inner })
}
