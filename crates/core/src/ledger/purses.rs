//! Purses: what holds a balance, and how one is found.

use super::PurseId;
use crate::account::{AccountId, Accounts, Address, AddressKind, ChainId, Key};
use crate::asset::AssetId;
use crate::column::Column;
use crate::id_table::{IdTable, Vacant};
use crate::pages::Pages;
use bytemuck::{Pod, Zeroable};
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
    keys: Pages<PurseKey>,
    table: IdTable,
    hasher: DefaultHashBuilder,
}

/// An EVM address, or the number of an account whose address is a text; and the asset, which tells which of them. It
/// never lies across two cache lines.
///
/// It is made of words, not bytes: bytes that are written and read back as words wait for each other, and many
/// lookups could not wait for memory at once.
#[derive(Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C, align(32))]
struct PurseKey([u64; 4]);

impl PurseKey {
    #[inline]
    fn new(holder: &Key, asset: AssetId) -> Self {
        let [a, b] = [0, 8].map(|at| u64::from_le_bytes(holder[at..at + 8].try_into().expect("8 bytes")));
        let c = u32::from_le_bytes(holder[16..].try_into().expect("4 bytes"));
        Self([a, b, u64::from(c) | u64::from(asset.0) << 32, 0])
    }

    /// The key of an address; `account` is asked for where it is a text.
    fn of(address: &Address, asset: AssetId, account: impl FnOnce() -> AccountId) -> Self {
        match address.kind() {
            AddressKind::Evm => {
                Self::new(address.as_bytes().try_into().expect("an EVM address has 20 bytes"), asset)
            }
            AddressKind::Text => Self([u64::from(account().0), 0, u64::from(asset.0) << 32, 0]),
        }
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
        hasher.write_u64(key.0[0]);
        hasher.write_u64(key.0[1]);
        hasher.write_u64(key.0[2]);
        (hasher.finish() >> 32) as u32
    }

    /// Whether the purse of this number, if there is one, has this key. Does not branch on the key.
    #[inline]
    fn is_key(&self, id: u32, key: &PurseKey) -> bool {
        let at = (id as usize).min(self.keys.len().saturating_sub(1));
        let Some(known) = self.keys.get(at) else { return false };
        let odd = (known.0[0] ^ key.0[0]) | (known.0[1] ^ key.0[1]) | (known.0[2] ^ key.0[2]);
        (odd == 0) & (id != u32::MAX)
    }

    #[inline]
    fn find_or_vacant(&mut self, hash: u32, key: &PurseKey) -> Result<PurseId, Vacant> {
        let Self { table, keys, .. } = self;
        table.find_or_vacant(hash, |id| keys[id as usize] == *key).map(PurseId)
    }

    /// Adds a purse; its account may be set later.
    #[inline]
    fn add(
        &mut self,
        at: Vacant,
        hash: u32,
        (key, asset): (PurseKey, AssetId),
        account: AccountId,
        void: bool,
    ) -> PurseId {
        let id = u32::try_from(self.keys.len()).expect("a table holds fewer than 2^31 numbers");
        self.table.insert(at, hash, id);
        self.keys.push(key);
        self.account.push(account);
        self.asset.push(asset);
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
        let key = PurseKey::of(address, asset, || accounts.intern(chain, address));
        let hash = self.hash(&key);
        match self.find_or_vacant(hash, &key) {
            Ok(purse) => purse,
            Err(vacant) => {
                let account = accounts.intern(chain, address);
                self.add(vacant, hash, (key, asset), account, address.is_zero())
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
        let key = PurseKey::of(&address, asset, || account);
        let hash = self.hash(&key);
        match self.find_or_vacant(hash, &key) {
            Ok(purse) => purse,
            Err(vacant) => self.add(vacant, hash, (key, asset), account, address.is_zero()),
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
        let mut keys = [PurseKey::default(); 2 * BATCH];
        let mut hashes = [0_u32; 2 * BATCH];
        let mut likely = [0_u32; 2 * BATCH];
        let mut known = [false; 2 * BATCH];
        let mut new: Vec<PurseId> = Vec::with_capacity(2 * BATCH);
        let mut new_keys: Vec<Key> = Vec::with_capacity(2 * BATCH);
        let mut new_accounts: Vec<AccountId> = Vec::with_capacity(2 * BATCH);
        for (ends, assets) in ends.chunks(BATCH).zip(assets.chunks(BATCH)) {
            let count = 2 * ends.len();
            for (at, holder) in ends.as_flattened().iter().enumerate() {
                keys[at] = PurseKey::new(holder, assets[at / 2]);
                hashes[at] = self.hash(&keys[at]);
            }
            // Waits for memory overlap here, where nothing hangs on the slots that are touched,
            let warm = hashes[..count].iter().fold(0, |sum, &hash| sum ^ self.table.warm(hash));
            std::hint::black_box(warm);
            for at in 0..count {
                likely[at] = self.table.likely(hashes[at]).unwrap_or(u32::MAX);
            }
            // and here, where keys are compared whatever they are.
            for at in 0..count {
                known[at] = self.is_key(likely[at], &keys[at]);
            }
            new.clear();
            new_keys.clear();
            for (at, holder) in ends.as_flattened().iter().enumerate() {
                let asset = assets[at / 2];
                let purse = if known[at] {
                    PurseId(likely[at])
                } else {
                    self.find_or_vacant(hashes[at], &keys[at]).unwrap_or_else(|vacant| {
                        let void = *holder == [0; 20];
                        let account = AccountId(u32::MAX);
                        let purse = self.add(vacant, hashes[at], (keys[at], asset), account, void);
                        new.push(purse);
                        new_keys.push(*holder);
                        purse
                    })
                };
                if at % 2 == 0 { from.push(purse) } else { to.push(purse) }
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
