//! `conservation.csv`: a row is theft × stolen asset × rule, in claims. Sorted by theft and stolen asset, then
//! in the order of the rules. Poison makes value and has no row.
//!
//! Figures are those that were written, summed again; `difference` is `stolen + unseen_inflow - total`.

use crate::cell::{Table, defused};
use crate::conservation::{Balance, BalanceKey};
use crate::error::Error;
use crate::report::Report;
use crate::sheet::Target;
use crate::state::State;
use crate::totals::exact_rules;
use std::collections::BTreeMap;
use std::io;

/// Pairs every class and rule with what was written for it, and checks that it is what was stolen.
pub(crate) fn rows(
    report: &Report<'_>,
    mut written: BTreeMap<BalanceKey, Balance>,
) -> Result<Vec<(BalanceKey, Balance)>, Error> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let mut rows = Vec::new();
    for class in report.classes() {
        for rule in exact_rules(trace) {
            let theft = defused(trace.theft_of(class));
            let asset = defused(&ledger.asset_name(trace.asset_of(class)));
            let key = (theft, asset, trace.rules[rule].as_str().to_owned());
            let expected = report.balance(class, rule);
            let found = written.remove(&key).unwrap_or_default();
            let row = Balance { stolen: expected.stolen, unseen_inflow: expected.unseen_inflow, ..found };
            let difference = row.difference();
            if !difference.amount.is_zero() {
                return Err(Error::unbalanced(&key.0, &key.1, &key.2, &difference.to_string()));
            }
            rows.push((key, row));
        }
    }
    match written.into_keys().next() {
        None => Ok(rows),
        Some((theft, asset, _)) => Err(Error::table(
            "holdings.csv",
            format!("theft `{theft}`, asset `{asset}` is none of this trace"),
        )),
    }
}

pub(crate) fn write(rows: &[(BalanceKey, Balance)], to: impl Target) -> io::Result<()> {
    let first = ["theft", "stolen_asset", "rule", "stolen", "unseen_inflow"].map(str::to_owned);
    let last = ["fees", "burned", "total", "difference"].map(str::to_owned);
    let columns = first.into_iter().chain(State::ALL.map(State::column)).chain(last);
    let mut table = Table::new(to, columns)?;
    for ((theft, asset, rule), balance) in rows {
        // Theft and asset are defused already, and defusing twice changes nothing.
        table.text(theft);
        table.text(asset);
        table.text(rule);
        table.amount(balance.stolen);
        table.amount(balance.unseen_inflow);
        for &amount in &balance.states {
            table.amount(amount);
        }
        table.amount(balance.fees);
        table.amount(balance.burned);
        table.amount(balance.total());
        let difference = balance.difference();
        table.signed(difference.amount, difference.negative);
        table.end()?;
    }
    table.finish()
}
