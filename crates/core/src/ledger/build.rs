//! Rows in, ledger out.
//!
//! Rows are pushed in input order (files as named, then rows). [`LedgerBuilder::finish`] drops events that
//! stand in several files, sorts by position, and settles which transaction pays which fee.

use super::blocks::Blocks;
use super::columns::{Columns, EventColumn, Kind, flag};
use super::fees::{Fee, Fees};
use super::order::{Keys, OrderError, Positions, Sorted, sort};
use super::origin::{Lines, Origin};
use super::purses::PurseTable;
use super::transactions::{TransactionTable, TxHash};
use super::{Ledger, Notes, PurseId};
use crate::account::{AccountId, Accounts, Address, AddressKind, ChainId, Key};
use crate::amount::{Amount, AmountColumn};
use crate::asset::{Asset, AssetId, Assets};
use crate::column::Column;
use std::fmt;
use std::ops::Range;

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
    /// The amount, below [`AmountColumn::WIDE`].
    pub value: Vec<u128>,
    /// The transaction's hash.
    pub hash: Vec<[u8; 32]>,
    /// The block number.
    pub block: Vec<u64>,
    /// The block time, in Unix seconds; [`Columns::NO_TIME`] where not known.
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

/// The rows taken so far: one entry a row, in input order.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) from: Vec<PurseId>,
    pub(super) to: Vec<PurseId>,
    pub(super) value: AmountColumn,
    pub(super) transaction: Vec<u32>,
    pub(super) block: Vec<u64>,
    pub(super) time: Vec<i64>,
    pub(super) event: Vec<u64>,
    pub(super) chain: Vec<ChainId>,
    /// Kind, and whether the row states a fee.
    pub(super) flags: Vec<u8>,
    pub(super) lines: Lines,
    /// Rows that state another index than their transaction's first, rising, with that index.
    other_index: Vec<(u64, u64)>,
}

impl Rows {
    /// Stands for an unknown event index.
    pub(super) const NO_EVENT: u64 = u64::MAX;

    /// The transaction index that a row states, where it is not its transaction's.
    pub(super) fn own_index(&self, row: u64) -> Option<u64> {
        if self.other_index.is_empty() {
            return None;
        }
        let at = self.other_index.binary_search_by_key(&row, |entry| entry.0);
        at.ok().map(|at| self.other_index[at].1)
    }
}

