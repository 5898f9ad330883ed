//! Who had to do with whom: transfers between depositors and recipients, and deposit addresses that both paid.
//!
//! Only private accounts count as somebody's counterparty: no contract, no service that a label names, no mixer, nobody in
//! more transfers than any person makes. The zero address is nobody.

use super::history::PoolHistory;
use super::table::MixerTable;
use crate::account::{AccountId, Address};
use crate::label::{Category, Labels};
use crate::ledger::{Kind, Ledger, PurseId};
use hashbrown::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Ties between depositors and others, by chain (see [`Ties::chain`]) and depositor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Private accounts that had a transfer with the depositor, and that drew from a pool or sent an exit.
    direct: BTreeMap<(usize, Address), BTreeSet<Address>>,
    /// Recipients that paid a deposit address that the depositor paid, too, with that address.
    shared: BTreeMap<(usize, Address), BTreeMap<Address, Address>>,
}

impl Ties {
    /// A number for the chain of a pool: that of the first pool there.
    #[must_use]
    pub fn chain(table: &MixerTable, pool: usize) -> usize {
        let chain = &table.pools[pool].chain;
        table.pools.iter().position(|it| it.chain == *chain).unwrap_or(pool)
    }

    /// Looks the ties of depositors and recipients up in a ledger. `deposit_accounts` are deposit addresses of exchanges
    /// whose sweeps go to a labelled wallet, or that a label names; `busy` is how many transfers make an account no
    /// person.
    ///
    /// # Cost
    /// **O(n)** for n transfers, three times; memory for ties of depositors.
    #[must_use]
    pub fn of(
        ledger: &Ledger,
        labels: &Labels,
        table: &MixerTable,
        histories: &[PoolHistory],
        deposit_accounts: &[AccountId],
        busy: u64,
    ) -> Self {
        let mut ties = Self::default();
        let mut chain_of: HashMap<AccountId, usize> = HashMap::new();
        let (mut depositors, mut drawers) = (HashSet::new(), HashSet::new());
        for history in histories {
            let chain = Self::chain(table, history.pool);
            let Some(id) = ledger.find_chain(&table.pools[history.pool].chain) else { continue };
            let mut find = |address: &Address| {
                let account = ledger.accounts().find(id, address)?;
                chain_of.insert(account, chain);
                Some(account)
            };
            depositors.extend(history.notes.iter().filter_map(|it| find(it.depositor.as_ref()?)));
            let ends = history.exits.iter().flat_map(|it| [Some(it.recipient), it.sender]).flatten();
            drawers.extend(ends.filter_map(|it| find(&it)));
        }
        if depositors.is_empty() {
            return ties;
        }
        let crowd = Crowd::of(ledger, labels, table, busy);
        let accounts = ledger.accounts();
        let (columns, purses) = (ledger.columns(), ledger.purses());
        let is_deposit: HashSet<AccountId> = deposit_accounts.iter().copied().collect();
        let mut payers: BTreeMap<AccountId, BTreeSet<AccountId>> = BTreeMap::new();
        for place in (0..ledger.transfer_count()).filter(|&place| ledger.moves(place)) {
            if columns.from[place] == PurseId::NONE {
                continue;
            }
            let [from, to] = [columns.from[place], columns.to[place]].map(|purse| purses.account(purse));
            for [one, other] in [[from, to], [to, from]] {
                if depositors.contains(&one) && drawers.contains(&other) && crowd.is_private(other) {
                    let key = (chain_of[&one], accounts.address(one));
                    ties.direct.entry(key).or_default().insert(accounts.address(other));
                }
            }
            if is_deposit.contains(&to) && (depositors.contains(&from) || drawers.contains(&from)) {
                payers.entry(to).or_default().insert(from);
            }
        }
        for (at, payers) in payers {
            for one in payers.iter().filter(|it| depositors.contains(*it)) {
                let key = (chain_of[one], accounts.address(*one));
                let others = payers.iter().filter(|it| *it != one && drawers.contains(*it));
                let others = others.map(|it| (accounts.address(*it), accounts.address(at)));
                ties.shared.entry(key).or_default().extend(others);
            }
        }
        ties
    }

    /// Whom a depositor had a transfer with.
    pub(super) fn direct(&self, chain: usize, depositor: Address) -> impl Iterator<Item = Address> + '_ {
        self.direct.get(&(chain, depositor)).into_iter().flatten().copied()
    }

    /// With whom it shares a deposit address, and which.
    pub(super) fn shared(
        &self,
        chain: usize,
        depositor: Address,
    ) -> impl Iterator<Item = (Address, Address)> + '_ {
        self.shared.get(&(chain, depositor)).into_iter().flatten().map(|(&who, &over)| (who, over))
    }
}

/// What tells private accounts from others.
pub(super) struct Crowd {
    /// One entry an account: transfers that it takes part in, as far as they are counted.
    transfers: Vec<u32>,
    not_private: HashSet<AccountId>,
    busy: u64,
}

impl Crowd {
    pub(super) fn of(ledger: &Ledger, labels: &Labels, table: &MixerTable, busy: u64) -> Self {
        let (columns, purses, accounts) = (ledger.columns(), ledger.purses(), ledger.accounts());
        let mut transfers = vec![0_u32; accounts.len()];
        let mut not_private = HashSet::new();
        for place in (0..ledger.transfer_count()).filter(|&place| ledger.moves(place)) {
            let ends = [columns.from[place], columns.to[place]];
            for account in ends.into_iter().filter(|&it| it != PurseId::NONE).map(|it| purses.account(it)) {
                let count = &mut transfers[account.index()];
                *count = count.saturating_add(1);
            }
            if columns.kind(place) == Kind::Internal && ends[0] != PurseId::NONE {
                not_private.insert(purses.account(ends[0]));
            }
        }
        for (_, asset) in ledger.assets().iter() {
            let contract = asset.contract.and_then(|it| accounts.find(asset.chain, &it));
            not_private.extend(contract);
        }
        let private = [Category::Theft, Category::Sanctioned, Category::Other];
        let services =
            labels.accounts().filter(|&it| labels.of(it).any(|label| !private.contains(&label.category)));
        not_private.extend(services);
        for (chain, name) in ledger.chains() {
            let pools = table.pools.iter().filter(|it| it.chain == name).map(|it| it.address);
            let services = table.services.iter().filter(|it| it.chain == name).map(|it| it.address);
            not_private.extend(pools.chain(services).filter_map(|it| accounts.find(chain, &it)));
        }
        Self { transfers, not_private, busy }
    }

    /// Whether an account looks like one person's.
    pub(super) fn is_private(&self, account: AccountId) -> bool {
        u64::from(self.transfers[account.index()]) < self.busy && !self.not_private.contains(&account)
    }
}
