//! Profiles: several pools, and in each exactly as many notes drawn as were paid in.

use super::history::PoolHistory;
use super::leads::{Lead, Search, Window};
use super::parties::Ties;
use super::record::{Rule, RuleRecord};
use super::voucher::sessions;
use crate::account::Address;
use std::collections::{BTreeMap, BTreeSet};

/// Finds recipients whose exits have a depositor's profile: over what it paid in one go, in each pool that it used,
/// exactly as many exits as it paid notes, from its first note there until the window after its last.
pub(super) fn find_profiles(search: &Search<'_>, records: &mut BTreeMap<Rule, RuleRecord>) -> Vec<Lead> {
    let options = search.options;
    let mut leads = Vec::new();
    for session in sessions(search.table, search.histories, &search.vouchers, options.voucher_gap) {
        // By pool: what was paid, and when.
        let mut pools: BTreeMap<usize, (Window, usize)> = BTreeMap::new();
        for &it in &session {
            let it = &search.vouchers[it];
            let end = it.last.saturating_add(options.window);
            let window = Window { start: it.first, from: it.first, to: end };
            let (known, notes) = pools.entry(it.history).or_insert((window, 0));
            known.start = known.start.min(it.first);
            known.from = known.start;
            known.to = known.to.max(end);
            *notes += it.notes.len();
        }
        let notes: usize = pools.values().map(|(_, notes)| notes).sum();
        let rule = if pools.len() < options.profile_pools || notes < options.weak_profile_notes {
            continue;
        } else if notes >= options.profile_notes {
            Rule::EarlyProfile
        } else {
            Rule::WeakProfile
        };
        let voucher = &search.vouchers[session[0]];
        let chain = Ties::chain(search.table, search.histories[voucher.history].pool);
        let windows: Vec<(usize, Window)> =
            pools.iter().map(|(&pool, &(window, _))| (pool, window)).collect();
        let record = records.get_mut(&rule).expect("all rules have one");
        let shifts = search.shifts(&windows, chain, voucher.depositor, record);
        for (recipient, exits) in fitting(search, search.histories, &pools, 0) {
            record.leads += 1;
            record.target_hits += u64::from(shifts.is_some());
            leads.push(Lead {
                rule,
                chain,
                depositor: voucher.depositor,
                recipient,
                vouchers: session.clone(),
                exits,
                over: None,
                counted: shifts.is_some(),
            });
        }
        for shift in shifts.into_iter().flatten() {
            record.decoy_hits += fitting(search, search.histories, &pools, shift).len() as u64;
        }
    }
    leads
}

/// A recipient with its exits: pool history and exit.
type Fitting = (Address, Vec<(usize, usize)>);

/// The recipients that fit, with the windows moved.
fn fitting(
    search: &Search<'_>,
    histories: &[PoolHistory],
    pools: &BTreeMap<usize, (Window, usize)>,
    shift: i64,
) -> Vec<Fitting> {
    let Some((&first, &(window, _))) = pools.iter().next() else { return Vec::new() };
    let near = search.exits_in(first, window.moved(shift)).iter();
    let people: BTreeSet<Address> = near.map(|&(_, at)| histories[first].exits[at].recipient).collect();
    let fits = people.into_iter().filter_map(|who| {
        let mut exits = Vec::new();
        for (&pool, &(window, notes)) in pools {
            let drawn = search.drawn(pool, who, window.moved(shift));
            if drawn.len() != notes {
                return None;
            }
            exits.extend(drawn.into_iter().map(|at| (pool, at)));
        }
        Some((who, exits))
    });
    fits.collect()
}
