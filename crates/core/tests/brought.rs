//! What one transaction brought an account: by transfers, in exchanges, over links. Part by part it is what came in all.

use crate::generate::{case, cases};
use crate::ledgers::{Case, LinkAt, in_order, native_purse, sends, sends_token, thief, tx};
use dyetrace_core::trace::{ClassId, Got, Origins, PostingKind, Rule, Share, Source, TraceOptions, source};
use dyetrace_core::{AccountId, Amount, Category, Ledger, PurseId};
use proptest::prelude::*;
use proptest::test_runner::Config;
use std::collections::BTreeMap;

/// Units and claims of each class in each purse.
type Sums = BTreeMap<(PurseId, ClassId), [Amount; 2]>;

fn add(sums: &mut Sums, purse: PurseId, class: ClassId, share: Share) {
    let sum = sums.entry((purse, class)).or_default();
    *sum = [sum[0].plus(share.units), sum[1].plus(share.claim)];
}

/// Over all transactions, the parts that are told of transfers and exchanges are what came or was stolen there, and was seen.
pub(crate) fn check_sums(ledger: &Ledger, one: &Source, account: AccountId) -> Result<(), TestCaseError> {
    let mut told = Sums::new();
    let columns = ledger.columns();
    let comes = |&place: &usize| ledger.moves(place) && ledger.purses().account(columns.to[place]) == account;
    for place in (0..ledger.transfer_count()).filter(comes) {
        for (class, share) in one.brought(ledger, place as u64) {
            add(&mut told, columns.to[place], class, share);
        }
    }
    for transaction in 0..u32::try_from(ledger.transactions().len()).unwrap() {
        for got in one.got(ledger, transaction) {
            prop_assert!(got.parts.is_sorted_by(|a, b| a.0 < b.0) && !got.parts.is_empty());
            let units = got.parts.iter().map(|it| it.1.units).sum::<Amount>();
            prop_assert!(units <= got.value || !one.exposures.rule.is_exact(), "no more than was got");
            for (class, share) in got.parts {
                add(&mut told, got.purse, class, share);
            }
        }
    }
    let postings = &one.trace.postings;
    for row in 0..postings.kind.len() {
        let purse = postings.purse[row];
        if postings.kind[row] == PostingKind::Unseen && ledger.purses().account(purse) == account {
            add(&mut told, purse, postings.class[row], postings.shares.get(row, 0));
        }
    }
    let mut came = Sums::new();
    for row in 0..one.exposures.len() {
        let exposure = one.exposures.get(row);
        for share in [exposure.came(), exposure.here] {
            add(&mut came, one.exposures.purse[row], one.exposures.class[row], share);
        }
    }
    for sums in [&mut told, &mut came] {
        sums.retain(|_, sum| sum.iter().any(|amount| !amount.is_zero()));
    }
    prop_assert_eq!(told, came);
    Ok(())
}

/// Who is paid in one transaction only got all that came by it.
fn check_single(ledger: &Ledger, one: &Source, account: AccountId) -> Result<bool, TestCaseError> {
    let columns = ledger.columns();
    let mut by: Vec<u32> = (0..ledger.transfer_count())
        .filter(|&place| ledger.moves(place) && ledger.purses().account(columns.to[place]) == account)
        .map(|place| columns.transaction[place])
        .collect();
    by.dedup();
    let [transaction] = by[..] else { return Ok(false) };
    let mut told = Amount::ZERO;
    for place in (0..ledger.transfer_count()).filter(|&place| columns.transaction[place] == transaction) {
        if ledger.moves(place) && ledger.purses().account(columns.to[place]) == account {
            told = told.plus(one.brought(ledger, place as u64).iter().map(|it| it.1.units).sum());
        }
    }
    let got = one.got(ledger, transaction);
    told = told.plus(got.iter().flat_map(|it| &it.parts).map(|it| it.1.units).sum());
    let all = &one.exposures;
    // A wrap whose token's row is not there brings something by a transaction that pays the account nothing.
    let is_elsewhere = (0..u32::try_from(ledger.transactions().len()).unwrap())
        .any(|other| other != transaction && !one.got(ledger, other).is_empty());
    if is_elsewhere || (0..all.len()).any(|row| !all.get(row).here.units.is_zero()) {
        return Ok(false);
    }
    let came: Amount = (0..all.len()).map(|row| all.get(row).came().units).sum();
    prop_assert_eq!(told, came);
    Ok(!came.is_zero())
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(1_000)) })]

    #[test]
    fn one_transaction_s_parts_are_what_came_by_it(case in case()) {
        let (ledger, labels, thefts, options) = case.build();
        let options = TraceOptions { compare: Vec::new(), pools: Vec::new(), ..options };
        for account in crate::exposure::everybody(&ledger) {
            let Ok(one) = source(&ledger, &labels, Origins::Thefts(&thefts), &options, account) else { continue };
            check_single(&ledger, &one, account)?;
        }
    }
}

fn share(units: u128, claim: u128) -> Share {
    Share { units: Amount::from(units), claim: Amount::from(claim) }
}

/// Units and claims of what came, whatever the class.
fn shares(parts: &[(ClassId, Share)]) -> Vec<Share> {
    parts.iter().map(|it| it.1).collect()
}

