//! Rows in, ledger out.
//!
//! Rows are pushed in input order (files as named, then rows). [`LedgerBuilder::finish`] drops events that
//! stand in several files, sorts by position, and settles which transaction pays which fee.

use super::columns::{Columns, Fee, Kind, Purses, Transactions, TxHash};
use super::order::{Keys, OrderError, sort};
use super::{Ledger, PurseId};
use crate::account::{AccountId, Accounts, Address, AddressKind, ChainId};
use crate::amount::{Amount, AmountColumn};
use crate::asset::{Asset, AssetId, Assets};
use hashbrown::HashMap;
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
    /// The number that [`LedgerBuilder::add_source`] gave.
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
#[derive(Clone, Debug)]
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

/// What makes rows one transaction: its hash, else block and index, else the row alone.
#[derive(Clone, PartialEq, Eq, Hash)]
enum TxKey {
    Hash(ChainId, TxHash),
    Index(ChainId, Option<u64>, Option<i64>, u64),
}

/// Collects rows and puts the ledger together.
#[derive(Default)]
pub struct LedgerBuilder {
    chains: Vec<String>,
    accounts: Accounts,
    assets: Assets,
    purses: Purses,
    pub(super) transactions: Transactions,
    transaction_ids: HashMap<TxKey, u32>,
    /// One entry a transaction: the fee its rows state, and where.
    fees: Vec<Option<(Amount, RowPlace)>>,
    /// One entry a row, in input order.
    pub(super) columns: Columns,
    chain: Vec<ChainId>,
    transaction_index: Vec<Option<u64>>,
    pub(super) states_fee: Vec<bool>,
    pub(super) places: Vec<RowPlace>,
    sources: Vec<Source>,
}

impl fmt::Debug for LedgerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerBuilder({} rows)", self.row_count())
    }
}

