//! What the page's script draws from: one JSON text. Every amount is a text made here, since a number of JavaScript
//! loses digits; heights, columns and counts are small whole numbers.

use super::before::{Before, before};
use super::fold::Kind;
use super::pick::Picked;
use super::picture::{Picture, Spot};
use super::role::{Part, Role, Roles};
use super::text::{NAME, visible};
use crate::cell::when;
use crate::display::{amount, grouped};
use crate::missing::counted;
use crate::report::Report;
use crate::table::{at, chain_of};
use dyetrace_core::ledger::TxHash;
use dyetrace_core::{AccountId, Amount, AssetId, Ledger};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An account's labels beyond these are counted.
const MOST_LABELS: usize = 8;

/// Everything shown, as JSON.
pub(super) fn data(report: &Report<'_>, picked: &Picked, roles: &Roles, picture: &Picture) -> Value {
    let trace = report.input.trace;
    let passed = passed(report, picked);
    let accounts = picked.accounts.iter().zip(&roles.0);
    let accounts = accounts.map(|(&id, role)| account(report, picked, &passed, id, role));
    let spots = picture.spots(&vec![false; picture.folds.len()]);
    let visits = picture.visits.account.iter().zip(&picture.unit);
    let visits = visits.map(|(account, unit)| json!([account, unit]));
    let boxes = picture.column.iter().zip(&picture.height).map(|(column, height)| json!([column, height]));
    let lines = picture.lines.iter().map(|line| {
        let share = line.weight / (super::pick::WHOLE / 10_000);
        json!([line.from, line.to, line.flows, line.grade.as_str(), share])
    });
    let folds = picture.folds.iter().map(|fold| {
        let accounts = fold.members.len();
        let first = fold.members.first().map_or(0, |member| picture.visits.account[member.0 as usize]);
        let role = &roles.0[first as usize];
        let (kind, head) = match fold.kind {
            Kind::Chain => ("chain", format!("peel chain of {accounts}")),
            Kind::Fan if role.name.is_empty() => ("fan", format!("{accounts} accounts")),
            Kind::Fan => ("fan", format!("{accounts} × {}", role.name)),
        };
        let part = if fold.kind == Kind::Chain { Part::Passes } else { role.part };
        json!({
            "kind": kind, "head": head, "part": part.as_str(), "columns": fold.columns, "rows": fold.rows,
            "members": fold.members.iter().map(|(visit, column, row)| json!([visit, column, row])).collect::<Value>(),
        })
    });
    json!({
        "rule": trace.rules.first().map(|rule| rule.as_str()),
        "rules": trace.rules.iter().map(|rule| rule.as_str()).collect::<Value>(),
        "row": super::grid::ROW,
        "size": size(&spots),
        "accounts": accounts.collect::<Value>(),
        "visits": visits.collect::<Value>(),
        "singles": picture.singles,
        "boxes": boxes.collect::<Value>(),
        "folds": folds.collect::<Value>(),
        "lines": lines.collect::<Value>(),
        "flows": flows(report, picked, picture),
    })
}

fn size(spots: &[Option<Spot>]) -> Value {
    let columns = spots.iter().flatten().map(|spot| spot.0 + 1).max().unwrap_or(0);
    let height = spots.iter().flatten().map(|spot| spot.1 + super::grid::ROW).max().unwrap_or(0);
    json!([columns, height])
}

/// What went in (true) and out of accounts, by asset: flows, and taint by the run's rule. All of it, shown or not.
pub(super) type Passed = BTreeMap<(AccountId, bool, AssetId), (u64, Amount)>;

pub(super) fn passed(report: &Report<'_>, picked: &Picked) -> Passed {
    let (ledger, flows) = (report.input.ledger, &report.input.trace.flows);
    let mut passed: Passed = picked.rest.iter().map(|(key, rest)| (*key, (rest.flows, rest.taint))).collect();
    for &flow in &picked.flows {
        let place = at(flows.place[flow]);
        let (from, to) = (ledger.columns().from[place], ledger.columns().to[place]);
        let asset = ledger.purses().asset(to);
        for (purse, comes_in) in [(from, false), (to, true)] {
            let sum = passed.entry((ledger.purses().account(purse), comes_in, asset)).or_default();
            *sum = (sum.0 + 1, sum.1.plus(flows.shares.get(flow, 0).units));
        }
    }
    passed
}

