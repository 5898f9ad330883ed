//! Places: each line of `freezable.csv` and of `next.csv` follows from a holding, and none is missing.

use super::Verdict;
use super::evidence::{ByKey, Evidence, FOLLOWING, Holding, Sum, in_words};
use crate::state::State;
use dyetrace_core::Amount;
use hashbrown::HashMap;

const FINDINGS: &str = "freezable.csv";
const NEXT: &str = "next.csv";
/// The rules of which `robust` is the least.
const ROBUST: [&str; 4] = ["fifo", "lifo", "prorata", "libr"];

pub(super) fn check(evidence: &Evidence, holdings: &ByKey<'_>, verdict: &mut Verdict) {
    check_findings(evidence, holdings, verdict);
    check_next(evidence, holdings, verdict);
}

/// The first of some rules that gives a holding something.
pub(super) fn telling(holding: &Holding, mut rules: impl Iterator<Item = usize>) -> Option<usize> {
    rules.find(|&rule| !holding.sums[rule].units.is_zero())
}

fn check_findings(evidence: &Evidence, holdings: &ByKey<'_>, verdict: &mut Verdict) {
    let mut missing = holdings.clone();
    missing.retain(|_, holding| {
        let state = State::ALL.into_iter().find(|state| state.as_str() == holding.state);
        state.is_some_and(State::is_freezable) && telling(holding, evidence.exact()).is_some()
    });
    let mut last = 0;
    for (rank, finding) in (1..).zip(&evidence.findings) {
        let words = format!("rank {}, {}", finding.rank, in_words(&finding.key));
        verdict.compare(FINDINGS, || format!("{words}: rank"), &finding.rank, &rank);
        verdict.compare(FINDINGS, || format!("{words}: route_id"), &finding.route, &format!("R{rank}"));
        let Some(holding) = missing.remove(finding.key.as_str()) else {
            verdict.fault(
                FINDINGS,
                format!("{words}: no holding that can be stopped stands behind it, or it is there twice"),
            );
            continue;
        };
        let figures = following(evidence, holding);
        for ((column, stands), figure) in finding.cells.iter().zip(figures) {
            verdict.compare(FINDINGS, || format!("{words}: {column}"), stands, &figure);
        }
        let rule = telling(holding, 0..evidence.rules.len()).unwrap_or_default();
        let deposits = evidence.moves.get(finding.key.as_str()).map_or(0, |moves| moves.deposits[rule]);
        verdict.compare(FINDINGS, || format!("{words}: deposits"), &finding.deposits, &deposits);
        let order = State::ALL.iter().position(|state| state.as_str() == finding.state).unwrap_or_default();
        if order < last {
            verdict.fault(FINDINGS, format!("{words}: a better state stands further down"));
        }
        last = order;
    }
    let mut missing: Vec<&str> = missing.into_keys().collect();
    missing.sort_unstable();
    for key in missing {
        verdict.fault(FINDINGS, format!("{}: can be stopped, and is not listed", in_words(key)));
    }
}

/// What a holding makes of the columns of [`FOLLOWING`].
fn following(evidence: &Evidence, holding: &Holding) -> [String; FOLLOWING.len()] {
    let units = |rule: usize| holding.sums[rule].units;
    let least = |rules: &mut dyn Iterator<Item = usize>| rules.map(units).min().unwrap_or_default();
    let most = evidence.exact().map(units).max().unwrap_or_default();
    let robust: Option<Vec<usize>> =
        ROBUST.iter().map(|name| evidence.rules.iter().position(|rule| rule == name)).collect();
    let robust = robust.map(|rules| least(&mut rules.into_iter()).to_string()).unwrap_or_default();
    let claim = if evidence.is_exact(0) { holding.sums[0].claims.to_string() } else { String::new() };
    let [first, last, hops, grade] = holding.rest.clone();
    [
        least(&mut evidence.exact()).to_string(),
        units(0).to_string(),
        most.to_string(),
        robust,
        claim,
        holding.balance.to_string(),
        first,
        last,
        hops,
        grade,
        holding.state.clone(),
    ]
}

fn check_next(evidence: &Evidence, holdings: &ByKey<'_>, verdict: &mut Verdict) {
    let mut missing: HashMap<&str, Sum> = holdings
        .iter()
        .filter(|(_, holding)| holding.stop == "edge")
        .filter_map(|(key, holding)| Some((*key, holding.sums[telling(holding, evidence.exact())?])))
        .collect();
    for next in &evidence.next {
        let words = in_words(&next.key);
        let Some(sum) = missing.remove(next.key.as_str()) else {
            verdict.fault(
                NEXT,
                format!("{words}: no holding at the edge of the data stands behind it, or it is there twice"),
            );
            continue;
        };
        let pairs: [(&str, Amount, Amount); 2] =
            [("amount", next.sum.units, sum.units), ("claim", next.sum.claims, sum.claims)];
        for (column, stands, follows) in pairs {
            verdict.compare(NEXT, || format!("{words}: {column}"), &stands, &follows);
        }
    }
    let mut missing: Vec<&str> = missing.into_keys().collect();
    missing.sort_unstable();
    for key in missing {
        verdict.fault(NEXT, format!("{}: is at the edge of the data, and is not listed", in_words(key)));
    }
}
