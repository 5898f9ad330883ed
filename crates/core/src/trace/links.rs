//! Links as a trace sees them: which can be followed, and what part of its source each destination hands out.
//!
//! The taint of a source goes to a node of its own, the *transit*, of the purse that the transfer enters. From there each
//! destination takes its part, after its transfer, and the last one all that is left. So a link that is followed leaves
//! nothing in between.

use super::seed::Seeds;
use super::view::View;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::links::{Link, LinkFault};
use crate::rules::convert::divide;
use hashbrown::HashSet;

/// One destination of a link that is followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crossing {
    pub(super) place: u64,
    pub(super) source: u64,
    /// So many of the units that are left of the source go by it.
    pub(super) given: Amount,
    pub(super) left: Amount,
    pub(super) is_inferred: bool,
    /// An index into the links of the options.
    pub(super) number: u32,
}

/// The links that a trace follows, by destination, and why it does not follow the others.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// By place.
    pub(super) crossings: Vec<Crossing>,
    /// Sources of what crosses, rising.
    pub(super) sources: Vec<u64>,
    /// Links by their indices, rising.
    pub(super) faults: Vec<(u32, LinkFault)>,
}

impl Links {
    /// Whether a transfer is part of a link that is followed, and so of no exchange.
    pub(super) fn has(&self, place: usize) -> bool {
        let place = place as u64;
        !self.sources.is_empty()
            && (self.sources.binary_search(&place).is_ok()
                || self.crossings.binary_search_by_key(&place, |it| it.place).is_ok())
    }

    /// Takes up what can be followed; of two links that share a transfer the first.
    pub(super) fn find(view: &View<'_>, seeds: &Seeds, links: &[Link]) -> Self {
        let mut found = Self::default();
        let mut taken: HashSet<u64> = HashSet::new();
        for (number, link) in (0..).zip(links) {
            let rows = || std::iter::once(link.source).chain(link.destinations.iter().copied());
            let fault = fault_of(view, seeds, link).or_else(|| {
                let mut own = HashSet::new();
                let is_taken = rows().any(|row| taken.contains(&row) || !own.insert(row));
                is_taken.then_some(LinkFault::Taken)
            });
            if let Some(fault) = fault {
                found.faults.push((number, fault));
                continue;
            }
            taken.extend(rows());
            found.sources.push(link.source);
            found.add(view, link, number);
        }
        found.sources.sort_unstable();
        found.crossings.sort_unstable_by_key(|crossing| crossing.place);
        found
    }

    fn add(&mut self, view: &View<'_>, link: &Link, number: u32) {
        let columns = view.ledger.columns();
        let value = |place: u64| columns.value.get(at(place));
        let mut places = link.destinations.clone();
        places.sort_unstable();
        let mut left = value(link.source);
        for (&place, given) in places.iter().zip(parts(view, left, &places)) {
            let (source, is_inferred) = (link.source, link.is_inferred);
            self.crossings.push(Crossing { place, source, given, left, is_inferred, number });
            left = left.minus(given).expect("the parts sum to the whole");
        }
    }
}

/// What part of a value goes by each of these transfers: an equal one an asset, in the order of their first transfers, and of
/// one asset by value.
fn parts(view: &View<'_>, value: Amount, places: &[u64]) -> Vec<Amount> {
    let ledger = view.ledger;
    let columns = ledger.columns();
    let asset = |place: u64| ledger.purses().asset(columns.to[at(place)]);
    let mut assets: Vec<AssetId> = Vec::new();
    for &place in places {
        if !assets.contains(&asset(place)) {
            assets.push(asset(place));
        }
    }
    let mut parts = vec![Amount::ZERO; places.len()];
    let of_asset = divide(value, &vec![Amount::from(1); assets.len()]);
    for (wanted, value) in assets.into_iter().zip(of_asset) {
        let theirs: Vec<usize> = (0..places.len()).filter(|&it| asset(places[it]) == wanted).collect();
        let weights: Vec<Amount> = theirs.iter().map(|&it| columns.value.get(at(places[it]))).collect();
        theirs.into_iter().zip(divide(value, &weights)).for_each(|(it, part)| parts[it] = part);
    }
    parts
}

/// What is wrong with a link by itself.
fn fault_of(view: &View<'_>, seeds: &Seeds, link: &Link) -> Option<LinkFault> {
    let ledger = view.ledger;
    let columns = ledger.columns();
    let rows = || std::iter::once(link.source).chain(link.destinations.iter().copied());
    let is_row = |place: u64| usize::try_from(place).is_ok_and(|place| place < ledger.transfer_count());
    if link.destinations.is_empty() || rows().any(|place| !is_row(place) || !ledger.moves(at(place))) {
        return Some(LinkFault::Nothing);
    }
    if rows().any(|place| view.is_after_end(at(place))) {
        return Some(LinkFault::AfterEnd);
    }
    if link.destinations.iter().any(|&place| place <= link.source) {
        return Some(LinkFault::Backwards);
    }
    let receiver = columns.to[at(link.source)];
    if ledger.is_void(columns.from[at(link.source)])
        || link.destinations.iter().any(|&place| ledger.is_void(columns.to[at(place)]))
    {
        return Some(LinkFault::Nobody);
    }
    if !ledger.is_void(receiver) && seeds.accounts.contains(&ledger.purses().account(receiver)) {
        return Some(LinkFault::Seed);
    }
    // What an entity pays begins where it arrives.
    let payer = ledger.purses().account(columns.from[at(link.source)]);
    let begins = |place: u64| seeds.taggings.contains_key(&place);
    (seeds.senders.contains_key(&payer) || rows().any(begins)).then_some(LinkFault::Tagged)
}

fn at(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
