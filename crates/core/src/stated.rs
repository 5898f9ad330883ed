//! What somebody knows about an account that no transfer tells: who is behind it, and how it stands today.
//!
//! An exchange knows its customers, anybody can look up a balance or ask a contract whether an address is frozen.
//! Such facts change no amount and no stop of a trace: they say what can be done where it ends.

use crate::account::Address;
use crate::amount::Amount;
use crate::asset::AssetName;

/// Whose account it is at the exchange that holds the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAccount {
    /// The chain.
    pub chain: String,
    /// The address; with a memo, one that many customers share.
    pub address: Address,
    /// The memo or tag that tells the customer's money from that of others; empty if the address is theirs alone.
    pub memo: String,
    /// What the exchange calls the customer; empty if not told.
    pub uid: String,
}

/// How an address stood at a block, as somebody looked it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The chain.
    pub chain: String,
    /// The address.
    pub address: Address,
    /// The asset that was asked about.
    pub asset: AssetName,
    /// The block that the answer is of.
    pub block: u64,
    /// The balance then, in base units.
    pub balance: Option<Amount>,
    /// Whether the issuer, or whoever else can, had stopped it.
    pub frozen: Option<bool>,
}
