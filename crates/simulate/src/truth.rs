//! What the simulation knows: what belongs together, and where every stolen unit is.
//!
//! Truth goes by the owner's intent, not by any rule of law: `docs/simulate.md` says how.

use crate::coin::Coin;
use crate::party::Party;
use crate::world::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// Two sides of one thing, in one transaction or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A swap, in one transaction.
    Swap {
        /// The number of its transaction.
        transaction: u64,
        /// Who swapped.
        account: Party,
        /// What he gave.
        sold: Coin,
        /// How much.
        sold_units: u64,
        /// What he got.
        bought: Coin,
        /// How much.
        bought_units: u64,
    },
    /// A note that went into a mixer, and the withdrawal that spent it.
    Mix {
        /// The mixer.
        pool: Party,
        /// The number of the transaction that put it in.
        deposit: u64,
        /// Who did.
        depositor: Party,
        /// The number of the transaction that took it out, who got it, and who sent that; `None` if it is still there.
        withdrawal: Option<(u64, Party, Party)>,
    },
    /// Both legs over a bridge.
    Bridge {
        /// The number of the first leg's transaction.
        departure: u64,
        /// Who sent.
        from: Party,
        /// What he sent.
        left: Coin,
        /// How much.
        left_units: u64,
        /// The number of the second leg's transaction; `None` if it is still under way.
        arrival: Option<u64>,
        /// Who received.
        to: Party,
        /// What he got.
        arrived: Coin,
        /// How much.
        arrived_units: u64,
    },
}

impl Link {
    /// The number of its first transaction.
    #[must_use]
    pub const fn first(&self) -> u64 {
        match self {
            Self::Swap { transaction: number, .. }
            | Self::Mix { deposit: number, .. }
            | Self::Bridge { departure: number, .. } => *number,
        }
    }
}

/// What a lot of stolen money has been through: what a trace has to see through to follow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Through(u8);

impl Through {
    pub(crate) const SWAP: Self = Self(1);
    pub(crate) const MIXER: Self = Self(2);
    pub(crate) const BRIDGE: Self = Self(4);
    pub(crate) const DESK: Self = Self(8);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it went through plain transfers alone.
    #[must_use]
    pub const fn is_plain(self) -> bool {
        self.0 == 0
    }

    /// In words, with a plus between; empty for plain transfers.
    #[must_use]
    pub fn words(self) -> String {
        let names = ["swap", "mixer", "bridge", "desk"];
        let mut words = Vec::new();
        for (bit, name) in names.iter().enumerate() {
            if self.0 & 1 << bit != 0 {
                words.push(*name);
            }
        }
        words.join("+")
    }
}

/// What kind of place stolen money is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the thief's hand, or in that of somebody who passes it on for him.
    Held,
    /// At a deposit account of an exchange, or credited to the customer behind it since.
    Deposit,
    /// In a mixer.
    Mixer,
    /// On its way over a bridge.
    Bridge,
    /// In the pool where it was swapped: only where links are not followed.
    Pool,
    /// At the desk to which it was sold: only where links are not followed.
    Desk,
    /// Kept by somebody for a service: it is his now.
    Paid,
    /// Spent on gas.
    Fees,
}

impl Place {
    /// Its name in files of truth.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Deposit => "deposit",
            Self::Mixer => "mixer",
            Self::Bridge => "bridge",
            Self::Pool => "pool",
            Self::Desk => "desk",
            Self::Paid => "paid",
            Self::Fees => "fees",
        }
    }
}

/// Where some stolen units are. For fees, the party is the zero address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Who holds them.
    pub party: Party,
    /// What they are now.
    pub coin: Coin,
    /// What kind of place it is.
    pub place: Place,
    /// What they went through on the way.
    pub through: Through,
}

/// What a theft's money did, in units of one coin: the left sides add up to the right ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Taken from the victim.
    pub taken: u64,
    /// Got for another coin.
    pub converted_in: u64,
    /// Given for another coin.
    pub converted_out: u64,
    /// At all spots in the end.
    pub resting: u64,
}

/// The part that a party has in a theft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The thief's own account.
    Thief,
    /// Passes money on for him.
    Mule,
    /// A deposit account in which his money arrived.
    Deposit,
    /// A service through which his money went.
    Service,
    /// Traded with him.
    Desk,
    /// Honest, and paid with money of a desk or mule that had been the thief's.
    Downstream,
}

impl Role {
    /// Its name in files of truth.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Thief => "thief",
            Self::Mule => "mule",
            Self::Deposit => "deposit",
            Self::Service => "service",
            Self::Desk => "desk",
            Self::Downstream => "downstream",
        }
    }
}

/// What is known about one theft in the end.
#[derive(Clone, Debug)]
pub struct TheftTruth {
    /// Its name.
    pub id: String,
    /// Who got the money first: the seed.
    pub seed: Party,
    /// When: the tick.
    pub tick: u64,
    /// Where each unit is in the end.
    pub ends: BTreeMap<Spot, u64>,
    /// Where each unit would rest if no swap, mixer, bridge or desk were seen through.
    pub first_stops: BTreeMap<Spot, u64>,
    /// The sums of each coin.
    pub sums: BTreeMap<Coin, Sum>,
    /// Who had a part in it.
    pub touched: BTreeSet<(Party, Role)>,
}

/// What is known about a world in the end.
#[derive(Debug)]
pub struct Outcome {
    /// How many transfers were made, of those that are written.
    pub rows: u64,
    /// How many wallets there are.
    pub wallets: u64,
    pub(crate) seen: Seen,
    /// One a theft.
    pub thefts: Vec<TheftTruth>,
}

impl Outcome {
    /// Everybody who ever received something, in a fixed order.
    pub fn parties(&self) -> impl Iterator<Item = Party> {
        self.seen.parties()
    }
}
