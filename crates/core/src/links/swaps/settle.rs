//! One transaction, settled: a pure function of its transfers and of a few facts about accounts and assets.

use super::net::{Entry, Net, sum};
use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::PurseId;
use std::ops::Range;

/// One transfer of the transaction, or the missing one of a wrap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg<U> {
    /// Its place in the ledger; that of the coin's transfer for the missing one of a wrap.
    pub(super) place: u64,
    /// `None` for the zero address and for nobody.
    pub(super) from: Option<AccountId>,
    /// `None` for the zero address.
    pub(super) to: Option<AccountId>,
    pub(super) from_purse: PurseId,
    pub(super) to_purse: PurseId,
    pub(super) asset: AssetId,
    pub(super) units: U,
    /// Stands in no file.
    pub(super) is_added: bool,
}

/// What has to be known beside the transfers.
pub(crate) trait Facts {
    /// The account of a token's contract.
    fn contract(&self, asset: AssetId) -> Option<AccountId>;
    /// Whether an account keeps what arrives, whatever the transaction.
    fn is_stop(&self, account: AccountId) -> bool;
    /// Whether an account's money is followed at all.
    fn is_followed(&self, account: AccountId) -> bool;
    /// Whether a branch may end at an account that exchanges.
    fn may_end(&self, account: AccountId) -> bool;
    /// Whether an account is the contract of a wrapped coin.
    fn is_wrapper(&self, account: AccountId) -> bool;
    /// Whether an account is the contract that wraps this coin.
    fn wraps(&self, account: AccountId, coin: AssetId) -> bool;
    /// Whether a token is known to be got by an exchange also where it is minted.
    fn is_stake(&self, asset: AssetId) -> bool;
    /// Whether what came to a purse may be a price: it is no noise there.
    fn is_price(&self, purse: PurseId) -> bool;
}

/// What an account gave and got in a transaction, net: stretches of the lists in [`Settled`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deal {
    pub(crate) account: AccountId,
    /// The places of its transfers, rising. The deal is done after the last of them.
    pub(crate) legs: Range<usize>,
    pub(crate) gives: Range<usize>,
    pub(crate) gets: Range<usize>,
}

/// Why a branch ends at an account that exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum End {
    /// It minted something for it.
    Position,
    /// Nobody can tell what it was given for.
    Unclear,
}

/// What a transfer is to the deals of its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) place: u64,
    /// Whether it is part of its sender's deal.
    pub(crate) of_sender: bool,
    /// And of its receiver's.
    pub(crate) of_receiver: bool,
    /// How a branch that arrives by it ends, if it does.
    pub(crate) end: Option<End>,
}

/// What some transactions come to, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) deals: Vec<Deal>,
    pub(crate) legs: Vec<u64>,
    pub(crate) gives: Vec<(PurseId, Amount)>,
    /// And whether that counts as a price.
    pub(crate) gets: Vec<(PurseId, Amount, bool)>,
    /// The transfers that are part of a deal, or by which branches end.
    pub(crate) parts: Vec<Part>,
}

impl Settled {
    pub(crate) fn clear(&mut self) {
        self.deals.clear();
        self.legs.clear();
        self.gives.clear();
        self.gets.clear();
        self.parts.clear();
    }
}

/// Somebody who takes part.
#[derive(Clone, Copy, Debug)]
struct Party {
    account: AccountId,
    /// Some net of it is above 0, and some below.
    exchanges: bool,
    /// It sends and receives, and is no stop: it can have a deal.
    deals: bool,
    has_deal: bool,
}

/// Room for settling, and the legs to settle.
#[derive(Debug)]
pub(super) struct Work<N: Net> {
    pub(super) legs: Vec<Leg<N::Units>>,
    /// The two accounts of each leg: what is minted or burned comes from or goes to the token's contract, if that takes part.
    ends: Vec<[Option<AccountId>; 2]>,
    /// What each account moved of each asset, of all legs and of those that are part of deals.
    nets: Vec<Entry<N>>,
    own: Vec<Entry<N>>,
    /// Sorted by account.
    parties: Vec<Party>,
    /// Whether a leg may be part of deals.
    is_part: Vec<bool>,
    minted: Vec<AssetId>,
    moved: Vec<AssetId>,
}

impl<N: Net> Default for Work<N> {
    fn default() -> Self {
        Self {
            legs: Vec::new(),
            ends: Vec::new(),
            nets: Vec::new(),
            own: Vec::new(),
            parties: Vec::new(),
            is_part: Vec::new(),
            minted: Vec::new(),
            moved: Vec::new(),
        }
    }
}

