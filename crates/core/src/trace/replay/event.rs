//! Events: the rows of a part, booked, as the rules see them. They come a chunk at a time, so that a chunk is
//! still in the cache when the last rule has gone over it.

use super::super::outcome::LeftClean;
use crate::rules::Units;

/// What an event is, beside a plain transfer: the lowest bits of [`Event::place_and_flags`].
pub(super) mod flag {
    /// A transaction's fee: no receiver.
    pub(in super::super) const FEE: u64 = 1;
    /// Into the zero address.
    pub(in super::super) const BURN: u64 = 1 << 1;
    /// Below the least amount followed.
    pub(in super::super) const DUST: u64 = 1 << 2;
    /// The sender has another transfer of unknown order in this block.
    pub(in super::super) const UNORDERED: u64 = 1 << 3;
    /// A seed does something: the chunk's next action is this event's.
    pub(in super::super) const ACTION: u64 = 1 << 4;
    /// Before this event, the chunk's next watches look.
    pub(in super::super) const WATCH: u64 = 1 << 5;
    /// Taint that arrives ends: see the chunk's ends.
    pub(in super::super) const END: u64 = 1 << 6;
    /// The first event of a deal: see the chunk's deals.
    pub(in super::super) const DEAL: u64 = 1 << 7;
    /// A destination of a link takes its part of what waits for it.
    pub(in super::super) const THROUGH: u64 = 1 << 8;
    /// The sender is a pool.
    pub(in super::super) const POOL: u64 = 1 << 9;
}

/// How many bits of [`Event::place_and_flags`] are flags.
const FLAGS: u32 = 10;

/// One spend, of a fee or by a transfer, with what the two nodes held before: 64 bytes with 128-bit units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<U> {
    pub(super) value: U,
    /// What the sender is known to hold before.
    pub(super) from_held: U,
    /// What the receiver is known to hold before.
    pub(super) to_held: U,
    place_and_flags: u64,
    /// The sender, numbered in the part; [`super::part::OUTSIDE`] where not followed.
    pub(super) from: u32,
    /// The receiver, likewise.
    pub(super) to: u32,
}

impl<U: Units> Event<U> {
    /// An event between two nodes, of which nothing is booked yet.
    pub(super) fn new(place: u64, value: U, from: u32, to: u32, flags: u64) -> Self {
        let place_and_flags = place << FLAGS | flags;
        Self { value, from_held: U::ZERO, to_held: U::ZERO, place_and_flags, from, to }
    }

    /// The transfer's place; for a fee, that of the transaction's first.
    pub(super) const fn place(&self) -> u64 {
        self.place_and_flags >> FLAGS
    }

    /// Whether it bears one of these flags.
    pub(super) const fn is(&self, flags: u64) -> bool {
        self.place_and_flags & flags != 0
    }

    pub(super) fn mark(&mut self, flags: u64) {
        self.place_and_flags |= flags;
    }
}

/// What a seed does at an event that is marked so.
#[derive(Clone, Debug)]
pub(super) struct Action<U> {
    /// What the spend needs beyond the balance is this theft's.
    pub(super) unseen: Option<u32>,
    /// What arrives clean becomes this theft's.
    pub(super) receive: Option<Receive<U>>,
}

/// Clean money that arrives becomes stolen.
#[derive(Clone, Debug)]
pub(super) struct Receive<U> {
    pub(super) theft: u32,
    /// At most so many units, the last ones; `None` for all.
    pub(super) limit: Option<U>,
    /// Left clean if one of these sinks holds the theft's taint.
    pub(super) returned_from: Vec<u32>,
    /// Left clean if the watch of this number saw taint.
    pub(super) conversion: Option<u32>,
}

/// A deal among the events: first what is given, one event an asset, then what is got.
#[derive(Clone, Debug)]
pub(super) struct DealAt {
    /// The index of its first event.
    pub(super) event: u32,
    /// How many events give.
    pub(super) gives: u32,
    /// For each event that gets, whether it is the price.
    pub(super) gets: Vec<bool>,
    /// Whether it is one by a heuristic.
    pub(super) is_inferred: bool,
}

impl DealAt {
    /// Whether an event that is not before its first is one of it.
    pub(super) fn ends_after(&self, event: usize) -> bool {
        event < self.event as usize + self.length()
    }

    /// How many events it has.
    pub(super) fn length(&self) -> usize {
        self.gives as usize + self.gets.len()
    }

    /// The index after its last event.
    pub(super) fn end(&self) -> u32 {
        self.event + u32::try_from(self.length()).expect("fewer than 2^32 events")
    }
}

/// Some consecutive events of a part.
#[derive(Debug)]
pub(super) struct Chunk<U> {
    pub(super) events: Vec<Event<U>>,
    /// One for each event that is marked so, in order.
    pub(super) actions: Vec<Action<U>>,
    /// Watches that look before an event of the chunk: its index and the watch's number, sorted.
    pub(super) watches: Vec<(u32, u32)>,
    /// Where the taint of an event ends: its index and the node, sorted.
    pub(super) ends: Vec<(u32, u32)>,
    /// Sorted by their first events. A chunk holds all events of its deals.
    pub(super) deals: Vec<DealAt>,
}

impl<U> Chunk<U> {
    /// How many rows a chunk has, but for the last one.
    pub(super) const LENGTH: usize = 4096;

    pub(super) fn new() -> Self {
        let (events, actions, watches) = (Vec::new(), Vec::new(), Vec::new());
        Self { events, actions, watches, ends: Vec::new(), deals: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
        self.actions.clear();
        self.watches.clear();
        self.ends.clear();
        self.deals.clear();
    }

    /// The node that an event brings its taint to.
    pub(super) fn receiver(&self, number: u32, event: &Event<U>) -> u32
    where
        U: Units,
    {
        if !event.is(flag::END) {
            return event.to;
        }
        let at = self.ends.binary_search_by_key(&number, |end| end.0).expect("the event is marked so");
        self.ends[at].1
    }
}

/// Where both hold, the seed's own conversion says more.
pub(super) fn reason(returned: bool, conversion: bool) -> Option<LeftClean> {
    let returned = returned.then_some(LeftClean::Returned);
    if conversion { Some(LeftClean::OwnConversion) } else { returned }
}
