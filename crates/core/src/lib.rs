//! The words and the rules of fund-flow tracing.
//!
//! This crate opens no file and prints nothing. Rows go into a [`LedgerBuilder`], which gives a [`Ledger`]:
//! all transfers as columns, sorted by position. [`trace::trace`] follows the taint of thefts through it and
//! gives a [`trace::Trace`]: which transfers carry stolen money, where it rests, under each asked rule.
//!
//! ```
//! use dyetrace_core::ledger::{Covers, Kind, Source};
//! use dyetrace_core::trace::{AddressSeed, Seed, Since, Theft, TraceOptions, trace};
//! use dyetrace_core::{Address, Amount, Labels, LedgerBuilder, Row, RowPlace};
//!
//! let [thief, shop] = [[1; 20], [2; 20]].map(Address::from_evm);
//! let mut builder = LedgerBuilder::new();
//! let chain = builder.chain("ethereum");
//! let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
//! let payment = Row {
//!     chain,
//!     block: Some(7),
//!     time: None,
//!     transaction_index: Some(0),
//!     event_index: None,
//!     transaction_hash: None,
//!     from: Some(thief),
//!     to: shop,
//!     contract: None,
//!     value: Amount::from(100),
//!     fee: None,
//!     kind: Kind::External,
//! };
//! builder.push(RowPlace { source, line: 2 }, payment).unwrap();
//! let ledger = builder.finish().unwrap();
//!
//! let seed = AddressSeed { chain: None, address: thief, since: Since::Start, asset: None };
//! let theft = Theft { id: "T".to_owned(), seeds: vec![Seed::Address(seed)] };
//! let found = trace(&ledger, &Labels::default(), &[theft], &TraceOptions::default()).unwrap();
//!
//! // What the thief sent without being seen to receive it rests at the shop.
//! assert_eq!(ledger.purse_address(found.holdings.purse[0]), shop);
//! assert_eq!(found.holdings.shares.get(0, 0).units, Amount::from(100));
//! ```

pub mod account;
pub mod amount;
pub mod asset;
pub mod attribution;
pub mod column;
pub mod decision;
mod id_table;
pub mod label;
pub mod ledger;
pub mod links;
mod pages;
#[cfg(any(test, feature = "reference"))]
pub mod reference;
pub mod rules;
pub mod stated;
pub mod trace;

pub use account::{AccountColumns, AccountId, Accounts, Address, AddressKind, ChainId};
pub use amount::{Amount, AmountColumn, AmountError};
pub use asset::{Asset, AssetId, Assets};
pub use column::Column;
pub use decision::{Decision, DecisionKind};
pub use label::{Category, Label, Labels};
pub use ledger::{Ledger, LedgerBuilder, PurseId, Row, RowPlace};
pub use stated::{OwnAccount, Status};
