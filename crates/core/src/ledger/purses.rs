//! Purses: what holds a balance, and how one is found.

use super::PurseId;
use super::purse_keys::{PurseKey, PurseKeys};
use crate::account::{AccountId, Accounts, Address, ChainId, Key};
use crate::asset::AssetId;
use crate::column::Column;

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

    /// Lists the purses by account, then asset.
    pub(super) fn sort(&mut self, accounts: usize) {
        self.by_account = by_account(&self.account, &self.asset, accounts).into();
    }
}

/// The purses by account, then asset: a counting sort, since accounts are numbered densely.
pub(super) fn by_account(account: &[AccountId], asset: &[AssetId], accounts: usize) -> Vec<u32> {
    let mut next = vec![0_u32; accounts + 1];
    for account in account {
        next[account.index() + 1] += 1;
    }
    for account in 0..accounts {
        next[account + 1] += next[account];
    }
    let mut sorted = vec![0_u32; account.len()];
    for (id, account) in (0..).zip(account) {
        let slot = &mut next[account.index()];
        sorted[*slot as usize] = id;
        *slot += 1;
    }
    // Each entry of `next` now says where its account's purses end.
    let mut start = 0;
    for end in next {
        let end = end as usize;
        if end > start + 1 {
            sorted[start..end].sort_unstable_by_key(|&id| asset[id as usize]);
        }
        start = end;
    }
    sorted
}

/// Purses while a ledger is built: found by address and asset, in first-seen order.
///
/// An EVM address is looked up together with its asset, so that only a new purse looks for its account.
#[derive(Debug, Default)]
pub(super) struct PurseTable {
    keys: PurseKeys,
    account: Vec<AccountId>,
    asset: Vec<AssetId>,
    void: Vec<u8>,
}

impl PurseTable {
    pub(super) fn len(&self) -> usize {
        self.account.len()
    }

    pub(super) fn account(&self, purse: PurseId) -> AccountId {
        self.account[purse.index()]
    }

    pub(super) fn is_void(&self, purse: PurseId) -> bool {
        self.void[purse.index()] != 0
    }

    fn add(&mut self, account: AccountId, asset: AssetId, void: bool) {
        self.account.push(account);
        self.asset.push(asset);
        self.void.push(u8::from(void));
    }

    /// Returns the purse of an address for an asset, a new one where it was not seen before.
    pub(super) fn intern(
        &mut self,
        accounts: &mut Accounts,
        chain: ChainId,
        address: &Address,
        asset: AssetId,
    ) -> PurseId {
        let (purse, is_new) =
            self.keys.intern(&PurseKey::of(address, asset, || accounts.intern(chain, address)));
        if is_new {
            self.add(accounts.intern(chain, address), asset, address.is_zero());
        }
        purse
    }

    /// Returns the purse of a known account for an asset, a new one where it was not seen before.
    pub(super) fn intern_account(
        &mut self,
        accounts: &Accounts,
        account: AccountId,
        asset: AssetId,
    ) -> PurseId {
        let address = accounts.address(account);
        let (purse, is_new) = self.keys.intern(&PurseKey::of(&address, asset, || account));
        if is_new {
            self.add(account, asset, address.is_zero());
        }
        purse
    }

    /// Returns the purses of both ends of many EVM transfers, as [`PurseTable::intern`] does for the sender and the
    /// receiver of one row after the other.
    pub(super) fn intern_evm(
        &mut self,
        accounts: &mut Accounts,
        chain: ChainId,
        ends: &[[Key; 2]],
        assets: &[AssetId],
        into: (&mut Vec<PurseId>, &mut Vec<PurseId>),
    ) {
        self.keys.intern_evm(ends, assets, into);
        let new = &self.keys.as_slice()[self.account.len()..];
        let holders: Vec<Key> = new.iter().map(PurseKey::holder).collect();
        accounts.intern_evm(chain, &holders, &mut self.account);
        self.asset.extend(new.iter().map(PurseKey::asset));
        self.void.extend(holders.iter().map(|holder| u8::from(*holder == [0; 20])));
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