fn asked(case: &Case, account: u8) -> (Ledger, Source) {
    let (ledger, labels, thefts, options) = case.build();
    let native = native_purse(&ledger, account);
    let account = ledger.purses().account(native);
    let one = source(&ledger, &labels, Origins::Thefts(&thefts), &options, account).unwrap();
    check_sums(&ledger, &one, account).unwrap();
    (ledger, one)
}

fn of_transaction(ledger: &Ledger, one: &Source, place: usize) -> Vec<Got> {
    one.got(ledger, ledger.columns().transaction[place])
}

const THIEF: u8 = 1;
const POOL: u8 = 3;
const BRIDGE: u8 = 6;

/// 1 is the thief, by the rule that is asked; 6 is a bridge.
fn stolen(case: Case) -> Case {
    let options = TraceOptions { rule: Rule::Prorata, compare: Vec::new(), ..TraceOptions::default() };
    let labels = vec![(BRIDGE, None, Category::Bridge)];
    // Tokens that a thief is not seen to receive are not stolen.
    let before = tx(0, [sends_token(9, THIEF, 0, 100), sends_token(9, THIEF, 1, 100)]);
    let transactions = std::iter::once(before).chain(case.transactions).collect();
    let thefts = vec![("T".to_owned(), vec![thief(THIEF)])];
    Case { transactions, thefts, labels, options, ..case }
}

#[test]
fn by_hand_what_is_got_in_an_exchange_is_no_transfer_s() {
    let transactions = vec![
        tx(1, [sends_token(THIEF, 2, 0, 80)]),
        tx(2, [sends_token(4, 2, 0, 20)]),
        tx(3, [sends_token(2, POOL, 0, 50), sends(POOL, 2, 20), sends(POOL, 2, 10)]),
    ];
    let (ledger, one) = asked(&stolen(Case { transactions, ..Case::default() }), 2);
    assert_eq!(shares(&one.brought(&ledger, 2)), [share(80, 80)]);
    assert_eq!(one.brought(&ledger, 3), []);
    // Of 50 given 40 are stolen: of 30 got 24, in two transfers of which neither brings anything by itself.
    assert_eq!([5, 6].map(|place| one.brought(&ledger, place)), [[], []]);
    let got = of_transaction(&ledger, &one, 5);
    assert_eq!((got.len(), got[0].purse, got[0].value), (1, native_purse(&ledger, 2), Amount::from(30)));
    assert_eq!(shares(&got[0].parts), [share(24, 40)]);
    assert_eq!(of_transaction(&ledger, &one, 2), []);
    assert_eq!(one.got_in_other_order(&ledger, ledger.columns().transaction[5]), None);
}

#[test]
fn by_hand_what_comes_over_a_link_is_its_transfer_s() {
    let moves = [sends(THIEF, BRIDGE, 90), sends(BRIDGE, 2, 89), sends(BRIDGE, 2, 1)];
    let links = vec![LinkAt { rows: vec![2, 3], in_order: false, is_inferred: true }];
    let (ledger, one) = asked(&stolen(Case { transactions: in_order(moves), links, ..Case::default() }), 2);
    assert_eq!(shares(&one.brought(&ledger, 3)), [share(89, 90)]);
    assert_eq!(one.brought(&ledger, 4), [], "the bridge's own");
    assert_eq!(of_transaction(&ledger, &one, 3), [], "no exchange");
}

#[test]
fn by_hand_one_transaction_brings_by_a_transfer_over_a_link_and_in_an_exchange() {
    // 2 has 50 stolen tokens and gives them for 30 coins; in the same transaction the bridge pays it 7 coins for 9 of the thief's.
    let transactions = vec![
        tx(1, [sends_token(THIEF, 2, 0, 50)]),
        tx(2, [sends(THIEF, BRIDGE, 9)]),
        tx(3, [sends_token(2, POOL, 0, 50), sends(POOL, 2, 30), sends(BRIDGE, 2, 7)]),
    ];
    let links = vec![LinkAt { rows: vec![3, 6], in_order: false, is_inferred: true }];
    let (ledger, one) = asked(&stolen(Case { transactions, links, ..Case::default() }), 2);
    assert_eq!(one.brought(&ledger, 5), []);
    assert_eq!(shares(&one.brought(&ledger, 6)), [share(7, 9)]);
    let got = of_transaction(&ledger, &one, 5);
    assert_eq!((got[0].value, shares(&got[0].parts)), (Amount::from(30), vec![share(30, 50)]));

    // The thief pays 5 of another token while 2 exchanges: that transfer brings what it carries.
    let transactions = vec![
        tx(1, [sends_token(4, 2, 0, 50)]),
        tx(2, [sends_token(2, POOL, 0, 50), sends(POOL, 2, 30), sends_token(THIEF, 2, 1, 5)]),
    ];
    let (ledger, one) = asked(&stolen(Case { transactions, ..Case::default() }), 2);
    assert_eq!(one.brought(&ledger, 4), [], "clean for clean");
    assert_eq!(shares(&one.brought(&ledger, 5)), [share(5, 5)]);
    assert_eq!(of_transaction(&ledger, &one, 5), []);
}
