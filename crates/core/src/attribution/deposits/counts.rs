//! Who is worth a close look: most accounts are settled by counts alone.
//!
//! Two passes over the columns, on all threads. The first notes, purse by purse, which exchanges it pays; whoever
//! pays no exchange wallet is done with, and so is whoever pays two exchanges in native coin. The second counts the
//! transfers of the purses that are left; what they pay, how busy they are and whom a contract serves settles
//! most of them. Neither pass keeps a row.

use super::options::DepositOptions;
use super::paid::{Paid, PaidCell};
use super::parties::{Exchange, Parties, Role};
use super::purse_bits::PurseBits;
use super::weigh::Exclusion;
use crate::account::AccountId;
use crate::ledger::{Kind, Ledger, PurseId};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// An account to look at closely.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) account: AccountId,
    /// The exchange that it pays, or at which a label says it is a deposit account.
    pub(super) exchange: Exchange,
    /// In how many transfers that move something it takes part.
    pub(super) transfers: u64,
    /// Its purses that count: a range of [`Candidates::purses`]. None if it is too busy to be looked at.
    pub(super) purses: Range<usize>,
}

/// A purse of a candidate.
#[derive(Clone, Copy, Debug)]
pub(super) struct CandidatePurse {
    pub(super) purse: PurseId,
    /// In how many transfers that move something it takes part.
    pub(super) transfers: u64,
}

/// The accounts to look at closely, rising, with their purses by asset.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) accounts: Vec<Candidate>,
    pub(super) purses: Vec<CandidatePurse>,
}

/// What the second pass counts of a purse.
#[derive(Default)]
struct Counts {
    arrived: AtomicU64,
    left: AtomicU64,
    /// See [`sent`].
    sent: AtomicU8,
}

/// What a purse was seen to send.
mod sent {
    /// A contract's own transfer.
    pub(super) const INTERNAL: u8 = 1;
    /// A transfer to somebody who is no exchange wallet.
    pub(super) const ELSEWHERE: u8 = 2;
}

impl Counts {
    fn note_sent(&self, what: u8) {
        if self.sent.load(Ordering::Relaxed) & what != what {
            self.sent.fetch_or(what, Ordering::Relaxed);
        }
    }
}

/// An account that the first pass leaves.
struct Paying {
    account: AccountId,
    purses: Range<usize>,
}

impl Candidates {
    /// Finds them. `wallets` are the purses of exchange wallets; `exclude` hears of accounts that counts settle.
    ///
    /// # Cost
    /// **O(n + p)** for n transfers and p purses, in parallel; 8 bytes a purse, and 24 a purse that is counted.
    pub(super) fn find(
        ledger: &Ledger,
        parties: &Parties,
        wallets: &PurseBits,
        options: &DepositOptions,
        mut exclude: impl FnMut(Exclusion),
    ) -> Self {
        let paid = note_payments(ledger, parties);
        let (paying, purses) = paying(ledger, parties, &paid, &mut exclude);
        let counts = count(ledger, wallets, &purses);
        let mut candidates = Self::default();
        for it in paying {
            let role = parties.role(it.account);
            let theirs = || it.purses.clone();
            let total = |at: usize| read(&counts[at].arrived) + read(&counts[at].left);
            let transfers = theirs().map(total).sum();
            // A token that never arrived may be another contract's invention.
            let is_real = |at: usize| read(&counts[at].arrived) > 0 || is_native(ledger, purses[at]);
            let is_busy = transfers >= options.max_transfers;
            let exchange = match role {
                Role::Deposit(exchange) => Ok(exchange),
                _ => {
                    let sent = theirs().filter(|&at| is_real(at));
                    let (paid, sent) = sent.fold((Paid::NOBODY, 0), |(all, sent), at| {
                        let of = &counts[at].sent;
                        (all.and(paid[purses[at].index()].get()), sent | of.load(Ordering::Relaxed))
                    });
                    settle(paid, sent, is_busy)
                }
            };
            let exchange = match exchange {
                Ok(exchange) => exchange,
                Err(exclusion) => {
                    exclusion.into_iter().for_each(&mut exclude);
                    continue;
                }
            };
            let first = candidates.purses.len();
            let real = theirs().filter(|&at| !is_busy && is_real(at));
            let real = real.map(|at| CandidatePurse { purse: purses[at], transfers: total(at) });
            candidates.purses.extend(real);
            let purses = first..candidates.purses.len();
            candidates.accounts.push(Candidate { account: it.account, exchange, transfers, purses });
        }
        candidates
    }
}

/// The one exchange that an account without a label pays, or why it is none of its deposit accounts.
fn settle(paid: Paid, sent: u8, is_busy: bool) -> Result<Exchange, Option<Exclusion>> {
    if paid.is_several() {
        return Err(Some(Exclusion::TwoExchanges));
    }
    if paid.has_deposit() {
        return Err(Some(Exclusion::Customer));
    }
    let exchange = paid.exchange().ok_or(None)?;
    if sent == sent::INTERNAL | sent::ELSEWHERE {
        return Err(Some(Exclusion::Contract));
    }
    if is_busy { Err(Some(Exclusion::Busy)) } else { Ok(exchange) }
}

