//! The words and the rules of fund-flow tracing.
//!
//! This crate opens no file and prints nothing. Rows go into a [`LedgerBuilder`], which gives a [`Ledger`].
pub mod account;
pub mod amount;
pub mod asset;
pub mod label;
pub mod ledger;
#[cfg(any(test, feature = "reference"))]
pub mod reference;
pub mod rules;
pub mod trace;

pub use account::{AccountId, Accounts, Address, AddressKind, ChainId};
pub use amount::{Amount, AmountColumn, AmountError};
pub use asset::{Asset, AssetId, Assets};
pub use label::{Category, Label, Labels};
pub use ledger::{Ledger, LedgerBuilder, PurseId, Row, RowPlace};
