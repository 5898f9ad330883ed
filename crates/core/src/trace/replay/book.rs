//! Books: what every rule agrees on. Balances, gaps, and what seeds do at which event.
//!
//! One plain pass over a part's rows makes the events that the rules then go over, a chunk at a time.

use super::super::deals::Deal;
use super::super::outcome::Gap;
use super::super::seed::Seeds;
use super::super::view::View;
use super::event::{Action, Chunk, DealAt, Event, Receive, flag};
use super::marks::Marks;
use super::part::{OUTSIDE, Part, Parts, Row, RowKind, is_unordered, is_unordered_deal};
use super::ties::Ties;
use crate::ledger::PurseId;
use crate::pages::Pages;
use crate::rules::Units;
use hashbrown::HashMap;

/// Before the first event of a transaction: does one of these nodes hold taint?
#[derive(Debug)]
pub(super) struct Watch {
    /// The place of the transaction's first transfer.
    place: u64,
    pub(super) nodes: Vec<u32>,
}

/// The watches of a part: one for each transfer by which a seed may convert, sorted by place.
#[derive(Debug)]
pub(super) struct Watches {
    pub(super) list: Vec<Watch>,
    /// The watch of what arrives at a place, in a purse.
    of_arrival: HashMap<(u64, PurseId), u32>,
}

impl Watches {
    pub(super) fn find(parts: &Parts, part: &Part, ties: &Ties) -> Self {
        let is_here = |purse: PurseId| part.find(parts, purse.0).is_some();
        let mut conversions: Vec<_> = ties.conversions.iter().filter(|(at, _)| is_here(at.1)).collect();
        conversions.sort_unstable_by_key(|(at, conversion)| (conversion.first_place, **at));
        let watch = |conversion: &super::ties::Conversion| {
            let nodes = conversion.sent_from.iter().filter_map(|purse| part.find(parts, purse.0));
            Watch { place: conversion.first_place, nodes: nodes.collect() }
        };
        let of_arrival = (0..).zip(&conversions).map(|(number, (at, _))| (**at, number)).collect();
        Self { list: conversions.iter().map(|(_, conversion)| watch(conversion)).collect(), of_arrival }
    }
}

/// How many rows are asked for at once.
const BATCH: usize = 256;

/// What is booked for a purse: an array, so that a million of them can lie on large pages, each in one cache line.
/// See the constants.
type Account<U> = [U; 2];

/// What a purse is known to hold.
const BALANCE: usize = 0;
/// All that arrived.
const GROSS: usize = 1;

/// What a purse's spends went beyond its balance, where that was no unseen inflow, and how many they were. Apart from
/// the accounts, of which so more fit into a cache.
type Lack<U> = [U; 2];

const LACKING: usize = 0;
const GAPS: usize = 1;

/// What a booking needs to know of a part.
pub(super) struct Plan<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) seeds: &'a Seeds,
    pub(super) ties: &'a Ties,
    pub(super) parts: &'a Parts,
    pub(super) part: &'a Part,
    pub(super) watches: &'a Watches,
    /// The nodes that are purses of a seed.
    pub(super) is_seed: &'a Marks,
    /// Those of a pool, where there are pools.
    pub(super) is_pool: Option<&'a Marks>,
}

/// The books of a part, kept up to some row of it.
pub(super) struct Books<'a, U> {
    plan: &'a Plan<'a>,
    /// The rows to come.
    rows: std::slice::Iter<'a, Row>,
    /// One entry a node of the part. Only the ledger's own purses are booked.
    accounts: Pages<Account<U>>,
    /// The same for what they lacked.
    lacks: Pages<Lack<U>>,
    /// What each node holds, where there are passing purses, whose transfers are booked at their own purse;
    /// else empty.
    apart: Vec<U>,
    /// The nodes with gaps, and the place of the first.
    gaps: Vec<(u32, u64)>,
    /// How many watches have looked.
    watched: usize,
}

