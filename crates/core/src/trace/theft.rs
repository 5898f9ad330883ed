//! Thefts and their seeds, as a person states them.

use crate::account::{AccountId, Address};
use crate::asset::AssetName;
use crate::ledger::{Ledger, PurseId, TxHash};
use hashbrown::HashSet;
use rayon::prelude::*;

/// What was stolen: a name, and where its taint enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theft {
    /// Its name, such as `HARMONY`. Thefts are listed by the bytes of their names.
    pub id: String,
    /// Where its taint enters. One or more.
    pub seeds: Vec<Seed>,
}

/// Where a theft's taint enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seed {
    /// Clean money that arrives at an address is stolen, and so is what it sends beyond what it is seen to
    /// receive.
    Address(AddressSeed),
    /// What one transaction brings an address, or its net receivers.
    Transaction(TransactionSeed),
}

/// The accounts that seeds name, by their address or as receivers of a transaction: thieves' and victims', and so nobody's
/// deposit accounts.
///
/// # Cost
/// **O(n)** for n transfers where a transaction is named.
#[must_use]
pub fn seed_accounts(ledger: &Ledger, thefts: &[Theft]) -> Vec<AccountId> {
    let mut accounts = Vec::new();
    for seed in thefts.iter().flat_map(|theft| &theft.seeds) {
        match seed {
            Seed::Address(seed) => {
                let named = |name: &str| seed.chain.as_deref().is_none_or(|wanted| wanted == name);
                let chains = ledger.chains().filter(|(_, name)| named(name));
                accounts.extend(chains.filter_map(|(chain, _)| ledger.accounts().find(chain, &seed.address)));
            }
            Seed::Transaction(seed) => accounts.extend(receivers(ledger, seed)),
        }
    }
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

/// Who receives something in a transaction: the address that the seed names, or everybody.
fn receivers(ledger: &Ledger, seed: &TransactionSeed) -> Vec<AccountId> {
    let (columns, purses) = (ledger.columns(), ledger.purses());
    let wanted: HashSet<u32> = ledger.transactions().find(&seed.hash).collect();
    let named = |purse: PurseId| {
        seed.chain.as_deref().is_none_or(|chain| chain == ledger.purse_chain(purse))
            && seed.address.is_none_or(|address| address == ledger.purse_address(purse))
    };
    (0..ledger.transfer_count())
        .into_par_iter()
        .filter(|&place| wanted.contains(&columns.transaction[place]) && ledger.moves(place))
        .map(|place| columns.to[place])
        .filter(|&purse| !ledger.is_void(purse) && named(purse))
        .map(|purse| purses.account(purse))
        .collect()
}

/// A hacked or hacker's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressSeed {
    /// The chain; `None` for every chain.
    pub chain: Option<String>,
    /// The address.
    pub address: Address,
    /// From when on, inclusive.
    pub since: Since,
    /// One asset; `None` for all.
    pub asset: Option<AssetName>,
}

/// A transaction that brought stolen money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionSeed {
    /// The chain; `None` for every chain.
    pub chain: Option<String>,
    /// Its hash.
    pub hash: TxHash,
    /// The receiver; `None` for all net receivers.
    pub address: Option<Address>,
    /// One asset; `None` for all.
    pub asset: Option<AssetName>,
}

/// From when on an address seed holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From the ledger's first row.
    Start,
    /// From the first row at or after a time, in Unix seconds.
    Time(i64),
    /// From the first row in or after a block.
    Block(u64),
}
