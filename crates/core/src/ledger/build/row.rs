//! What readers hand over: rows, where they stand, and what a source speaks of.

use crate::account::{Address, ChainId, Key};
use crate::amount::Amount;
use crate::ledger::columns::Kind;
use crate::ledger::transactions::TxHash;
use std::fmt;

/// One transfer as a reader hands it over.
#[derive(Clone, Debug)]
pub struct Row {
    /// The chain it happened on.
    pub chain: ChainId,
    /// The block number. A row needs this or `time`.
    pub block: Option<u64>,
    /// The block time, in Unix seconds.
    pub time: Option<i64>,
    /// The transaction's index in its block.
    pub transaction_index: Option<u64>,
    /// The event's index in its transaction or block.
    pub event_index: Option<u64>,
    /// The transaction's hash.
    pub transaction_hash: Option<TxHash>,
    /// The sender; `None` only for a reward or withdrawal.
    pub from: Option<Address>,
    /// The receiver.
    pub to: Address,
    /// The token contract; `None` for the native coin.
    pub contract: Option<Address>,
    /// The amount, in base units.
    pub value: Amount,
    /// The transaction's fee in base units of the native coin, where this row states it.
    pub fee: Option<Amount>,
    /// What kind of event it is.
    pub kind: Kind,
}

/// Where a row stands: the source's number and the line in it, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// The number that [`LedgerBuilder::add_source`](crate::ledger::LedgerBuilder::add_source) gave.
    pub source: u32,
    /// The line.
    pub line: u64,
}

/// Whose whole history a source holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Everybody's.
    All,
    /// That of the accounts that send in it: a file exported for single addresses.
    Senders,
    /// That of these addresses.
    These(Vec<Address>),
}

/// What a source of rows says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whose whole history it holds.
    pub covers: Covers,
    /// Whether it tells of the native coin.
    pub native: bool,
    /// Whether it tells of tokens.
    pub tokens: bool,
}

/// A row that cannot stand beside the ones before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// Where the row stands.
    pub place: RowPlace,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a row, seen together with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Its fee differs from the one an earlier row of the same transaction states.
    TwoFees {
        /// The fee of this row.
        seen: Amount,
        /// The fee stated before.
        expected: Amount,
        /// Where that stands.
        before: RowPlace,
    },
    /// It has only a time, while others of its chain have only block numbers.
    NoCommonOrder {
        /// The chain's name.
        chain: String,
        /// A row that has only a block number.
        before: RowPlace,
    },
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoFees { seen, expected, .. } => write!(
                f,
                "`{seen}` is a second fee of this transaction: an earlier row of it states `{expected}`"
            ),
            Self::NoCommonOrder { chain, .. } => write!(
                f,
                "this row of `{chain}` has only a time, while others have only block numbers: they cannot be ordered"
            ),
        }
    }
}

/// Many transfers of one EVM chain, as a reader of plain rows hands them over: each array has one entry a row.
/// They have a hash of 32 bytes, a block, a time, and no fee.
#[derive(Clone, Debug, Default)]
pub struct EvmRows {
    /// Sender and receiver.
    pub ends: Vec<[Key; 2]>,
    /// The token contract.
    pub contract: Vec<Key>,
    /// The amount, below [`AmountColumn::WIDE`](crate::amount::AmountColumn::WIDE).
    pub value: Vec<u128>,
    /// The transaction's hash.
    pub hash: Vec<[u8; 32]>,
    /// The block number.
    pub block: Vec<u64>,
    /// The block time, in Unix seconds; [`Columns::NO_TIME`](crate::ledger::Columns::NO_TIME) where not known.
    pub time: Vec<i64>,
    /// The event's index in its block or transaction.
    pub event_index: Vec<u32>,
}

impl EvmRows {
    /// Empties all arrays.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.contract.clear();
        self.value.clear();
        self.hash.clear();
        self.block.clear();
        self.time.clear();
        self.event_index.clear();
    }

    /// Makes room for so many more rows.
    pub fn reserve(&mut self, rows: usize) {
        self.ends.reserve(rows);
        self.contract.reserve(rows);
        self.value.reserve(rows);
        self.hash.reserve(rows);
        self.block.reserve(rows);
        self.time.reserve(rows);
        self.event_index.reserve(rows);
    }

    /// Leaves out all rows from this number on, and what stands of one that is not complete.
    pub fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        self.contract.truncate(rows);
        self.value.truncate(rows);
        self.hash.truncate(rows);
        self.block.truncate(rows);
        self.time.truncate(rows);
        self.event_index.truncate(rows);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}
