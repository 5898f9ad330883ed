//! Verifying a result: its files are those that were sealed, and every total follows from the evidence.
//!
//! A second, plain implementation: it reads the written tables alone, knows nothing of a ledger or a trace, and adds
//! decimal texts up in whole numbers. What it finds is damage and inconsistency, not forgery: whoever writes a
//! whole new result writes one that verifies. Against that the SHA-256 of the manifest is kept elsewhere.
//!
//! [`files`] compares hashes, [`evidence`] reads the tables, [`purses`] holds what rests in a purse against what came
//! and went, [`balances`] does so for a theft as a whole, [`places`] follows each line of `freezable.csv` and
//! `next.csv` to its holding, and [`hops`] each hop of a route to its transfer; [`decisions`] follows the chain of the
//! analyst's decisions, [`dollars`] multiplies again, and [`packs`] holds the requests against all of these.

mod balances;
mod decisions;
mod dollars;
mod evidence;
mod files;
mod hops;
mod packs;
mod places;
mod purses;
mod request_sums;

use crate::error::Error;
use crate::manifest::is_of_mixers;
use crate::written::Fault;
use dollars::Dollars;
use evidence::{ByKey, Evidence};
use serde_json::Value;
use std::path::Path;

/// What was checked, and what does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The SHA-256 of `manifest.json`, in hex: to be compared with the one that was kept elsewhere.
    pub manifest_sha256: String,
    /// How many files were compared with their hash.
    pub files: u64,
    /// How many transfers and postings were added up.
    pub rows: u64,
    /// How many figures were derived anew and compared.
    pub figures: u64,
    /// What does not hold, by file.
    pub faults: Vec<Fault>,
}

impl Verdict {
    /// Whether all holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, file: &str, what: impl Into<String>) {
        self.faults.push(Fault { file: file.to_owned(), what: what.into() });
    }

    /// Compares a figure that stands in a file with the one that follows.
    fn compare<T: PartialEq + std::fmt::Display>(
        &mut self,
        file: &str,
        subject: impl FnOnce() -> String,
        stands: &T,
        follows: &T,
    ) {
        self.figures += 1;
        if stands != follows {
            self.fault(
                file,
                format!("{}: {stands} stands there, {follows} follows from the evidence", subject()),
            );
        }
    }
}

/// Verifies the result in a folder: of a trace its files and its figures, of a run on mixers its files.
///
/// # Errors
/// An [`Error`] where the folder cannot be read. What does not hold is no error: it stands in the verdict.
///
/// # Cost
/// One pass over all files; memory follows the holdings, and the hops of routes.
pub fn verify(folder: &Path) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let manifest = files::check(folder, &mut verdict)?;
    if is_of_mixers(&manifest) {
        verdict.faults.sort();
        return Ok(verdict);
    }
    match Evidence::read(folder, &manifest) {
        Ok(evidence) => {
            verdict.rows = evidence.rows;
            let holdings = evidence.by_key();
            purses::check(&evidence, &holdings, &mut verdict);
            balances::check(&evidence, &mut verdict);
            places::check(&evidence, &holdings, &mut verdict);
            hops::check(&evidence, &holdings, &mut verdict);
            if let Err(fault) = check_packs(folder, &manifest, &evidence, &holdings, &mut verdict) {
                verdict.faults.push(fault);
            }
        }
        Err(fault) => verdict.faults.push(fault),
    }
    if let Err(fault) = decisions::check(folder, &manifest, &mut verdict) {
        verdict.faults.push(fault);
    }
    verdict.faults.sort();
    verdict.faults.dedup();
    Ok(verdict)
}

/// Checks the dollars, where there are any, and the requests.
fn check_packs(
    folder: &Path,
    manifest: &Value,
    evidence: &Evidence,
    holdings: &ByKey<'_>,
    verdict: &mut Verdict,
) -> Result<(), Fault> {
    let outputs = manifest["outputs"].as_array().into_iter().flatten();
    let has_dollars = outputs.into_iter().any(|output| output["name"] == dollars::FILE);
    let dollars = if has_dollars { dollars::check(folder, evidence, verdict)? } else { Dollars::new() };
    packs::check(folder, manifest, evidence, holdings, &dollars, verdict)
}
