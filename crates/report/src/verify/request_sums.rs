//! The sums in a request's JSON: totals follow from its targets, what was stolen and where it is from `conservation.csv`.

use super::Verdict;
use super::evidence::Evidence;
use crate::written::rows::parse;
use dyetrace_core::Amount;
use serde_json::Value;

pub(super) fn check(name: &str, request: &Value, evidence: &Evidence, verdict: &mut Verdict) {
    for total in list(request, "totals") {
        check_total(name, request, total, evidence, verdict);
    }
    for whole in list(request, "conservation") {
        check_whole(name, whole, evidence, verdict);
    }
    for incident in list(request, "incidents") {
        check_incident(name, incident, evidence, verdict);
    }
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value[key].as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn check_total(name: &str, request: &Value, total: &Value, evidence: &Evidence, verdict: &mut Verdict) {
    let theirs = || list(request, "targets").filter(|target| target["asset"] == total["asset"]);
    let words = |what: &str| format!("total of {}: {what}", text(total, "asset"));
    let count = total["targets"].as_u64().unwrap_or_default();
    verdict.compare(name, || words("targets"), &count, &(theirs().count() as u64));
    for rule in evidence.exact().map(|rule| &evidence.rules[rule]) {
        let amount = |value: &Value| parse(text(&value["by_rule"], rule)).unwrap_or_default();
        let follows: Amount = theirs().map(amount).sum();
        verdict.compare(name, || words(rule), &amount(total), &follows);
    }
    if let (Some(rule), true) = (evidence.exact().next(), total["usd_by_rule"].is_object()) {
        let cents = |text: &str| parse(&text.replace('.', "")).unwrap_or_default();
        let follows: Amount = theirs().map(|target| cents(text(target, "usd_rule"))).sum();
        let stands = cents(text(&total["usd_by_rule"], &evidence.rules[rule]));
        verdict.compare(name, || words("dollars in cents"), &stands, &follows);
    }
}

/// The row of `conservation.csv` of a theft, stolen asset and rule: its cells by column.
fn row<'e>(evidence: &'e Evidence, theft: &str, asset: &str, rule: &str) -> Option<&'e [(String, String)]> {
    let theft = crate::cell::defused(theft);
    let keys = [("theft", theft.as_str()), ("stolen_asset", asset), ("rule", rule)];
    let is_it = |row: &&Vec<(String, String)>| {
        keys.iter().all(|(column, text)| row.iter().any(|(name, cell)| name == column && cell == text))
    };
    evidence.conservation.iter().find(is_it).map(Vec::as_slice)
}

fn cell<'e>(row: &'e [(String, String)], column: &str) -> &'e str {
    row.iter().find(|(name, _)| name == column).map_or("", |(_, cell)| cell)
}

fn check_whole(name: &str, whole: &Value, evidence: &Evidence, verdict: &mut Verdict) {
    let (theft, asset) = (text(whole, "theft"), text(whole, "stolen_asset"));
    let Some(row) = row(evidence, theft, asset, text(whole, "rule")) else {
        verdict
            .fault(name, format!("{theft} {asset}: no row of conservation.csv is behind its conservation"));
        return;
    };
    for column in ["stolen", "unseen_inflow", "total", "difference"] {
        verdict.compare(
            name,
            || format!("{theft} {asset}: {column}"),
            &text(whole, column),
            &cell(row, column),
        );
    }
    const OTHERS: [&str; 7] =
        ["theft", "stolen_asset", "rule", "stolen", "unseen_inflow", "total", "difference"];
    let parts = row.iter().filter(|(column, cell)| !OTHERS.contains(&column.as_str()) && cell != "0");
    let follows: Vec<&str> = parts.map(|(_, cell)| cell.as_str()).collect();
    let stands: Vec<&str> = list(whole, "parts").map(|part| part[1].as_str().unwrap_or_default()).collect();
    verdict.compare(name, || format!("{theft} {asset}: parts"), &stands.join(" "), &follows.join(" "));
}

fn check_incident(name: &str, incident: &Value, evidence: &Evidence, verdict: &mut Verdict) {
    let (theft, asset) = (text(incident, "theft"), text(incident, "stolen_asset"));
    let Some(rule) = evidence.exact().next() else { return };
    let Some(row) = row(evidence, theft, asset, &evidence.rules[rule]) else {
        verdict.fault(name, format!("{theft} {asset}: no row of conservation.csv is behind what was stolen"));
        return;
    };
    let amount = |column: &str| parse(cell(row, column)).unwrap_or_default();
    let entered = amount("stolen").plus(amount("unseen_inflow")).to_string();
    verdict.compare(
        name,
        || format!("{theft} {asset}: stolen"),
        &text(incident, "stolen"),
        &entered.as_str(),
    );
    let unseen = cell(row, "unseen_inflow");
    verdict.compare(name, || format!("{theft} {asset}: unseen"), &text(incident, "unseen_inflow"), &unseen);
}
