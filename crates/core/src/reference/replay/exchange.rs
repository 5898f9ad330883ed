//! Exchanges: what an account gave leaves, and what it got comes with its taint.

use super::super::deals::Deal;
use super::super::money::{Key, Money, largest_remainder};
use super::super::stops::Node;
use super::Replay;
use crate::amount::Amount;
use crate::ledger::PurseId;
use crate::trace::{Grade, PostingKind, Rule, Share};
use std::collections::BTreeMap;

/// What comes for what was given: one share a class of each amount got.
pub(in super::super) fn exchange(
    rule: Rule,
    given: &[(Amount, BTreeMap<Key, Share>)],
    got: &[Amount],
) -> Vec<BTreeMap<Key, Share>> {
    let one = Amount::from(1);
    let mut parts: Vec<BTreeMap<Key, Share>> = vec![BTreeMap::new(); got.len()];
    let mut claims: BTreeMap<Key, Amount> = BTreeMap::new();
    for (class, share) in given.iter().flat_map(|(_, taint)| taint) {
        let claim = claims.entry(*class).or_default();
        *claim = claim.plus(share.claim);
    }
    if rule == Rule::Poison {
        for (parts, &units) in parts.iter_mut().zip(got) {
            parts.extend(claims.keys().map(|class| (*class, Share { units, claim: units })));
        }
        return parts;
    }
    for (parts, &value) in parts.iter_mut().zip(got) {
        let equal = largest_remainder(value, &vec![one; given.len()]);
        for ((whole, taint), paid) in given.iter().zip(equal) {
            let tainted: Amount = taint.values().map(|share| share.units).sum();
            let mut weights = vec![whole.minus(tainted).expect("taint is part of it")];
            weights.extend(taint.values().map(|share| share.units));
            let divided = largest_remainder(paid, &weights);
            for (class, units) in taint.keys().zip(divided.into_iter().skip(1)) {
                let share = parts.entry(*class).or_default();
                share.units = share.units.plus(units);
            }
        }
        parts.retain(|_, share| !share.units.is_zero());
    }
    for (class, claim) in claims {
        let units =
            |parts: &BTreeMap<Key, Share>| parts.get(&class).map_or(Amount::ZERO, |share| share.units);
        let most = parts.iter().map(units).max().unwrap_or_default();
        let Some(largest) = parts.iter().position(|parts| units(parts) == most && !most.is_zero()) else {
            continue;
        };
        for (at, claim) in largest_remainder(claim, &vec![one; got.len()]).into_iter().enumerate() {
            let to = if parts[at].contains_key(&class) { at } else { largest };
            let share = parts[to].get_mut(&class).expect("it has units");
            share.claim = share.claim.plus(claim);
        }
    }
    parts
}

impl Replay<'_> {
    /// What an account gave leaves, and what it got for that comes, each net.
    pub(super) fn deal(&mut self, deal: &Deal, step: &mut usize) {
        let place = deal.place;
        let first = *step;
        *step += deal.gives.len() + deal.gets.len();
        let mut given: Vec<(usize, PurseId, Amount, BTreeMap<Key, Share>)> = Vec::new();
        let mut grade = Grade::Fact;
        for (step, &(purse, amount)) in (first..).zip(&deal.gives) {
            let node = Node::Purse(purse);
            if self.stops.is_sink(self.known, node) {
                continue;
            }
            let unseen = self.seeds.deciding(purse, place).map(|seed| self.key(seed.theft, purse));
            let tied = self.has_tied_deal(deal, purse);
            let spent = self.spend(node, amount, (place, step), unseen, tied);
            let taint = spent.money.taint();
            if !taint.is_empty() {
                grade = grade.max(spent.grade);
                given.push((step, purse, amount, taint));
            }
        }
        let prices: Vec<Amount> = deal.gets.iter().filter(|got| got.2).map(|got| got.1).collect();
        let taints: Vec<_> = given.iter().map(|it| (it.2, it.3.clone())).collect();
        let priced = exchange(self.rule, &taints, &prices);
        let mut hops: BTreeMap<Key, u32> = BTreeMap::new();
        for (step, purse, value, taint) in given {
            for (class, share) in taint {
                let came = priced.iter().any(|parts| parts.contains_key(&class));
                let kind = if came { PostingKind::ConvertedOut } else { PostingKind::Dust };
                self.post_leg((place, step, kind, class), (purse, share, value, grade));
                let node = Node::Purse(purse);
                let here = self.purse(node).arrivals[&class].hops;
                let here = if self.has_begun(node, class, place) { 0 } else { here };
                let fewest = hops.entry(class).or_insert(here);
                *fewest = here.min(*fewest);
            }
        }
        let mut priced = priced.into_iter();
        for (step, &(purse, value, is_price)) in (first + deal.gives.len()..).zip(&deal.gets) {
            let parts = if is_price { priced.next().expect("one a price") } else { BTreeMap::new() };
            let node = Node::Purse(purse);
            for (&class, &share) in &parts {
                self.post_leg((place, step, PostingKind::ConvertedIn, class), (purse, share, value, grade));
                let hops = if self.has_begun(node, class, place) { 0 } else { hops[&class] + 1 };
                let purse = self.purse(node);
                purse.arrived(class, place, 0, hops);
                purse.grade = purse.grade.max(grade);
            }
            let tainted: Amount = parts.values().map(|share| share.units).sum();
            // Under poison every class has it all.
            let clean = if self.rule.is_exact() { value.minus(tainted) } else { Some(value) };
            let money = Money::of_parts(self.rule, clean.expect("no more than there is"), &parts);
            self.arrive((place, step), node, money);
        }
    }

    /// Whether a purse that gives has another transfer than the deal's own that may come before or after one of them.
    fn has_tied_deal(&self, deal: &Deal, purse: PurseId) -> bool {
        let columns = self.known.ledger.columns();
        let names = |place: usize| columns.from[place] == purse || columns.to[place] == purse;
        deal.rows.iter().filter(|&&place| names(place)).any(|&place| {
            let mut tied = self.known.ledger.tie_group(place);
            tied.any(|other| names(other) && self.known.ledger.moves(other) && !deal.rows.contains(&other))
        })
    }
}
