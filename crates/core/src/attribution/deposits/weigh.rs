//! The tests on one account: does it pass on to one exchange what its customers send?

use super::counts::{Candidate, Candidates};
use super::found::{Deposit, DepositGrade, Doubt};
use super::history::{Histories, Seen};
use super::options::DepositOptions;
use super::parties::{Exchange, Parties, Role};
use super::purse_bits::PurseBits;
use super::sweeps::Sweeps;
use crate::account::AccountId;
use crate::ledger::{Ledger, PurseId};
use std::cmp::Reverse;
use std::ops::Range;

/// Why an account is excluded for good: see [`super::Excluded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exclusion {
    TwoExchanges,
    Customer,
    Contract,
    Busy,
    Internal,
}

/// What the tests say of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is no deposit account, or none that the tests can tell.
    None,
    Excluded(Exclusion),
    /// It passes the whole-address test, or bears a label.
    DepositAccount,
    /// It passes the sweep test alone.
    PassesOneOn,
}

/// An account that passes a test, or bears a label.
pub(super) struct Found {
    pub(super) deposit: Deposit,
    pub(super) exchange: Exchange,
    /// Who paid native coins into it before its last sweep of a token, with repeats, in order.
    pub(super) funders: Vec<AccountId>,
    /// Who paid into it, rising, less the exchange itself.
    pub(super) senders: Vec<AccountId>,
}

/// Room for the transfers of one account, used again for the next.
#[derive(Default)]
pub(super) struct Room {
    /// Purse by purse, each in order.
    seen: Vec<Seen>,
    /// The transfers of each purse: ranges of `seen`.
    purses: Vec<(PurseId, Range<usize>)>,
    senders: Vec<AccountId>,
    receivers: Vec<Option<AccountId>>,
    /// Whom it pays, how often, and whether that is the exchange; rising.
    paid: Vec<(Option<AccountId>, u64, bool)>,
    most: Vec<(Reverse<u64>, bool)>,
    pub(super) sweeps: Sweeps,
}

/// What all accounts are weighed by.
pub(super) struct Scale<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) parties: &'a Parties,
    pub(super) candidates: &'a Candidates,
    pub(super) histories: &'a Histories<'a>,
    pub(super) options: &'a DepositOptions,
    /// Purses that are none: of the zero address.
    pub(super) void: PurseBits,
    /// One entry an asset.
    pub(super) short: Vec<super::Short>,
    /// Whether a transfer is never earlier than one before it.
    pub(super) times_rise: bool,
}

