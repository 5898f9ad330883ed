//! Purses: what came less what went is what rests there, under each rule, in units and in claims.

use super::Verdict;
use super::evidence::{ByKey, Evidence, Sum, in_words};
use crate::written::Fault;
use dyetrace_core::Amount;
use hashbrown::HashMap;

pub(super) fn check(evidence: &Evidence, holdings: &ByKey<'_>, verdict: &mut Verdict) {
    verdict.faults.extend(evidence.overfull.iter().cloned());
    let none = vec![Sum::default(); evidence.rules.len()];
    for (key, holding) in &evidence.holdings {
        let moves = evidence.moves.get(key);
        let (came, went) = moves.map_or((&none, &none), |moves| (&moves.came, &moves.went));
        compare(evidence, key, (came, went), &holding.sums, verdict);
    }
    for (key, moves) in evidence.moves.iter().filter(|(key, _)| !holdings.contains_key(key.as_str())) {
        compare(evidence, key, (&moves.came, &moves.went), &none, verdict);
    }
    check_balances(evidence, verdict);
}

fn compare(
    evidence: &Evidence,
    key: &str,
    (came, went): (&[Sum], &[Sum]),
    rests: &[Sum],
    verdict: &mut Verdict,
) {
    for rule in evidence.exact() {
        let pairs = [
            ("", came[rule].units, went[rule].units, rests[rule].units),
            ("claim_", came[rule].claims, went[rule].claims, rests[rule].claims),
        ];
        for (kind, came, went, rests) in pairs {
            verdict.figures += 1;
            if came != went.plus(rests) {
                let what = format!(
                    "{}: under {kind}{}, {came} came and {went} went, but {rests} rests there",
                    in_words(key),
                    evidence.rules[rule]
                );
                verdict.faults.push(Fault { file: "holdings.csv".to_owned(), what });
            }
        }
    }
}

/// Taint in a purse that is followed is at most its balance.
fn check_balances(evidence: &Evidence, verdict: &mut Verdict) {
    let mut tainted: HashMap<&[String; 3], (Amount, Vec<Amount>)> = HashMap::new();
    let followed = evidence.holdings.iter().map(|(_, holding)| holding);
    for holding in followed.filter(|it| matches!(&it.stop[..], "" | "edge" | "horizon")) {
        let entry = tainted.entry(&holding.purse);
        let (_, sums) = entry.or_insert_with(|| (holding.balance, vec![Amount::ZERO; evidence.rules.len()]));
        sums.iter_mut().zip(&holding.sums).for_each(|(all, sum)| *all = all.plus(sum.units));
    }
    let mut purses: Vec<_> = tainted.into_iter().collect();
    purses.sort_unstable_by_key(|(purse, _)| *purse);
    for (purse, (balance, sums)) in purses {
        for rule in evidence.exact() {
            verdict.figures += 1;
            if sums[rule] > balance {
                let (purse, name) = (purse.join(", "), &evidence.rules[rule]);
                let what =
                    format!("{purse}: under {name}, {} of taint in a balance of {balance}", sums[rule]);
                verdict.fault("holdings.csv", what);
            }
        }
    }
}
