//! `pools.csv`: a row a pool. `pool_months.csv`: a row a pool and calendar month.

use super::{MixerReport, millionths};
use crate::cell::Table;
use crate::sheet::Target;
use std::io;

const COLUMNS: [&str; 29] = [
    "chain",
    "pool",
    "address",
    "symbol",
    "denomination",
    "notes",
    "notes_with_depositor",
    "exits",
    "unspent",
    "base",
    "base_notes",
    "set_min",
    "set_median",
    "set_max",
    "recipients",
    "to_repeated_recipients",
    "self_relayed",
    "fee_below_half_percent",
    "in_value_band",
    "fee_over_half",
    "fee_median",
    "fee_p99",
    "fee_max",
    "overdrawn",
    "first_block",
    "last_block",
    "first_time",
    "last_time",
    "asset",
];

pub(super) fn write(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, COLUMNS)?;
    for (history, census) in report.histories.iter().zip(report.censuses()) {
        let pool = &report.table.pools[history.pool];
        table.text(&pool.chain);
        table.text(&pool.name);
        table.address(&pool.address);
        table.text(&pool.symbol);
        table.amount(pool.denomination);
        table.number(census.notes);
        table.number(history.notes.iter().filter(|it| it.depositor.is_some()).count() as u64);
        table.number(census.exits);
        table.number(census.unspent);
        table.perhaps(census.base.map(|it| it.as_str()));
        table.known(census.base.map(|it| it.notes()));
        census.set_range.into_iter().for_each(|it| table.known(Some(it).filter(|_| census.exits > 0)));
        table.number(census.recipients);
        let shares = [
            census.to_repeated,
            census.self_relayed,
            census.fee_below_half_percent,
            census.in_band,
            census.fee_over_half,
        ];
        for share in shares.into_iter().chain(census.fee_quantiles) {
            table.perhaps(Some(millionths(share)).filter(|_| census.exits > 0).as_deref());
        }
        table.number(census.overdrawn);
        let blocks = || {
            let notes = history.notes.iter().filter_map(|it| it.block);
            notes.chain(history.exits.iter().filter_map(|it| it.block))
        };
        table.known(blocks().min());
        table.known(blocks().max());
        let span = history.span();
        table.perhaps_moment(span.map(|it| it.0));
        table.perhaps_moment(span.map(|it| it.1));
        match &pool.token {
            None => table.text(&format!("{}:native", pool.chain)),
            Some(token) => table.text(&format!("{}:{token}", pool.chain)),
        }
        table.end()?;
    }
    table.finish()
}

pub(super) fn write_months(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let mut table =
        Table::new(to, ["chain", "pool", "month", "notes", "exits", "unspent", "set_median", "base"])?;
    for (history, census) in report.histories.iter().zip(report.censuses()) {
        let pool = &report.table.pools[history.pool];
        for (month, it) in &census.months {
            table.text(&pool.chain);
            table.text(&pool.name);
            table.text(month);
            table.number(it.notes);
            table.number(it.exits);
            table.number(it.unspent);
            table.known(Some(it.median_set).filter(|_| it.exits > 0));
            table.perhaps(census.base.map(|it| it.as_str()));
            table.end()?;
        }
    }
    table.finish()
}
