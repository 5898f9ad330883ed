//! Where one account's money came from: purse by purse, what each theft and each labelled holder brought, as a share of all that
//! was received, and a route from there. [`text`] and [`json`] say it.
//!
//! Thefts and labelled holders are two runs, each of which adds up by itself: what came, and the rest. Of the rest nobody knows: it
//! came from accounts without a label, from beyond the data, or was never seen to come (a gap).
//!
//! Where the input does not tell the order of some transfers, all is said by input order, and beside each figure that is another one
//! in the other order what it is there.

mod answer;
mod json;
mod text;

use crate::cell::{iso, when};
use crate::input::{Token, Tokens};
use crate::step::steps_of;
pub use answer::{AskedTransfer, AskedWay, FromOrigin, PartOf, Parts, RouteHop, SourcePurse, Sources};
use dyetrace_core::asset::AssetName;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::links::Link;
use dyetrace_core::trace::{ClassId, Cut, Exposure, Got, PostingKind, Share, Source};
use dyetrace_core::{AccountId, AddressKind, Amount, Ledger, PurseId};

/// What is asked, and what the two runs found.
#[derive(Clone, Copy, Debug)]
pub struct SourceQuestion<'a> {
    /// All transfers read.
    pub ledger: &'a Ledger,
    /// Symbols and decimals.
    pub tokens: &'a Tokens,
    /// The account.
    pub account: AccountId,
    /// What thefts brought; `None` where none is named.
    pub thefts: Option<&'a Source>,
    /// What labelled holders brought; `None` where there are none.
    pub labelled: Option<&'a Source>,
    /// Only this asset.
    pub asset: Option<&'a AssetName>,
    /// Also what came by this transaction.
    pub transaction: Option<&'a TxHash>,
    /// The links that both runs were handed.
    pub links: &'a [Link],
}

impl Sources {
    /// Puts the answer together.
    #[must_use]
    pub fn of(question: &SourceQuestion<'_>) -> Self {
        let SourceQuestion { ledger, account, thefts, labelled, .. } = *question;
        let both = [thefts, labelled];
        let mut all: Vec<PurseId> =
            both.iter().flatten().next().map_or_else(Vec::new, |it| it.exposures.purses.clone());
        all.sort_by_cached_key(|purse| ledger.asset_name(ledger.purses().asset(*purse)));
        let purses = all.into_iter().filter(|&purse| question.wants(purse));
        let purses = purses.filter_map(|purse| question.purse(purse)).collect();
        let rule = both.iter().flatten().next().map_or_else(String::new, |it| it.exposures.rule.to_string());
        Self {
            address: ledger.accounts().address(account).to_string(),
            chain: ledger.chain_name(ledger.accounts().chain(account)).to_owned(),
            rule,
            asked: both.map(|it| it.is_some()),
            is_order_told: both.iter().flatten().all(|it| it.exposures.is_order_told()),
            cut: both.map(|it| it.map_or_else(Cut::default, |it| it.exposures.cut)),
            purses,
            transfers: question.transfers(),
        }
    }
}

