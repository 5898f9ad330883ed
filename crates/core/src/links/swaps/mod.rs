//! Swaps: who, in one transaction, gave some assets and got others for them.
//!
//! Read from the transaction's own transfers alone, netted by account and asset. Nothing is said of prices.
//!
//! ```text
//! net(a, s)    what account a received of asset s less what it sent
//! exchanges    an account with a net above 0 and one below
//! a deal       what an account that exchanges gave (net below 0) and what it got for it (net above 0)
//! ```
//!
//! - What a token's contract mints or burns is given or taken by the contract's own account, where that takes part: so a
//!   vault that takes coins and mints shares exchanges.
//! - Transfers from who only sends, to who only receives, and from or to a stop are *plain*: a payment, a fee, a gift. They
//!   are no part of a deal.
//! - A transaction is *clear* if of no asset that an exchanging account gains or loses the accounts that do not exchange gain
//!   more than those that do. Else somebody may have been paid for somebody else, and nobody has a deal.
//! - A deal needs something that counts as a price: a token minted here does not (it is a position), unless it is a known
//!   stake; nor does a token that is noise.
//!
//! Every account that exchanges has a deal of its own, so that nobody's money becomes anybody else's, and so nothing hangs
//! on who sent the transaction, which most files do not tell.
//!
//! [`settle`] is the function of one transaction; [`read`] makes its legs of the ledger's rows.

mod net;
mod read;
mod settle;

pub(crate) use read::{Desk, Reader};
pub(crate) use settle::{End, Facts, Part, Settled};
