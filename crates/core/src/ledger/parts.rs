//! A ledger taken apart, to be written down and taken up again.

use super::{Columns, Fees, Ledger, Notes, Origin, Purses, Transactions};
use crate::account::{AccountColumns, Accounts};
use crate::asset::{Asset, Assets};
use crate::column::Column;

/// All that a ledger is made of. Columns are shared or copied, nothing is computed but the order of accounts.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The names of the chains.
    pub chains: Vec<String>,
    /// The accounts.
    pub accounts: AccountColumns,
    /// The assets.
    pub assets: Vec<Asset>,
    /// The purses.
    pub purses: Purses,
    /// The transfers.
    pub columns: Columns,
    /// The transactions.
    pub transactions: Transactions,
    /// The fees.
    pub fees: Fees,
    /// One entry an account: bit 0 where the whole history of its native coin is there, bit 1 of its tokens.
    pub covered: Column<u8>,
    /// What was noticed while it was put together.
    pub notes: Notes,
    /// Where its transfers come from.
    pub origin: Origin,
}

impl Ledger {
    /// Takes the ledger apart.
    ///
    /// # Cost
    /// **O(n)** for a ledger that was built, whose n values are copied; nothing for one that is mapped.
    #[must_use]
    pub fn to_parts(&self) -> Parts {
        Parts {
            chains: self.chains.clone(),
            accounts: self.accounts.to_columns(),
            assets: self.assets.iter().map(|(_, asset)| asset).collect(),
            purses: Purses::clone(&self.purses),
            columns: self.columns.clone(),
            transactions: Transactions::clone(&self.transactions),
            fees: self.fees.clone(),
            covered: self.covered.clone(),
            notes: self.notes.clone(),
            origin: Origin::clone(&self.origin),
        }
    }

    /// Puts a ledger together again. No column is read: only lengths are compared.
    ///
    /// # Errors
    /// The name of a column whose length does not fit the others.
    pub fn from_parts(parts: Parts) -> Result<Self, &'static str> {
        let Parts { chains, accounts, assets, purses, columns, transactions, fees, covered, notes, origin } =
            parts;
        let same = |length: usize, expected: usize, name| if length == expected { Ok(()) } else { Err(name) };
        let none_or = |length: usize, expected: usize, name| {
            if length == 0 { Ok(()) } else { same(length, expected, name) }
        };
        let transfers = columns.from.len();
        same(columns.to.len(), transfers, "transfers/to")?;
        same(columns.value.len(), transfers, "transfers/value")?;
        same(columns.value.wide.len(), columns.value.wide_rows.len(), "transfers/value_wide")?;
        same(columns.transaction.len(), transfers, "transfers/transaction")?;
        none_or(columns.event.narrow.len(), transfers, "transfers/event_index")?;
        same(columns.event.wide.len(), columns.event.wide_rows.len(), "transfers/event_index_wide")?;
        same(columns.flags.len(), transfers, "transfers/flags")?;
        same(columns.blocks.block.len(), columns.blocks.starts.len(), "blocks/number")?;
        same(columns.blocks.time.len(), columns.blocks.starts.len(), "blocks/time")?;
        // The first run begins with the first transfer: each transfer then has one.
        same(
            usize::from(columns.blocks.starts.first() == Some(&0)),
            usize::from(transfers > 0),
            "blocks/start",
        )?;
        none_or(transactions.form.len(), transactions.len(), "transactions/form")?;
        none_or(transactions.index.len(), transactions.len(), "transactions/index")?;
        same(purses.asset.len(), purses.len(), "purses/asset")?;
        same(purses.void.len(), purses.len(), "purses/void")?;
        same(purses.by_account.len(), purses.len(), "purses/by_account")?;
        same(fees.payer.len(), fees.len(), "fees/payer")?;
        same(fees.amount.len(), fees.len(), "fees/amount")?;
        same(fees.amount.wide.len(), fees.amount.wide_rows.len(), "fees/amount_wide")?;
        same(covered.len(), accounts.keys.len(), "accounts/covered")?;
        same(origin.lines.source.len(), origin.lines.starts.len(), "origin/source")?;
        same(origin.lines.line.len(), origin.lines.starts.len(), "origin/line")?;
        none_or(origin.input.len(), transfers, "origin/input")?;
        same(origin.index.len(), origin.index_rows.len(), "origin/index")?;
        same(origin.unpaid_fee.len(), origin.unpaid.len(), "origin/unpaid_fee")?;
        let accounts = Accounts::from_columns(accounts).ok_or("accounts/address")?;
        let mut known = Assets::default();
        let count = assets.len();
        assets.into_iter().for_each(|asset| {
            known.intern(asset);
        });
        same(known.len(), count, "assets")?;
        Ok(Self {
            chains,
            accounts: accounts.into(),
            assets: known,
            purses: purses.into(),
            columns,
            transactions: transactions.into(),
            fees,
            covered,
            notes,
            origin: origin.into(),
        })
    }
}
