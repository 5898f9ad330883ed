//! `flows.csv`: a row is theft × stolen asset × transfer that carries taint, in replay order.

use super::{at, chain_of, columns};
use crate::cell::Table;
use crate::report::Report;
use std::io::{self, Write};

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

pub(crate) fn write(report: &Report<'_>, to: impl Write) -> io::Result<()> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let mut table = Table::new(to, columns(&[&FIRST], trace, &["grade"]))?;
    let (transfers, flows) = (ledger.columns(), &trace.flows);
    for row in 0..flows.place.len() {
        let place = at(flows.place[row]);
        let (chain, transaction) = (chain_of(ledger, place), transfers.transaction[place]);
        table.text(ledger.chain_name(chain));
        table.known(transfers.block(place));
        table.known(ledger.transactions().index(transaction));
        table.known(transfers.event_index(place));
        table.time(ledger, place);
        table.hash(ledger, chain, transaction);
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
    table.finish()
}
