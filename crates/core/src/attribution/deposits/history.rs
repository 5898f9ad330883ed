//! The transfers of the accounts that may be deposit accounts, gathered from the whole ledger.
//!
//! Two passes over the columns, on all threads: who pays an exchange wallet, and what else do these accounts do.
//! A bit a purse says whether a transfer matters, so that most of them cost one look at two of those bits.

use super::parties::{Parties, Role};
use crate::account::AccountId;
use crate::amount::Amount;
use crate::ledger::{Ledger, PurseId};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// The accounts to weigh, each with its transfers.
pub(super) struct Histories {
    /// The accounts, rising.
    pub(super) accounts: Vec<AccountId>,
    /// In how many transfers that move something each takes part.
    pub(super) transfers: Vec<u64>,
    /// Account and place, by account, then place. Accounts in too many transfers have none.
    rows: Vec<(u32, u64)>,
    /// One entry more than there are accounts: account `a` has `rows[starts[a]..starts[a + 1]]`.
    starts: Vec<usize>,
    /// The fees that these accounts paid: transaction and number, by transaction.
    fees: Vec<(u32, u64)>,
}

/// No account to weigh.
const NOBODY: u32 = u32::MAX;

impl Histories {
    /// Gathers them: the labelled deposit accounts, and everybody who pays an exchange wallet and may be one.
    ///
    /// # Cost
    /// **O(n + p + k log k)** for n transfers, p purses and k transfers of these accounts, in parallel.
    pub(super) fn gather(ledger: &Ledger, parties: &Parties, max_transfers: u64) -> Self {
        let accounts = accounts(ledger, parties);
        let mut slots = vec![NOBODY; ledger.accounts().len()];
        for (slot, account) in (0..).zip(&accounts) {
            slots[account.index()] = slot;
        }
        let slot = |purse: PurseId| slots[ledger.purses().account(purse).index()];
        let theirs = PurseBits::of(ledger, |account| slots[account.index()] != NOBODY);
        let columns = ledger.columns();
        let ends = |place: usize| {
            let ends = [columns.from[place], columns.to[place]];
            ends.into_iter().filter(|&purse| theirs.has(purse)).map(slot)
        };
        let counts: Vec<AtomicU64> = accounts.iter().map(|_| AtomicU64::new(0)).collect();
        let places = || (0..ledger.transfer_count()).into_par_iter().filter(|&place| ledger.moves(place));
        places().for_each(|place| {
            for slot in ends(place) {
                counts[slot as usize].fetch_add(1, Ordering::Relaxed);
            }
        });
        let transfers: Vec<u64> = counts.into_iter().map(AtomicU64::into_inner).collect();
        let is_weighed = |slot: &u32| transfers[*slot as usize] < max_transfers;
        let mut rows: Vec<(u32, u64)> = places()
            .flat_map_iter(|place| ends(place).filter(is_weighed).map(move |slot| (slot, place as u64)))
            .collect();
        rows.par_sort_unstable();
        let start = |slot: u32| rows.partition_point(|row| row.0 < slot);
        let starts = (0..=u32::try_from(accounts.len()).unwrap_or(NOBODY)).map(start).collect();
        let fees = ledger.fees();
        let fees = (0..fees.len()).into_par_iter().filter(|&number| theirs.has(fees.payer[number]));
        let fees = fees.map(|number| {
            let place = usize::try_from(ledger.fees().place[number]).expect("rows are in memory");
            (columns.transaction[place], number as u64)
        });
        let mut fees: Vec<(u32, u64)> = fees.collect();
        fees.par_sort_unstable();
        Self { accounts, transfers, rows, starts, fees }
    }

    /// What an account paid for a transaction.
    pub(super) fn fee(&self, ledger: &Ledger, account: AccountId, transaction: u32) -> Option<Amount> {
        let at = self.fees.binary_search_by_key(&transaction, |fee| fee.0).ok()?;
        let fee = ledger.fees().get(usize::try_from(self.fees[at].1).expect("fees are in memory"));
        (ledger.purses().account(fee.payer) == account).then_some(fee.amount)
    }

    /// The places of an account's transfers that move something, rising.
    pub(super) fn places(&self, slot: usize) -> impl Iterator<Item = usize> {
        let rows = &self.rows[self.starts[slot]..self.starts[slot + 1]];
        rows.iter().map(|row| usize::try_from(row.1).expect("rows are in memory"))
    }
}

/// The labelled deposit accounts and everybody who pays an exchange wallet and may be one, rising.
fn accounts(ledger: &Ledger, parties: &Parties) -> Vec<AccountId> {
    let wallets = PurseBits::of(ledger, |account| matches!(parties.role(account), Role::Wallet(_)));
    let columns = ledger.columns();
    let may_be = |account: &AccountId| matches!(parties.role(*account), Role::Unknown | Role::Own);
    let mut accounts: Vec<AccountId> = (0..ledger.transfer_count())
        .into_par_iter()
        .filter(|&place| wallets.has(columns.to[place]) && ledger.moves(place))
        .filter_map(|place| Parties::holder(ledger, columns.from[place]).filter(may_be))
        .collect();
    accounts.extend(parties.labelled().map(|(account, _)| account));
    accounts.par_sort_unstable();
    accounts.dedup();
    accounts
}

/// A bit a purse.
struct PurseBits(Vec<u64>);

impl PurseBits {
    /// Sets those whose holder is meant. The zero address is never meant.
    fn of(ledger: &Ledger, is_meant: impl Fn(AccountId) -> bool + Sync) -> Self {
        let count = ledger.purses().len();
        let word = |first: usize| {
            let purses =
                (first..count.min(first + 64)).map(|at| PurseId(u32::try_from(at).unwrap_or(u32::MAX)));
            let bit = |purse| u64::from(Parties::holder(ledger, purse).is_some_and(&is_meant));
            (0..).zip(purses).fold(0, |word, (at, purse)| word | bit(purse) << at)
        };
        Self((0..count.div_ceil(64)).into_par_iter().map(|at| word(at * 64)).collect())
    }

    fn has(&self, purse: PurseId) -> bool {
        let word = self.0.get(purse.index() / 64);
        word.is_some_and(|word| word >> (purse.index() % 64) & 1 != 0)
    }
}