/// So few legs are compared each with each.
const FEW: usize = 12;

impl<N: Net> Work<N> {
    /// Settles the legs, and adds what there is to say. Most transactions are no exchange, which is told soon.
    pub(super) fn settle(&mut self, facts: &impl Facts, settled: &mut Settled) {
        self.name_ends(facts);
        let wraps = |leg: &Leg<N::Units>| leg.to.is_some_and(|to| facts.wraps(to, leg.asset));
        let any_wraps = self.legs.iter().any(wraps);
        if !any_wraps && self.legs.len() <= FEW && !self.may_exchange() {
            return;
        }
        self.sum_all();
        let exchange = self.parties.iter().any(|party| party.exchanges);
        if !exchange && !any_wraps {
            return;
        }
        for party in &mut self.parties {
            party.deals = party.deals && !facts.is_stop(party.account);
        }
        let part = |ends: &[Option<AccountId>; 2]| {
            let deals = |end: Option<AccountId>| party(&self.parties, end).is_some_and(|it| it.deals);
            ends[0] != ends[1] && ends.iter().all(|&end| deals(end))
        };
        self.is_part.clear();
        self.is_part.extend(self.ends.iter().map(part));
        let (legs, ends) = (&self.legs, &self.ends);
        let is_minted = |(leg, ends): &(&Leg<N::Units>, &[Option<AccountId>; 2])| {
            leg.from.is_none() && ends[0].is_some() && !facts.is_stake(leg.asset)
        };
        self.minted.clear();
        self.minted.extend(legs.iter().zip(ends).filter(is_minted).map(|it| it.0.asset));
        if exchange && self.is_clear() {
            self.find_deals(facts, settled);
        }
        for ((leg, ends), &part) in self.legs.iter().zip(&self.ends).zip(&self.is_part) {
            if leg.is_added {
                continue;
            }
            let [from, to] = ends.map(|end| party(&self.parties, end));
            let of_sender = part && leg.from.is_some() && from.is_some_and(|it| it.has_deal);
            let of_receiver = part && leg.to.is_some() && to.is_some_and(|it| it.has_deal);
            let ends_at = |&to: &AccountId| {
                of_receiver
                    || facts.may_end(to)
                        && (party(&self.parties, Some(to)).is_some_and(|it| it.exchanges) || wraps(leg))
            };
            let end = leg.to.filter(ends_at).map(|to| {
                let has_minted = self.minted.iter().any(|&token| facts.contract(token) == Some(to));
                if has_minted { End::Position } else { End::Unclear }
            });
            if of_sender || of_receiver || end.is_some() {
                settled.parts.push(Part { place: leg.place, of_sender, of_receiver, end });
            }
        }
    }

    fn name_ends(&mut self, facts: &impl Facts) {
        let legs = &self.legs;
        let takes_part = |account: &AccountId| {
            legs.iter().any(|leg| leg.from == Some(*account) || leg.to == Some(*account))
        };
        // Asked once for each of many mints in a row.
        let mut last = None;
        let mut contract = |asset: AssetId| match last {
            Some((known, contract)) if known == asset => contract,
            _ => {
                let contract = facts.contract(asset).filter(takes_part);
                last = Some((asset, contract));
                contract
            }
        };
        self.ends.clear();
        self.ends.extend(legs.iter().map(|leg| match (leg.from, leg.to) {
            (None, to) => [contract(leg.asset), to],
            (from, None) => [from, contract(leg.asset)],
            (from, to) => [from, to],
        }));
    }

    /// Whether somebody sends one asset and receives another.
    fn may_exchange(&self) -> bool {
        let sides = || self.legs.iter().zip(&self.ends);
        sides().any(|(sent, from)| {
            from[0].is_some() && sides().any(|(got, to)| from[0] == to[1] && sent.asset != got.asset)
        })
    }

    /// Sums all legs, and lists who takes part.
    fn sum_all(&mut self) {
        self.nets.clear();
        for (leg, &ends) in self.legs.iter().zip(&self.ends) {
            add_sides(&mut self.nets, leg, ends);
        }
        sum(&mut self.nets);
        self.parties.clear();
        for theirs in self.nets.chunk_by(|one, other| one.account == other.account) {
            self.parties.push(Party {
                account: theirs[0].account,
                exchanges: theirs.iter().any(|it| it.net.is_gain())
                    && theirs.iter().any(|it| it.net.is_loss()),
                deals: theirs.iter().any(|it| it.sends) && theirs.iter().any(|it| it.receives),
                has_deal: false,
            });
        }
    }

