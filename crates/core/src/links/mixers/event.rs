//! One note paid into a pool, and one exit out of it.

use crate::account::Address;
use crate::amount::Amount;
use crate::ledger::TxHash;

/// How a note is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteBasis {
    /// The pool's own event says so.
    Event,
    /// A transfer of exactly a note's size into the pool.
    Transfer,
    /// A transfer of exactly a note's size to a router, and no other row of the transaction: one pool alone fits.
    Routed,
}

impl NoteBasis {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Transfer => "transfer",
            Self::Routed => "routed",
        }
    }
}

/// A note: one deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The block, where known.
    pub block: Option<u64>,
    /// Unix seconds, where known.
    pub time: Option<i64>,
    /// The transaction, where known.
    pub transaction: Option<TxHash>,
    /// Its number in the pool, counted from 0, where an event tells it.
    pub leaf: Option<u64>,
    /// Who paid it, where known. Events do not say.
    pub depositor: Option<Address>,
    /// The transfer in the ledger, where there is one.
    pub place: Option<u64>,
    /// How it is known.
    pub basis: NoteBasis,
}

/// How it is known who of those paid in an exit is its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitBasis {
    /// The pool's own event says so.
    Event,
    /// The pool paid one account the whole note: nobody relayed it.
    SelfRelayed,
    /// Of two accounts, the one that did not send the transaction.
    NotTheSender,
    /// Of two accounts, the one that got more; who sent the transaction is not known, or was neither.
    Larger,
}

impl ExitBasis {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::SelfRelayed => "self_relayed",
            Self::NotTheSender => "not_the_sender",
            Self::Larger => "larger",
        }
    }
}

/// An exit: one withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The block, where known.
    pub block: Option<u64>,
    /// Unix seconds, where known.
    pub time: Option<i64>,
    /// The time was read off between other blocks of the chain, and is near, not exact.
    pub time_is_near: bool,
    /// The transaction, where known.
    pub transaction: Option<TxHash>,
    /// Who was paid.
    pub recipient: Address,
    /// Who relayed it, where known.
    pub relayer: Option<Address>,
    /// What the relayer got, in base units of the pool's asset: 0 where nobody relayed it.
    pub fee: Amount,
    /// Who sent the transaction, where known.
    pub sender: Option<Address>,
    /// The transfer to the recipient in the ledger, where there is one.
    pub place: Option<u64>,
    /// The transfer to the relayer in the ledger, where there is one.
    pub relayer_place: Option<u64>,
    /// How it is known.
    pub basis: ExitBasis,
}
