//! Requests: each target is a line of `freezable.csv`, its sums are those of its transfers and of the evidence, its
//! dollars follow from `dollars.csv`, and the JSON says what the tables say. Every finding with a holder is in one.

use super::dollars::{Dollars, plain, worths};
use super::evidence::{ByKey, Evidence, Finding, in_words};
use super::request_sums as sums;
use super::{Fault, Verdict};
use crate::written::rows::Rows;
use dyetrace_core::Amount;
use hashbrown::HashMap;
use serde_json::Value;
use std::path::Path;

const TARGETS: &str = "/request.csv";

/// The columns of a request that are those of `freezable.csv` under another name.
const RENAMED: [(&str, &str); 2] = [("amount_min", "tainted_min"), ("amount_max", "tainted_max")];

/// Those that are by the run's rule there, and here by the first rule that gives amounts: poison gives none.
const BY_RULE: [(&str, &str); 2] = [("amount_rule", "tainted_rule"), ("claim", "claim")];

/// Units in and out by target, one entry an exact rule.
type Listed = HashMap<u64, [Vec<Amount>; 2]>;

struct Packs<'a> {
    folder: &'a Path,
    evidence: &'a Evidence,
    holdings: &'a ByKey<'a>,
    dollars: &'a Dollars,
    /// Findings by rank, those that no request has named yet.
    missing: HashMap<u64, &'a Finding>,
}

pub(super) fn check(
    folder: &Path,
    manifest: &Value,
    evidence: &Evidence,
    holdings: &ByKey<'_>,
    dollars: &Dollars,
    verdict: &mut Verdict,
) -> Result<(), Fault> {
    let named = evidence.findings.iter().filter(|finding| !finding.holder.is_empty());
    let missing = named.map(|finding| (finding.rank, finding)).collect();
    let mut packs = Packs { folder, evidence, holdings, dollars, missing };
    let outputs = manifest["outputs"].as_array().into_iter().flatten();
    let names = outputs.filter_map(|output| output["name"].as_str());
    for name in names.filter(|name| name.starts_with("packs/") && name.ends_with(TARGETS)) {
        packs.check_one(name, verdict)?;
    }
    let mut missing: Vec<u64> = packs.missing.into_keys().collect();
    missing.sort_unstable();
    for rank in missing {
        verdict.fault("packs", format!("rank {rank} of freezable.csv is in no request"));
    }
    Ok(())
}

