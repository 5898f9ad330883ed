//! Routes: in time, fewest transfers, then the most taint.

use crate::support::{At, Case, Numbers};
use dyetrace_core::trace::{PostingKind, Routes, Rule, Stop};
use dyetrace_core::{Category, Labels};

/// Returns the route to an account as places.
fn route(case: &Case, rule: usize, to: u8) -> Vec<u64> {
    let labels = Labels::bind(&case.ledger, case.labels.clone());
    let facts = &case.facts;
    let routes =
        Routes::new(&case.ledger, &labels, &facts.thefts, &facts.options).expect("the seed is there");
    let graph = routes.graph(&case.trace, rule);
    let class = dyetrace_core::trace::ClassId(0);
    graph.route(class, case.purse(to, None)).iter().map(|evidence| evidence.place).collect()
}

/// Tells transfers, makes each a flow of its value, and seeds account 1 at the first.
fn case(transfers: &[(u8, u8, u128)]) -> Case {
    let mut case = Case::new(&[Rule::Libr]);
    let received = case.coin(99, 1, 1_000);
    let places: Vec<u64> = transfers.iter().map(|&(from, to, value)| case.coin(from, to, value)).collect();
    case.built();
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[1_000]);
    for (place, &(_, _, value)) in places.into_iter().zip(transfers) {
        case.flow(place, &[value]);
    }
    case
}

#[test]
fn the_route_with_the_fewest_transfers_is_taken_though_it_carries_less() {
    let case = case(&[(1, 2, 500), (2, 3, 500), (1, 3, 1)]);
    assert_eq!(route(&case, 0, 3), [3]);
}

#[test]
fn of_equally_short_routes_the_one_that_carried_most_is_taken_then_the_earliest() {
    let case = case(&[(1, 2, 5), (1, 3, 7), (1, 3, 7), (2, 4, 9), (3, 4, 9), (3, 4, 8)]);
    // The best transfer into 4 is the first of the two that carried 9.
    assert_eq!(route(&case, 0, 4), [1, 4]);
    assert_eq!(route(&case, 0, 3), [2]);
}

#[test]
fn a_route_never_runs_back_in_time() {
    // 2 paid 3 before the large transfer reached it.
    let case = case(&[(1, 2, 5), (2, 3, 4), (1, 2, 500)]);
    assert_eq!(route(&case, 0, 3), [1, 2]);
}

#[test]
fn a_shortcut_that_opens_later_does_not_shorten_what_went_before() {
    // 4 is paid by 3 when 3 is two transfers away; only later is 3 paid by the seed.
    let case = case(&[(1, 2, 9), (2, 3, 9), (3, 4, 9), (1, 3, 9)]);
    assert_eq!(route(&case, 0, 4), [1, 2, 3]);
    assert_eq!(route(&case, 0, 3), [4]);
}

#[test]
fn a_seeds_own_purse_has_no_route_and_an_unreached_one_neither() {
    let case = case(&[(1, 2, 9), (2, 1, 3)]);
    assert_eq!(route(&case, 0, 1), [0; 0]);
    assert_eq!(route(&case, 0, 99), [0; 0]);
}

#[test]
fn what_an_exchange_of_tokens_passes_on_came_in_by_the_same_transaction() {
    // The router 5 is paid by the seed, and keeps it; later 4 pays 6 through it in one transaction.
    let mut case = Case::new(&[Rule::Libr]);
    let received = case.coin(9, 1, 1_000);
    let places = [case.coin(1, 5, 100), case.coin(1, 4, 9)];
    case.transaction = Some(3);
    let through = [case.coin(4, 5, 9), case.coin(5, 6, 9)];
    case.built();
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[1_000]);
    case.flow(places[0], &[100]);
    for place in [places[1], through[0], through[1]] {
        case.flow(place, &[9]);
    }
    assert_eq!(route(&case, 0, 6), [places[0], through[1]]);
    case.label(5, "router", Category::Dex, "");
    assert_eq!(route(&case, 0, 6), [places[1], through[0], through[1]]);
    // What the router kept is told by the nearest way.
    assert_eq!(route(&case, 0, 5), [places[0]]);
}

#[test]
fn a_finding_is_told_under_the_first_rule_that_gives_it_more_than_nothing() {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo]);
    let received = case.coin(9, 1, 10);
    let (one, two) = (case.coin(1, 2, 5), case.coin(1, 3, 5));
    case.built();
    case.label(2, "deposit", Category::ExchangeDeposit, "X");
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[10, 10]);
    case.flow(one, &[0, 5]).flow(two, &[5, 5]);
    let stop = Some(Stop::Label(Category::ExchangeDeposit));
    case.holding(&At { holder: 2, token: None, stop, balance: 5, hops: 1, first: one }, &[0, 5]);
    case.with(|report| {
        let places: Vec<u64> = report.findings()[0].route.iter().map(|hop| hop.place).collect();
        assert_eq!(places, [one]);
    });
}

#[test]
fn on_random_ledgers_a_route_joins_up_runs_in_time_and_is_as_long_as_the_hops() {
    for start in 1..40 {
        let mut numbers = Numbers(start * 0x9e37_79b9);
        let mut reached = vec![u64::MAX; 16];
        reached[1] = 0;
        let mut transfers = Vec::new();
        while transfers.len() < 120 {
            let (from, to) = (1 + numbers.below(15), 1 + numbers.below(15));
            let hops = reached[usize::from(from)];
            if from != to && hops != u64::MAX {
                transfers.push((from, to, 1 + u128::from(numbers.below(9))));
                let to = &mut reached[usize::from(to)];
                *to = (hops + 1).min(*to);
            }
        }
        let case = case(&transfers);
        for (holder, &hops) in (0_u8..).zip(&reached).filter(|(_, hops)| **hops != u64::MAX) {
            let route = route(&case, 0, holder);
            assert_eq!(route.len() as u64, hops, "start {start}, account {holder}");
            let mut at = 1;
            for (i, place) in route.iter().enumerate() {
                assert!(i == 0 || route[i - 1] < *place, "start {start}, account {holder}: back in time");
                let (from, to, _) = transfers[usize::try_from(*place).unwrap_or_default() - 1];
                assert_eq!(from, at, "start {start}, account {holder}: a break");
                at = to;
            }
            assert!(hops == 0 || at == holder);
        }
    }
}
