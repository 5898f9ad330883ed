//! Replay: the exact apportionment over everything that taint can reach.
//!
//! Every transfer and fee that touches a reached purse, from the purse's beginning, in position order, once
//! for each asked rule. Parts that cannot touch each other run in parallel, and so do the rules of one part;
//! results are put together in a fixed order, so that they do not depend on threads.
//!
//! [`part`] cuts, [`book`] keeps what all rules agree on, [`walk`] runs a rule, [`facts`] checks and describes
//! what it found, [`merge`] sets the rules side by side.

mod book;
mod facts;
mod merge;
mod part;
mod ties;
mod walk;

use super::outcome::{Gap, Grade, LeftCleanRow, PostingKind, ShareColumns, Stop};
use super::seed::Seeds;
use super::view::{Node, View};
use super::{Class, ClassId, Rule};
use crate::amount::Amount;
use crate::ledger::PurseId;
use crate::rules::lots::{Fifo, Lifo};
use crate::rules::poison::Poison;
use crate::rules::shares::{Libr, Prorata, TaintFirst};
use crate::rules::{Tag, Units};
use book::Books;
use facts::{Fact, Facts};
use merge::{Entry, Merged, merge};
use part::{Event, Part, Parts, events};
use rayon::prelude::*;
use std::collections::BTreeMap;
use ties::Ties;
use walk::{Plan, Walked, walk};

/// A flow: place, class.
pub(super) type FlowKey = (u64, ClassId);
/// A posting in replay order: place, not a fee, kind, class, purse.
pub(super) type PostKey = (u64, bool, PostingKind, ClassId, PurseId);
/// A holding: class, purse.
pub(super) type RestKey = (ClassId, PurseId);

/// What the telling rule, and the books, say of a holding.
#[derive(Clone, Copy, Debug)]
pub(super) struct RestFacts {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) deposits: u64,
    pub(super) hops: u32,
    pub(super) grade: Grade,
}

/// What the replay of one part finds.
#[derive(Debug)]
pub(super) struct PartTables {
    pub(super) flows: (Vec<FlowKey>, Vec<Grade>, ShareColumns),
    pub(super) posts: (Vec<PostKey>, ShareColumns),
    pub(super) rests: (Vec<RestKey>, Vec<RestFacts>, ShareColumns),
    /// End balance and all that arrived, one entry a rest.
    pub(super) books: Vec<(Amount, Amount)>,
    pub(super) gaps: Vec<Gap>,
    pub(super) left_clean: Vec<LeftCleanRow>,
}

/// What a replay works on.
pub(super) struct Job<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) seeds: &'a Seeds,
    /// Why each node is a sink, if it is.
    pub(super) sinks: &'a [Option<Stop>],
    /// The reach.
    pub(super) from: &'a [u64],
    pub(super) rules: &'a [Rule],
    /// All classes that may occur, sorted; tag `k + 1` is class `k`.
    pub(super) classes: &'a [Class],
}

/// Replays everything reached: one table a part.
pub(super) fn replay(job: &Job<'_>) -> Vec<PartTables> {
    let ties = Ties::find(job.view, job.seeds, job.sinks, job.from);
    let parts = Parts::cut(job.view, job.from, &ties.assets);
    let busy: Vec<&Part> = parts.parts.iter().filter(|part| !part.rows.is_empty()).collect();
    busy.par_iter()
        .map(|part| {
            // A balance is at most the sum of all values.
            if part.total.to_u128().is_some_and(|total| total <= u128::MAX / 2) {
                job.replay_part::<u128>(&parts, part, &ties)
            } else {
                job.replay_part::<crate::amount::Wide>(&parts, part, &ties)
            }
        })
        .collect()
}

