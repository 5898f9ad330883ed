//! `trace` and `Trace`: the engine's answer, as tables.

use crate::case::Case;
use crate::column::Amounts;
use crate::error::{of_case, raised};
use crate::many::{LabelFiles, Pairs, Paths, Threads, Words};
use crate::sheet::Batch;
use crate::table::{self, Table};
use crate::what::What;
use crate::work::{How, Writing, work};
use dyetrace_report::{Decided, Report, TableName, check_out};
use dyetrace_run::damage::blame_damage_aloud;
use dyetrace_run::facts::now;
use dyetrace_run::plan::keep_inputs;
use dyetrace_run::{Error, Plan, Traced, TypedCase, TypedTrace, Watch};
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A trace: where the money went, and where it can still be stopped. Its tables are those of a result folder.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Trace {
    traced: Arc<Traced>,
    decided: Arc<Decided>,
    plan: Arc<Plan>,
    typed: TypedCase,
    with_graph: bool,
    tables: Mutex<BTreeMap<(TableName, Amounts), Py<Table>>>,
}

/// Traces thefts to the accounts where the money can still be stopped.
#[pyfunction]
#[pyo3(signature = (what, *, thefts=None, labels=None, decisions=None, rule=None, compare=None, stop=None,
    no_detected_deposits=false, hub_transfers=None, max_hops=None, until=None, min_amount=None, follow_noise=false,
    no_swaps=false, links=None, link_confidence=None, no_bridges=false, mixers=None, mixer_probability=None,
    issuers=None, prices=None, no_graph=false, resume=None, threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn trace(
    py: Python<'_>,
    what: What,
    thefts: Option<Pairs>,
    labels: Option<LabelFiles>,
    decisions: Option<PathBuf>,
    rule: Option<String>,
    compare: Option<Words>,
    stop: Option<Words>,
    no_detected_deposits: bool,
    hub_transfers: Option<u64>,
    max_hops: Option<u32>,
    until: Option<String>,
    min_amount: Option<Pairs>,
    follow_noise: bool,
    no_swaps: bool,
    links: Option<Paths>,
    link_confidence: Option<String>,
    no_bridges: bool,
    mixers: Option<String>,
    mixer_probability: Option<String>,
    issuers: Option<Paths>,
    prices: Option<Paths>,
    no_graph: bool,
    resume: Option<PathBuf>,
    threads: Option<Threads>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Trace> {
    let started = now();
    let Case { typed, reading, skip_bad_rows } = what.case.clone().and(thefts, labels, decisions);
    let asked = TypedTrace {
        case: typed,
        rule,
        compare: compare.map(Words::joined),
        stop: stop.map(Words::joined),
        no_detected_deposits,
        hub_transfers,
        max_hops,
        until,
        min_amounts: min_amount.unwrap_or_default().0,
        follow_noise,
        no_swaps,
        links: links.unwrap_or_default().0,
        link_confidence,
        no_bridges,
        mixers,
        mixer_probability,
        issuers: issuers.unwrap_or_default().0,
        prices: prices.unwrap_or_default().0,
        reading,
        skip_bad_rows,
        no_graph,
    };
    let plan = Arc::new(Plan::of(&asked, None).map_err(|error| of_case(py, &error))?);
    let shared = Arc::clone(&plan);
    let job = move |watch: &dyn Watch| -> Result<(Traced, Arc<Decided>), Error> {
        let inputs = shared.case.inputs.iter().map(|input| &input.file);
        blame_damage_aloud(inputs, watch, || {
            let files = what.files(&shared.case, watch)?;
            let traced = files.trace(&shared, resume.as_deref(), started, watch)?;
            let decided = traced.report()?.decided();
            // Whoever was interrupted keeps the state that was there.
            watch.busy("done");
            traced.keep_state()?;
            Ok((traced, decided))
        })
    };
    let (traced, decided) = work(py, &How { threads, progress }, job)?;
    let tables = Mutex::default();
    Ok(Trace { traced: Arc::new(traced), decided, plan, typed: asked.case, with_graph: !no_graph, tables })
}

impl Trace {
    fn report(&self) -> Report<'_> {
        Report::again(self.traced.input(), Arc::clone(&self.decided))
    }

    fn table_of(&self, py: Python<'_>, name: TableName, amounts: Amounts) -> PyResult<Py<Table>> {
        let made = || self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = made().get(&(name, amounts)) {
            return Ok(table.clone_ref(py));
        }
        let batch = py.detach(|| Batch::of(amounts, |batch| self.report().write_table(name, batch)));
        let batch = batch.map_err(|error| raised(py, &error))?;
        let table = Py::new(py, Table::made(name.as_str(), batch, amounts)?)?;
        made().insert((name, amounts), table.clone_ref(py));
        Ok(table)
    }
}

