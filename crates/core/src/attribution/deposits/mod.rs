//! Deposit accounts: addresses that an exchange gives its customers, found by their sweeps.
//!
//! What a customer sends to such an address the exchange soon passes on to a wallet of its own. If that wallet is
//! *labelled*, the address is the exchange's with a measured share of false leads ([`FALSE_LEADS`]); sweeps to a
//! wallet that nobody has named are at chance, and are nothing here.
//!
//! Two tests, over the whole ledger, at every account that pays a labelled exchange wallet:
//!
//! - *whole address*: most of its transfers out go to the exchange, it takes part in few transfers, and few
//!   accounts pay into it. One transfer may be all there is.
//! - *sweep*: at least one transfer to the exchange passes on one deposit of the same asset, in time, and short by
//!   no more than its fee.
//!
//! The first makes an account [`DepositGrade::Inferred`]; the second alone, or a label that says somebody's own, a
//! [`DepositGrade::Lead`]. A labelled deposit account is listed with the same evidence. Excluded for good: see
//! [`Excluded`]; also seeds, and accounts that a label names as a service. Gas wallets and forwarding contracts
//! support a finding and decide nothing.
//!
//! # Counting
//!
//! Transfers that move something: neither of value 0 nor to oneself. A token that the account is not seen to have
//! received does not count where it is sent: any contract can say that somebody sends it. Shares are compared
//! crosswise, in whole numbers.
//!
//! # Threads
//!
//! The same answer on any number of threads.
//!
//! Sources: see [`DepositOptions`].

mod found;
mod gas;
mod history;
mod options;
mod parties;
mod weigh;

pub use found::{
    AssetSweeps, Deposit, DepositGrade, Deposits, Doubt, Excluded, FALSE_LEADS, SOURCE, is_inferred,
};
pub use options::{DepositOptions, Short};

use crate::account::AccountId;
use crate::label::Labels;
use crate::ledger::Ledger;
use gas::add_gas_wallets;
use hashbrown::HashSet;
use history::Histories;
use parties::Parties;
use rayon::prelude::*;
use weigh::{Exclusion, Found, Scale, Verdict};

/// Finds the deposit accounts of a ledger. `own` are accounts that are never one: seeds.
///
/// Without a labelled exchange wallet only labelled deposit accounts are found, with no evidence.
///
/// # Cost
/// **O(n + k log k + k · d)** for n transfers, k transfers of the accounts that pay exchanges, and d deposits that
/// wait to be swept at one of them; all in parallel.
#[must_use]
pub fn find_deposits(
    ledger: &Ledger,
    labels: &Labels,
    own: &[AccountId],
    options: &DepositOptions,
) -> Deposits {
    let parties = Parties::of(ledger, labels, own);
    if !parties.has_wallets() && parties.labelled().next().is_none() {
        return Deposits::default();
    }
    let histories = Histories::gather(ledger, &parties, options.max_transfers);
    let short = ledger.assets().iter().map(|(asset, _)| options.short_of(ledger, asset)).collect();
    let scale = Scale { ledger, parties: &parties, histories: &histories, options, short };
    let verdicts: Vec<Verdict> =
        (0..histories.accounts.len()).into_par_iter().map(|slot| scale.weigh(slot)).collect();
    let mut excluded = Excluded::default();
    let mut found: Vec<Found> = Vec::new();
    for verdict in verdicts {
        match verdict {
            Verdict::None => {}
            Verdict::Excluded(why) => excluded.count(why),
            Verdict::Found(it) => found.push(*it),
        }
    }
    drop_customers(&mut found, &mut excluded);
    add_gas_wallets(ledger, &parties, options, &mut found);
    let mut deposits = Deposits { found: found.into_iter().map(|it| it.deposit).collect(), excluded };
    deposits.sort(ledger);
    deposits
}

/// Drops whoever pays into a labelled deposit account, or into one that passes the whole-address test: from A over
/// B to the exchange, B is the deposit account.
fn drop_customers(found: &mut Vec<Found>, excluded: &mut Excluded) {
    let are = found.iter().map(|it| &it.deposit);
    let are = are.filter(|it| it.whole_address || it.grade == DepositGrade::Labelled);
    let all: HashSet<AccountId> = are.map(|it| it.account).collect();
    found.retain(|it| {
        let pays = it.receivers.iter().any(|receiver| all.contains(receiver));
        let stays = it.deposit.grade == DepositGrade::Labelled || !pays;
        if !stays {
            excluded.count(Exclusion::Customer);
        }
        stays
    });
}

impl Excluded {
    const fn count(&mut self, why: Exclusion) {
        let count = match why {
            Exclusion::Busy => &mut self.busy,
            Exclusion::TwoExchanges => &mut self.two_exchanges,
            Exclusion::Customer => &mut self.customers,
            Exclusion::Contract => &mut self.contracts,
            Exclusion::Internal => &mut self.internal,
        };
        *count += 1;
    }
}
