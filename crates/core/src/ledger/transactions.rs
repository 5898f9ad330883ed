//! Transactions: what groups transfers, and its hash.

use crate::account::{AddressKind, ChainId, TextKey, hex_value};
use crate::column::Column;
use crate::id_table::IdTable;
use hashbrown::{DefaultHashBuilder, HashMap};
use std::fmt::Write;
use std::hash::{BuildHasher, Hasher};

/// A transaction's hash: 32 bytes, or the text itself where it is no such thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TxHash {
    /// 32 bytes.
    Bytes([u8; 32]),
    /// Any other visible text.
    Text(Box<str>),
}

impl TxHash {
    /// Parses 64 hex digits with or without `0x`; keeps any other visible ASCII text as it is.
    ///
    /// Returns `None` on an empty text, or one with spaces or control characters.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(text);
        let mut raw = [0; 32];
        let pairs = digits.len() == 64
            && raw.iter_mut().zip(digits.chunks_exact(2)).all(|(byte, pair)| {
                match (hex_value(pair[0]), hex_value(pair[1])) {
                    (Some(high), Some(low)) => {
                        *byte = high << 4 | low;
                        true
                    }
                    _ => false,
                }
            });
        if pairs {
            return Some(Self::Bytes(raw));
        }
        let visible = !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
        visible.then(|| Self::Text(String::from_utf8_lossy(text).into()))
    }

    /// Writes it as its chain does: with `0x` where addresses are EVM addresses.
    #[must_use]
    pub fn to_text(&self, kind: AddressKind) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Bytes(raw) => {
                let mut text = String::with_capacity(66);
                if kind == AddressKind::Evm {
                    text.push_str("0x");
                }
                for byte in raw {
                    write!(text, "{byte:02x}").expect("a string takes any text");
                }
                text
            }
        }
    }
}

/// The transactions: one entry each, in first-seen order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transactions {
    /// The hash; where it is a text, where that lies in `text`; zeros where there is none.
    pub hash: Column<[u8; 32]>,
    /// What the hash is; empty where all are 32 bytes.
    pub form: Column<u8>,
    /// The hashes that are texts, one after the other.
    pub text: Column<u8>,
    /// The index inside the block; [`Transactions::NO_INDEX`] where not known; empty where none is.
    pub index: Column<u64>,
}

/// Values of [`Transactions::form`].
mod form {
    pub(super) const BYTES: u8 = 0;
    pub(super) const NONE: u8 = 1;
    pub(super) const TEXT: u8 = 2;
}

impl Transactions {
    /// Stands for an unknown index.
    pub const NO_INDEX: u64 = u64::MAX;

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hash.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hash.is_empty()
    }

    /// The hash, where the input gives one.
    #[must_use]
    pub fn hash(&self, transaction: u32) -> Option<TxHash> {
        let transaction = transaction as usize;
        match self.form.get(transaction).copied().unwrap_or(form::BYTES) {
            form::BYTES => Some(TxHash::Bytes(self.hash[transaction])),
            form::TEXT => {
                let text = TextKey::get(&self.text, &self.hash[transaction]);
                Some(TxHash::Text(String::from_utf8_lossy(text).into()))
            }
            _ => None,
        }
    }

    /// The index inside the block, where the input gives one.
    #[must_use]
    pub fn index(&self, transaction: u32) -> Option<u64> {
        self.index.get(transaction as usize).copied().filter(|&index| index != Self::NO_INDEX)
    }

    /// The transactions of a hash: one on each chain at the most.
    ///
    /// # Cost
    /// **O(n)** for n transactions.
    pub fn find<'a>(&'a self, hash: &'a TxHash) -> impl Iterator<Item = u32> + 'a {
        let same = move |transaction: &u32| match hash {
            TxHash::Bytes(raw) => {
                self.hash[*transaction as usize] == *raw
                    && self.form.get(*transaction as usize).is_none_or(|&it| it == form::BYTES)
            }
            TxHash::Text(_) => self.hash(*transaction).as_ref() == Some(hash),
        };
        (0..).take(self.len()).filter(same)
    }
}

/// What makes rows without a hash one transaction: block (or time) and index.
type IndexKey = (ChainId, Option<u64>, Option<i64>, u64);

/// Transactions while a ledger is built: found by hash, else by block and index, else each row is one.
#[derive(Default)]
pub(super) struct TransactionTable {
    pub(super) columns: Transactions,
    /// One entry a transaction.
    chain: Vec<ChainId>,
    table: IdTable,
    hasher: DefaultHashBuilder,
    by_index: HashMap<IndexKey, u32>,
}

impl TransactionTable {
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    fn hash_of(&self, chain: ChainId, bytes: &[u8]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u16(chain.0);
        hasher.write(bytes);
        (hasher.finish() >> 32) as u32
    }