#[pymethods]
impl Trace {
    /// A row is a place where money can be stopped, best first.
    #[getter]
    fn freezable(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Freezable, Amounts::Auto)
    }

    /// A row is theft × stolen asset × purse where taint rests or was stopped, under any asked rule.
    #[getter]
    fn holdings(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Holdings, Amounts::Auto)
    }

    /// A row is theft × stolen asset × transfer that carries taint, in replay order.
    #[getter]
    fn flows(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Flows, Amounts::Auto)
    }

    /// A row is what enters or leaves outside a tainted transfer.
    #[getter]
    fn postings(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Postings, Amounts::Auto)
    }

    /// A row is theft × stolen asset × rule: what was stolen is what is found.
    #[getter]
    fn conservation(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Conservation, Amounts::Auto)
    }

    /// A row is a hop of the route behind a finding.
    #[getter]
    fn routes(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Routes, Amounts::Auto)
    }

    /// A row is an arrival at a finding with its price, where prices were given.
    #[getter]
    fn dollars(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Dollars, Amounts::Auto)
    }

    /// A row is an account at the edge of the data, largest first: what to pull next.
    #[getter]
    fn next(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Next, Amounts::Auto)
    }

    /// A row is a withdrawal that may be the way out of a deposit: a question, no result.
    #[getter]
    fn leads(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Leads, Amounts::Auto)
    }

    /// A row is a link from one transfer to later ones: of a bridge, a mixer, or stated.
    #[getter]
    fn links(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Links, Amounts::Auto)
    }

    /// A row is a decision of the analyst that the trace rests on.
    #[getter]
    fn decisions(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Decisions, Amounts::Auto)
    }

    /// A row is an input row that was left out.
    #[getter]
    fn rejects(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Rejects, Amounts::Auto)
    }

    /// A row is something that is not known.
    #[getter]
    fn limitations(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table_of(py, TableName::Limitations, Amounts::Auto)
    }

    /// A table by its name, with amounts as `"auto"`, `"decimal"` or `"text"`.
    #[pyo3(signature = (name, *, amounts="auto"))]
    fn table(&self, py: Python<'_>, name: &str, amounts: &str) -> PyResult<Py<Table>> {
        let known = table::named(name, &TableName::ALL, TableName::as_str)?;
        let amounts = Amounts::asked(amounts)?;
        self.table_of(py, known, amounts)
    }

    /// The names of the tables.
    #[getter]
    fn table_names(&self) -> Vec<&'static str> {
        TableName::ALL.iter().map(|it| it.as_str()).collect()
    }

    /// The one rule of this run.
    #[getter]
    fn rule(&self) -> &'static str {
        self.plan.case.options.rule.as_str()
    }

    /// All asked rules, the run's own first.
    #[getter]
    fn rules(&self) -> Vec<&'static str> {
        self.traced.input().trace.rules.iter().map(|rule| rule.as_str()).collect()
    }

    /// Whether nothing was left out or cut: exit code 0 of the command, else 2.
    #[getter]
    fn is_complete(&self) -> bool {
        self.report().is_complete()
    }

    /// Why the result is not complete: pairs of a word and a sentence.
    #[getter]
    fn missing(&self) -> Vec<(&'static str, String)> {
        self.report().missing().iter().map(|it| (it.kind, it.detail.clone())).collect()
    }

    /// The words of the command that gives the same result.
    #[getter]
    fn command(&self) -> Vec<String> {
        self.plan.command.clone()
    }

    /// The answer as the command gives it with `--json`.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = py.detach(|| self.report().summary(None).to_json().to_string());
        py.import("json")?.call_method1("loads", (text,))
    }

    /// The report page: one HTML file, complete in itself.
    fn page(&self, py: Python<'_>) -> PyResult<String> {
        let page = py.detach(|| {
            let mut page = Vec::new();
            self.report().write_page(&mut page).map(|()| page)
        })?;
        Ok(String::from_utf8(page)?)
    }

    /// Writes the folder that the command writes, byte for byte, and returns the SHA-256 of its manifest: to be kept elsewhere.
    #[pyo3(signature = (out, *, progress=None))]
    fn write(slf: Py<Self>, py: Python<'_>, out: PathBuf, progress: Option<Py<PyAny>>) -> PyResult<String> {
        let this = slf.get();
        keep_inputs(&this.typed, &this.plan.case, &out).map_err(|error| of_case(py, &error))?;
        check_out(&out).map_err(|error| raised(py, &error.into()))?;
        let (traced, decided) = (Arc::clone(&this.traced), Arc::clone(&this.decided));
        let with_graph = this.with_graph;
        let writing = Writing::begin();
        work(py, &How { threads: Some(Threads(1)), progress }, move |watch| {
            let _until_written = writing;
            let busy = watch.busy("writing");
            let written = Report::again(traced.input(), decided).write_parts(&out, with_graph)?;
            busy.finish_and_clear();
            Ok(written.manifest_sha256)
        })
    }

    fn __str__(&self, py: Python<'_>) -> String {
        py.detach(|| self.report().summary(None).to_string())
    }

    fn __repr__(&self) -> String {
        let report = self.report();
        let complete = if report.is_complete() { "" } else { ", not complete" };
        format!("<dyetrace.Trace by {}: {} places{complete}>", self.rule(), report.findings().len())
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let table = self.table_of(py, TableName::Freezable, Amounts::Auto)?;
        let said = crate::html::escaped_lines(&self.__str__(py));
        let rows = table.bind(py).call_method0("_repr_html_")?.extract::<String>()?;
        Ok(format!("<pre>{said}</pre>{rows}"))
    }
}
