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

/// How much is worth what: all of it decides how fast an answer comes, none which.
#[derive(Clone, Copy, Debug)]
struct Grain {
    /// So many nodes are kept in a table; for more, there is an entry for each node of the ledger.
    few: usize,
    /// A round of fewer nodes, or that follows fewer transfers, is not worth dividing.
    many: usize,
    /// Most transfers of one node that one thread follows at a time.
    piece: usize,
    /// Pieces, and nodes, that one thread takes up at a time.
    pieces: usize,
}

impl Grain {
    const USUAL: Self = Self { few: 4_096, many: 16_384, piece: 4_096, pieces: 64 };
}

/// Stands for no node: a deal takes the transfer.
const NOBODY: Node = Node::MAX;

/// Transfers that are looked at together.
const BATCH: usize = 64;

/// Finds the reach; `None` where more than `most` transfers are to be followed.
pub(super) fn along(question: &Question<'_>, index: &FlowIndex, most: u64) -> Option<Arrivals> {
    along_by(question, index, most, Grain::USUAL)
}

fn along_by(question: &Question<'_>, index: &FlowIndex, most: u64, grain: Grain) -> Option<Arrivals> {
    let mut walk = Walk { question, index, followed: 0, most, grain };
    let mut few = Few::default();
    let mut frontier = Vec::new();
    for start in &question.starts {
        few.improve(start.node, place(start.place), &mut frontier);
    }
    frontier = walk.among_few(&mut few, frontier)?;
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
    grain: Grain,
}

impl<'a> Walk<'a> {
    /// The transfers that a node has to follow, given its times.
    fn due(&self, node: Node, times: Times) -> &'a [u32] {
        if self.question.sinks.get(node) == 1 {
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
        let (view, place) = (self.question.view, place as usize);
        if view.deals.is_given(place) {
            return NOBODY;
        }
        let apart = view.deals.end(place).or_else(|| view.netting.to(place));
        apart.unwrap_or_else(|| view.ledger.columns().to[place].0)
    }

    /// The nodes that a node's deals bring taint to, given its times, and from where on each can pass it on.
    fn prices(&self, node: Node, times: Times) -> impl Iterator<Item = (Node, u32)> + 'a {
        let is_sink = self.question.sinks.get(node) == 1;
        let deals = self.question.view.deals.of_node(node).filter(move |deal| {
            let done = Times::encode(place(deal.place));
            (deal.through().is_some() || !is_sink) && done <= times.from && done > times.followed
        });
        deals.flat_map(|deal| deal.prices().map(move |purse| (purse.0, place(deal.place) + 1)))
    }

    /// Goes on while nodes are few. Returns the nodes that still have something to follow.
    fn among_few(&mut self, few: &mut Few, mut frontier: Vec<Node>) -> Option<Vec<Node>> {
        let mut next = Vec::new();
        while !frontier.is_empty() && few.known.len() <= self.grain.few {
            for node in frontier.drain(..) {
                let times = few.known.get_mut(&node).expect("a node of the frontier is known");
                let (due, before) = (self.due(node, *times), *times);
                times.followed = times.from;
                self.may_follow(due.len() as u64)?;
                for &place in due {
                    let to = self.to(place);
                    let later = few.known.get(&to).is_none_or(|times| times.from < Times::encode(place + 1));
                    if later && to != NOBODY && self.question.arrives(place as usize) {
                        few.improve(to, place + 1, &mut next);
                    }
                }
                self.prices(node, before).for_each(|(to, place)| few.improve(to, place, &mut next));
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
                let times = Times { from, followed };
                (followed == 0, self.due(node, times), times)
            };
            let taken: Vec<(bool, &[u32], Times)> = if frontier.len() < self.grain.many {
                frontier.iter().map(take).collect()
            } else {
                frontier.par_iter().with_min_len(self.grain.pieces).map(take).collect()
            };
            reached.extend(frontier.iter().zip(&taken).filter(|(_, taken)| taken.0).map(|(node, _)| node));
            let due: u64 = taken.iter().map(|taken| taken.1.len() as u64).sum();
            self.may_follow(due)?;
            let pieces: Vec<&[u32]> =
                taken.iter().flat_map(|taken| taken.1.chunks(self.grain.piece)).collect();
            let mut next = if due < self.grain.many as u64 {
                self.follow(all, &pieces)
            } else {
                let found: Vec<Vec<Node>> =
                    pieces.par_chunks(self.grain.pieces).map(|pieces| self.follow(all, pieces)).collect();
                found.concat()
            };
            for (&node, &(_, _, times)) in frontier.iter().zip(&taken) {
                for (to, place) in self.prices(node, times) {
                    next.extend(improve(&all[to as usize], place).then_some(to));
                }
            }
            frontier = next;
        }
        Some(())
    }

    /// Follows transfers. Returns the nodes that have something to follow because of them, and had not before.
    ///
    /// Some at a time, and for all of them each step before the next: so waits for memory overlap, though
    /// nobody can foresee which of them lead on.
    fn follow(&self, all: &[SharedTimes], pieces: &[&[u32]]) -> Vec<Node> {
        let mut next = Vec::new();
        let mut nodes = [0; BATCH];
        let mut earlier = [0; BATCH];
        for places in pieces.iter().flat_map(|places| places.chunks(BATCH)) {
            for (node, &place) in nodes.iter_mut().zip(places) {
                *node = self.to(place);
            }
            let mut count = 0;
            for ((&node, &place), number) in nodes.iter().zip(places).zip(0..) {
                let known = all.get(node as usize).map_or(u32::MAX, |to| to.from.load(Ordering::Relaxed));
                earlier[count] = number;
                count += usize::from(known < Times::encode(place + 1));
            }
            for &number in &earlier[..count] {
                let (node, place) = (nodes[number], places[number]);
                if self.question.arrives(place as usize) {
                    next.extend(improve(&all[node as usize], place + 1).then_some(node));
                }
            }
        }
        next
    }
}