    /// Returns the transaction of a row, a new one where it was not seen before.
    pub(super) fn intern(
        &mut self,
        chain: ChainId,
        hash: Option<&TxHash>,
        index: Option<u64>,
        block: Option<u64>,
        time: Option<i64>,
    ) -> u32 {
        let next = u32::try_from(self.len()).expect("fewer than 2^32 transactions");
        match (hash, index) {
            (Some(TxHash::Bytes(raw)), _) => return self.intern_bytes(chain, raw),
            (Some(TxHash::Text(text)), _) => {
                let tag = self.hash_of(chain, text.as_bytes());
                let Self { columns, chain: chains, table, .. } = self;
                let same = |id: u32| {
                    let at = id as usize;
                    chains[at] == chain
                        && columns.form.get(at) == Some(&form::TEXT)
                        && TextKey::get(&columns.text, &columns.hash[at]) == text.as_bytes()
                };
                match table.find_or_vacant(tag, same) {
                    Ok(id) => return id,
                    Err(vacant) => table.insert(vacant, tag, next),
                }
                let key = TextKey::add(columns.text.to_mut(), text.as_bytes());
                let mut raw = [0; 32];
                raw[..20].copy_from_slice(&key);
                self.add(chain, raw, form::TEXT);
            }
            (None, Some(index)) => {
                let time = if block.is_some() { None } else { time };
                let id = *self.by_index.entry((chain, block, time, index)).or_insert(next);
                if id != next {
                    return id;
                }
                self.add(chain, [0; 32], form::NONE);
            }
            (None, None) => self.add(chain, [0; 32], form::NONE),
        }
        next
    }

    /// Returns the transaction of a hash of 32 bytes.
    pub(super) fn intern_bytes(&mut self, chain: ChainId, raw: &[u8; 32]) -> u32 {
        let tag = self.hash_of(chain, raw);
        self.intern_tagged(chain, raw, tag)
    }

    fn intern_tagged(&mut self, chain: ChainId, raw: &[u8; 32], tag: u32) -> u32 {
        let Self { columns, chain: chains, table, .. } = self;
        let same = |id: u32| {
            let at = id as usize;
            columns.hash[at] == *raw
                && chains[at] == chain
                && columns.form.get(at).is_none_or(|&it| it == form::BYTES)
        };
        match table.find_or_vacant(tag, same) {
            Ok(id) => id,
            Err(vacant) => {
                let id = u32::try_from(chains.len()).expect("fewer than 2^32 transactions");
                table.insert(vacant, tag, id);
                self.add(chain, *raw, form::BYTES);
                id
            }
        }
    }

    /// Returns the transactions of many rows' hashes.
    pub(super) fn intern_many(&mut self, chain: ChainId, hashes: &[[u8; 32]], transactions: &mut Vec<u32>) {
        const BATCH: usize = 128;
        let mut tags = [0; BATCH];
        for hashes in hashes.chunks(BATCH) {
            for (tag, raw) in tags.iter_mut().zip(hashes) {
                *tag = self.hash_of(chain, raw);
            }
            // Waits for memory overlap here.
            self.table.fetch(&tags[..hashes.len()]);
            let mut last: Option<(&[u8; 32], u32)> = None;
            for (raw, &tag) in hashes.iter().zip(&tags) {
                // Rows of one transaction mostly stand together.
                let id = match last {
                    Some((before, id)) if before == raw => id,
                    _ => self.intern_tagged(chain, raw, tag),
                };
                last = Some((raw, id));
                transactions.push(id);
            }
        }
    }

    fn add(&mut self, chain: ChainId, raw: [u8; 32], of: u8) {
        let Transactions { hash, form, index, .. } = &mut self.columns;
        if of != form::BYTES && form.is_empty() {
            *form = vec![form::BYTES; hash.len()].into();
        }
        // The first of all may be no bytes: the column then begins with it.
        if of != form::BYTES || !form.is_empty() {
            form.push(of);
        }
        hash.push(raw);
        if !index.is_empty() {
            index.push(Transactions::NO_INDEX);
        }
        self.chain.push(chain);
    }

    /// Takes a row's index for its transaction's, where that has none yet. Returns whether the transaction has
    /// another one already.
    pub(super) fn state_index(&mut self, transaction: u32, stated: u64) -> bool {
        let Transactions { hash, index, .. } = &mut self.columns;
        if index.is_empty() {
            *index = vec![Transactions::NO_INDEX; hash.len()].into();
        }
        let known = &mut index.to_mut()[transaction as usize];
        if *known == Transactions::NO_INDEX {
            *known = stated;
        }
        *known != stated
    }

    /// Takes up the transactions of a ledger that was built before. `keys` has one entry a transaction: its chain,
    /// and the block and time of one of its rows.
    pub(super) fn resume(known: &Transactions, keys: &[(ChainId, Option<u64>, Option<i64>)]) -> Self {
        let mut table = Self::default();
        for (id, &(chain, block, time)) in (0..).zip(keys) {
            let (hash, index) = (known.hash(id), known.index(id));
            let taken = table.intern(chain, hash.as_ref(), index, block, time);
            debug_assert_eq!(taken, id, "transactions differ from each other");
            if let Some(index) = index {
                table.state_index(id, index);
            }
        }
        table
    }
}
