//! Reach along an index: only the transfers out of what is reached are looked at.
//!
//! Label-correcting: a node that is reached, or reached earlier than before, follows the transfers that it did not
//! follow yet. Nodes are taken in rounds. In each, first every node takes up what it has to follow, then all of that
//! is followed, in parallel where it is much; the least place wins, whoever comes first. So any schedule of threads
//! ends in the same answer.
//!
//! # Cost
//!
//! **O(m + k log k)** for k nodes reached and m transfers out of them, whatever the ledger holds: each transfer is
//! followed once at the most, since a node reached again earlier follows only those in between.

use super::{Arrivals, Node, Question};
use crate::ledger::{FlowIndex, PurseId};
use bytemuck::Zeroable;
use hashbrown::HashMap;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// So many nodes are kept in a table; for more, there is an entry for each node of the ledger.
const FEW: usize = 4_096;

/// A round that follows fewer transfers than this is not worth dividing.
const MANY: u64 = 16_384;

/// Most transfers of one node that one thread follows at a time.
const PIECE: usize = 4_096;

/// Pieces that one thread takes up at a time.
const PIECES: usize = 64;

/// Finds the reach; `None` where more than `most` transfers are to be followed.
pub(super) fn along(question: &Question<'_>, index: &FlowIndex, most: u64) -> Option<Arrivals> {
    let mut walk = Walk { question, index, followed: 0, most };
    let mut few = Few::default();
    let mut frontier = Vec::new();
    for start in &question.starts {
        few.improve(start.node, place(start.place), &mut frontier);
    }
    if few.known.len() <= FEW {
        frontier = walk.among_few(&mut few, frontier)?;
    }
    if frontier.is_empty() {
        let arrivals = few.known.into_iter().map(|(node, times)| (Times::decode(times.from), node));
        return Some(sorted(arrivals.collect()));
    }
    let all: Box<[SharedTimes]> = bytemuck::allocation::zeroed_slice_box(question.view.node_count());
    let mut reached = Vec::new();
    for (&node, times) in &few.known {
        let shared = &all[node as usize];
        shared.from.store(times.from, Ordering::Relaxed);
        shared.followed.store(times.followed, Ordering::Relaxed);
        if times.followed != 0 {
            reached.push(node);
        }
    }
    walk.among_all(&all, frontier, &mut reached)?;
    let from = |node: Node| Times::decode(all[node as usize].from.load(Ordering::Relaxed));
    Some(sorted(reached.into_par_iter().map(|node| (from(node), node)).collect()))
}

/// From where on a node can pass taint on, and from where on its transfers have been followed. Both are stored as
/// their complements, so that 0 is never, and earlier is more.
#[derive(Clone, Copy, Default)]
struct Times {
    from: u32,
    followed: u32,
}

impl Times {
    const fn encode(place: u32) -> u32 {
        !place
    }

    const fn decode(stored: u32) -> u32 {
        !stored
    }
}

/// The same, shared by threads.
#[derive(Zeroable)]
#[repr(C)]
struct SharedTimes {
    from: AtomicU32,
    followed: AtomicU32,
}

/// The times of few nodes.
#[derive(Default)]
struct Few {
    known: HashMap<Node, Times>,
}

impl Few {
    /// A node can pass taint on from this place on. One that has nothing else to follow yet joins the next round.
    fn improve(&mut self, node: Node, place: u32, next: &mut Vec<Node>) {
        let times = self.known.entry(node).or_default();
        let from = Times::encode(place);
        if from > times.from {
            if times.from == times.followed {
                next.push(node);
            }
            times.from = from;
        }
    }
}

struct Walk<'a> {
    question: &'a Question<'a>,
    index: &'a FlowIndex,
    /// How many transfers were followed, and how many may be.
    followed: u64,
    most: u64,
}

