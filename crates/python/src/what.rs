//! What is asked about: a case, its file, or transfers that were read already.

use crate::case::Case;
use crate::ledger::Ledger;
use dyetrace_run::decisions::read_log;
use dyetrace_run::{CaseFiles, Error, TypedCase, TypedReading, Watch};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::path::PathBuf;

/// A case, and its transfers where they were read already.
#[derive(Clone, Debug)]
pub(crate) struct What {
    pub(crate) case: Case,
    read: Option<CaseFiles>,
}

impl<'py> FromPyObject<'_, 'py> for What {
    type Error = PyErr;

    fn extract(what: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(ledger) = what.cast::<Ledger>() {
            let ledger = ledger.get();
            return Ok(Self { case: ledger.case.clone(), read: Some(ledger.files.clone()) });
        }
        if let Ok(case) = what.cast::<Case>() {
            return Ok(Self { case: case.get().clone(), read: None });
        }
        let path: PathBuf = what
            .extract()
            .map_err(|_| PyTypeError::new_err("a Case, a Ledger or the path of a case file was expected"))?;
        let typed = TypedCase { case: Some(path), ..TypedCase::default() };
        Ok(Self { case: Case { typed, reading: TypedReading::default(), skip_bad_rows: false }, read: None })
    }
}

impl What {
    /// The transfers that were read already, with the decisions of the case as it is now.
    pub(crate) fn read_already(&self, case: &dyetrace_ingest::Case) -> Result<Option<CaseFiles>, Error> {
        let Some(files) = &self.read else { return Ok(None) };
        Ok(Some(CaseFiles { log: read_log(case)?, ..files.clone() }))
    }

    /// The transfers, read now if they were not before.
    pub(crate) fn files(&self, case: &dyetrace_ingest::Case, watch: &dyn Watch) -> Result<CaseFiles, Error> {
        self.read_already(case)?.map_or_else(|| CaseFiles::read(case, watch), Ok)
    }
}
