//! The accounts of a ledger: address to number and back.

use super::{AccountId, Address, AddressKind, ChainId};
use crate::column::Column;
use crate::id_table::IdTable;
use bytemuck::{Pod, Zeroable};
use hashbrown::DefaultHashBuilder;
use prefetch_index::prefetch_index;
use rayon::prelude::*;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// The accounts of a ledger: address to number and back.
///
/// `chains` and `keys` have one entry an account: its chain, and the 20 bytes of an EVM address. Any other
/// address lies in `text`, and its key says where: see `TextKey`.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    chains: Column<ChainMark>,
    keys: Column<Key>,
    text: Column<u8>,
    lookup: Lookup,
}

/// Equal where the same addresses have the same numbers, however they are found.
impl PartialEq for Accounts {
    fn eq(&self, other: &Self) -> bool {
        self.chains == other.chains && self.keys == other.keys && self.text == other.text
    }
}

impl Eq for Accounts {}

/// An account's chain, and whether its address is a text: the highest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct ChainMark(u16);

impl ChainMark {
    const TEXT: u16 = 1 << 15;

    const fn new(chain: ChainId, kind: AddressKind) -> Self {
        Self(match kind {
            AddressKind::Evm => chain.0,
            AddressKind::Text => chain.0 | Self::TEXT,
        })
    }

    const fn chain(self) -> ChainId {
        ChainId(self.0 & !Self::TEXT)
    }

    const fn kind(self) -> AddressKind {
        if self.0 & Self::TEXT == 0 { AddressKind::Evm } else { AddressKind::Text }
    }
}

/// What is kept of an address at a fixed width.
pub type Key = [u8; 20];

/// The key of what is longer or shorter than 20 bytes: where it lies in an arena. 8 bytes for its beginning, 8
/// for its length, lowest first, and 4 zeros.
pub(crate) struct TextKey;

impl TextKey {
    /// Puts a text at the end of the arena.
    pub(crate) fn add(arena: &mut Vec<u8>, text: &[u8]) -> Key {
        let mut key = [0; 20];
        key[..8].copy_from_slice(&(arena.len() as u64).to_le_bytes());
        key[8..16].copy_from_slice(&(text.len() as u64).to_le_bytes());
        arena.extend_from_slice(text);
        key
    }

    /// The text of a key; empty where the key leads out of the arena.
    pub(crate) fn get<'a>(arena: &'a [u8], key: &[u8]) -> &'a [u8] {
        let number = |at: usize| {
            let bytes = key.get(at..at + 8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
            usize::try_from(u64::from_le_bytes(bytes.unwrap_or_default())).unwrap_or(usize::MAX)
        };
        let start = number(0);
        arena.get(start..start.saturating_add(number(8))).unwrap_or_default()
    }
}

/// How an account is found.
#[derive(Clone, Debug)]
enum Lookup {
    /// By the hash of its address: while a ledger is built, and after.
    Hashed(Hashed),
    /// By halving a list of the accounts, sorted by chain and address: in a snapshot.
    Sorted(Column<u32>),
}

#[derive(Clone, Default)]
struct Hashed {
    table: IdTable,
    hasher: DefaultHashBuilder,
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed")
    }
}

impl Default for Lookup {
    fn default() -> Self {
        Self::Hashed(Hashed::default())
    }
}

/// The columns of [`Accounts`], to be written down or taken up.
#[derive(Clone, Debug, Default)]
pub struct AccountColumns {
    /// One entry an account: its chain.
    pub chains: Column<ChainMark>,
    /// One entry an account: its address, or where it lies in `text`.
    pub keys: Column<Key>,
    /// The addresses that are no 20 bytes, one after the other.
    pub text: Column<u8>,
    /// The accounts, sorted by chain and address.
    pub sorted: Column<u32>,
}

impl AccountColumns {
    /// The columns of EVM accounts of one chain.
    pub(crate) fn of_evm(chain: ChainId, keys: Vec<Key>, sorted: Vec<u32>) -> Self {
        let chains = vec![ChainMark::new(chain, AddressKind::Evm); keys.len()];
        Self { chains: chains.into(), keys: keys.into(), text: Column::default(), sorted: sorted.into() }
    }
}

impl Accounts {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The account's chain.
    #[must_use]
    pub fn chain(&self, account: AccountId) -> ChainId {
        self.chains[account.index()].chain()
    }

    /// The account's address.
    #[must_use]
    pub fn address(&self, account: AccountId) -> Address {
        Address::from_bytes(self.chains[account.index()].kind(), self.key(account.index()))
    }

    /// The bytes of the account's address: see [`Address::as_bytes`]. On one chain they sort as the texts do.
    #[must_use]
    pub fn address_bytes(&self, account: AccountId) -> &[u8] {
        self.key(account.index())
    }

