//! Parts: what can be replayed apart from the rest.
//!
//! Assets do not touch each other, so each is a part of its own; assets that a seed's own conversion or a
//! stop ties together share one. A part lists its *events* in replay order: fees and transfers that touch a
//! reached node. Nodes are renumbered densely inside a part.

use super::super::reach::NEVER;
use super::super::view::{Node, View};
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::{Fee, PurseId};
use crate::rules::Units;
use rayon::prelude::*;

/// Stands for a node that the part does not follow.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// What an event is, beside a plain transfer.
pub(super) mod flag {
    /// A transaction's fee: no receiver.
    pub(in super::super) const FEE: u8 = 1;
    /// Into the zero address.
    pub(in super::super) const BURN: u8 = 2;
    /// Below the least amount followed.
    pub(in super::super) const DUST: u8 = 4;
    /// The sender has another transfer of unknown order in this block.
    pub(in super::super) const UNORDERED: u8 = 8;
}

/// One spend: of a fee, or by a transfer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<U> {
    /// The transfer's place; for a fee, that of the transaction's first.
    pub(super) place: u64,
    pub(super) value: U,
    /// The sender, numbered in the part; [`OUTSIDE`] where not followed.
    pub(super) from: u32,
    /// The receiver, likewise.
    pub(super) to: u32,
    pub(super) flags: u8,
}

/// What one part is about, before its events are put together.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The nodes of the part, sorted.
    pub(super) nodes: Vec<Node>,
    /// Its rows in replay order: place, and whether it is the transfer (else the fee, which comes first).
    pub(super) rows: Vec<(u64, bool)>,
    /// The sum of all values and fees: no balance can be larger.
    pub(super) total: Amount,
}

/// The parts of a trace, and where each node stands in its own.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) parts: Vec<Part>,
    /// Each node's number in its part; [`OUTSIDE`] where not followed. One entry a node.
    pub(super) local: Vec<u32>,
}

impl Parts {
    /// Cuts the reached part of the ledger. `from` is the reach; `ties` are pairs of assets to keep together.
    pub(super) fn cut(view: &View<'_>, from: &[u64], ties: &[(AssetId, AssetId)]) -> Self {
        let ledger = view.ledger;
        let of_asset = groups(ledger.assets().len(), ties);
        let count = of_asset.iter().map(|&part| part as usize + 1).max().unwrap_or(0);
        let mut parts: Vec<Part> = (0..count).map(|_| Part::default()).collect();
        // A passing purse's own account is booked too, so that its balance is known.
        let mut followed: Vec<bool> = from.iter().map(|&place| place != NEVER).collect();
        for node in ledger.purses().len()..from.len() {
            if followed[node] {
                let purse = view.purse(u32::try_from(node).expect("fewer than 2^32 nodes"));
                followed[purse.index()] = true;
            }
        }
        let mut local = vec![OUTSIDE; from.len()];
        let part_of = |node: Node| of_asset[ledger.purses().asset(view.purse(node)).index()] as usize;
        for (node, _) in (0..).zip(&followed).filter(|(_, followed)| **followed) {
            let nodes = &mut parts[part_of(node)].nodes;
            local[node as usize] = u32::try_from(nodes.len()).expect("fewer than 2^32 nodes");
            nodes.push(node);
        }
        for (place, is_transfer, part, amount) in rows(view, &followed, part_of) {
            parts[part].rows.push((place, is_transfer));
            parts[part].total = parts[part].total.plus(amount);
        }
        Self { parts, local }
    }

    /// The number of a purse in its part.
    pub(super) fn local(&self, purse: PurseId) -> u32 {
        self.local[purse.index()]
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

/// The fees and transfers that touch a followed node, in replay order, with their parts and amounts.
fn rows(
    view: &View<'_>,
    followed: &[bool],
    part_of: impl Fn(Node) -> usize + Sync,
) -> Vec<(u64, bool, usize, Amount)> {
    let ledger = view.ledger;
    let columns = ledger.columns();
    let is_followed = |node: Option<Node>| node.is_some_and(|node| followed[node as usize]);
    let of_purse = |purse: PurseId| (!ledger.is_void(purse)).then_some(purse.0);
    let rows: Vec<(u64, bool, usize, Amount)> = (0..ledger.transfer_count())
        .into_par_iter()
        .filter(|&place| {
            let nodes = [of_purse(columns.from[place]), of_purse(columns.to[place])];
            (nodes.into_iter().any(is_followed)
                || is_followed(view.from(place))
                || is_followed(view.to(place)))
                && view.moves(place)
        })
        .map(|place| {
            let purse =
                if columns.from[place] == PurseId::NONE { columns.to[place] } else { columns.from[place] };
            (place as u64, true, part_of(purse.0), columns.value.get(place))
        })
        .collect();
    let fees: Vec<(u64, bool, usize, Amount)> = ledger
        .fees()
        .place
        .par_iter()
        .enumerate()
        .map(|(number, _)| ledger.fees().get(number))
        .filter(|fee| followed[fee.payer.index()] && !view.is_after_end(index(fee.place)))
        .map(|fee: Fee| (fee.place, false, part_of(fee.payer.0), fee.amount))
        .collect();
    // Both are in order: a merge, not a sort.
    let mut merged = Vec::with_capacity(rows.len() + fees.len());
    let mut transfers = rows.into_iter().peekable();
    for fee in fees {
        while let Some(row) = transfers.next_if(|row| row.0 < fee.0) {
            merged.push(row);
        }
        merged.push(fee);
    }
    merged.extend(transfers);
    merged
}

/// Turns the rows of a part into events.
pub(super) fn events<U: Units>(view: &View<'_>, parts: &Parts, part: &Part) -> Vec<Event<U>> {
    let columns = view.ledger.columns();
    let local = |node: Option<Node>| node.map_or(OUTSIDE, |node| parts.local[node as usize]);
    let event = |&(place, is_transfer): &(u64, bool)| {
        let at = index(place);
        if !is_transfer {
            let fee = fee_at(view, place);
            let from = parts.local(fee.payer);
            return Event { place, value: U::from_amount(fee.amount), from, to: OUTSIDE, flags: flag::FEE };
        }
        let (from, to) = (view.from(at), view.to(at));
        let mut flags = 0;
        if to.is_none() {
            flags |= flag::BURN;
        } else if view.is_dust(at) {
            flags |= flag::DUST;
        }
        if is_unordered(view, at) {
            flags |= flag::UNORDERED;
        }
        Event { place, value: U::from_amount(columns.value.get(at)), from: local(from), to: local(to), flags }
    };
    part.rows.par_iter().map(event).collect()
}

/// The fee of the transaction whose first transfer stands at this place.
pub(super) fn fee_at(view: &View<'_>, place: u64) -> Fee {
    view.ledger.fees().at(place).expect("a fee row comes from a fee")
}

/// Whether the sender's purse has another transfer in the same tie group.
fn is_unordered(view: &View<'_>, place: usize) -> bool {
    let columns = view.ledger.columns();
    if !columns.is_tied(place) && !columns.is_tied(place + 1) {
        return false;
    }
    let node = view.from(place);
    view.ledger.tie_group(place).any(|other| {
        other != place && view.moves(other) && (view.from(other) == node || view.to(other) == node)
    })
}

pub(super) fn index(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
