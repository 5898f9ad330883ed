//! Which transactions are settled, and settling them.
//!
//! Only those that touch a purse that taint can get to: first a pass over the transfers in position order finds these,
//! settling on the way what they take part in; then everything else that touches one is settled too, since what a purse
//! holds of its own decides how taint divides. So the cost follows what is reached, not how much is exchanged.

use super::super::links::Links;
use super::super::netting::Node;
use super::super::outcome::Stop;
use super::super::reach::{Bits, Start, starts};
use super::super::view::View;
use super::bundles::Bundles;
use super::list::DealList;
use super::marked::mark;
use super::{Known, at};
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::PurseId;
use crate::links::swaps::{Desk, End, Part, Reader, Settled};
use crate::links::wraps::Wraps;
use hashbrown::HashSet;
use rayon::prelude::*;
use std::ops::Range;

/// What was found in a stretch of the ledger.
#[derive(Default)]
pub(super) struct Found {
    /// By place, then the account's address.
    pub(super) deals: DealList,
    /// Place, marks, and how a branch that arrives ends; places rise.
    pub(super) marks: Vec<(u64, u8, Option<End>)>,
}

/// Settles bundles, one after the other.
struct Settler<'a, 'k> {
    finder: &'a Finder<'a, 'k>,
    desk: Desk,
    settled: Settled,
    /// The transfers of the bundle that move something, by transaction.
    rows: Vec<usize>,
    /// The transaction of each deal.
    transactions: Vec<u32>,
    order: Vec<usize>,
}

/// What to find, and in what.
pub(super) struct Finder<'a, 'k> {
    view: &'a View<'a>,
    links: &'a Links,
    bundles: Bundles<'a>,
    reader: Reader<'a, Known<'k>>,
    /// Transactions that are left alone.
    without: HashSet<u32>,
    /// The coins' purses of contracts that wrap them, and the tokens.
    coins: Vec<(PurseId, AssetId)>,
}

impl<'a, 'k> Finder<'a, 'k> {
    pub(super) fn new(view: &'a View<'a>, links: &'a Links, wraps: &'a Wraps, known: Known<'k>) -> Self {
        let ledger = view.ledger;
        let transaction = &ledger.columns().transaction;
        let coin = |wrap: &crate::links::wraps::Wrap| {
            Some((ledger.purses().find(wrap.contract, wrap.coin)?, wrap.token))
        };
        Self {
            view,
            links,
            bundles: Bundles::of(transaction, ledger.transactions().len()),
            without: known.seeds.taggings.keys().map(|&place| transaction[at(place)]).collect(),
            coins: wraps.wraps.iter().filter_map(coin).collect(),
            reader: Reader { ledger, wraps, facts: known },
        }
    }

