//! Books: what every rule agrees on. Balances, gaps, and what seeds do at which event.
//!
//! One plain pass over a part's events, before any rule runs.

use super::super::outcome::{Gap, LeftClean};
use super::super::seed::Seeds;
use super::super::view::View;
use super::part::{Event, OUTSIDE, Part, Parts, fee_at, index};
use super::ties::Ties;
use crate::amount::Amount;
use crate::ledger::{Fee, PurseId};
use crate::rules::Units;

/// What a seed does at one event. Indices are into the part's events and nodes.
#[derive(Clone, Debug)]
pub(super) struct Action<U> {
    pub(super) event: u32,
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
    /// Left clean if this watch saw taint: see [`Books::watches`].
    pub(super) conversion: Option<u32>,
}

/// Before an event: does one of these nodes hold taint?
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) event: u32,
    pub(super) nodes: Vec<u32>,
}

/// What a purse is known to hold and to have lacked, and what seeds do.
#[derive(Debug)]
pub(super) struct Books<U> {
    /// End balance, one entry a node of the part (only the ledger's own purses are booked).
    pub(super) balance: Vec<U>,
    /// All that arrived, likewise.
    pub(super) gross: Vec<U>,
    /// Spends beyond the known balance that are no unseen inflow, sorted by node.
    pub(super) gaps: Vec<Gap>,
    /// Sorted by event.
    pub(super) actions: Vec<Action<U>>,
    /// Sorted by event; numbered by their place here.
    pub(super) watches: Vec<Watch>,
}

impl<U: Units> Books<U> {
    /// Books a part.
    pub(super) fn keep(
        view: &View<'_>,
        parts: &Parts,
        part: &Part,
        events: &[Event<U>],
        seeds: &Seeds,
        ties: &Ties,
    ) -> Self {
        let mut books = Self {
            balance: vec![U::ZERO; part.nodes.len()],
            gross: vec![U::ZERO; part.nodes.len()],
            gaps: Vec::new(),
            actions: Vec::new(),
            watches: Vec::new(),
        };
        let mut gap_of: Vec<u32> = vec![OUTSIDE; part.nodes.len()];
        let columns = view.ledger.columns();
        let booked = |purse: PurseId| {
            let local = if view.ledger.is_void(purse) { OUTSIDE } else { parts.local(purse) };
            (local != OUTSIDE).then_some(local as usize)
        };
        for (number, (event, &(place, is_transfer))) in (0_u32..).zip(events.iter().zip(&part.rows)) {
            let (from, to) = if is_transfer {
                (columns.from[index(place)], Some(columns.to[index(place)]))
            } else {
                let Fee { payer, .. } = fee_at(view, place);
                (payer, None)
            };
            let mut action = Action { event: number, unseen: None, receive: None };
            if let Some(at) = booked(from) {
                let short = event.value > books.balance[at];
                if short {
                    let lacks = event.value.minus(books.balance[at]);
                    let begin = seeds.deciding(from, place).filter(|_| is_transfer);
                    match begin {
                        Some(begin) => action.unseen = Some(begin.theft),
                        None => books.note_gap(&mut gap_of, at, from, lacks, place),
                    }
                    books.balance[at] = event.value;
                }
                books.balance[at] = books.balance[at].minus(event.value);
            }
            if let Some((to, at)) = to.and_then(|to| booked(to).map(|at| (to, at))) {
                books.balance[at] = books.balance[at].plus(event.value);
                books.gross[at] = books.gross[at].plus(event.value);
                action.receive = receive(seeds, ties, parts, place, to);
            }
            if action.unseen.is_some() || action.receive.is_some() {
                books.actions.push(action);
            }
        }
        books.set_watches(events, ties, parts, part);
        books.gaps.sort_unstable_by_key(|gap| gap.purse);
        books
    }

    fn note_gap(&mut self, gap_of: &mut [u32], at: usize, purse: PurseId, lacks: U, place: u64) {
        if gap_of[at] == OUTSIDE {
            gap_of[at] = u32::try_from(self.gaps.len()).expect("fewer than 2^32 nodes");
            self.gaps.push(Gap { purse, count: 0, amount: Amount::ZERO, first: place });
        }
        let gap = &mut self.gaps[gap_of[at] as usize];
        gap.count += 1;
        gap.amount = gap.amount.plus(lacks.to_amount());
    }

    /// Places a watch before the first event of each transaction in which a seed may convert.
    fn set_watches(&mut self, events: &[Event<U>], ties: &Ties, parts: &Parts, part: &Part) {
        for action in &mut self.actions {
            let Some(receive) = &mut action.receive else { continue };
            let place = events[action.event as usize].place;
            let Some(conversion) = receive.conversion.take().and(ties.conversions.get(&place)) else {
                continue;
            };
            let first = part.rows.partition_point(|row| row.0 < conversion.first_place);
            let nodes = conversion.sent_from.iter().map(|purse| parts.local(*purse));
            let nodes: Vec<u32> = nodes.filter(|&local| local != OUTSIDE).collect();
            receive.conversion = Some(u32::try_from(self.watches.len()).expect("fewer than 2^32 watches"));
            let event = u32::try_from(first).expect("a part has fewer than 2^32 events");
            self.watches.push(Watch { event, nodes });
        }
        // Numbers stay what they are; the walk looks them up by event.
    }
}

/// What a seed does with what a transfer brings to a purse.
fn receive<U: Units>(
    seeds: &Seeds,
    ties: &Ties,
    parts: &Parts,
    place: u64,
    to: PurseId,
) -> Option<Receive<U>> {
    if let Some(tagging) = seeds.taggings.get(&place) {
        let limit = tagging.limit.map(U::from_amount);
        return Some(Receive { theft: tagging.theft, limit, returned_from: Vec::new(), conversion: None });
    }
    let theft = seeds.deciding(to, place)?.theft;
    let sinks = ties.returns.get(&place).map_or(&[][..], |sinks| sinks);
    let returned_from =
        sinks.iter().map(|node| parts.local[*node as usize]).filter(|&local| local != OUTSIDE).collect();
    let conversion = ties.conversions.contains_key(&place).then_some(OUTSIDE);
    Some(Receive { theft, limit: None, returned_from, conversion })
}

/// Where both hold, the seed's own conversion says more.
pub(super) fn reason(returned: bool, conversion: bool) -> Option<LeftClean> {
    let returned = returned.then_some(LeftClean::Returned);
    if conversion { Some(LeftClean::OwnConversion) } else { returned }
}
