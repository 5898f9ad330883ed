//! `holdings.csv`: a row is theft × stolen asset × purse where taint rests or was stopped, under any asked
//! rule. Sorted by theft, stolen asset, chain, address, asset. `label` and `category` are those of the
//! account's strongest label.

use super::columns;
use crate::cell::Table;
use crate::report::Report;
use crate::sheet::Target;
use std::io;

const FIRST: [&str; 10] =
    ["theft", "stolen_asset", "chain", "address", "label", "category", "asset", "state", "stop", "balance"];
const LAST: [&str; 4] = ["first_taint", "last_taint", "hops", "grade"];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let (ledger, labels, trace) = (report.input.ledger, report.input.labels, report.input.trace);
    let mut table = Table::new(to, columns(&[&FIRST], trace, &LAST))?;
    let holdings = &trace.holdings;
    for &row in &report.order {
        let (class, purse) = (holdings.class[row], holdings.purse[row]);
        let label = labels.strongest(ledger.purses().account(purse));
        table.text(trace.theft_of(class));
        table.asset(report, trace.asset_of(class));
        table.text(ledger.purse_chain(purse));
        table.holder(ledger, purse);
        table.text(label.map_or("", |label| if label.text.is_empty() { &label.entity } else { &label.text }));
        table.text(label.map_or("", |label| label.category.as_str()));
        table.asset(report, ledger.purses().asset(purse));
        table.text(report.states[row].as_str());
        table.text(holdings.stop[row].map_or("", |stop| stop.as_str()));
        table.amount(holdings.balance[row]);
        table.shares(trace, &holdings.shares, row, false);
        table.when(ledger, holdings.first_taint[row]);
        table.when(ledger, holdings.last_taint[row]);
        table.number(u64::from(holdings.hops[row]));
        table.text(holdings.grade[row].as_str());
        table.end()?;
    }
    table.finish()
}
