//! All notes and exits of one pool, in order.

use super::event::{Exit, Note};
use super::table::MixerTable;
use crate::amount::Amount;
use std::collections::BTreeMap;

/// What is known of one pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolHistory {
    /// The pool: a number in [`MixerTable::pools`].
    pub pool: usize,
    /// Its notes, by block (by time where no block is known), then by their number.
    pub notes: Vec<Note>,
    /// Its exits, in the same order.
    pub exits: Vec<Exit>,
    /// How many notes lay in the pool before the first of these, where somebody says so.
    pub outstanding: Option<u64>,
}

impl PoolHistory {
    /// A pool of which nothing is known yet.
    #[must_use]
    pub const fn new(pool: usize) -> Self {
        Self { pool, notes: Vec::new(), exits: Vec::new(), outstanding: None }
    }

    /// Puts notes and exits in order. What stands in one block keeps the order in which it was given.
    pub fn sort(&mut self) {
        self.notes.sort_by_key(|it| (it.block, it.time, it.leaf));
        self.exits.sort_by_key(|it| (it.block, it.time));
    }

    /// The first and the last time at which anything is known of the pool.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        let times =
            || self.notes.iter().filter_map(|it| it.time).chain(self.exits.iter().filter_map(|it| it.time));
        Some((times().min()?, times().max()?))
    }

    /// Takes in what transfers show of the same pool. A note that is known by its event learns who paid it; a
    /// note or exit of a transaction of which no event is known is added. Returns how many were added.
    ///
    /// # Cost
    /// **O(n log n)** for n notes and exits.
    pub fn add_from_transfers(&mut self, seen: Self) -> u64 {
        if self.notes.is_empty() && self.exits.is_empty() {
            (self.notes, self.exits) = (seen.notes, seen.exits);
            self.sort();
            return (self.notes.len() + self.exits.len()) as u64;
        }
        let mut added = 0;
        // Several notes of one transaction stand in the same order in both.
        let mut by_transaction: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, note) in self.notes.iter().enumerate().rev() {
            by_transaction.entry(key(note.transaction.as_ref())).or_default().push(at);
        }
        for note in seen.notes {
            let known = note.transaction.as_ref().and_then(|it| by_transaction.get_mut(&key(Some(it))));
            match known.and_then(Vec::pop) {
                Some(at) => {
                    let it = &mut self.notes[at];
                    (it.depositor, it.place) = (note.depositor, note.place);
                    it.time = it.time.or(note.time);
                }
                None => {
                    added += 1;
                    self.notes.push(note);
                }
            }
        }
        let mut by_transaction: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, exit) in self.exits.iter().enumerate().rev() {
            by_transaction.entry(key(exit.transaction.as_ref())).or_default().push(at);
        }
        for exit in seen.exits {
            let known = exit.transaction.as_ref().and_then(|it| by_transaction.get_mut(&key(Some(it))));
            match known.and_then(Vec::pop) {
                Some(at) => {
                    let it = &mut self.exits[at];
                    (it.relayer, it.sender) = (exit.relayer, exit.sender);
                    (it.place, it.relayer_place) = (exit.place, exit.relayer_place);
                    if exit.time.is_some() {
                        (it.time, it.time_is_near) = (exit.time, false);
                    }
                }
                None => {
                    added += 1;
                    self.exits.push(exit);
                }
            }
        }
        self.sort();
        added
    }

    /// What all notes are worth, in base units.
    #[must_use]
    pub fn deposited(&self, table: &MixerTable) -> Amount {
        self.notes.iter().map(|_| table.pools[self.pool].denomination).sum()
    }
}

/// A transaction as something that sorts; no hash comes first.
fn key(hash: Option<&crate::ledger::TxHash>) -> (bool, Vec<u8>) {
    match hash {
        None => (false, Vec::new()),
        Some(crate::ledger::TxHash::Bytes(raw)) => (true, raw.to_vec()),
        Some(crate::ledger::TxHash::Text(text)) => (true, text.as_bytes().to_vec()),
    }
}

