//! Parts: what can be replayed apart from the rest.
//!
//! Assets do not touch each other, so each is a part of its own; assets that a seed's own conversion or a
//! stop ties together share one. A part lists its *rows* in replay order: fees and transfers that touch a
//! reached node. Nodes are renumbered densely inside a part.

use super::super::Class;
use super::super::deals::Deal;
use super::super::reach::NEVER;
use super::super::sum::AmountSum;
use super::super::view::{Node, View};
use super::numbers::Numbers;
use crate::amount::{Amount, AmountColumn};
use crate::asset::AssetId;
use crate::ledger::PurseId;
use crate::rules::Tag;
use hashbrown::HashMap;
use rayon::prelude::*;
use std::ops::Range;

/// Stands for a node that the part does not follow.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// A row of a part: a transfer, a fee or a deal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row(u64);

/// What a row is, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum RowKind {
    /// The transfer at this place.
    Transfer(usize),
    /// The fee of this number.
    Fee(usize),
    /// The deal of this number.
    Deal(usize),
}

impl Row {
    const fn fee(number: usize) -> Self {
        Self((number as u64) << 2)
    }

    const fn transfer(place: usize) -> Self {
        Self((place as u64) << 2 | 1)
    }

    const fn deal(number: usize) -> Self {
        Self((number as u64) << 2 | 2)
    }

    pub(super) fn kind(self) -> RowKind {
        let number = index(self.0 >> 2);
        match self.0 & 3 {
            0 => RowKind::Fee(number),
            1 => RowKind::Transfer(number),
            _ => RowKind::Deal(number),
        }
    }
}

/// What one part is about, before its events are put together.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The nodes of the part, sorted.
    pub(super) nodes: Vec<Node>,
    /// Its rows in replay order: a transaction's fee stands before its first transfer, a deal after its last one.
    pub(super) rows: Vec<Row>,
    /// The sum of all values and fees: no balance can be larger.
    pub(super) total: Amount,
}

/// The parts of a trace, and where each node stands in its own.
pub(super) struct Parts {
    pub(super) parts: Vec<Part>,
    /// The tag of each class that may occur.
    pub(super) tags: HashMap<Class, Tag>,
    numbers: Numbers,
}

impl Parts {
    /// Cuts the reached part of the ledger. `from` is the reach; `ties` are pairs of assets to keep together.
    ///
    /// # Cost
    /// One pass over the columns, in parallel; 8 bytes a row.
    pub(super) fn cut(view: &View<'_>, from: &[u64], ties: &[(AssetId, AssetId)]) -> Self {
        let ledger = view.ledger;
        let of_asset = groups(ledger.assets().len(), ties);
        let count = of_asset.iter().map(|&part| part as usize + 1).max().unwrap_or(0);
        let mut parts: Vec<Part> = (0..count).map(|_| Part::default()).collect();
        let mut numbers = Numbers::of(from.iter().map(|&place| place != NEVER), &ledger.purses().void);
        // A passing purse's own account is booked too, so that its balance is known.
        for node in (0..).zip(from).skip(ledger.purses().len()).map(|(node, _)| node) {
            // What is burned for a link rests in no purse.
            if numbers.has(node) && !ledger.is_void(view.purse(node)) {
                numbers.follow(view.purse(node).0);
            }
        }
        numbers.count();
        let part_of = |node: Node| {
            if count == 1 { 0 } else { of_asset[ledger.purses().asset(view.purse(node)).index()] as usize }
        };
        let mut in_part = Vec::new();
        for node in numbers.nodes() {
            let nodes = &mut parts[part_of(node)].nodes;
            if count > 1 {
                in_part.push(u32::try_from(nodes.len()).expect("fewer than 2^32 nodes"));
            }
            nodes.push(node);
        }
        numbers.renumber(in_part);
        let ranges = ranges(ledger.transfer_count());
        let mut found: Vec<Vec<Found>> =
            ranges.into_par_iter().map(|range| find_rows(view, &numbers, count, &part_of, range)).collect();
        for (number, part) in parts.iter_mut().enumerate() {
            let mut total = AmountSum::default();
            for of_range in &mut found {
                let rows = std::mem::take(&mut of_range[number]);
                if part.rows.is_empty() {
                    part.rows = rows.rows;
                } else {
                    part.rows.extend(rows.rows);
                }
                total.join(rows.total);
            }
            part.total = total.total();
        }
        for (account, asset, held) in view.pools.outstanding() {
            let purse = ledger.purses().find(account, asset).filter(|purse| numbers.has(purse.0));
            if let Some(purse) = purse {
                let total = &mut parts[part_of(purse.0)].total;
                *total = total.plus(held);
            }
        }
        Self { parts, tags: HashMap::new(), numbers }
    }

