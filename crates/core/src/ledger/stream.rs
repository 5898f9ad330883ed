//! A ledger from rows that come in position order, without keeping them.
//!
//! A large export is in order, its events have an index, and the rows of a transaction stand together. Then the
//! columns are final as soon as a row is read, and can go to a file while the next rows are read: what stays in
//! memory is accounts and purses. [`LedgerStream`] makes what [`super::LedgerBuilder`] makes of the same rows, or
//! says that they are not of that kind.

use super::blocks::Blocks;
use super::build::{Covers, EvmRows, Row, RowPlace, Source};
use super::columns::{Columns, EventColumn, Kind, flag};
use super::holders::settle;
use super::origin::{Lines, Origin};
use super::parts::Parts;
use super::purse_keys::{PurseKey, PurseKeys};
use super::transactions::TxHash;
use super::{Fees, Notes, PurseId, Transactions};
use crate::account::{Address, AddressKind, ChainId, Key};
use crate::amount::AmountColumn;
use crate::asset::{Asset, AssetId};
use crate::pages::Pages;
use hashbrown::{DefaultHashBuilder, HashMap};
use prefetch_index::prefetch_index;
use rayon::prelude::*;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

/// Rows are of a kind that needs [`super::LedgerBuilder`]: it has to see all of them before any is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

/// The columns of the rows taken last: one entry a row, but for `hash`, which has one a new transaction.
#[derive(Clone, Debug, Default)]
pub struct StreamColumns {
    /// The place of the first row.
    pub place: u64,
    /// The number of the first new transaction.
    pub first_transaction: u64,
    /// See [`Columns::from`].
    pub from: Vec<PurseId>,
    /// See [`Columns::to`].
    pub to: Vec<PurseId>,
    /// See [`Columns::value`]: `AmountColumn::WIDE` where the amount is in the side table.
    pub value: Vec<u128>,
    /// See [`Columns::transaction`].
    pub transaction: Vec<u32>,
    /// See [`Columns::event`].
    pub event: Vec<u32>,
    /// See [`Columns::flags`].
    pub flags: Vec<u8>,
    /// The hashes of the new transactions.
    pub hash: Vec<[u8; 32]>,
}

impl StreamColumns {
    /// Empties all columns.
    pub fn clear(&mut self) {
        self.from.clear();
        self.to.clear();
        self.value.clear();
        self.transaction.clear();
        self.event.clear();
        self.flags.clear();
        self.hash.clear();
    }
}

/// Settles token transfers of one EVM chain as they come.
#[derive(Debug)]
pub struct LedgerStream {
    chain_name: String,
    source: Source,
    contracts: HashMap<Key, AssetId>,
    /// One entry an asset: its contract.
    contract_of: Vec<Key>,
    purses: PurseKeys,
    rows: u64,
    transactions: u32,
    last_hash: Option<[u8; 32]>,
    seen: SeenFilter,
    /// Transactions that may have come before: by number.
    doubtful: Vec<u32>,
    last: Option<(u64, u32)>,
    /// Whether rows have times.
    timed: Option<bool>,
    latest: i64,
    last_block: Option<(u64, i64)>,
    blocks: Blocks,
    lines: Lines,
    wide: AmountColumn,
    notes: Notes,
    /// One entry a slot: an asset whose contract led there.
    recent_assets: Vec<AssetId>,
}

/// How many hashes are looked up at a time.
const FILTER_BATCH: usize = 256;

/// The chain of a stream: it has one.
const CHAIN: ChainId = ChainId(0);

impl LedgerStream {
    /// Begins the ledger of one source of token transfers. `expected` is about how many rows are to come: it decides
    /// how much memory goes into telling transactions apart, and nothing else.
    ///
    /// # Errors
    /// [`Unfit`] for a chain without EVM addresses, and for a source that covers those who send.
    pub fn new(chain: &str, source: Source, expected: u64) -> Result<Self, Unfit> {
        if AddressKind::of_chain(chain) != AddressKind::Evm || source.covers == Covers::Senders {
            return Err(Unfit);
        }
        Ok(Self {
            chain_name: chain.to_owned(),
            source,
            contracts: HashMap::new(),
            contract_of: Vec::new(),
            purses: PurseKeys::default(),
            rows: 0,
            transactions: 0,
            last_hash: None,
            seen: SeenFilter::new(expected),
            doubtful: Vec::new(),
            last: None,
            timed: None,
            latest: Columns::NO_TIME,
            last_block: None,
            blocks: Blocks::default(),
            lines: Lines::default(),
            wide: AmountColumn::default(),
            notes: Notes::default(),
            recent_assets: vec![AssetId(0); 1 << 12],
        })
    }