    /// Whether of each asset that an exchanging account gains or loses, the others gain no more than those that exchange.
    fn is_clear(&mut self) -> bool {
        let exchanges =
            |entry: &Entry<N>| party(&self.parties, Some(entry.account)).is_some_and(|it| it.exchanges);
        let moves = |entry: &&Entry<N>| exchanges(entry) && (entry.net.is_gain() || entry.net.is_loss());
        self.moved.clear();
        self.moved.extend(self.nets.iter().filter(moves).map(|entry| entry.asset));
        self.moved.sort_unstable();
        self.moved.dedup();
        self.moved.iter().all(|&asset| {
            let (mut theirs, mut others) = (N::default(), N::default());
            for entry in self.nets.iter().filter(|entry| entry.asset == asset && entry.net.is_gain()) {
                if exchanges(entry) { &mut theirs } else { &mut others }.join(entry.net);
            }
            others.order(theirs).is_le()
        })
    }

    fn find_deals(&mut self, facts: &impl Facts, settled: &mut Settled) {
        // What a contract mints or burns it does not hold: its own legs alone count.
        self.own.clear();
        for (leg, _) in self.legs.iter().zip(&self.is_part).filter(|(_, part)| **part) {
            add_sides(&mut self.own, leg, [leg.from, leg.to]);
        }
        sum(&mut self.own);
        for theirs in self.own.chunk_by(|one, other| one.account == other.account) {
            let account = theirs[0].account;
            if !facts.is_followed(account) || facts.is_wrapper(account) {
                continue;
            }
            let is_price = |got: &Entry<N>| !self.minted.contains(&got.asset) && facts.is_price(got.purse);
            let [gains, losses] =
                [N::is_gain, N::is_loss].map(|is_so| theirs.iter().filter(move |it| is_so(it.net)));
            let is_theirs = |leg: &&Leg<N::Units>| leg.from == Some(account) || leg.to == Some(account);
            let converts = losses.clone().next().is_some() && gains.clone().any(is_price);
            // Who only hands on what is wrapped on the way has nothing left over, but no file brings it the token.
            let hands_on = || {
                losses.clone().chain(gains.clone()).next().is_none()
                    && self.legs.iter().filter(is_theirs).any(|leg| leg.is_added)
            };
            if !converts && !hands_on() {
                continue;
            }
            let first = [settled.legs.len(), settled.gives.len(), settled.gets.len()];
            let parts = self.legs.iter().zip(&self.is_part).filter(|(leg, part)| **part && is_theirs(leg));
            settled.legs.extend(parts.map(|(leg, _)| leg.place));
            let places = &mut settled.legs[first[0]..];
            places.sort_unstable();
            // The added leg of a wrap stands where its coin's does.
            let twice = places.windows(2).any(|pair| pair[0] == pair[1]);
            if twice {
                let mut places = settled.legs.split_off(first[0]);
                places.dedup();
                settled.legs.append(&mut places);
            }
            settled.gives.extend(losses.clone().map(|it| (it.purse, it.net.size())));
            settled.gets.extend(gains.clone().map(|it| (it.purse, it.net.size(), is_price(it))));
            settled.deals.push(Deal {
                account,
                legs: first[0]..settled.legs.len(),
                gives: first[1]..settled.gives.len(),
                gets: first[2]..settled.gets.len(),
            });
            let at = self.parties.binary_search_by_key(&account, |party| party.account);
            self.parties[at.expect("it takes part")].has_deal = true;
        }
    }
}

/// Adds what a leg takes from one account and brings to the other.
fn add_sides<N: Net>(entries: &mut Vec<Entry<N>>, leg: &Leg<N::Units>, ends: [Option<AccountId>; 2]) {
    for (end, comes) in ends.into_iter().zip([false, true]) {
        let Some(account) = end else { continue };
        let mut net = N::default();
        net.add(leg.units, comes);
        let purse = if comes { leg.to_purse } else { leg.from_purse };
        entries.push(Entry { account, asset: leg.asset, net, purse, sends: !comes, receives: comes });
    }
}

/// The party that an account is.
fn party(parties: &[Party], account: Option<AccountId>) -> Option<Party> {
    let account = account?;
    if parties.len() <= FEW {
        return parties.iter().find(|party| party.account == account).copied();
    }
    parties.binary_search_by_key(&account, |party| party.account).ok().map(|at| parties[at])
}
