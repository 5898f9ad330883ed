//! Deals: what a rule does where an account exchanges, and where a branch ends because of one.

use super::super::super::outcome::{Grade, PostingKind};
use super::super::event::{Action, Chunk, DealAt, Event, flag};
use super::{Flow, Found, Post, Walk};
use crate::rules::convert::{Given, take_evenly};
use crate::rules::{Part, Store, Tag, Units};
use std::slice::Iter;

impl<S: Store<U>, U: Units> Walk<'_, S, U> {
    /// Ends the branch that comes by a transfer: what arrives is clean.
    #[cold]
    pub(super) fn end(
        &mut self,
        number: u32,
        event: &Event<U>,
        grade: Grade,
        chunk: &Chunk<U>,
        found: &mut Found<U>,
    ) {
        self.sum_by_class();
        let node = chunk.receiver(number, event);
        for part in std::mem::take(&mut self.by_class) {
            let Part { tag, units, claim } = part;
            found.flows.push(Flow { event: number, tag, grade, units, claim });
            self.put(node, U::ZERO, part, grade);
        }
        self.parts.clear();
    }

    /// A deal: all that it gives leaves, then what it got for that comes, with the taint of what it gave.
    #[cold]
    pub(super) fn deal(
        &mut self,
        deal: &DealAt,
        chunk: &Chunk<U>,
        actions: &mut Iter<'_, Action<U>>,
        found: &mut Found<U>,
    ) {
        let events = (deal.event..).zip(&chunk.events[deal.event as usize..]).take(deal.length());
        let mut given = Vec::new();
        let mut grade = if deal.is_inferred { Grade::Inferred } else { Grade::Fact };
        let mut given_by = Vec::new();
        for (number, event) in events.clone().take(deal.gives as usize) {
            self.parts.clear();
            let action = if event.is(flag::ACTION) { actions.next() } else { None };
            let hop = if event.is(flag::THROUGH) {
                self.cross(event)
            } else {
                self.spend(number, event, action, found)
            };
            self.sum_by_class();
            if !self.by_class.is_empty() {
                grade = hop.max(grade);
                given_by.push((number, event.from));
                given.push(Given { value: event.value, parts: std::mem::take(&mut self.by_class) });
            }
        }
        let got = || events.clone().skip(deal.gives as usize).zip(&deal.gets);
        let prices: Vec<U> =
            got().filter(|(_, is_price)| **is_price).map(|((_, event), _)| event.value).collect();
        let priced = S::convert(&given, &prices);
        let is_lost = |tag: Tag| !priced.iter().flatten().any(|part| part.tag == tag);
        for (&(event, node), given) in given_by.iter().zip(&given) {
            for &Part { tag, units, claim } in &given.parts {
                let kind = if is_lost(tag) { PostingKind::Dust } else { PostingKind::ConvertedOut };
                found.posts.push(Post { event, kind, node, tag, grade, units, claim });
            }
        }
        let mut priced = priced.into_iter();
        for ((number, event), &is_price) in got() {
            let action = if event.is(flag::ACTION) { actions.next() } else { None };
            let came = if is_price { priced.next().unwrap_or_default() } else { Vec::new() };
            self.get(number, event, action, came, grade, found);
        }
    }

    /// Takes a destination's part of what waits for a link: of every class, and of what is clean, in proportion. Leaves the
    /// tainted parts in `parts`, and returns the weakest grade on the way.
    fn cross(&mut self, event: &Event<U>) -> Grade {
        let (node, value, left) = (event.from, event.value, event.from_held);
        let waiting = self.sunk.entry(node).or_default();
        if S::EXACT {
            self.parts = take_evenly(waiting, left, value);
        } else if !value.is_zero() {
            // Whatever goes on is flagged with all that came.
            self.parts.extend(waiting.iter().map(|&it| Part { units: value, claim: value, ..it }));
        }
        if value == left {
            self.sunk.remove(&node);
        }
        self.held[node as usize].grade
    }

    /// What a deal got of one asset comes: tainted parts, and clean money for the rest.
    fn get(
        &mut self,
        event: u32,
        at: &Event<U>,
        action: Option<&Action<U>>,
        came: Vec<Part<U>>,
        grade: Grade,
        found: &mut Found<U>,
    ) {
        for &Part { tag, units, claim } in &came {
            let (kind, node) = (PostingKind::ConvertedIn, at.to);
            found.posts.push(Post { event, kind, node, tag, grade, units, claim });
        }
        self.parts.clear();
        let tainted = came.iter().fold(U::ZERO, |sum, part| sum.plus(part.units));
        let clean = if S::EXACT || came.is_empty() { at.value.minus(tainted) } else { U::ZERO };
        if !clean.is_zero() {
            self.parts.push(Part::clean(clean));
        }
        self.parts.extend(&came);
        if let Some(receive) = action.and_then(|action| action.receive.as_ref()) {
            self.steal(event, at, receive, found);
        }
        let parts = std::mem::take(&mut self.parts);
        let mut held = at.to_held;
        for part in &parts {
            let carried = came.iter().any(|came| came.tag == part.tag);
            self.put(at.to, held, *part, if carried { grade } else { Grade::Fact });
            held = held.plus(part.units);
        }
        self.parts = parts;
    }
}
