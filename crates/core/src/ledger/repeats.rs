//! Events that stand in several files count once; repeats inside one file are real.

use super::Notes;
use super::build::LedgerBuilder;
use super::columns::flag;

impl LedgerBuilder {
    /// Drops events that stand in several files: each counts as often as in the file that has it most.
    /// Repeats inside one file are real and stay. Returns the rows kept, in input order.
    ///
    /// # Cost
    /// **O(n)** for n rows, more where one transaction has very many.
    pub(super) fn drop_repeats_across_files(&mut self, notes: &mut Notes) -> Vec<u64> {
        // The rows of each transaction: a counting sort, since transactions are numbered densely.
        let mut starts = vec![0_u64; self.transactions.len() + 1];
        for &transaction in &self.rows.transaction {
            starts[transaction as usize + 1] += 1;
        }
        for transaction in 0..self.transactions.len() {
            starts[transaction + 1] += starts[transaction];
        }
        let mut next = starts.clone();
        let mut rows = vec![0_u64; self.row_count()];
        for (row, &transaction) in (0..).zip(&self.rows.transaction) {
            let slot = &mut next[transaction as usize];
            rows[index(*slot)] = row;
            *slot += 1;
        }
        drop(next);
        let mut dropped = vec![false; self.row_count()];
        for span in starts.windows(2) {
            let of_transaction = &mut rows[index(span[0])..index(span[1])];
            // A transaction of one row has nothing to repeat.
            if of_transaction.len() > 1 {
                self.drop_repeats_of(of_transaction, &mut dropped, notes);
            }
        }
        (0..self.row_count()).filter(|&row| !dropped[row]).map(|row| row as u64).collect()
    }

    /// Looks at the rows of one transaction; they may be one event where sender, receiver and amount are equal.
    fn drop_repeats_of(&mut self, rows: &mut [u64], dropped: &mut [bool], notes: &mut Notes) {
        let movement = |row: u64| {
            let row = index(row);
            (self.rows.from[row], self.rows.to[row], self.rows.value.get(row))
        };
        rows.sort_unstable_by_key(|&row| (movement(row), row));
        let mut groups: Vec<Vec<u64>> = Vec::new();
        for equal in rows.chunk_by(|&a, &b| movement(a) == movement(b)).filter(|equal| equal.len() > 1) {
            // With an index everywhere the event is known by it; else equal rows can only be counted.
            let indexed =
                equal.iter().all(|&row| self.rows.event[index(row)] != super::build::Rows::NO_EVENT);
            let mut equal = equal.to_vec();
            if !indexed {
                groups.push(equal);
                continue;
            }
            let event = |row: u64| self.rows.event[index(row)];
            equal.sort_unstable_by_key(|&row| (event(row), row));
            groups.extend(equal.chunk_by(|&a, &b| event(a) == event(b)).map(<[u64]>::to_vec));
        }
        for group in groups {
            self.keep_fullest_file(&group, dropped, notes);
        }
    }

    /// Of equal rows keeps those of the file that has most of them; of several such files, the first.
    fn keep_fullest_file(&mut self, rows: &[u64], dropped: &mut [bool], notes: &mut Notes) {
        let sources: Vec<u32> = rows.iter().map(|&row| self.rows.lines.get(row).source).collect();
        let count = |wanted: u32| sources.iter().filter(|&&source| source == wanted).count();
        let mut fullest = sources[0];
        for &source in &sources {
            if source != fullest && count(source) > count(fullest) {
                fullest = source;
            }
        }
        let fee = rows.iter().fold(0, |fee, &row| fee | self.rows.flags[index(row)] & flag::STATES_FEE);
        let kept = count(fullest);
        for (&row, &source) in rows.iter().zip(&sources) {
            if source == fullest {
                self.rows.flags[index(row)] |= fee;
            } else {
                dropped[index(row)] = true;
                notes.repeated_across_files += 1;
            }
        }
        if kept > 1 {
            notes.repeated_in_file += kept as u64 - 1;
            notes.repeated_transfers += 1;
        }
    }
}

fn index(row: u64) -> usize {
    usize::try_from(row).expect("rows are in memory")
}