/// Collects rows and puts the ledger together.
#[derive(Default)]
pub struct LedgerBuilder {
    chains: Vec<String>,
    accounts: Accounts,
    assets: Assets,
    purses: PurseTable,
    pub(super) transactions: TransactionTable,
    /// One entry a transaction, from the first stated fee on: the number of its fee in `fees`, plus one.
    fee_of: Vec<u32>,
    /// The fees that rows state, and the row that does so first.
    fees: Vec<(Amount, u64)>,
    pub(super) rows: Rows,
    sources: Vec<Source>,
    /// Of a ledger that is added to: per account, what its sources cover; and what they left out.
    covered: Vec<u8>,
    repeated_across_files: u64,
    /// Of a ledger that is added to: the chains that each source speaks of.
    spoken: Vec<Vec<ChainId>>,
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
        self.rows.from.len()
    }

    /// Returns the number of a chain, a new one where the name was not seen before.
    ///
    /// # Panics
    /// On more than 32,768 chains.
    pub fn chain(&mut self, name: &str) -> ChainId {
        let at = self.chains.iter().position(|known| known == name).unwrap_or_else(|| {
            self.chains.push(name.to_owned());
            self.chains.len() - 1
        });
        assert!(at < 1 << 15, "a ledger holds at most 32,768 chains");
        ChainId(u16::try_from(at).expect("less than 2^15"))
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
        let number = self.row_count() as u64;
        let transaction = self.transactions.intern(
            row.chain,
            row.transaction_hash.as_ref(),
            row.transaction_index,
            row.block,
            row.time,
        );
        if let Some(fee) = row.fee {
            self.state_fee(transaction, fee, number, place)?;
        }
        if let Some(index) = row.transaction_index
            && self.transactions.state_index(transaction, index)
        {
            self.rows.other_index.push((number, index));
        }
        let asset = self.assets.intern(Asset { chain: row.chain, contract: row.contract });
        let from = match row.from {
            None => PurseId::NONE,
            Some(address) => self.purses.intern(&mut self.accounts, row.chain, &address, asset),
        };
        let to = self.purses.intern(&mut self.accounts, row.chain, &row.to, asset);
        let rows = &mut self.rows;
        rows.from.push(from);
        rows.to.push(to);
        rows.value.push(row.value);
        rows.transaction.push(transaction);
        rows.block.push(row.block.unwrap_or(Columns::NO_BLOCK));
        rows.time.push(row.time.unwrap_or(Columns::NO_TIME));
        rows.event.push(row.event_index.unwrap_or(Rows::NO_EVENT));
        rows.chain.push(row.chain);
        rows.flags.push(row.kind.as_flag() | if row.fee.is_some() { flag::STATES_FEE } else { 0 });
        rows.lines.push(number, place);
        Ok(())
    }

    /// Takes rows `range` of a batch of token transfers, which stand on one line after the other from `place` on, as
    /// [`LedgerBuilder::push`] takes one row after the other.
    ///
    /// # Panics
    /// If the arrays differ in length.
    ///
    /// # Cost
    /// **O(n)** for n rows: a few hundred lookups at a time, so that their waits for memory overlap.
    pub fn push_many(&mut self, chain: ChainId, place: RowPlace, batch: &EvmRows, range: Range<usize>) {
        let number = self.row_count() as u64;
        self.transactions.intern_many(chain, &batch.hash[range.clone()], &mut self.rows.transaction);
        let mut last: Option<(Key, AssetId)> = None;
        let assets: Vec<AssetId> = batch.contract[range.clone()]
            .iter()
            .map(|contract| match last {
                Some((known, asset)) if known == *contract => asset,
                _ => {
                    let contract_address = Some(Address::from_evm(*contract));
                    let asset = self.assets.intern(Asset { chain, contract: contract_address });
                    last = Some((*contract, asset));
                    asset
                }
            })
            .collect();
        let rows = &mut self.rows;
        let ends = (&mut rows.from, &mut rows.to);
        self.purses.intern_evm(&mut self.accounts, chain, &batch.ends[range.clone()], &assets, ends);
        rows.value.narrow.to_mut().extend_from_slice(&batch.value[range.clone()]);
        rows.block.extend_from_slice(&batch.block[range.clone()]);
        rows.time.extend_from_slice(&batch.time[range.clone()]);
        rows.event.extend(batch.event_index[range.clone()].iter().map(|&index| u64::from(index)));
        rows.chain.resize(rows.from.len(), chain);
        rows.flags.resize(rows.from.len(), Kind::Token.as_flag());
        let lengths = [
            rows.to.len(),
            rows.value.len(),
            rows.transaction.len(),
            rows.block.len(),
            rows.time.len(),
            rows.event.len(),
        ];
        assert!(lengths.iter().all(|&length| length == rows.from.len()), "arrays have one entry a row");
        if !range.is_empty() {
            rows.lines.push(number, place);
        }
    }

    fn state_fee(
        &mut self,
        transaction: u32,
        fee: Amount,
        row: u64,
        place: RowPlace,
    ) -> Result<(), RowFault> {
        self.fee_of.resize(self.transactions.len(), 0);
        let of = &mut self.fee_of[transaction as usize];
        if *of == 0 {
            self.fees.push((fee, row));
            *of = u32::try_from(self.fees.len()).expect("fewer than 2^32 transactions");
            return Ok(());
        }
        let (stated, before) = self.fees[*of as usize - 1];
        if stated == fee {
            return Ok(());
        }
        let before = self.rows.lines.get(before);
        Err(RowFault { place, kind: FaultKind::TwoFees { seen: fee, expected: stated, before } })
    }

    fn fee(&self, transaction: usize) -> Option<Amount> {
        let of = self.fee_of.get(transaction).copied().unwrap_or(0);
        (of != 0).then(|| self.fees[of as usize - 1].0)
    }

    /// Puts the ledger together.
    ///
    /// # Errors
    /// A [`RowFault`] where rows of one chain cannot be ordered.
    ///
    /// # Cost
    /// **O(n)** for n rows that are in position order already, **O(n log n)** for others, sorted in parallel.
    pub fn finish(mut self) -> Result<Ledger, RowFault> {
        let spoken = self.chains_of_sources();
        let covered = self.coverage(&spoken);
        let mut notes = Notes { repeated_across_files: self.repeated_across_files, ..Notes::default() };
        let mut kept = if self.can_repeat() {
            self.drop_repeats_across_files(&mut notes)
        } else {
            (0..self.row_count() as u64).collect()
        };
        self.number_kept(&mut kept);
        let keys =
            Keys { rows: &self.rows, chain_names: &self.chains, transactions: &self.transactions.columns };
        let sorted = match Positions::of(&keys, &kept) {
            Ok(positions) => sort(&positions, kept),
            Err(OrderError { chain, only_time, only_block }) => {
                let chain = self.chains[usize::from(chain.0)].clone();
                let before = self.rows.lines.get(only_block as u64);
                let kind = FaultKind::NoCommonOrder { chain, before };
                return Err(RowFault { place: self.rows.lines.get(only_time as u64), kind });
            }
        };
        notes.time_runs_back = sorted.time_runs_back;
        notes.time_filled = sorted.time_filled.len() as u64;
        let (row_purses, row_assets) = (self.purses.len() as u64, self.assets.len() as u64);
        let (fees, unpaid) = self.place_fees(&sorted.order);
        let identity = sorted.order.iter().zip(0_u64..).all(|(&row, place)| row == place);
        let input = if identity { Column::default() } else { sorted.order.clone().into() };
        let Self { chains, accounts, assets, purses, transactions, mut rows, sources, .. } = self;
        let origin = Origin {
            sources,
            chains: spoken,
            lines: std::mem::take(&mut rows.lines),
            input,
            index_rows: rows.other_index.iter().map(|entry| entry.0).collect(),
            index: rows.other_index.iter().map(|entry| entry.1).collect(),
            unpaid: unpaid.iter().map(|entry| entry.0).collect(),
            unpaid_fee: unpaid.iter().fold(AmountColumn::default(), |mut column, entry| {
                column.push(entry.1);
                column
            }),
            row_purses,
            row_assets,
        };
        let mut ledger = Ledger {
            chains,
            assets,
            purses: purses.finish(accounts.len()),
            accounts,
            columns: rows.into_columns(sorted, identity),
            transactions: transactions.columns,
            fees,
            covered: covered.into(),
            notes,
            origin,
        };
        ledger.notes.order_ambiguous = ledger.ties_touch_one_purse();
        Ok(ledger)
    }

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
            accounts: ledger.accounts.clone(),
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

    /// Whether some event may stand twice. It cannot where each row's position is after that of the row before,
    /// and the rows of a transaction stand together: two of them then differ in their event index.
    fn can_repeat(&self) -> bool {
        let rows = &self.rows;
        let one_chain = rows.chain.iter().all(|chain| *chain == rows.chain[0]);
        let rises = |row: usize| {
            let [before, after] = [row - 1, row].map(|row| (rows.block[row], rows.event[row]));
            before < after && before.1 != Rows::NO_EVENT && after.1 != Rows::NO_EVENT
        };
        if !one_chain || !(1..rows.block.len()).all(rises) {
            return true;
        }
        let mut ended = vec![false; self.transactions.len()];
        let mut last = None;
        rows.transaction.iter().any(|&transaction| {
            let again = ended[transaction as usize] && last != Some(transaction);
            ended[transaction as usize] = true;
            last = Some(transaction);
            again
        })
    }

    /// Returns the chains of each source's rows, rising.
    fn chains_of_sources(&self) -> Vec<Vec<ChainId>> {
        let mut spoken = self.spoken.clone();
        spoken.resize(self.sources.len(), Vec::new());
        for (span, source) in self.rows.lines.by_source(self.row_count() as u64) {
            let known = &mut spoken[source as usize];
            for chain in &self.rows.chain[index_of(span.start)..index_of(span.end)] {
                if !known.contains(chain) {
                    known.push(*chain);
                }
            }
        }
        spoken.iter_mut().for_each(|chains| chains.sort_unstable());
        spoken
    }

    /// Leaves out the rows that are not kept, and numbers the others anew.
    fn number_kept(&mut self, kept: &mut Vec<u64>) {
        fn keep<T: Copy>(column: &mut Vec<T>, kept: &[u64]) {
            *column = kept.iter().map(|&row| column[index_of(row)]).collect();
        }
        if kept.len() == self.row_count() {
            return;
        }
        let mut lines = Lines::default();
        for (number, &row) in (0..).zip(kept.iter()) {
            lines.push(number, self.rows.lines.get(row));
        }
        let rows = &mut self.rows;
        keep(&mut rows.from, kept);
        keep(&mut rows.to, kept);
        keep(&mut rows.transaction, kept);
        keep(&mut rows.block, kept);
        keep(&mut rows.time, kept);
        keep(&mut rows.event, kept);
        keep(&mut rows.chain, kept);
        keep(&mut rows.flags, kept);
        rows.value = rows.value.to_reordered(kept);
        rows.lines = lines;
        let number = |row: u64| kept.binary_search(&row).ok().map(|number| number as u64);
        rows.other_index =
            rows.other_index.iter().filter_map(|&(row, index)| Some((number(row)?, index))).collect();
        *kept = (0..kept.len() as u64).collect();
    }

    /// Returns, per account, whether some source holds its whole history: bit 0 native, bit 1 tokens. `spoken` are
    /// the chains that each source speaks of.
    fn coverage(&self, spoken: &[Vec<ChainId>]) -> Vec<u8> {
        let mut covered = self.covered.clone();
        covered.resize(self.accounts.len(), 0);
        let bits = |source: &Source| u8::from(source.native) | u8::from(source.tokens) << 1;
        for (span, source) in self.rows.lines.by_source(self.row_count() as u64) {
            let source = &self.sources[source as usize];
            if source.covers == Covers::Senders {
                for from in &self.rows.from[index_of(span.start)..index_of(span.end)] {
                    if *from != PurseId::NONE {
                        covered[self.purses.account(*from).index()] |= bits(source);
                    }
                }
            }
        }
        for (source, chains) in self.sources.iter().zip(spoken) {
            // A file speaks of the chains that its rows are on.
            let speaks_of = |chain: ChainId| chains.contains(&chain);
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
        covered
    }

    /// Settles each transaction's fee: paid by the sender of its first row that states one, at the place of
    /// its first row. `order` lists the rows by place. Returns the fees, and those that nobody pays.
    fn place_fees(&mut self, order: &[u64]) -> (Fees, Vec<(u32, Amount)>) {
        const UNSEEN: u64 = u64::MAX;
        if self.fees.is_empty() {
            return (Fees::default(), Vec::new());
        }
        let mut first = vec![UNSEEN; self.transactions.len()];
        let mut payer = vec![None; self.transactions.len()];
        for (place, &row) in (0..).zip(order) {
            let row = usize::try_from(row).expect("rows are in memory");
            let transaction = self.rows.transaction[row] as usize;
            if first[transaction] == UNSEEN {
                first[transaction] = place;
            }
            if self.rows.flags[row] & flag::STATES_FEE != 0 && payer[transaction].is_none() {
                payer[transaction] = Some((self.rows.from[row], self.rows.chain[row]));
            }
        }
        let mut fees = Vec::new();
        let mut unpaid = Vec::new();
        for (number, transaction) in (0_u32..).zip(0..self.transactions.len()) {
            let Some(amount) = self.fee(transaction) else { continue };
            let from =
                payer[transaction].filter(|(from, _)| *from != PurseId::NONE && !self.purses.is_void(*from));
            let (Some((from, chain)), false) = (from, amount.is_zero()) else {
                unpaid.push((number, amount));
                continue;
            };
            let native = self.assets.intern(Asset { chain, contract: None });
            let payer = self.purses.intern_account(&self.accounts, self.purses.account(from), native);
            fees.push(Fee { place: first[transaction], payer, amount });
        }
        (fees.into_iter().collect(), unpaid)
    }
}