    /// How many rows were taken.
    #[must_use]
    pub const fn row_count(&self) -> u64 {
        self.rows
    }

    /// Takes rows `range` of a batch, which stand on one line after the other from `place` on, and adds their columns to
    /// `columns`.
    ///
    /// # Errors
    /// [`Unfit`] where they are not in order, or only some have times. The stream is then of no more use.
    pub fn take(
        &mut self,
        place: RowPlace,
        batch: &EvmRows,
        range: Range<usize>,
        columns: &mut StreamColumns,
    ) -> Result<(), Unfit> {
        if range.is_empty() {
            return Ok(());
        }
        self.begin(columns);
        self.lines.push(self.rows, place);
        for row in range.clone() {
            self.take_position(batch.block[row], batch.time[row], batch.event_index[row])?;
        }
        self.transactions_of(&batch.hash[range.clone()], columns);
        let mut assets = Vec::with_capacity(range.len());
        for contract in &batch.contract[range.clone()] {
            assets.push(self.asset(contract));
        }
        let ends = &batch.ends[range.clone()];
        let into = (&mut columns.from, &mut columns.to);
        self.purses.intern_evm(ends, &assets, into);
        let values = &batch.value[range.clone()];
        columns.value.extend_from_slice(values);
        columns.event.extend_from_slice(&batch.event_index[range]);
        let flags = ends.iter().zip(values).map(|(ends, &value)| flags_of(value == 0 || ends[0] == ends[1]));
        columns.flags.extend(flags);
        Ok(())
    }

    /// Takes one row that does not fit into a batch, such as one with a very large amount.
    ///
    /// # Errors
    /// [`Unfit`] as [`LedgerStream::take`], and for anything but a token transfer with hash, block and event index,
    /// and without a fee.
    pub fn take_one(&mut self, place: RowPlace, row: &Row, columns: &mut StreamColumns) -> Result<(), Unfit> {
        let Row {
            block: Some(block),
            event_index: Some(event),
            from: Some(from),
            contract: Some(contract),
            ..
        } = row
        else {
            return Err(Unfit);
        };
        let (Some(TxHash::Bytes(hash)), None, None) = (&row.transaction_hash, row.transaction_index, row.fee)
        else {
            return Err(Unfit);
        };
        let event = u32::try_from(*event).ok().filter(|&event| event < EventColumn::WIDE).ok_or(Unfit)?;
        let evm = [from, &row.to, contract].into_iter().all(|it| it.kind() == AddressKind::Evm);
        if !evm || row.kind != Kind::Token {
            return Err(Unfit);
        }
        self.begin(columns);
        self.take_position(*block, row.time.unwrap_or(Columns::NO_TIME), event)?;
        // `take_position` counted the row already.
        let number = self.rows - 1;
        self.lines.push(number, place);
        self.transactions_of(std::slice::from_ref(hash), columns);
        let contract: Key = contract.as_bytes().try_into().map_err(|_| Unfit)?;
        let asset = self.asset(&contract);
        columns.from.push(self.purse(from, asset)?);
        columns.to.push(self.purse(&row.to, asset)?);
        let narrow = row.value.to_u128().filter(|&units| units != AmountColumn::WIDE);
        if narrow.is_none() {
            self.wide.wide_rows.push(number);
            self.wide.wide.push(row.value.to_limbs());
        }
        columns.value.push(narrow.unwrap_or(AmountColumn::WIDE));
        columns.event.push(event);
        columns.flags.push(flags_of(row.value.is_zero() || *from == row.to));
        Ok(())
    }

    fn begin(&self, columns: &mut StreamColumns) {
        if columns.from.is_empty() {
            columns.place = self.rows;
            columns.first_transaction = u64::from(self.transactions);
        }
    }

