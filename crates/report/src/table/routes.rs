//! `routes.csv`: a row is a hop of the route behind a finding, from a seed to the holding, counted from 1.
//! Routes stand in the order of the findings' ranks.
//!
//! `taint` is under the finding's telling rule; `grade` is the weakest on the way, this hop included; `link`
//! names what joined a hop to the one before it, and is empty for a plain transfer. An exchange is two rows with the link
//! `swap`, as in `flows.csv`: what the account gave, and what it got. So is a link, under its own word. A
//! finding at a seed's own purse has no hop.

use super::chain_of;
use crate::cell::Table;
use crate::report::Report;
use crate::sheet::Target;
use crate::step::steps;
use std::io;

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

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let ledger = report.input.ledger;
    let mut table = Table::new(to, COLUMNS)?;
    for (rank, finding) in (1_u64..).zip(report.findings()) {
        let rule = report.input.trace.holdings.shares.telling_rule(finding.holding);
        let steps = finding.route.iter().flat_map(|evidence| {
            steps(&report.input, evidence, rule).into_iter().map(move |step| (evidence, step))
        });
        for (hop, (evidence, step)) in (1..).zip(steps) {
            let place = step.place;
            let chain = chain_of(ledger, place);
            table.text(&format!("R{rank}"));
            table.number(hop);
            table.text(ledger.chain_name(chain));
            table.hash(ledger, chain, ledger.columns().transaction[place]);
            table.holder(ledger, step.from);
            table.holder(ledger, step.to);
            table.asset(report, ledger.purses().asset(step.to));
            table.amount(step.value);
            table.amount(step.taint);
            table.text(evidence.grade.as_str());
            table.text(step.link);
            table.end()?;
        }
    }
    table.finish()
}
