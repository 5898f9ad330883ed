//! What findings and thefts are worth in US dollars, at the time of each transfer.
//!
//! An arrival is a tainted transfer into a finding's purse, or stolen money that first shows there. Under a rule, a
//! finding is worth the sum of its arrivals. Where part of them has left again, it is worth its share of that sum: what
//! rests over what arrived, rounded down. If one arrival that counts under a rule has no price, the finding has no
//! dollars under that rule.

use crate::input::{Input, Limitation};
use crate::price::{Cents, Quote};
use crate::table::at;
use crate::totals::exact_rules;
use dyetrace_core::trace::{ClassId, PostingKind, ShareColumns};
use dyetrace_core::{Amount, AssetId, PurseId};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// A finding's dollars, one entry an exact rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// In the order of the exact rules; `None` where a price is missing.
    pub by_rule: Vec<Option<Cents>>,
}

impl Worth {
    /// The least, by the rule and the most, if all exact rules have dollars; else none of them.
    pub(crate) fn range(&self) -> [Option<Cents>; 3] {
        match (self.least(), self.of_rule(), self.most()) {
            (Some(least), Some(of_rule), Some(most)) => [Some(least), Some(of_rule), Some(most)],
            _ => [None; 3],
        }
    }

    /// No dollars, under as many rules.
    pub(crate) fn nothing_like(other: &Self) -> Self {
        Self { by_rule: vec![Some(Cents::default()); other.by_rule.len()] }
    }

    /// Adds, rule by rule; what lacks a price has none in the sum.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let pairs = self.by_rule.iter().zip(&other.by_rule);
        Self { by_rule: pairs.map(|(one, other)| Some(one.as_ref()?.plus((*other)?))).collect() }
    }

    /// The least over all exact rules, if all have dollars.
    #[must_use]
    pub fn least(&self) -> Option<Cents> {
        self.whole()?.min()
    }

    /// By the first exact rule: the run's own, unless that is poison.
    #[must_use]
    pub fn of_rule(&self) -> Option<Cents> {
        self.by_rule.first().copied().flatten()
    }

    /// The most over all exact rules, if all have dollars.
    #[must_use]
    pub fn most(&self) -> Option<Cents> {
        self.whole()?.max()
    }

    fn whole(&self) -> Option<impl Iterator<Item = Cents> + '_> {
        let all = self.by_rule.iter().all(Option::is_some);
        all.then(|| self.by_rule.iter().copied().flatten())
    }
}

/// Tainted money that came to a finding's purse, or left it.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// The row of the holding.
    pub(crate) holding: usize,
    /// The transfer.
    pub(crate) place: u64,
    /// How it came: over a transfer (`None`), or as stolen money.
    pub(crate) posted: Option<PostingKind>,
    /// Of an exchange: what was got or given of the asset in all.
    pub(crate) exchanged: Option<Amount>,
    /// One entry an exact rule.
    pub(crate) units: Vec<Amount>,
    /// The price, if one is known, with how many decimals the asset has.
    pub(crate) quote: Option<(Quote, u8)>,
}

impl Arrival {
    /// What it was worth under an exact rule, by its number among them.
    pub(crate) fn worth(&self, rule: usize) -> Option<Cents> {
        self.quote.as_ref().and_then(|(quote, decimals)| Cents::of(self.units[rule], *decimals, quote.usd))
    }
}

/// Returns what came to these holdings, by holding, then in replay order; what came as stolen money first.
///
/// # Cost
/// **O(n log n)** for n flows and postings.
pub(crate) fn arrivals(input: &Input<'_>, holdings: impl Iterator<Item = usize>) -> Vec<Arrival> {
    moved(input, holdings, true)
}

/// Returns what left these holdings again, in the same order.
pub(crate) fn departures(input: &Input<'_>, holdings: impl Iterator<Item = usize>) -> Vec<Arrival> {
    moved(input, holdings, false)
}

/// Finds one holding's among those of many.
pub(crate) fn of_holding(all: &[Arrival], holding: usize) -> &[Arrival] {
    let start = all.partition_point(|arrival| arrival.holding < holding);
    let theirs = all[start..].partition_point(|arrival| arrival.holding == holding);
    &all[start..start + theirs]
}