impl LedgerBuilder {
    /// Starts with nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows were taken.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.chain.len()
    }

    /// Returns the number of a chain, a new one where the name was not seen before.
    ///
    /// # Panics
    /// On more than 65,536 chains.
    pub fn chain(&mut self, name: &str) -> ChainId {
        let at = self.chains.iter().position(|known| known == name).unwrap_or_else(|| {
            self.chains.push(name.to_owned());
            self.chains.len() - 1
        });
        ChainId(u16::try_from(at).expect("a ledger holds at most 65,536 chains"))
    }

    /// The name of a chain.
    #[must_use]
    pub fn chain_name(&self, chain: ChainId) -> &str {
        &self.chains[usize::from(chain.0)]
    }

    /// How a chain writes its addresses.
    #[must_use]
    pub fn address_kind(&self, chain: ChainId) -> AddressKind {
        AddressKind::of_chain(&self.chains[usize::from(chain.0)])
    }

    /// Announces a source of rows; its number goes with each of its rows.
    ///
    /// # Panics
    /// On more than 2^32 sources.
    pub fn add_source(&mut self, source: Source) -> u32 {
        self.sources.push(source);
        u32::try_from(self.sources.len() - 1).expect("fewer than 2^32 sources")
    }

    /// Takes a row. Rows come in input order.
    ///
    /// # Errors
    /// A [`RowFault`] where its fee differs from that of an earlier row of the transaction; the row is then
    /// not taken.
    pub fn push(&mut self, place: RowPlace, row: Row) -> Result<(), RowFault> {
        let transaction = self.transaction_of(&row);
        if let Some(fee) = row.fee {
            match &mut self.fees[transaction as usize] {
                Some((stated, before)) if *stated != fee => {
                    let kind = FaultKind::TwoFees { seen: fee, expected: *stated, before: *before };
                    return Err(RowFault { place, kind });
                }
                Some(_) => {}
                none => *none = Some((fee, place)),
            }
        }
        let known_index = &mut self.transactions.index[transaction as usize];
        *known_index = known_index.or(row.transaction_index);
        let asset = self.assets.intern(Asset { chain: row.chain, contract: row.contract });
        let from = match row.from {
            None => PurseId::NONE,
            Some(address) => self.purse(row.chain, &address, asset),
        };
        let to = self.purse(row.chain, &row.to, asset);
        let Columns { from: froms, to: tos, value, transaction: transactions, .. } = &mut self.columns;
        froms.push(from);
        tos.push(to);
        value.push(row.value);
        transactions.push(transaction);
        self.columns.block.push(row.block.unwrap_or(Columns::NO_BLOCK));
        self.columns.time.push(row.time.unwrap_or(Columns::NO_TIME));
        self.columns.event_index.push(row.event_index.unwrap_or(Columns::NO_EVENT));
        self.columns.kind.push(row.kind);
        self.chain.push(row.chain);
        self.transaction_index.push(row.transaction_index);
        self.states_fee.push(row.fee.is_some());
        self.places.push(place);
        Ok(())
    }

    fn purse(&mut self, chain: ChainId, address: &Address, asset: AssetId) -> PurseId {
        let account = self.accounts.intern(chain, address);
        self.purses.intern(account, asset, address.is_zero())
    }

    fn transaction_of(&mut self, row: &Row) -> u32 {
        let next = u32::try_from(self.transactions.len()).expect("fewer than 2^32 transactions");
        let key = match (&row.transaction_hash, row.transaction_index) {
            (Some(hash), _) => Some(TxKey::Hash(row.chain, hash.clone())),
            (None, Some(index)) => {
                let time = if row.block.is_some() { None } else { row.time };
                Some(TxKey::Index(row.chain, row.block, time, index))
            }
            (None, None) => None,
        };
        let id = key.map_or(next, |key| *self.transaction_ids.entry(key).or_insert(next));
        if id == next {
            self.transactions.hash.push(row.transaction_hash.clone());
            self.transactions.index.push(row.transaction_index);
            self.fees.push(None);
        }
        id
    }

    /// Puts the ledger together.
    ///
    /// # Errors
    /// A [`RowFault`] where rows of one chain cannot be ordered.
    ///
    /// # Cost
    /// **O(n log n)** for n rows, sorted in parallel.
    pub fn finish(mut self) -> Result<Ledger, RowFault> {
        let covered = self.coverage();
        let (kept, mut notes) = self.drop_repeats_across_files();
        let keys = Keys {
            columns: &self.columns,
            chain: &self.chain,
            chain_names: &self.chains,
            transactions: &self.transactions,
            transaction_index: &self.transaction_index,
        };
        let sorted = match sort(&keys, kept) {
            Ok(sorted) => sorted,
            Err(OrderError { chain, only_time, only_block }) => {
                let chain = self.chains[usize::from(chain.0)].clone();
                let before = self.places[only_block];
                let kind = FaultKind::NoCommonOrder { chain, before };
                return Err(RowFault { place: self.places[only_time], kind });
            }
        };
        notes.time_runs_back = sorted.time_runs_back;
        notes.time_filled = sorted.time_filled;
        let fees = self.place_fees(&sorted.order);
        let columns = self.columns.to_reordered(&sorted.order, sorted.time, sorted.tied);
        let mut ledger = Ledger {
            chains: self.chains,
            accounts: self.accounts,
            assets: self.assets,
            purses: self.purses,
            columns,
            transactions: self.transactions,
            fees,
            covered,
            notes,
        };
        ledger.notes.order_ambiguous = ledger.ties_touch_one_purse();
        Ok(ledger)
    }

    /// Returns, per account, whether some source holds its whole history: bit 0 native, bit 1 tokens.
    fn coverage(&self) -> Vec<u8> {
        let mut covered = vec![0_u8; self.accounts.len()];
        let bits = |source: &Source| u8::from(source.native) | u8::from(source.tokens) << 1;
        // A file speaks of the chains that its rows are on.
        let mut on_chain = vec![vec![false; self.chains.len()]; self.sources.len()];
        for (place, chain) in self.places.iter().zip(&self.chain) {
            on_chain[place.source as usize][usize::from(chain.0)] = true;
        }
        for (source, on_chain) in self.sources.iter().zip(on_chain) {
            let speaks_of = |chain: ChainId| on_chain[usize::from(chain.0)];
            match &source.covers {
                Covers::All => {
                    for (account, entry) in (0..).map(AccountId).zip(&mut covered) {
                        if speaks_of(self.accounts.chain(account)) {
                            *entry |= bits(source);
                        }
                    }
                }
                Covers::These(addresses) => {
                    for chain in (0..).map(ChainId).take(self.chains.len()).filter(|it| speaks_of(*it)) {
                        for account in addresses.iter().filter_map(|it| self.accounts.find(chain, it)) {
                            covered[account.index()] |= bits(source);
                        }
                    }
                }
                Covers::Senders => {}
            }
        }
        for (from, place) in self.columns.from.iter().zip(&self.places) {
            let source = &self.sources[place.source as usize];
            if source.covers == Covers::Senders && *from != PurseId::NONE {
                covered[self.purses.account(*from).index()] |= bits(source);
            }
        }
        covered
    }

    /// Settles each transaction's fee: paid by the sender of its first row that states one, at the place of
    /// its first row. `order` lists the rows by place.
    fn place_fees(&mut self, order: &[u64]) -> Vec<Fee> {
        const UNSEEN: u64 = u64::MAX;
        let mut first = vec![UNSEEN; self.transactions.len()];
        let mut payer = vec![None; self.transactions.len()];
        for (place, &row) in order.iter().enumerate() {
            let row = usize::try_from(row).expect("rows are in memory");
            let transaction = self.columns.transaction[row] as usize;
            if first[transaction] == UNSEEN {
                first[transaction] = place as u64;
            }
            if self.states_fee[row] && payer[transaction].is_none() {
                payer[transaction] = Some((self.columns.from[row], self.chain[row]));
            }
        }
        let mut fees = Vec::new();
        for (transaction, fee) in self.fees.iter().enumerate() {
            let Some((amount, _)) = fee.filter(|(amount, _)| !amount.is_zero()) else { continue };
            let Some((from, chain)) = payer[transaction] else { continue };
            if from == PurseId::NONE || self.purses.is_void(from) {
                continue;
            }
            let native = self.assets.intern(Asset { chain, contract: None });
            let payer = self.purses.intern(self.purses.account(from), native, false);
            fees.push(Fee { place: first[transaction], payer, amount });
        }
        fees.sort_unstable_by_key(|fee| fee.place);
        fees
    }
}

impl Columns {
    /// Returns the rows in another order, with their final times and ties.
    pub(super) fn to_reordered(&self, order: &[u64], time: Vec<i64>, tied: Vec<bool>) -> Self {
        fn pick<T: Copy>(column: &[T], order: &[u64]) -> Vec<T> {
            order.iter().map(|&row| column[usize::try_from(row).expect("rows are in memory")]).collect()
        }
        let value: AmountColumn = self.value.to_reordered(order);
        Self {
            from: pick(&self.from, order),
            to: pick(&self.to, order),
            value,
            transaction: pick(&self.transaction, order),
            block: pick(&self.block, order),
            time,
            event_index: pick(&self.event_index, order),
            kind: pick(&self.kind, order),
            tied,
        }
    }
}
