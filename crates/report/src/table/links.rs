//! `links.csv`: a row is a link that the trace was handed, or a transfer of stolen money into a bridge of which the other side was
//! looked for on another chain. Stated links first, in their order, then by source. No file where there is neither.
//!
//! `fate` is followed, weak (below the confidence that is followed), refused, absent, candidate, ambiguous or unpaired; `band`
//! how a pair was found; `taint` what of the source is stolen under the run's rule, in base units of its asset. Several
//! destinations are several rows.

use super::{at, chain_of};
use crate::cell::Table;
use crate::input::Input;
use crate::report::Report;
use crate::sheet::{Sheet, Target};
use dyetrace_core::Amount;
use dyetrace_core::links::bridges::{BridgePair, Fate};
use dyetrace_core::trace::PostingKind;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

const COLUMNS: [&str; 24] = [
    "fate",
    "method",
    "band",
    "link_confidence",
    "grade",
    "candidates",
    "source_chain",
    "source_timestamp",
    "source_transaction",
    "source_event",
    "from_address",
    "into_address",
    "asset",
    "value",
    "taint",
    "destination_chain",
    "destination_timestamp",
    "destination_transaction",
    "destination_event",
    "out_of_address",
    "to_address",
    "destination_asset",
    "destination_value",
    "told_by",
];

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    fate: &'static str,
    method: String,
    band: &'static str,
    confidence: u32,
    inferred: bool,
    candidates: u32,
    source: Option<usize>,
    taint: Amount,
    destination: Option<usize>,
    told_by: String,
}

/// All rows, in order.
pub(crate) fn rows(report: &Report<'_>) -> Vec<Row> {
    let (trace, facts) = (report.input.trace, &report.input.facts.links);
    let refused: BTreeMap<usize, &str> =
        trace.unlinked.iter().map(|(link, fault)| (*link as usize, fault.as_str())).collect();
    let taints = taints(report);
    let taint = |place: u64| taints.get(&place).copied();
    let mut rows = Vec::new();
    for stated in &facts.stated {
        let fault = stated.index.and_then(|index| refused.get(&index).copied());
        let mut row = Row {
            fate: match (&stated.link, stated.index, fault) {
                (Err(_), ..) => "absent",
                (_, None, _) => "weak",
                (_, _, Some(_)) => "refused",
                _ => "followed",
            },
            method: stated.link.as_ref().map(|link| link.method.clone()).unwrap_or_default(),
            band: "",
            confidence: stated.confidence,
            inferred: stated.link.as_ref().is_ok_and(|link| link.is_inferred),
            candidates: 1,
            source: None,
            taint: Amount::ZERO,
            destination: None,
            told_by: said(&stated.told_by, stated.link.as_ref().err().map(String::as_str).or(fault)),
        };
        let Ok(link) = &stated.link else {
            rows.push(row);
            continue;
        };
        (row.source, row.taint) = (Some(at(link.source)), taint(link.source).unwrap_or_default());
        for &destination in &link.destinations {
            let (method, told_by) = (row.method.clone(), row.told_by.clone());
            rows.push(Row { destination: Some(at(destination)), method, told_by, ..row });
        }
    }
    let pairs = facts.bridges.iter().flat_map(|(_, bridges)| &bridges.pairs);
    let mut index = facts.first_pair;
    for pair in pairs {
        let fault = (pair.fate == Fate::Paired).then(|| {
            index += 1;
            refused.get(&(index - 1)).copied()
        });
        // Of what is not stolen only what the trace was handed; of one chain alone there is no other side.
        if fault.is_some() || (taint(pair.source).is_some() && several_chains(&report.input)) {
            rows.push(of_pair(pair, fault.flatten(), taint(pair.source).unwrap_or_default()));
        }
    }
    rows
}

/// Whether there is another chain to which a bridge could lead.
pub(crate) fn several_chains(input: &Input<'_>) -> bool {
    input.ledger.chains().count() > 1
}

fn of_pair(pair: &BridgePair, fault: Option<&str>, taint: Amount) -> Row {
    Row {
        fate: match (pair.fate, fault) {
            (Fate::Paired, None) => "followed",
            (Fate::Paired, Some(_)) => "refused",
            (fate, _) => fate.as_str(),
        },
        method: pair.band.map(|band| band.method().to_owned()).unwrap_or_default(),
        band: pair.band.map_or("", |band| band.as_str()),
        confidence: pair.confidence,
        inferred: true,
        candidates: pair.candidates,
        source: Some(at(pair.source)),
        taint,
        destination: pair.destination.map(at),
        told_by: said("", fault),
    }
}

fn said(told_by: &str, fault: Option<&str>) -> String {
    let parts = [told_by, fault.unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// What of each transfer is stolen under the run's rule: of those that carry taint under any asked rule.
fn taints(report: &Report<'_>) -> BTreeMap<u64, Amount> {
    let (flows, postings) = (&report.input.trace.flows, &report.input.trace.postings);
    let mut sums: BTreeMap<u64, Amount> = BTreeMap::new();
    let facts = &report.input.facts.links;
    let stated = facts.stated.iter().filter_map(|it| it.link.as_ref().ok()).map(|link| link.source);
    let pairs = facts.bridges.iter().flat_map(|(_, bridges)| &bridges.pairs).map(|pair| pair.source);
    let wanted: BTreeSet<u64> = stated.chain(pairs).collect();
    let mut add = |place: u64, units: Amount| {
        if wanted.contains(&place) {
            let sum = sums.entry(place).or_default();
            *sum = sum.plus(units);
        }
    };
    for (row, &place) in flows.place.iter().enumerate() {
        add(place, flows.shares.get(row, 0).units);
    }
    for (row, &place) in postings.place.iter().enumerate() {
        if postings.kind[row] == PostingKind::Burn {
            add(place, postings.shares.get(row, 0).units);
        }
    }
    sums
}

pub(crate) fn write(report: &Report<'_>, rows: &[Row], to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, COLUMNS)?;
    for row in rows {
        table.text(row.fate);
        table.text(&row.method);
        table.text(row.band);
        table.text(&decimal(row.confidence));
        table.text(if row.inferred { "INFERRED" } else { "" });
        table.number(row.candidates.into());
        write_end(report, &mut table, row.source);
        match row.source {
            Some(_) => table.amount(row.taint),
            None => table.empty(),
        }
        write_end(report, &mut table, row.destination);
        table.text(&row.told_by);
        table.end()?;
    }
    table.finish()
}

/// Chain, time, transaction, event, sender, receiver, asset and value of a transfer.
fn write_end<S: Sheet>(report: &Report<'_>, table: &mut Table<S>, place: Option<usize>) {
    let ledger = report.input.ledger;
    let Some(place) = place else {
        (0..8).for_each(|_| table.empty());
        return;
    };
    let columns = ledger.columns();
    let chain = chain_of(ledger, place);
    table.text(ledger.chain_name(chain));
    table.time(ledger, place);
    table.hash(ledger, chain, columns.transaction[place]);
    table.known(columns.event_index(place));
    table.holder(ledger, columns.from[place]);
    table.holder(ledger, columns.to[place]);
    table.asset(report, ledger.purses().asset(columns.to[place]));
    table.amount(columns.value.get(place));
}

/// Millionths as a decimal.
pub(crate) fn decimal(millionths: u32) -> String {
    let (whole, rest) = (millionths / 1_000_000, millionths % 1_000_000);
    let digits = format!("{rest:06}");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() { whole.to_string() } else { format!("{whole}.{digits}") }
}
