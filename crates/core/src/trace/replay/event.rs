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
}

/// How many bits of [`Event::place_and_flags`] are flags.
const FLAGS: u32 = 6;

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

/// Some consecutive events of a part.
#[derive(Debug)]
pub(super) struct Chunk<U> {
    pub(super) events: Vec<Event<U>>,
    /// One for each event that is marked so, in order.
    pub(super) actions: Vec<Action<U>>,
    /// Watches that look before an event of the chunk: its index and the watch's number, sorted.
    pub(super) watches: Vec<(u32, u32)>,
}

impl<U> Chunk<U> {
    /// How many events a chunk has, but for the last one.
    pub(super) const LENGTH: usize = 4096;

    pub(super) fn new() -> Self {
        Self { events: Vec::new(), actions: Vec::new(), watches: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
        self.actions.clear();
        self.watches.clear();
    }
}

/// Where both hold, the seed's own conversion says more.
pub(super) fn reason(returned: bool, conversion: bool) -> Option<LeftClean> {
    let returned = returned.then_some(LeftClean::Returned);
    if conversion { Some(LeftClean::OwnConversion) } else { returned }
}
