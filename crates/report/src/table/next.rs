//! `next.csv`: a row is an account at the edge of the data, the largest share of its theft first: what to pull
//! next. Then by first taint, address, chain, asset, theft and stolen asset.
//!
//! `amount` and `claim` are the run rule's, or where that gives 0, the first asked rule's that gives more and
//! conserves value: poison is no amount. `from_block` is the block of the first taint; empty where the chain has
//! only times.

use super::at;
use crate::cell::Table;
use crate::rank::{Share, first_time};
use crate::report::Report;
use crate::sheet::Target;
use crate::totals::{exact_rules, telling_exact_rule};
use dyetrace_core::Amount;
use dyetrace_core::trace::Stop;
use std::cmp::Reverse;
use std::io;

const COLUMNS: [&str; 8] =
    ["theft", "stolen_asset", "chain", "address", "asset", "from_block", "amount", "claim"];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let holdings = &trace.holdings;
    let mut table = Table::new(to, COLUMNS)?;
    for (row, rule) in rows(report) {
        let (class, purse) = (holdings.class[row], holdings.purse[row]);
        let share = holdings.shares.get(row, rule);
        table.text(trace.theft_of(class));
        table.asset(report, trace.asset_of(class));
        table.text(ledger.purse_chain(purse));
        table.holder(ledger, purse);
        table.asset(report, ledger.purses().asset(purse));
        table.known(ledger.columns().block(at(holdings.first_taint[row])));
        table.amount(share.units);
        table.amount(share.claim);
        table.end()?;
    }
    table.finish()
}

/// Returns the holdings at the edge of the data with the rule that tells their amount, largest first.
pub(crate) fn rows(report: &Report<'_>) -> Vec<(usize, usize)> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let holdings = &trace.holdings;
    let telling =
        |row: usize| exact_rules(trace).find(|&rule| !holdings.shares.get(row, rule).units.is_zero());
    let edge = (0..holdings.purse.len()).filter(|&row| holdings.stop[row] == Some(Stop::Edge));
    let mut rows: Vec<(usize, usize)> = edge.filter_map(|row| Some((row, telling(row)?))).collect();
    let run = telling_exact_rule(trace);
    rows.sort_by_cached_key(|&(row, rule)| {
        let (class, purse) = (holdings.class[row], holdings.purse[row]);
        let whole = run.map_or(Amount::ZERO, |rule| report.totals.stolen(class, rule));
        let share = Share::new(holdings.shares.get(row, rule).claim, whole);
        let asset = ledger.asset_name(ledger.purses().asset(purse));
        let address = ledger.purse_address(purse).to_string();
        (
            Reverse(share),
            first_time(ledger, holdings.first_taint[row]),
            address,
            ledger.purse_chain(purse).to_owned(),
            asset,
            class,
        )
    });
    rows
}