impl<'a> Walk<'a> {
    /// The transfers that a node has to follow, given its times.
    fn due(&self, node: Node, times: Times) -> &'a [u32] {
        if (self.question.is_sink)(node) {
            return &[];
        }
        let places = self.question.view.netting.outgoing(node);
        let places = places.unwrap_or_else(|| self.index.outgoing(PurseId(node)));
        let first = places.partition_point(|&place| Times::encode(place) > times.from);
        let count = places[first..].partition_point(|&place| Times::encode(place) > times.followed);
        &places[first..first + count]
    }

    /// Counts what a round is about to follow; `None` where it is too much.
    fn may_follow(&mut self, transfers: u64) -> Option<()> {
        self.followed += transfers;
        (self.followed <= self.most).then_some(())
    }

    /// The node that a transfer enters, if it can enter one.
    fn to(&self, place: u32) -> Node {
        let view = self.question.view;
        view.netting.to(place as usize).unwrap_or_else(|| view.ledger.columns().to[place as usize].0)
    }

    /// Goes on while nodes are few. Returns the nodes that still have something to follow.
    fn among_few(&mut self, few: &mut Few, mut frontier: Vec<Node>) -> Option<Vec<Node>> {
        let mut next = Vec::new();
        while !frontier.is_empty() && few.known.len() <= FEW {
            for node in frontier.drain(..) {
                let times = few.known.get_mut(&node).expect("a node of the frontier is known");
                let due = self.due(node, *times);
                times.followed = times.from;
                self.may_follow(due.len() as u64)?;
                for &place in due {
                    let to = self.to(place);
                    let later = few.known.get(&to).is_none_or(|times| times.from < Times::encode(place + 1));
                    if later && self.question.arrives(place as usize) {
                        few.improve(to, place + 1, &mut next);
                    }
                }
            }
            std::mem::swap(&mut frontier, &mut next);
        }
        Some(frontier)
    }

    /// Goes on to the end. Adds the nodes that it follows for the first time to `reached`.
    fn among_all(
        &mut self,
        all: &[SharedTimes],
        mut frontier: Vec<Node>,
        reached: &mut Vec<Node>,
    ) -> Option<()> {
        while !frontier.is_empty() {
            // Nobody follows anything meanwhile, so that both times of a node stay as they are.
            let take = |&node: &Node| {
                let shared = &all[node as usize];
                let from = shared.from.load(Ordering::Relaxed);
                let followed = shared.followed.swap(from, Ordering::Relaxed);
                (followed == 0, self.due(node, Times { from, followed }))
            };
            let taken: Vec<(bool, &[u32])> = if frontier.len() < PIECE {
                frontier.iter().map(take).collect()
            } else {
                frontier.par_iter().with_min_len(PIECES).map(take).collect()
            };
            reached.extend(frontier.iter().zip(&taken).filter(|(_, taken)| taken.0).map(|(node, _)| node));
            let due: u64 = taken.iter().map(|taken| taken.1.len() as u64).sum();
            self.may_follow(due)?;
            let pieces: Vec<&[u32]> = taken.iter().flat_map(|taken| taken.1.chunks(PIECE)).collect();
            frontier = if due < MANY {
                self.follow(all, &pieces)
            } else {
                let found: Vec<Vec<Node>> =
                    pieces.par_chunks(PIECES).map(|pieces| self.follow(all, pieces)).collect();
                found.concat()
            };
        }
        Some(())
    }

    /// Follows transfers. Returns the nodes that have something to follow because of them, and had not before.
    fn follow(&self, all: &[SharedTimes], pieces: &[&[u32]]) -> Vec<Node> {
        let mut next = Vec::new();
        for &place in pieces.iter().copied().flatten() {
            let node = self.to(place);
            let Some(to) = all.get(node as usize) else { continue };
            let from = Times::encode(place + 1);
            if to.from.load(Ordering::Relaxed) < from && self.question.arrives(place as usize) {
                let before = to.from.fetch_max(from, Ordering::Relaxed);
                // Of all that reach it in this round, one comes first, and lists it.
                if before < from && before == to.followed.load(Ordering::Relaxed) {
                    next.push(node);
                }
            }
        }
        next
    }
}

/// Arrivals in their order.
fn sorted(mut arrivals: Vec<(u32, Node)>) -> Arrivals {
    arrivals.par_sort_unstable();
    let (from, node) = arrivals.into_iter().map(|(from, node)| (u64::from(from), node)).unzip();
    Arrivals { node, from }
}

/// A place as the index has it.
fn place(place: u64) -> u32 {
    u32::try_from(place).expect("an index holds fewer than 2^32 transfers")
}
