//! A ledger, taken up to add rows to it.

use super::{LedgerBuilder, Rows};
use crate::account::{Accounts, ChainId};
use crate::amount::Amount;
use crate::ledger::Ledger;
use crate::ledger::columns::{Columns, flag};
use crate::ledger::purses::PurseTable;
use crate::ledger::transactions::TransactionTable;

impl LedgerBuilder {
    /// Takes up a ledger to add rows to it. What [`LedgerBuilder::finish`] then gives is the ledger of all rows, as
    /// if they had been read at once.
    ///
    /// # Panics
    /// If the ledger's columns do not belong together: it was damaged.
    ///
    /// # Cost
    /// **O(n)** for n transfers.
    #[must_use]
    pub fn resume(ledger: &Ledger) -> Self {
        let columns = ledger.columns();
        let origin = ledger.origin();
        let count = ledger.transfer_count();
        // Places by input row.
        let mut order: Vec<usize> = (0..count).collect();
        if !origin.input.is_empty() {
            order.sort_unstable_by_key(|&place| origin.input[place]);
        }
        let mut builder = Self {
            chains: ledger.chains.clone(),
            accounts: Accounts::clone(&ledger.accounts),
            assets: ledger.assets.first(count_of(origin.row_assets)),
            purses: PurseTable::resume(&ledger.accounts, &ledger.purses, count_of(origin.row_purses)),
            sources: origin.sources.clone(),
            spoken: origin.chains.clone(),
            covered: ledger.covered.to_vec(),
            repeated_across_files: ledger.notes.repeated_across_files,
            ..Self::default()
        };
        let mut keys = vec![(ChainId(0), None, None); ledger.transactions().len()];
        let rows = &mut builder.rows;
        for (row, &place) in (0..).zip(&order) {
            let flags = columns.flags[place];
            let chain = ledger.accounts.chain(ledger.purses.account(columns.to[place]));
            let (block, time) = columns.blocks.get(place);
            let time = if flags & flag::TIME_FILLED == 0 { time } else { Columns::NO_TIME };
            let transaction = columns.transaction[place];
            let known_block = Some(block).filter(|&block| block != Columns::NO_BLOCK);
            keys[transaction as usize] = (chain, known_block, Some(time));
            rows.from.push(columns.from[place]);
            rows.to.push(columns.to[place]);
            rows.value.push(columns.value.get(place));
            rows.transaction.push(transaction);
            rows.block.push(block);
            rows.time.push(time);
            rows.event.push(columns.event_index(place).unwrap_or(Rows::NO_EVENT));
            rows.chain.push(chain);
            rows.flags.push(flags & (flag::KIND | flag::STATES_FEE));
            rows.lines.push(row, origin.place(place));
            if let Ok(at) = origin.index_rows.binary_search(&origin.input_row(place)) {
                rows.other_index.push((row, origin.index[at]));
            }
        }
        builder.transactions = TransactionTable::resume(ledger.transactions(), &keys);
        builder.resume_fees(ledger);
        builder
    }

    /// Takes up the stated fees, each at the first row that states it.
    fn resume_fees(&mut self, ledger: &Ledger) {
        let mut first = vec![u64::MAX; self.transactions.len()];
        for (row, (&flags, &transaction)) in (0..).zip(self.rows.flags.iter().zip(&self.rows.transaction)) {
            let first = &mut first[transaction as usize];
            if flags & flag::STATES_FEE != 0 && *first == u64::MAX {
                *first = row;
            }
        }
        let paid = ledger.fees().iter().map(|fee| {
            let place = usize::try_from(fee.place).expect("rows are in memory");
            (ledger.columns().transaction[place], fee.amount)
        });
        let origin = ledger.origin();
        let unpaid = (0..origin.unpaid.len()).map(|row| (origin.unpaid[row], origin.unpaid_fee.get(row)));
        let mut stated: Vec<(u32, Amount)> = paid.chain(unpaid).collect();
        stated.sort_unstable();
        self.fee_of.resize(self.transactions.len(), 0);
        for (transaction, fee) in stated {
            self.fees.push((fee, first[transaction as usize]));
            let number = u32::try_from(self.fees.len()).expect("fewer than 2^32 transactions");
            self.fee_of[transaction as usize] = number;
        }
    }
}

fn count_of(count: u64) -> usize {
    usize::try_from(count).expect("rows are in memory")
}
