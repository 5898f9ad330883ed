//! Which purse is which at a place, and at whom the trace stops.

use super::Known;
use super::deals::Deals;
use super::links::Links;
use super::seeds::Seeds;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::attribution::deposits::SOURCE;
use crate::label::Category;
use crate::ledger::PurseId;
use crate::trace::{Stop, StopRule};
use std::collections::{BTreeMap, BTreeSet};

/// A purse; or the purse that a passed-through account has for one transaction alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Purse(PurseId),
    Passing(PurseId, u32),
    /// Where branches ended, and why.
    Ended(PurseId, Stop),
    /// What waits for the link of this number.
    Transit(PurseId, usize),
}

impl Node {
    /// The purse of the ledger under which it is reported.
    pub(super) fn purse(self) -> PurseId {
        match self {
            Self::Purse(purse)
            | Self::Passing(purse, _)
            | Self::Ended(purse, _)
            | Self::Transit(purse, _) => purse,
        }
    }
}

/// The stops of a trace.
#[derive(Debug)]
pub(super) struct Stops {
    /// Accounts that stop, by label or as hubs. At some of them a transaction may pass through.
    pub(super) accounts: BTreeMap<AccountId, Stop>,
    /// Accounts and transactions that net there.
    passing: BTreeSet<(AccountId, u32)>,
    /// Deposit accounts that only a detection has named.
    pub(super) detected: BTreeSet<AccountId>,
    /// Purses too many transfers away.
    pub(super) far: BTreeSet<PurseId>,
    /// What accounts exchange.
    pub(super) deals: Deals,
    pub(super) links: Links,
    /// Accounts whose payments carry the share of taint that is there, and what they held before the ledger begins.
    pools: BTreeMap<AccountId, Vec<(AssetId, Amount)>>,
}

impl Stops {
    /// Decides all stops but the hops, on the whole ledger.
    pub(super) fn find(known: &Known<'_>, seeds: &Seeds) -> Self {
        let ledger = known.ledger;
        let columns = ledger.columns();
        let stop_rule = &known.options.stop;
        let mut accounts = BTreeMap::new();
        let mut passing = BTreeSet::new();
        let mut detected = BTreeSet::new();
        for account in (0..).map(AccountId).take(ledger.accounts().len()) {
            if seeds.accounts.contains(&account) || ledger.accounts().address(account).is_zero() {
                continue;
            }
            let bears = |category: &Category| {
                stop_rule.categories.contains(category)
                    && !matches!(category, Category::Theft | Category::Sanctioned)
                    && known.labels.has(account, *category)
            };
            let full = Category::ALL.into_iter().find(|it| bears(it) && !StopRule::nets(*it));
            let netting = Category::ALL.into_iter().find(|it| bears(it) && StopRule::nets(*it));
            let named = known.labels.of(account).any(|label| label.category.names_the_account());
            let takes_part = |place: &usize| {
                let ends = [columns.from[*place], columns.to[*place]];
                let is_end = |purse| purse != PurseId::NONE && ledger.purses().account(purse) == account;
                ledger.moves(*place) && ends.into_iter().any(is_end)
            };
            let transfers = (0..ledger.transfer_count()).filter(takes_part).count() as u64;
            let mut sources = known.labels.of(account).filter(|it| it.category == Category::ExchangeDeposit);
            if full == Some(Category::ExchangeDeposit) && sources.all(|it| it.source == SOURCE) {
                detected.insert(account);
            }
            if let Some(category) = full {
                accounts.insert(account, Stop::Label(category));
            } else if known.options.cuts.contains(&account) {
                accounts.insert(account, Stop::Cut);
            } else if let Some(category) = netting {
                accounts.insert(account, Stop::Label(category));
                let transactions: BTreeSet<u32> = columns.transaction.iter().copied().collect();
                let nets = |&transaction: &u32| nets_at(known, account, transaction);
                passing.extend(transactions.into_iter().filter(nets).map(|it| (account, it)));
            } else if stop_rule.hubs && !named && transfers > known.options.hub_transfers {
                accounts.insert(account, Stop::Hub);
            }
        }
        let mut pools = BTreeMap::new();
        for pool in &known.options.pools {
            let account = pool.account;
            if !seeds.accounts.contains(&account) && !known.options.cuts.contains(&account) {
                accounts.remove(&account);
                passing.retain(|it: &(AccountId, u32)| it.0 != account);
                pools.entry(account).or_insert_with(|| pool.outstanding.clone());
            }
        }
        Self {
            accounts,
            passing,
            detected,
            far: BTreeSet::new(),
            deals: Deals::default(),
            links: Links::default(),
            pools,
        }
    }

