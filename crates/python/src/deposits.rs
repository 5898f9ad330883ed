//! `deposits`: exchange deposit addresses, labelled or found by their sweeps.

use crate::column::Amounts;
use crate::error::of_case;
use crate::many::{LabelFiles, Pairs, Threads};
use crate::sheet::Batch;
use crate::table::Table;
use crate::what::What;
use crate::work::{How, work};
use dyetrace_run::damage::blame_damage_aloud;
use dyetrace_run::deposits::TypedDeposits;
use dyetrace_run::plan::lay_case;
use pyo3::prelude::*;

/// Finds deposit addresses of exchanges: the list that `dyetrace deposits` writes.
#[pyfunction]
#[pyo3(signature = (what, *, labels=None, min_share=None, destinations=None, max_transfers=None, max_senders=None,
    max_delay=None, max_delay_blocks=None, max_short=None, gas_accounts=None, gas_share=None, amounts="auto", threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn deposits(
    py: Python<'_>,
    what: What,
    labels: Option<LabelFiles>,
    min_share: Option<u32>,
    destinations: Option<usize>,
    max_transfers: Option<u64>,
    max_senders: Option<u64>,
    max_delay: Option<i64>,
    max_delay_blocks: Option<u64>,
    max_short: Option<Pairs>,
    gas_accounts: Option<u64>,
    gas_share: Option<u32>,
    amounts: &str,
    threads: Option<Threads>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Table> {
    let amounts = Amounts::asked(amounts)?;
    let case = what.case.clone().and(None, labels, None);
    let thresholds = TypedDeposits {
        min_share,
        destinations,
        max_transfers,
        max_senders,
        max_delay,
        max_delay_blocks,
        max_short: max_short.unwrap_or_default().0,
        gas_accounts,
        gas_share,
    };
    thresholds.check().map_err(|error| of_case(py, &error))?;
    let batch = work(py, &How { threads, progress }, move |watch| {
        let mut laid = lay_case(&case.typed, &case.reading)?;
        laid.skip_bad_rows |= case.skip_bad_rows;
        let inputs = laid.inputs.iter().map(|input| &input.file);
        blame_damage_aloud(inputs, watch, || {
            let found = what.files(&laid, watch)?.deposits(&laid, &thresholds, watch)?;
            Batch::of(amounts, |batch| found.list().write_csv(batch))
        })
    })?;
    Table::made("deposits", batch, amounts)
}