impl<'a, U: Units> Books<'a, U> {
    /// Opens the books.
    pub(super) fn open(plan: &'a Plan<'a>) -> Self {
        let nodes = plan.part.nodes.len();
        let has_passing = plan.part.nodes.iter().any(|&node| plan.view.is_passing(node));
        let mut books = Self {
            plan,
            rows: plan.part.rows.iter(),
            accounts: Pages::zeroed(nodes),
            lacks: Pages::zeroed(nodes),
            apart: if has_passing { vec![U::ZERO; nodes] } else { Vec::new() },
            gaps: Vec::new(),
            watched: 0,
        };
        for (account, asset, held) in plan.view.pools.outstanding() {
            let purse = plan.view.ledger.purses().find(account, asset);
            let Some(node) = purse.and_then(|purse| plan.part.find(plan.parts, purse.0)) else { continue };
            books.accounts[node as usize][BALANCE] = U::from_amount(held);
            if let Some(apart) = books.apart.get_mut(node as usize) {
                *apart = U::from_amount(held);
            }
        }
        books
    }

    /// The flag of a spend that leaves a pool.
    fn pool_flag(&self, from: u32) -> u64 {
        let is_pool = |pools: &Marks| from != OUTSIDE && pools.has(from);
        if self.plan.is_pool.is_some_and(is_pool) { flag::POOL } else { 0 }
    }

    /// Books the next rows and makes them the chunk's events. The chunk stays empty where there are no more.
    pub(super) fn next_chunk(&mut self, chunk: &mut Chunk<U>) {
        chunk.clear();
        let rows = self.rows.as_slice();
        let (rows, rest) = rows.split_at(rows.len().min(Chunk::<U>::LENGTH));
        self.rows = rest.iter();
        for rows in rows.chunks(BATCH) {
            let booked = chunk.events.len();
            for row in rows {
                match row.kind() {
                    RowKind::Deal(number) => self.deal(number, chunk),
                    RowKind::Fee(number) => chunk.events.push(self.fee(number)),
                    RowKind::Transfer(place) => chunk.events.push(self.transfer(place)),
                }
            }
            for events in chunk.events[booked..].chunks(BATCH) {
                self.ask_for_accounts(events);
            }
            for number in booked..chunk.events.len() {
                self.next_event(chunk, number);
            }
        }
    }

    /// Books all rows before a place, of which no events are wanted.
    pub(super) fn catch_up(&mut self, place: u64) {
        let (fees, deals) = (&self.plan.view.ledger.fees().place, self.plan.view.deals.all.places());
        let rows = self.rows.as_slice();
        let end = rows.partition_point(|row| match row.kind() {
            RowKind::Transfer(at) => (at as u64) < place,
            RowKind::Fee(fee) => fees[fee] < place,
            RowKind::Deal(deal) => deals[deal] < place,
        });
        self.rows = rows[..end].iter();
        let mut chunk = Chunk::new();
        while !self.rows.as_slice().is_empty() {
            self.next_chunk(&mut chunk);
        }
        self.rows = rows[end..].iter();
    }

    fn next_event(&mut self, chunk: &mut Chunk<U>, event_number: usize) {
        let event = &mut chunk.events[event_number];
        // The events of a deal follow each other.
        let deals = chunk.deals.partition_point(|deal| deal.event as usize <= event_number);
        let deals = deals.checked_sub(1).is_some_and(|deal| chunk.deals[deal].ends_after(event_number));
        let action = self.book(event, deals);
        let number = |number: usize| u32::try_from(number).expect("fewer than 2^32 watches and events");
        if event.is(flag::END) {
            let view = self.plan.view;
            let end = view.deals.end(super::part::index(event.place())).expect("the event is marked so");
            chunk.ends.push((number(event_number), self.plan.parts.local(end)));
        }
        if action.unseen.is_some() || action.receive.is_some() {
            event.mark(flag::ACTION);
            chunk.actions.push(action);
        }
        while self.plan.watches.list.get(self.watched).is_some_and(|it| it.place <= event.place()) {
            event.mark(flag::WATCH);
            chunk.watches.push((number(event_number), number(self.watched)));
            self.watched += 1;
        }
    }

    /// Reads what the booking of some events needs, one after the other and nothing else, so that waits for memory
    /// overlap. No branch hangs on what is read.
    fn ask_for_accounts(&self, events: &[Event<U>]) {
        let (accounts, lacks) = (&self.accounts[..], &self.lacks[..]);
        let held = |node: u32| accounts.get(node as usize).map_or(U::ZERO, |account| account[BALANCE]);
        let mut odd = events.iter().fold(false, |odd, it| odd ^ held(it.to).is_zero());
        let (mut short, mut count) = ([OUTSIDE; BATCH], 0);
        for event in events {
            short[count] = event.from;
            count += usize::from(event.value > held(event.from));
        }
        for &node in &short[..count] {
            odd ^= lacks.get(node as usize).is_some_and(|lack| lack[GAPS].is_zero());
        }
        std::hint::black_box(odd);
    }