    /// Whether an account is a pool.
    pub(super) fn pools(&self, account: AccountId) -> bool {
        self.pools.contains_key(&account)
    }

    /// Whether a purse is replayed as a pool's.
    pub(super) fn is_pool(&self, known: &Known<'_>, node: Node) -> bool {
        matches!(node, Node::Purse(purse) if self.pools(known.ledger.purses().account(purse)))
            && !self.is_sink(known, node)
    }

    /// What a pool held of a purse's asset before the ledger begins.
    pub(super) fn outstanding(&self, known: &Known<'_>, purse: PurseId) -> Amount {
        let purses = known.ledger.purses();
        let held = self.pools.get(&purses.account(purse)).into_iter().flatten();
        let mut held = held.filter(|it| it.0 == purses.asset(purse)).map(|it| it.1);
        held.next().unwrap_or_default()
    }

    /// The purse that a row means where it names this one. None where that can hold nothing.
    pub(super) fn node(&self, known: &Known<'_>, purse: PurseId, place: usize) -> Option<Node> {
        if known.ledger.is_void(purse) {
            return None;
        }
        let transaction = known.ledger.columns().transaction[place];
        let passes = self.passing.contains(&(known.ledger.purses().account(purse), transaction));
        Some(if passes { Node::Passing(purse, transaction) } else { Node::Purse(purse) })
    }

    /// The purse that taint leaves by a transfer.
    pub(super) fn leaves(&self, known: &Known<'_>, place: usize) -> Option<Node> {
        let from = known.ledger.columns().from[place];
        if self.deals.given.contains(&place) { None } else { self.node(known, from, place) }
    }

    /// The purse that taint comes to by a transfer.
    pub(super) fn enters(&self, known: &Known<'_>, place: usize) -> Option<Node> {
        let to = known.ledger.columns().to[place];
        if let Some(&waits) = self.links.waits.get(&place) {
            return Some(waits);
        }
        match self.deals.ends.get(&place) {
            Some(&stop) => Some(Node::Ended(to, stop)),
            None => self.node(known, to, place),
        }
    }

    /// Whether what arrives stays.
    pub(super) fn is_sink(&self, known: &Known<'_>, node: Node) -> bool {
        let stops = match node {
            Node::Purse(purse) => self.accounts.contains_key(&known.ledger.purses().account(purse)),
            Node::Passing(..) => false,
            Node::Ended(..) | Node::Transit(..) => true,
        };
        stops || self.far.contains(&node.purse())
    }

    /// Why the trace goes no further than a purse, or where its taint rests at the end.
    pub(super) fn of(&self, known: &Known<'_>, purse: PurseId) -> Option<Stop> {
        let ledger = known.ledger;
        let columns = ledger.columns();
        let account = ledger.purses().account(purse);
        let stop = self.accounts.get(&account).copied();
        let nets = matches!(stop, Some(Stop::Label(category)) if StopRule::nets(category));
        if stop.is_some() && !nets {
            return stop;
        }
        if self.far.contains(&purse) {
            return Some(Stop::Hops);
        }
        if stop.is_some() {
            return stop;
        }
        if self.pools(account) {
            return Some(Stop::Label(Category::Mixer));
        }
        let later = (0..ledger.transfer_count()).any(|place| {
            let pays = ledger.fees().iter().any(|fee| fee.place == place as u64 && fee.payer == purse);
            known.is_after_end(place) && (columns.from[place] == purse || columns.to[place] == purse || pays)
        });
        let native = ledger.assets().get(ledger.purses().asset(purse)).is_native();
        match (later, ledger.is_covered(account, native)) {
            (true, _) => Some(Stop::Horizon),
            (false, false) => Some(Stop::Edge),
            (false, true) => None,
        }
    }
}

/// Whether for every asset a transaction brings an account what it takes away.
fn nets_at(known: &Known<'_>, account: AccountId, transaction: u32) -> bool {
    let ledger = known.ledger;
    let columns = ledger.columns();
    let theirs = ledger.purses().iter().filter(|&purse| ledger.purses().account(purse) == account);
    let rows = || {
        let all = 0..ledger.transfer_count();
        all.filter(|&place| columns.transaction[place] == transaction && ledger.moves(place))
    };
    let sum = |ends: &[PurseId], purse: PurseId| -> Amount {
        rows().filter(|&place| ends[place] == purse).map(|place| columns.value.get(place)).sum()
    };
    theirs.into_iter().all(|purse| sum(&columns.to, purse) == sum(&columns.from, purse))
}
