//! What a trace finds: flows, postings, holdings, and what it does not know.
//!
//! Everything is in columns: one entry a row, one pair of columns a rule. Rules stand in the order of
//! [`Trace::rules`], the run's own first. A row stands here if any asked rule gives it an amount.

use super::options::Rule;
use super::sum::AmountSum;
use crate::amount::{Amount, AmountColumn};
use crate::asset::AssetId;
use crate::label::Category;
use crate::ledger::PurseId;
use crate::links::LinkFault;
use crate::rules::Units;
use serde::{Deserialize, Serialize};

/// What kind of stolen money a tainted part is: a theft and the asset it was stolen in. An index into
/// [`Trace::classes`], which are sorted by the theft's name, then the asset's, by bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(pub u32);

impl ClassId {
    /// The class's place in columns that have one entry a class.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A theft and the asset that was stolen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Class {
    /// An index into [`Trace::thefts`].
    pub theft: u32,
    /// The stolen asset.
    pub asset: AssetId,
}

/// The two amounts of a tainted part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Share {
    /// Base units of the asset it is in now.
    pub units: Amount,
    /// Base units of the stolen asset it stands for.
    pub claim: Amount,
}

/// How sure a hop is. The order is the order of strength: the weakest is the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// No presumption was needed.
    Fact,
    /// By the run's rule.
    Presumed,
    /// By a heuristic.
    Inferred,
}

impl Grade {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fact => "FACT",
            Self::Presumed => "PRESUMED",
            Self::Inferred => "INFERRED",
        }
    }
}

/// One pair of columns a rule: units, and claims where they are not the same numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareColumns {
    units: Vec<AmountColumn>,
    /// `None` while every claim equals its units.
    claims: Vec<Option<AmountColumn>>,
}

impl ShareColumns {
    /// Starts with no row, for so many rules.
    #[must_use]
    pub fn new(rules: usize) -> Self {
        Self { units: vec![AmountColumn::default(); rules], claims: vec![None; rules] }
    }

    /// Adds a row: one share a rule.
    ///
    /// # Panics
    /// If there is not one share a rule.
    pub fn push(&mut self, shares: &[Share]) {
        assert_eq!(shares.len(), self.units.len(), "one share a rule");
        for (rule, share) in shares.iter().enumerate() {
            self.push_one(rule, *share);
        }
    }

    /// Adds a row of another table with as many rules.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn push_from(&mut self, other: &Self, row: usize) {
        for rule in 0..self.units.len() {
            match &other.claims[rule] {
                Some(_) => self.push_one(rule, other.get(row, rule)),
                None => {
                    let units = &other.units[rule];
                    self.claims[rule].iter_mut().for_each(|claims| claims.push_from(units, row));
                    self.units[rule].push_from(units, row);
                }
            }
        }
    }

    fn push_one(&mut self, rule: usize, share: Share) {
        self.add(rule, share.units.to_wide(), share.claim.to_wide());
    }

    /// Adds one rule's share of the row at hand.
    pub(super) fn add<U: Units>(&mut self, rule: usize, units: U, claim: U) {
        let (column, claims) = (&mut self.units[rule], &mut self.claims[rule]);
        if units != claim && claims.is_none() {
            *claims = Some(column.clone());
        }
        if let Some(claims) = claims {
            claim.push_to(claims);
        }
        units.push_to(column);
    }

    /// Adds a row's share under a rule to two sums: of units, and of claims.
    pub(super) fn add_to(&self, row: usize, rule: usize, units: &mut AmountSum, claims: &mut AmountSum) {
        units.add(&self.units[rule], row);
        claims.add(self.claims[rule].as_ref().unwrap_or(&self.units[rule]), row);
    }

    /// Returns the same rows in another order: row `i` of the result is row `order[i]` of this.
    pub(super) fn to_reordered(&self, order: &[u64]) -> Self {
        let reordered = |column: &AmountColumn| column.to_reordered(order);
        Self {
            units: self.units.iter().map(reordered).collect(),
            claims: self.claims.iter().map(|claims| claims.as_ref().map(reordered)).collect(),
        }
    }

    /// The share of a row under a rule, counted in the order of [`Trace::rules`].
    #[must_use]
    pub fn get(&self, row: usize, rule: usize) -> Share {
        let units = self.units[rule].get(row);
        let claim = self.claims[rule].as_ref().map_or(units, |claims| claims.get(row));
        Share { units, claim }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.units.first().map_or(0, AmountColumn::len)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rule whose facts stand in a row's other columns: the run's, or where that gives 0, the first
    /// asked rule that gives more.
    #[must_use]
    pub fn telling_rule(&self, row: usize) -> usize {
        self.units.iter().position(|units| !units.is_zero(row)).unwrap_or(0)
    }
}