    fn key(&self, index: usize) -> &[u8] {
        match self.chains[index].kind() {
            AddressKind::Evm => &self.keys[index],
            AddressKind::Text => TextKey::get(&self.text, &self.keys[index]),
        }
    }

    /// Finds the account of an address on a chain.
    ///
    /// # Cost
    /// Constant in a ledger that was read, **O(log n)** for n accounts in a snapshot.
    #[must_use]
    pub fn find(&self, chain: ChainId, address: &Address) -> Option<AccountId> {
        let mark = ChainMark::new(chain, address.kind());
        let wanted = (mark.0, address.as_bytes());
        let id = match &self.lookup {
            Lookup::Hashed(hashed) => {
                let hash = hashed.hash(mark, address.as_bytes());
                hashed.table.find(hash, |id| self.sort_key(id) == wanted)
            }
            Lookup::Sorted(sorted) => {
                let at = sorted.binary_search_by(|&id| self.sort_key(id).cmp(&wanted));
                at.ok().map(|at| sorted[at])
            }
        };
        id.map(AccountId)
    }

    fn sort_key(&self, id: u32) -> (u16, &[u8]) {
        (self.chains[id as usize].0, self.key(id as usize))
    }

    /// Returns the account of an address, a new one where it was not seen before.
    ///
    /// # Panics
    /// On 2^31 accounts or more, or a 32,769th chain.
    pub fn intern(&mut self, chain: ChainId, address: &Address) -> AccountId {
        assert!(chain.0 & ChainMark::TEXT == 0, "a ledger holds at most 32,768 chains");
        let mark = ChainMark::new(chain, address.kind());
        let hash = self.hashed().hash(mark, address.as_bytes());
        self.intern_hashed(mark, address.as_bytes(), hash)
    }

    /// The table, made anew where the accounts come from a snapshot.
    fn hashed(&mut self) -> &mut Hashed {
        if let Lookup::Sorted(_) = self.lookup {
            let mut hashed = Hashed::default();
            for (id, mark) in (0..).zip(self.chains.iter()) {
                let hash = hashed.hash(*mark, self.key(id as usize));
                // All accounts differ: none is the one looked for.
                if let Err(vacant) = hashed.table.find_or_vacant(hash, |_| false) {
                    hashed.table.insert(vacant, hash, id);
                }
            }
            self.lookup = Lookup::Hashed(hashed);
        }
        match &mut self.lookup {
            Lookup::Hashed(hashed) => hashed,
            Lookup::Sorted(_) => unreachable!("was made a table above"),
        }
    }

    fn intern_hashed(&mut self, mark: ChainMark, key: &[u8], hash: u32) -> AccountId {
        let Self { chains, keys, text, lookup: Lookup::Hashed(hashed) } = self else {
            unreachable!("interning begins with a table")
        };
        let of = |id: u32| match mark.kind() {
            AddressKind::Evm => &keys[id as usize][..],
            AddressKind::Text => TextKey::get(text, &keys[id as usize]),
        };
        let found = hashed.table.find_or_vacant(hash, |id| chains[id as usize] == mark && of(id) == key);
        AccountId(found.unwrap_or_else(|vacant| {
            let id = u32::try_from(keys.len()).expect("a table holds fewer than 2^31 numbers");
            hashed.table.insert(vacant, hash, id);
            chains.push(mark);
            keys.push(match mark.kind() {
                AddressKind::Evm => key.try_into().expect("an EVM address has 20 bytes"),
                AddressKind::Text => TextKey::add(text.to_mut(), key),
            });
            id
        }))
    }

    /// Returns the accounts of many EVM addresses of one chain, as [`Accounts::intern`] does one after the other.
    pub(crate) fn intern_evm(&mut self, chain: ChainId, addresses: &[Key], accounts: &mut Vec<AccountId>) {
        const BATCH: usize = 128;
        let mark = ChainMark::new(chain, AddressKind::Evm);
        self.hashed();
        for addresses in addresses.chunks(BATCH) {
            let Lookup::Hashed(hashed) = &self.lookup else { unreachable!("was made a table above") };
            let mut hashes = [0; BATCH];
            for (hash, address) in hashes.iter_mut().zip(addresses) {
                *hash = hashed.hash(mark, address);
            }
            // Waits for memory overlap here: first for the slots, then for the keys.
            let (hashes, mut likely) = (&hashes[..addresses.len()], [0; BATCH]);
            hashed.table.fetch(hashes);
            hashed.table.likely(hashes, &mut likely);
            let keys: &[Key] = &self.keys;
            likely.iter().for_each(|&id| prefetch_index(keys, (id as usize).wrapping_sub(1)));
            for (address, &hash) in addresses.iter().zip(hashes) {
                accounts.push(self.intern_hashed(mark, address, hash));
            }
        }
    }

