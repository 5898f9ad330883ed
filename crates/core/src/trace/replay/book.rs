//! Books: what every rule agrees on. Balances, gaps, and what seeds do at which event.
//!
//! One plain pass over a part's rows makes the events that the rules then go over, a chunk at a time.

use super::super::outcome::Gap;
use super::super::seed::Seeds;
use super::super::view::View;
use super::event::{Action, Chunk, Event, Receive, flag};
use super::marks::Marks;
use super::part::{OUTSIDE, Part, Parts, Row, RowKind, is_unordered};
use super::ties::Ties;
use crate::amount::Amount;
use crate::ledger::PurseId;
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
    /// The watch of a transfer, by its place.
    of_transfer: HashMap<u64, u32>,
}

impl Watches {
    pub(super) fn find(view: &View<'_>, parts: &Parts, part: &Part, ties: &Ties) -> Self {
        let to = &view.ledger.columns().to;
        let is_here = |place: u64| part.find(parts, to[super::part::index(place)]).is_some();
        let mut conversions: Vec<_> = ties.conversions.iter().filter(|(place, _)| is_here(**place)).collect();
        conversions.sort_unstable_by_key(|(place, conversion)| (conversion.first_place, **place));
        let watch = |conversion: &super::ties::Conversion| {
            let nodes = conversion.sent_from.iter().filter_map(|purse| part.find(parts, *purse));
            Watch { place: conversion.first_place, nodes: nodes.collect() }
        };
        let of_transfer = (0..).zip(&conversions).map(|(number, (place, _))| (**place, number)).collect();
        Self { list: conversions.iter().map(|(_, conversion)| watch(conversion)).collect(), of_transfer }
    }
}

/// What a purse holds and what came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account<U> {
    /// What it is known to hold.
    pub(super) balance: U,
    /// All that arrived.
    pub(super) gross: U,
}

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
}

/// The books of a part, kept up to some row of it.
pub(super) struct Books<'a, U> {
    plan: &'a Plan<'a>,
    /// The rows to come.
    rows: std::slice::Iter<'a, Row>,
    /// One entry a node of the part. Only the ledger's own purses are booked.
    accounts: Vec<Account<U>>,
    /// What each node holds, where there are passing purses, whose transfers are booked at their own purse;
    /// else empty.
    apart: Vec<U>,
    /// Spends beyond the known balance that are no unseen inflow.
    gaps: Vec<Gap>,
    /// Each node's place in `gaps`.
    gap_of: Vec<u32>,
    /// How many watches have looked.
    watched: usize,
    /// The places of transfers that a transaction seed tags, sorted.
    tagged: Vec<u64>,
}

impl<'a, U: Units> Books<'a, U> {
    /// Opens the books.
    pub(super) fn open(plan: &'a Plan<'a>) -> Self {
        let nodes = plan.part.nodes.len();
        let has_passing = plan.part.nodes.iter().any(|&node| plan.view.purse(node).0 != node);
        let mut tagged: Vec<u64> = plan.seeds.taggings.keys().copied().collect();
        tagged.sort_unstable();
        Self {
            plan,
            rows: plan.part.rows.iter(),
            accounts: vec![Account { balance: U::ZERO, gross: U::ZERO }; nodes],
            apart: if has_passing { vec![U::ZERO; nodes] } else { Vec::new() },
            gaps: Vec::new(),
            gap_of: vec![OUTSIDE; nodes],
            watched: 0,
            tagged,
        }
    }

    /// Books the next rows and makes them the chunk's events. The chunk stays empty where there are no more.
    pub(super) fn next_chunk(&mut self, chunk: &mut Chunk<U>) {
        chunk.clear();
        let rows = self.rows.as_slice();
        let (rows, rest) = rows.split_at(rows.len().min(Chunk::<U>::LENGTH));
        self.rows = rest.iter();
        for (number, row) in (0..).zip(rows) {
            let mut action = Action { unseen: None, receive: None };
            let mut event = match row.kind() {
                RowKind::Fee(fee) => self.pay_fee(fee),
                RowKind::Transfer(place) => self.transfer(place, &mut action),
            };
            while self.plan.watches.list.get(self.watched).is_some_and(|it| it.place <= event.place()) {
                event.mark(flag::WATCH);
                chunk.watches.push((number, u32::try_from(self.watched).expect("fewer than 2^32 watches")));
                self.watched += 1;
            }
            if action.unseen.is_some() || action.receive.is_some() {
                event.mark(flag::ACTION);
                chunk.actions.push(action);
            }
            chunk.events.push(event);
        }
    }

    /// Books all rows before a place, of which no events are wanted.
    pub(super) fn catch_up(&mut self, place: u64) {
        let fees = &self.plan.view.ledger.fees().place;
        let rows = self.rows.as_slice();
        let end = rows.partition_point(|row| match row.kind() {
            RowKind::Transfer(at) => (at as u64) < place,
            RowKind::Fee(fee) => fees[fee] < place,
        });
        self.rows = rows[..end].iter();
        let mut chunk = Chunk::new();
        while !self.rows.as_slice().is_empty() {
            self.next_chunk(&mut chunk);
        }
        self.rows = rows[end..].iter();
    }

