//! Tally: what came into some purses in all, by class and by way, added up while the rule goes on.
//!
//! Where only that is asked, no transfer need be listed: of a million accounts and many thefts these would be far too many.

use super::super::outcome::{ClassId, PostingKind, Share, Stop};
use super::event::{Chunk, flag};
use super::facts::Facts;
use super::marks::Marks;
use super::part::Part;
use super::walk::Found;
use super::{Runner, book::Books};
use crate::ledger::PurseId;
use crate::rules::{Tag, Units};
use hashbrown::HashMap;

/// The ways by which money comes in, and what is left of it at the end.
pub(in super::super) mod way {
    /// From a purse of the origin itself.
    pub(crate) const DIRECT: usize = 0;
    /// From anybody else.
    pub(crate) const INDIRECT: usize = 1;
    /// Got in an exchange, for what was given.
    pub(crate) const EXCHANGED: usize = 2;
    /// Stolen right here: the purse is a seed.
    pub(crate) const HERE: usize = 3;
    /// Rests here at the end.
    pub(crate) const RESTS: usize = 4;
    /// How many there are.
    pub(crate) const COUNT: usize = 5;
}

/// What came of one class into one purse.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct TallyRow {
    pub(in super::super) purse: PurseId,
    pub(in super::super) class: ClassId,
    /// The place of the first arrival, and of the last.
    pub(in super::super) first: u64,
    pub(in super::super) last: u64,
    /// How many transfers brought it.
    pub(in super::super) transfers: u64,
    pub(in super::super) hops: u32,
    /// One entry a way.
    pub(in super::super) shares: [Share; way::COUNT],
}

/// What limits cut off, of all that was replayed: more may have come further on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Purses of unnamed accounts in very many transfers, where money stopped.
    pub hubs: u64,
    /// Purses too many transfers away.
    pub hops: u64,
    /// Transfers below the least amount that is followed.
    pub dust: u64,
}

impl Cut {
    /// Whether anything was.
    #[must_use]
    pub const fn any(self) -> bool {
        self.hubs + self.hops + self.dust > 0
    }

    /// Both.
    pub(in super::super) const fn and(self, other: Self) -> Self {
        Self { hubs: self.hubs + other.hubs, hops: self.hops + other.hops, dust: self.dust + other.dust }
    }

    /// Counts what stops at a node.
    pub(in super::super) fn stop(&mut self, stop: Option<Stop>) {
        match stop {
            Some(Stop::Hub) => self.hubs += 1,
            Some(Stop::Hops) => self.hops += 1,
            _ => {}
        }
    }
}

/// What came of one class to one node.
struct Came<U> {
    /// Units and claims, one pair a way.
    shares: [[U; 2]; way::COUNT],
    /// How many transfers brought it.
    transfers: u64,
}

/// The tally of a part.
pub(super) struct Tally<U> {
    /// The nodes that are asked about.
    asked: Marks,
    came: HashMap<(u32, Tag), Came<U>>,
    /// Whether what is received comes from an entity's purse.
    of_entities: bool,
    cut: Cut,
}

impl<U: Units> Tally<U> {
    pub(super) fn new(asked: Marks, of_entities: bool) -> Self {
        Self { asked, came: HashMap::new(), of_entities, cut: Cut::default() }
    }

    /// Adds what a rule found in a chunk. `purse` is the purse of a node.
    pub(super) fn add(
        &mut self,
        chunk: &Chunk<U>,
        found: &Found<U>,
        facts: &Facts<'_, U>,
        purse: impl Fn(u32) -> PurseId,
    ) {
        // A transfer to oneself brings nothing.
        for flow in &found.flows {
            let event = &chunk.events[flow.event as usize];
            let to = chunk.receiver(flow.event, event);
            if self.asked.has(to) && purse(event.from) != purse(to) {
                let direct = !self.of_entities && facts.is_begun(event.from, flow.tag, event.place());
                let way = if direct { way::DIRECT } else { way::INDIRECT };
                self.book(to, flow.tag, way, flow.units, flow.claim);
            }
        }
        for post in &found.posts {
            let way = match post.kind {
                PostingKind::Received if self.of_entities => way::DIRECT,
                PostingKind::Received | PostingKind::Unseen => way::HERE,
                PostingKind::ConvertedIn => way::EXCHANGED,
                PostingKind::Dust => {
                    self.cut.dust += u64::from(chunk.events[post.event as usize].is(flag::DUST));
                    continue;
                }
                _ => continue,
            };
            if self.asked.has(post.node) {
                self.book(post.node, post.tag, way, post.units, post.claim);
            }
        }
    }

    fn book(&mut self, node: u32, tag: Tag, way: usize, units: U, claim: U) {
        let none = Came { shares: [[U::ZERO; 2]; way::COUNT], transfers: 0 };
        let came = self.came.entry((node, tag)).or_insert(none);
        came.transfers += u64::from(matches!(way, way::DIRECT | way::INDIRECT));
        let [sum, claims] = &mut came.shares[way];
        (*sum, *claims) = (sum.plus(units), claims.plus(claim));
    }

    /// The rows of the part, in no order; those of a purse's passing purses are rows of their own.
    pub(super) fn finish(
        mut self,
        part: &Part,
        runner: &Runner<'_, U>,
        books: &Books<'_, U>,
        sinks: &[Option<Stop>],
        purse: impl Fn(u32) -> PurseId,
    ) -> (Vec<TallyRow>, Cut) {
        let mut rows = Vec::new();
        let mut rests = Vec::new();
        let nodes = u32::try_from(part.nodes.len()).expect("fewer than 2^32 nodes");
        for node in 0..nodes {
            let stop = sinks[part.nodes[node as usize] as usize];
            if !self.asked.has(node) && !matches!(stop, Some(Stop::Hub | Stop::Hops)) {
                continue;
            }
            rests.clear();
            runner.rule.rests_at(node, books.held(node), &mut rests);
            if !rests.is_empty() {
                self.cut.stop(stop);
            }
            if !self.asked.has(node) {
                continue;
            }
            for rest in &rests {
                self.book(node, rest.tag, way::RESTS, rest.units, rest.claim);
            }
            for entry in runner.facts.keep(node) {
                let Some(came) = self.came.get(&(node, entry.tag)) else { continue };
                let share =
                    |[units, claim]: [U; 2]| Share { units: units.to_amount(), claim: claim.to_amount() };
                // A receiver of an entity's payment is one transfer away.
                let hops = entry.fact.hops.saturating_add(u32::from(self.of_entities));
                rows.push(TallyRow {
                    purse: purse(node),
                    class: ClassId(entry.tag - 1),
                    first: entry.fact.first,
                    last: entry.fact.last,
                    transfers: came.transfers,
                    hops,
                    shares: came.shares.map(share),
                });
            }
        }
        (rows, self.cut)
    }
}