    /// The columns, to be written down: with the accounts sorted by chain and address.
    ///
    /// # Cost
    /// **O(n log n)** for n accounts, in parallel.
    #[must_use]
    pub fn to_columns(&self) -> AccountColumns {
        let sorted = match &self.lookup {
            Lookup::Sorted(sorted) => sorted.clone(),
            Lookup::Hashed(_) => self.sort().into(),
        };
        let Self { chains, keys, text, .. } = self.clone_columns();
        AccountColumns { chains, keys, text, sorted }
    }

    /// The columns as they lie in memory: chains, addresses, and the text of those that are no 20 bytes.
    pub(crate) fn raw(&self) -> (&[ChainMark], &[Key], &[u8]) {
        (&self.chains, &self.keys, &self.text)
    }

    /// The columns, as [`Accounts::to_columns`] gives them, without a copy.
    pub(crate) fn into_columns(self) -> AccountColumns {
        let sorted = match &self.lookup {
            Lookup::Sorted(sorted) => sorted.clone(),
            Lookup::Hashed(_) => self.sort().into(),
        };
        AccountColumns { chains: self.chains, keys: self.keys, text: self.text, sorted }
    }

    fn clone_columns(&self) -> Self {
        let Self { chains, keys, text, .. } = self;
        Self { chains: chains.clone(), keys: keys.clone(), text: text.clone(), lookup: Lookup::default() }
    }

    fn sort(&self) -> Vec<u32> {
        // Chain and first bytes decide nearly always: they and the number are one integer.
        let packed = |id: u32| {
            let key = self.key(id as usize);
            let mut head = [0; 8];
            let length = key.len().min(8);
            head[..length].copy_from_slice(&key[..length]);
            let chain = u128::from(self.chains[id as usize].0) << 96;
            chain | u128::from(u64::from_be_bytes(head)) << 32 | u128::from(id)
        };
        #[expect(clippy::cast_possible_truncation, reason = "the number is the lowest 32 bits")]
        let number = |packed: u128| packed as u32;
        let ids = 0..u32::try_from(self.len()).expect("a table holds fewer than 2^31 numbers");
        let mut order: Vec<u128> = ids.into_par_iter().map(packed).collect();
        order.par_sort_unstable();
        for equal in order.chunk_by_mut(|a, b| a >> 32 == b >> 32).filter(|equal| equal.len() > 1) {
            equal.sort_unstable_by(|a, b| self.sort_key(number(*a)).cmp(&self.sort_key(number(*b))));
        }
        order.into_iter().map(number).collect()
    }

    /// Takes up columns that were written down. Nothing is read but their lengths.
    ///
    /// Returns `None` where they do not fit each other.
    #[must_use]
    pub fn from_columns(columns: AccountColumns) -> Option<Self> {
        let AccountColumns { chains, keys, text, sorted } = columns;
        let fit = chains.len() == keys.len() && sorted.len() == keys.len();
        fit.then_some(Self { chains, keys, text, lookup: Lookup::Sorted(sorted) })
    }
}

impl Hashed {
    /// The keyed hash of an address: of all its bytes, since whoever makes addresses chooses them.
    #[inline]
    fn hash(&self, mark: ChainMark, key: &[u8]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        if let Ok(key) = <&Key>::try_from(key) {
            let [a, b] = [0, 8].map(|at| u64::from_le_bytes(key[at..at + 8].try_into().expect("8 bytes")));
            let c = u32::from_le_bytes(key[16..].try_into().expect("4 bytes"));
            hasher.write_u64(a);
            hasher.write_u64(b);
            hasher.write_u64(u64::from(c) | u64::from(mark.0) << 32);
        } else {
            hasher.write_u16(mark.0);
            hasher.write(key);
        }
        (hasher.finish() >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Accounts, Address, AddressKind, ChainId};

    #[test]
    fn accounts_are_numbered_in_first_seen_order_per_chain() {
        let mut accounts = Accounts::default();
        let evm = Address::from_evm([7; 20]);
        let tron = Address::parse(AddressKind::Text, b"TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t").unwrap();
        let ids = [
            accounts.intern(ChainId(0), &evm),
            accounts.intern(ChainId(1), &evm),
            accounts.intern(ChainId(2), &tron),
            accounts.intern(ChainId(0), &evm),
        ];
        assert_eq!(ids.map(|id| id.0), [0, 1, 2, 0]);
        assert_eq!(accounts.address(ids[2]).to_string(), "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t");
        assert_eq!(accounts.find(ChainId(1), &tron), None);
    }
}
