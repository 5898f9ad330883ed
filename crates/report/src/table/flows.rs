//! `flows.csv`: a row is theft × stolen asset × transfer that carries taint, in replay order.
//!
//! An exchange stands there too, after the last transfer of its transaction that is part of it: a row for each asset that the
//! account gave and a row for each that it got, from the account to itself, each with the net amount and its tainted part. The two
//! amounts are the ratio. A link is such a pair, too: a row at the purse that its source entered, as of the source, and one at the
//! receiver's, as of the destination. A transfer to oneself is never listed otherwise.

use super::{at, chain_of, columns};
use crate::cell::Table;
use crate::report::Report;
use crate::sheet::{Sheet, Target};
use dyetrace_core::trace::ConvertedLeg;
use std::io;

const FIRST: [&str; 12] = [
    "chain",
    "block_number",
    "transaction_index",
    "event_index",
    "block_timestamp",
    "transaction_hash",
    "from_address",
    "to_address",
    "asset",
    "value",
    "theft",
    "stolen_asset",
];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let mut table = Table::new(to, columns(&[&FIRST], trace, &["grade"]))?;
    let (transfers, flows, postings) = (ledger.columns(), &trace.flows, &trace.postings);
    let mut legs = postings.legs.iter().peekable();
    for row in 0..flows.place.len() {
        while let Some(leg) = legs.next_if(|leg| postings.place[at(leg.posting)] < flows.place[row]) {
            write_leg(report, &mut table, leg)?;
        }
        let place = at(flows.place[row]);
        write_place(report, &mut table, place);
        table.holder(ledger, transfers.from[place]);
        table.holder(ledger, transfers.to[place]);
        table.asset(report, ledger.purses().asset(transfers.to[place]));
        table.amount(transfers.value.get(place));
        table.text(trace.theft_of(flows.class[row]));
        table.asset(report, trace.asset_of(flows.class[row]));
        table.shares(trace, &flows.shares, row, false);
        table.text(flows.grade[row].as_str());
        table.end()?;
    }
    legs.try_for_each(|leg| write_leg(report, &mut table, leg))?;
    table.finish()
}

/// Where in the ledger a row stands.
fn write_place<S: Sheet>(report: &Report<'_>, table: &mut Table<S>, place: usize) {
    let ledger = report.input.ledger;
    let transfers = ledger.columns();
    let (chain, transaction) = (chain_of(ledger, place), transfers.transaction[place]);
    table.text(ledger.chain_name(chain));
    table.known(transfers.block(place));
    table.known(ledger.transactions().index(transaction));
    table.known(transfers.event_index(place));
    table.time(ledger, place);
    table.hash(ledger, chain, transaction);
}

/// One leg of an exchange.
fn write_leg<S: Sheet>(report: &Report<'_>, table: &mut Table<S>, leg: &ConvertedLeg) -> io::Result<()> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let (postings, row) = (&trace.postings, at(leg.posting));
    write_place(report, table, report.crossings.place(&report.input, row));
    table.holder(ledger, postings.purse[row]);
    table.holder(ledger, postings.purse[row]);
    table.asset(report, ledger.purses().asset(postings.purse[row]));
    table.amount(leg.value);
    table.text(trace.theft_of(postings.class[row]));
    table.asset(report, trace.asset_of(postings.class[row]));
    table.shares(trace, &postings.shares, row, false);
    table.text(leg.grade.as_str());
    table.end()
}
