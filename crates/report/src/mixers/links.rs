//! `mixer_links.csv`: a row a depositor and recipient that rules set beside each other, the likeliest first.
//! `depositor_clusters.csv`: a row a depositor of a cluster, those with most notes first.

use super::{MixerReport, millionths};
use crate::cell::Table;
use crate::sheet::Target;
use dyetrace_core::links::mixers::Link;
use std::collections::BTreeSet;
use std::io;

const COLUMNS: [&str; 17] = [
    "chain",
    "depositor",
    "recipient",
    "band",
    "probability",
    "probability_low",
    "rules",
    "families",
    "pools",
    "notes",
    "first_note",
    "last_note",
    "exits",
    "first_exit",
    "last_exit",
    "over",
    "label",
];

pub(super) fn write(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, COLUMNS)?;
    for link in report.links {
        table.text(report.chain(link.chain));
        table.address(&link.depositor);
        table.address(&link.recipient);
        table.text(link.band.as_str());
        for side in 0..2 {
            table.perhaps(link.probability.map(|it| millionths(it[side])).as_deref());
        }
        let rules: Vec<&str> = link.rules.iter().map(|it| it.as_str()).collect();
        table.text(&rules.join(" "));
        let counted = report.leads.records.iter().filter(|it| it.probability.is_some());
        let counted: Vec<_> = counted.map(|it| it.rule).collect();
        let families: BTreeSet<&str> =
            link.rules.iter().filter(|it| counted.contains(it)).map(|it| it.family()).collect();
        table.text(&families.into_iter().collect::<Vec<_>>().join(" "));
        table.text(&pools(report, link).join(" "));
        let vouchers = || link.vouchers.iter().map(|&it| &report.leads.vouchers[it]);
        table.number(vouchers().map(|it| it.notes.len() as u64).sum());
        table.perhaps_moment(vouchers().map(|it| it.first).min());
        table.perhaps_moment(vouchers().map(|it| it.last).max());
        let times = || link.exits.iter().filter_map(|&(at, exit)| report.histories[at].exits[exit].time);
        table.number(link.exits.len() as u64);
        table.perhaps_moment(times().min());
        table.perhaps_moment(times().max());
        let lead = report.leads.leads.iter().find(|it| {
            it.over.is_some()
                && (it.chain, it.depositor, it.recipient) == (link.chain, link.depositor, link.recipient)
        });
        match lead.and_then(|it| it.over) {
            Some(over) => table.address(&over),
            None => table.empty(),
        }
        table.perhaps(report.label_of(link.chain, &link.recipient).as_deref());
        table.end()?;
    }
    table.finish()
}

/// The pools of a link, by name.
pub(super) fn pools(report: &MixerReport<'_>, link: &Link) -> Vec<String> {
    let used: BTreeSet<usize> = link.exits.iter().map(|&(at, _)| report.histories[at].pool).collect();
    used.into_iter().map(|it| report.table.pools[it].name.clone()).collect()
}

pub(super) fn write_clusters(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns =
        ["cluster", "chain", "depositor", "depositors", "funders", "notes", "first_note", "last_note"];
    let mut table = Table::new(to, columns)?;
    for (number, cluster) in (1..).zip(report.clusters) {
        for depositor in &cluster.depositors {
            table.number(number);
            table.text(report.chain(cluster.chain));
            table.address(depositor);
            table.number(cluster.depositors.len() as u64);
            let funders: Vec<String> = cluster.funders.iter().map(ToString::to_string).collect();
            table.text(&funders.join(" "));
            let notes = || cluster.notes.iter().map(|&(at, note)| &report.histories[at].notes[note]);
            let theirs = || notes().filter(|it| it.depositor == Some(*depositor));
            table.number(theirs().count() as u64);
            table.perhaps_moment(theirs().filter_map(|it| it.time).min());
            table.perhaps_moment(theirs().filter_map(|it| it.time).max());
            table.end()?;
        }
    }
    table.finish()
}
