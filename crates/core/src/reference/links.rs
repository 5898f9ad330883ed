//! Links: a row's value waits in a purse of its own until other rows hand it out.

use super::Known;
use super::money::{Key, Money, largest_remainder, take_part};
use super::replay::Replay;
use super::seeds::Seeds;
use super::stops::Node;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::PurseId;
use crate::links::{Link, LinkFault};
use crate::trace::{Grade, PostingKind, Rule, Share};
use std::collections::{BTreeMap, BTreeSet};

/// One row that hands out a part of what waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crossing {
    pub(super) place: usize,
    pub(super) from: Node,
    pub(super) to: PurseId,
    pub(super) value: Amount,
    /// Of what is left, so much.
    given: Amount,
    left: Amount,
    is_inferred: bool,
}

/// All links that can be followed.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) crossings: Vec<Crossing>,
    /// Where the value of a row waits.
    pub(super) waits: BTreeMap<usize, Node>,
    pub(super) faults: Vec<(u32, LinkFault)>,
    taken: BTreeSet<u64>,
}

impl Links {
    pub(super) fn find(known: &Known<'_>, seeds: &Seeds) -> Self {
        let mut links = Self::default();
        for (number, link) in known.options.links.iter().enumerate() {
            let fault = fault(known, seeds, &links.taken, link);
            if let Some(fault) = fault {
                links.faults.push((u32::try_from(number).expect("fewer than 2^32 links"), fault));
            } else {
                links.add(known, number, link);
            }
        }
        links
    }

    fn add(&mut self, known: &Known<'_>, number: usize, link: &Link) {
        let columns = known.ledger.columns();
        let places: BTreeSet<u64> = link.destinations.iter().copied().collect();
        self.taken.insert(link.source);
        self.taken.extend(&places);
        let source = usize::try_from(link.source).expect("it is a row");
        let from = Node::Transit(columns.to[source], number);
        self.waits.insert(source, from);
        let places: Vec<usize> = places.into_iter().map(|it| usize::try_from(it).expect("a row")).collect();
        let asset = |place: usize| known.ledger.purses().asset(columns.to[place]);
        let mut assets: Vec<AssetId> = places.iter().map(|&place| asset(place)).collect();
        let mut seen = BTreeSet::new();
        assets.retain(|it| seen.insert(*it));
        let one = vec![Amount::from(1); assets.len()];
        let of_asset = largest_remainder(columns.value.get(source), &one);
        let mut given: BTreeMap<usize, Amount> = BTreeMap::new();
        for (wanted, whole) in assets.into_iter().zip(of_asset) {
            let rows: Vec<usize> = places.iter().copied().filter(|&place| asset(place) == wanted).collect();
            let values: Vec<Amount> = rows.iter().map(|&place| columns.value.get(place)).collect();
            given.extend(rows.into_iter().zip(largest_remainder(whole, &values)));
        }
        for (&place, &given) in &given {
            let later = self.crossings.iter().filter(|it| it.from == from).map(|it| it.given).sum();
            let left = columns.value.get(source).minus(later).expect("the parts sum to the whole");
            let (to, value, is_inferred) = (columns.to[place], columns.value.get(place), link.is_inferred);
            self.crossings.push(Crossing { place, from, to, value, given, left, is_inferred });
        }
    }

    /// Whether a row is part of a link.
    pub(super) fn has(&self, place: usize) -> bool {
        self.taken.contains(&(place as u64))
    }
}

fn fault(known: &Known<'_>, seeds: &Seeds, taken: &BTreeSet<u64>, link: &Link) -> Option<LinkFault> {
    let ledger = known.ledger;
    let columns = ledger.columns();
    let all: Vec<u64> = std::iter::once(link.source).chain(link.destinations.iter().copied()).collect();
    let rows: Vec<usize> = all.iter().filter_map(|&it| usize::try_from(it).ok()).collect();
    if rows.iter().any(|&row| row >= ledger.transfer_count() || !ledger.moves(row)) || all.len() < 2 {
        return Some(LinkFault::Nothing);
    }
    if rows.iter().any(|&row| known.is_after_end(row)) {
        return Some(LinkFault::AfterEnd);
    }
    if rows[1..].iter().any(|&row| row <= rows[0]) {
        return Some(LinkFault::Backwards);
    }
    let nobody_gets = |&row: &usize| ledger.is_void(columns.to[row]);
    if ledger.is_void(columns.from[rows[0]]) || rows[1..].iter().any(nobody_gets) {
        return Some(LinkFault::Nobody);
    }
    let into = columns.to[rows[0]];
    if !ledger.is_void(into) && seeds.accounts.contains(&ledger.purses().account(into)) {
        return Some(LinkFault::Seed);
    }
    if rows.iter().any(|row| seeds.tags.contains_key(row)) {
        return Some(LinkFault::Tagged);
    }
    let different: BTreeSet<u64> = all.iter().copied().collect();
    (different.len() < all.len() || !different.is_disjoint(taken)).then_some(LinkFault::Taken)
}

impl Replay<'_> {
    /// What waits goes on by a row, in proportion.
    pub(super) fn cross(&mut self, crossing: &Crossing) {
        let Crossing { place, from, to, value, given, left, is_inferred } = *crossing;
        let rule = self.rule;
        let waiting = self.purse(from);
        let grade = if is_inferred { Grade::Inferred } else { waiting.grade };
        let mut taken: BTreeMap<Key, Share> = BTreeMap::new();
        if rule == Rule::Poison {
            let all = Share { units: given, claim: given };
            taken.extend(waiting.kept.keys().map(|class| (*class, all)));
            if given == left {
                waiting.kept.clear();
            }
        } else {
            let tainted: Amount = waiting.kept.values().map(|share| share.units).sum();
            let mut weights = vec![left.minus(tainted).expect("taint is part of what waits")];
            weights.extend(waiting.kept.values().map(|share| share.units));
            let parts = largest_remainder(given, &weights);
            for ((class, share), units) in waiting.kept.iter_mut().zip(parts.into_iter().skip(1)) {
                taken.insert(*class, take_part(share, units));
            }
            waiting.kept.retain(|_, share| !share.units.is_zero());
        }
        taken.retain(|_, share| !share.units.is_zero());
        let given = (!taken.is_empty()).then(|| (given, taken.clone()));
        let came = super::replay::exchange(rule, given.as_slice(), &[value]).remove(0);
        for (class, share) in taken {
            let kind = if came.contains_key(&class) { PostingKind::ConvertedOut } else { PostingKind::Dust };
            let all = crossing.given;
            self.post_leg((place, 2, kind, class), (from.purse(), share, all, grade));
        }
        for (&class, &share) in &came {
            self.post_leg((place, 3, PostingKind::ConvertedIn, class), (to, share, value, grade));
            let hops = self.purse(from).arrivals[&class].hops + 1;
            let hops = if self.has_begun(Node::Purse(to), class, place) { 0 } else { hops };
            let purse = self.purse(Node::Purse(to));
            purse.arrived(class, place, 0, hops);
            purse.grade = purse.grade.max(grade);
        }
        let tainted: Amount = came.values().map(|share| share.units).sum();
        let clean = if rule.is_exact() { value.minus(tainted) } else { Some(value) };
        let money = Money::of_parts(rule, clean.expect("no more than there is"), &came);
        self.arrive((place, 3), Node::Purse(to), money);
    }
}