/// A node can pass taint on from a place on. Returns whether it has something to follow because of that, and had not before:
/// of all that reach it in one round, one comes first, and lists it.
fn improve(node: &SharedTimes, place: u32) -> bool {
    let from = Times::encode(place);
    let before = node.from.fetch_max(from, Ordering::Relaxed);
    before < from && before == node.followed.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use super::{Arrivals, Grain, Question, along_by};
    use crate::ledger::{Covers, FlowIndex, Kind, Source};
    use crate::trace::TraceOptions;
    use crate::trace::reach::{Bits, Start};
    use crate::trace::view::View;
    use crate::{Address, Amount, Ledger, LedgerBuilder, Row, RowPlace};
    use rayon::ThreadPoolBuilder;

    /// Numbers that look random.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }
    }

    /// Some accounts that pay each other, the first ones most; some payments move nothing.
    fn ledger(numbers: &mut Numbers, transfers: u64, accounts: u64) -> Ledger {
        let mut builder = LedgerBuilder::new();
        let chain = builder.chain("ethereum");
        let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
        let address = |number: u64| {
            let mut bytes = [1; 20];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            Address::from_evm(bytes)
        };
        for place in 0..transfers {
            let end = numbers.below(accounts) + 1;
            let row = Row {
                chain,
                block: Some(place),
                time: None,
                transaction_index: Some(0),
                event_index: None,
                transaction_hash: None,
                from: Some(address(numbers.below(end))),
                to: address(numbers.below(accounts)),
                contract: None,
                value: Amount::from(u128::from(numbers.below(20))),
                fee: None,
                kind: Kind::External,
            };
            builder.push(RowPlace { source, line: place + 2 }, row).unwrap();
        }
        builder.finish().unwrap()
    }

    #[test]
    fn many_nodes_on_many_threads_give_what_a_scan_gives() {
        let pools = [1, 2, 8].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
        let tiny = Grain { few: 0, many: 1, piece: 3, pieces: 2 };
        let small = Grain { few: 20, many: 50, piece: 10, pieces: 3 };
        let mut longest = 0;
        for seed in 0..150 {
            let mut numbers = Numbers(seed);
            let ledger = ledger(&mut numbers, 40 * seed + 1, 3 * seed + 2);
            let view = View::new(&ledger, &TraceOptions::default()).unwrap();
            let nodes = view.node_count() as u64;
            let mut node = || u32::try_from(numbers.below(nodes)).unwrap();
            let mut sinks = Bits::new(view.node_count());
            (0..seed / 10).for_each(|_| sinks.set(node()));
            let mut starts: Vec<Start> =
                (0..3).map(|at| Start { place: 5 * at, node: node(), theft: 0 }).collect();
            starts.sort_unstable();
            let question = Question { view: &view, starts, sinks: &sinks };
            let scan = question.scan();
            longest = longest.max(scan.node.len());
            for pool in &pools {
                pool.install(|| {
                    let index = FlowIndex::build(&ledger);
                    for grain in [tiny, small, Grain::USUAL] {
                        let along = |most| along_by(&question, &index, most, grain);
                        assert_eq!(along(u64::MAX), Some(scan.clone()), "{grain:?}, seed {seed}");
                        for most in [0, 10, 100] {
                            let found: Option<Arrivals> = along(most);
                            assert!(found.is_none_or(|found| found == scan), "{grain:?}, seed {seed}");
                        }
                    }
                });
            }
        }
        assert!(longest > 300, "{longest}");
    }
}
