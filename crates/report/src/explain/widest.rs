//! Widest: the ways on which most of the taint came, through purses and moments, each unit counted once.
//!
//! Amounts are claims. An event is a flow's or posting's end at a node; the events of a node are a chain in time. What rests in the node
//! between two of them is what a way can carry across. The widest way to every event is found by one pass in order:
//! time runs one way, so nothing has to be looked at twice. What a way carries is then taken off all that it uses.
//! What remains is flows that add up as before, so the next way is found in the same manner, and none is lost.
//!
//! Petgraph's searches walk a graph that is in memory with a priority queue. Here the order is given, and one pass over
//! columns does.
//!
//! # Cost
//!
//! **O(k · m)** for k ways and m events; 40 bytes an event where sums fit 128 bits, else 90.

use super::network::{NOWHERE, Network, Position};
use dyetrace_core::Amount;

const NONE: u32 = u32::MAX;

/// A way: what it carries, the flows first to last, and the posting by which it entered; none if at the account itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) amount: Amount,
    pub(super) flows: Vec<u32>,
    pub(super) entered: Option<u32>,
}

/// What was found, widest first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    pub(super) found: Vec<Way>,
}

/// Finds the widest ways to a purse. `None` where the tables do not add up.
pub(super) fn widest(network: &Network, target: u32, most: usize) -> Option<Ways> {
    // What is anywhere entered somewhere: no sum of taint is larger.
    if network.entered.to_u128().is_some() {
        Search::<u128>::lay_out(network, target)?.find(most)
    } else {
        Search::<Amount>::lay_out(network, target)?.find(most)
    }
}

/// Whole numbers of one width.
trait Whole: Copy + Ord + Default {
    fn of(amount: Amount) -> Option<Self>;
    fn to_amount(self) -> Amount;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Option<Self>;
}

impl Whole for u128 {
    fn of(amount: Amount) -> Option<Self> {
        amount.to_u128()
    }

    fn to_amount(self) -> Amount {
        Amount::from(self)
    }

    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }

    fn minus(self, other: Self) -> Option<Self> {
        self.checked_sub(other)
    }
}

impl Whole for Amount {
    fn of(amount: Amount) -> Option<Self> {
        Some(amount)
    }

    fn to_amount(self) -> Amount {
        self
    }

    fn plus(self, other: Self) -> Self {
        Self::plus(self, other)
    }

    fn minus(self, other: Self) -> Option<Self> {
        Self::minus(self, other)
    }
}

#[derive(Clone, Copy)]
enum What {
    /// A flow arrives.
    In(u32),
    /// Something entered by a posting.
    Enter(u32),
    /// A flow or a posting leaves.
    Out,
}

struct Event<N> {
    /// The one before at the same node.
    before: u32,
    what: What,
    /// What rests from here to the next one, less what ways carry.
    rests: N,
    /// The most that a way brings to here.
    wide: N,
    /// Whether it came by this event; else it rested before.
    fresh: bool,
}

struct Search<'a, N> {
    network: &'a Network,
    target: u32,
    events: Vec<Event<N>>,
    /// One entry a flow: what no way carries yet, and the event at its sender.
    flows: Vec<(N, u32)>,
    /// One entry a posting.
    postings: Vec<N>,
    /// Flows into the target, in order.
    arrivals: Vec<u32>,
}

/// The postings of each node in order, and how many of them are done.
struct Waiting {
    of_node: Vec<Vec<u32>>,
    done: Vec<Vec<bool>>,
}

impl<'a, N: Whole> Search<'a, N> {
    /// Makes the events. `None` where a node passes on more than it has.
    fn lay_out(network: &'a Network, target: u32) -> Option<Self> {
        let is_target = |node: u32| node != NOWHERE && network.purses[node as usize] == target;
        // Only what can still lead there.
        let mut needed = vec![false; network.purses.len()];
        for ends in network.ends.iter().rev() {
            let leads = ends[1] != NOWHERE && (is_target(ends[1]) || needed[ends[1] as usize]);
            if leads && ends[0] != NOWHERE && !is_target(ends[0]) {
                needed[ends[0] as usize] = true;
            }
        }
        let is_needed = |node: u32| node != NOWHERE && needed[node as usize];
        let mut waiting = Waiting::of(network, &needed);
        let mut last = vec![NONE; network.purses.len()];
        let mut search = Self {
            network,
            target,
            events: Vec::new(),
            flows: Vec::new(),
            postings: Vec::new(),
            arrivals: Vec::new(),
        };
        search.postings = network.postings.iter().map(|it| N::of(it.amount)).collect::<Option<_>>()?;
        for (flow, &[from, to]) in (0_u32..).zip(&network.ends) {
            let amount = N::of(network.amounts.get(flow as usize))?;
            let at = network.at[flow as usize];
            let mut left = NONE;
            if is_needed(from) {
                search.post(&mut waiting, &mut last, from, at, amount)?;
                left = search.push(&mut last, from, What::Out, |rests| rests.minus(amount))?;
            }
            search.flows.push((amount, left));
            if is_target(to) {
                search.arrivals.push(flow);
            } else if is_needed(to) {
                search.post(&mut waiting, &mut last, to, at, N::default())?;
                search.push(&mut last, to, What::In(flow), |rests| Some(rests.plus(amount)))?;
            }
        }
        Some(search)
    }

