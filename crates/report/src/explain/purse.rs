//! What is told of an account: one story a theft, stolen asset and asset.

use crate::input::Token;
use dyetrace_core::Amount;

/// The answer.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The address, as the result writes it.
    pub address: String,
    /// The asked rules, the run's own first.
    pub rules: Vec<String>,
    /// What it is asked about, in a fixed order: theft, stolen asset, chain, asset.
    pub purses: Vec<PurseStory>,
    /// What else there is to know of the answer, in plain words.
    pub notes: Vec<String>,
}

/// One account's taint of one theft and stolen asset, in one asset.
#[derive(Clone, Debug)]
pub struct PurseStory {
    /// The theft.
    pub theft: String,
    /// The stolen asset.
    pub stolen_asset: String,
    /// How the stolen asset is shown, if that is known.
    pub stolen_token: Option<Token>,
    /// The chain.
    pub chain: String,
    /// The asset it is in here.
    pub asset: String,
    /// How that asset is shown, if that is known.
    pub token: Option<Token>,
    /// The line of `holdings.csv`; `None` where nothing rests under any rule, and it is no stop.
    pub holding: Option<Holding>,
    /// The sums: one entry a rule.
    pub sums: Vec<Sums>,
    /// The rule that routes and transfers are told by.
    pub rule: usize,
    /// The transfers that carry taint in or out under that rule, in order; the largest, where there are many.
    pub moves: Vec<Move>,
    /// How many more there are, and what they bring and take.
    pub more: Rest,
    /// What all that came in or was got stands for, if routes were asked for.
    pub claims: Claims,
    /// The routes, what stands for most of the stolen asset first.
    pub routes: Vec<Route>,
    /// The accounts on the routes that have a label.
    pub names: Vec<Name>,
}

/// What rests, as the tables say it.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The label that is shown for the account; empty if there is none.
    pub label: String,
    /// Its category.
    pub category: String,
    /// What can be done there.
    pub state: String,
    /// Why the trace goes no further; empty if it does.
    pub stop: String,
    /// What the purse holds in all.
    pub balance: Amount,
    /// How many transfers away from a seed, at the least.
    pub hops: String,
    /// How sure it is.
    pub grade: String,
    /// The line of `freezable.csv`: route id, holder, basis.
    pub place: Option<[String; 3]>,
}

/// The arithmetic under one rule, in base units of the asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What transfers brought.
    pub came: Amount,
    /// Stolen here, as the data show it.
    pub received: Amount,
    /// Stolen here: sent beyond what the data show.
    pub unseen: Amount,
    /// Got in exchanges.
    pub got: Amount,
    /// Given in exchanges.
    pub given: Amount,
    /// What transfers took.
    pub went: Amount,
    /// Spent as fees.
    pub fees: Amount,
    /// Sent to the zero address.
    pub burned: Amount,
    /// Below the least amount followed.
    pub dust: Amount,
    /// What rests.
    pub rests: Amount,
}

impl Sums {
    /// All that entered.
    #[must_use]
    pub fn entered(&self) -> Amount {
        self.came.plus(self.received).plus(self.unseen).plus(self.got)
    }

    /// All that left.
    #[must_use]
    pub fn left(&self) -> Amount {
        self.went.plus(self.given).plus(self.fees).plus(self.burned).plus(self.dust)
    }

    /// Whether it adds up.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.entered() == self.left().plus(self.rests)
    }
}

/// What stands for the stolen asset, of what came in or was got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The claim, in base units of the stolen asset.
    pub came: Amount,
    /// What came, in base units of the asset here, that stands for less than one of the stolen asset: it has no route.
    pub without: Amount,
}

/// The label of an account, as `holdings.csv` has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The chain.
    pub chain: String,
    /// The account.
    pub address: String,
    /// What it is called.
    pub label: String,
    /// What it is.
    pub category: String,
}

/// How money went on from one asset or account to another without a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// An exchange of assets by one account in one transaction.
    Exchange,
    /// A link: a bridge, a mixer, what somebody stated.
    Link(Link),
}

/// A link, as `links.csv` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The word for how it was found.
    pub method: String,
    /// How a pair at bridges was found; empty for others.
    pub band: String,
    /// A decimal from 0 to 1.
    pub confidence: String,
    /// The grade that it gives; empty if it takes nothing from the grade.
    pub grade: String,
    /// How many destinations fit.
    pub candidates: String,
    /// Who stated it, or by which rules.
    pub told_by: String,
}

/// One side of a crossing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Whether it was given, or went in; else it was got, or came out.
    pub gives: bool,
    /// Of what.
    pub crossing: Crossing,
}

/// A row of `flows.csv`: a transfer that carries taint, or one side of a crossing, from an account to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The chain.
    pub chain: String,
    /// The transaction.
    pub transaction: String,
    /// Its block; empty where not known.
    pub block: String,
    /// Its time; empty where not known.
    pub time: String,
    /// Who sent it.
    pub from: String,
    /// Who got it.
    pub to: String,
    /// What it moved.
    pub asset: String,
    /// How that is shown, if that is known.
    pub token: Option<Token>,
    /// All that it moved.
    pub value: Amount,
    /// How much of that is of this theft and stolen asset, under the rule.
    pub taint: Amount,
    /// For how much of the stolen asset that stands, in base units of it.
    pub claim: Amount,
    /// The weakest grade on the way, as `flows.csv` has it.
    pub grade: String,
    /// Of what it is a side; `None` if it is a transfer.
    pub leg: Option<Leg>,
}

/// A transfer of the account itself.
#[derive(Clone, Debug)]
pub struct Move {
    /// Whether it came in.
    pub came: bool,
    /// The transfer.
    pub transfer: Hop,
}

/// Transfers that are not told one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// How many.
    pub count: u64,
    /// What they bring.
    pub came: Amount,
    /// What they take.
    pub went: Amount,
}

/// Where a route begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// At a seed: how the money entered (`received` or `unseen`), and in which transaction.
    Theft {
        /// The kind of posting.
        kind: String,
        /// The transaction.
        transaction: String,
    },
    /// At the account itself: money that had left it came back.
    Here,
}

/// A way on which taint came.
#[derive(Clone, Debug)]
pub struct Route {
    /// How much of it took this way, in base units of the asset here: of the last hop's taint as much as `claim` is of its claim.
    pub amount: Amount,
    /// For how much of the stolen asset that stands. It is the same on the whole way.
    pub claim: Amount,
    /// The weakest grade of its hops.
    pub grade: String,
    /// Where it begins.
    pub origin: Origin,
    /// The transfers and sides of crossings, first to last. What was given stands right before what was got.
    pub hops: Vec<Hop>,
}