    fn settler(&self) -> Settler<'_, 'k> {
        Settler {
            finder: self,
            desk: Desk::default(),
            settled: Settled::default(),
            rows: Vec::new(),
            transactions: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Whether a transfer pays a coin to a contract that wraps it, or back: alone it may be more than a payment.
    fn is_wrapping(&self, place: usize) -> bool {
        let columns = self.view.ledger.columns();
        self.coins.iter().any(|coin| coin.0 == columns.from[place] || coin.0 == columns.to[place])
    }

    /// Whether a transfer that wraps or unwraps does so for one of these purses, which no row may name.
    fn wraps_for(&self, place: usize, purses: &Bits) -> bool {
        let ledger = self.view.ledger;
        let (from, to) = (ledger.columns().from[place], ledger.columns().to[place]);
        self.coins.iter().any(|&(coin, token)| {
            let other = if from == coin { to } else { from };
            let purse = || ledger.purses().find(ledger.purses().account(other), token);
            let wraps = (from == coin || to == coin) && other != PurseId::NONE;
            wraps && purse().is_some_and(|purse| purses.get(purse.0) == 1)
        })
    }

    /// Finds the deals of all transactions that touch a purse which taint can get to.
    pub(super) fn find(&self) -> Found {
        let Known { seeds, stops, .. } = self.reader.facts;
        let mut spread = Spread {
            finder: self,
            stops,
            reached: Bits::new(self.view.node_count()),
            sends: Bits::new(self.view.node_count()),
            booked: Bits::new(self.view.node_count()),
            looks: Bits::new(self.view.node_count()),
            settler: self.settler(),
        };
        self.coins.iter().for_each(|coin| spread.looks.set(coin.0.0));
        let mut starts = starts(self.view, seeds);
        // As if the taint of every source came out: a little more is settled than need be.
        starts.extend(self.links.crossings.iter().map(|it| {
            let node = self.view.ledger.columns().to[at(it.place)].0;
            Start { place: it.place, node, theft: 0 }
        }));
        starts.extend(self.paid_by_entities());
        starts.sort_unstable();
        spread.run(&starts);
        if !self.view.asked.is_empty() {
            let purses = self.view.ledger.purses();
            let is_asked = |purse: &PurseId| self.view.asked.binary_search(&purses.account(*purse)).is_ok();
            purses.iter().filter(is_asked).for_each(|purse| spread.booked.set(purse.0));
        }
        let booked = spread.booked;
        let mut looks = booked.clone();
        self.coins.iter().for_each(|coin| looks.set(coin.0.0));
        let pieces = if rayon::current_num_threads() == 1 { 1 } else { 8 * rayon::current_num_threads() };
        let ranges = self.bundles.ranges(pieces);
        let found: Vec<Found> =
            ranges.into_par_iter().map(|range| self.settle_range(range, &booked, &looks)).collect();
        let mut found = found.into_iter();
        let mut all = found.next().unwrap_or_default();
        for mut next in found {
            all.deals.append(next.deals);
            all.marks.append(&mut next.marks);
        }
        all
    }

    /// Where the money of entities begins: with whoever they pay.
    fn paid_by_entities(&self) -> impl Iterator<Item = Start> {
        let (ledger, senders) = (self.view.ledger, &self.reader.facts.seeds.senders);
        let columns = ledger.columns();
        let pays =
            |from: PurseId| from != PurseId::NONE && senders.contains_key(&ledger.purses().account(from));
        let places = if senders.is_empty() { 0 } else { ledger.transfer_count() };
        let paid =
            (0..places).filter(move |&place| pays(columns.from[place]) && !ledger.is_void(columns.to[place]));
        paid.map(|place| Start { place: place as u64, node: columns.to[place].0, theft: 0 })
    }

    /// Settles what touches a booked purse, in a range of whole bundles. `looks` are these and the coins' purses.
    fn settle_range(&self, range: Range<usize>, booked: &Bits, looks: &Bits) -> Found {
        /// Transfers that are looked at before what is found among them is settled.
        const BLOCK: usize = 1024;
        let columns = self.view.ledger.columns();
        let mut settler = self.settler();
        let mut found = Found::default();
        let (mut touching, mut done) = ([0; BLOCK], range.start);
        for start in range.clone().step_by(BLOCK) {
            // Which transfers touch is hard to foresee: no branch hangs on it.
            let mut count = 0;
            for place in start..range.end.min(start + BLOCK) {
                touching[count] = place;
                count += usize::from(looks.get(columns.from[place].0) | looks.get(columns.to[place].0) != 0);
            }
            for &place in &touching[..count] {
                if place < done {
                    continue;
                }
                let touches = booked.get(columns.from[place].0) | booked.get(columns.to[place].0) != 0;
                if !touches && !self.wraps_for(place, booked) {
                    continue;
                }
                let bundle = self.bundles.around(place);
                done = bundle.end;
                if bundle.len() > 1 || self.is_wrapping(place) {
                    settler.settle(bundle);
                    settler.add_to(&mut found);
                }
            }
        }
        found
    }
}

impl Settler<'_, '_> {
    /// Settles a bundle: its parts by place, and the order of its deals.
    fn settle(&mut self, bundle: Range<usize>) {
        let Finder { view, links, reader, without, .. } = self.finder;
        let transaction = &view.ledger.columns().transaction;
        self.rows.clear();
        self.rows.extend(bundle.filter(|&place| view.moves(place) && !links.has(place)));
        // In order already where it is one transaction.
        if !self.rows.is_sorted_by_key(|&row| transaction[row]) {
            self.rows.sort_by_key(|&row| transaction[row]);
        }
        self.settled.clear();
        self.transactions.clear();
        for rows in self.rows.chunk_by(|&one, &other| transaction[one] == transaction[other]) {
            let number = transaction[rows[0]];
            if without.is_empty() || !without.contains(&number) {
                reader.settle(rows, &mut self.desk, &mut self.settled);
                self.transactions.resize(self.settled.deals.len(), number);
            }
        }
        let Settled { deals, legs, parts, .. } = &mut self.settled;
        if !parts.is_sorted_by_key(|part| part.place) {
            parts.sort_unstable_by_key(|part| part.place);
        }
        self.order.clear();
        self.order.extend(0..deals.len());
        if deals.len() > 1 {
            let place = |deal: usize| legs[deals[deal].legs.end - 1];
            // On one chain, addresses sort by their bytes as they do by their text.
            let address = |deal: usize| view.ledger.accounts().address_bytes(deals[deal].account);
            self.order.sort_unstable_by(|&one, &other| {
                place(one).cmp(&place(other)).then_with(|| address(one).cmp(address(other)))
            });
        }
    }

    /// Adds what was found last.
    fn add_to(&mut self, found: &mut Found) {
        let ledger = self.finder.view.ledger;
        let Settled { deals, legs, gives, gets, parts } = &mut self.settled;
        found.marks.extend(parts.iter().filter_map(|part| {
            let (mark, end) = marks(part);
            (mark != 0).then_some((part.place, mark, end))
        }));
        let name = |purse: PurseId| ledger.asset_name(ledger.purses().asset(purse));
        for &number in &self.order {
            let deal = &deals[number];
            let (gives, gets) = (&mut gives[deal.gives.clone()], &mut gets[deal.gets.clone()]);
            if gives.len() > 1 {
                gives.sort_by_cached_key(|it: &(PurseId, Amount)| name(it.0));
            }
            if gets.len() > 1 {
                gets.sort_by_cached_key(|it: &(PurseId, Amount, bool)| name(it.0));
            }
            let gives = gives.iter().map(|&(purse, amount)| (purse.0, amount));
            let (legs, gets) = (&legs[deal.legs.clone()], gets.iter().copied());
            found.deals.push(self.transactions[number], legs, gives, gets);
        }
    }
}

/// What a transfer is marked as, and how a branch that arrives by it ends.
fn marks(part: &Part) -> (u8, Option<End>) {
    let &Part { of_sender, of_receiver, .. } = part;
    // What the sender's deal takes is clean when it arrives.
    let end = part.end.filter(|_| !of_sender);
    let marks = [(of_sender, mark::FROM), (of_receiver, mark::TO), (end.is_some(), mark::END)];
    (marks.into_iter().filter(|it| it.0).fold(0, |all, it| all | it.1), end)
}

/// Taint on its way, with the deals that it takes part in found when it comes to them: the same that a reach finds with
/// all of them at hand, limits of hops apart.
struct Spread<'a, 'k> {
    finder: &'a Finder<'a, 'k>,
    stops: &'a [Option<Stop>],
    reached: Bits,
    /// Those that pass taint on.
    sends: Bits,
    /// The purses of which the replay keeps books: those that are reached, and those where branches end.
    booked: Bits,
    /// Those that pass taint on, and the coins' purses of contracts that wrap them.
    looks: Bits,
    settler: Settler<'a, 'k>,
}

impl Spread<'_, '_> {
    /// Goes over the transfers, from the first start on.
    fn run(&mut self, starts: &[Start]) {
        let view = self.finder.view;
        let end = view.end();
        let mut starts = starts.iter().peekable();
        let mut next = starts.peek().map_or(end, |start| at(start.place));
        while next < end {
            let stop = starts.peek().map_or(end, |start| at(start.place).min(end));
            if stop > next {
                next = self.stretch(next..stop, &mut starts);
                continue;
            }
            // A seed may begin among the transfers of a transaction.
            let bundle = self.finder.bundles.around(next);
            if bundle.start < next {
                self.bundle(bundle.clone(), &mut starts);
                next = bundle.end;
            } else {
                while let Some(start) = starts.next_if(|start| at(start.place) <= next) {
                    self.reach(start.node);
                }
            }
        }
        starts.for_each(|start| self.reach(start.node));
    }

    /// Goes over transfers until a bundle is done that goes beyond them, and returns the next place.
    fn stretch<'s>(
        &mut self,
        places: Range<usize>,
        starts: &mut std::iter::Peekable<impl Iterator<Item = &'s Start>>,
    ) -> usize {
        let columns = self.finder.view.ledger.columns();
        let mut place = places.start;
        while place < places.end {
            let from = columns.from[place];
            if self.looks.get(from.0) == 0
                || self.sends.get(from.0) == 0 && !self.finder.wraps_for(place, &self.sends)
            {
                place += 1;
                continue;
            }
            let bundle = self.finder.bundles.around(place);
            if bundle.len() > 1 || self.finder.is_wrapping(place) {
                place = bundle.end;
                self.bundle(bundle, starts);
            } else {
                let to = columns.to[place];
                if self.reached.get(to.0) == 0 {
                    self.arrive(place);
                }
                place += 1;
            }
        }
        place
    }

    /// Settles a bundle and goes over its transfers.
    fn bundle<'s>(
        &mut self,
        bundle: Range<usize>,
        starts: &mut std::iter::Peekable<impl Iterator<Item = &'s Start>>,
    ) {
        self.settler.settle(bundle.clone());
        let view = self.finder.view;
        let (mut part, mut deal) = (0, 0);
        for place in bundle {
            while let Some(start) = starts.next_if(|start| at(start.place) <= place) {
                self.reach(start.node);
            }
            let here = self.settler.settled.parts.get(part).filter(|it| at(it.place) == place);
            let mark = here.map_or(0, |here| marks(here).0);
            part += usize::from(here.is_some());
            // What is part of the sender's deal takes nothing out, and an end passes nothing on.
            if mark & mark::FROM == 0 && view.sender(place).is_some_and(|from| self.sends.get(from) == 1) {
                if mark & mark::END == 0 {
                    self.arrive(place);
                } else {
                    self.booked.set(view.ledger.columns().to[place].0);
                }
            }
            while let Some(&number) = self.settler.order.get(deal) {
                let Settled { deals, legs, gives, .. } = &self.settler.settled;
                let done = &deals[number];
                if at(legs[done.legs.end - 1]) > place {
                    break;
                }
                let (gives, gets) = (&gives[done.gives.clone()], done.gets.clone());
                if gives.iter().any(|(purse, _)| self.sends.get(purse.0) == 1) {
                    for got in gets {
                        let (purse, _, is_price) = self.settler.settled.gets[got];
                        if is_price {
                            self.reach(purse.0);
                        }
                    }
                }
                deal += 1;
            }
        }
    }

    /// A reached node sends this transfer.
    fn arrive(&mut self, place: usize) {
        let view = self.finder.view;
        if view.moves(place)
            && !view.is_dust(place)
            && let Some(to) = view.receiver(place)
        {
            self.reach(to);
        }
    }

    /// Taint can get to a node.
    fn reach(&mut self, node: Node) {
        if self.reached.get(node) == 1 {
            return;
        }
        self.reached.set(node);
        let view = self.finder.view;
        let purse = view.purse(node);
        self.booked.set(purse.0);
        let stops = self.stops[view.ledger.purses().account(purse).index()].is_some();
        if view.is_passing(node) || !stops {
            self.sends.set(node);
            self.looks.set(node);
        }
    }
}