/// A sum in a few words: of one asset the amount, of several the number of them.
pub(super) fn in_short(report: &Report<'_>, sums: impl IntoIterator<Item = (AssetId, Amount)>) -> String {
    let sums: Vec<(AssetId, Amount)> = sums.into_iter().filter(|sum| !sum.1.is_zero()).collect();
    match sums[..] {
        [] => String::new(),
        [(asset, sum)] => short(&amount(&report.input, asset, sum)),
        _ => counted(sums.len(), "asset", "assets"),
    }
}

/// An amount with at most four decimals; the rest is cut, and a dot dot dot says so.
pub(super) fn short(amount: &str) -> String {
    let (number, unit) = amount.split_once(' ').unwrap_or((amount, ""));
    let number = match number.split_once('.') {
        Some((whole, decimals)) if decimals.len() > 4 => {
            let keep = if whole.len() > 3 { 1 } else { 4 };
            format!("{whole}.{}…", &decimals[..keep])
        }
        _ => number.to_owned(),
    };
    format!("{number} {}", if unit == "base units" { "units" } else { unit }).trim_end().to_owned()
}

fn account(report: &Report<'_>, picked: &Picked, passed: &Passed, id: AccountId, role: &Role) -> Value {
    let (input, ledger, trace) = (&report.input, report.input.ledger, report.input.trace);
    let sums = |comes_in: bool| {
        let range = (id, comes_in, AssetId(0))..=(id, comes_in, AssetId(u32::MAX));
        passed.range(range).map(|(key, sum)| (key.2, *sum))
    };
    let listed = |comes_in: bool| -> Value {
        sums(comes_in).map(|(asset, (flows, sum))| json!([flows, amount(input, asset, sum)])).collect()
    };
    let rest: Value = picked
        .rest
        .range((id, false, AssetId(0))..=(id, true, AssetId(u32::MAX)))
        .map(|(key, rest)| json!([key.1, rest.flows, amount(input, key.2, rest.taint)]))
        .collect();
    let holdings = role.holdings.iter().map(|&row| {
        let holdings = &trace.holdings;
        let asset = ledger.purses().asset(holdings.purse[row]);
        let by_rule =
            (0..trace.rules.len()).map(|rule| amount(input, asset, holdings.shares.get(row, rule).units));
        json!({
            "theft": visible(trace.theft_of(holdings.class[row]), NAME),
            "state": report.states[row].in_words(),
            "grade": holdings.grade[row].as_str(),
            "amounts": by_rule.collect::<Value>(),
            "balance": amount(input, asset, holdings.balance[row]),
        })
    });
    let labels: Vec<String> = input
        .labels
        .of(id)
        .map(|label| {
            let source = if label.source.is_empty() { "no source named" } else { &label.source };
            let as_of = if label.as_of.is_empty() {
                String::new()
            } else {
                format!(", {}", visible(&label.as_of, 20))
            };
            let text = if label.text.is_empty() { label.entity.as_str() } else { &label.text };
            let (text, source) = (visible(text, NAME * 2), visible(source, NAME));
            format!("{text} · {} ({source}{as_of}, confidence {})", label.category, label.confidence)
        })
        .collect();
    let more = labels.len().saturating_sub(MOST_LABELS);
    let address = ledger.accounts().address(id);
    let resting = role.holdings.iter().map(|&row| {
        (ledger.purses().asset(trace.holdings.purse[row]), trace.holdings.shares.get(row, 0).units)
    });
    let line = match role.part {
        Part::Seed | Part::Passes => {
            in_short(report, sums(role.part == Part::Passes).map(|(asset, sum)| (asset, sum.1)))
        }
        _ => in_short(report, sum_up(resting)),
    };
    json!({
        "address": visible(&address.to_checksum(), NAME),
        "chain": visible(ledger.chain_name(ledger.accounts().chain(id)), NAME),
        "name": role.name,
        "labels": labels.into_iter().take(MOST_LABELS).collect::<Value>(),
        "moreLabels": more,
        "part": role.part.as_str(),
        "ranks": role.ranks.iter().copied().take(20).collect::<Value>(),
        "line": line,
        "in": listed(true),
        "out": listed(false),
        "rest": rest,
        "holdings": holdings.collect::<Value>(),
    })
}

