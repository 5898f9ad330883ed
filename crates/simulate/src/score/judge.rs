//! The comparison itself.

use super::lists::links;
use super::tables::{Found, Holding, Purse, Spot, Truth};
use super::{Part, Score, ScoreRow};
use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(super) fn judge(
    truth: &Truth,
    found: &Found,
    result: &Path,
    simulation: &Path,
    deposits_list: Option<&Path>,
) -> Result<Score, Error> {
    let mut rows = Vec::new();
    let all_touched: BTreeSet<(String, String)> =
        truth.touched.keys().filter(|(theft, address)| truth.is_touched(theft, address)).cloned().collect();
    let plain = plainly_reached(truth);
    for (subject, right, needed) in
        [("accounts", &all_touched, &all_touched), ("accounts_to_first_link", &all_touched, &plain)]
    {
        for (rule, reached) in found.rules.iter().zip(&found.reached) {
            let of = |set: &BTreeSet<_>| reached.intersection(set).count() as u128;
            rows.push(ScoreRow {
                subject,
                rule: Some(rule.clone()),
                precision: Some(Part { of: of(right), all: reached.len() as u128 }),
                recall: Some(Part { of: of(needed), all: needed.len() as u128 }),
                note: None,
            });
        }
    }
    let moved = |spot: &&Spot| spot.place != "fees";
    let ends = by_purse(truth.ends.iter().filter(moved));
    let stops = by_purse(truth.first_stops.iter().filter(moved));
    let deposits = by_purse(truth.ends.iter().filter(|spot| spot.place == "deposit"));
    let plain = by_purse(truth.ends.iter().filter(|spot| spot.place == "deposit" && spot.plain));
    let stoppable = by_purse(truth.ends.iter().filter(|spot| is_stoppable(spot)));
    let any = |_: &Holding| true;
    compare(&mut rows, "amounts", found, &ends, any);
    compare(&mut rows, "amounts_to_first_link", found, &stops, any);
    compare(&mut rows, "deposits", found, &deposits, |it| it.deposit);
    compare(&mut rows, "deposits_by_plain_transfers", found, &plain, |it| it.deposit);
    compare(&mut rows, "freezable", found, &stoppable, |it| it.freezable);
    let (mut right, mut downstream, mut untouched) = (BTreeSet::new(), 0, Vec::new());
    let sure: Vec<&Purse> = found.listed.iter().filter(|it| it.sure).map(|it| &it.purse).collect();
    for &listed in &sure {
        let (theft, address, asset) = listed;
        if ends.contains_key(listed) || stops.contains_key(listed) {
            right.insert(listed);
        } else if truth.is_touched(theft, address) {
            // It had some, and has none: wrong, but no stranger.
        } else if truth.is_downstream(theft, address) {
            downstream += 1;
        } else {
            untouched.push(format!("{theft} {address} {asset}"));
        }
    }
    let within = stoppable.keys().filter(|purse| right.contains(purse)).count() as u128;
    rows.push(ScoreRow {
        subject: "freezable_accounts",
        rule: None,
        precision: Some(Part { of: right.len() as u128, all: sure.len() as u128 }),
        recall: Some(Part { of: within, all: stoppable.len() as u128 }),
        note: None,
    });
    rows.push(at_most(found, &plain));
    rows.extend(links(result, simulation, deposits_list)?);
    Ok(Score {
        rule: found.rules[0].clone(),
        rows,
        listed: sure.len() as u64,
        listed_downstream: downstream,
        listed_untouched: untouched,
    })
}

/// Who is reached by plain transfers alone: where these come to an end, and the thief's accounts on the way are not
/// told apart, so that only ends count.
fn plainly_reached(truth: &Truth) -> BTreeSet<(String, String)> {
    let ends = truth.first_stops.iter().filter(|spot| spot.place != "fees");
    ends.map(|spot| (spot.purse.0.clone(), spot.purse.1.clone())).collect()
}

/// Whether somebody could stop it: the exchange, the issuer of the token, the bridge.
fn is_stoppable(spot: &Spot) -> bool {
    let asset = &spot.purse.2;
    // The tokens of the simulation whose issuer can freeze them.
    let issuer = [crate::coin::Coin::USDT, crate::coin::Coin::USDC]
        .into_iter()
        .flat_map(|coin| [Some(coin), coin.across()])
        .flatten()
        .any(|coin| coin.asset() == *asset);
    match spot.place.as_str() {
        "deposit" | "bridge" => true,
        "held" => issuer,
        _ => false,
    }
}

fn by_purse<'t>(spots: impl Iterator<Item = &'t Spot>) -> BTreeMap<Purse, u128> {
    let mut sums = BTreeMap::new();
    for spot in spots {
        *sums.entry(spot.purse.clone()).or_default() += spot.worth;
    }
    sums
}

/// One row a rule: money by place.
fn compare(
    rows: &mut Vec<ScoreRow>,
    subject: &'static str,
    found: &Found,
    truth: &BTreeMap<Purse, u128>,
    counts: impl Fn(&Holding) -> bool,
) {
    let whole: u128 = truth.values().sum();
    for (place, rule) in found.rules.iter().enumerate() {
        // A purse may hold several stolen assets' claims: their amounts are added.
        let mut amounts: BTreeMap<&Purse, u128> = BTreeMap::new();
        for holding in found.holdings.iter().filter(|holding| counts(holding)) {
            *amounts.entry(&holding.purse).or_default() += holding.worth[place];
        }
        let right =
            amounts.iter().map(|(purse, &amount)| amount.min(truth.get(*purse).copied().unwrap_or(0))).sum();
        rows.push(ScoreRow {
            subject,
            rule: Some(rule.clone()),
            precision: Some(Part { of: right, all: amounts.values().sum() }),
            recall: Some(Part { of: right, all: whole }),
            note: None,
        });
    }
}

/// How much of the money at deposit accounts `freezable.csv` lists by its largest figure.
fn at_most(found: &Found, truth: &BTreeMap<Purse, u128>) -> ScoreRow {
    let mut amounts: BTreeMap<&Purse, u128> = BTreeMap::new();
    for listed in &found.listed {
        *amounts.entry(&listed.purse).or_default() += listed.most;
    }
    let of = truth.iter().map(|(purse, &worth)| worth.min(amounts.get(purse).copied().unwrap_or(0))).sum();
    ScoreRow {
        subject: "deposits_listed",
        rule: None,
        precision: None,
        recall: Some(Part { of, all: truth.values().sum() }),
        note: None,
    }
}
