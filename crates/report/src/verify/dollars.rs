//! Dollars: each arrival's is its units times its price, and the arrivals at a finding are what came into its purse.

use super::evidence::Evidence;
use super::{Fault, Verdict};
use crate::written::rows::{Rows, parse};
use dyetrace_core::Amount;
use dyetrace_core::amount::Wide;
use hashbrown::HashMap;
use ruint::Uint;
use std::path::Path;

pub(super) const FILE: &str = "dollars.csv";

/// What came to a finding, one entry an exact rule.
#[derive(Debug)]
pub(super) struct Arrived {
    units: Vec<Amount>,
    /// In cents; `None` where a price is missing.
    cents: Vec<Option<Amount>>,
}

/// Dollars by route, if the result has any.
pub(super) type Dollars = HashMap<String, Arrived>;

pub(super) fn check(folder: &Path, evidence: &Evidence, verdict: &mut Verdict) -> Result<Dollars, Fault> {
    let mut rows = Rows::open(folder, FILE)?;
    let [route, decimals, price] = rows.columns(["route_id", "decimals", "price"])?;
    let rules: Vec<&String> = evidence.exact().map(|rule| &evidence.rules[rule]).collect();
    let column = |name: &String| Ok((rows.column(name)?, rows.column(&format!("usd_{name}"))?));
    let columns = rules.iter().map(|name| column(name)).collect::<Result<Vec<_>, Fault>>()?;
    let mut dollars = Dollars::new();
    while rows.next()? {
        let price = (!rows.text(price).is_empty()).then(|| dollars_of(&rows, price)).transpose()?;
        let name = rows.text(route).to_owned();
        let arrived = dollars.entry(name.clone()).or_insert_with(|| Arrived {
            units: vec![Amount::ZERO; columns.len()],
            cents: vec![Some(Amount::ZERO); columns.len()],
        });
        for (at, &(units, usd)) in columns.iter().enumerate() {
            let came = rows.amount(units)?;
            arrived.units[at] = arrived.units[at].plus(came);
            let follows = price.map(|price| Ok::<_, Fault>(worth(came, rows.number(decimals)?, price)));
            let follows = follows.transpose()?.flatten();
            let text = follows.map_or_else(String::new, plain);
            verdict.compare(FILE, || format!("{name}: usd_{}", rules[at]), &rows.text(usd), &text.as_str());
            if !came.is_zero() {
                arrived.cents[at] = arrived.cents[at].zip(follows).map(|(sum, cents)| sum.plus(cents));
            }
        }
    }
    for finding in &evidence.findings {
        let came = evidence.moves.get(finding.key.as_str()).map(|moves| &moves.came);
        for (at, rule) in evidence.exact().enumerate() {
            let follows = came.map_or(Amount::ZERO, |came| came[rule].units);
            let stands = dollars.get(&finding.route).map_or(Amount::ZERO, |arrived| arrived.units[at]);
            let words = || format!("{}: all that arrived by {}", finding.route, evidence.rules[rule]);
            verdict.compare(FILE, words, &stands, &follows);
        }
    }
    Ok(dollars)
}

/// What a finding is worth under each exact rule: its arrivals, or the share of them that rests.
pub(super) fn worths(evidence: &Evidence, arrived: &Arrived, rests: &[Amount]) -> Vec<Option<Amount>> {
    (0..evidence.exact().count())
        .map(|at| {
            let (came, cents, rests) = (arrived.units[at], arrived.cents[at]?, rests[at]);
            if came.is_zero() || came == rests {
                return Some(cents);
            }
            let share = wide(cents) * wide(rests) / wide(came);
            Wide::checked_from_limbs_slice(share.as_limbs()).map(Amount::from_wide)
        })
        .collect()
}

/// Cents as a number with a point.
pub(super) fn plain(cents: Amount) -> String {
    let digits = format!("{:0>3}", cents.to_string());
    let (whole, part) = digits.split_at(digits.len() - 2);
    format!("{whole}.{part}")
}

fn wide(amount: Amount) -> Uint<960, 15> {
    Uint::from(amount.to_wide())
}

/// A price in 10^-18 dollars.
fn dollars_of(rows: &Rows, column: usize) -> Result<Amount, Fault> {
    let text = rows.text(column);
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = (part.len() <= 18).then(|| format!("{whole}{part:0<18}"));
    digits.and_then(|digits| parse(&digits)).ok_or_else(|| rows.expected(column, "a price in dollars"))
}

/// Units times price, in cents, rounded down.
fn worth(units: Amount, decimals: u64, price: Amount) -> Option<Amount> {
    let divisor = Uint::<960, 15>::from(10).checked_pow(Uint::from(decimals + 16))?;
    let cents = wide(units) * wide(price) / divisor;
    Wide::checked_from_limbs_slice(cents.as_limbs()).map(Amount::from_wide)
}