impl Scale<'_> {
    /// Weighs an account: with the whole-address test first, which needs no times and no amounts.
    pub(super) fn weigh(&self, room: &mut Room, it: &Candidate) -> Verdict {
        if self.is_labelled(it) {
            return Verdict::DepositAccount;
        }
        self.fill(room, it);
        let senders = self.find_senders(room, it.exchange);
        if senders == 0 {
            Verdict::Excluded(Exclusion::Internal)
        } else if self.passes_whole(room, it.exchange, senders) {
            Verdict::DepositAccount
        } else if self.passes_one_on(room, it) {
            Verdict::PassesOneOn
        } else {
            Verdict::None
        }
    }

    /// Describes an account that passes, unless it pays into one of the deposit accounts: then it is a customer's own.
    pub(super) fn describe_account(
        &self,
        room: &mut Room,
        it: &Candidate,
        is_deposit: &[bool],
    ) -> Option<Found> {
        self.fill(room, it);
        let is_labelled = self.is_labelled(it);
        let mut receivers = room.seen.iter().filter(|it| it.is_out).filter_map(|it| self.holder(it.other));
        if !is_labelled && receivers.any(|to| is_deposit[to.index()]) {
            return None;
        }
        let senders = self.find_senders(room, it.exchange);
        let whole_address = self.passes_whole(room, it.exchange, senders);
        let mut found = self.evidence(room, it);
        found.deposit.whole_address = whole_address;
        if !is_labelled {
            found.deposit.doubts = self.doubts(&found.deposit);
            let is_sure = found.deposit.doubts.is_empty();
            found.deposit.grade = if is_sure { DepositGrade::Inferred } else { DepositGrade::Lead };
        }
        Some(found)
    }

    fn is_labelled(&self, it: &Candidate) -> bool {
        matches!(self.parties.role(it.account), Role::Deposit(_))
    }

    fn fill(&self, room: &mut Room, it: &Candidate) {
        room.seen.clear();
        room.purses.clear();
        for number in it.purses.clone() {
            let first = room.seen.len();
            self.histories.extend(&mut room.seen, number);
            if room.seen.len() > first {
                room.purses.push((self.candidates.purses[number].purse, first..room.seen.len()));
            }
        }
    }

    pub(super) fn holder(&self, purse: PurseId) -> Option<AccountId> {
        let is_nobody = purse == PurseId::NONE || self.void.has(purse);
        (!is_nobody).then(|| self.ledger.purses().account(purse))
    }

    /// Whether the other party of a transfer is a wallet of an exchange.
    pub(super) fn is_of(&self, seen: &Seen, exchange: Exchange) -> bool {
        seen.is_wallet
            && self.parties.role(self.ledger.purses().account(seen.other)) == Role::Wallet(exchange)
    }

    /// Fills in who paid into it, rising, less the exchange itself. Returns how many these are.
    fn find_senders(&self, room: &mut Room, exchange: Exchange) -> u64 {
        let Room { seen, senders, .. } = room;
        senders.clear();
        let arrived = seen.iter().filter(|it| !it.is_out && !self.is_of(it, exchange));
        senders.extend(arrived.filter_map(|it| self.holder(it.other)));
        senders.sort_unstable();
        senders.dedup();
        senders.len() as u64
    }

    /// The whole-address test. Also fills in whom the account pays.
    fn passes_whole(&self, room: &mut Room, exchange: Exchange, senders: u64) -> bool {
        let Room { seen, receivers, paid, most, .. } = room;
        receivers.clear();
        receivers.extend(seen.iter().filter(|it| it.is_out).map(|it| self.holder(it.other)));
        receivers.sort_unstable();
        let is_wallet = |account: AccountId| self.parties.role(account) == Role::Wallet(exchange);
        paid.clear();
        paid.extend(receivers.chunk_by(|a, b| a == b).map(|same| {
            let to = same[0];
            (to, same.len() as u64, to.is_some_and(is_wallet))
        }));
        most.clear();
        most.extend(paid.iter().map(|&(_, count, theirs)| (Reverse(count), theirs)));
        // Of equal ones, the exchange's come first.
        most.sort_unstable_by_key(|&(count, theirs)| (count, Reverse(theirs)));
        let to_most = most.iter().take(self.options.destinations).filter(|it| it.1);
        let to_most: u64 = to_most.map(|it| it.0.0).sum();
        let all = receivers.len() as u64;
        let share_holds = to_most > 0 && to_most * 100 >= all * u64::from(self.options.min_share);
        share_holds && (1..=self.options.max_senders).contains(&senders)
    }

    fn passes_one_on(&self, room: &mut Room, it: &Candidate) -> bool {
        let Room { seen, purses, sweeps, .. } = room;
        purses.iter().any(|(purse, range)| self.matches(sweeps, it, *purse, &seen[range.clone()]) > 0)
    }

    /// What the transfers say.
    fn evidence(&self, room: &mut Room, it: &Candidate) -> Found {
        let Room { seen, purses, senders, paid, sweeps, .. } = room;
        let assets: Vec<_> = purses
            .iter()
            .map(|(purse, range)| self.describe(sweeps, it, *purse, &seen[range.clone()]))
            .collect();
        let is_native =
            |purse: PurseId| self.ledger.assets().get(self.ledger.purses().asset(purse)).is_native();
        let tokens = purses.iter().zip(&assets).filter(|((purse, _), _)| !is_native(*purse));
        let last_token_sweep = tokens.filter_map(|(_, asset)| asset.last_sweep).max();
        let natives = purses.iter().filter(|(purse, _)| is_native(*purse));
        let funds = |it: &&Seen| !it.is_out && last_token_sweep.is_some_and(|last| (it.place as u64) < last);
        let funders = natives.flat_map(|(_, range)| seen[range.clone()].iter().filter(funds));
        let funders = funders.filter_map(|it| self.holder(it.other)).collect();
        let wallets = || paid.iter().filter(|it| it.2);
        let deposit = Deposit {
            account: it.account,
            entity: self.parties.exchanges[it.exchange as usize].clone(),
            grade: DepositGrade::Labelled,
            doubts: Vec::new(),
            whole_address: false,
            transfers: it.transfers,
            senders: senders.len() as u64,
            transfers_out: paid.iter().map(|it| it.1).sum(),
            sweeps: wallets().map(|it| it.1).sum(),
            hot_wallet: wallets().min_by_key(|it| (Reverse(it.1), it.0)).and_then(|it| it.0),
            hot_wallets: wallets().count() as u64,
            gas_top_ups: 0,
            gas_wallet: None,
            assets,
        };
        Found { deposit, exchange: it.exchange, funders, senders: senders.clone() }
    }

    fn doubts(&self, deposit: &Deposit) -> Vec<Doubt> {
        let is_own = self.parties.role(deposit.account) == Role::Own;
        let many = deposit.senders > self.options.max_senders;
        [(Doubt::OwnLabel, is_own), (Doubt::Share, !deposit.whole_address && !many), (Doubt::Senders, many)]
            .into_iter()
            .filter_map(|(doubt, holds)| holds.then_some(doubt))
            .collect()
    }
}
