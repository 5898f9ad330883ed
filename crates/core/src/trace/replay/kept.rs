//! What a replay keeps of its purses, so that another goes on from there: no matter how the ledger that has grown is
//! cut into parts, and how its nodes are numbered.

use super::super::outcome::{Flows, LeftCleanRow, Postings, Stop};
use super::super::view::{Node, View};
use super::facts::{Entry, Fact};
use super::part::Part;
use super::tables::PartTables;
use super::walk::Haze;
use super::{Runner, book::Books};
use crate::amount::Amount;
use crate::ledger::PurseId;
use crate::rules::{Part as RulePart, Tag, Units};
use serde::{Deserialize, Serialize};

/// A node, by what does not change when the ledger grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in super::super) enum NodeName {
    /// A purse of the ledger.
    Purse(PurseId),
    /// A passing purse: so many passed before it.
    Passing(u32),
    /// Where branches ended at a purse: as a position, or unclear.
    Ended(PurseId, bool),
    /// Where the taint of the transfer at this place waits for its link.
    Transit(u64),
}

impl NodeName {
    pub(in super::super) fn of(view: &View<'_>, node: Node) -> Self {
        let count = |nodes: usize| u32::try_from(nodes).expect("fewer than 2^32 nodes");
        let purses = count(view.ledger.purses().len());
        if let Some(source) = view.deals.source(node) {
            return Self::Transit(source);
        }
        if let Some((purse, stop)) = view.deals.ended(node) {
            return Self::Ended(purse, stop == Stop::Position);
        }
        node.checked_sub(purses).map_or(Self::Purse(PurseId(node)), Self::Passing)
    }

    /// The node; `None` where there is no such one.
    pub(in super::super) fn find(self, view: &View<'_>) -> Option<Node> {
        let purses = view.ledger.purses().len();
        let (node, end) = match self {
            Self::Purse(purse) => (purse.index(), purses),
            Self::Passing(number) => (purses + number as usize, view.node_count() - view.deals.len()),
            Self::Ended(purse, is_position) => return view.deals.find_ended(purse, is_position),
            Self::Transit(source) => return view.deals.find_transit(source),
        };
        (node < end).then(|| Node::try_from(node).expect("fewer than 2^32 nodes"))
    }
}

/// What a rule knows of a node that taint ever came to, or whose money it blurred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct KeptNode {
    pub(in super::super) node: NodeName,
    haze: Haze,
    /// Tag, units, claim: in the order of arrival.
    parts: Vec<(Tag, Amount, Amount)>,
    /// Tag, facts, and what entered and has not left.
    facts: Vec<(Tag, Fact, Amount)>,
}

/// What a replay that ended keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Kept {
    pub(in super::super) flows: Flows,
    pub(in super::super) postings: Postings,
    pub(in super::super) left_clean: Vec<LeftCleanRow>,
    /// One list a rule, sorted by node.
    pub(in super::super) nodes: Vec<Vec<KeptNode>>,
}

/// What another replay kept, and the place of the first transfer that it did not know.
pub(in super::super) struct Earlier<'a> {
    pub(in super::super) kept: &'a Kept,
    pub(in super::super) end: u64,
    /// The tag of today for each of its tags, less one.
    pub(in super::super) tags: Vec<Tag>,
}

impl Earlier<'_> {
    /// What was found then, as a table of today.
    pub(super) fn tables(&self) -> PartTables {
        let Kept { flows, postings, left_clean, .. } = self.kept;
        let mut tables = PartTables::new(self.kept.nodes.len());
        (tables.flows, tables.postings, tables.left_clean) =
            (flows.clone(), postings.clone(), left_clean.clone());
        let class = |class: &mut super::super::ClassId| class.0 = self.tags[class.index()] - 1;
        tables.flows.class.iter_mut().for_each(class);
        tables.postings.class.iter_mut().for_each(class);
        tables
    }

    /// Hands a rule what it knew of the nodes of a part.
    pub(super) fn restore<U: Units>(
        &self,
        view: &View<'_>,
        part: &Part,
        rule: usize,
        runner: &mut Runner<'_, U>,
    ) {
        let tag = |tag: Tag| if tag == 0 { 0 } else { self.tags[tag as usize - 1] };
        let (all, unit) = (&self.kept.nodes[rule], U::from_amount);
        for (local, &node) in (0..).zip(&part.nodes) {
            let name = NodeName::of(view, node);
            let Ok(at) = all.binary_search_by_key(&name, |kept| kept.node) else { continue };
            let kept = &all[at];
            let held = kept.parts.iter().map(|&(kind, units, claim)| RulePart {
                tag: tag(kind),
                units: unit(units),
                claim: unit(claim),
            });
            runner.rule.restore(local, &held.collect::<Vec<_>>(), kept.haze);
            for &(kind, fact, net) in &kept.facts {
                runner.facts.restore(local, Entry { fact, tag: tag(kind), net: unit(net) });
            }
        }
    }
}

/// Lists what a rule knows of the nodes of a part.
pub(super) fn keep<U: Units>(
    view: &View<'_>,
    part: &Part,
    books: &Books<'_, U>,
    runner: &Runner<'_, U>,
) -> Vec<KeptNode> {
    let mut kept = Vec::new();
    let mut held = Vec::new();
    for (local, &node) in (0..).zip(&part.nodes) {
        held.clear();
        let haze = runner.rule.keep(local, books.held(local), &mut held);
        let amount = |units: U| units.to_amount();
        let facts: Vec<_> =
            runner.facts.keep(local).map(|entry| (entry.tag, entry.fact, amount(entry.net))).collect();
        if haze != Haze::NONE || !held.is_empty() || !facts.is_empty() {
            let parts = held.iter().map(|it| (it.tag, amount(it.units), amount(it.claim))).collect();
            kept.push(KeptNode { node: NodeName::of(view, node), haze, parts, facts });
        }
    }
    kept
}