    /// Counts a row, and looks whether it comes after the one before.
    #[inline]
    fn take_position(&mut self, block: u64, time: i64, event: u32) -> Result<(), Unfit> {
        let timed = time != Columns::NO_TIME;
        let after = self.last.is_none_or(|last| last < (block, event));
        if !after || self.timed.is_some_and(|known| known != timed) || event >= EventColumn::WIDE {
            return Err(Unfit);
        }
        (self.last, self.timed) = (Some((block, event)), Some(timed));
        if self.last_block != Some((block, time)) {
            self.last_block = Some((block, time));
            self.blocks.starts.push(self.rows);
            self.blocks.block.push(block);
            self.blocks.time.push(time);
        }
        self.notes.time_runs_back += u64::from(timed && time < self.latest);
        self.latest = self.latest.max(time);
        self.rows += 1;
        Ok(())
    }

    /// The transactions of some rows' hashes, each the last one or a new one.
    fn transactions_of(&mut self, hashes: &[[u8; 32]], columns: &mut StreamColumns) {
        for hashes in hashes.chunks(FILTER_BATCH) {
            // Which rows have another hash than the row before; no branch hangs on it.
            let mut new = [0; FILTER_BATCH];
            let mut count = 0;
            let mut last = self.last_hash.as_ref();
            for (at, hash) in hashes.iter().enumerate() {
                new[count] = at;
                count += usize::from(last != Some(hash));
                last = Some(hash);
                #[expect(clippy::cast_possible_truncation, reason = "at most FILTER_BATCH")]
                columns.transaction.push(self.transactions + count as u32 - 1);
            }
            self.last_hash = last.copied();
            let mut numbers = [0; FILTER_BATCH];
            for (number, &at) in numbers.iter_mut().zip(&new[..count]) {
                *number = self.seen.number(&hashes[at]);
                self.seen.fetch(*number);
                columns.hash.push(hashes[at]);
            }
            for &number in &numbers[..count] {
                if self.seen.insert(number) {
                    self.doubtful.push(self.transactions);
                }
                self.transactions += 1;
            }
        }
    }

    fn purse(&mut self, holder: &Address, asset: AssetId) -> Result<PurseId, Unfit> {
        let holder: Key = holder.as_bytes().try_into().map_err(|_| Unfit)?;
        Ok(self.purses.intern(&PurseKey::new(&holder, asset)).0)
    }

    #[inline]
    fn asset(&mut self, contract: &Key) -> AssetId {
        // Few contracts make most transfers: they are remembered where their last bytes lead.
        let slot = usize::from(contract[19]) | usize::from(contract[18] & 15) << 8;
        let asset = self.recent_assets[slot];
        if self.contract_of.get(asset.index()) == Some(contract) {
            return asset;
        }
        let Self { contracts, contract_of, .. } = self;
        let asset = *contracts.entry(*contract).or_insert_with(|| {
            contract_of.push(*contract);
            AssetId(u32::try_from(contract_of.len() - 1).expect("fewer assets than transactions"))
        });
        self.recent_assets[slot] = asset;
        asset
    }

