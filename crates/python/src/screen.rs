//! `screen`: what came to many addresses from thefts and labelled holders, as a table.

use crate::column::Amounts;
use crate::error::{of_case, raised};
use crate::many::{LabelFiles, Pairs, Threads, Words};
use crate::sheet::Batch;
use crate::table::Table;
use crate::what::What;
use crate::work::{How, work};
use dyetrace_ingest::{AskedAddresses, FileSpec, list_addresses, read_addresses};
use dyetrace_report::Screening as Rows;
use dyetrace_run::damage::blame_damage_aloud;
use dyetrace_run::plan::keep_inputs;
use dyetrace_run::put;
use dyetrace_run::screen::{Screened, TypedScreen, address_notes, keep_addresses};
use dyetrace_run::{Error, TypedOrigins};
use pyo3::prelude::*;
use std::io::BufWriter;
use std::path::PathBuf;
use std::sync::Arc;

/// The addresses: a file of them, or each by itself.
#[derive(Clone, Debug)]
pub(crate) enum Addresses {
    File(PathBuf),
    List(Vec<String>),
}

impl<'py> FromPyObject<'_, 'py> for Addresses {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(path) = object.extract() {
            return Ok(Self::File(path));
        }
        let mut list = Vec::new();
        for address in object.try_iter()? {
            list.push(address?.extract()?);
        }
        Ok(Self::List(list))
    }
}

impl Addresses {
    fn read(&self) -> Result<AskedAddresses, Error> {
        Ok(match self {
            Self::File(path) => read_addresses(&FileSpec::typed(path))?,
            Self::List(list) => list_addresses(list)?,
        })
    }
}

/// What came to many addresses.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Screening {
    screened: Arc<Screened>,
    typed: TypedScreen,
    addresses: Addresses,
    said: String,
    /// How many addresses meet a threshold.
    #[pyo3(get)]
    flagged: u64,
    /// How many addresses no transfer names.
    #[pyo3(get)]
    unknown: u64,
    /// Why more may have come than is told.
    #[pyo3(get)]
    missing: Vec<String>,
    /// A row is an address, purse and kind of money that came there.
    #[pyo3(get)]
    rows: Py<Table>,
}

#[pymethods]
impl Screening {
    /// Whether nothing was left out or cut: exit code 0 of the command, else 2.
    #[getter]
    const fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Writes the table that the command writes, byte for byte. An existing file is replaced only if it is such a table.
    fn write(&self, py: Python<'_>, out: PathBuf) -> PyResult<()> {
        py.detach(|| {
            keep_inputs(&self.typed.case, &self.typed.lay()?.case, &out)?;
            if let Addresses::File(file) = &self.addresses {
                keep_addresses(file, &out)?;
            }
            put::may_replace(&out, "table of a screening", Rows::is_csv)?;
            put::whole(&out, |file| self.screened.rows().write(BufWriter::new(file)))
        })
        .map_err(|error| raised(py, &error))
    }

    fn __str__(&self) -> &str {
        &self.said
    }

    fn __repr__(&self) -> String {
        let complete = if self.is_complete() { "" } else { ", not complete" };
        format!("<dyetrace.Screening: {}{complete}>", self.said)
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let rows = self.rows.bind(py).call_method0("_repr_html_")?.extract::<String>()?;
        Ok(format!("<p>{}</p>{rows}", crate::html::escaped_lines(&self.said)))
    }
}

/// Tallies what came to many addresses from thefts and labelled holders: a file of addresses, or a list.
#[pyfunction]
#[pyo3(signature = (what, addresses, *, flag_direct=None, flag_indirect=None, thefts=None, labels=None, decisions=None,
    rule=None, origins=None, stop=None, until=None, no_swaps=false, no_detected_deposits=false, amounts="auto", threads=None,
    progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn screen(
    py: Python<'_>,
    what: What,
    addresses: Addresses,
    flag_direct: Option<Pairs>,
    flag_indirect: Option<Pairs>,
    thefts: Option<Pairs>,
    labels: Option<LabelFiles>,
    decisions: Option<PathBuf>,
    rule: Option<String>,
    origins: Option<Words>,
    stop: Option<Words>,
    until: Option<String>,
    no_swaps: bool,
    no_detected_deposits: bool,
    amounts: &str,
    threads: Option<Threads>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Screening> {
    let amounts = Amounts::asked(amounts)?;
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
    let (flag_direct, flag_indirect) =
        (flag_direct.unwrap_or_default().0, flag_indirect.unwrap_or_default().0);
    let typed = TypedScreen { case: case.typed, reading: case.reading, run, flag_direct, flag_indirect };
    let asked = typed.lay().map_err(|error| of_case(py, &error))?;
    let named = addresses.clone();
    let (screened, batch) = work(py, &How { threads, progress }, move |watch| {
        let read = named.read()?;
        address_notes(&read, "addresses").iter().for_each(|note| watch.note(note));
        let addresses = read.addresses;
        let inputs = asked.case.inputs.iter().map(|input| &input.file);
        blame_damage_aloud(inputs, watch, || {
            let screened = what.files(&asked.case, watch)?.screen(&asked, addresses, watch)?;
            let busy = watch.busy("rows");
            let batch = Batch::of(amounts, |batch| screened.rows().write(batch))?;
            busy.finish_and_clear();
            Ok::<_, Error>((screened, batch))
        })
    })?;
    let rows = screened.rows();
    let (said, flagged, unknown) = (screened.said(&rows), rows.flagged(), rows.unknown());
    drop(rows);
    Ok(Screening {
        said,
        flagged,
        unknown,
        missing: screened.missing(),
        rows: Py::new(py, Table::made("screening", batch, amounts)?)?,
        screened: Arc::new(screened),
        typed,
        addresses,
    })
}
