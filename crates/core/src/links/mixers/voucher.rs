//! Vouchers: what one depositor paid into one pool in one go.

use super::history::PoolHistory;
use super::table::MixerTable;
use crate::account::Address;
use std::collections::BTreeMap;

/// Notes of one depositor in one pool, each not long after the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The pool's history: a number in the list that was given.
    pub history: usize,
    /// Who paid.
    pub depositor: Address,
    /// The notes: numbers in [`PoolHistory::notes`].
    pub notes: Vec<usize>,
    /// When the first was paid, in Unix seconds.
    pub first: i64,
    /// When the last was paid.
    pub last: i64,
}

/// Cuts the notes of known depositors and times into vouchers: a note more than `gap` seconds after the one before begins
/// a new one. Sorted by pool, depositor and time.
#[must_use]
pub fn vouchers(histories: &[PoolHistory], gap: i64) -> Vec<Voucher> {
    let mut all = Vec::new();
    for (number, history) in histories.iter().enumerate() {
        let mut by_depositor: BTreeMap<Address, Vec<(i64, usize)>> = BTreeMap::new();
        for (at, note) in history.notes.iter().enumerate() {
            if let Some((depositor, time)) = note.depositor.zip(note.time) {
                by_depositor.entry(depositor).or_default().push((time, at));
            }
        }
        for (depositor, mut notes) in by_depositor {
            notes.sort_unstable();
            for run in notes.chunk_by(|one, next| next.0 - one.0 <= gap) {
                all.push(Voucher {
                    history: number,
                    depositor,
                    notes: run.iter().map(|&(_, at)| at).collect(),
                    first: run[0].0,
                    last: run[run.len() - 1].0,
                });
            }
        }
    }
    all
}

/// Vouchers of one depositor on one chain that follow each other within `gap`: numbers in the list. A person uses
/// several pools in one go.
pub(super) fn sessions(
    table: &MixerTable,
    histories: &[PoolHistory],
    vouchers: &[Voucher],
    gap: i64,
) -> Vec<Vec<usize>> {
    let mut of: BTreeMap<(&str, Address), Vec<usize>> = BTreeMap::new();
    for (number, it) in vouchers.iter().enumerate() {
        let chain = table.pools[histories[it.history].pool].chain.as_str();
        of.entry((chain, it.depositor)).or_default().push(number);
    }
    let mut sessions = Vec::new();
    for (_, mut theirs) in of {
        theirs.sort_by_key(|&it| (vouchers[it].first, it));
        let mut open: Vec<usize> = Vec::new();
        let mut end = i64::MIN;
        for it in theirs {
            if !open.is_empty() && vouchers[it].first.saturating_sub(end) > gap {
                sessions.push(std::mem::take(&mut open));
            }
            end = if open.is_empty() { vouchers[it].last } else { end.max(vouchers[it].last) };
            open.push(it);
        }
        sessions.push(open);
    }
    sessions
}
