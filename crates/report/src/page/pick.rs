//! What of a trace the page shows: the accounts and flows that matter most. The rest is counted.
//!
//! First come accounts of seeds, of the places at the head of the list and of their routes; then those that received
//! the largest shares of a theft. Shares are compared as whole billionths of billionths of what was stolen, under each
//! flow's telling rule: only what is shown is decided so, no figure.

use crate::report::Report;
use crate::table::at;
use crate::totals::telling_exact_rule;
use dyetrace_core::trace::{ClassId, Theft, seed_accounts};
use dyetrace_core::{AccountId, Amount, AssetId, PurseId};
use hashbrown::HashSet;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The page shows no more accounts than this.
pub(super) const MOST_ACCOUNTS: usize = 5_000;
/// Nor more flows.
pub(super) const MOST_FLOWS: usize = 10_000;
/// So many places at the head of the list are on the page with their whole routes.
const FIRST_PLACES: usize = 200;

/// What is shown, and what is not.
#[derive(Debug, Default)]
pub(super) struct Picked {
    /// The accounts, sorted.
    pub(super) accounts: Vec<AccountId>,
    /// The rows of the trace's flows, in replay order. Both ends of each are among the accounts.
    pub(super) flows: Vec<usize>,
    /// One entry a flow: its share of what was stolen, from 0 to [`WHOLE`].
    pub(super) weight: Vec<u64>,
    /// Which accounts seeds name, sorted.
    pub(super) seeds: Vec<AccountId>,
    /// What is not shown of the accounts that are, by account, whether it comes in, and asset.
    pub(super) rest: BTreeMap<(AccountId, bool, AssetId), Rest>,
    /// How many accounts that taint touched are not shown.
    pub(super) accounts_left: usize,
    /// How many flows.
    pub(super) flows_left: usize,
}

/// Flows that are not shown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rest {
    pub(super) flows: u64,
    /// What they carry by the run's rule, in base units.
    pub(super) taint: Amount,
}

/// The share that is all of a theft.
pub(super) const WHOLE: u64 = 1_000_000_000_000_000_000;

