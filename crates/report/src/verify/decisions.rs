//! Decisions: each row of `decisions.csv` hashes, with the row before it, to its own hash, and the last one is the head
//! that the manifest names.

use super::Verdict;
use crate::cell::defused;
use crate::table::decisions::COLUMNS;
use crate::write::folder::hex;
use crate::written::Fault;
use crate::written::rows::Rows;
use dyetrace_core::decision::{Decision, NO_LINE};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;

const FILE: &str = "decisions.csv";

pub(super) fn check(folder: &Path, manifest: &Value, verdict: &mut Verdict) -> Result<(), Fault> {
    let mut outputs = manifest["outputs"].as_array().into_iter().flatten();
    let log = &manifest["decisions"];
    // Results of before there were decisions have no such table.
    if log.is_null() && !outputs.any(|output| output["name"] == FILE) {
        return Ok(());
    }
    let mut rows = Rows::open(folder, FILE)?;
    let columns = rows.columns(COLUMNS)?;
    let (mut before, mut count) = (NO_LINE.to_owned(), 0_u64);
    while rows.next()? {
        count += 1;
        verdict.figures += 1;
        let cells = rows.texts(columns);
        if !follows(&cells, count, &before) {
            verdict.fault(
                FILE,
                format!("decision {count}: its hash does not follow from what it says and the row before"),
            );
        }
        before.clone_from(&cells[7]);
    }
    let (rows, head) = if log.is_null() {
        (0, NO_LINE)
    } else {
        (log["rows"].as_u64().unwrap_or(0), log["head"].as_str().unwrap_or(""))
    };
    verdict.compare(FILE, || "number of decisions".to_owned(), &count, &rows);
    verdict.compare(FILE, || "head of the chain".to_owned(), &before.as_str(), &head);
    Ok(())
}

/// Whether a row's hash is that of the line that it was.
fn follows(cells: &[String; 8], number: u64, before: &str) -> bool {
    let [stated, when, who, kind, subject, detail, why, hash] = cells;
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    // A `'` before a formula may be ours, or theirs: the hash tells which.
    let forms = |text: &str| {
        let bare = text.strip_prefix('\'').filter(|bare| defused(bare) == text).map(str::to_owned);
        [Some(text.to_owned()), bare].into_iter().flatten().collect::<Vec<_>>()
    };
    let (whos, subjects, whys) = (forms(who), forms(subject), forms(why));
    let lines = whos.iter().flat_map(|who| {
        let whys = &whys;
        subjects.iter().flat_map(move |subject| whys.iter().map(move |why| [who, subject, why]))
    });
    *stated == number.to_string() && lines.into_iter().any(|[who, subject, why]| {
        let line = json!({
            "number": number, "when": when, "who": who, "kind": kind, "subject": subject, "detail": detail, "why": why,
            "before": before,
        });
        let decision: Result<Decision, _> = serde_json::from_value(line);
        decision.is_ok_and(|decision| {
            let line = serde_json::to_string(&decision).unwrap_or_default();
            hex(&Sha256::digest(line.as_bytes())) == *hash
        })
    })
}
