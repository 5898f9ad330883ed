//! Chains, addresses and accounts.
//!
//! An account is a party on one chain that can hold funds; an address is its written form. Accounts are
//! numbered densely in the order in which they were first seen, so that a number is an index.
//!
//! Addresses are kept as bytes: 20 for an EVM chain, the text itself for every other chain. Nothing here
//! assumes that a holder is an EVM address.

mod address;
mod table;

pub(crate) use address::hex_value;
pub use address::{Address, AddressError, AddressKind};
pub(crate) use table::TextKey;
pub use table::{AccountColumns, Accounts, ChainMark, Key};

use bytemuck::{Pod, Zeroable};

/// A chain of the ledger: an index into its chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(pub u16);

/// An account of the ledger: an index into its accounts, in first-seen order.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Pod,
    Zeroable,
    serde::Serialize,
    serde::Deserialize,
)]
#[repr(transparent)]
pub struct AccountId(pub u32);

impl AccountId {
    /// The account's place in columns that have one entry an account.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
