//! What a person may choose for a trace. Each default is a named constant.

use super::pools::Pool;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetName;
use crate::label::Category;
use crate::ledger::{Ledger, PurseId};
use crate::links::Link;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How taint divides when a mixed purse spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// First in, first out.
    Fifo,
    /// Last in, first out.
    Lifo,
    /// Every part pays its share.
    Prorata,
    /// Clean money leaves first: lowest intermediate balance, drugs-in last-out.
    Libr,
    /// Tainted money leaves first: drugs-in first-out.
    TaintFirst,
    /// Everything a tainted purse sends is flagged whole. A bound for search, never an amount.
    Poison,
}

impl Rule {
    /// All rules, in the order of their columns.
    pub const ALL: [Self; 6] =
        [Self::Fifo, Self::Lifo, Self::Prorata, Self::Libr, Self::TaintFirst, Self::Poison];
    /// The rules that conserve value: all but poison.
    pub const EXACT: [Self; 5] = [Self::Fifo, Self::Lifo, Self::Prorata, Self::Libr, Self::TaintFirst];
    /// The rules whose least amount is called robust.
    pub const ROBUST: [Self; 4] = [Self::Fifo, Self::Lifo, Self::Prorata, Self::Libr];
    /// The run's rule where none is named.
    pub const DEFAULT: Self = Self::Libr;

    /// The word that stands in files and options.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fifo => "fifo",
            Self::Lifo => "lifo",
            Self::Prorata => "prorata",
            Self::Libr => "libr",
            Self::TaintFirst => "taint_first",
            Self::Poison => "poison",
        }
    }

    /// Whether it conserves value.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        !matches!(self, Self::Poison)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Rule {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == word).ok_or(())
    }
}

/// At whom a trace stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopRule {
    /// Accounts with a label of one of these categories.
    pub categories: Vec<Category>,
    /// Accounts nobody has named that take part in very many transfers.
    pub hubs: bool,
}

impl StopRule {
    /// The categories at which a trace stops by default. At `defi`, `dex` and `token` it stops only where the
    /// transaction does not net.
    pub const CATEGORIES: [Category; 11] = [
        Category::ExchangeDeposit,
        Category::Exchange,
        Category::Mixer,
        Category::Bridge,
        Category::Defi,
        Category::Dex,
        Category::Token,
        Category::Payment,
        Category::Gambling,
        Category::Service,
        Category::Burn,
    ];

    /// Stops nowhere.
    #[must_use]
    pub const fn none() -> Self {
        Self { categories: Vec::new(), hubs: false }
    }

    /// Whether a category only stops where the transaction does not net at the account.
    #[must_use]
    pub const fn nets(category: Category) -> bool {
        matches!(category, Category::Defi | Category::Dex | Category::Token)
    }
}

impl Default for StopRule {
    fn default() -> Self {
        Self { categories: Self::CATEGORIES.to_vec(), hubs: true }
    }
}

/// Where the ledger ends for a trace, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Until {
    /// The last second.
    Time(i64),
    /// The last block.
    Block(u64),
}

/// The choices of one trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceOptions {
    /// The one rule of the run.
    pub rule: Rule,
    /// Further rules, shown beside it.
    pub compare: Vec<Rule>,
    /// At whom it stops.
    pub stop: StopRule,
    /// Accounts at which an analyst decided to stop, sorted. They stop whatever the other stops are; a seed does not.
    pub cuts: Vec<AccountId>,
    /// An unnamed account in more than this many transfers is a hub.
    pub hub_transfers: u64,
    /// Purses this many transfers away, or more, are not followed.
    pub max_hops: Option<u32>,
    /// Where the ledger ends.
    pub until: Option<Until>,
    /// Transfers of an asset below this many base units are dust: their taint is posted, not followed.
    pub min_amount: Vec<(AssetName, Amount)>,
    /// Purses of tokens into which nothing but noise came ([`crate::attribution::Noise::decoys`]), sorted: no seed
    /// that names no asset takes anything there for stolen.
    pub decoys: Vec<PurseId>,
    /// Whether such seeds do so all the same.
    pub follow_noise: bool,
    /// Whether taint goes on into what an account gets for what it gives in one transaction.
    pub swaps: bool,
    /// Transfers whose value comes out again by others: taint follows each link. Of two that share a transfer the first counts.
    pub links: Vec<Link>,
    /// Accounts that everybody pays into and draws from: no stops. What leaves one carries its share of the taint there.
    pub pools: Vec<Pool>,
}

impl TraceOptions {
    /// An unnamed account in more transfers than this is a hub, unless told otherwise.
    pub const HUB_TRANSFERS: u64 = 10_000;

    /// The asked rules: the run's own first, then the others in the order of [`Rule::ALL`], each once.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        let others = Rule::ALL.into_iter().filter(|rule| *rule != self.rule && self.compare.contains(rule));
        std::iter::once(self.rule).chain(others).collect()
    }

    /// The same choices for [`Ledger::with_ties_reversed`].
    #[must_use]
    pub(crate) fn with_ties_reversed(&self, ledger: &Ledger) -> Self {
        let links = self.links.iter().map(|link| link.with_ties_reversed(ledger)).collect();
        Self { links, ..self.clone() }
    }
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self {
            rule: Rule::DEFAULT,
            compare: Rule::EXACT.to_vec(),
            stop: StopRule::default(),
            cuts: Vec::new(),
            hub_transfers: Self::HUB_TRANSFERS,
            max_hops: None,
            until: None,
            min_amount: Vec::new(),
            decoys: Vec::new(),
            follow_noise: false,
            swaps: true,
            links: Vec::new(),
            pools: Vec::new(),
        }
    }
}
