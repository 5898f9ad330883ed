//! What was stolen, and where all of it is: the head and the proof of a request.

use super::gather::Asked;
use super::pack::{Conserved, Incident};
use crate::cell::iso;
use crate::price::Cents;
use crate::state::State;
use crate::table::{at, chain_of};
use crate::totals::telling_exact_rule;
use crate::worth;
use dyetrace_core::AddressKind;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::trace::{ClassId, Seed};

/// How many transactions of a theft are named.
const NAMED: usize = 20;

/// The thefts whose money rests with the addressee.
pub(super) fn incidents(asked: &Asked<'_>) -> Vec<Incident> {
    asked.classes().into_iter().map(|class| incident(asked, class)).collect()
}

fn incident(asked: &Asked<'_>, class: ClassId) -> Incident {
    let (input, trace) = (&asked.report.input, asked.report.input.trace);
    let (ledger, asset) = (input.ledger, trace.asset_of(class));
    let rule = telling_exact_rule(trace).unwrap_or_default();
    let balance = asked.report.balance(class, rule);
    let entered = balance.stolen.plus(balance.unseen_inflow);
    let postings = &trace.postings;
    let places: Vec<u64> = (0..postings.place.len())
        .filter(|&row| postings.class[row] == class && postings.kind[row].is_stolen())
        .filter(|&row| !postings.shares.get(row, rule).units.is_zero())
        .map(|row| postings.place[row])
        .collect();
    let times = || places.iter().filter_map(|&place| ledger.columns().time(at(place)));
    let mut transactions: Vec<String> = Vec::new();
    for &place in &places {
        let hash = transaction_hash(asked, at(place));
        if !hash.is_empty() && transactions.last() != Some(&hash) {
            transactions.push(hash);
        }
    }
    let transaction_count = transactions.len();
    transactions.truncate(NAMED);
    let theft = trace.theft_of(class);
    let stated = input.facts.thefts.iter().filter(|it| it.id == theft);
    let worth = worth::stolen(input, class, rule).filter(|_| !input.prices.is_empty());
    Incident {
        theft: theft.to_owned(),
        stolen_asset: asked.asset_name(asset),
        symbol: asked.symbol(asset),
        decimals: asked.decimals(asset),
        stolen: entered.to_string(),
        stolen_shown: asked.shown(asset, entered),
        unseen_inflow: balance.unseen_inflow.to_string(),
        usd: worth.map(Cents::to_plain),
        first_time: times().min().map(iso).unwrap_or_default(),
        last_time: times().max().map(iso).unwrap_or_default(),
        seeds: stated.flat_map(|theft| theft.seeds.iter().map(seed)).collect(),
        transactions,
        transaction_count,
    }
}

fn seed(seed: &Seed) -> String {
    match seed {
        Seed::Address(seed) => seed.address.to_checksum(),
        Seed::Transaction(seed) => {
            let kind = seed.chain.as_deref().map_or(AddressKind::Evm, AddressKind::of_chain);
            format!("transaction {}", seed.hash.to_text(kind))
        }
    }
}

/// The hash of a transfer's transaction, as its chain writes it; empty where none is known.
pub(super) fn transaction_hash(asked: &Asked<'_>, place: usize) -> String {
    let ledger = asked.report.input.ledger;
    let kind = AddressKind::of_chain(ledger.chain_name(chain_of(ledger, place)));
    let hash = ledger.transactions().hash(ledger.columns().transaction[place]);
    hash.as_ref().map(|hash: &TxHash| hash.to_text(kind)).unwrap_or_default()
}

/// Where all of these thefts is, under the run's rule.
pub(super) fn conserved(asked: &Asked<'_>) -> Vec<Conserved> {
    let trace = asked.report.input.trace;
    let Some(rule) = telling_exact_rule(trace) else { return Vec::new() };
    let of_class = |class: ClassId| {
        let (balance, asset) = (asked.report.balance(class, rule), trace.asset_of(class));
        let states = State::ALL.into_iter().map(State::in_words).zip(balance.states);
        let parts = states.chain([("paid as fees", balance.fees), ("burned", balance.burned)]);
        let parts = parts.filter(|(_, claim)| !claim.is_zero());
        Conserved {
            theft: trace.theft_of(class).to_owned(),
            stolen_asset: asked.asset_name(asset),
            rule: trace.rules[rule].as_str(),
            stolen: balance.stolen.to_string(),
            unseen_inflow: balance.unseen_inflow.to_string(),
            parts: parts
                .map(|(words, claim)| (words.to_owned(), claim.to_string(), asked.shown(asset, claim)))
                .collect(),
            total: balance.total().to_string(),
            difference: balance.difference().to_string(),
        }
    };
    asked.classes().into_iter().map(of_class).collect()
}