fn moved(input: &Input<'_>, holdings: impl Iterator<Item = usize>, comes: bool) -> Vec<Arrival> {
    let trace = input.trace;
    let wanted: HashMap<(ClassId, PurseId), usize> =
        holdings.map(|row| ((trace.holdings.class[row], trace.holdings.purse[row]), row)).collect();
    let mut arrivals = Vec::new();
    if wanted.is_empty() {
        return arrivals;
    }
    let mut add = |class, purse, place, posted: Option<usize>, shares: &ShareColumns, row| {
        let Some(&holding) = wanted.get(&(class, purse)) else { return };
        let units: Vec<Amount> = exact_rules(trace).map(|rule| shares.get(row, rule).units).collect();
        if units.iter().any(|units| !units.is_zero()) {
            let quote = quote(input, purse, place);
            let exchanged = posted.and_then(|row| trace.postings.leg(row)).map(|leg| leg.value);
            let posted = posted.map(|row| trace.postings.kind[row]);
            arrivals.push(Arrival { holding, place, posted, exchanged, units, quote });
        }
    };
    let postings = &trace.postings;
    for row in (0..postings.place.len()).filter(|&row| postings.kind[row].enters() == comes) {
        let (class, purse, place) = (postings.class[row], postings.purse[row], postings.place[row]);
        add(class, purse, place, Some(row), &postings.shares, row);
    }
    let flows = &trace.flows;
    for row in 0..flows.place.len() {
        let columns = input.ledger.columns();
        let place = at(flows.place[row]);
        let purse = if comes { columns.to[place] } else { columns.from[place] };
        add(flows.class[row], purse, flows.place[row], None, &flows.shares, row);
    }
    arrivals.sort_by_key(|arrival| arrival.holding);
    arrivals
}

/// The price of a purse's asset when a transfer happened.
fn quote(input: &Input<'_>, purse: PurseId, place: u64) -> Option<(Quote, u8)> {
    let asset = input.ledger.purses().asset(purse);
    let time = input.ledger.columns().time(at(place))?;
    let quote = input.prices.at(asset, time)?;
    let token = input.tokens.get(asset)?;
    Some((quote.clone(), token.decimals))
}

/// Returns what each holding of the arrivals is worth.
pub(crate) fn worths(input: &Input<'_>, arrivals: &[Arrival]) -> HashMap<usize, Worth> {
    let shares = &input.trace.holdings.shares;
    let of = |group: &[Arrival]| {
        let holding = group[0].holding;
        let by_rule = exact_rules(input.trace).enumerate().map(|(at, rule)| {
            let rests = shares.get(holding, rule).units;
            let came: Amount = group.iter().map(|arrival| arrival.units[at]).sum();
            let counted = group.iter().filter(|arrival| !arrival.units[at].is_zero());
            let worth = counted
                .map(|arrival| arrival.worth(at))
                .try_fold(Cents::default(), |sum, worth| Some(sum.plus(worth?)))?;
            Some(if came.is_zero() || rests == came { worth } else { worth.share(rests, came) })
        });
        (holding, Worth { by_rule: by_rule.collect() })
    };
    arrivals.chunk_by(|one, next| one.holding == next.holding).map(of).collect()
}

/// What was stolen of a class, in dollars of the times when it was, under an exact rule; `None` where a price is missing.
pub(crate) fn stolen(input: &Input<'_>, class: ClassId, rule: usize) -> Option<Cents> {
    let postings = &input.trace.postings;
    let of_class = |&row: &usize| postings.class[row] == class && postings.kind[row].is_stolen();
    let mut sum = Cents::default();
    for row in (0..postings.place.len()).filter(of_class) {
        let units = postings.shares.get(row, rule).units;
        if !units.is_zero() {
            let (quote, decimals) = quote(input, postings.purse[row], postings.place[row])?;
            sum = sum.plus(Cents::of(units, decimals, quote.usd)?);
        }
    }
    Some(sum)
}

/// What is to be said of arrivals without a price, an asset each; nothing where no prices were given.
pub(crate) fn unpriced(input: &Input<'_>, arrivals: &[Arrival]) -> Vec<Limitation> {
    let mut counts: BTreeMap<AssetId, u64> = BTreeMap::new();
    if !input.prices.is_empty() {
        for arrival in arrivals.iter().filter(|arrival| arrival.quote.is_none()) {
            let purse = input.trace.holdings.purse[arrival.holding];
            *counts.entry(input.ledger.purses().asset(purse)).or_default() += 1;
        }
    }
    let row = |(asset, count): (AssetId, u64)| {
        let why = if input.tokens.get(asset).is_none() {
            "the asset's decimals are not known: state them with `--tokens`"
        } else {
            "no price stands in the price files for the day before: the findings they brought have no dollars"
        };
        let subject = input.ledger.asset_name(asset);
        let detail = format!("{count} arrivals at findings have no price; {why}");
        Limitation { kind: "prices".to_owned(), subject, detail }
    };
    counts.into_iter().map(row).collect()
}
