//! Purses: where taint rests in either result, side by side, and who can stop it.

use super::Sides;
use super::moves::{Accounts, account_key};
use crate::error::Error;
use crate::written::Fault;
use crate::written::source::Source;
use dyetrace_core::Amount;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How a purse changed. The order is that of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It is a place where money can be stopped, and was none.
    Stoppable,
    /// What a deposit account held was swept to its exchange.
    Swept,
    /// It is no place where money can be stopped any more.
    NoLongerStoppable,
    /// Its state is another.
    State,
    /// Taint rests in it for the first time, at an account that taint had not got to.
    Reached,
    /// Taint rests in it, and did not; the account was known.
    Arrived,
    /// More taint rests in it.
    Grew,
    /// Less taint rests in it.
    Shrank,
    /// No taint rests in it any more: it went on.
    Emptied,
    /// Neither the purse nor its account is in the later result.
    Vanished,
    /// Under another rule that both have, more or less taint rests in it.
    OtherRule,
    /// Why the trace goes no further is another, in the same state.
    Stop,
    /// The label shown, or its category, is another.
    Label,
    /// How sure it is, or how far from the theft, is another.
    Grade,
}

impl Change {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stoppable => "stoppable",
            Self::Swept => "swept",
            Self::NoLongerStoppable => "no_longer_stoppable",
            Self::State => "state",
            Self::Reached => "reached",
            Self::Arrived => "arrived",
            Self::Grew => "grew",
            Self::Shrank => "shrank",
            Self::Emptied => "emptied",
            Self::Vanished => "vanished",
            Self::OtherRule => "other_rule",
            Self::Stop => "stop",
            Self::Label => "label",
            Self::Grade => "grade",
        }
    }
}

/// A purse that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurseChange {
    /// The theft.
    pub theft: String,
    /// The stolen asset.
    pub stolen_asset: String,
    /// The chain.
    pub chain: String,
    /// The account.
    pub address: String,
    /// The asset it is in.
    pub asset: String,
    /// How it changed, the most urgent first; never empty.
    pub changes: Vec<Change>,
    /// How it was; `None` where it was not in `holdings.csv`.
    pub before: Option<Rested>,
    /// How it is; `None` where it is not in `holdings.csv`.
    pub after: Option<Rested>,
}

/// What rests in a purse: its line of `holdings.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rested {
    /// What can be done about it.
    pub state: String,
    /// Why the trace goes no further; empty if it does.
    pub stop: String,
    /// The label shown.
    pub label: String,
    /// Its category.
    pub category: String,
    /// Base units of the asset, by the rule of the comparison.
    pub amount: Amount,
    /// Base units of the stolen asset that they stand for.
    pub claim: Amount,
    /// The fewest hops from the theft.
    pub hops: String,
    /// How sure it is.
    pub grade: String,
    /// Its line of `freezable.csv`, if it has one.
    pub place: Option<Place>,
    /// Units and claims under each rule that both results have.
    by_rule: Vec<String>,
}

/// A place where money can be stopped: its line of `freezable.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Who can stop it.
    pub holder: String,
    /// What kind of holder that is.
    pub holder_kind: String,
    /// Where a deposit account was swept to; empty if it was not.
    pub swept_to: String,
    /// When.
    pub swept_at: String,
    /// The route that leads there.
    pub route_id: String,
}

/// Somebody who can stop money and could not, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HolderChange {
    /// Whether the later result has it; else the earlier one.
    pub is_new: bool,
    /// Who.
    pub holder: String,
    /// What kind of holder.
    pub holder_kind: String,
    /// At how many places.
    pub places: u64,
}

/// What was stolen of an asset is another amount, by the rule of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StolenChange {
    /// The theft.
    pub theft: String,
    /// The stolen asset.
    pub stolen_asset: String,
    /// Stolen and unseen inflow; `None` where the earlier result does not have it.
    pub before: Option<Amount>,
    /// The same of the later one.
    pub after: Option<Amount>,
}

/// What [`compare`] finds.
pub(super) struct Found {
    pub(super) holders: Vec<HolderChange>,
    pub(super) purses: Vec<PurseChange>,
}

