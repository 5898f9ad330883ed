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

mod counts;
mod found;
mod gas;
mod history;
mod options;
mod paid;
mod parties;
mod purse_bits;
mod sweeps;
mod weigh;

pub use found::{
    AssetSweeps, Deposit, DepositGrade, Deposits, Doubt, Excluded, FALSE_LEADS, SOURCE, is_inferred,
};
pub use options::{DepositOptions, Short};

use crate::account::AccountId;
use crate::label::Labels;
use crate::ledger::Ledger;
use counts::{Candidate, Candidates};
use gas::add_gas_wallets;
use history::Histories;
use parties::{Parties, Role};
use purse_bits::PurseBits;
use rayon::prelude::*;
use weigh::{Exclusion, Found, Room, Scale, Verdict};

/// Finds the deposit accounts of a ledger. `own` are accounts that are never one: seeds.
///
/// Without a labelled exchange wallet only labelled deposit accounts are found, with no evidence; without any of
/// both nothing is read.
///
/// # Cost
/// **O(n + p + k log k + k · d)** for n transfers, p purses, k transfers of the accounts that counts do not settle,
/// and d deposits that wait to be swept at one of them; all in parallel.
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
    let mut excluded = Excluded::default();
    let wallets = PurseBits::of(ledger, |account| matches!(parties.role(account), Role::Wallet(_)));
    let candidates = Candidates::find(ledger, &parties, &wallets, options, |why| excluded.count(why));
    let histories = Histories::gather(ledger, &wallets, &candidates);
    let short = ledger.assets().iter().map(|(asset, _)| options.short_of(ledger, asset)).collect();
    let (parties, candidates, histories) = (&parties, &candidates, &histories);
    let times_rise = sweeps::times_rise(ledger);
    let void = PurseBits::of_purses(ledger, |purse| ledger.purses().is_void(purse));
    let scale = Scale { ledger, parties, candidates, histories, options, void, short, times_rise };
    let accounts = candidates.accounts.par_iter();
    let verdicts: Vec<Verdict> = accounts.map_init(Room::default, |room, it| scale.weigh(room, it)).collect();
    let mut is_deposit = vec![false; ledger.accounts().len()];
    let mut passing: Vec<&Candidate> = Vec::new();
    for (it, verdict) in candidates.accounts.iter().zip(verdicts) {
        is_deposit[it.account.index()] = verdict == Verdict::DepositAccount;
        match verdict {
            Verdict::None => {}
            Verdict::Excluded(why) => excluded.count(why),
            Verdict::DepositAccount | Verdict::PassesOneOn => passing.push(it),
        }
    }
    // From A over B to the exchange, B is the deposit account, and A a customer's own.
    let described =
        passing.par_iter().map_init(Room::default, |room, it| scale.describe_account(room, it, &is_deposit));
    let described: Vec<Option<Found>> = described.collect();
    let customers = described.iter().filter(|it| it.is_none()).count();
    (0..customers).for_each(|_| excluded.count(Exclusion::Customer));
    let mut found: Vec<Found> = described.into_iter().flatten().collect();
    add_gas_wallets(ledger, parties, options, &mut found);
    sort(ledger, parties, &mut found);
    Deposits { found: found.into_iter().map(|it| it.deposit).collect(), excluded }
}

/// Puts them into the order in which they are listed: by grade, exchange, chain and address.
fn sort(ledger: &Ledger, parties: &Parties, found: &mut [Found]) {
    let exchanges = ranks(parties.exchanges.iter().map(String::as_str));
    let chains = ranks(ledger.chains().map(|(_, name)| name));
    let accounts = ledger.accounts();
    found.par_sort_by_cached_key(|Found { deposit, exchange, .. }| {
        let chain = chains[usize::from(accounts.chain(deposit.account).0)];
        (deposit.grade, exchanges[*exchange as usize], chain, accounts.address(deposit.account))
    });
}

/// The rank of each name among all, by bytes: names need not be compared again.
fn ranks<'n>(names: impl Iterator<Item = &'n str>) -> Vec<usize> {
    let names: Vec<&str> = names.collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_unstable_by_key(|&at| names[at]);
    let mut ranks = vec![0; names.len()];
    for (rank, at) in order.into_iter().enumerate() {
        ranks[at] = rank;
    }
    ranks
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