    /// Whether it is sure that no transaction came twice, at places apart.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.doubtful.is_empty()
    }

    /// Looks whether some transaction came twice, at places apart. `hashes` are those of all transactions.
    ///
    /// # Errors
    /// [`Unfit`] where one did: [`super::LedgerBuilder`] knows what to make of it.
    ///
    /// # Cost
    /// **O(n)** for n transactions, and next to nothing where the filter saw none twice.
    pub fn check_transactions(&self, hashes: &[[u8; 32]]) -> Result<(), Unfit> {
        if self.doubtful.is_empty() {
            return Ok(());
        }
        let doubtful: hashbrown::HashSet<&[u8; 32]> =
            self.doubtful.iter().map(|&number| &hashes[number as usize]).collect();
        // Two of the doubtful ones may be one.
        if doubtful.len() < self.doubtful.len() {
            return Err(Unfit);
        }
        // A few bits tell most hashes from the doubtful ones.
        let head = |hash: &[u8; 32]| usize::from(u16::from_le_bytes([hash[0], hash[1]]));
        let mut heads = vec![false; 1 << 16];
        doubtful.iter().for_each(|hash| heads[head(hash)] = true);
        let found = hashes.par_iter().filter(|hash| heads[head(hash)] && doubtful.contains(*hash)).count();
        if found == doubtful.len() { Ok(()) } else { Err(Unfit) }
    }

    /// All of the ledger but the columns that were given away: those are empty.
    #[must_use]
    pub fn finish(self) -> Parts {
        let (accounts, purses) = settle(CHAIN, self.purses.as_slice());
        let bits = u8::from(self.source.native) | u8::from(self.source.tokens) << 1;
        let mut covered = vec![if self.source.covers == Covers::All { bits } else { 0 }; accounts.len()];
        if let Covers::These(addresses) = &self.source.covers {
            for account in addresses.iter().filter_map(|it| accounts.find(CHAIN, it)) {
                covered[account.index()] |= bits;
            }
        }
        let (row_purses, row_assets) = (purses.len() as u64, self.contract_of.len() as u64);
        let origin = Origin {
            sources: vec![self.source],
            chains: vec![if self.rows == 0 { Vec::new() } else { vec![CHAIN] }],
            lines: self.lines,
            row_purses,
            row_assets,
            ..Origin::default()
        };
        Parts {
            chains: vec![self.chain_name],
            accounts: accounts.into_columns(),
            assets: (self.contract_of.into_iter())
                .map(|contract| Asset { chain: CHAIN, contract: Some(Address::from_evm(contract)) })
                .collect(),
            purses,
            columns: Columns { value: self.wide, blocks: self.blocks, ..Columns::default() },
            transactions: Transactions::default(),
            fees: Fees::default(),
            covered: covered.into(),
            notes: self.notes,
            origin,
        }
    }
}

fn flags_of(still: bool) -> u8 {
    Kind::Token.as_flag() | if still { flag::STILL } else { 0 }
}

/// Remembers which hashes came, in a few bits each: it may take a new one for one that came, never the reverse.
///
/// A hash sets four bits of one word.
struct SeenFilter {
    words: Pages<u64>,
    hasher: DefaultHashBuilder,
}

impl std::fmt::Debug for SeenFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SeenFilter({} words)", self.words.len())
    }
}

impl SeenFilter {
    fn new(expected: u64) -> Self {
        let words = usize::try_from((expected / 8).clamp(1 << 10, 1 << 27).next_power_of_two());
        Self { words: Pages::zeroed(words.expect("at most 2^27")), hasher: DefaultHashBuilder::default() }
    }

    /// What stands for a hash in the filter: its own keyed hash.
    #[inline]
    fn number(&self, hash: &[u8; 32]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        let part = |at: usize| u64::from_le_bytes(hash[at..at + 8].try_into().expect("8 bytes"));
        [0, 8, 16, 24].into_iter().for_each(|at| hasher.write_u64(part(at)));
        hasher.finish()
    }

    #[inline]
    fn place(&self, number: u64) -> usize {
        (number >> 32) as usize & (self.words.len() - 1)
    }

    /// Asks the memory for what [`SeenFilter::insert`] reads, and does not wait for it.
    #[inline]
    fn fetch(&self, number: u64) {
        prefetch_index(&*self.words, self.place(number));
    }

    /// Adds a hash. Returns whether it may have been there.
    #[inline]
    fn insert(&mut self, number: u64) -> bool {
        let bits = [0, 6, 12, 18].into_iter().fold(0_u64, |bits, shift| bits | 1 << (number >> shift & 63));
        let at = self.place(number);
        let before = self.words[at];
        self.words[at] = before | bits;
        before & bits == bits
    }
}

#[cfg(test)]
mod tests {
    use super::SeenFilter;

    #[test]
    fn what_came_is_never_forgotten_and_new_ones_are_mostly_new() {
        let mut seen = SeenFilter::new(10_000);
        let hash = |number: u32| {
            let mut hash = [0; 32];
            hash[28..].copy_from_slice(&number.to_be_bytes());
            hash
        };
        let mistaken = (0..10_000).filter(|&number| seen.insert(seen.number(&hash(number)))).count();
        assert!(mistaken < 500, "{mistaken}");
        assert!((0..10_000).all(|number| seen.insert(seen.number(&hash(number)))));
    }
}
