//! What is said of one account: by purse, by origin, by route.

use crate::input::Token;
use crate::screening::share_of;
use dyetrace_core::Amount;
use dyetrace_core::trace::{Cut, Exposure, Share};

/// The answer.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The address.
    pub address: String,
    /// Its chain.
    pub chain: String,
    /// The rule.
    pub rule: String,
    /// Whether thefts were asked about, and labelled holders.
    pub asked: [bool; 2],
    /// Whether the input tells the order of all transfers that touch one purse.
    pub is_order_told: bool,
    /// What limits cut off on the way, in both runs: where any did, more may have come.
    pub cut: [Cut; 2],
    /// Its purses that received something, by the assets' names.
    pub purses: Vec<SourcePurse>,
    /// What the transaction that was named brought it: transfers, in order, then what it got in an exchange, by the assets' names.
    pub transfers: Vec<AskedTransfer>,
}

/// Where the money of one purse came from. Units are those of its asset.
#[derive(Clone, Debug)]
pub struct SourcePurse {
    /// The asset.
    pub asset: String,
    /// How it is shown, if that is known.
    pub token: Option<Token>,
    /// All that it received from others.
    pub received: Amount,
    /// The same in the other order, in which exchanges can be others; `None` where it is the same.
    pub other_received: Option<Amount>,
    /// What it spent beyond what the data show it had; known where some of the money that is asked about came there.
    pub gap: Option<Amount>,
    /// The same in the other order, 0 for none; `None` where it is the same.
    pub other_gap: Option<Amount>,
    /// What thefts brought, by name and stolen asset.
    pub thefts: PartOf,
    /// What labelled holders brought.
    pub labelled: PartOf,
}

/// What some origins brought of what a purse received.
#[derive(Clone, Debug, Default)]
pub struct PartOf {
    /// Origin by origin.
    pub origins: Vec<FromOrigin>,
    /// What none of them brought; `None` where money was stolen right here, of which a part was never seen to come.
    pub rest: Option<Amount>,
    /// The same in the other order; `None` where it is the same.
    pub other_rest: Option<Amount>,
}

/// What one origin brought.
#[derive(Clone, Debug)]
pub struct FromOrigin {
    /// The theft, or the holder behind its category: `exchange: Binance`.
    pub origin: String,
    /// The asset in which it began.
    pub origin_asset: String,
    /// How that is shown.
    pub origin_token: Option<Token>,
    /// How much, by way.
    pub exposure: Exposure,
    /// The same in the other order; `None` where it is the same. Where only that order brings something, what follows is its, but the
    /// route, which is none.
    pub other: Option<Exposure>,
    /// How many transfers brought it.
    pub transfers: u64,
    /// The fewest transfers from the origin; 0 where it was stolen right here.
    pub hops: u32,
    /// When it first came, and last; empty where no times are known.
    pub first: String,
    /// When it came last.
    pub last: String,
    /// A route with the fewest transfers, and among those the most money; empty where it was stolen right here.
    pub route: Vec<RouteHop>,
}

/// A hop of a route. An exchange is two: what was given, and what was got.
#[derive(Clone, Debug)]
pub struct RouteHop {
    /// The transaction.
    pub transaction: String,
    /// Its time, or its block where no time is known.
    pub when: String,
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// What moved.
    pub asset: String,
    /// How it is shown.
    pub token: Option<Token>,
    /// All that moved.
    pub value: Amount,
    /// The part of the origin.
    pub part: Amount,
    /// Whether it is a leg of an exchange.
    pub is_exchange: bool,
}

/// How something came by a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedWay {
    /// By a transfer.
    Transfer,
    /// By a transfer that hands out what went in by another one: its parts are what came over the link.
    Link,
    /// By a transfer into a purse that got something in an exchange: it brings nothing by itself, the exchange does.
    Leg,
    /// Not one transfer, but all that was got of an asset, net, in an exchange.
    Exchange,
}

impl AskedWay {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Link => "link",
            Self::Leg => "leg",
            Self::Exchange => "exchange",
        }
    }
}

/// A transfer that was asked about, or what was got in the exchange of its transaction.
#[derive(Clone, Debug)]
pub struct AskedTransfer {
    /// Which of that.
    pub way: AskedWay,
    /// The sender; empty where nobody, and of an exchange.
    pub from: String,
    /// What moved.
    pub asset: String,
    /// How it is shown.
    pub token: Option<Token>,
    /// How much.
    pub value: Amount,
    /// The same in the other order, in which exchanges can be others; `None` where it is the same.
    pub other_value: Option<Amount>,
    /// When.
    pub when: String,
    /// Of thefts.
    pub thefts: Parts,
    /// Of labelled holders.
    pub labelled: Parts,
    /// Of both in the other order, each `None` where that is the same.
    pub other: [Option<Parts>; 2],
}

/// The parts of a transfer or an exchange: origin, the asset in which it began, and how much.
pub type Parts = Vec<(String, String, Share)>;

impl FromOrigin {
    /// What came from others, in thousandths of what the purse received, rounded half up.
    #[must_use]
    pub fn per_mille(&self, received: Amount) -> Option<u64> {
        share_of(self.exposure.came().units, received, 1_000)
    }

    /// What came in the other order; in input order, where that is the same.
    #[must_use]
    pub fn came_in_other_order(&self) -> Amount {
        self.other.as_ref().unwrap_or(&self.exposure).came().units
    }
}
