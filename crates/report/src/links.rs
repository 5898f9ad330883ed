//! What is to be said of links: what they carried on, what was ambiguous, what chance would find.

use crate::crossing::Crossings;
use crate::input::{Input, Limitation, LinkOrigin};
use crate::missing::counted;
use crate::table::at;
use crate::table::links::{decimal, several_chains};
use crate::totals::telling_exact_rule;
use dyetrace_core::links::bridges::{Band, Fate};
use dyetrace_core::{Amount, AssetId};
use std::collections::BTreeMap;

/// The rows of `limitations.csv` about links.
pub(crate) fn limitations(input: &Input<'_>) -> Vec<Limitation> {
    let mut rows = Vec::new();
    let mut add = |kind: &str, subject: String, detail: String| {
        rows.push(Limitation { kind: kind.to_owned(), subject, detail });
    };
    for ((class, asset, method), (count, claim)) in linked(input) {
        let trace = input.trace;
        let subject = format!("{} {}", trace.theft_of(class), input.ledger.asset_name(trace.asset_of(class)));
        let links = counted(count, "link", "links");
        let into = input.ledger.asset_name(asset);
        add(
            "linked",
            subject,
            format!("a claim of {claim} base units went on into {into} by {links} `{method}`: see links.csv"),
        );
    }
    for stated in &input.facts.links.stated {
        let subject = match &stated.origin {
            LinkOrigin::File(place) => place.clone(),
            LinkOrigin::Decision(number) => format!("decision {number}"),
            LinkOrigin::Rules(rules) => format!("mixer {rules}"),
        };
        let refused = stated.index.and_then(|index| {
            input.trace.unlinked.iter().find(|it| it.0 as usize == index).map(|it| it.1.as_str().to_owned())
        });
        let why = match (&stated.link, stated.index) {
            (Err(what), _) => Some(what.clone()),
            (_, None) => Some(format!("its confidence of {} is not followed", decimal(stated.confidence))),
            _ => refused,
        };
        if let Some(why) = why {
            add("unlinked", subject, format!("this link is not followed: {why}"));
        }
    }
    bridges(input, &mut add);
    rows
}

/// What links brought, by class, asset and method: how often, and the claim.
fn linked(input: &Input<'_>) -> BTreeMap<(dyetrace_core::trace::ClassId, AssetId, String), (usize, Amount)> {
    let mut sums = BTreeMap::new();
    let Some(rule) = telling_exact_rule(input.trace) else { return sums };
    let crossings = Crossings::of(input);
    let postings = &input.trace.postings;
    for leg in &postings.legs {
        let row = at(leg.posting);
        let Some(link) = crossings.link(postings.place[row]) else { continue };
        let share = postings.shares.get(row, rule);
        if postings.kind[row].enters() && !share.units.is_zero() {
            let asset = input.ledger.purses().asset(postings.purse[row]);
            let method = input.facts.options.links[link].method.clone();
            let (count, sum) = sums.entry((postings.class[row], asset, method)).or_insert((0, Amount::ZERO));
            *count += 1;
            *sum = sum.plus(share.claim);
        }
    }
    sums
}

fn bridges(input: &Input<'_>, add: &mut impl FnMut(&str, String, String)) {
    let Some((options, bridges)) = &input.facts.links.bridges else { return };
    let paired = bridges.pairs.iter().any(|pair| pair.fate == Fate::Paired);
    if !several_chains(input) && !paired {
        return;
    }
    let mut stolen: BTreeMap<u64, Amount> = BTreeMap::new();
    let flows = &input.trace.flows;
    for (row, &place) in flows.place.iter().enumerate() {
        let sum = stolen.entry(place).or_default();
        *sum = sum.plus(flows.shares.get(row, 0).units);
    }
    let tainted = |fate: Fate| bridges.pairs.iter().filter(move |pair| pair.fate == fate);
    for (fate, why) in [
        (Fate::Ambiguous, "with several transfers out that fit, or one that they share: none was taken"),
        (Fate::Candidate, "whose other side is not sure enough to be followed"),
        (Fate::Unpaired, "without another side in the data: in flight, or out on a chain that was not read"),
    ] {
        let count = tainted(fate).filter(|pair| stolen.contains_key(&pair.source)).count();
        if count > 0 {
            let legs = counted(count, "transfer", "transfers");
            add(
                "bridge",
                fate.as_str().to_owned(),
                format!("{legs} of stolen money into bridges {why}; see links.csv"),
            );
        }
    }
    if stolen.keys().any(|place| bridges.pairs.iter().any(|pair| pair.source == *place)) {
        for (band, count) in Band::ALL.into_iter().zip(&bridges.bands) {
            let Some(error) = count.error_per_thousand() else { continue };
            let detail = format!(
                "{} pairs at bridges; the same search {} hours later, where only chance can find any, finds {}: so about \
                 {error} of a thousand are chance",
                count.found,
                options.shift / 3_600,
                count.placebo
            );
            add("bridge_error", band.as_str().to_owned(), detail);
        }
    }
    if bridges.without_time > 0 {
        let detail =
            format!("{} transfers at bridges have no time and cannot be paired", bridges.without_time);
        add("bridge", "no time".to_owned(), detail);
    }
}