    /// The number of a node in its part; [`OUTSIDE`] where not followed.
    pub(super) fn local(&self, node: Node) -> u32 {
        self.numbers.get(node)
    }

    /// The number of a purse in its part; [`OUTSIDE`] also for the empty sender.
    #[inline]
    pub(super) fn local_purse(&self, purse: PurseId) -> u32 {
        self.numbers.get(purse.0)
    }

    /// Whether a purse is the zero address's: mostly told without a look at the ledger's purses.
    #[inline]
    pub(super) fn is_void(&self, view: &View<'_>, purse: PurseId) -> bool {
        self.numbers.may_be_void(purse.0) && view.ledger.is_void(purse)
    }
}

impl Part {
    /// The number of a node in this part, if it is of it.
    pub(super) fn find(&self, parts: &Parts, node: Node) -> Option<u32> {
        let local = parts.local(node);
        (self.nodes.get(local as usize) == Some(&node)).then_some(local)
    }
}

/// Numbers the groups that the ties make, by their first asset.
fn groups(assets: usize, ties: &[(AssetId, AssetId)]) -> Vec<u32> {
    let mut group: Vec<usize> = (0..assets).collect();
    for (one, other) in ties {
        let (keep, change) = {
            let (a, b) = (group[one.index()], group[other.index()]);
            (a.min(b), a.max(b))
        };
        group.iter_mut().filter(|it| **it == change).for_each(|it| *it = keep);
    }
    let mut firsts = group.clone();
    firsts.sort_unstable();
    firsts.dedup();
    let number = |it: &usize| firsts.binary_search(it).expect("every group was listed");
    group.iter().map(|it| u32::try_from(number(it)).expect("fewer than 2^32 assets")).collect()
}

/// Cuts the places into ranges for the threads at hand.
fn ranges(places: usize) -> Vec<Range<usize>> {
    let threads = rayon::current_num_threads();
    // One thread needs no second range, and then no rows are copied; several take what is left.
    let pieces = if threads == 1 { 1 } else { 4 * threads };
    let length = places.div_ceil(pieces).max(1);
    (0..places).step_by(length).map(|start| start..places.min(start + length)).collect()
}

/// Rows of one part in one range of places.
#[derive(Clone, Debug, Default)]
struct Found {
    rows: Vec<Row>,
    total: AmountSum,
}

impl Found {
    fn add(&mut self, row: Row, amounts: &AmountColumn, at: usize) {
        self.rows.push(row);
        self.total.add(amounts, at);
    }

    /// Adds a deal's leg; several legs are one row.
    fn add_leg(&mut self, number: usize, amount: Amount) {
        if !matches!(self.rows.last().map(|row| row.kind()), Some(RowKind::Deal(last)) if last == number) {
            self.rows.push(Row::deal(number));
        }
        self.total.add_amount(amount);
    }
}

/// How many transfers are looked at before those that touch a followed node are listed.
const BLOCK: usize = 1024;

