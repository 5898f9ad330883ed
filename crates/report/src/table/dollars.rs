//! `dollars.csv`: a row is an arrival at a finding, with its price. Written only where prices were given.
//!
//! Rows stand in the order of the findings' ranks; of one finding, stolen money that first shows there, then transfers in
//! replay order. Columns of rules: the units that arrived, then their dollars, rounded down to the cent; without a price
//! they are empty.

use super::{at, chain_of};
use crate::cell::Table;
use crate::price::price_text;
use crate::report::Report;
use crate::sheet::Target;
use crate::totals::exact_rules;
use std::io;

const FIRST: [&str; 14] = [
    "route_id",
    "kind",
    "chain",
    "block_number",
    "transaction_index",
    "event_index",
    "block_timestamp",
    "transaction_hash",
    "address",
    "asset",
    "decimals",
    "price",
    "price_time",
    "price_source",
];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let transfers = ledger.columns();
    let rules = || exact_rules(trace).map(|rule| trace.rules[rule].as_str());
    let columns = FIRST.iter().map(|&name| name.to_owned());
    let columns = columns.chain(rules().map(str::to_owned)).chain(rules().map(|rule| format!("usd_{rule}")));
    let mut table = Table::new(to, columns)?;
    for (rank, finding) in (1_u64..).zip(report.findings()) {
        for arrival in report.arrivals_at(finding.holding) {
            let place = at(arrival.place);
            let (chain, transaction) = (chain_of(ledger, place), transfers.transaction[place]);
            let purse = trace.holdings.purse[finding.holding];
            table.text(&format!("R{rank}"));
            table.text(arrival.posted.map_or("transfer", |kind| kind.as_str()));
            table.text(ledger.chain_name(chain));
            table.known(transfers.block(place));
            table.known(ledger.transactions().index(transaction));
            table.known(transfers.event_index(place));
            table.time(ledger, place);
            table.hash(ledger, chain, transaction);
            table.holder(ledger, purse);
            table.asset(report, ledger.purses().asset(purse));
            match &arrival.quote {
                Some((quote, decimals)) => {
                    table.number(u64::from(*decimals));
                    table.text(&price_text(quote.usd));
                    table.moment(quote.time);
                    table.text(&quote.source);
                }
                None => (0..4).for_each(|_| table.empty()),
            }
            arrival.units.iter().for_each(|&units| table.amount(units));
            for rule in 0..arrival.units.len() {
                match arrival.worth(rule) {
                    Some(cents) => table.text(&cents.to_plain()),
                    None => table.empty(),
                }
            }
            table.end()?;
        }
    }
    table.finish()
}