/// Reads off the times of exits that state only a block, between the nearest blocks of the same chain whose times are
/// known. What lies outside all of them keeps none. Returns how many have none then.
///
/// # Cost
/// **O(n log n)** for n notes and exits.
pub fn fill_times(table: &MixerTable, histories: &mut [PoolHistory]) -> u64 {
    let mut known: BTreeMap<&str, BTreeMap<u64, i64>> = BTreeMap::new();
    for it in histories.iter() {
        let chain = known.entry(&table.pools[it.pool].chain).or_default();
        let notes = it.notes.iter().map(|note| (note.block, note.time));
        let exits = it.exits.iter().filter(|exit| !exit.time_is_near).map(|exit| (exit.block, exit.time));
        chain.extend(notes.chain(exits).filter_map(|(block, time)| Some((block?, time?))));
    }
    let mut missing = 0;
    for it in histories {
        let times = &known[table.pools[it.pool].chain.as_str()];
        for note in it.notes.iter_mut().filter(|it| it.time.is_none()) {
            note.time = note.block.and_then(|block| between(times, block));
            missing += u64::from(note.time.is_none());
        }
        for exit in it.exits.iter_mut().filter(|it| it.time.is_none()) {
            exit.time = exit.block.and_then(|block| between(times, block));
            exit.time_is_near =
                exit.time.is_some_and(|_| exit.block.is_none_or(|it| !times.contains_key(&it)));
            missing += u64::from(exit.time.is_none());
        }
    }
    missing
}

fn between(times: &BTreeMap<u64, i64>, block: u64) -> Option<i64> {
    let (&before, &from) = times.range(..=block).next_back()?;
    let (&after, &to) = times.range(block..).next()?;
    if before == after {
        return Some(from);
    }
    let part = i128::from(to - from) * i128::from(block - before) / i128::from(after - before);
    i64::try_from(i128::from(from) + part).ok()
}

#[cfg(test)]
mod tests {
    use super::{PoolHistory, fill_times};
    use crate::account::Address;
    use crate::amount::Amount;
    use crate::ledger::TxHash;
    use crate::links::mixers::{Exit, ExitBasis, MixerTable, Note, NoteBasis};

    fn note(block: u64, time: i64, hash: u8) -> Note {
        Note {
            block: Some(block),
            time: Some(time),
            transaction: Some(TxHash::Bytes([hash; 32])),
            leaf: None,
            depositor: None,
            place: None,
            basis: NoteBasis::Event,
        }
    }

    fn exit(block: u64) -> Exit {
        Exit {
            block: Some(block),
            time: None,
            time_is_near: false,
            transaction: None,
            recipient: Address::from_evm([7; 20]),
            relayer: None,
            fee: Amount::ZERO,
            sender: None,
            place: None,
            relayer_place: None,
            basis: ExitBasis::Event,
        }
    }

    #[test]
    fn times_are_read_off_between_known_blocks_and_not_beyond_them() {
        let table = MixerTable::known();
        let mut history = PoolHistory::new(0);
        history.notes = vec![note(100, 1_000, 1), note(200, 2_500, 2)];
        history.exits = [90, 100, 150, 199, 201].map(exit).to_vec();
        let mut all = [history];
        assert_eq!(fill_times(&table, &mut all), 2);
        let times: Vec<_> = all[0].exits.iter().map(|it| (it.time, it.time_is_near)).collect();
        let expected =
            [(None, false), (Some(1_000), false), (Some(1_750), true), (Some(2_485), true), (None, false)];
        assert_eq!(times, expected);
    }

    #[test]
    fn an_event_learns_its_depositor_from_the_transfer_of_its_transaction() {
        let mut events = PoolHistory::new(0);
        events.notes = vec![note(1, 10, 1), note(2, 20, 2)];
        let mut seen = PoolHistory::new(0);
        let who = Address::from_evm([9; 20]);
        seen.notes = vec![
            Note { depositor: Some(who), ..note(2, 20, 2) },
            Note { depositor: Some(who), ..note(3, 30, 3) },
        ];
        assert_eq!(events.add_from_transfers(seen), 1);
        let depositors: Vec<_> = events.notes.iter().map(|it| it.depositor.is_some()).collect();
        assert_eq!(depositors, [false, true, true]);
    }
}