/// The fees and transfers in a range of places that touch a followed node, in replay order, by part.
fn find_rows(
    view: &View<'_>,
    followed: &Numbers,
    parts: usize,
    part_of: &(impl Fn(Node) -> usize + Sync),
    range: Range<usize>,
) -> Vec<Found> {
    let ledger = view.ledger;
    let (columns, fees) = (ledger.columns(), ledger.fees());
    let nets = view.netting.len() > 0;
    let is_followed = |node: Option<Node>| node.is_some_and(|node| followed.has(node));
    // No purse that can hold nothing is followed.
    let touches = |place: usize| {
        followed.has(columns.from[place].0) | followed.has(columns.to[place].0)
            || ((nets || view.deals.marks(place))
                && (is_followed(view.from(place)) || is_followed(view.to(place))))
    };
    let mut found = vec![Found::default(); parts];
    let deals = &view.deals.all;
    let mut fee = fees.place.partition_point(|&place| index(place) < range.start);
    let mut deal = deals.places().partition_point(|&place| index(place) < range.start);
    // What stands before the transfer at a place: fees up to its own, and what was dealt before it.
    let mut add_others = |found: &mut [Found], place: usize| loop {
        let next_fee = fees.place.get(fee).map(|&at| index(at)).filter(|&at| at <= place && at < range.end);
        let next_deal = deals.places().get(deal).map(|&at| index(at)).filter(|&at| at < place);
        if let Some(at) = next_fee.filter(|&at| next_deal.is_none_or(|dealt| at <= dealt)) {
            let payer = fees.payer[fee];
            if followed.has(payer.0) && !view.is_after_end(at) {
                found[part_of(payer.0)].add(Row::fee(fee), &fees.amount, fee);
            }
            fee += 1;
        } else if next_deal.is_some() {
            let dealt = deals.get(deal);
            let gets = dealt.gets().map(|(purse, amount, _)| (purse.0, amount));
            for (node, amount) in dealt.gives().chain(gets) {
                if followed.has(node) {
                    found[part_of(node)].add_leg(deal, amount);
                }
            }
            deal += 1;
        } else {
            break;
        }
    };
    // Which transfers touch is hard to foresee: no branch hangs on it.
    let mut touching = [0; BLOCK];
    for start in range.clone().step_by(BLOCK) {
        let (end, mut count) = (range.end.min(start + BLOCK), 0);
        for place in start..end {
            touching[count] = place;
            count += usize::from(touches(place));
        }
        for &place in &touching[..count] {
            add_others(&mut found, place);
            if view.moves(place) {
                let (from, to) = (columns.from[place], columns.to[place]);
                let purse = if from == PurseId::NONE { to } else { from };
                found[part_of(purse.0)].add(Row::transfer(place), &columns.value, place);
            }
        }
        add_others(&mut found, end);
    }
    found
}

/// Whether the sender's purse has another transfer in the same tie group.
#[inline]
pub(super) fn is_unordered(view: &View<'_>, place: usize) -> bool {
    let columns = view.ledger.columns();
    (columns.is_tied(place) || columns.is_tied(place + 1)) && has_another_tied(view, place)
}

#[cold]
fn has_another_tied(view: &View<'_>, place: usize) -> bool {
    let node = view.sender(place);
    view.ledger.tie_group(place).any(|other| {
        other != place && view.moves(other) && (view.sender(other) == node || view.receiver(other) == node)
    })
}

/// Whether a purse that gives in a deal has another transfer, of no leg of that deal, in the tie group of one of its legs.
pub(super) fn is_unordered_deal(view: &View<'_>, deal: Deal<'_>, node: Node) -> bool {
    if deal.through().is_some() {
        return false;
    }
    let purse = PurseId(node);
    let columns = view.ledger.columns();
    let is_leg = |place: usize| {
        columns.transaction[place] == deal.transaction()
            && !view.deals.is_linked(place)
            && (columns.from[place] == purse && view.deals.is_given(place)
                || columns.to[place] == purse && view.deals.is_got(place))
    };
    let names = |place: usize| columns.from[place] == purse || columns.to[place] == purse;
    let legs = deal.legs().iter().map(|&place| index(place)).filter(|&place| is_leg(place));
    legs.filter(|&place| columns.is_tied(place) || columns.is_tied(place + 1))
        .any(|place| view.ledger.tie_group(place).any(|it| names(it) && view.moves(it) && !is_leg(it)))
}

pub(super) fn index(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
