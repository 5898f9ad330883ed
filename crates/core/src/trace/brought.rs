//! What one transaction brought an account: transfer by transfer, and what the account got in an exchange of it.
//!
//! In an exchange no transfer brings anything by itself: what an account gave and got in a transaction is netted, and what it got
//! stands for what it gave, however many transfers there were and whether the input has them all. So what was got is told by
//! transaction and purse, beside the transfers. What comes over a link comes by one transfer, its destination, and is told of that.
//!
//! # What always holds
//!
//! Over all transactions, what transfers brought a purse and what it got are what [`super::Exposures`] say came there or was stolen
//! there, but for what a seed was never seen to receive.

use super::exposure::Source;
use super::outcome::{ClassId, Flows, PostingKind, Postings, Share};
use super::view::View;
use crate::amount::Amount;
use crate::ledger::{Ledger, PurseId};

/// What an account got of an asset in the exchange of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// Where it came.
    pub purse: PurseId,
    /// All of it, net, in base units of the purse's asset.
    pub value: Amount,
    /// What of it came of which class, by class; never empty.
    pub parts: Vec<(ClassId, Share)>,
}

/// What an account's purses got in deals: exchanges, and destinations of links.
#[derive(Debug, Default)]
pub(super) struct Gets {
    /// Sorted.
    all: Vec<Get>,
    /// Transfers that a deal takes, so that they bring nothing by themselves, rising.
    silent: Vec<u64>,
}

/// What one purse got in one deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Get {
    place: u64,
    purse: PurseId,
    is_link: bool,
    value: Amount,
}

impl Gets {
    /// Looks them up; the purses are sorted.
    pub(super) fn of(view: &View<'_>, purses: &[PurseId]) -> Self {
        let is_asked = |purse: PurseId| purses.binary_search(&purse).is_ok();
        let at = |place: u64| usize::try_from(place).expect("the ledger is in memory");
        let mut gets = Self::default();
        for deal in view.deals.all.iter() {
            let (place, is_link) = (deal.place, deal.through().is_some());
            let got = deal.gets().filter(|got| is_asked(got.0));
            gets.all.extend(got.map(|(purse, value, _)| Get { place, purse, is_link, value }));
        }
        // What ends there came all the same.
        let is_silent = |place: usize| {
            is_asked(view.ledger.columns().to[place])
                && view.deals.is_got(place)
                && view.deals.end(place).is_none()
        };
        gets.silent = view.deals.places().iter().copied().filter(|&place| is_silent(at(place))).collect();
        gets.all.sort_unstable();
        gets
    }

    fn find(&self, place: u64, purse: PurseId) -> Option<Get> {
        let at = self.all.binary_search_by_key(&(place, purse), |it| (it.place, it.purse)).ok()?;
        Some(self.all[at])
    }
}

/// What was replayed in one order, to look up in it.
#[derive(Clone, Copy)]
struct Replayed<'a> {
    flows: &'a Flows,
    postings: &'a Postings,
    gets: &'a Gets,
}

impl Source {
    /// What a transfer brought its receiver, by class: what it carried, what began with it, and what came by it over a link. The
    /// transfer is one to the account. Part of an exchange, it brings nothing by itself: see [`Self::got`].
    ///
    /// # Cost
    /// A pass over what was listed.
    #[must_use]
    pub fn brought(&self, ledger: &Ledger, place: u64) -> Vec<(ClassId, Share)> {
        self.replayed().brought(receiver(ledger, place), place)
    }

    /// The same if the order that the input does not tell is read the other way; `None` where that brings the same.
    ///
    /// # Cost
    /// As [`Self::brought`], twice.
    #[must_use]
    pub fn brought_in_other_order(&self, ledger: &Ledger, place: u64) -> Option<Vec<(ClassId, Share)>> {
        let (there, classes) = self.other_replayed()?;
        let there = there.brought(receiver(ledger, place), ledger.place_with_ties_reversed(place));
        let there = numbered(there, classes);
        (there != self.brought(ledger, place)).then_some(there)
    }

    /// What the account got in the exchange of a transaction, by purse: those purses to which anything of these classes came by it.
    ///
    /// # Cost
    /// A pass over what was listed.
    #[must_use]
    pub fn got(&self, ledger: &Ledger, transaction: u32) -> Vec<Got> {
        self.replayed().got(|place| transaction_of(ledger, place) == Some(transaction))
    }

