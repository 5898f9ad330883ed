//! Purses: what holds a balance, and how one is found.

use super::PurseId;
use crate::account::{AccountId, Accounts, Address, AddressKind, ChainId, Key};
use crate::asset::AssetId;
use crate::column::Column;
use crate::id_table::{IdTable, Vacant};
use hashbrown::DefaultHashBuilder;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// The purses: one entry a purse in each column, but for `by_account`, which lists them all, sorted by account,
/// then asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purses {
    /// Who holds it.
    pub account: Column<AccountId>,
    /// What it holds.
    pub asset: Column<AssetId>,
    /// Not 0 where it belongs to the zero address, and so is none.
    pub void: Column<u8>,
    /// The purses, sorted by account and asset.
    pub by_account: Column<u32>,
}

impl Purses {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.account.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.account.is_empty()
    }

    /// Who holds the purse.
    #[must_use]
    pub fn account(&self, purse: PurseId) -> AccountId {
        self.account[purse.index()]
    }

    /// What the purse holds.
    #[must_use]
    pub fn asset(&self, purse: PurseId) -> AssetId {
        self.asset[purse.index()]
    }

    /// Whether the purse belongs to the zero address, and so is none.
    #[must_use]
    pub fn is_void(&self, purse: PurseId) -> bool {
        self.void[purse.index()] != 0
    }

    /// Finds the purse of an account for an asset.
    ///
    /// # Cost
    /// **O(log n)** for n purses.
    #[must_use]
    pub fn find(&self, account: AccountId, asset: AssetId) -> Option<PurseId> {
        let at = self.by_account.binary_search_by_key(&(account, asset), |&id| {
            (self.account(PurseId(id)), self.asset(PurseId(id)))
        });
        at.ok().map(|at| PurseId(self.by_account[at]))
    }

    /// All purses, in first-seen order.
    pub fn iter(&self) -> impl Iterator<Item = PurseId> + use<> {
        (0_u32..).map(PurseId).take(self.len())
    }

    /// Lists the purses by account, then asset: a counting sort, since accounts are numbered densely.
    pub(super) fn sort(&mut self, accounts: usize) {
        let mut next = vec![0_u32; accounts + 1];
        for account in self.account.iter() {
            next[account.index() + 1] += 1;
        }
        for account in 0..accounts {
            next[account + 1] += next[account];
        }
        let mut sorted = vec![0_u32; self.len()];
        for (id, account) in (0..).zip(self.account.iter()) {
            let slot = &mut next[account.index()];
            sorted[*slot as usize] = id;
            *slot += 1;
        }
        for of_account in sorted.chunk_by_mut(|&a, &b| self.account[a as usize] == self.account[b as usize]) {
            of_account.sort_unstable_by_key(|&id| self.asset[id as usize]);
        }
        self.by_account = sorted.into();
    }
}

/// Purses while a ledger is built: found by address and asset, in first-seen order.
///
/// An EVM address is looked up together with its asset, so that only a new purse looks for its account.
#[derive(Default)]
pub(super) struct PurseTable {
    account: Vec<AccountId>,
    asset: Vec<AssetId>,
    void: Vec<u8>,
    /// One entry a purse: what the table compares.
    keys: Vec<PurseKey>,
    table: IdTable,
    hasher: DefaultHashBuilder,
}

/// An EVM address, or the number of an account whose address is a text; and the asset, which tells which of them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct PurseKey {
    holder: Key,
    asset: AssetId,
}

impl PurseKey {
    fn of_account(account: AccountId, asset: AssetId) -> Self {
        let mut holder = [0; 20];
        holder[..4].copy_from_slice(&account.0.to_le_bytes());
        Self { holder, asset }
    }
}

const BATCH: usize = 128;

impl fmt::Debug for PurseTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PurseTable({} purses)", self.len())
    }
}

impl PurseTable {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn account(&self, purse: PurseId) -> AccountId {
        self.account[purse.index()]
    }

    pub(super) fn is_void(&self, purse: PurseId) -> bool {
        self.void[purse.index()] != 0
    }

