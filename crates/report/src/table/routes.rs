//! `routes.csv`: a row is a hop of the route behind a finding, from a seed to the holding, counted from 1.
//! Routes stand in the order of the findings' ranks.
//!
//! `taint` is under the finding's telling rule; `grade` is the weakest on the way, this hop included; `link`
//! names the heuristic by which a hop was joined to the one before it, and is empty for a plain transfer. A
//! finding at a seed's own purse has no hop.

use super::{at, chain_of};
use crate::cell::Table;
use crate::report::Report;
use std::io::{self, Write};

const COLUMNS: [&str; 11] = [
    "route_id",
    "hop",
    "chain",
    "transaction_hash",
    "from_address",
    "to_address",
    "asset",
    "value",
    "taint",
    "grade",
    "link",
];

pub(crate) fn write(report: &Report<'_>, to: impl Write) -> io::Result<()> {
    let ledger = report.input.ledger;
    let transfers = ledger.columns();
    let mut table = Table::new(to, COLUMNS)?;
    for (rank, finding) in (1_u64..).zip(report.findings()) {
        for (hop, evidence) in (1..).zip(&finding.route) {
            let place = at(evidence.place);
            let chain = chain_of(ledger, place);
            table.text(&format!("R{rank}"));
            table.number(hop);
            table.text(ledger.chain_name(chain));
            table.hash(ledger, chain, transfers.transaction[place]);
            table.holder(ledger, transfers.from[place]);
            table.holder(ledger, transfers.to[place]);
            table.asset(report, ledger.purses().asset(transfers.to[place]));
            table.amount(transfers.value.get(place));
            table.amount(evidence.taint);
            table.text(evidence.grade.as_str());
            table.empty();
            table.end()?;
        }
    }
    table.finish()
}