/// Sums per asset.
pub(super) fn sum_up(parts: impl IntoIterator<Item = (AssetId, Amount)>) -> BTreeMap<AssetId, Amount> {
    let mut sums: BTreeMap<AssetId, Amount> = BTreeMap::new();
    for (asset, part) in parts {
        let sum = sums.entry(asset).or_default();
        *sum = sum.plus(part);
    }
    sums
}

/// A flow is sender, receiver, line (or -1), when, hash, value, taint, grade, theft, and what the sender held before.
fn flows(report: &Report<'_>, picked: &Picked, picture: &Picture) -> Value {
    let (input, ledger, trace) = (&report.input, report.input.ledger, report.input.trace);
    let (columns, flows) = (ledger.columns(), &trace.flows);
    let local = |account: AccountId| picked.accounts.binary_search(&account).expect("both ends are shown");
    let row = |((&flow, line), before): ((&usize, &Option<u32>), Option<Before>)| {
        let place = at(flows.place[flow]);
        let (from, to) = (columns.from[place], columns.to[place]);
        let asset = ledger.purses().asset(to);
        let (value, taint) = (columns.value.get(place), flows.shares.get(flow, 0).units);
        let show = |units| amount(input, asset, units);
        let before = before.map(|it| {
            let clean = it.held.minus(it.stolen).unwrap_or_default();
            let short = if it.short.is_zero() { String::new() } else { show(it.short) };
            let several = if it.taken == taint { String::new() } else { show(it.taken) };
            json!([show(it.held), show(it.stolen), show(clean), short, it.fits, several])
        });
        json!([
            local(ledger.purses().account(from)),
            local(ledger.purses().account(to)),
            line.map_or(-1, i64::from),
            moment(ledger, flows.place[flow]),
            hash(ledger, place),
            show(value),
            if value == taint { Value::Null } else { Value::String(show(taint)) },
            flows.grade[flow].as_str(),
            if trace.thefts.len() > 1 {
                visible(trace.theft_of(flows.class[flow]), NAME)
            } else {
                String::new()
            },
            before,
        ])
    };
    picked.flows.iter().zip(&picture.line_of).zip(before(report, &picked.flows)).map(row).collect()
}

/// When a transfer happened, for people; its block where no time is known.
pub(super) fn moment(ledger: &Ledger, place: u64) -> String {
    let time = when(ledger, place);
    match ledger.columns().block(at(place)) {
        _ if !time.is_empty() => time.replace('T', " ").replace('Z', ""),
        Some(block) => format!("block {}", grouped(&block.to_string())),
        None => String::new(),
    }
}

/// The transaction of a transfer, as its chain writes it; block and number where the hash is not known.
pub(super) fn hash(ledger: &Ledger, place: usize) -> String {
    let transaction = ledger.columns().transaction[place];
    match ledger.transactions().hash(transaction) {
        Some(TxHash::Text(text)) => visible(&text, NAME * 2),
        Some(hash) => {
            let chain = ledger.chain_name(chain_of(ledger, place));
            hash.to_text(dyetrace_core::AddressKind::of_chain(chain))
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn short_amounts_say_that_they_are_cut() {
        assert_eq!(short("220.00042745295271 ETH"), "220.0004… ETH");
        assert_eq!(short("6,330.86375 ETH"), "6,330.8… ETH");
        assert_eq!(short("780,000 USDC"), "780,000 USDC");
        assert_eq!(short("12 base units"), "12 units");
    }
}
