//! What heuristics claim, against the truth: deposit accounts, swaps, both legs of bridges, notes of mixers.
//!
//! Deposit accounts stand in the list that `dyetrace deposits` writes; links in `links.csv` of a result, where it has
//! one: those of fate `followed`, by `method` (`swap`, `bridge`, `mixer`), `source_transaction` and `destination_transaction`.

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

pub(super) fn links(
    result: &Path,
    simulation: &Path,
    deposits: Option<&Path>,
) -> Result<Vec<ScoreRow>, Error> {
    let mut rows = self::deposits(deposits, simulation)?;
    let path = result.join("links.csv");
    let found = if path.exists() { Some(Table::read(&path)?) } else { None };
    for (subject, kind, file, first, second) in KINDS {
        let Some(found) = &found else {
            rows.push(not_built(subject, "not built: the result has no such table"));
            continue;
        };
        let (method, fate) = (found.column("method")?, found.column("fate")?);
        let counts = |row: &csv::StringRecord| &row[method] == kind && &row[fate] == "followed";
        let pairs = pairs(found, "source_transaction", "destination_transaction", counts)?;
        let truth = Table::read(&simulation.join(format!("truth/{file}.csv")))?;
        rows.push(compare(subject, &pairs, &self::pairs(&truth, first, second, |_| true)?));
    }
    Ok(rows)
}

const fn not_built(subject: &'static str, note: &'static str) -> ScoreRow {
    ScoreRow { subject, rule: None, precision: None, recall: None, note: Some(note) }
}

/// The subjects of a list of deposit accounts.
const DEPOSITS: [&str; 3] = ["deposit_detection", "deposits_by_sweeps", "deposits_by_sweeps_and_leads"];

/// A list of deposit accounts against the truth, each with its exchange: all that it takes for one, then those that no
/// label names. An account that was never swept counts in the truth, though no sweep can tell it.
fn deposits(list: Option<&Path>, simulation: &Path) -> Result<Vec<ScoreRow>, Error> {
    let Some(path) = list else {
        let note = "not told: give the list of `dyetrace deposits` with `--deposits FILE`";
        return Ok(DEPOSITS.map(|subject| not_built(subject, note)).into());
    };
    let found = Table::read(path)?;
    let grade = found.column("grade")?;
    let of = |grades: &[&str]| pairs(&found, "entity", "address", |row| grades.contains(&&row[grade]));
    let truth = Table::read(&simulation.join("truth/accounts.csv"))?;
    let kind = truth.column("kind")?;
    let truth = pairs(&truth, "exchange", "address", |row| &row[kind] == "deposit")?;
    let labelled = of(&["LABELLED"])?;
    let unlabelled = truth.difference(&labelled).cloned().collect();
    let [all, by_sweeps, with_leads] = DEPOSITS;
    Ok(vec![
        compare(all, &of(&["LABELLED", "INFERRED"])?, &truth),
        compare(by_sweeps, &of(&["INFERRED"])?, &unlabelled),
        compare(with_leads, &of(&["INFERRED", "LEAD"])?, &unlabelled),
    ])
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
