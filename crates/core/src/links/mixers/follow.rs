//! Links that a trace is to follow: notes of a depositor set beside exits of a recipient, one for one.
//!
//! Which of a voucher's notes an exit spends nobody can tell, and it makes no difference which, as long as they are one
//! depositor's: each exit, in order, takes the earliest note that is left and was paid before it. Notes without an exit, and
//! exits without a note, stay unlinked: what went in rests in the pool.

use super::history::PoolHistory;
use super::leads::Leads;
use super::weigh::Link;
use std::collections::BTreeSet;

/// The word that such links bear.
const METHOD: &str = "mixer";

/// Links for [`crate::trace::TraceOptions::links`], of all that are at least as likely as this, in millionths: the
/// likeliest first, so that of two that claim one exit it has it; with each, the rules that say so. Only notes and exits
/// that are transfers of the ledger.
#[must_use]
pub fn links_to_follow(
    histories: &[PoolHistory],
    leads: &Leads,
    links: &[Link],
    least: u64,
) -> Vec<(crate::links::Link, String)> {
    let mut taken: BTreeSet<u64> = BTreeSet::new();
    let mut found = Vec::new();
    for link in links {
        let Some([probability, _]) = link.probability.filter(|it| it[0] >= least) else { continue };
        let rules: Vec<&str> = link.rules.iter().map(|it| it.as_str()).collect();
        for (number, history) in histories.iter().enumerate() {
            let vouchers = link.vouchers.iter().map(|&it| &leads.vouchers[it]);
            let notes = vouchers.filter(|it| it.history == number).flat_map(|it| &it.notes);
            let mut notes: Vec<u64> = notes.filter_map(|&it| history.notes[it].place).collect();
            notes.sort_unstable();
            let exits =
                link.exits.iter().filter(|(at, _)| *at == number).map(|&(_, exit)| &history.exits[exit]);
            let mut exits: Vec<(u64, Option<u64>)> =
                exits.filter_map(|it| Some((it.place?, it.relayer_place))).collect();
            exits.sort_unstable();
            for (to, relayed) in exits {
                let rows = [Some(to), relayed];
                let is_free = |it: &u64| !taken.contains(it);
                let Some(from) = notes.iter().copied().find(|it| is_free(it) && *it < to) else { continue };
                if !rows.iter().flatten().all(|it| is_free(it) && *it > from) {
                    continue;
                }
                taken.insert(from);
                taken.extend(rows.into_iter().flatten());
                let followed = crate::links::Link {
                    source: from,
                    destinations: rows.into_iter().flatten().collect(),
                    method: METHOD.to_owned(),
                    confidence: u32::try_from(probability).unwrap_or(crate::links::Link::CERTAIN),
                    is_inferred: true,
                };
                found.push((followed, rules.join(" ")));
            }
        }
    }
    found
}