/// Theft, stolen asset, chain, address, asset.
type Key = [String; 5];
const KEY: [&str; 5] = ["theft", "stolen_asset", "chain", "address", "asset"];

/// Holds the places of both results side by side.
pub(super) fn compare(sides: &Sides<'_>, accounts: &Accounts) -> Result<Found, Error> {
    let [before, after] = [read(sides.before, sides)?, read(sides.after, sides)?];
    let holders = holders(&before, &after);
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let change = |key: &&Key| {
        let (was, is) = (before.get(*key), after.get(*key));
        let mut changes = changes(key, was, is, accounts);
        changes.sort_unstable();
        let [theft, stolen_asset, chain, address, asset] = (*key).clone();
        let (before, after) = (was.cloned(), is.cloned());
        let it = PurseChange { theft, stolen_asset, chain, address, asset, changes, before, after };
        (!it.changes.is_empty()).then_some(it)
    };
    let mut purses: Vec<PurseChange> = keys.iter().filter_map(change).collect();
    // The keys' own order decides what is left.
    purses.sort_by_cached_key(|it| {
        let claim = |rested: &Option<Rested>| rested.as_ref().map_or(Amount::ZERO, |it| it.claim);
        let claim = claim(&it.after).max(claim(&it.before));
        (it.changes[0], it.theft.clone(), it.stolen_asset.clone(), Reverse(claim))
    });
    Ok(Found { holders, purses })
}

fn changes(key: &Key, was: Option<&Rested>, is: Option<&Rested>, accounts: &Accounts) -> Vec<Change> {
    let account = account_key(&key[2], &key[3]);
    let mut changes = Vec::new();
    let [stoppable, is_stoppable] = [was, is].map(|it| it.is_some_and(|it| it.place.is_some()));
    if is_stoppable && !stoppable {
        changes.push(Change::Stoppable);
    } else if stoppable && !is_stoppable {
        changes.push(Change::NoLongerStoppable);
    }
    match (was, is) {
        (None, Some(_)) if accounts.was_known(account) => changes.push(Change::Arrived),
        (None, Some(_)) => changes.push(Change::Reached),
        (Some(_), None) if accounts.is_known(account) => changes.push(Change::Emptied),
        (Some(_), None) => changes.push(Change::Vanished),
        (Some(was), Some(is)) => {
            if was.state != is.state {
                let swept = was.state == "AT_DEPOSIT_UNSWEPT" && is.state == "SWEPT_CREDITED";
                changes.push(if swept { Change::Swept } else { Change::State });
            } else if was.stop != is.stop {
                changes.push(Change::Stop);
            }
            if was.amount != is.amount {
                changes.push(if is.amount > was.amount { Change::Grew } else { Change::Shrank });
            } else if was.by_rule != is.by_rule {
                changes.push(Change::OtherRule);
            }
            if (&was.label, &was.category) != (&is.label, &is.category) {
                changes.push(Change::Label);
            }
            if (&was.grade, &was.hops) != (&is.grade, &is.hops) {
                changes.push(Change::Grade);
            }
        }
        (None, None) => {}
    }
    changes
}

/// What `holdings.csv` and `freezable.csv` say of each purse.
fn read(source: &Source, sides: &Sides<'_>) -> Result<BTreeMap<Key, Rested>, Error> {
    let mut purses = BTreeMap::new();
    read_holdings(source, sides, &mut purses)
        .and_then(|()| read_places(source, &mut purses))
        .map_err(|fault| source.fault(&fault))?;
    Ok(purses)
}