impl SourceQuestion<'_> {
    fn asset_name(&self, purse: PurseId) -> String {
        self.ledger.asset_name(self.ledger.purses().asset(purse))
    }

    fn token(&self, purse: PurseId) -> Option<Token> {
        self.tokens.get(self.ledger.purses().asset(purse)).cloned()
    }

    fn wants(&self, purse: PurseId) -> bool {
        let assets = self.ledger.assets();
        let asset = assets.get(self.ledger.purses().asset(purse));
        self.asset.is_none_or(|wanted| wanted.names(&asset, self.ledger.chain_name(asset.chain)))
    }

    fn purse(&self, purse: PurseId) -> Option<SourcePurse> {
        let both = [self.thefts, self.labelled];
        let received = both.iter().flatten().find_map(|it| it.exposures.received_by(purse))?;
        let other_received = both.iter().flatten().find_map(|it| it.exposures.received_in_other_order(purse));
        let part = |source: Option<&Source>, pays: bool| {
            source.map_or_else(PartOf::default, |it| self.part(it, purse, received, pays))
        };
        let (thefts, labelled) = (part(self.thefts, false), part(self.labelled, true));
        if received.is_zero() && thefts.origins.is_empty() && labelled.origins.is_empty() {
            return None;
        }
        let gaps = || both.iter().flatten().map(|source| source.gap(purse));
        let gap = gaps().filter_map(|[told, _]| told).max();
        let other_gap = gaps().filter_map(|[_, other]| other).max().unwrap_or(Amount::ZERO);
        let other_gap = (other_gap != gap.unwrap_or(Amount::ZERO)).then_some(other_gap);
        Some(SourcePurse {
            asset: self.asset_name(purse),
            token: self.token(purse),
            received,
            other_received,
            gap,
            other_gap,
            thefts,
            labelled,
        })
    }

    /// What one run found of a purse. `pays`: its origins are entities, which begin by what they pay.
    fn part(&self, source: &Source, purse: PurseId, received: Amount, pays: bool) -> PartOf {
        let all = &source.exposures;
        let origins: Vec<FromOrigin> = all
            .of(purse)
            .map(|row| {
                let class = all.class[row];
                let asset = all.classes[class.index()].asset;
                FromOrigin {
                    origin: all.origin(row).to_owned(),
                    origin_asset: self.ledger.asset_name(asset),
                    origin_token: self.tokens.get(asset).cloned(),
                    exposure: all.get(row),
                    other: all.in_other_order(row),
                    transfers: all.transfers[row],
                    hops: all.hops[row],
                    first: when(self.ledger, all.first[row]),
                    last: when(self.ledger, all.last[row]),
                    route: self.route(source, class, purse, pays),
                }
            })
            .collect();
        let rest = |exposures: &[Exposure], received: Amount| {
            let is_seed = exposures.iter().any(|it| !it.here.units.is_zero());
            if is_seed { None } else { received.minus(exposures.iter().map(|it| it.came().units).sum()) }
        };
        let told: Vec<Exposure> = origins.iter().map(|it| it.exposure).collect();
        let other: Vec<Exposure> = origins.iter().map(|it| it.other.unwrap_or(it.exposure)).collect();
        let told = rest(&told, received);
        let other = rest(&other, all.received_in_other_order(purse).unwrap_or(received));
        PartOf { origins, rest: told, other_rest: other.filter(|_| other != told) }
    }

    fn route(&self, source: &Source, class: ClassId, purse: PurseId, pays: bool) -> Vec<RouteHop> {
        let route = source.graph.route(class, purse);
        let (ledger, trace) = (self.ledger, &source.trace);
        let columns = ledger.columns();
        let mut hops: Vec<RouteHop> = Vec::new();
        for evidence in &route {
            for step in steps_of(ledger, trace, self.links, evidence, 0) {
                let ends = [step.from, step.to];
                hops.push(self.hop(
                    evidence.place,
                    ends,
                    step.value,
                    step.taint,
                    evidence.exchange.is_some(),
                ));
            }
        }
        if !pays {
            return hops;
        }
        // An entity's money begins at the account that it paid: the payment comes first.
        let first =
            route.first().map_or(purse, |evidence| steps_of(ledger, trace, self.links, evidence, 0)[0].from);
        let before = route.first().map_or(u64::MAX, |evidence| evidence.place);
        let postings = &trace.postings;
        let paid = (0..postings.kind.len()).filter(|&row| {
            postings.kind[row] == PostingKind::Received
                && postings.class[row] == class
                && postings.purse[row] == first
                && postings.place[row] <= before
        });
        let units = |row: &usize| postings.shares.get(*row, 0).units;
        // Of equal ones the first.
        if let Some(row) = paid.rev().max_by_key(units) {
            let place = postings.place[row];
            let at = usize::try_from(place).expect("rows are in memory");
            let ends = [columns.from[at], columns.to[at]];
            hops.insert(0, self.hop(place, ends, columns.value.get(at), units(&row), false));
        }
        hops
    }

    fn hop(
        &self,
        place: u64,
        [from, to]: [PurseId; 2],
        value: Amount,
        part: Amount,
        is_exchange: bool,
    ) -> RouteHop {
        RouteHop {
            transaction: self.transaction_text(place),
            when: self.when(place),
            from: self.address(from),
            to: self.address(to),
            asset: self.asset_name(to),
            token: self.token(to),
            value,
            part,
            is_exchange,
        }
    }

    fn address(&self, purse: PurseId) -> String {
        if purse == PurseId::NONE { String::new() } else { self.ledger.purse_address(purse).to_string() }
    }

    fn when(&self, place: u64) -> String {
        let at = usize::try_from(place).expect("rows are in memory");
        let columns = self.ledger.columns();
        let block = || columns.block(at).map(|block| format!("block {block}")).unwrap_or_default();
        columns.time(at).map_or_else(block, iso)
    }

    fn transaction_text(&self, place: u64) -> String {
        let at = usize::try_from(place).expect("rows are in memory");
        let columns = self.ledger.columns();
        let kind = AddressKind::of_chain(self.ledger.purse_chain(columns.to[at]));
        let hash = self.ledger.transactions().hash(columns.transaction[at]);
        hash.map_or_else(String::new, |hash| hash.to_text(kind))
    }

    /// What the transaction that is named brought the account: its transfers, then what was got in an exchange.
    fn transfers(&self) -> Vec<AskedTransfer> {
        let Some(hash) = self.transaction else { return Vec::new() };
        let (ledger, columns) = (self.ledger, self.ledger.columns());
        let wanted: Vec<u32> = ledger.transactions().find(hash).collect();
        let exchanges: Vec<(PurseId, AskedTransfer)> =
            wanted.iter().flat_map(|&transaction| self.exchanges(transaction)).collect();
        let is_one = |&place: &usize| {
            wanted.contains(&columns.transaction[place])
                && ledger.moves(place)
                && ledger.purses().account(columns.to[place]) == self.account
                && self.wants(columns.to[place])
        };
        let both = [self.thefts, self.labelled];
        let of = |place: usize| {
            both.map(|it| it.map_or_else(Vec::new, |it| self.named(it, it.brought(ledger, place as u64))))
        };
        let other = |source: &Source, place: usize| {
            Some(self.named(source, source.brought_in_other_order(ledger, place as u64)?))
        };
        let way = |place: usize| {
            if both.iter().flatten().any(|it| it.is_linked(ledger, place as u64)) {
                AskedWay::Link
            } else if exchanges.iter().any(|it| it.0 == columns.to[place]) {
                AskedWay::Leg
            } else {
                AskedWay::Transfer
            }
        };
        let transfers = (0..ledger.transfer_count()).filter(is_one).map(|place| {
            let [thefts, labelled] = of(place);
            AskedTransfer {
                way: way(place),
                from: self.address(columns.from[place]),
                asset: self.asset_name(columns.to[place]),
                token: self.token(columns.to[place]),
                value: columns.value.get(place),
                other_value: None,
                when: self.when(place as u64),
                thefts,
                labelled,
                other: both.map(|it| it.and_then(|it| other(it, place))),
            }
        });
        let mut all: Vec<AskedTransfer> = transfers.collect();
        all.extend(exchanges.into_iter().map(|it| it.1));
        all
    }

    /// What the account got in the exchange of a transaction, by the assets' names, where any of it is told in one of the orders.
    fn exchanges(&self, transaction: u32) -> Vec<(PurseId, AskedTransfer)> {
        let ledger = self.ledger;
        let both = [self.thefts, self.labelled];
        let told = both.map(|it| it.map_or_else(Vec::new, |it| it.got(ledger, transaction)));
        let other = both.map(|it| it.and_then(|it| it.got_in_other_order(ledger, transaction)));
        let mut purses: Vec<PurseId> =
            told.iter().chain(other.iter().flatten()).flatten().map(|got| got.purse).collect();
        purses.retain(|&purse| self.wants(purse));
        purses.sort_by_cached_key(|&purse| self.asset_name(purse));
        purses.dedup();
        let place = || ledger.columns().transaction.iter().position(|&it| it == transaction);
        let when = place().map_or_else(String::new, |place| self.when(place as u64));
        let one = |purse: PurseId| {
            let of = |got: &[Got]| got.iter().find(|it| it.purse == purse).cloned();
            let here = [0, 1].map(|run| of(&told[run]));
            let there =
                [0, 1].map(|run| other[run].as_ref().map_or_else(|| here[run].clone(), |got| of(got)));
            let value = |got: &[Option<Got>; 2]| got.iter().flatten().map(|it| it.value).max();
            let parts = |run: usize, got: &Option<Got>| match (both[run], got) {
                (Some(source), Some(got)) => self.named(source, got.parts.clone()),
                _ => Vec::new(),
            };
            let all = value(&here).or(value(&there)).unwrap_or(Amount::ZERO);
            let asked = AskedTransfer {
                way: AskedWay::Exchange,
                from: String::new(),
                asset: self.asset_name(purse),
                token: self.token(purse),
                value: all,
                other_value: value(&there).filter(|it| *it != all),
                when: when.clone(),
                thefts: parts(0, &here[0]),
                labelled: parts(1, &here[1]),
                other: [0, 1].map(|run| (there[run] != here[run]).then(|| parts(run, &there[run]))),
            };
            (purse, asked)
        };
        purses.into_iter().map(one).collect()
    }

    /// The parts of a transfer by their names.
    fn named(&self, source: &Source, parts: Vec<(ClassId, Share)>) -> Parts {
        let exposures = &source.exposures;
        let named = |(class, share): (ClassId, Share)| {
            let of = exposures.classes[class.index()];
            (exposures.origins[of.theft as usize].clone(), self.ledger.asset_name(of.asset), share)
        };
        parts.into_iter().map(named).collect()
    }
}
