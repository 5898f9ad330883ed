//! Stops: decided first, on the whole ledger.
//!
//! An account stops if any of its labels has a stop category, if an analyst cut it, or if nobody has named it and it takes part in
//! very many transfers. A seed's account never stops. Zero-value transfers and transfers to oneself do not
//! count for a hub; rows after the end do.

use super::options::{StopRule, TraceOptions};
use super::outcome::{Grade, Holdings, Stop};
use crate::account::AccountId;
use crate::attribution::deposits::is_inferred;
use crate::label::{Category, Labels};
use crate::ledger::{Ledger, PurseId, flag};
use hashbrown::HashSet;
use rayon::prelude::*;
use std::ops::Range;

/// Why each account stops, if it does: one entry an account.
pub(super) struct Stops {
    pub(super) of_account: Vec<Option<Stop>>,
    /// Those that stop as deposit accounts by their sweeps alone.
    inferred: HashSet<AccountId>,
}

impl Stops {
    /// Decides them. `seeds` are the accounts that never stop.
    ///
    /// # Cost
    /// **O(l + n)** for l labels and n transfers, the second in parallel and only with the hub guard on.
    pub(super) fn decide(
        ledger: &Ledger,
        labels: &Labels,
        seeds: &HashSet<AccountId>,
        options: &TraceOptions,
    ) -> Self {
        let mut of_account = vec![None; ledger.accounts().len()];
        let mut named = vec![false; of_account.len()];
        let mut inferred = HashSet::new();
        for account in labels.accounts() {
            let deciding = Category::ALL.into_iter().filter(|category| {
                options.stop.categories.contains(category) && labels.has(account, *category)
            });
            // A full stop beats one that only holds where the transaction does not net.
            let deciding = deciding.min_by_key(|category| StopRule::nets(*category));
            of_account[account.index()] = deciding.map(Stop::Label);
            if deciding == Some(Category::ExchangeDeposit) && is_inferred(labels, account) {
                inferred.insert(account);
            }
            named[account.index()] = labels.of(account).any(|label| label.category.names_the_account());
        }
        if options.stop.hubs {
            for (account, count) in transfer_counts(ledger).into_iter().enumerate() {
                if count > options.hub_transfers && !named[account] && of_account[account].is_none() {
                    of_account[account] = Some(Stop::Hub);
                }
            }
        }
        for account in &options.cuts {
            let Some(stop) = of_account.get_mut(account.index()) else { continue };
            let is_full = matches!(stop, Some(Stop::Label(category)) if !StopRule::nets(*category));
            // Whose account it is says more than that somebody stopped there.
            if !is_full {
                *stop = Some(Stop::Cut);
            }
        }
        for account in (0..).map(AccountId).take(of_account.len()) {
            if seeds.contains(&account) {
                of_account[account.index()] = None;
            }
        }
        Self { of_account, inferred }
    }

    /// Marks what rests at deposit accounts that are known by their sweeps alone.
    pub(super) fn mark_inferred(&self, ledger: &Ledger, holdings: &mut Holdings) {
        for (row, &purse) in holdings.purse.iter().enumerate() {
            let is_stop = holdings.stop[row] == Some(Stop::Label(Category::ExchangeDeposit));
            if is_stop && self.inferred.contains(&ledger.purses().account(purse)) {
                holdings.grade[row] = Grade::Inferred;
            }
        }
    }

    /// The accounts that a transaction passes through if it nets there.
    pub(super) fn netting_accounts(&self) -> HashSet<AccountId> {
        let nets =
            |stop: &Option<Stop>| matches!(stop, Some(Stop::Label(category)) if StopRule::nets(*category));
        let accounts = (0..).map(AccountId).zip(&self.of_account);
        accounts.filter(|(_, stop)| nets(stop)).map(|(account, _)| account).collect()
    }
}

/// In how many transfers that move something each account takes part; the zero address in none.
///
/// Counted by purse first, each thread for itself: purses are next to each other in memory, and nobody waits.
fn transfer_counts(ledger: &Ledger) -> Vec<u64> {
    let (columns, purses) = (ledger.columns(), ledger.purses());
    let count = |places: Range<usize>| {
        let mut counts = vec![0_u32; purses.len()];
        let flags = &columns.flags[places.clone()];
        for ((from, to), flags) in columns.from[places.clone()].iter().zip(&columns.to[places]).zip(flags) {
            if flags & flag::STILL == 0 {
                if *from != PurseId::NONE {
                    counts[from.index()] += 1;
                }
                counts[to.index()] += 1;
            }
        }
        counts
    };
    let transfers = ledger.transfer_count();
    let share = transfers.div_ceil(rayon::current_num_threads()).max(1);
    let starts: Vec<usize> = (0..transfers).step_by(share).collect();
    let by_thread: Vec<Vec<u32>> =
        starts.into_par_iter().map(|start| count(start..(start + share).min(transfers))).collect();
    let mut of_account = vec![0; ledger.accounts().len()];
    for purse in purses.iter().filter(|&purse| !purses.is_void(purse)) {
        let transfers = by_thread.iter().map(|counts| u64::from(counts[purse.index()]));
        of_account[purses.account(purse).index()] += transfers.sum::<u64>();
    }
    of_account
}
