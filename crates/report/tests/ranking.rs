//! Findings rank by state, then by the least share of the theft, then by first taint, then by address.

use crate::support::{At, Case, USDT};
use dyetrace_core::Category as C;
use dyetrace_core::trace::{PostingKind, Rule};

/// Returns the holders of the findings, best first, of deposits with these amounts by two rules.
fn ranked(deposits: &[(u8, [u128; 2])]) -> Vec<String> {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo]);
    let received = case.coin(9, 1, 1_000);
    let places: Vec<u64> = deposits.iter().map(|&(holder, _)| case.coin(1, holder, 100)).collect();
    case.built();
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[1_000; 2]);
    for (&(holder, units), first) in deposits.iter().zip(places) {
        case.label(holder, "deposit", C::ExchangeDeposit, &format!("E{holder}"));
        case.flow(first, &units);
        let at = At { holder, token: None, stop: None, balance: 100, hops: 1, first };
        case.holding(&at, &units);
    }
    case.with(|report| report.findings().iter().map(|finding| finding.holder.clone()).collect())
}

#[test]
fn the_least_amount_over_the_rules_decides_not_the_greatest() {
    assert_eq!(ranked(&[(2, [90, 10]), (3, [20, 30]), (4, [50, 20])]), ["E3", "E4", "E2"]);
}

#[test]
fn equal_shares_go_by_first_taint() {
    assert_eq!(ranked(&[(3, [20, 20]), (2, [20, 20])]), ["E3", "E2"]);
}

#[test]
fn what_no_rule_gives_an_amount_is_no_finding() {
    assert_eq!(ranked(&[(2, [0, 0]), (3, [0, 1])]), ["E3"]);
}

#[test]
fn a_deposit_comes_before_a_token_that_its_issuer_can_stop() {
    let mut case = Case::new(&[Rule::Libr]);
    let token = case.token(9, 1, 1_000, USDT);
    let coin = case.coin(9, 2, 1);
    case.built();
    case.label(2, "deposit", C::ExchangeDeposit, "Exchange");
    let at = |holder, token, first| At { holder, token, stop: None, balance: 1_000, hops: 0, first };
    case.holding(&at(1, Some(USDT), token), &[1_000]).holding(&at(2, None, coin), &[1]);
    case.with(|report| {
        let holders: Vec<&str> = report.findings().iter().map(|it| it.holder.as_str()).collect();
        assert_eq!(holders, ["Exchange", "Tether"]);
        assert_eq!(report.findings()[1].holder_kind, "issuer");
        assert!(
            report.findings()[1].basis.starts_with("the contract has a blacklist; status by isBlackListed")
        );
    });
}

#[test]
fn robust_stands_only_where_all_four_rules_ran() {
    let robust = |rules: &[Rule], units: &[u128]| {
        let mut case = Case::new(rules);
        let first = case.coin(9, 1, 100);
        case.built();
        case.label(1, "deposit", C::ExchangeDeposit, "X");
        case.holding(&At { holder: 1, token: None, stop: None, balance: 100, hops: 0, first }, units);
        case.with(|report| report.findings()[0].robust.map(|amount| amount.to_string()))
    };
    assert_eq!(robust(&[Rule::Libr, Rule::Fifo, Rule::Lifo], &[5, 5, 5]), None);
    let all = [Rule::TaintFirst, Rule::Fifo, Rule::Lifo, Rule::Prorata, Rule::Libr, Rule::Poison];
    // The run's own rule gives less, but is none of the four.
    assert_eq!(robust(&all, &[1, 4, 5, 6, 7, 100]).as_deref(), Some("4"));
}