fn read_holdings(
    source: &Source,
    sides: &Sides<'_>,
    purses: &mut BTreeMap<Key, Rested>,
) -> Result<(), Fault> {
    let mut rows = source.table("holdings.csv")?;
    let key = rows.columns(KEY)?;
    let texts = rows.columns(["state", "stop", "label", "category", "hops", "grade"])?;
    let [amount, claim] = [rows.column(sides.rule)?, rows.column(&format!("claim_{}", sides.rule))?];
    let common = |rule: &&String| sides.before.rules.contains(rule) && sides.after.rules.contains(rule);
    let names =
        sides.after.rules.iter().filter(common).flat_map(|rule| [rule.clone(), format!("claim_{rule}")]);
    let by_rule = names.map(|name| rows.column(&name)).collect::<Result<Vec<_>, _>>()?;
    while rows.next()? {
        let [state, stop, label, category, hops, grade] = rows.texts(texts);
        let (amount, claim) = (rows.amount(amount)?, rows.amount(claim)?);
        let by_rule = by_rule.iter().map(|&column| rows.text(column).to_owned()).collect();
        let rested =
            Rested { state, stop, label, category, amount, claim, hops, grade, place: None, by_rule };
        if purses.insert(rows.texts(key), rested).is_some() {
            return Err(rows.fault("is the second row of its theft and purse"));
        }
    }
    Ok(())
}

fn read_places(source: &Source, purses: &mut BTreeMap<Key, Rested>) -> Result<(), Fault> {
    let mut rows = source.table("freezable.csv")?;
    let key = rows.columns(KEY)?;
    let texts = rows.columns(["holder", "holder_kind", "swept_to", "swept_at", "route_id"])?;
    while rows.next()? {
        let [holder, holder_kind, swept_to, swept_at, route_id] = rows.texts(texts);
        let Some(rested) = purses.get_mut(&rows.texts(key)) else {
            return Err(rows.fault("is a place that holdings.csv does not have"));
        };
        rested.place = Some(Place { holder, holder_kind, swept_to, swept_at, route_id });
    }
    Ok(())
}

/// Who can stop money in one of both results alone.
fn holders(before: &BTreeMap<Key, Rested>, after: &BTreeMap<Key, Rested>) -> Vec<HolderChange> {
    let [before, after] = [before, after].map(|purses| {
        let mut holders: BTreeMap<(String, String), u64> = BTreeMap::new();
        for place in purses.values().filter_map(|it| it.place.as_ref()).filter(|it| !it.holder.is_empty()) {
            *holders.entry((place.holder.clone(), place.holder_kind.clone())).or_default() += 1;
        }
        holders
    });
    let alone =
        |is_new: bool, one: &BTreeMap<(String, String), u64>, other: &BTreeMap<(String, String), u64>| {
            let alone = one.iter().filter(|(who, _)| !other.contains_key(*who));
            let change = |((holder, holder_kind), places): (&(String, String), &u64)| HolderChange {
                is_new,
                holder: holder.clone(),
                holder_kind: holder_kind.clone(),
                places: *places,
            };
            alone.map(change).collect::<Vec<_>>()
        };
    let mut changes = alone(true, &after, &before);
    changes.extend(alone(false, &before, &after));
    changes
}

/// Of what another amount was stolen.
pub(super) fn stolen(sides: &Sides<'_>) -> Result<Vec<StolenChange>, Error> {
    let [before, after] = [sides.before, sides.after]
        .map(|source| read_stolen(source, sides.rule).map_err(|fault| source.fault(&fault)));
    let (before, after) = (before?, after?);
    let keys: BTreeSet<&[String; 2]> = before.keys().chain(after.keys()).collect();
    let change = |key: &[String; 2]| {
        let (before, after) = (before.get(key).copied(), after.get(key).copied());
        let [theft, stolen_asset] = key.clone();
        (before != after).then_some(StolenChange { theft, stolen_asset, before, after })
    };
    Ok(keys.into_iter().filter_map(change).collect())
}

fn read_stolen(source: &Source, rule: &str) -> Result<BTreeMap<[String; 2], Amount>, Fault> {
    let mut rows = source.table("conservation.csv")?;
    let key = rows.columns(["theft", "stolen_asset"])?;
    let [of_rule, stolen, unseen] = rows.columns(["rule", "stolen", "unseen_inflow"])?;
    let mut all = BTreeMap::new();
    while rows.next()? {
        if rows.text(of_rule) == rule {
            all.insert(rows.texts(key), rows.amount(stolen)?.plus(rows.amount(unseen)?));
        }
    }
    Ok(all)
}
