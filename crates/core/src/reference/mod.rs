//! The plain tracer: slow, obvious, and sharing nothing with the fast one but the nouns.
//!
//! It goes over all transfers again and again. Stops are looked up account by account, reach is repeated
//! until nothing changes, and the replay takes the rules one at a time over the whole ledger with every purse
//! in a map. Tests hold the fast tracer against it, and `verify` derives results a second time with it.
//!
//! # Cost
//!
//! Quadratic in the number of transfers, and worse. Meant for ledgers of some hundreds.

mod deals;
mod deposits;
mod links;
mod money;
mod reach;
mod replay;
mod seeds;
mod stops;
mod tables;

pub use deposits::find_deposits;

use crate::amount::Amount;
use crate::asset::AssetId;
use crate::label::Labels;
use crate::ledger::{Ledger, PurseId};
use crate::trace::{OrderSpread, Rule, Seed, Theft, Trace, TraceOptions, Until};
use money::Key;
use reach::{fewest_transfers, reach};
use replay::{Outcome, Replay};
use seeds::Seeds;
use std::collections::{BTreeMap, BTreeSet};
use stops::Stops;

/// Traces thefts through a ledger.
///
/// # Errors
/// A text that says which seed or option does not fit the ledger.
pub fn trace(
    ledger: &Ledger,
    labels: &Labels,
    thefts: &[Theft],
    options: &TraceOptions,
) -> Result<Trace, String> {
    let known = Known::new(ledger, labels, thefts, options)?;
    let forward = Run::new(&known)?;
    let classes = forward.classes();
    let mut reversed_trace = None;
    let turned;
    let (known_reversed, turned_options);
    if ledger.notes().order_ambiguous {
        turned = ledger.with_ties_reversed();
        turned_options = options.with_ties_reversed(ledger);
        known_reversed = Known::new(&turned, labels, thefts, &turned_options)?;
        let reversed = Run::new(&known_reversed)?;
        reversed_trace = Some(reversed);
    }
    let mut trace = tables::fill(&forward, &classes);
    if let Some(reversed) = reversed_trace {
        trace.order_spread = order_spread(&forward, &reversed);
    }
    Ok(trace)
}

/// For each theft, sorted by name, the purses that its taint alone can get to, and the earliest place from which each
/// can pass it on.
///
/// # Errors
/// As [`trace`].
pub fn reach_by_theft(
    ledger: &Ledger,
    labels: &Labels,
    thefts: &[Theft],
    options: &TraceOptions,
) -> Result<Vec<BTreeMap<PurseId, u64>>, String> {
    let known = Known::new(ledger, labels, thefts, options)?;
    let (seeds, stops) = settle(&known)?;
    let of_theft = |theft: usize| {
        let mut earliest: BTreeMap<PurseId, u64> = BTreeMap::new();
        for (node, place) in reach(&known, &seeds, &stops, theft) {
            let begins = seeds.begins.get(&node.purse()).into_iter().flatten();
            // From the row at which a seed begins on; else after the transfer that brought the taint.
            let at_once = node == stops::Node::Purse(node.purse())
                && begins.into_iter().any(|begin| begin.theft == theft && begin.place == place);
            let place = place as u64 + u64::from(!at_once);
            let known = earliest.entry(node.purse()).or_insert(place);
            *known = place.min(*known);
        }
        earliest
    };
    Ok((0..known.thefts.len()).map(of_theft).collect())
}

/// Holdings whose figure under the run's rule differs between the two orders.
fn order_spread(forward: &Run<'_>, reversed: &Run<'_>) -> Vec<OrderSpread> {
    let figures = |run: &Run<'_>| -> BTreeMap<_, Amount> {
        let holdings = run.outcomes[0].holdings.iter();
        holdings.map(|(&(class, purse), resting)| ((class, purse), resting.share.units)).collect()
    };
    let (one, other) = (figures(forward), figures(reversed));
    let places: BTreeSet<_> = one.keys().chain(other.keys()).copied().collect();
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_key(|&(class, purse)| (class, tables::purse_text(forward.known, purse)));
    let figure = |of: &BTreeMap<_, Amount>, place| of.get(place).copied().unwrap_or_default();
    let rows = places.iter().map(|place| OrderSpread {
        theft: forward.known.thefts[place.0.theft].0.clone(),
        asset: place.0.asset,
        purse: place.1,
        forward: figure(&one, place),
        reversed: figure(&other, place),
    });
    rows.filter(|row| row.forward != row.reversed).collect()
}

/// What was asked, of which ledger.
struct Known<'a> {
    ledger: &'a Ledger,
    labels: &'a Labels,
    options: &'a TraceOptions,
    /// Sorted by name; a name that stands several times is one theft.
    thefts: Vec<(String, Vec<&'a Seed>)>,
}

