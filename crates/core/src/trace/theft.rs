//! Thefts and their seeds, as a person states them.

use crate::account::Address;
use crate::asset::AssetName;
use crate::ledger::TxHash;

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
