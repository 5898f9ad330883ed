//! `mixers`: notes and exits of mixer pools, leads between them beside chance, groups of exits.

use crate::column::Amounts;
use crate::error::{of_case, raised};
use crate::html;
use crate::many::{LabelFiles, Pairs, Threads, Words};
use crate::sheet::Batch;
use crate::table::{self, Table};
use crate::what::What;
use crate::work::{How, work};
use dyetrace_report::{MixerTableName, check_out};
use dyetrace_run::damage::blame_damage_aloud;
use dyetrace_run::facts::now;
use dyetrace_run::mixers::{FoundMixers, TypedMixers};
use dyetrace_run::plan::keep_inputs;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// What is known of mixers. Nothing in it says where money is.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Mixers {
    found: Arc<FoundMixers>,
    typed: TypedMixers,
}

#[pymethods]
impl Mixers {
    /// A table by its name, with amounts as `"auto"`, `"decimal"` or `"text"`.
    #[pyo3(signature = (name, *, amounts="auto"))]
    fn table(&self, py: Python<'_>, name: &str, amounts: &str) -> PyResult<Table> {
        let known = table::named(name, &MixerTableName::ALL, MixerTableName::as_str)?;
        let amounts = Amounts::asked(amounts)?;
        let batch = py.detach(|| Batch::of(amounts, |batch| self.found.report().write_table(known, batch)));
        Table::made(known.as_str(), batch.map_err(|error| raised(py, &error))?, amounts)
    }

    /// The names of the tables.
    #[getter]
    fn table_names(&self) -> Vec<&'static str> {
        MixerTableName::ALL.iter().map(|it| it.as_str()).collect()
    }

    /// The answer as the command gives it with `--json`.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = py.detach(|| self.found.report().to_json().to_string());
        py.import("json")?.call_method1("loads", (text,))
    }

    /// Whether no bad row was left out: exit code 0 of the command, else 2.
    #[getter]
    fn is_complete(&self) -> bool {
        self.found.rejects().next().is_none()
    }

    /// Known exits that drew from none of the pools.
    #[getter]
    fn strangers(&self) -> Vec<String> {
        self.found.strangers().map(ToString::to_string).collect()
    }

    /// Writes the folder that the command writes, byte for byte.
    fn write(&self, py: Python<'_>, out: PathBuf) -> PyResult<()> {
        py.detach(|| {
            keep_inputs(&self.typed.case, &self.typed.lay()?, &out)?;
            check_out(&out)?;
            self.found.report().write(&out)?;
            Ok(())
        })
        .map_err(|error| raised(py, &error))
    }

    fn __str__(&self, py: Python<'_>) -> String {
        py.detach(|| self.found.report().to_text())
    }

    fn __repr__(&self) -> String {
        let report = self.found.report();
        let (pools, links, groups) = (report.histories.len(), report.links.len(), report.groups.len());
        let complete = if self.is_complete() { "" } else { ", not complete" };
        format!("<dyetrace.Mixers: {pools} pools, {links} links, {groups} groups{complete}>")
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        format!("<pre>{}</pre>", html::escaped_lines(&self.__str__(py)))
    }
}

/// Looks at the mixer pools of a case, or of event files alone.
#[pyfunction]
#[pyo3(signature = (what=None, *, pool_events=None, outstanding=None, known_exits=None, thefts=None, labels=None, decisions=None,
    voucher_gap=None, window=None, late_window=None, profile_pools=None, profile_notes=None, decoys=None, least_leads=None,
    hub_transfers=None, funder_transfers=None, group_window=None, group_joins=None, group_share=None, group_members=None,
    skip_bad_rows=false, threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn mixers(
    py: Python<'_>,
    what: Option<What>,
    pool_events: Option<Pairs>,
    outstanding: Option<Pairs>,
    known_exits: Option<Words>,
    thefts: Option<Pairs>,
    labels: Option<LabelFiles>,
    decisions: Option<PathBuf>,
    voucher_gap: Option<i64>,
    window: Option<i64>,
    late_window: Option<i64>,
    profile_pools: Option<usize>,
    profile_notes: Option<usize>,
    decoys: Option<u32>,
    least_leads: Option<u64>,
    hub_transfers: Option<u64>,
    funder_transfers: Option<u64>,
    group_window: Option<i64>,
    group_joins: Option<u64>,
    group_share: Option<u32>,
    group_members: Option<usize>,
    skip_bad_rows: bool,
    threads: Option<Threads>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Mixers> {
    let started = now();
    let case = what.as_ref().map(|what| what.case.clone()).unwrap_or_default();
    let case = case.and(thefts, labels, decisions);
    let typed = TypedMixers {
        case: case.typed,
        reading: case.reading,
        skip_bad_rows: case.skip_bad_rows || skip_bad_rows,
        pool_events: pool_events.unwrap_or_default().0,
        outstanding: outstanding.unwrap_or_default().0,
        known_exits: known_exits.unwrap_or_default().0,
        voucher_gap,
        window,
        late_window,
        profile_pools,
        profile_notes,
        decoys,
        least_leads,
        hub_transfers,
        funder_transfers,
        group_window,
        group_joins,
        group_share,
        group_members,
    };
    let laid = typed.lay().map_err(|error| of_case(py, &error))?;
    let asked = typed.clone();
    let found = work(py, &How { threads, progress }, move |watch| {
        let inputs = laid.inputs.iter().map(|input| &input.file);
        blame_damage_aloud(inputs, watch, || {
            let read = what.as_ref().map(|what| what.read_already(&laid)).transpose()?.flatten();
            FoundMixers::look(read, &laid, &asked, started, watch)
        })
    })?;
    Ok(Mixers { found: Arc::new(found), typed })
}