impl<'a> Known<'a> {
    fn new(
        ledger: &'a Ledger,
        labels: &'a Labels,
        thefts: &'a [Theft],
        options: &'a TraceOptions,
    ) -> Result<Self, String> {
        let mut by_name: BTreeMap<String, Vec<&Seed>> = BTreeMap::new();
        for theft in thefts {
            by_name.entry(theft.id.clone()).or_default().extend(&theft.seeds);
        }
        let columns = ledger.columns();
        let mut rows = 0..ledger.transfer_count();
        let known_end = match options.until {
            None => true,
            Some(Until::Time(_)) => rows.any(|place| columns.time(place).is_some()),
            Some(Until::Block(_)) => rows.any(|place| columns.block(place).is_some()),
        };
        if !known_end {
            return Err("the ledger does not tell what came until then".to_owned());
        }
        Ok(Self { ledger, labels, options, thefts: by_name.into_iter().collect() })
    }

    /// Whether a transfer lies after the end that the user set.
    fn is_after_end(&self, place: usize) -> bool {
        let columns = self.ledger.columns();
        match self.options.until {
            None => false,
            Some(Until::Time(last)) => columns.time(place).is_some_and(|time| time > last),
            Some(Until::Block(last)) => columns.block(place).is_some_and(|block| block > last),
        }
    }

    /// The transfers up to the end, in order.
    fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.ledger.transfer_count()).filter(|&place| !self.is_after_end(place))
    }

    /// Whether nothing but noise came into a purse, and noise is not followed.
    fn is_decoy(&self, purse: PurseId) -> bool {
        !self.options.follow_noise && self.options.decoys.contains(&purse)
    }

    /// Whether a transfer is below the least amount followed.
    fn is_dust(&self, place: usize) -> bool {
        let columns = self.ledger.columns();
        let to = columns.to[place];
        let asset = self.ledger.assets().get(self.ledger.purses().asset(to));
        self.options.min_amount.iter().any(|(name, least)| {
            name.names(&asset, self.ledger.purse_chain(to)) && columns.value.get(place) < *least
        })
    }

    fn key(&self, theft: usize, asset: AssetId) -> Key {
        let text = self.ledger.asset_name(asset);
        let rank = self.ledger.assets().iter().filter(|&(id, _)| self.ledger.asset_name(id) < text).count();
        Key { theft, rank, asset }
    }
}

/// One reading of the ledger's order, traced by all asked rules.
struct Run<'a> {
    known: &'a Known<'a>,
    seeds: Seeds,
    stops: Stops,
    /// One entry a theft.
    reaches: Vec<reach::Reach>,
    rules: Vec<Rule>,
    /// One entry a rule.
    outcomes: Vec<Outcome>,
}

/// Finds the seeds, then all stops.
fn settle(known: &Known<'_>) -> Result<(Seeds, Stops), String> {
    let seeds = Seeds::find(known)?;
    let mut stops = Stops::find(known, &seeds);
    stops.links = links::Links::find(known, &seeds);
    stops.deals = deals::Deals::find(known, &seeds, &stops);
    if let Some(limit) = known.options.max_hops {
        let fewest = fewest_transfers(known, &seeds, &stops);
        let is_seed = |purse| seeds.accounts.contains(&known.ledger.purses().account(purse));
        // The limit is the purse's: all that it has, and all its passings, are as far as the nearest.
        let mut near: BTreeMap<PurseId, u32> = BTreeMap::new();
        for (node, hops) in fewest
            .into_iter()
            .filter(|(node, _)| !matches!(node, stops::Node::Ended(..) | stops::Node::Transit(..)))
        {
            let least = near.entry(node.purse()).or_insert(hops);
            *least = hops.min(*least);
        }
        let far = near.into_iter().filter(|&(purse, hops)| hops >= limit && !is_seed(purse));
        stops.far = far.map(|(purse, _)| purse).collect();
    }
    Ok((seeds, stops))
}

impl<'a> Run<'a> {
    fn new(known: &'a Known<'a>) -> Result<Self, String> {
        let (seeds, stops) = settle(known)?;
        let reaches: Vec<_> =
            (0..known.thefts.len()).map(|theft| reach(known, &seeds, &stops, theft)).collect();
        let rules = known.options.rules();
        let run = |&rule: &Rule| Replay::run(known, &seeds, &stops, rule);
        let outcomes = rules.iter().map(run).collect();
        Ok(Self { known, seeds, stops, reaches, rules, outcomes })
    }

    /// The classes in which something was stolen under any rule.
    fn classes(&self) -> BTreeSet<Key> {
        let postings = self.outcomes.iter().flat_map(|outcome| outcome.postings.keys());
        postings.filter(|key| key.2.enters()).map(|key| key.3).collect()
    }
}