/// Theft × stolen asset × transfer that carries taint, in replay order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flows {
    /// The transfer's place in the ledger.
    pub place: Vec<u64>,
    /// Theft and stolen asset.
    pub class: Vec<ClassId>,
    /// The weakest grade on the way, this hop included, under the row's telling rule.
    pub grade: Vec<Grade>,
    /// How much taint it carries.
    pub shares: ShareColumns,
}

/// What enters or leaves outside a tainted transfer. The order is that of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PostingKind {
    /// Sent to the zero address.
    Burn,
    /// Given in an exchange: its claim goes on in what was got.
    ConvertedOut,
    /// Got in an exchange, for what was given.
    ConvertedIn,
    /// Carried by a transfer below the least amount followed, or given for nothing.
    Dust,
    /// Spent as a transaction's fee.
    Fee,
    /// Clean money that arrived at a seed and so became stolen.
    Received,
    /// What a seed sent beyond what it was seen to receive.
    Unseen,
}

impl PostingKind {
    /// How many kinds there are.
    pub const COUNT: usize = 7;

    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Unseen => "unseen",
            Self::Fee => "fee",
            Self::Burn => "burn",
            Self::Dust => "dust",
            Self::ConvertedOut | Self::ConvertedIn => "converted",
        }
    }

    /// Whether the taint comes in (else it leaves).
    #[must_use]
    pub const fn enters(self) -> bool {
        matches!(self, Self::Received | Self::Unseen | Self::ConvertedIn)
    }

    /// Whether stolen money first shows there.
    #[must_use]
    pub const fn is_stolen(self) -> bool {
        matches!(self, Self::Received | Self::Unseen)
    }

    /// Whether it is a leg of an exchange.
    #[must_use]
    pub const fn is_converted(self) -> bool {
        matches!(self, Self::ConvertedOut | Self::ConvertedIn)
    }
}

/// Theft × stolen asset × posting, in replay order, then kind, theft, stolen asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Postings {
    /// What happened.
    pub kind: Vec<PostingKind>,
    /// The transfer at which it happened; for a fee, the first of its transaction.
    pub place: Vec<u64>,
    /// The purse it entered or left.
    pub purse: Vec<PurseId>,
    /// Theft and stolen asset.
    pub class: Vec<ClassId>,
    /// How much. Always 0 or more; [`PostingKind::enters`] gives the sign.
    pub shares: ShareColumns,
    /// More about the legs of exchanges: one entry for each posting that is one, in order.
    pub legs: Vec<ConvertedLeg>,
}

impl Postings {
    /// More about a posting, where it is a leg of an exchange.
    #[must_use]
    pub fn leg(&self, posting: usize) -> Option<&ConvertedLeg> {
        let at = self.legs.binary_search_by_key(&(posting as u64), |leg| leg.posting);
        at.ok().map(|at| &self.legs[at])
    }
}

/// A leg of an exchange: what an account gave or got in all, of which its posting is the tainted part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertedLeg {
    /// The row of [`Postings`].
    pub posting: u64,
    /// What was given or got of the asset, net, tainted or not.
    pub value: Amount,
    /// The weakest grade on the way, the exchange included, under the row's telling rule.
    pub grade: Grade,
}

/// Why a trace goes no further than a purse, or where the taint rests at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// A label of a stop category.
    Label(Category),
    /// An analyst decided that the money is not followed.
    Cut,
    /// An unnamed account in very many transfers.
    Hub,
    /// Too many transfers away.
    Hops,
    /// Given to an account for something that it minted: a share in a pool or vault.
    Position,
    /// Given to an account that exchanges in the same transaction, nobody can tell for what.
    Unclear,
    /// The purse has rows after the end that the user set. No sink.
    Horizon,
    /// No input holds the account's own history. No sink.
    Edge,
}

