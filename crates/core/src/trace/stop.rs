//! Stops: decided first, on the whole ledger.
//!
//! An account stops if any of its labels has a stop category, or if nobody has named it and it takes part in
//! very many transfers. A seed's account never stops. Zero-value transfers and transfers to oneself do not
//! count for a hub; rows after the end do.

use super::options::{StopRule, TraceOptions};
use super::outcome::Stop;
use crate::account::AccountId;
use crate::label::{Category, Labels};
use crate::ledger::{Ledger, PurseId};
use hashbrown::HashSet;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why each account stops, if it does: one entry an account.
pub(super) struct Stops {
    pub(super) of_account: Vec<Option<Stop>>,
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
        for account in labels.accounts() {
            let deciding = Category::ALL.into_iter().filter(|category| {
                options.stop.categories.contains(category) && labels.has(account, *category)
            });
            // A full stop beats one that only holds where the transaction does not net.
            let deciding = deciding.min_by_key(|category| StopRule::nets(*category));
            of_account[account.index()] = deciding.map(Stop::Label);
            named[account.index()] = labels.of(account).any(|label| label.category.names_the_account());
        }
        if options.stop.hubs {
            for (account, count) in transfer_counts(ledger).into_iter().enumerate() {
                if count > options.hub_transfers && !named[account] && of_account[account].is_none() {
                    of_account[account] = Some(Stop::Hub);
                }
            }
        }
        for account in (0..).map(AccountId).take(of_account.len()) {
            if seeds.contains(&account) {
                of_account[account.index()] = None;
            }
        }
        Self { of_account }
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
fn transfer_counts(ledger: &Ledger) -> Vec<u64> {
    let counts: Vec<AtomicU64> = (0..ledger.accounts().len()).map(|_| AtomicU64::new(0)).collect();
    let columns = ledger.columns();
    (0..ledger.transfer_count()).into_par_iter().filter(|&place| ledger.moves(place)).for_each(|place| {
        for purse in [columns.from[place], columns.to[place]] {
            if purse != PurseId::NONE && !ledger.is_void(purse) {
                counts[ledger.purses().account(purse).index()].fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    counts.into_iter().map(AtomicU64::into_inner).collect()
}
