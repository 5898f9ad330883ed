//! The transfers of the candidates, gathered from the whole ledger: each as its purse sees it.
//!
//! A counting sort by purse: how many there are is known, so that each thread puts a transfer where the next one of
//! its purse belongs. Which of a purse's transfers came first is settled when they are looked at.

use super::counts::{CandidatePurse, Candidates, Numbers, ends};
use super::purse_bits::PurseBits;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::ledger::{Ledger, PurseId};
use rayon::prelude::*;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// One transfer, as the purse sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) place: usize,
    pub(super) is_out: bool,
    /// Whether the other purse is a wallet of some exchange.
    pub(super) is_wallet: bool,
    pub(super) other: PurseId,
}

/// The transfers of each candidate's purse.
pub(super) struct Histories<'a> {
    ledger: &'a Ledger,
    /// One entry more than there are purses: purse `p` has the rows `starts[p]..starts[p + 1]`.
    starts: Vec<usize>,
    /// The place of a row, with two bits behind it: [`Seen::is_out`], [`Seen::is_wallet`].
    places: Vec<AtomicU64>,
    /// The other purse of a row.
    others: Vec<AtomicU32>,
    numbers: Numbers,
    /// The fees that the candidates paid: transaction and number, by transaction. Made when first wanted.
    fees: OnceLock<Vec<(u32, usize)>>,
}

impl<'a> Histories<'a> {
    /// Gathers them.
    ///
    /// # Cost
    /// **O(n + k)** for n transfers and k of the candidates' purses, in parallel; 12 bytes each of these.
    pub(super) fn gather(ledger: &'a Ledger, wallets: &PurseBits, candidates: &Candidates) -> Self {
        let numbers = Numbers::of(ledger, candidates.purses.iter().map(|it| it.purse));
        let mut starts = vec![0];
        for CandidatePurse { transfers, .. } in &candidates.purses {
            let count = usize::try_from(*transfers).expect("rows are in memory");
            starts.push(starts[starts.len() - 1] + count);
        }
        let places: Vec<AtomicU64> = (0..starts[starts.len() - 1]).map(|_| AtomicU64::new(0)).collect();
        let next: Vec<AtomicU64> = starts.iter().map(|&start| AtomicU64::new(start as u64)).collect();
        let (from, to) = ends(ledger);
        let others: Vec<AtomicU32> = places.iter().map(|_| AtomicU32::new(0)).collect();
        let put = |number: usize, place: usize, is_out: bool, other: PurseId| {
            let at = usize::try_from(next[number].fetch_add(1, Ordering::Relaxed));
            let at = at.expect("rows are in memory");
            let row = (place as u64) << 2 | u64::from(is_out) << 1 | u64::from(wallets.has(other));
            places[at].store(row, Ordering::Relaxed);
            others[at].store(other.0, Ordering::Relaxed);
        };
        (0..ledger.transfer_count()).into_par_iter().for_each(|place| {
            let (from, to) = (from[place], to[place]);
            let (sender, receiver) = (numbers.get(from), numbers.get(to));
            if sender.is_none() && receiver.is_none() || !ledger.moves(place) {
                return;
            }
            sender.into_iter().for_each(|number| put(number, place, true, to));
            receiver.into_iter().for_each(|number| put(number, place, false, from));
        });
        Self { ledger, starts, places, others, numbers, fees: OnceLock::new() }
    }

    /// Adds the transfers of a purse, in order. Purses are counted as in [`Candidates::purses`].
    pub(super) fn extend(&self, seen: &mut Vec<Seen>, purse: usize) {
        let first = seen.len();
        let rows = self.starts[purse]..self.starts[purse + 1];
        seen.extend(self.places[rows.clone()].iter().zip(&self.others[rows]).map(|(row, other)| {
            let (row, other) = (row.load(Ordering::Relaxed), PurseId(other.load(Ordering::Relaxed)));
            let place = usize::try_from(row >> 2).expect("rows are in memory");
            Seen { place, is_out: row & 2 != 0, is_wallet: row & 1 != 0, other }
        }));
        seen[first..].sort_unstable();
    }

    /// What an account paid for the transaction of a transfer.
    ///
    /// # Cost
    /// **O(log n)** for n fees, mostly: where the transfer is not its transaction's first, the first question reads
    /// all fees.
    pub(super) fn fee(&self, account: AccountId, place: usize) -> Option<Amount> {
        let (columns, fees) = (self.ledger.columns(), self.ledger.fees());
        if fees.is_empty() {
            return None;
        }
        let fee = fees.at(place as u64).or_else(|| {
            let transaction = columns.transaction[place];
            let theirs = self.fees.get_or_init(|| self.fees());
            let at = theirs.binary_search_by_key(&transaction, |fee| fee.0).ok()?;
            Some(fees.get(theirs[at].1))
        })?;
        (self.ledger.purses().account(fee.payer) == account).then_some(fee.amount)
    }

    /// One thread alone: others may wait for it.
    fn fees(&self) -> Vec<(u32, usize)> {
        let fees = self.ledger.fees();
        let transaction = |number: usize| {
            let place = usize::try_from(fees.place[number]).expect("rows are in memory");
            self.ledger.columns().transaction[place]
        };
        let theirs = (0..fees.len()).filter(|&number| self.numbers.get(fees.payer[number]).is_some());
        let mut theirs: Vec<_> = theirs.map(|number| (transaction(number), number)).collect();
        theirs.sort_unstable();
        theirs
    }
}
