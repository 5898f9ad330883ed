//! Hops: each hop of a route is a transfer that carries that much taint, hops join, and the last one ends at the place.

use super::Verdict;
use super::evidence::{ByKey, Evidence, Holding, Hop, in_words, transfer_key};
use super::places::telling;
use hashbrown::HashMap;

const FILE: &str = "routes.csv";

pub(super) fn check(evidence: &Evidence, holdings: &ByKey<'_>, verdict: &mut Verdict) {
    let ends: HashMap<&str, &Holding> = evidence
        .findings
        .iter()
        .filter_map(|finding| Some((finding.route.as_str(), *holdings.get(finding.key.as_str())?)))
        .collect();
    for route in evidence.routes.chunk_by(|one, next| one.route == next.route) {
        let name = &route[0].route;
        let Some(end) = ends.get(name.as_str()) else {
            verdict.fault(FILE, format!("{name}: no place of freezable.csv has this route"));
            continue;
        };
        for (number, hop) in (1..).zip(route) {
            verdict.compare(FILE, || format!("{name}: hop"), &hop.number, &number);
            check_hop(evidence, end, hop, verdict);
        }
        // The two sides of a link are of two accounts, each a row from an account to itself.
        let is_side = |hop: &Hop| hop.transfer[2] == hop.transfer[3] && !hop.link.is_empty();
        let joins = |hops: &[Hop]| {
            let is_link = hops[0].link == hops[1].link && hops[0].link != "swap";
            hops[0].transfer[3] == hops[1].transfer[2] || (is_link && hops.iter().all(is_side))
        };
        let joined = route.windows(2).all(joins);
        let last = &route[route.len() - 1].transfer;
        let arrives = [&last[0], &last[3], &last[4]].into_iter().eq(&end.purse);
        if !joined {
            verdict.fault(FILE, format!("{name}: a hop does not begin where the one before it ends"));
        }
        if !arrives {
            verdict.fault(FILE, format!("{name}: does not end at {}", end.purse.join(", ")));
        }
    }
}

fn check_hop(evidence: &Evidence, end: &Holding, hop: &Hop, verdict: &mut Verdict) {
    let key = transfer_key(&hop.transfer);
    let rule = telling(end, 0..evidence.rules.len()).unwrap_or_default();
    let named = evidence.named.get(&key).map_or(&[][..], |named| named);
    verdict.figures += 1;
    let is_there = named
        .iter()
        .any(|it| it.class == end.class && it.value == hop.value && it.sums[rule].units == hop.taint);
    if !is_there {
        let what = format!(
            "{}, hop {}: no row of flows.csv has {}, value {}, with taint {} under {}",
            hop.route,
            hop.number,
            in_words(&key),
            hop.value,
            hop.taint,
            evidence.rules[rule]
        );
        verdict.fault(FILE, what);
    }
}
