//! `postings.csv`: a row is what enters or leaves outside a tainted transfer, in replay order, then kind,
//! theft, stolen asset. What enters (received, unseen) is positive, what leaves (fee, burn, dust) negative; what is
//! converted is negative where it was given and positive where it was got.
//!
//! What a link takes out of the purse that its source entered stands with that source, though it leaves as the destination comes.
//!
//! `address` is the purse's that it entered or left: of a fee, the payer's. A fee stands where
//! its transaction begins.

use super::{chain_of, columns};
use crate::cell::Table;
use crate::report::Report;
use crate::sheet::Target;
use std::io;

const FIRST: [&str; 10] = [
    "theft",
    "stolen_asset",
    "kind",
    "chain",
    "block_number",
    "transaction_index",
    "event_index",
    "transaction_hash",
    "address",
    "asset",
];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let mut table = Table::new(to, columns(&[&FIRST], trace, &[]))?;
    let (transfers, postings) = (ledger.columns(), &trace.postings);
    for row in 0..postings.place.len() {
        let (kind, purse) = (postings.kind[row], postings.purse[row]);
        let place = report.crossings.place(&report.input, row);
        let (chain, transaction) = (chain_of(ledger, place), transfers.transaction[place]);
        table.text(trace.theft_of(postings.class[row]));
        table.asset(report, trace.asset_of(postings.class[row]));
        table.text(kind.as_str());
        table.text(ledger.chain_name(chain));
        table.known(transfers.block(place));
        table.known(ledger.transactions().index(transaction));
        table.known(transfers.event_index(place));
        table.hash(ledger, chain, transaction);
        table.holder(ledger, purse);
        table.asset(report, ledger.purses().asset(purse));
        table.shares(trace, &postings.shares, row, !kind.enters());
        table.end()?;
    }
    table.finish()
}
