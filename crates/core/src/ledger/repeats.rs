//! Events that stand in several files count once; repeats inside one file are real.

use super::build::LedgerBuilder;
use super::{Notes, PurseId};
use crate::amount::Amount;
use hashbrown::HashMap;

impl LedgerBuilder {
    /// Drops events that stand in several files: each counts as often as in the file that has it most.
    /// Repeats inside one file are real and stay. Returns the rows kept, in input order.
    pub(super) fn drop_repeats_across_files(&mut self) -> (Vec<u64>, Notes) {
        let mut notes = Notes::default();
        // Rows that may be one event: same transaction, sender, receiver, amount.
        let mut groups: HashMap<(u32, PurseId, PurseId, Amount), Vec<usize>> = HashMap::new();
        let mut rows_of = vec![0_u32; self.transactions.len()];
        for &transaction in &self.columns.transaction {
            rows_of[transaction as usize] = rows_of[transaction as usize].saturating_add(1);
        }
        for row in 0..self.row_count() {
            let transaction = self.columns.transaction[row];
            // A transaction of one row has nothing to repeat.
            if rows_of[transaction as usize] > 1 {
                let (from, to) = (self.columns.from[row], self.columns.to[row]);
                let key = (transaction, from, to, self.columns.value.get(row));
                groups.entry(key).or_default().push(row);
            }
        }
        let mut dropped = vec![false; self.row_count()];
        let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|rows| rows.len() > 1).collect();
        groups.sort_unstable();
        for rows in &groups {
            let indexed = rows.iter().all(|&row| self.columns.event_index(row).is_some());
            // With an index everywhere the event is known by it; else equal rows can only be counted.
            let mut by_event: Vec<(u64, Vec<usize>)> = Vec::new();
            for &row in rows {
                let event = if indexed { self.columns.event_index[row] } else { 0 };
                match by_event.iter_mut().find(|entry| entry.0 == event) {
                    Some(entry) => entry.1.push(row),
                    None => by_event.push((event, vec![row])),
                }
            }
            for (_, rows) in by_event {
                self.keep_fullest_file(&rows, &mut dropped, &mut notes);
            }
        }
        let kept = (0..self.row_count()).filter(|&row| !dropped[row]).map(|row| row as u64).collect();
        (kept, notes)
    }

    /// Of equal rows keeps those of the file that has most of them; of several such files, the first.
    fn keep_fullest_file(&mut self, rows: &[usize], dropped: &mut [bool], notes: &mut Notes) {
        let source = |row: usize| self.places[row].source;
        let count = |wanted: u32| rows.iter().filter(|&&row| source(row) == wanted).count();
        let mut fullest = source(rows[0]);
        for &row in rows {
            if count(source(row)) > count(fullest) {
                fullest = source(row);
            }
        }
        let any_fee = rows.iter().any(|&row| self.states_fee[row]);
        let kept = count(fullest);
        for &row in rows {
            if self.places[row].source == fullest {
                self.states_fee[row] |= any_fee;
            } else {
                dropped[row] = true;
                notes.repeated_across_files += 1;
            }
        }
        if kept > 1 {
            notes.repeated_in_file += kept as u64 - 1;
            notes.repeated_transfers += 1;
        }
    }
}
