//! `mixer_thefts.csv`: what a theft as a whole paid into each pool, beside all that could be its exits.

use super::MixerReport;
use crate::cell::Table;
use crate::sheet::Target;
use dyetrace_core::links::mixers::PoolHistory;
use dyetrace_core::trace::{Theft, Trace};
use dyetrace_core::{Address, Amount};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// What one theft paid into one pool, by the run's rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TheftNotes {
    /// The theft.
    pub theft: String,
    /// The pool's history: a number in the list.
    pub history: usize,
    /// The notes that carry any of its taint: numbers in the history.
    pub notes: BTreeSet<usize>,
    /// The taint in them, in base units of the pool's asset.
    pub units: Amount,
    /// Who paid them.
    pub depositors: BTreeSet<Address>,
}

/// What thefts paid into pools: by theft in their order, then by pool.
#[must_use]
pub fn theft_notes(trace: &Trace, thefts: &[Theft], histories: &[PoolHistory]) -> Vec<TheftNotes> {
    let mut at_place: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for (number, history) in histories.iter().enumerate() {
        let notes = history.notes.iter().enumerate();
        at_place.extend(notes.filter_map(|(note, it)| Some((it.place?, (number, note)))));
    }
    let mut found: BTreeMap<(u32, usize), TheftNotes> = BTreeMap::new();
    for (row, place) in trace.flows.place.iter().enumerate() {
        let Some(&(history, note)) = at_place.get(place) else { continue };
        let units = trace.flows.shares.get(row, 0).units;
        if units.is_zero() {
            continue;
        }
        let theft = trace.classes[trace.flows.class[row].index()].theft;
        let it = found.entry((theft, history)).or_insert_with(|| TheftNotes {
            theft: thefts[theft as usize].id.clone(),
            history,
            notes: BTreeSet::new(),
            units: Amount::ZERO,
            depositors: BTreeSet::new(),
        });
        it.notes.insert(note);
        it.units = it.units.plus(units);
        it.depositors.extend(histories[history].notes[note].depositor);
    }
    found.into_values().collect()
}

pub(super) fn write(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns = [
        "theft",
        "chain",
        "pool",
        "notes",
        "taint",
        "depositors",
        "first_note",
        "last_note",
        "exits_since",
        "recipients_since",
        "candidates",
        "candidate_exits",
    ];
    let mut table = Table::new(to, columns)?;
    let candidates = report.candidates();
    for it in report.thefts {
        let history = &report.histories[it.history];
        let pool = &report.table.pools[history.pool];
        let times = || it.notes.iter().filter_map(|&note| history.notes[note].time);
        let first = times().min();
        table.text(&it.theft);
        table.text(&pool.chain);
        table.text(&pool.name);
        table.number(it.notes.len() as u64);
        table.amount(it.units);
        table.number(it.depositors.len() as u64);
        table.perhaps_moment(first);
        table.perhaps_moment(times().max());
        let since = || {
            history.exits.iter().filter(|exit| exit.time.zip(first).is_none_or(|(time, first)| time >= first))
        };
        table.number(since().count() as u64);
        table.number(since().map(|exit| exit.recipient).collect::<BTreeSet<_>>().len() as u64);
        let theirs = || {
            let here = candidates.iter().filter(|((chain, _), _)| *chain == pool.chain);
            here.map(|(_, it)| {
                it.exits.iter().filter(|(at, _)| *at == report.history_of(history.pool)).count()
            })
        };
        table.number(theirs().filter(|&exits| exits > 0).count() as u64);
        table.number(theirs().sum::<usize>() as u64);
        table.end()?;
    }
    table.finish()
}