    /// Does the postings of a node that come before a place. What enters is done before what stands there, what
    /// leaves after it: where the tables do not tell the order, a node then never lacks what it passes on.
    fn post(
        &mut self,
        waiting: &mut Waiting,
        last: &mut [u32],
        node: u32,
        at: Position,
        needs: N,
    ) -> Option<()> {
        let of_node = std::mem::take(&mut waiting.of_node[node as usize]);
        let done = &mut waiting.done[node as usize];
        let rests = |search: &Self, last: &[u32]| {
            let event = last[node as usize];
            if event == NONE { N::default() } else { search.events[event as usize].rests }
        };
        // At one place the table may name what leaves before what it left of.
        for enters in [true, false] {
            for (number, &posting) in of_node.iter().enumerate() {
                let it = &self.network.postings[posting as usize];
                let amount = self.postings[posting as usize];
                let is_due = if it.enters { it.at <= at } else { it.at < at };
                if done[number] || it.enters != enters || !is_due {
                    continue;
                }
                done[number] = true;
                if enters {
                    self.push(last, node, What::Enter(posting), |rests| Some(rests.plus(amount)))?;
                } else {
                    // At the latest moment that the order leaves it.
                    self.push(last, node, What::Out, |rests| rests.minus(amount))?;
                }
            }
        }
        for (number, &posting) in of_node.iter().enumerate() {
            if rests(self, last) >= needs {
                break;
            }
            if !done[number] && self.network.postings[posting as usize].enters {
                done[number] = true;
                let amount = self.postings[posting as usize];
                self.push(last, node, What::Enter(posting), |rests| Some(rests.plus(amount)))?;
            }
        }
        if done.iter().all(|done| *done) {
            done.clear();
        } else {
            waiting.of_node[node as usize] = of_node;
        }
        Some(())
    }

    fn push(
        &mut self,
        last: &mut [u32],
        node: u32,
        what: What,
        change: impl Fn(N) -> Option<N>,
    ) -> Option<u32> {
        let before = last[node as usize];
        let rested = if before == NONE { N::default() } else { self.events[before as usize].rests };
        let number = u32::try_from(self.events.len()).ok().filter(|&number| number != NONE)?;
        self.events.push(Event { before, what, rests: change(rested)?, wide: N::default(), fresh: false });
        last[node as usize] = number;
        Some(number)
    }

    fn find(mut self, most: usize) -> Option<Ways> {
        let mut ways = Ways::default();
        while ways.found.len() < most {
            self.widen();
            let mut best = (N::default(), NONE);
            for &flow in &self.arrivals {
                let width = self.width(flow);
                if width > best.0 {
                    best = (width, flow);
                }
            }
            if best.1 == NONE {
                break;
            }
            ways.found.push(self.take(best.1, best.0)?);
        }
        Some(ways)
    }

    /// The most that a way brings by a flow.
    fn width(&self, flow: u32) -> N {
        let (free, left) = self.flows[flow as usize];
        if left == NONE {
            let from = self.network.ends[flow as usize][0];
            let is_here = from != NOWHERE && self.network.purses[from as usize] == self.target;
            return if is_here { free } else { N::default() };
        }
        free.min(self.events[left as usize].wide)
    }

    /// Finds the widest way to every event.
    fn widen(&mut self) {
        for number in 0..self.events.len() {
            let Event { before, what, .. } = self.events[number];
            let rested = match before {
                NONE => N::default(),
                before => {
                    let before = &self.events[before as usize];
                    before.wide.min(before.rests)
                }
            };
            let brought = match what {
                What::In(flow) => self.width(flow),
                What::Enter(posting) => self.postings[posting as usize],
                What::Out => N::default(),
            };
            let event = &mut self.events[number];
            event.fresh = brought > rested;
            event.wide = brought.max(rested);
        }
    }

    /// Takes a way's amount off all that it uses.
    fn take(&mut self, arrival: u32, amount: N) -> Option<Way> {
        let mut flows = Vec::new();
        let mut flow = arrival;
        let entered = 'way: loop {
            flows.push(flow);
            let (free, left) = &mut self.flows[flow as usize];
            *free = free.minus(amount)?;
            if *left == NONE {
                break None;
            }
            let mut at = self.events[*left as usize].before;
            loop {
                let event = self.events.get_mut(at as usize)?;
                event.rests = event.rests.minus(amount)?;
                match (event.fresh, event.what) {
                    (true, What::In(before)) => {
                        flow = before;
                        continue 'way;
                    }
                    (true, What::Enter(posting)) => {
                        let free = &mut self.postings[posting as usize];
                        *free = free.minus(amount)?;
                        break 'way Some(posting);
                    }
                    _ => at = event.before,
                }
            }
        };
        flows.reverse();
        Some(Way { amount: amount.to_amount(), flows, entered })
    }
}

impl Waiting {
    fn of(network: &Network, needed: &[bool]) -> Self {
        let mut of_node = vec![Vec::new(); needed.len()];
        for (number, posting) in (0_u32..).zip(&network.postings) {
            if needed[posting.node as usize] {
                of_node[posting.node as usize].push(number);
            }
        }
        let done = of_node.iter().map(|postings| vec![false; postings.len()]).collect();
        Self { of_node, done }
    }
}
