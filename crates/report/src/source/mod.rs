//! Where one account's money came from: purse by purse, what each theft and each labelled holder brought, as a share of all that
//! was received, and a route from there. [`text`] and [`json`] say it.
//!
//! Thefts and labelled holders are two runs, each of which adds up by itself: what came, and the rest. Of the rest nobody knows: it
//! came from accounts without a label, from beyond the data, or was never seen to come (a gap).
//!
//! Where the input does not tell the order of some transfers, all is said by input order, and beside each figure that is another one
//! in the other order what it is there.

mod json;
mod text;

use crate::cell::{iso, when};
use crate::input::{Token, Tokens};
use crate::screening::share_of;
use crate::step::steps_of;
use dyetrace_core::asset::AssetName;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::links::Link;
use dyetrace_core::trace::{ClassId, Cut, Exposure, PostingKind, Share, Source};
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

/// The answer.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The address.
    pub address: String,
    /// Its chain.
    pub chain: String,
    /// The rule.
    pub rule: String,
    /// Whether thefts were asked about, and labelled holders.
    pub asked: [bool; 2],
    /// Whether the input tells the order of all transfers that touch one purse.
    pub is_order_told: bool,
    /// What limits cut off on the way, in both runs: where any did, more may have come.
    pub cut: [Cut; 2],
    /// Its purses that received something, by the assets' names.
    pub purses: Vec<SourcePurse>,
    /// The transfers to it of the transaction that was named, in order.
    pub transfers: Vec<AskedTransfer>,
}

/// Where the money of one purse came from. Units are those of its asset.
#[derive(Clone, Debug)]
pub struct SourcePurse {
    /// The asset.
    pub asset: String,
    /// How it is shown, if that is known.
    pub token: Option<Token>,
    /// All that it received from others.
    pub received: Amount,
    /// The same in the other order, in which exchanges can be others; `None` where it is the same.
    pub other_received: Option<Amount>,
    /// What it spent beyond what the data show it had; known where some of the money that is asked about came there.
    pub gap: Option<Amount>,
    /// The same in the other order, 0 for none; `None` where it is the same.
    pub other_gap: Option<Amount>,
    /// What thefts brought, by name and stolen asset.
    pub thefts: PartOf,
    /// What labelled holders brought.
    pub labelled: PartOf,
}

/// What some origins brought of what a purse received.
#[derive(Clone, Debug, Default)]
pub struct PartOf {
    /// Origin by origin.
    pub origins: Vec<FromOrigin>,
    /// What none of them brought; `None` where money was stolen right here, of which a part was never seen to come.
    pub rest: Option<Amount>,
    /// The same in the other order; `None` where it is the same.
    pub other_rest: Option<Amount>,
}

/// What one origin brought.
#[derive(Clone, Debug)]
pub struct FromOrigin {
    /// The theft, or the holder behind its category: `exchange: Binance`.
    pub origin: String,
    /// The asset in which it began.
    pub origin_asset: String,
    /// How that is shown.
    pub origin_token: Option<Token>,
    /// How much, by way.
    pub exposure: Exposure,
    /// The same in the other order; `None` where it is the same. Where only that order brings something, what follows is its, but the
    /// route, which is none.
    pub other: Option<Exposure>,
    /// How many transfers brought it.
    pub transfers: u64,
    /// The fewest transfers from the origin; 0 where it was stolen right here.
    pub hops: u32,
    /// When it first came, and last; empty where no times are known.
    pub first: String,
    /// When it came last.
    pub last: String,
    /// A route with the fewest transfers, and among those the most money; empty where it was stolen right here.
    pub route: Vec<RouteHop>,
}

/// A hop of a route. An exchange is two: what was given, and what was got.
#[derive(Clone, Debug)]
pub struct RouteHop {
    /// The transaction.
    pub transaction: String,
    /// Its time, or its block where no time is known.
    pub when: String,
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// What moved.
    pub asset: String,
    /// How it is shown.
    pub token: Option<Token>,
    /// All that moved.
    pub value: Amount,
    /// The part of the origin.
    pub part: Amount,
    /// Whether it is a leg of an exchange.
    pub is_exchange: bool,
}

/// A transfer that was asked about.
#[derive(Clone, Debug)]
pub struct AskedTransfer {
    /// The sender; empty where nobody.
    pub from: String,
    /// What moved.
    pub asset: String,
    /// How it is shown.
    pub token: Option<Token>,
    /// How much.
    pub value: Amount,
    /// When.
    pub when: String,
    /// Of thefts.
    pub thefts: Parts,
    /// Of labelled holders.
    pub labelled: Parts,
    /// Of both in the other order, each `None` where that is the same.
    pub other: [Option<Parts>; 2],
}

/// The parts of a transfer: origin, the asset in which it began, and how much.
pub type Parts = Vec<(String, String, Share)>;

impl FromOrigin {
    /// What came from others, in thousandths of what the purse received, rounded half up.
    #[must_use]
    pub fn per_mille(&self, received: Amount) -> Option<u64> {
        share_of(self.exposure.came().units, received, 1_000)
    }

    /// What came in the other order; in input order, where that is the same.
    #[must_use]
    pub fn came_in_other_order(&self) -> Amount {
        self.other.as_ref().unwrap_or(&self.exposure).came().units
    }
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

    /// The transfers to the account by the transaction that is named.
    fn transfers(&self) -> Vec<AskedTransfer> {
        let Some(hash) = self.transaction else { return Vec::new() };
        let (ledger, columns) = (self.ledger, self.ledger.columns());
        let wanted: Vec<u32> = ledger.transactions().find(hash).collect();
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
        (0..ledger.transfer_count())
            .filter(is_one)
            .map(|place| {
                let [thefts, labelled] = of(place);
                AskedTransfer {
                    from: self.address(columns.from[place]),
                    asset: self.asset_name(columns.to[place]),
                    token: self.token(columns.to[place]),
                    value: columns.value.get(place),
                    when: self.when(place as u64),
                    thefts,
                    labelled,
                    other: both.map(|it| it.and_then(|it| other(it, place))),
                }
            })
            .collect()
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
