//! The ledger: every transfer read, as columns sorted by position, with its accounts, assets, purses and
//! transactions.
//!
//! # Shape
//!
//! A transfer is a row number, counted from 0 in position order: its *place*. All columns of
//! [`Columns`] have one entry a transfer. A transfer names two purses; a purse names its account and its
//! asset, so that neither stands in the row. A transaction groups transfers; its hash and index stand once.
//!
//! # What always holds
//!
//! Rows are sorted by position. The ledger never changes once it is built. An empty sender
//! ([`PurseId::NONE`]) stands only in rows of kind reward and withdrawal.

mod blocks;
mod build;
mod columns;
mod fees;
mod holders;
mod index;
mod order;
mod origin;
mod parts;
mod purse_keys;
mod purses;
mod repeated;
mod repeats;
mod seal;
mod stream;
mod ties;
mod transactions;

pub use blocks::Blocks;
pub use build::{Covers, EvmRows, FaultKind, LedgerBuilder, Row, RowFault, RowPlace, Source};
pub use columns::{Columns, EventColumn, Kind, flag};
pub use fees::{Fee, Fees};
pub use index::FlowIndex;
pub use origin::{Lines, Origin};
pub use parts::Parts;
pub use purses::Purses;
pub use repeated::Repeat;
pub use seal::Seal;
pub use stream::{LedgerStream, StreamColumns, Unfit};
pub use ties::Ambiguity;
pub use transactions::{Transactions, TxHash};

use crate::account::{AccountId, Accounts, Address, ChainId};
use crate::asset::{Asset, AssetId, Assets};
use crate::column::Column;
use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What holds a balance: an index into the ledger's purses, in first-seen order.
///
/// A purse is one asset of one holder on one chain. On Bitcoin the holder is an outpoint, so nothing may
/// assume that a purse is an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable, Serialize, Deserialize)]
#[repr(transparent)]
pub struct PurseId(pub u32);

impl PurseId {
    /// No purse: the empty sender of a block reward.
    pub const NONE: Self = Self(u32::MAX);

    /// The purse's place in columns that have one entry a purse.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What was noticed while the ledger was put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Two rows of unknown mutual order touch one purse.
    pub order_ambiguous: bool,
    /// Rows left out because the same event stands in another file.
    pub repeated_across_files: u64,
    /// Rows that repeat an earlier row of the same file, word for word: kept, as real.
    pub repeated_in_file: u64,
    /// How many different transfers those rows repeat.
    pub repeated_transfers: u64,
    /// Rows of one chain whose time is earlier than that of an earlier block.
    pub time_runs_back: u64,
    /// Rows whose block time was taken from another row of the same block.
    pub time_filled: u64,
}

/// Every transfer read, with accounts, assets, purses and transactions. Made by [`LedgerBuilder`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    chains: Vec<String>,
    /// Whatever does not know the order of transfers is shared with the ledger of the other order.
    accounts: Arc<Accounts>,
    assets: Assets,
    purses: Arc<Purses>,
    columns: Columns,
    transactions: Arc<Transactions>,
    fees: Fees,
    /// One entry an account: bit 0 for the native coin, bit 1 for tokens.
    covered: Column<u8>,
    notes: Notes,
    origin: Arc<Origin>,
}

impl Ledger {
    /// The chains with their names, in first-seen order.
    pub fn chains(&self) -> impl Iterator<Item = (ChainId, &str)> {
        (0..).map(ChainId).zip(self.chains.iter().map(String::as_str))
    }

    /// The name of a chain.
    #[must_use]
    pub fn chain_name(&self, chain: ChainId) -> &str {
        &self.chains[usize::from(chain.0)]
    }

    /// Finds a chain by its name.
    #[must_use]
    pub fn find_chain(&self, name: &str) -> Option<ChainId> {
        self.chains().find(|(_, known)| *known == name).map(|(chain, _)| chain)
    }

    /// The accounts.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The assets.
    #[must_use]
    pub const fn assets(&self) -> &Assets {
        &self.assets
    }

    /// The purses.
    #[must_use]
    pub fn purses(&self) -> &Purses {
        &self.purses
    }

    /// The transfers, one entry each, in position order.
    #[must_use]
    pub const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The transactions.
    #[must_use]
    pub fn transactions(&self) -> &Transactions {
        &self.transactions
    }

    /// The fees, by the place of their transaction's first transfer.
    #[must_use]
    pub const fn fees(&self) -> &Fees {
        &self.fees
    }

    /// Where its transfers come from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What was noticed while it was put together.
    #[must_use]
    pub const fn notes(&self) -> &Notes {
        &self.notes
    }

    /// How many transfers it holds.
    #[must_use]
    pub fn transfer_count(&self) -> usize {
        self.columns.from.len()
    }

    /// Writes an asset: `chain:native` or `chain:0x…`.
    #[must_use]
    pub fn asset_name(&self, id: AssetId) -> String {
        let Asset { chain, contract } = self.assets.get(id);
        match contract {
            None => format!("{}:native", self.chain_name(chain)),
            Some(contract) => format!("{}:{contract}", self.chain_name(chain)),
        }
    }

    /// The address of the account that holds a purse.
    #[must_use]
    pub fn purse_address(&self, purse: PurseId) -> Address {
        self.accounts.address(self.purses.account(purse))
    }

    /// The name of the chain a purse is on.
    #[must_use]
    pub fn purse_chain(&self, purse: PurseId) -> &str {
        self.chain_name(self.accounts.chain(self.purses.account(purse)))
    }

    /// Whether some input holds the whole history of an account, for the native coin or for tokens.
    #[must_use]
    pub fn is_covered(&self, account: AccountId, native: bool) -> bool {
        self.covered[account.index()] & if native { 1 } else { 2 } != 0
    }

    /// Whether a transfer moves anything: it is neither of value 0 nor to its own sender.
    #[must_use]
    pub fn moves(&self, place: usize) -> bool {
        self.columns.flags[place] & flag::STILL == 0
    }

    /// Whether a purse can hold nothing: the empty sender, or the zero address.
    #[must_use]
    pub fn is_void(&self, purse: PurseId) -> bool {
        purse == PurseId::NONE || self.purses.is_void(purse)
    }

    /// The row numbers `start..end` of the tie group that a transfer belongs to: the rows of its block whose
    /// mutual order the input does not tell. One row where the order is known.
    ///
    /// # Panics
    /// If there is no such transfer.
    #[must_use]
    pub fn tie_group(&self, place: usize) -> std::ops::Range<usize> {
        let tied = |row: &usize| self.columns.is_tied(*row);
        let start = (1..=place).rev().find(|row| !tied(row)).unwrap_or(0);
        let end = (place + 1..self.transfer_count()).find(|row| !tied(row)).unwrap_or(self.transfer_count());
        start..end
    }
}
