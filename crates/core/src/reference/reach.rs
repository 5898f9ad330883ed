//! Which purses taint can get to, and when: passes over all transfers until nothing changes.

use super::Known;
use super::seeds::Seeds;
use super::stops::{Node, Stops};
use std::collections::BTreeMap;

/// Per purse, the place of the earliest transfer that can bring it taint.
pub(super) type Reach = BTreeMap<Node, usize>;

/// Where and when the taint of a theft enters.
fn starts(known: &Known<'_>, seeds: &Seeds, stops: &Stops, theft: usize) -> Reach {
    let mut starts = Reach::new();
    let mut enter = |node: Node, place: usize| {
        let at = starts.entry(node).or_insert(place);
        *at = place.min(*at);
    };
    for (&purse, begins) in &seeds.begins {
        for begin in begins.iter().filter(|begin| begin.theft == theft) {
            if !known.is_after_end(begin.place) {
                enter(Node::Purse(purse), begin.place);
            }
        }
    }
    for (&place, _) in seeds.tags.iter().filter(|(_, tag)| tag.theft == theft && !tag.most.is_zero()) {
        let node = stops.node(known, known.ledger.columns().to[place], place);
        if let Some(node) = node.filter(|_| !known.is_after_end(place)) {
            enter(node, place);
        }
    }
    starts
}

/// The two ends of a transfer along which taint can go.
fn step(known: &Known<'_>, stops: &Stops, place: usize) -> Option<(Node, Node)> {
    if !known.ledger.moves(place) || known.is_dust(place) {
        return None;
    }
    let (from, to) = (stops.leaves(known, place)?, stops.enters(known, place)?);
    (!stops.is_sink(known, from)).then_some((from, to))
}

/// All that taint can do at a row: go along it, and be exchanged after it.
fn steps(known: &Known<'_>, stops: &Stops, place: usize) -> Vec<(Node, Node)> {
    let mut steps: Vec<(Node, Node)> = step(known, stops, place).into_iter().collect();
    for deal in stops.deals.all.iter().filter(|deal| deal.place == place) {
        let given = deal.gives.iter().map(|given| Node::Purse(given.0));
        for from in given.filter(|&from| !stops.is_sink(known, from)) {
            steps.extend(deal.gets.iter().filter(|got| got.2).map(|got| (from, Node::Purse(got.0))));
        }
    }
    let crossings = stops.links.crossings.iter().filter(|it| it.place == place);
    steps.extend(crossings.map(|it| (it.from, Node::Purse(it.to))));
    steps
}

/// The reach of one theft alone.
pub(super) fn reach(known: &Known<'_>, seeds: &Seeds, stops: &Stops, theft: usize) -> Reach {
    let mut reach = starts(known, seeds, stops, theft);
    loop {
        let before = reach.clone();
        for place in known.places() {
            for (from, to) in steps(known, stops, place) {
                if reach.get(&from).is_some_and(|&arrived| arrived <= place) {
                    let at = reach.entry(to).or_insert(place);
                    *at = place.min(*at);
                }
            }
        }
        if reach == before {
            return reach;
        }
    }
}

/// The fewest transfers of any time-respecting route from any seed of any theft.
///
/// Round k knows the earliest arrival by at most k transfers, since every step of it starts from round k - 1.
pub(super) fn fewest_transfers(known: &Known<'_>, seeds: &Seeds, stops: &Stops) -> BTreeMap<Node, u32> {
    let mut reach = Reach::new();
    for theft in 0..known.thefts.len() {
        for (node, place) in starts(known, seeds, stops, theft) {
            let at = reach.entry(node).or_insert(place);
            *at = place.min(*at);
        }
    }
    let mut fewest: BTreeMap<Node, u32> = reach.keys().map(|&node| (node, 0)).collect();
    for transfers in 1.. {
        let before = reach.clone();
        for place in known.places() {
            for (from, to) in steps(known, stops, place) {
                if before.get(&from).is_some_and(|&arrived| arrived <= place) {
                    let at = reach.entry(to).or_insert(place);
                    *at = place.min(*at);
                    fewest.entry(to).or_insert(transfers);
                }
            }
        }
        if reach == before {
            break;
        }
    }
    fewest
}