    /// The same if the order that the input does not tell is read the other way; `None` where that gives the same.
    ///
    /// # Cost
    /// As [`Self::got`], twice.
    #[must_use]
    pub fn got_in_other_order(&self, ledger: &Ledger, transaction: u32) -> Option<Vec<Got>> {
        let (there, classes) = self.other_replayed()?;
        let is_of =
            |place| transaction_of(ledger, ledger.place_with_ties_reversed(place)) == Some(transaction);
        let mut there = there.got(is_of);
        for got in &mut there {
            got.parts = numbered(std::mem::take(&mut got.parts), classes);
        }
        (there != self.got(ledger, transaction)).then_some(there)
    }

    /// Whether a transfer is the destination of a link that was followed, in one of the orders.
    #[must_use]
    pub fn is_linked(&self, ledger: &Ledger, place: u64) -> bool {
        let there = ledger.place_with_ties_reversed(place);
        let to = receiver(ledger, place);
        let is_link = |of: Replayed<'_>, place: u64| of.gets.find(place, to).is_some_and(|it| it.is_link);
        is_link(self.replayed(), place)
            || self.other_replayed().is_some_and(|(other, _)| is_link(other, there))
    }

    fn replayed(&self) -> Replayed<'_> {
        Replayed { flows: &self.trace.flows, postings: &self.trace.postings, gets: &self.gets }
    }

    /// The other order, and the number here of each class there.
    fn other_replayed(&self) -> Option<(Replayed<'_>, &[ClassId])> {
        let other = self.other.as_ref()?;
        let there = Replayed { flows: &other.flows, postings: &other.postings, gets: &other.gets };
        Some((there, &other.classes))
    }
}

impl<'a> Replayed<'a> {
    /// What the transfer at a place brought a purse.
    fn brought(self, to: PurseId, place: u64) -> Vec<(ClassId, Share)> {
        let flows = self.flows;
        let comes = self.gets.silent.binary_search(&place).is_err();
        let carried = (0..flows.place.len()).filter(|&row| comes && flows.place[row] == place);
        let mut all: Vec<(ClassId, Share)> =
            carried.map(|row| (flows.class[row], flows.shares.get(row, 0))).collect();
        if self.gets.find(place, to).is_none_or(|it| it.is_link) {
            all.extend(self.entered(to, place));
        }
        summed(all)
    }

    /// What of each class a purse got in exchanges at the places that count.
    fn got(self, counts: impl Fn(u64) -> bool) -> Vec<Got> {
        let mut gets: Vec<Get> =
            self.gets.all.iter().copied().filter(|it| !it.is_link && counts(it.place)).collect();
        gets.sort_by_key(|it| it.purse);
        let of_purse = |gets: &[Get]| Got {
            purse: gets[0].purse,
            value: gets.iter().map(|it| it.value).sum(),
            parts: summed(gets.iter().flat_map(|it| self.entered(it.purse, it.place)).collect()),
        };
        let all = gets.chunk_by(|one, other| one.purse == other.purse).map(of_purse);
        all.filter(|got| !got.parts.is_empty()).collect()
    }

    /// What entered a purse at a place without a transfer that carried it: got in a deal, or received and so of the class from there on.
    fn entered(self, purse: PurseId, place: u64) -> impl Iterator<Item = (ClassId, Share)> + use<'a> {
        let postings = self.postings;
        let is_one = move |&row: &usize| {
            postings.place[row] == place
                && postings.purse[row] == purse
                && matches!(postings.kind[row], PostingKind::Received | PostingKind::ConvertedIn)
        };
        let rows = (0..postings.kind.len()).filter(is_one);
        rows.map(move |row| (postings.class[row], postings.shares.get(row, 0)))
    }
}

/// Who receives a transfer; nobody's where there is none.
fn receiver(ledger: &Ledger, place: u64) -> PurseId {
    let at = usize::try_from(place).unwrap_or(usize::MAX);
    if at < ledger.transfer_count() { ledger.columns().to[at] } else { PurseId::NONE }
}

fn transaction_of(ledger: &Ledger, place: u64) -> Option<u32> {
    ledger.columns().transaction.get(usize::try_from(place).ok()?).copied()
}

/// The same with the numbers that classes have here.
fn numbered(parts: Vec<(ClassId, Share)>, classes: &[ClassId]) -> Vec<(ClassId, Share)> {
    summed(parts.into_iter().map(|(class, share)| (classes[class.index()], share)).collect())
}

/// Sorted by class, one entry each.
fn summed(mut parts: Vec<(ClassId, Share)>) -> Vec<(ClassId, Share)> {
    parts.sort_by_key(|it| it.0);
    parts.dedup_by(|next, sum| {
        let is_same = next.0 == sum.0;
        if is_same {
            sum.1.units = sum.1.units.plus(next.1.units);
            sum.1.claim = sum.1.claim.plus(next.1.claim);
        }
        is_same
    });
    parts
}