fn index_of(row: u64) -> usize {
    usize::try_from(row).expect("rows are in memory")
}

fn count_of(count: u64) -> usize {
    usize::try_from(count).expect("rows are in memory")
}

impl Rows {
    /// Puts the rows in order, with their final times and ties. `identity`: they are.
    fn into_columns(self, sorted: Sorted, identity: bool) -> Columns {
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

impl Columns {
    /// Returns the transfers in another order; blocks, times and ties stay where they are.
    pub(super) fn to_reordered(&self, order: &[u64]) -> Self {
        let at = |place: u64| usize::try_from(place).expect("rows are in memory");
        let flags = order
            .iter()
            .zip(self.flags.iter())
            .map(|(&place, here)| self.flags[at(place)] & !flag::TIED | here & flag::TIED);
        Self {
            from: order.iter().map(|&place| self.from[at(place)]).collect(),
            to: order.iter().map(|&place| self.to[at(place)]).collect(),
            value: self.value.to_reordered(order),
            transaction: order.iter().map(|&place| self.transaction[at(place)]).collect(),
            blocks: Blocks::of(order.iter().map(|&place| self.blocks.get(at(place)))),
            event: EventColumn::of(order.iter().map(|&place| self.event.get(at(place)))),
            flags: flags.collect(),
        }
    }
}
