//! What heuristics claim, against the truth: deposit accounts, swaps, both legs of bridges, notes of mixers.
//!
//! A result says it in two tables, where it has them: `deposits.csv` with a column `address`, and `links.csv` with
//! `kind` (`swap`, `bridge`, `mixer`), `from_transaction` and `to_transaction` (the same one for a swap).

use super::tables::Table;
use super::{Part, ScoreRow};
use crate::error::Error;
use std::collections::BTreeSet;
use std::path::Path;

/// A kind of link: its subject, its name in `links.csv`, and where the truth has it: file, first, second hash.
const KINDS: [(&str, &str, &str, &str, &str); 3] = [
    ("swap_links", "swap", "swaps", "transaction_hash", "transaction_hash"),
    ("bridge_links", "bridge", "bridges", "departure_hash", "arrival_hash"),
    ("mixer_links", "mixer", "mixers", "deposit_hash", "withdrawal_hash"),
];

type Pairs = BTreeSet<(String, String)>;

pub(super) fn links(result: &Path, simulation: &Path) -> Result<Vec<ScoreRow>, Error> {
    let mut rows = vec![deposits(result, simulation)?];
    let path = result.join("links.csv");
    let found = if path.exists() { Some(Table::read(&path)?) } else { None };
    for (subject, kind, file, first, second) in KINDS {
        let Some(found) = &found else {
            rows.push(not_built(subject));
            continue;
        };
        let column = found.column("kind")?;
        let pairs = pairs(found, "from_transaction", "to_transaction", |row| &row[column] == kind)?;
        let truth = Table::read(&simulation.join(format!("truth/{file}.csv")))?;
        rows.push(compare(subject, &pairs, &self::pairs(&truth, first, second, |_| true)?));
    }
    Ok(rows)
}

const fn not_built(subject: &'static str) -> ScoreRow {
    ScoreRow {
        subject,
        rule: None,
        precision: None,
        recall: None,
        note: Some("not built: the result has no such table"),
    }
}

fn deposits(result: &Path, simulation: &Path) -> Result<ScoreRow, Error> {
    let path = result.join("deposits.csv");
    if !path.exists() {
        return Ok(not_built("deposit_detection"));
    }
    let found = Table::read(&path)?;
    let found = pairs(&found, "address", "address", |_| true)?;
    let truth = Table::read(&simulation.join("truth/accounts.csv"))?;
    let kind = truth.column("kind")?;
    let truth = pairs(&truth, "address", "address", |row| &row[kind] == "deposit")?;
    Ok(compare("deposit_detection", &found, &truth))
}

/// Two columns of the rows that count; a row with an empty one is none.
fn pairs(
    table: &Table,
    first: &str,
    second: &str,
    counts: impl Fn(&csv::StringRecord) -> bool,
) -> Result<Pairs, Error> {
    let (first, second) = (table.column(first)?, table.column(second)?);
    let rows =
        table.rows.iter().filter(|row| counts(row) && !row[first].is_empty() && !row[second].is_empty());
    Ok(rows.map(|row| (row[first].to_owned(), row[second].to_owned())).collect())
}

fn compare(subject: &'static str, found: &Pairs, truth: &Pairs) -> ScoreRow {
    let right = found.intersection(truth).count() as u128;
    ScoreRow {
        subject,
        rule: None,
        precision: Some(Part { of: right, all: found.len() as u128 }),
        recall: Some(Part { of: right, all: truth.len() as u128 }),
        note: None,
    }
}