/// Picks what the page shows.
///
/// # Cost
/// **O(n log n)** for n flows and holdings.
pub(super) fn pick(report: &Report<'_>) -> Picked {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let (columns, purses, flows) = (ledger.columns(), ledger.purses(), &trace.flows);
    let account = |purse: PurseId| (purse != PurseId::NONE).then(|| purses.account(purse));
    let ends_at = |place: usize| Some((account(columns.from[place])?, account(columns.to[place])?));
    let ends = |flow: usize| ends_at(at(flows.place[flow]));
    let whole = wholes(report);
    let weight = |flow: usize| {
        let claim = flows.shares.get(flow, flows.shares.telling_rule(flow)).claim;
        share(claim, whole[flows.class[flow].index()])
    };
    let all_ends: Vec<Option<(AccountId, AccountId)>> = (0..flows.place.len()).map(ends).collect();
    let weights: Vec<u64> = (0..flows.place.len()).map(weight).collect();

    let seeds = seeds(report, &report.input.facts.thefts);
    let mut touched: Vec<AccountId> = all_ends.iter().flatten().flat_map(|&(from, to)| [from, to]).collect();
    touched.extend(trace.holdings.purse.iter().map(|&purse| purses.account(purse)));
    touched.sort_unstable();
    touched.dedup();
    // A seed that nothing touched has nothing to show.
    let seeds: Vec<AccountId> = seeds.into_iter().filter(|it| touched.binary_search(it).is_ok()).collect();

    let first = report.findings().iter().take(FIRST_PLACES);
    let on_routes: HashSet<(ClassId, u64)> =
        first.clone().flat_map(|it| it.route.iter().map(|hop| (hop.class, hop.place))).collect();
    let mut wanted: Vec<AccountId> = seeds.clone();
    for finding in first {
        wanted.push(purses.account(trace.holdings.purse[finding.holding]));
        wanted.extend(
            finding.route.iter().filter_map(|hop| ends_at(at(hop.place))).flat_map(|(from, to)| [from, to]),
        );
    }
    wanted.sort_unstable();
    wanted.dedup();

    let mut score: Vec<u64> = vec![0; touched.len()];
    let place_of = |account: AccountId| touched.binary_search(&account).expect("every end was touched");
    for (ends, &weight) in all_ends.iter().zip(&weights) {
        if let Some((_, to)) = ends {
            let score = &mut score[place_of(*to)];
            *score = score.saturating_add(weight);
        }
    }
    let mut order: Vec<usize> = (0..touched.len()).collect();
    order.sort_by_key(|&it| (wanted.binary_search(&touched[it]).is_err(), Reverse(score[it]), it));
    order.truncate(MOST_ACCOUNTS);
    let mut accounts: Vec<AccountId> = order.into_iter().map(|it| touched[it]).collect();
    accounts.sort_unstable();

    let is_shown = |account: AccountId| accounts.binary_search(&account).is_ok();
    let both_shown = |flow: &usize| all_ends[*flow].is_some_and(|(from, to)| is_shown(from) && is_shown(to));
    let mut kept: Vec<usize> = (0..flows.place.len()).filter(both_shown).collect();
    kept.sort_by_key(|&flow| {
        (!on_routes.contains(&(flows.class[flow], flows.place[flow])), Reverse(weights[flow]), flow)
    });
    kept.truncate(MOST_FLOWS);
    kept.sort_unstable();

    let mut rest: BTreeMap<(AccountId, bool, AssetId), Rest> = BTreeMap::new();
    for flow in (0..flows.place.len()).filter(|flow| kept.binary_search(flow).is_err()) {
        let to = columns.to[at(flows.place[flow])];
        let Some((sender, receiver)) = all_ends[flow] else { continue };
        for (account, comes_in) in [(sender, false), (receiver, true)] {
            if is_shown(account) {
                let rest = rest.entry((account, comes_in, purses.asset(to))).or_default();
                rest.flows += 1;
                rest.taint = rest.taint.plus(flows.shares.get(flow, 0).units);
            }
        }
    }
    Picked {
        accounts_left: touched.len() - accounts.len(),
        flows_left: flows.place.len() - kept.len(),
        weight: kept.iter().map(|&flow| weights[flow]).collect(),
        accounts,
        flows: kept,
        seeds,
        rest,
    }
}

/// What was stolen, one entry a class.
fn wholes(report: &Report<'_>) -> Vec<Amount> {
    let rule = telling_exact_rule(report.input.trace);
    report
        .classes()
        .map(|class| rule.map_or(Amount::ZERO, |rule| report.totals.stolen(class, rule)))
        .collect()
}

fn seeds(report: &Report<'_>, thefts: &[Theft]) -> Vec<AccountId> {
    seed_accounts(report.input.ledger, thefts)
}

/// A part of a whole in parts of [`WHOLE`], from the first 64 bits of the whole; no more than all of it.
fn share(part: Amount, whole: Amount) -> u64 {
    let (part, whole) = (part.to_wide(), whole.to_wide());
    if whole.is_zero() {
        return if part.is_zero() { 0 } else { WHOLE };
    }
    let excess = whole.bit_len().saturating_sub(64);
    let narrow = |wide: dyetrace_core::amount::Wide| u64::try_from(wide >> excess).unwrap_or(u64::MAX);
    let (part, whole) = (u128::from(narrow(part)), u128::from(narrow(whole)).max(1));
    u64::try_from((part * u128::from(WHOLE) / whole).min(u128::from(WHOLE))).expect("no more than all of it")
}

#[cfg(test)]
mod tests {
    use super::{WHOLE, share};
    use dyetrace_core::Amount;

    #[test]
    fn shares_are_whole_numbers_of_any_amounts() {
        let of = |part: u128, whole: u128| share(Amount::from(part), Amount::from(whole));
        assert_eq!(of(1, 4), WHOLE / 4);
        assert_eq!(of(5, 4), WHOLE);
        assert_eq!(of(0, 0), 0);
        assert_eq!(of(u128::MAX, u128::MAX), WHOLE);
        assert!(of(u128::MAX / 2, u128::MAX) <= WHOLE / 2);
    }
}