    fn pay_fee(&mut self, fee: usize) -> Event<U> {
        let fees = self.plan.view.ledger.fees();
        let (payer, place) = (fees.payer[fee], fees.place[fee]);
        let from = self.plan.parts.local_purse(payer);
        let mut event = Event::new(place, U::read(&fees.amount, fee), from, OUTSIDE, flag::FEE);
        event.from_held = self.spend(from, event.value);
        if event.value > event.from_held {
            self.note_gap(from, payer, event.value.minus(event.from_held), place);
        }
        self.spend_apart(&mut event);
        event
    }

    fn transfer(&mut self, at: usize, action: &mut Action<U>) -> Event<U> {
        let Plan { view, seeds, parts, .. } = self.plan;
        let columns = view.ledger.columns();
        let place = at as u64;
        let (from, to) = (columns.from[at], columns.to[at]);
        let (booked_from, booked_to) = (parts.local_purse(from), parts.local_purse(to));
        let mut flags = 0;
        if booked_to == OUTSIDE && view.ledger.is_void(to) {
            flags |= flag::BURN;
        } else if view.is_dust(at) {
            flags |= flag::DUST;
        }
        if is_unordered(view, at) {
            flags |= flag::UNORDERED;
        }
        let mut event = Event::new(place, U::read(&columns.value, at), booked_from, booked_to, flags);
        if booked_from != OUTSIDE {
            event.from_held = self.spend(booked_from, event.value);
            if event.value > event.from_held {
                match seeds.deciding(from, place).filter(|_| self.plan.is_seed.has(booked_from)) {
                    Some(begin) => action.unseen = Some(begin.theft),
                    None => self.note_gap(booked_from, from, event.value.minus(event.from_held), place),
                }
            }
        }
        if booked_to != OUTSIDE {
            let account = &mut self.accounts[booked_to as usize];
            event.to_held = account.balance;
            account.balance = account.balance.plus(event.value);
            account.gross = account.gross.plus(event.value);
            let is_tagged = || self.tagged.binary_search(&place).is_ok();
            if self.plan.is_seed.has(booked_to) || (!self.tagged.is_empty() && is_tagged()) {
                action.receive = self.receive(place, to);
            }
        }
        if !self.apart.is_empty() {
            let local = |node: Option<u32>| node.map_or(OUTSIDE, |node| parts.local(node));
            (event.from, event.to) = (local(view.from(at)), local(view.to(at)));
            self.spend_apart(&mut event);
            if event.to != OUTSIDE {
                let held = &mut self.apart[event.to as usize];
                event.to_held = *held;
                *held = held.plus(event.value);
            }
        }
        event
    }

    /// Takes a spend out of a purse, down to nothing, and returns what it held before.
    fn spend(&mut self, at: u32, value: U) -> U {
        let balance = &mut self.accounts[at as usize].balance;
        let held = *balance;
        *balance = held.minus(value.min(held));
        held
    }

    /// The same at the node, where nodes are booked apart.
    fn spend_apart(&mut self, event: &mut Event<U>) {
        if !self.apart.is_empty() && event.from != OUTSIDE {
            let held = &mut self.apart[event.from as usize];
            event.from_held = *held;
            *held = held.minus(event.value.min(*held));
        }
    }

    fn note_gap(&mut self, at: u32, purse: PurseId, lacks: U, place: u64) {
        let gap_of = &mut self.gap_of[at as usize];
        if *gap_of == OUTSIDE {
            *gap_of = u32::try_from(self.gaps.len()).expect("fewer than 2^32 nodes");
            self.gaps.push(Gap { purse, count: 0, amount: Amount::ZERO, first: place });
        }
        let gap = &mut self.gaps[*gap_of as usize];
        gap.count += 1;
        gap.amount = gap.amount.plus(lacks.to_amount());
    }

    /// What a seed does with what a transfer brings to a purse.
    fn receive(&self, place: u64, to: PurseId) -> Option<Receive<U>> {
        let Plan { seeds, ties, parts, watches, .. } = self.plan;
        if let Some(tagging) = seeds.taggings.get(&place) {
            let limit = tagging.limit.map(U::from_amount);
            return Some(Receive {
                theft: tagging.theft,
                limit,
                returned_from: Vec::new(),
                conversion: None,
            });
        }
        let theft = seeds.deciding(to, place)?.theft;
        let sinks = ties.returns.get(&place).map_or(&[][..], |sinks| sinks);
        let returned_from =
            sinks.iter().map(|node| parts.local(*node)).filter(|&local| local != OUTSIDE).collect();
        let conversion = watches.of_transfer.get(&place).copied();
        Some(Receive { theft, limit: None, returned_from, conversion })
    }

    /// What a node holds: a passing purse, too.
    pub(super) fn held(&self, node: u32) -> U {
        self.apart.get(node as usize).copied().unwrap_or(self.accounts[node as usize].balance)
    }

    /// What is booked for a purse.
    pub(super) fn account(&self, node: u32) -> Account<U> {
        self.accounts[node as usize]
    }

    /// The gaps.
    pub(super) fn take_gaps(&mut self) -> Vec<Gap> {
        std::mem::take(&mut self.gaps)
    }
}