    /// Makes a fee's event.
    fn fee(&self, fee: usize) -> Event<U> {
        let Plan { view, parts, .. } = self.plan;
        let fees = view.ledger.fees();
        let (value, from) = (U::read(&fees.amount, fee), parts.local_purse(fees.payer[fee]));
        Event::new(fees.place[fee], value, from, OUTSIDE, flag::FEE | self.pool_flag(from))
    }

    /// Makes a deal's events: one for each purse of this part that it moves, those that give first.
    #[cold]
    fn deal(&self, number: usize, chunk: &mut Chunk<U>) {
        let Plan { view, parts, part, .. } = self.plan;
        let deal: Deal<'_> = view.deals.all.get(number);
        let first = chunk.events.len();
        for (node, amount) in deal.gives() {
            let Some(from) = part.find(parts, node) else { continue };
            let flags = if is_unordered_deal(view, deal, node) { flag::UNORDERED } else { 0 };
            let mut event = Event::new(deal.place, U::from_amount(amount), from, OUTSIDE, flags);
            if let Some(through) = deal.through() {
                event.mark(flag::THROUGH);
                event.from_held = U::from_amount(through.left);
            }
            chunk.events.push(event);
        }
        let gives = chunk.events.len() - first;
        let mut gets = Vec::new();
        for (purse, amount, is_price) in deal.gets() {
            let Some(to) = part.find(parts, purse.0) else { continue };
            chunk.events.push(Event::new(deal.place, U::from_amount(amount), OUTSIDE, to, 0));
            gets.push(is_price);
        }
        let number = |number: usize| u32::try_from(number).expect("fewer than 2^32 events");
        if let Some(event) = chunk.events.get_mut(first) {
            event.mark(flag::DEAL);
            let is_inferred = deal.through().is_some_and(|through| through.is_inferred);
            chunk.deals.push(DealAt { event: number(first), gives: number(gives), gets, is_inferred });
        }
    }

    /// Makes a transfer's event, between the purses where it is booked.
    #[inline]
    fn transfer(&self, at: usize) -> Event<U> {
        let Plan { view, parts, .. } = self.plan;
        let columns = view.ledger.columns();
        let mut to = parts.local_purse(columns.to[at]);
        let mut flags = 0;
        let ends =
            !view.deals.is_empty() && view.deals.end(at).is_some_and(|end| parts.local(end) != OUTSIDE);
        if to == OUTSIDE && !ends && parts.is_void(view, columns.to[at]) {
            flags |= flag::BURN;
        } else if view.is_dust(at) {
            flags |= flag::DUST;
        }
        if is_unordered(view, at) {
            flags |= flag::UNORDERED;
        }
        let mut from = parts.local_purse(columns.from[at]);
        if !view.deals.is_empty() {
            // Its deal takes it out of the sender, and brings it to the receiver.
            if view.deals.is_given(at) {
                from = OUTSIDE;
            }
            if view.deals.is_got(at) {
                to = OUTSIDE;
            }
            if ends {
                flags |= flag::END;
            }
        }
        Event::new(at as u64, U::read(&columns.value, at), from, to, flags | self.pool_flag(from))
    }

    /// Books an event, and returns what a seed does at it. `deals`: it is one of a deal.
    fn book(&mut self, event: &mut Event<U>, deals: bool) -> Action<U> {
        let mut action = Action { unseen: None, receive: None };
        let (from, to, place) = (event.from, event.to, event.place());
        if from != OUTSIDE && !event.is(flag::THROUGH) {
            event.from_held = spend(&mut self.accounts[from as usize][BALANCE], event.value);
            if event.value > event.from_held {
                action.unseen = if event.is(flag::FEE) { None } else { self.deciding(from, place) };
                if action.unseen.is_none() {
                    self.note_gap(from, event.value.minus(event.from_held), place);
                }
            }
        }
        if to != OUTSIDE {
            let account = &mut self.accounts[to as usize];
            event.to_held = account[BALANCE];
            account[BALANCE] = account[BALANCE].plus(event.value);
            account[GROSS] = account[GROSS].plus(event.value);
            action.receive = self.receive(to, place, deals);
        }
        if !self.apart.is_empty() {
            self.book_apart(event, deals);
        }
        action
    }

