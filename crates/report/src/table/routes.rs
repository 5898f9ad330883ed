//! `routes.csv`: a row is a hop of the route behind a finding, from a seed to the holding, counted from 1.
//! Routes stand in the order of the findings' ranks.
//!
//! `taint` is under the finding's telling rule; `grade` is the weakest on the way, this hop included; `link`
//! names what joined a hop to the one before it, and is empty for a plain transfer. An exchange is two rows with the link
//! `swap`, as in `flows.csv`: what the account gave, and what it got. A
//! finding at a seed's own purse has no hop.

use super::{at, chain_of};
use crate::cell::Table;
use crate::report::Report;
use dyetrace_core::{Amount, PurseId};
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
    let (transfers, postings) = (ledger.columns(), &report.input.trace.postings);
    let mut table = Table::new(to, COLUMNS)?;
    for (rank, finding) in (1_u64..).zip(report.findings()) {
        let rule = report.input.trace.holdings.shares.telling_rule(finding.holding);
        let mut hop = 0;
        for evidence in &finding.route {
            let place = at(evidence.place);
            let chain = chain_of(ledger, place);
            let mut row = |ends: [PurseId; 2], value: Amount, taint: Amount, link: &str| {
                hop += 1;
                table.text(&format!("R{rank}"));
                table.number(hop);
                table.text(ledger.chain_name(chain));
                table.hash(ledger, chain, transfers.transaction[place]);
                ends.into_iter().for_each(|end| table.holder(ledger, end));
                table.asset(report, ledger.purses().asset(ends[1]));
                table.amount(value);
                table.amount(taint);
                table.text(evidence.grade.as_str());
                table.text(link);
                table.end()
            };
            match evidence.exchange {
                None => {
                    let ends = [transfers.from[place], transfers.to[place]];
                    row(ends, transfers.value.get(place), evidence.taint, "")?;
                }
                Some(legs) => {
                    for posting in legs {
                        let value = postings.leg(posting).map_or(Amount::ZERO, |leg| leg.value);
                        let taint = postings.shares.get(posting, rule).units;
                        row([postings.purse[posting]; 2], value, taint, "swap")?;
                    }
                }
            }
        }
    }
    table.finish()
}
