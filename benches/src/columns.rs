//! A ledger straight from rows, column by column, for sizes at which rows and a builder would not fit.

use crate::row::{BLOCK_ROWS, InputRow, address, block, time, transaction_hash};
use dyetrace_core::account::Accounts;
use dyetrace_core::asset::Asset;
use dyetrace_core::ledger::{Blocks, Columns, Kind, Parts, Purses, Transactions};
use dyetrace_core::{AccountId, AmountColumn, AssetId, ChainId, Ledger, LedgerBuilder, PurseId};

/// No purse yet.
const NEW: u32 = u32::MAX;

/// The ledger that a reader makes of these rows, less what no reach asks for: there are no fees, and all rows of a
/// block are one transaction. `accounts` is above all numbers that rows name.
///
/// # Cost
/// **O(n + a log a)** for n rows and a accounts; 26 bytes a row and about 100 an account.
///
/// # Panics
/// Never: the parts fit each other.
pub(crate) fn to_ledger(accounts: u32, rows: impl Iterator<Item = InputRow>) -> Ledger {
    let mut purse_of = vec![NEW; accounts as usize];
    let mut known = Accounts::default();
    let mut columns = Columns::default();
    let (mut from, mut to, mut transaction, mut flags) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut value = AmountColumn::default();
    for row in rows {
        let mut purse = |account: u32| {
            let purse = &mut purse_of[account as usize];
            if *purse == NEW {
                // One asset: accounts and purses have the same numbers.
                *purse = known.intern(ChainId(0), &address(account)).0;
            }
            PurseId(*purse)
        };
        from.push(row.from.map_or(PurseId::NONE, &mut purse));
        to.push(purse(row.to));
        value.push(row.value.into());
        let kind = if row.from.is_some() { Kind::External } else { Kind::Reward };
        flags.push(kind.as_flag());
        let block = transaction.len() as u64 / BLOCK_ROWS;
        transaction.push(u32::try_from(block).expect("fewer than 2^32 blocks"));
    }
    let starts = (0..from.len() as u64).step_by(usize::try_from(BLOCK_ROWS).expect("a small number"));
    columns.blocks = Blocks {
        starts: starts.clone().collect(),
        block: starts.clone().map(block).collect(),
        time: starts.clone().map(time).collect(),
    };
    let hash = starts.clone().map(|row| transaction_hash(row / BLOCK_ROWS)).collect();
    (columns.from, columns.to) = (from.into(), to.into());
    (columns.value, columns.transaction, columns.flags) = (value, transaction.into(), flags.into());

    let count = u32::try_from(known.len()).expect("fewer than 2^32 accounts");
    let mut empty = LedgerBuilder::new();
    empty.chain("ethereum");
    let parts = empty.finish().expect("a ledger without rows").to_parts();
    let parts = Parts {
        accounts: known.to_columns(),
        assets: vec![Asset { chain: ChainId(0), contract: None }],
        purses: Purses {
            account: (0..count).map(AccountId).collect(),
            asset: (0..count).map(|_| AssetId(0)).collect(),
            void: (0..count).map(|_| 0).collect(),
            by_account: (0..count).collect(),
        },
        columns,
        transactions: Transactions { hash, ..Transactions::default() },
        covered: (0..count).map(|_| 3).collect(),
        ..parts
    };
    Ledger::from_parts(parts).expect("the parts fit each other")
}