impl Packs<'_> {
    fn check_one(&mut self, name: &str, verdict: &mut Verdict) -> Result<(), Fault> {
        let pack = name.trim_end_matches(TARGETS);
        let transfers = self.transfers(&format!("{pack}/transfers.csv"))?;
        let mut rows = Rows::open(self.folder, name)?;
        let [target, rank, holder] = rows.columns(["target", "rank", "holder"])?;
        while rows.next()? {
            let (number, rank) = (rows.number(target)?, rows.number(rank)?);
            let words = || format!("target {number}");
            let Some(finding) = self.missing.remove(&rank) else {
                verdict
                    .fault(name, format!("target {number}: no finding has this rank, or it is there twice"));
                continue;
            };
            verdict.compare(
                name,
                || format!("{}: holder", words()),
                &rows.text(holder),
                &finding.holder.as_str(),
            );
            for (column, text) in ["theft", "stolen_asset", "chain", "address", "asset"]
                .into_iter()
                .zip(finding.key.split('\0'))
            {
                verdict.compare(
                    name,
                    || format!("{}: {column}", words()),
                    &rows.text(rows.column(column)?),
                    &text,
                );
            }
            let by_rule = |column: &str| BY_RULE.iter().any(|(there, _)| *there == column);
            for (column, text) in finding.cells.iter().filter(|(column, _)| !by_rule(column)) {
                let renamed =
                    RENAMED.iter().find(|(there, _)| there == column).map_or(*column, |(_, here)| here);
                verdict.compare(
                    name,
                    || format!("{}: {renamed}", words()),
                    &rows.text(rows.column(renamed)?),
                    &text.as_str(),
                );
            }
            self.check_sums(name, &rows, finding, transfers.get(&number), verdict)?;
        }
        self.check_json(pack, verdict)
    }

    /// Units of each target's transfers in and out, one entry an exact rule.
    fn transfers(&self, name: &str) -> Result<Listed, Fault> {
        let mut rows = Rows::open(self.folder, name)?;
        let [target, direction] = rows.columns(["target", "direction"])?;
        let columns = self.evidence.exact().map(|rule| rows.column(&self.evidence.rules[rule]));
        let columns: Vec<usize> = columns.collect::<Result<_, _>>()?;
        let mut sums = Listed::new();
        while rows.next()? {
            let side = match rows.text(direction) {
                "in" => 0,
                "out" => 1,
                _ => return Err(rows.expected(direction, "in or out")),
            };
            let none = || [vec![Amount::ZERO; columns.len()], vec![Amount::ZERO; columns.len()]];
            let sum = &mut sums.entry(rows.number(target)?).or_insert_with(none)[side];
            for (sum, &column) in sum.iter_mut().zip(&columns) {
                *sum = sum.plus(rows.amount(column)?);
            }
        }
        Ok(sums)
    }

    fn check_sums(
        &self,
        name: &str,
        rows: &Rows,
        finding: &Finding,
        transfers: Option<&[Vec<Amount>; 2]>,
        verdict: &mut Verdict,
    ) -> Result<(), Fault> {
        let Some(holding) = self.holdings.get(finding.key.as_str()) else { return Ok(()) };
        let words = |column: &str| format!("{}: {column}", in_words(&finding.key));
        let moves = self.evidence.moves.get(finding.key.as_str());
        let mut rests = Vec::new();
        for (at, rule) in self.evidence.exact().enumerate() {
            let (rule_name, rest) = (&self.evidence.rules[rule], holding.sums[rule].units);
            let came = moves.map_or(Amount::ZERO, |moves| moves.came[rule].units);
            let listed = |side: usize| transfers.map_or(Amount::ZERO, |sums| sums[side][at]);
            let left = came.minus(rest).unwrap_or_default();
            for (column, follows) in [
                (rule_name.clone(), rest),
                (format!("arrived_{rule_name}"), came),
                (format!("left_{rule_name}"), left),
            ] {
                verdict.compare(name, || words(&column), &rows.amount(rows.column(&column)?)?, &follows);
            }
            verdict.compare(name, || words(&format!("transfers in by {rule_name}")), &listed(0), &came);
            verdict.compare(name, || words(&format!("transfers out by {rule_name}")), &listed(1), &left);
            rests.push(rest);
        }
        if let Some(rule) = self.evidence.exact().next() {
            let sum = holding.sums[rule];
            for ((_, column), follows) in BY_RULE.iter().zip([sum.units, sum.claims]) {
                verdict.compare(name, || words(column), &rows.amount(rows.column(column)?)?, &follows);
            }
        }
        let worths = self.dollars.get(&finding.route).map(|arrived| worths(self.evidence, arrived, &rests));
        let all: Option<Vec<Amount>> = worths.as_ref().and_then(|worths| worths.iter().copied().collect());
        let of_rule = worths.and_then(|worths| worths.first().copied().flatten());
        let least = all.as_ref().and_then(|all| all.iter().copied().min());
        let most = all.and_then(|all| all.into_iter().max());
        for (column, follows) in [("usd_min", least), ("usd_rule", of_rule), ("usd_max", most)] {
            let follows = follows.map(plain).unwrap_or_default();
            verdict.compare(name, || words(column), &rows.text(rows.column(column)?), &follows.as_str());
        }
        Ok(())
    }

    /// The tables and the JSON of a request say the same.
    fn check_json(&self, pack: &str, verdict: &mut Verdict) -> Result<(), Fault> {
        let name = format!("{pack}/request.json");
        let fault = |what: String| Fault { file: name.clone(), what };
        let text = std::fs::read(self.folder.join(&name))
            .map_err(|error| fault(format!("cannot be read: {error}")))?;
        let request: Value =
            serde_json::from_slice(&text).map_err(|error| fault(format!("is no JSON: {error}")))?;
        for (table, list) in
            [("request.csv", "targets"), ("transfers.csv", "transfers"), ("path.csv", "path")]
        {
            let mut rows = Rows::open(self.folder, &format!("{pack}/{table}"))?;
            let listed = request[list].as_array().map_or(&[][..], Vec::as_slice);
            let mut seen = 0;
            while rows.next()? {
                let in_json = listed.get(seen);
                seen += 1;
                for (column, cell) in rows.cells() {
                    let Some(value) = in_json.and_then(|row| self.value_of(row, &column)) else { continue };
                    let shown = match &value {
                        Value::String(text) => crate::cell::defused(text),
                        Value::Null => String::new(),
                        Value::Array(items) => {
                            items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
                        }
                        other => other.to_string(),
                    };
                    verdict.compare(&name, || format!("{list} {seen}: {column}"), &shown, &cell);
                }
            }
            verdict.compare(&name, || format!("rows of {list}"), &listed.len(), &seen);
        }
        sums::check(&name, &request, self.evidence, verdict);
        Ok(())
    }

    /// What a row of the JSON says of a column of the table, where it says anything.
    fn value_of(&self, row: &Value, column: &str) -> Option<Value> {
        let by = |list: &str, rule: &str| row.get(list)?.get(rule).cloned();
        if let Some(value) = row.get(column) {
            return Some(value.clone());
        }
        if self.evidence.rules.iter().any(|rule| rule == column) {
            return by("by_rule", column);
        }
        let (list, rule) = column.split_once('_')?;
        match list {
            "arrived" | "left" | "usd" => by(&format!("{list}_by_rule"), rule),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::evidence::FOLLOWING;
    use super::{BY_RULE, RENAMED};

    #[test]
    fn what_is_renamed_follows_from_a_holding() {
        assert!(RENAMED.iter().chain(&BY_RULE).all(|(there, _)| FOLLOWING.contains(there)));
    }
}
