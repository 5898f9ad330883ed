//! The tests on one account: does it pass on to one exchange what its customers send?

use super::found::{AssetSweeps, Deposit, DepositGrade, Doubt};
use super::history::Histories;
use super::options::{DepositOptions, Short};
use super::parties::{Exchange, Parties, Role};
use crate::account::AccountId;
use crate::amount::{Amount, Wide};
use crate::ledger::{Kind, Ledger, PurseId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Why an account is excluded for good: see [`super::Excluded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exclusion {
    Busy,
    TwoExchanges,
    Customer,
    Contract,
    Internal,
}

/// What the tests say of an account.
pub(super) enum Verdict {
    /// It is no deposit account, or none that the tests can tell.
    None,
    Excluded(Exclusion),
    Found(Box<Found>),
}

/// An account that passes a test, or bears a label.
pub(super) struct Found {
    pub(super) deposit: Deposit,
    pub(super) exchange: Exchange,
    /// Who paid native coins into it before its last sweep of a token, with repeats, in order.
    pub(super) funders: Vec<AccountId>,
    /// Who paid into it, rising, less the exchange itself.
    pub(super) senders: Vec<AccountId>,
    /// Whom it pays, rising.
    pub(super) receivers: Vec<AccountId>,
}

/// What all accounts are weighed by.
pub(super) struct Scale<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) parties: &'a Parties,
    pub(super) histories: &'a Histories,
    pub(super) options: &'a DepositOptions,
    /// One entry an asset.
    pub(super) short: Vec<Short>,
}

/// One transfer, as the account sees it.
#[derive(Clone, Copy)]
struct Seen {
    place: usize,
    /// The account's own purse.
    purse: PurseId,
    /// The other party; `None` for the zero address and for no sender.
    other: Option<AccountId>,
    is_out: bool,
}

impl Scale<'_> {
    /// Weighs the account with this number among the histories.
    pub(super) fn weigh(&self, slot: usize) -> Verdict {
        let account = self.histories.accounts[slot];
        let labelled = match self.parties.role(account) {
            Role::Deposit(exchange) => Some(exchange),
            _ => None,
        };
        let transfers = self.histories.transfers[slot];
        if transfers >= self.options.max_transfers && labelled.is_none() {
            return Verdict::Excluded(Exclusion::Busy);
        }
        let seen = self.seen(slot, account);
        let exchange = match (labelled, self.exchange(&seen)) {
            (Some(exchange), _) | (None, Ok(exchange)) => exchange,
            (None, Err(None)) => return Verdict::None,
            (None, Err(Some(exclusion))) => return Verdict::Excluded(exclusion),
        };
        let mut found = self.evidence(account, &seen, exchange, transfers);
        if labelled.is_some() {
            return Verdict::Found(Box::new(found));
        }
        if found.senders.is_empty() {
            return Verdict::Excluded(Exclusion::Internal);
        }
        let deposit = &mut found.deposit;
        if !deposit.whole_address && deposit.assets.iter().all(|asset| asset.matched == 0) {
            return Verdict::None;
        }
        deposit.doubts = self.doubts(account, deposit);
        deposit.grade = if deposit.doubts.is_empty() { DepositGrade::Inferred } else { DepositGrade::Lead };
        Verdict::Found(Box::new(found))
    }

    /// The transfers that count: a token that the account is not seen to have received may be another contract's
    /// invention, so what it is said to send of it does not.
    fn seen(&self, slot: usize, account: AccountId) -> Vec<Seen> {
        let (ledger, columns) = (self.ledger, self.ledger.columns());
        let mut seen = Vec::new();
        let mut has_received = BTreeSet::new();
        for place in self.histories.places(slot) {
            let (from, to) = (columns.from[place], columns.to[place]);
            let is_out = Parties::holder(ledger, from) == Some(account);
            let (purse, other) = if is_out { (from, to) } else { (to, from) };
            if !is_out {
                has_received.insert(purse);
            }
            seen.push(Seen { place, purse, other: Parties::holder(ledger, other), is_out });
        }
        let is_native = |purse| ledger.assets().get(ledger.purses().asset(purse)).is_native();
        seen.retain(|it| !it.is_out || is_native(it.purse) || has_received.contains(&it.purse));
        seen
    }

    /// The one exchange that an account pays, or why it has none.
    fn exchange(&self, seen: &[Seen]) -> Result<Exchange, Option<Exclusion>> {
        let mut exchange = None;
        let mut pays_customer = false;
        for it in seen.iter().filter(|it| it.is_out) {
            let role = it.other.map_or(Role::Unknown, |other| self.parties.role(other));
            let (Role::Wallet(paid) | Role::Deposit(paid)) = role else { continue };
            pays_customer |= matches!(role, Role::Deposit(_));
            if exchange.is_some_and(|known| known != paid) {
                return Err(Some(Exclusion::TwoExchanges));
            }
            exchange = Some(paid);
        }
        if pays_customer {
            return Err(Some(Exclusion::Customer));
        }
        let exchange = exchange.ok_or(None)?;
        let mut out = seen.iter().filter(|it| it.is_out);
        let is_contract = out.clone().any(|it| self.ledger.columns().kind(it.place) == Kind::Internal);
        if is_contract && !out.all(|it| self.is_of(it.other, exchange)) {
            return Err(Some(Exclusion::Contract));
        }
        Ok(exchange)
    }

    fn is_of(&self, account: Option<AccountId>, exchange: Exchange) -> bool {
        account.is_some_and(|account| self.parties.role(account) == Role::Wallet(exchange))
    }

    /// What the transfers say, with the whole-address test.
    fn evidence(&self, account: AccountId, seen: &[Seen], exchange: Exchange, transfers: u64) -> Found {
        let mut paid: BTreeMap<Option<AccountId>, u64> = BTreeMap::new();
        let mut senders = BTreeSet::new();
        let mut by_asset: BTreeMap<_, Vec<Seen>> = BTreeMap::new();
        for it in seen {
            by_asset.entry(self.ledger.purses().asset(it.purse)).or_default().push(*it);
            if it.is_out {
                *paid.entry(it.other).or_default() += 1;
            } else if !self.is_of(it.other, exchange) {
                senders.extend(it.other);
            }
        }
        let transfers_out: u64 = paid.values().sum();
        let mut most: Vec<(u64, bool)> = paid.iter().map(|(to, n)| (*n, self.is_of(*to, exchange))).collect();
        most.sort_unstable_by_key(|it| Reverse(*it));
        let to_most = most.iter().take(self.options.destinations).filter(|it| it.1);
        let to_most: u64 = to_most.map(|it| it.0).sum();
        let share_holds = to_most > 0 && to_most * 100 >= transfers_out * u64::from(self.options.min_share);
        let wallets = || paid.iter().filter(|(to, _)| self.is_of(**to, exchange));
        let assets: Vec<AssetSweeps> =
            by_asset.values().map(|seen| self.sweeps(account, seen, exchange)).collect();
        let last_token_sweep = assets
            .iter()
            .filter(|it| !self.ledger.assets().get(it.asset).is_native())
            .filter_map(|it| it.last_sweep)
            .max();
        let funds = |it: &&Seen| {
            let is_native = self.ledger.assets().get(self.ledger.purses().asset(it.purse)).is_native();
            !it.is_out && is_native && last_token_sweep.is_some_and(|last| (it.place as u64) < last)
        };
        let funders = seen.iter().filter(funds).filter_map(|it| it.other).collect();
        let sender_count = senders.len() as u64;
        let deposit = Deposit {
            account,
            entity: self.parties.exchanges[exchange as usize].clone(),
            grade: DepositGrade::Labelled,
            doubts: Vec::new(),
            whole_address: share_holds && (1..=self.options.max_senders).contains(&sender_count),
            transfers,
            senders: sender_count,
            transfers_out,
            sweeps: wallets().map(|(_, count)| count).sum(),
            hot_wallet: wallets().min_by_key(|(to, count)| (Reverse(**count), **to)).and_then(|(to, _)| *to),
            hot_wallets: wallets().count() as u64,
            gas_top_ups: 0,
            gas_wallet: None,
            assets,
        };
        let receivers = paid.into_keys().flatten().collect();
        Found { deposit, exchange, funders, senders: senders.into_iter().collect(), receivers }
    }

    fn doubts(&self, account: AccountId, deposit: &Deposit) -> Vec<Doubt> {
        let is_own = self.parties.role(account) == Role::Own;
        let many = deposit.senders > self.options.max_senders;
        [(Doubt::OwnLabel, is_own), (Doubt::Share, !deposit.whole_address && !many), (Doubt::Senders, many)]
            .into_iter()
            .filter_map(|(doubt, holds)| holds.then_some(doubt))
            .collect()
    }

    /// What the account did with one asset.
    fn sweeps(&self, account: AccountId, seen: &[Seen], exchange: Exchange) -> AssetSweeps {
        let columns = self.ledger.columns();
        let asset = self.ledger.purses().asset(seen[0].purse);
        let value = |it: &Seen| columns.value.get(it.place);
        let is_sweep = |it: &&Seen| it.is_out && self.is_of(it.other, exchange);
        let sweeps = || seen.iter().filter(is_sweep);
        let deposits = || seen.iter().filter(|it| !it.is_out);
        let matches = self.matches(account, seen, exchange);
        let same_transaction =
            |pair: &&(usize, usize)| columns.transaction[pair.0] == columns.transaction[pair.1];
        let mut seconds: Vec<i64> = Vec::new();
        let mut blocks: Vec<u64> = Vec::new();
        let mut last = None;
        for it in seen {
            match (it.is_out, last) {
                (false, _) => last = Some(it.place),
                (true, Some(deposit)) if is_sweep(&it) => {
                    seconds.extend(self.seconds(deposit, it.place));
                    blocks.extend(self.blocks(deposit, it.place));
                }
                (true, _) => {}
            }
        }
        AssetSweeps {
            asset,
            deposits: deposits().count() as u64,
            received: deposits().map(value).sum(),
            transfers_out: seen.iter().filter(|it| it.is_out).count() as u64,
            sweeps: sweeps().count() as u64,
            swept: sweeps().map(value).sum(),
            matched: matches.len() as u64,
            forwarded: matches.iter().filter(same_transaction).count() as u64,
            median_delay: middle(seconds),
            median_delay_blocks: middle(blocks),
            first_sweep: sweeps().next().map(|it| it.place as u64),
            last_sweep: sweeps().next_back().map(|it| it.place as u64),
        }
    }

    /// Pairs each sweep with the latest deposit before it that it may pass on and that no earlier sweep took.
    fn matches(&self, account: AccountId, seen: &[Seen], exchange: Exchange) -> Vec<(usize, usize)> {
        let columns = self.ledger.columns();
        let mut waiting: Vec<usize> = Vec::new();
        let mut pairs = Vec::new();
        for it in seen {
            if !it.is_out {
                waiting.push(it.place);
            } else if self.is_of(it.other, exchange) {
                let sent = columns.value.get(it.place);
                let passes = |deposit: &usize| {
                    self.is_in_time(*deposit, it.place)
                        && self.is_near(account, it, columns.value.get(*deposit), sent)
                };
                if let Some(at) = waiting.iter().rposition(passes) {
                    pairs.push((waiting.remove(at), it.place));
                }
            }
        }
        pairs
    }

    fn seconds(&self, deposit: usize, sweep: usize) -> Option<i64> {
        let columns = self.ledger.columns();
        Some(columns.time(sweep)? - columns.time(deposit)?)
    }

    fn blocks(&self, deposit: usize, sweep: usize) -> Option<u64> {
        let columns = self.ledger.columns();
        columns.block(sweep)?.checked_sub(columns.block(deposit)?)
    }

    /// Whether a sweep comes soon enough; by blocks where no times are known.
    fn is_in_time(&self, deposit: usize, sweep: usize) -> bool {
        match self.seconds(deposit, sweep) {
            Some(seconds) => (0..=self.options.max_delay).contains(&seconds),
            None => self.blocks(deposit, sweep).is_some_and(|it| it <= self.options.max_delay_blocks),
        }
    }

    /// Whether a sweep takes what a deposit brought, but for what it may fall short.
    fn is_near(&self, account: AccountId, sweep: &Seen, brought: Amount, sent: Amount) -> bool {
        let Some(short) = brought.minus(sent) else { return false };
        let asset = self.ledger.purses().asset(sweep.purse);
        match self.short[asset.index()] {
            Short::Percent(percent) => times(short, 100) <= times(brought, percent),
            Short::Units(units) if short <= units => true,
            Short::Units(_) => {
                let is_native = self.ledger.assets().get(asset).is_native();
                let transaction = self.ledger.columns().transaction[sweep.place];
                let fee = || self.histories.fee(self.ledger, account, transaction);
                is_native && fee().is_some_and(|fee| short <= fee)
            }
        }
    }
}

/// An amount so many times. An amount of 256 bits leaves 64 more.
fn times(amount: Amount, factor: u32) -> Amount {
    Amount::from_wide(amount.to_wide() * Wide::from(factor))
}

/// The middle one, of an even number the lower.
fn middle<T: Ord + Copy>(mut values: Vec<T>) -> Option<T> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}