/// Notes which exchanges each purse pays: one entry a purse.
fn note_payments(ledger: &Ledger, parties: &Parties) -> Vec<PaidCell> {
    let (from, to) = ends(ledger);
    let of_exchanges =
        PurseBits::of(ledger, |account| matches!(parties.role(account), Role::Wallet(_) | Role::Deposit(_)));
    let paid: Vec<PaidCell> = (0..ledger.purses().len()).map(|_| PaidCell::default()).collect();
    (0..ledger.transfer_count()).into_par_iter().for_each(|place| {
        let (from, to) = (from[place], to[place]);
        if of_exchanges.has(to) && ledger.moves(place) && from != PurseId::NONE {
            let role = parties.role(ledger.purses().account(to));
            paid[from.index()].note(Paid::to(role));
        }
    });
    paid
}

/// The labelled deposit accounts, and whoever pays an exchange wallet and may be one: accounts with their purses, both
/// rising.
fn paying(
    ledger: &Ledger,
    parties: &Parties,
    paid: &[PaidCell],
    exclude: &mut impl FnMut(Exclusion),
) -> (Vec<Paying>, Vec<PurseId>) {
    let purses = ledger.purses();
    let (mut accounts, mut theirs) = (Vec::new(), Vec::new());
    for group in purses.by_account.chunk_by(|a, b| purses.account(PurseId(*a)) == purses.account(PurseId(*b)))
    {
        let account = purses.account(PurseId(group[0]));
        let paid = |id: &u32| paid[PurseId(*id).index()].get();
        let is_paying = || group.iter().any(|id| paid(id).has_wallet());
        let counts = match parties.role(account) {
            Role::Deposit(_) => true,
            Role::Unknown | Role::Own => is_paying() && !purses.is_void(PurseId(group[0])),
            Role::Wallet(_) | Role::Never => false,
        };
        if !counts {
            continue;
        }
        let is_settled = |id: &u32| paid(id).is_several() && is_native(ledger, PurseId(*id));
        if !matches!(parties.role(account), Role::Deposit(_)) && group.iter().any(is_settled) {
            exclude(Exclusion::TwoExchanges);
            continue;
        }
        let first = theirs.len();
        theirs.extend(group.iter().map(|id| PurseId(*id)));
        accounts.push(Paying { account, purses: first..theirs.len() });
    }
    (accounts, theirs)
}

/// Counts the transfers of these purses: one entry each.
fn count(ledger: &Ledger, wallets: &PurseBits, purses: &[PurseId]) -> Vec<Counts> {
    let (from, to) = ends(ledger);
    let numbers = Numbers::of(ledger, purses.iter().copied());
    let counts: Vec<Counts> = purses.iter().map(|_| Counts::default()).collect();
    (0..ledger.transfer_count()).into_par_iter().for_each(|place| {
        let (from, to) = (from[place], to[place]);
        let (sender, receiver) = (numbers.get(from), numbers.get(to));
        if sender.is_none() && receiver.is_none() || !ledger.moves(place) {
            return;
        }
        if let Some(number) = receiver {
            counts[number].arrived.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(number) = sender {
            let counts = &counts[number];
            counts.left.fetch_add(1, Ordering::Relaxed);
            let is_internal = ledger.columns().kind(place) == Kind::Internal;
            let elsewhere = if wallets.has(to) { 0 } else { sent::ELSEWHERE };
            counts.note_sent(elsewhere | if is_internal { sent::INTERNAL } else { 0 });
        }
    });
    counts
}

/// The purses of a list, by their place in it.
pub(super) struct Numbers {
    are: PurseBits,
    /// One entry a purse: what stands there for a purse that is not in the list means nothing.
    number: Vec<u32>,
}

impl Numbers {
    pub(super) fn of(ledger: &Ledger, purses: impl Iterator<Item = PurseId>) -> Self {
        let mut number = vec![u32::MAX; ledger.purses().len()];
        for (at, purse) in (0..).zip(purses) {
            number[purse.index()] = at;
        }
        let are = PurseBits::of_purses(ledger, |purse| number[purse.index()] != u32::MAX);
        Self { are, number }
    }

    #[inline]
    pub(super) fn get(&self, purse: PurseId) -> Option<usize> {
        self.are.has(purse).then(|| self.number[purse.index()] as usize)
    }
}

/// Sender and receiver of every transfer.
pub(super) fn ends(ledger: &Ledger) -> (&[PurseId], &[PurseId]) {
    (&ledger.columns().from, &ledger.columns().to)
}

fn is_native(ledger: &Ledger, purse: PurseId) -> bool {
    ledger.assets().get(ledger.purses().asset(purse)).is_native()
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}