impl Job<'_> {
    fn replay_part<U: Units>(&self, parts: &Parts, part: &Part, ties: &Ties) -> PartTables {
        let events: Vec<Event<U>> = events(self.view, parts, part);
        let books = Books::keep(self.view, parts, part, &events, self.seeds, ties);
        let is_sink: Vec<bool> = part.nodes.iter().map(|&node| self.sinks[node as usize].is_some()).collect();
        let purses = self.view.ledger.purses();
        let tag_of = |theft: u32, event: &Event<U>| {
            let node = if event.from == part::OUTSIDE { event.to } else { event.from };
            let asset = purses.asset(self.view.purse(part.nodes[node as usize]));
            self.tag(Class { theft, asset })
        };
        let theft_of = |tag: Tag| self.classes[tag as usize - 1].theft;
        let plan =
            Plan { events: &events, books: &books, is_sink: &is_sink, tag_of: &tag_of, theft_of: &theft_of };
        let has_begun = |node: u32, tag: Tag, place: u64| {
            let node: Node = part.nodes[node as usize];
            let is_passing = self.view.purse(node).0 != node;
            !is_passing && self.seeds.has_begun(PurseId(node), theft_of(tag), place)
        };
        let walks: Vec<(Walked<U>, Facts)> = self
            .rules
            .par_iter()
            .map(|rule| {
                let walked = match rule {
                    Rule::Fifo => walk::<Fifo<U>, U>(&plan),
                    Rule::Lifo => walk::<Lifo<U>, U>(&plan),
                    Rule::Prorata => walk::<Prorata<U>, U>(&plan),
                    Rule::Libr => walk::<Libr<U>, U>(&plan),
                    Rule::TaintFirst => walk::<TaintFirst<U>, U>(&plan),
                    Rule::Poison => walk::<Poison, U>(&plan),
                };
                let mut facts =
                    Facts::gather(&events, part.nodes.len(), &walked, rule.is_exact(), &has_begun);
                facts.settle_seeds(&walked, &|node, tag| has_begun(node, tag, u64::MAX));
                (walked, facts)
            })
            .collect();
        self.tables(part, &events, &books, &walks)
    }

    fn tag(&self, class: Class) -> Tag {
        let at = self.classes.iter().position(|known| *known == class);
        Tag::try_from(at.expect("seeds make the classes") + 1).expect("fewer than 2^32 classes")
    }

    /// Sets the rules of a part side by side.
    fn tables<U: Units>(
        &self,
        part: &Part,
        events: &[Event<U>],
        books: &Books<U>,
        walks: &[(Walked<U>, Facts)],
    ) -> PartTables {
        let class = |tag: Tag| ClassId(tag - 1);
        let purse = |node: u32| self.view.purse(part.nodes[node as usize]);
        let place = |event: u32| events[event as usize].place;
        let flows = merge(
            walks
                .iter()
                .map(|(walked, _)| {
                    walked.flows.iter().map(|it| Entry {
                        key: (place(it.event), class(it.tag)),
                        units: it.units,
                        claim: it.claim,
                        more: it.grade,
                    })
                })
                .collect(),
        );
        let posts = merge(
            walks
                .iter()
                .map(|(walked, _)| {
                    let mut entries: Vec<Entry<PostKey, U, ()>> = walked
                        .posts
                        .iter()
                        .map(|it| {
                            let is_transfer = it.kind != PostingKind::Fee;
                            let key = (place(it.event), is_transfer, it.kind, class(it.tag), purse(it.node));
                            Entry { key, units: it.units, claim: it.claim, more: () }
                        })
                        .collect();
                    entries.sort_by_key(|entry| entry.key);
                    entries.into_iter()
                })
                .collect(),
        );
        let rests: Merged<RestKey, RestFacts> = merge(
            walks.iter().map(|(walked, facts)| rests(walked, facts, &class, &purse).into_iter()).collect(),
        );
        let booked = |&(_, purse): &RestKey| {
            let at = part.nodes.binary_search(&purse.0).expect("a holding's purse is booked");
            (books.balance[at].to_amount(), books.gross[at].to_amount())
        };
        PartTables {
            books: rests.keys.iter().map(booked).collect(),
            flows: (flows.keys, flows.more, flows.shares),
            posts: (posts.keys, posts.shares),
            rests: (rests.keys, rests.more, rests.shares),
            gaps: books.gaps.clone(),
            left_clean: walks[0]
                .0
                .kept
                .iter()
                .map(|it| LeftCleanRow {
                    place: place(it.event),
                    theft: it.theft,
                    reason: it.reason,
                    amount: it.units.to_amount(),
                })
                .collect(),
        }
    }
}

/// What rests where under one rule: passing purses under the purse they belong to.
fn rests<U: Units>(
    walked: &Walked<U>,
    facts: &Facts,
    class: &impl Fn(Tag) -> ClassId,
    purse: &impl Fn(u32) -> PurseId,
) -> Vec<Entry<RestKey, U, RestFacts>> {
    let mut by_purse: BTreeMap<RestKey, (U, U, Fact, Grade)> = BTreeMap::new();
    for rest in &walked.rests {
        let fact = facts.get(rest.node, rest.tag);
        by_purse
            .entry((class(rest.tag), purse(rest.node)))
            .and_modify(|(units, claim, known, grade)| {
                *units = units.plus(rest.units);
                *claim = claim.plus(rest.claim);
                *known = known.join(fact);
                *grade = rest.grade.max(*grade);
            })
            .or_insert((rest.units, rest.claim, fact, rest.grade));
    }
    // A grade belongs to the purse, whatever the class.
    let mut weakest: BTreeMap<PurseId, Grade> = BTreeMap::new();
    for ((_, purse), (.., grade)) in &by_purse {
        let known = weakest.entry(*purse).or_insert(*grade);
        *known = grade.max(known).to_owned();
    }
    by_purse
        .into_iter()
        .map(|(key, (units, claim, Fact { first, last, deposits, hops }, _))| Entry {
            key,
            units,
            claim,
            more: RestFacts { first, last, deposits, hops, grade: weakest[&key.1] },
        })
        .collect()
}
