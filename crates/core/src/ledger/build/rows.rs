//! The rows taken so far, and as the columns of a ledger.

use crate::account::ChainId;
use crate::amount::AmountColumn;
use crate::column::Column;
use crate::ledger::PurseId;
use crate::ledger::blocks::Blocks;
use crate::ledger::columns::{Columns, EventColumn, flag};
use crate::ledger::order::Sorted;
use crate::ledger::origin::Lines;

/// The rows taken so far: one entry a row, in input order.
#[derive(Default)]
pub(in crate::ledger) struct Rows {
    pub(in crate::ledger) from: Vec<PurseId>,
    pub(in crate::ledger) to: Vec<PurseId>,
    pub(in crate::ledger) value: AmountColumn,
    pub(in crate::ledger) transaction: Vec<u32>,
    pub(in crate::ledger) block: Vec<u64>,
    pub(in crate::ledger) time: Vec<i64>,
    pub(in crate::ledger) event: Vec<u64>,
    pub(in crate::ledger) chain: Vec<ChainId>,
    /// Kind, and whether the row states a fee.
    pub(in crate::ledger) flags: Vec<u8>,
    pub(in crate::ledger) lines: Lines,
    /// Rows that state another index than their transaction's first, rising, with that index.
    pub(super) other_index: Vec<(u64, u64)>,
}

impl Rows {
    /// Stands for an unknown event index.
    pub(in crate::ledger) const NO_EVENT: u64 = u64::MAX;

    /// The transaction index that a row states, where it is not its transaction's.
    pub(in crate::ledger) fn own_index(&self, row: u64) -> Option<u64> {
        if self.other_index.is_empty() {
            return None;
        }
        let at = self.other_index.binary_search_by_key(&row, |entry| entry.0);
        at.ok().map(|at| self.other_index[at].1)
    }
}

impl Rows {
    /// Puts the rows in order, with their final times and ties. `identity`: they are.
    pub(super) fn into_columns(self, sorted: Sorted, identity: bool) -> Columns {
        fn pick<T: Copy>(column: Vec<T>, order: &[u64], identity: bool) -> Vec<T> {
            let at = |row: u64| usize::try_from(row).expect("rows are in memory");
            if identity { column } else { order.iter().map(|&row| column[at(row)]).collect() }
        }
        let Self { from, to, value, transaction, block, event, mut flags, .. } = self;
        let Sorted { order, time, tied, time_filled, .. } = sorted;
        let at = |row: u64| usize::try_from(row).expect("rows are in memory");
        flags = pick(flags, &order, identity);
        for (flags, tied) in flags.iter_mut().zip(tied) {
            *flags |= if tied { flag::TIED } else { 0 };
        }
        time_filled.into_iter().for_each(|place| flags[at(place)] |= flag::TIME_FILLED);
        let event = pick(event, &order, identity);
        let mut columns = Columns {
            blocks: Blocks::of(order.iter().map(|&row| block[at(row)]).zip(time)),
            value: if identity { value } else { value.to_reordered(&order) },
            from: pick(from, &order, identity).into(),
            to: pick(to, &order, identity).into(),
            transaction: pick(transaction, &order, identity).into(),
            event: EventColumn::of(event.into_iter().map(|it| Some(it).filter(|&it| it != Self::NO_EVENT))),
            flags: Column::default(),
        };
        for (place, flags) in flags.iter_mut().enumerate() {
            let still = columns.value.is_zero(place) || columns.from[place] == columns.to[place];
            *flags |= if still { flag::STILL } else { 0 };
        }
        columns.flags = flags.into();
        columns
    }
}