    #[inline]
    fn hash(&self, key: &PurseKey) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        let [a, b] = [0, 8].map(|at| u64::from_le_bytes(key.holder[at..at + 8].try_into().expect("8 bytes")));
        let c = u32::from_le_bytes(key.holder[16..].try_into().expect("4 bytes"));
        hasher.write_u64(a);
        hasher.write_u64(b);
        hasher.write_u64(u64::from(c) | u64::from(key.asset.0) << 32);
        (hasher.finish() >> 32) as u32
    }

    #[inline]
    fn find_or_vacant(&mut self, hash: u32, key: &PurseKey) -> Result<PurseId, Vacant> {
        let Self { table, keys, .. } = self;
        table.find_or_vacant(hash, |id| keys[id as usize] == *key).map(PurseId)
    }

    /// Adds a purse; its account may be set later.
    #[inline]
    fn add(&mut self, at: Vacant, hash: u32, key: PurseKey, account: AccountId, void: bool) -> PurseId {
        let id = u32::try_from(self.keys.len()).expect("a table holds fewer than 2^31 numbers");
        self.table.insert(at, hash, id);
        self.keys.push(key);
        self.account.push(account);
        self.asset.push(key.asset);
        self.void.push(u8::from(void));
        PurseId(id)
    }

    /// Returns the purse of an address for an asset, a new one where it was not seen before.
    pub(super) fn intern(
        &mut self,
        accounts: &mut Accounts,
        chain: ChainId,
        address: &Address,
        asset: AssetId,
    ) -> PurseId {
        let key = match address.kind() {
            AddressKind::Evm => PurseKey {
                holder: address.as_bytes().try_into().expect("an EVM address has 20 bytes"),
                asset,
            },
            AddressKind::Text => PurseKey::of_account(accounts.intern(chain, address), asset),
        };
        let hash = self.hash(&key);
        match self.find_or_vacant(hash, &key) {
            Ok(purse) => purse,
            Err(vacant) => {
                let account = accounts.intern(chain, address);
                self.add(vacant, hash, key, account, address.is_zero())
            }
        }
    }

    /// Returns the purse of a known account for an asset, a new one where it was not seen before.
    pub(super) fn intern_account(
        &mut self,
        accounts: &Accounts,
        account: AccountId,
        asset: AssetId,
    ) -> PurseId {
        let address = accounts.address(account);
        let key = match address.kind() {
            AddressKind::Evm => PurseKey {
                holder: address.as_bytes().try_into().expect("an EVM address has 20 bytes"),
                asset,
            },
            AddressKind::Text => PurseKey::of_account(account, asset),
        };
        let hash = self.hash(&key);
        match self.find_or_vacant(hash, &key) {
            Ok(purse) => purse,
            Err(vacant) => self.add(vacant, hash, key, account, address.is_zero()),
        }
    }

    /// Returns the purses of both ends of many EVM transfers, as [`PurseTable::intern`] does for the sender and the
    /// receiver of one row after the other.
    pub(super) fn intern_evm(
        &mut self,
        accounts: &mut Accounts,
        chain: ChainId,
        ends: &[[Key; 2]],
        assets: &[AssetId],
        (from, to): (&mut Vec<PurseId>, &mut Vec<PurseId>),
    ) {
        let mut hashes = [[0_u32; 2]; BATCH];
        let mut new: Vec<PurseId> = Vec::with_capacity(2 * BATCH);
        let mut new_keys: Vec<Key> = Vec::with_capacity(2 * BATCH);
        let mut new_accounts: Vec<AccountId> = Vec::with_capacity(2 * BATCH);
        for (ends, assets) in ends.chunks(BATCH).zip(assets.chunks(BATCH)) {
            // Waits for memory overlap in these two loops: first for the slots, then for the keys.
            for ((hash, ends), &asset) in hashes.iter_mut().zip(ends).zip(assets) {
                *hash = ends.map(|holder| self.hash(&PurseKey { holder, asset }));
            }
            let mut warm = 0;
            for hash in hashes[..ends.len()].as_flattened() {
                warm ^= self.table.warm(*hash);
            }
            for hash in hashes[..ends.len()].as_flattened() {
                if let Some(id) = self.table.likely(*hash) {
                    warm ^= u64::from(self.keys[id as usize].holder[0]);
                }
            }
            std::hint::black_box(warm);
            new.clear();
            new_keys.clear();
            for ((hash, ends), &asset) in hashes.iter().zip(ends).zip(assets) {
                let [sender, receiver] = [0, 1].map(|side| {
                    let key = PurseKey { holder: ends[side], asset };
                    self.find_or_vacant(hash[side], &key).unwrap_or_else(|vacant| {
                        let void = key.holder == [0; 20];
                        let purse = self.add(vacant, hash[side], key, AccountId(u32::MAX), void);
                        new.push(purse);
                        new_keys.push(key.holder);
                        purse
                    })
                });
                from.push(sender);
                to.push(receiver);
            }
            new_accounts.clear();
            accounts.intern_evm(chain, &new_keys, &mut new_accounts);
            for (purse, account) in new.iter().zip(&new_accounts) {
                self.account[purse.index()] = *account;
            }
        }
    }

    /// Takes up the first purses of a ledger that was built before.
    pub(super) fn resume(accounts: &Accounts, purses: &Purses, count: usize) -> Self {
        let mut table = Self::default();
        for purse in purses.iter().take(count) {
            table.intern_account(accounts, purses.account(purse), purses.asset(purse));
        }
        table
    }

    /// The purses, ready to be read.
    pub(super) fn finish(self, accounts: usize) -> Purses {
        let Self { account, asset, void, .. } = self;
        let mut purses = Purses {
            account: account.into(),
            asset: asset.into(),
            void: void.into(),
            by_account: Column::default(),
        };
        purses.sort(accounts);
        purses
    }
}
