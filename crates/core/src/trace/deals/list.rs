//! Deals as columns: flat lists, and where those of each deal end in them.

use super::super::links::Crossing;
use super::super::view::Node;
use crate::amount::{Amount, AmountColumn};
use crate::ledger::PurseId;
use std::ops::Range;

/// Deals, one after the other.
#[derive(Debug, Default)]
pub(in super::super) struct DealList {
    /// One entry a deal in each of these.
    places: Vec<u64>,
    transactions: Vec<u32>,
    /// Where its legs, what it gives and what it gets end.
    ends: Vec<[u32; 3]>,
    legs: Vec<u64>,
    gives: Vec<Node>,
    given: AmountColumn,
    gets: Vec<(PurseId, bool)>,
    got: AmountColumn,
    /// The deals that are destinations of links, by their numbers, rising.
    through: Vec<(usize, Through)>,
}

/// What a deal is as a destination of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Through {
    /// So many units of the source are left before it.
    pub(in super::super) left: Amount,
    /// Whether a heuristic says so.
    pub(in super::super) is_inferred: bool,
    /// An index into the links of the options.
    pub(in super::super) number: u32,
}

/// One account's deal in one transaction, or one destination of a link.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Deal<'a> {
    list: &'a DealList,
    number: usize,
    /// Done after the transfer at this place.
    pub(in super::super) place: u64,
}

impl DealList {
    pub(super) fn push(
        &mut self,
        transaction: u32,
        legs: &[u64],
        gives: impl IntoIterator<Item = (Node, Amount)>,
        gets: impl IntoIterator<Item = (PurseId, Amount, bool)>,
    ) {
        self.places.push(*legs.last().expect("a deal has legs"));
        self.transactions.push(transaction);
        self.legs.extend_from_slice(legs);
        for (node, amount) in gives {
            self.gives.push(node);
            self.given.push(amount);
        }
        for (purse, amount, is_price) in gets {
            self.gets.push((purse, is_price));
            self.got.push(amount);
        }
        self.ends.push([number(self.legs.len()), number(self.gives.len()), number(self.gets.len())]);
    }

    /// Adds deals that come after these.
    pub(super) fn append(&mut self, mut other: Self) {
        if self.places.is_empty() {
            *self = other;
            return;
        }
        let [legs, gives, gets] = [self.legs.len(), self.gives.len(), self.gets.len()].map(number);
        self.ends.extend(other.ends.iter().map(|end| [end[0] + legs, end[1] + gives, end[2] + gets]));
        self.places.append(&mut other.places);
        self.transactions.append(&mut other.transactions);
        self.legs.append(&mut other.legs);
        self.gives.append(&mut other.gives);
        self.gets.append(&mut other.gets);
        (0..other.given.len()).for_each(|row| self.given.push_from(&other.given, row));
        (0..other.got.len()).for_each(|row| self.got.push_from(&other.got, row));
    }

    /// Puts the destinations of links among them, by place. No deal is done at the place of one. `row` tells the transaction
    /// of a destination, the transit that it takes from, and what its receiver gets.
    pub(super) fn with_links(
        self,
        crossings: &[Crossing],
        row: impl Fn(&Crossing) -> (u32, Node, (PurseId, Amount)),
    ) -> Self {
        if crossings.is_empty() {
            return self;
        }
        let mut all = Self::default();
        let mut deals = self.iter().peekable();
        for crossing in crossings {
            while let Some(deal) = deals.next_if(|deal| deal.place < crossing.place) {
                all.push(deal.transaction(), deal.legs(), deal.gives(), deal.gets());
            }
            let (transaction, transit, (to, value)) = row(crossing);
            let &Crossing { place, given, left, is_inferred, number, .. } = crossing;
            all.through.push((all.len(), Through { left, is_inferred, number }));
            all.push(transaction, &[place], [(transit, given)], [(to, value, true)]);
        }
        deals.for_each(|deal| all.push(deal.transaction(), deal.legs(), deal.gives(), deal.gets()));
        all
    }

    /// How many there are.
    pub(in super::super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The deal of a number.
    #[inline]
    pub(in super::super) fn get(&self, number: usize) -> Deal<'_> {
        Deal { list: self, number, place: self.places[number] }
    }

    /// The place of each, rising.
    pub(in super::super) fn places(&self) -> &[u64] {
        &self.places
    }

    /// All of them, in order.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = Deal<'_>> {
        (0..self.len()).map(|number| self.get(number))
    }

    fn range(&self, of: usize, deal: usize) -> Range<usize> {
        let start = deal.checked_sub(1).map_or(0, |before| self.ends[before][of]);
        start as usize..self.ends[deal][of] as usize
    }
}

impl<'a> Deal<'a> {
    pub(in super::super) fn transaction(self) -> u32 {
        self.list.transactions[self.number]
    }

    /// The transfers that are part of it, rising.
    pub(in super::super) fn legs(self) -> &'a [u64] {
        &self.list.legs[self.list.range(0, self.number)]
    }

    /// What it is as a destination of a link, if it is one.
    #[inline]
    pub(in super::super) fn through(self) -> Option<Through> {
        let through = &self.list.through;
        let at = through.binary_search_by_key(&self.number, |it| it.0).ok()?;
        Some(through[at].1)
    }

    /// What the account gave, by the assets' names: the nodes of purses; of a link its transit.
    pub(in super::super) fn gives(self) -> impl Iterator<Item = (Node, Amount)> + Clone + use<'a> {
        self.list.range(1, self.number).map(move |row| (self.list.gives[row], self.list.given.get(row)))
    }

    /// What it got, and whether that is the price; by the assets' names.
    pub(in super::super) fn gets(self) -> impl Iterator<Item = (PurseId, Amount, bool)> + Clone + use<'a> {
        self.list.range(2, self.number).map(move |row| {
            let (purse, is_price) = self.list.gets[row];
            (purse, self.list.got.get(row), is_price)
        })
    }

    /// The nodes that it gives from.
    pub(in super::super) fn givers(self) -> &'a [Node] {
        &self.list.gives[self.list.range(1, self.number)]
    }

    /// The purses in which it got something.
    pub(in super::super) fn getters(self) -> impl Iterator<Item = PurseId> + Clone + use<'a> {
        self.list.gets[self.list.range(2, self.number)].iter().map(|got| got.0)
    }

    /// The purses in which it got the price.
    pub(in super::super) fn prices(self) -> impl Iterator<Item = PurseId> + Clone + use<'a> {
        self.list.gets[self.list.range(2, self.number)].iter().filter(|got| got.1).map(|got| got.0)
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).expect("fewer than 2^32 legs")
}
