//! `freezable.csv`: a row is a place where money can be stopped, best first.

use super::at;
use crate::cell::Table;
use crate::finding::Finding;
use crate::report::Report;
use crate::sheet::{Sheet, Target};
use dyetrace_core::trace::Rule;
use std::io;

const COLUMNS: [&str; 26] = [
    "rank",
    "theft",
    "holder",
    "holder_kind",
    "chain",
    "address",
    "asset",
    "symbol",
    "state",
    "amount_min",
    "amount_rule",
    "amount_max",
    "robust",
    "claim",
    "stolen_asset",
    "gross_received",
    "balance",
    "first_taint",
    "last_taint",
    "deposits",
    "swept_to",
    "swept_at",
    "grade",
    "basis",
    "hops",
    "route_id",
];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, COLUMNS)?;
    for (rank, finding) in (1..).zip(report.findings()) {
        row(&mut table, report, rank, finding);
        table.end()?;
    }
    table.finish()
}

fn row(table: &mut Table<impl Sheet>, report: &Report<'_>, rank: u64, finding: &Finding) {
    let input = &report.input;
    let (ledger, trace) = (input.ledger, input.trace);
    let (holdings, row) = (&trace.holdings, finding.holding);
    let (class, purse) = (holdings.class[row], holdings.purse[row]);
    let asset = ledger.purses().asset(purse);
    let of_rule = holdings.shares.get(row, 0);
    table.number(rank);
    table.text(trace.theft_of(class));
    table.text(&finding.holder);
    table.text(finding.holder_kind);
    table.text(ledger.purse_chain(purse));
    table.holder(ledger, purse);
    table.asset(report, asset);
    table.text(input.tokens.get(asset).map_or("", |token| &token.symbol));
    table.text(finding.state.as_str());
    table.amount(finding.least);
    table.amount(of_rule.units);
    table.amount(finding.most);
    match finding.robust {
        Some(robust) => table.amount(robust),
        None => table.empty(),
    }
    if trace.rules.first().is_some_and(|&rule| rule != Rule::Poison) {
        table.amount(of_rule.claim);
    } else {
        table.empty();
    }
    table.asset(report, trace.asset_of(class));
    table.amount(holdings.gross_received[row]);
    table.amount(holdings.balance[row]);
    table.when(ledger, holdings.first_taint[row]);
    table.when(ledger, holdings.last_taint[row]);
    table.number(holdings.deposits[row]);
    sweep(table, report, finding);
    table.text(holdings.grade[row].as_str());
    table.text(&finding.basis);
    table.number(u64::from(holdings.hops[row]));
    table.text(&format!("R{rank}"));
}

fn sweep(table: &mut Table<impl Sheet>, report: &Report<'_>, finding: &Finding) {
    let ledger = report.input.ledger;
    match finding.swept {
        Some(place) => {
            table.holder(ledger, ledger.columns().to[at(place)]);
            table.when(ledger, place);
        }
        None => {
            table.empty();
            table.empty();
        }
    }
}
