//! Balances: each figure of `conservation.csv`, summed again from holdings and postings.

use super::Verdict;
use super::evidence::{BALANCE, Evidence, Holding};
use crate::state::State;
use dyetrace_core::Amount;
use std::collections::BTreeMap;

const FILE: &str = "conservation.csv";

pub(super) fn check(evidence: &Evidence, verdict: &mut Verdict) {
    let mut expected = expected(evidence);
    for row in &evidence.conservation {
        let cell = |name: &str| row.iter().find(|(column, _)| column == name).map_or("", |(_, text)| text);
        let key = [0, 1, 2].map(|column| cell(BALANCE[column]).to_owned());
        let words = key.join(", ");
        let Some(figures) = expected.remove(&key) else {
            verdict.fault(
                FILE,
                format!("{words}: nothing of this theft, asset and rule stands in the evidence"),
            );
            continue;
        };
        for (column, figure) in &figures {
            let stands = cell(column).to_owned();
            verdict.compare(FILE, || format!("{words}: {column}"), &stands, figure);
        }
        if figures.last().is_some_and(|(_, difference)| difference != "0") {
            verdict.fault(FILE, format!("{words}: what entered is not what was found"));
        }
    }
    for theft in &evidence.thefts {
        let is_there = evidence.classes.keys().any(|class| class[0] == *theft);
        if !is_there && !evidence.nothing_stolen.contains(theft) {
            verdict.fault(
                FILE,
                format!("{theft}: the manifest names this theft, and no table says a word of it"),
            );
        }
    }
    for key in expected.into_keys() {
        verdict.fault(FILE, format!("{}: there is no row of it", key.join(", ")));
    }
}

/// Every figure that follows, by theft, stolen asset and rule.
fn expected(evidence: &Evidence) -> BTreeMap<[String; 3], Vec<(String, String)>> {
    let mut all = BTreeMap::new();
    let mut of_class: BTreeMap<&[String; 2], Vec<&Holding>> = BTreeMap::new();
    for (_, holding) in &evidence.holdings {
        of_class.entry(&holding.class).or_default().push(holding);
    }
    for (class, posted) in &evidence.classes {
        for rule in evidence.exact() {
            let of_kind = |kind: &str| posted.get(kind).map_or(Amount::ZERO, |claims| claims[rule]);
            let mut states: BTreeMap<&str, Amount> = BTreeMap::new();
            for holding in of_class.get(class).into_iter().flatten() {
                let sum = states.entry(&holding.state).or_default();
                *sum = sum.plus(holding.sums[rule].claims);
            }
            let lost = states.entry(State::Lost.as_str()).or_default();
            *lost = lost.plus(of_kind("dust"));
            let (stolen, unseen) = (of_kind("received"), of_kind("unseen"));
            let (fees, burned) = (of_kind("fee"), of_kind("burn"));
            let (given, got) = (of_kind("converted out"), of_kind("converted in"));
            let total: Amount = states.values().copied().chain([fees, burned]).sum();
            let mut figures = vec![("stolen".to_owned(), stolen), ("unseen_inflow".to_owned(), unseen)];
            let of_state = |state: State| states.get(state.as_str()).copied().unwrap_or_default();
            figures.extend(State::ALL.map(|state| (state.column(), of_state(state))));
            figures.extend([
                ("fees".to_owned(), fees),
                ("burned".to_owned(), burned),
                ("total".to_owned(), total),
            ]);
            let mut figures: Vec<_> =
                figures.into_iter().map(|(column, amount)| (column, amount.to_string())).collect();
            // An exchange moves claims and makes none.
            let (entered, total) = (stolen.plus(unseen).plus(got), total.plus(given));
            let difference = entered.minus(total).map_or_else(
                || format!("-{}", total.minus(entered).unwrap_or_default()),
                |difference| difference.to_string(),
            );
            figures.push(("difference".to_owned(), difference));
            let [theft, asset] = class.clone();
            all.insert([theft, asset, evidence.rules[rule].clone()], figures);
        }
    }
    all
}
