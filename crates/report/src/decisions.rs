//! What became of an analyst's decisions: what was cut, what names nobody, which links are in the data.

use crate::input::{Input, Limitation};
use crate::limitation::of_account;
use crate::totals::telling_exact_rule;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::trace::{Seed, Stop};
use dyetrace_core::{AccountId, Amount, Decision, DecisionKind};
use std::collections::BTreeMap;

/// The rows of `limitations.csv` about decisions, in the order of their log.
pub(crate) fn limitations(input: &Input<'_>) -> Vec<Limitation> {
    let rows = input.facts.decisions.iter().flat_map(|decisions| &decisions.rows);
    rows.flat_map(|(decision, _)| about(input, decision)).collect()
}

fn about(input: &Input<'_>, decision: &Decision) -> Vec<Limitation> {
    if decision.kind == DecisionKind::Link {
        return vec![link(input, decision)];
    }
    let accounts = accounts(input, decision);
    if accounts.is_empty() {
        let detail = format!("{}: no transfer read names this account", in_words(decision));
        return vec![Limitation { kind: "decision".to_owned(), subject: decision.subject.clone(), detail }];
    }
    if decision.kind == DecisionKind::Label {
        return Vec::new();
    }
    accounts.into_iter().map(|account| cut(input, decision, account)).collect()
}

/// The accounts that a decision is about: on its chain, or on all.
fn accounts(input: &Input<'_>, decision: &Decision) -> Vec<AccountId> {
    let ledger = input.ledger;
    let Ok(address) = decision.address() else { return Vec::new() };
    let wanted = |name: &str| decision.detail.chain.as_ref().is_none_or(|chain| chain == name);
    let chains = ledger.chains().filter(|(_, name)| wanted(name));
    chains.filter_map(|(chain, _)| ledger.accounts().find(chain, &address)).collect()
}

fn in_words(decision: &Decision) -> String {
    format!("decision {} by {}, {} ({})", decision.number, decision.who, decision.when, decision.why)
}

/// What a cut keeps from being followed.
fn cut(input: &Input<'_>, decision: &Decision, account: AccountId) -> Limitation {
    let (ledger, trace) = (input.ledger, input.trace);
    let holdings = &trace.holdings;
    let theirs = |row: &usize| ledger.purses().account(holdings.purse[*row]) == account;
    let rule = telling_exact_rule(trace);
    let mut sums: BTreeMap<(&str, String), Amount> = BTreeMap::new();
    let mut stopped_otherwise = false;
    for row in (0..holdings.purse.len()).filter(theirs) {
        stopped_otherwise |= holdings.stop[row] != Some(Stop::Cut);
        let class = holdings.class[row];
        let claim = rule.map_or(Amount::ZERO, |rule| holdings.shares.get(row, rule).claim);
        let sum = sums.entry((trace.theft_of(class), ledger.asset_name(trace.asset_of(class)))).or_default();
        *sum = sum.plus(claim);
    }
    let is_seed = |seed: &Seed| match seed {
        Seed::Address(seed) => Some(seed.address) == decision.address().ok(),
        Seed::Transaction(_) => false,
    };
    let what = if input.facts.thefts.iter().flat_map(|theft| &theft.seeds).any(is_seed) {
        "it is a seed, which never stops: not cut".to_owned()
    } else if stopped_otherwise {
        "what it holds is not followed for another reason: see `stop` in holdings.csv".to_owned()
    } else if sums.is_empty() {
        "no stolen money reached it".to_owned()
    } else {
        let sums =
            sums.into_iter().map(|((theft, asset), sum)| format!("{sum} base units of {theft} {asset}"));
        format!("a claim of {} rests there and is not followed", sums.collect::<Vec<_>>().join(", "))
    };
    of_account(input, "cut", account, format!("{}: {what}", in_words(decision)))
}

/// A link is looked up: the trace follows it where both sides are in the data and it is told which transfers are meant.
fn link(input: &Input<'_>, decision: &Decision) -> Limitation {
    let transactions = input.ledger.transactions();
    let is_there = |hash: &str| {
        TxHash::parse(hash.as_bytes()).is_some_and(|hash| transactions.find(&hash).next().is_some())
    };
    let destination = decision.detail.destination.as_deref().unwrap_or_default();
    let seen = match (is_there(&decision.subject), is_there(destination)) {
        (true, true) => "both transactions are in the data",
        (true, false) => "the second transaction is not in the data",
        (false, true) => "the first transaction is not in the data",
        (false, false) => "neither transaction is in the data",
    };
    let detail = format!("{}: {seen}; what became of it stands in links.csv", in_words(decision));
    Limitation { kind: "link".to_owned(), subject: format!("{} {destination}", decision.subject), detail }
}
