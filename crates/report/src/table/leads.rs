//! `leads.csv`: a row is a withdrawal that may be the way out of a deposit at which the trace stopped. A question to
//! the exchange, and no result of the trace. By theft, stolen asset, deposit, then time of the withdrawal.
//!
//! `placebo` is how often the same search finds something before a deposit for each time that it does after one, in
//! thousandths rounded down; empty where it never does after one.

use super::chain_of;
use crate::cell::Table;
use crate::leads::{Lead, Placebo};
use crate::report::Report;
use crate::sheet::{Sheet, Target};
use std::io;

const COLUMNS: [&str; 22] = [
    "theft",
    "stolen_asset",
    "venue",
    "chain",
    "deposit_address",
    "asset",
    "deposit_transaction",
    "deposited_at",
    "deposited",
    "tainted",
    "withdrawal_transaction",
    "withdrawn_at",
    "wallet",
    "recipient",
    "withdrawn_asset",
    "withdrawn",
    "delay",
    "candidates",
    "tested",
    "hits_after",
    "hits_before",
    "placebo",
];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, COLUMNS)?;
    for lead in &report.leads.rows {
        row(&mut table, report, lead);
        table.end()?;
    }
    table.finish()
}

fn row(table: &mut Table<impl Sheet>, report: &Report<'_>, lead: &Lead) {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let columns = ledger.columns();
    let (deposit, withdrawal) = (lead.deposit, lead.withdrawal);
    let chain = chain_of(ledger, deposit);
    let venue = &report.leads.venues[lead.venue];
    table.text(trace.theft_of(lead.class));
    table.asset(report, trace.asset_of(lead.class));
    table.text(&venue.name);
    table.text(ledger.chain_name(chain));
    table.holder(ledger, columns.to[deposit]);
    table.asset(report, ledger.purses().asset(columns.to[deposit]));
    table.hash(ledger, chain, columns.transaction[deposit]);
    table.time(ledger, deposit);
    table.amount(columns.value.get(deposit));
    table.amount(lead.tainted);
    table.hash(ledger, chain, columns.transaction[withdrawal]);
    table.time(ledger, withdrawal);
    table.holder(ledger, columns.from[withdrawal]);
    table.holder(ledger, columns.to[withdrawal]);
    table.asset(report, ledger.purses().asset(columns.from[withdrawal]));
    table.amount(columns.value.get(withdrawal));
    let delay = columns.time(withdrawal).zip(columns.time(deposit)).map(|(out, back)| out.abs_diff(back));
    table.known(delay);
    table.number(lead.candidates);
    let Placebo { tested, after, before } = venue.placebo;
    table.number(tested);
    table.number(after);
    table.number(before);
    table.text(&venue.placebo.rate());
}
