//! Gas wallets: who pays for the sweeps of tokens.
//!
//! A token cannot pay for its own transfer, so an exchange first sends its deposit accounts a little of the native
//! coin. A wallet that pays very many accounts, of which nearly all sweep to one exchange, is that exchange's.

use super::options::DepositOptions;
use super::parties::{Exchange, Parties, Role};
use super::weigh::Found;
use crate::account::AccountId;
use crate::ledger::Ledger;
use hashbrown::HashMap;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Fills in the gas wallets, and takes them out of the senders.
///
/// # Cost
/// **O(n)** for n transfers, in parallel, and only where a wallet pays enough of these accounts.
pub(super) fn add_gas_wallets(
    ledger: &Ledger,
    parties: &Parties,
    options: &DepositOptions,
    found: &mut [Found],
) {
    let wallets = gas_wallets(ledger, options, found);
    for it in found {
        let is_theirs = |funder: &AccountId| {
            wallets.get(funder) == Some(&it.exchange) || parties.role(*funder) == Role::Wallet(it.exchange)
        };
        let mut payments: BTreeMap<AccountId, u64> = BTreeMap::new();
        for funder in it.funders.iter().filter(|funder| is_theirs(funder)) {
            *payments.entry(*funder).or_default() += 1;
        }
        let most = payments.iter().min_by_key(|(wallet, count)| (Reverse(**count), **wallet));
        let senders = it.senders.iter().filter(|sender| wallets.get(*sender) != Some(&it.exchange));
        let senders = senders.count() as u64;
        it.deposit.gas_top_ups = payments.values().sum();
        it.deposit.gas_wallet = most.map(|(wallet, _)| *wallet);
        it.deposit.senders = senders;
    }
}

/// The wallets that nobody has named and that pay for one exchange's sweeps.
fn gas_wallets(ledger: &Ledger, options: &DepositOptions, found: &[Found]) -> HashMap<AccountId, Exchange> {
    // Of how many accounts that sweep to an exchange a wallet pays for.
    let mut paid: BTreeMap<AccountId, BTreeMap<Exchange, u64>> = BTreeMap::new();
    for it in found {
        for funder in it.funders.iter().collect::<BTreeSet<_>>() {
            *paid.entry(*funder).or_default().entry(it.exchange).or_default() += 1;
        }
    }
    let enough = |of: u64, all: u64| of * 100 >= all * u64::from(options.gas_share);
    paid.retain(|_, exchanges| exchanges.values().any(|&count| enough(count, options.gas_accounts)));
    if paid.is_empty() {
        return HashMap::new();
    }
    let columns = ledger.columns();
    let is_native = |place: usize| {
        ledger.assets().get(ledger.purses().asset(columns.to[place])).is_native() && ledger.moves(place)
    };
    let mut receivers: Vec<(AccountId, AccountId)> = (0..ledger.transfer_count())
        .into_par_iter()
        .filter_map(|place| {
            let from = Parties::holder(ledger, columns.from[place]).filter(|from| paid.contains_key(from))?;
            Parties::holder(ledger, columns.to[place]).filter(|_| is_native(place)).map(|to| (from, to))
        })
        .collect();
    receivers.par_sort_unstable();
    receivers.dedup();
    let mut all: HashMap<AccountId, u64> = HashMap::new();
    for (wallet, _) in receivers {
        *all.entry(wallet).or_default() += 1;
    }
    let mut wallets = HashMap::new();
    for (wallet, exchanges) in paid {
        let all = all.get(&wallet).copied().unwrap_or_default();
        let theirs = exchanges.into_iter().find(|&(_, count)| enough(count, all));
        if let Some((exchange, _)) = theirs.filter(|_| all >= options.gas_accounts) {
            wallets.insert(wallet, exchange);
        }
    }
    wallets
}