impl Stop {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Label(category) => category.as_str(),
            Self::Cut => "cut",
            Self::Hub => "hub",
            Self::Hops => "hops",
            Self::Position => "position",
            Self::Unclear => "unclear",
            Self::Horizon => "horizon",
            Self::Edge => "edge",
        }
    }
}

/// Theft × stolen asset × purse where taint rests or was stopped, by class, then purse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Theft and stolen asset.
    pub class: Vec<ClassId>,
    /// Where it rests.
    pub purse: Vec<PurseId>,
    /// Why the trace goes no further, if it does not.
    pub stop: Vec<Option<Stop>>,
    /// What the purse holds in all at the end, by the data.
    pub balance: Vec<Amount>,
    /// All that the purse received, tainted or not.
    pub gross_received: Vec<Amount>,
    /// The place of the first transfer or posting that brought this taint, under the telling rule.
    pub first_taint: Vec<u64>,
    /// The place of the last one.
    pub last_taint: Vec<u64>,
    /// How many transfers brought it.
    pub deposits: Vec<u64>,
    /// The fewest tainted transfers from a seed of the theft.
    pub hops: Vec<u32>,
    /// The weakest grade among the tainted transfers in, since the purse was last free of taint.
    pub grade: Vec<Grade>,
    /// How much.
    pub shares: ShareColumns,
}

/// A purse that spent more than the data show it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The purse.
    pub purse: PurseId,
    /// How many spends were short.
    pub count: u64,
    /// By how much in all; taken for clean.
    pub amount: Amount,
    /// The place of the first.
    pub first: u64,
}

/// Why money that arrived at a seed was left clean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LeftClean {
    /// It came back from a stop that this theft had reached.
    Returned,
    /// It is the incoming leg of the seed's own conversion.
    OwnConversion,
}

/// Clean money that arrived at a seed and was not counted as stolen, under the run's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftCleanRow {
    /// The transfer.
    pub place: u64,
    /// The theft whose seed received it: an index into [`Trace::thefts`].
    pub theft: u32,
    /// Why.
    pub reason: LeftClean,
    /// How much of it was clean.
    pub amount: Amount,
}

/// A holding whose figure under the run's rule depends on an order that the input does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSpread {
    /// The theft's name.
    pub theft: String,
    /// The stolen asset.
    pub asset: AssetId,
    /// The purse.
    pub purse: PurseId,
    /// The figure in input order.
    pub forward: Amount,
    /// The figure with input order reversed inside each tie group.
    pub reversed: Amount,
}

/// One run and its result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The asked rules, the run's own first.
    pub rules: Vec<Rule>,
    /// The thefts' names, sorted by bytes.
    pub thefts: Vec<String>,
    /// Thefts and stolen assets, sorted by name.
    pub classes: Vec<Class>,
    /// Transfers that carry taint.
    pub flows: Flows,
    /// What enters or leaves outside them.
    pub postings: Postings,
    /// Where taint rests.
    pub holdings: Holdings,
    /// Reached purses that spent more than they had, by purse.
    pub gaps: Vec<Gap>,
    /// Money that arrived at a seed and was left clean, by place.
    pub left_clean: Vec<LeftCleanRow>,
    /// Thefts, as indices into `thefts`, and purses of their seeds that were set aside: nothing but noise came there.
    pub set_aside: Vec<(u32, PurseId)>,
    /// Links of the options, by their indices, that could not be followed, and why.
    pub unlinked: Vec<(u32, LinkFault)>,
    /// Holdings that depend on an order the input does not tell.
    pub order_spread: Vec<OrderSpread>,
    /// How many accounts taint can reach in time order, seeds included.
    pub reached_accounts: u64,
    /// How many purses.
    pub reached_purses: u64,
    /// How many transfers lie after the end that the user set.
    pub transfers_after_end: u64,
}

impl Trace {
    /// The name of a class's theft.
    #[must_use]
    pub fn theft_of(&self, class: ClassId) -> &str {
        &self.thefts[self.classes[class.index()].theft as usize]
    }

    /// The stolen asset of a class.
    #[must_use]
    pub fn asset_of(&self, class: ClassId) -> AssetId {
        self.classes[class.index()].asset
    }
}