    /// Books an event between nodes, where some are passing purses. `deals`: it is one of a deal.
    fn book_apart(&mut self, event: &mut Event<U>, deals: bool) {
        let Plan { view, parts, .. } = self.plan;
        if !event.is(flag::FEE) {
            let at = super::part::index(event.place());
            let local = |node: Option<u32>| node.map_or(OUTSIDE, |node| parts.local(node));
            // A deal's ends are purses, and so is what it leaves of a transfer.
            if !deals {
                let to = if view.deals.is_got(at) { None } else { view.receiver(at) };
                (event.from, event.to) = (local(view.from(at)), local(to));
            }
        }
        if event.from != OUTSIDE && !event.is(flag::THROUGH) {
            event.from_held = spend(&mut self.apart[event.from as usize], event.value);
        }
        if event.to != OUTSIDE {
            let held = &mut self.apart[event.to as usize];
            event.to_held = *held;
            *held = held.plus(event.value);
        }
    }

    fn note_gap(&mut self, node: u32, lacks: U, place: u64) {
        let lack = &mut self.lacks[node as usize];
        if lack[GAPS].is_zero() {
            self.gaps.push((node, place));
        }
        lack[GAPS] = lack[GAPS].plus(U::ONE);
        lack[LACKING] = lack[LACKING].plus(lacks);
    }

    /// The theft whose address seed decides at a node, at a place.
    fn deciding(&self, node: u32, place: u64) -> Option<u32> {
        let is_seed = self.plan.is_seed.has(node);
        is_seed.then(|| self.plan.seeds.deciding(self.purse(node), place)).flatten().map(|begin| begin.theft)
    }

    fn purse(&self, node: u32) -> PurseId {
        PurseId(self.plan.part.nodes[node as usize])
    }

    /// What a seed does with what a transfer brings to a purse.
    fn receive(&self, to: u32, place: u64, deals: bool) -> Option<Receive<U>> {
        // Who receives what a transaction seed tags is a seed, too.
        if !self.plan.is_seed.has(to) {
            return None;
        }
        let Plan { seeds, ties, parts, watches, .. } = self.plan;
        if let Some(tagging) = seeds.taggings.get(&place).filter(|_| !deals) {
            let limit = tagging.limit.map(U::from_amount);
            return Some(Receive {
                theft: tagging.theft,
                limit,
                returned_from: Vec::new(),
                conversion: None,
            });
        }
        let theft = self.deciding(to, place)?;
        let sinks = ties.returns.get(&place).filter(|_| !deals).map_or(&[][..], |sinks| sinks);
        let returned_from =
            sinks.iter().map(|node| parts.local(*node)).filter(|&local| local != OUTSIDE).collect();
        let conversion = watches.of_arrival.get(&(place, self.purse(to))).copied();
        Some(Receive { theft, limit: None, returned_from, conversion })
    }

    /// What a node holds: a passing purse, too.
    pub(super) fn held(&self, node: u32) -> U {
        let apart = self.apart.get(node as usize);
        apart.copied().unwrap_or_else(|| self.accounts[node as usize][BALANCE])
    }

    /// What a purse holds, and all that arrived.
    pub(super) fn balance_and_gross(&self, node: u32) -> (U, U) {
        let account = &self.accounts[node as usize];
        (account[BALANCE], account[GROSS])
    }

    /// The purses that spent more than they were known to hold, by purse.
    pub(super) fn gaps(&self) -> Vec<Gap> {
        let gap = |&(node, first): &(u32, u64)| {
            let lack = &self.lacks[node as usize];
            let (count, amount) = (lack[GAPS].to_amount(), lack[LACKING].to_amount());
            let count = count.to_u128().and_then(|count| u64::try_from(count).ok());
            Gap { purse: self.purse(node), count: count.expect("no more than there are rows"), amount, first }
        };
        let mut gaps: Vec<Gap> = self.gaps.iter().map(gap).collect();
        gaps.sort_unstable_by_key(|gap| gap.purse);
        gaps
    }
}

/// Takes a spend out of a balance, down to nothing, and returns what it was before.
fn spend<U: Units>(balance: &mut U, value: U) -> U {
    let held = *balance;
    *balance = held.minus(value.min(held));
    held
}
