//! A trace that goes on from an earlier one finds what a trace of the whole ledger finds.

use crate::against_reference::difference;
use crate::generate::{case, cases};
use crate::ledgers::{Case, SeedAt, address, hash, in_order, sends, thief, tx};
use dyetrace_core::ledger::{Covers, Kind, Row, RowPlace, Source};
use dyetrace_core::trace::{Course, Resumed, Rule, TraceState, resume, trace};
use dyetrace_core::{Amount, Category, Ledger, LedgerBuilder};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The same case with its transactions in the order of their blocks, as exports that follow one another have them.
fn by_block(mut case: Case) -> Case {
    let mut order: Vec<usize> = (0..case.transactions.len()).collect();
    order.sort_by_key(|&number| case.transactions[number].block);
    for (_, seeds) in &mut case.thefts {
        for seed in seeds {
            if let SeedAt::Transaction { number, .. } = seed {
                *number = order.iter().position(|old| old == number).unwrap();
            }
        }
    }
    case.transactions = order.iter().map(|&number| case.transactions[number].clone()).collect();
    case
}

/// The first transactions of a case.
fn first(case: &Case, count: usize) -> Case {
    Case { transactions: case.transactions[..count].to_vec(), ..case.clone() }
}

fn run(case: &Case, earlier: Option<&TraceState>) -> Option<Resumed> {
    let (ledger, labels, thefts, options) = case.build();
    resume(&ledger, &labels, &thefts, &options, earlier).ok()
}

/// Written down and read again.
fn stored(state: &TraceState) -> TraceState {
    serde_json::from_slice(&serde_json::to_vec(state).unwrap()).unwrap()
}

#[test]
fn a_trace_that_goes_on_finds_what_a_whole_one_finds() {
    let courses = RefCell::new(BTreeMap::<String, u32>::new());
    let config = Config { failure_persistence: None, ..Config::with_cases(cases(3_000)) };
    let cut = (1..6_u64, prop::option::weighted(0.4, 0..6_u64));
    TestRunner::new(config)
        .run(&(case(), cut), |(case, (cut, second))| {
            let whole = by_block(case);
            let before = |block: u64| whole.transactions.partition_point(|tx| tx.block < block);
            let mut state = None;
            for block in [Some(cut), second].into_iter().flatten() {
                let Some(found) = run(&first(&whole, before(block)), state.as_ref()) else { return Ok(()) };
                state = Some(stored(&found.state));
            }
            let Some(found) = run(&whole, state.as_ref()) else { return Ok(()) };
            let (ledger, labels, thefts, options) = whole.build();
            let expected = trace(&ledger, &labels, &thefts, &options).unwrap();
            prop_assert_eq!(difference(&found.trace, &expected), None, "{:?}", found.course);
            // What it keeps is the same as well, so that a third can go on from it.
            let fresh = run(&whole, None).unwrap();
            prop_assert_eq!(fresh.course, Course::Began);
            prop_assert!(fresh.state == found.state, "{:?}", found.course);
            let word = match found.course {
                Course::WentOn(0) => "went on from nothing".to_owned(),
                Course::WentOn(_) if found.trace.flows.place.is_empty() => {
                    "went on, nothing flowed".to_owned()
                }
                Course::WentOn(_) => "went on".to_owned(),
                Course::StartedOver(reason) => match reason.rsplit_once(" now stops") {
                    Some(_) => "now stops".to_owned(),
                    None => reason,
                },
                Course::Began => "began".to_owned(),
            };
            *courses.borrow_mut().entry(word).or_default() += 1;
            Ok(())
        })
        .unwrap();
    let courses = courses.into_inner();
    assert!(courses["went on"] > cases(3_000) / 20, "{courses:#?}");
    assert!(courses.keys().any(|course| course.contains("now stops")), "{courses:#?}");
}

fn money() -> Vec<crate::ledgers::Tx> {
    in_order([sends(9, 1, 100), sends(1, 2, 60), sends(8, 2, 40), sends(2, 3, 70), sends(3, 4, 30)])
}

fn theft() -> Case {
    let mut case = Case { transactions: money(), ..Case::default() };
    case.thefts = vec![("T".to_owned(), vec![thief(1)])];
    case.options.compare = Rule::ALL.to_vec();
    case
}

#[test]
fn it_starts_over_and_says_so_where_a_stop_changed() {
    let state = run(&first(&theft(), 3), None).unwrap().state;
    assert_eq!(state.transfers(), 3);
    let case = theft();
    assert_eq!(run(&case, Some(&state)).unwrap().course, Course::WentOn(3));
    // A label that came later.
    let labelled = Case { labels: vec![(2, None, Category::Exchange)], ..case.clone() };
    let Course::StartedOver(reason) = run(&labelled, Some(&state)).unwrap().course else { panic!() };
    assert!(reason.contains("0x0202020202020202020202020202020202020202 now stops"), "{reason}");
    // One of somebody whom taint had not reached changes nothing of what was found.
    let later = Case { labels: vec![(4, None, Category::Exchange)], ..case.clone() };
    assert_eq!(run(&later, Some(&state)).unwrap().course, Course::WentOn(3));
    // And where a stop is one no more.
    let state = run(&first(&labelled, 3), None).unwrap().state;
    let Course::StartedOver(reason) = run(&case, Some(&state)).unwrap().course else { panic!() };
    assert!(reason.contains("no longer stops"), "{reason}");
    // A hub that only the new transfers make.
    let mut hub = theft();
    hub.options.hub_transfers = 3;
    let state = run(&first(&hub, 3), None).unwrap().state;
    hub.transactions.extend((10..20).map(|block| tx(block, [sends(7, 2, 1)])));
    let Course::StartedOver(reason) = run(&hub, Some(&state)).unwrap().course else { panic!() };
    assert!(reason.contains("now stops"), "{reason}");
}

#[test]
fn it_starts_over_where_something_else_is_asked_or_the_ledger_is_another() {
    let case = theft();
    let state = run(&first(&case, 3), None).unwrap().state;
    let reason = |case: &Case| match run(case, Some(&state)).unwrap().course {
        Course::StartedOver(reason) => reason,
        course => panic!("{course:?}"),
    };
    let mut other = case.clone();
    other.options.rule = Rule::Fifo;
    assert!(reason(&other).contains("rules"));
    let mut other = case.clone();
    other.thefts[0].0 = "U".to_owned();
    assert!(reason(&other).contains("thefts"));
    let mut other = case.clone();
    other.thefts[0].1.push(thief(2));
    assert!(reason(&other).contains("seeds"));
    let mut other = case.clone();
    other.least = vec![(None, crate::ledgers::Coin::Native, Amount::from(5))];
    assert!(reason(&other).contains("min-amount"));
    let mut other = case.clone();
    other.transactions[1].moves[0].value = Amount::from(61);
    assert!(reason(&other).contains("first ones"));
    // Something came in before the end of what was known.
    let mut other = case.clone();
    other.transactions.insert(2, tx(2, [sends(5, 6, 1)]));
    assert!(reason(&other).contains("first ones"));
    // Less than before.
    assert!(reason(&first(&case, 2)).contains("first ones"));
}

/// A block of token transfers in known order: each row's transaction.
fn block_of(transactions: &[usize]) -> Ledger {
    let mut builder = LedgerBuilder::default();
    let chain = builder.chain("ethereum");
    let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
    for (event, &transaction) in (0..).zip(transactions) {
        let row = Row {
            chain,
            block: Some(7),
            time: None,
            transaction_index: None,
            event_index: Some(event),
            transaction_hash: Some(hash(transaction)),
            from: Some(address(0, 1)),
            to: address(0, 2),
            contract: Some(address(0, 9)),
            value: Amount::from(5),
            fee: None,
            kind: Kind::Token,
        };
        builder.push(RowPlace { source, line: event + 2 }, row).unwrap();
    }
    builder.finish().unwrap()
}

#[test]
fn no_transaction_of_then_may_go_on_not_only_the_last_one() {
    let then = block_of(&[1, 2]).seal();
    assert!(block_of(&[1, 2, 3]).goes_on_from(&then));
    assert!(!block_of(&[1, 2, 2]).goes_on_from(&then));
    // What a transaction nets, and whether a seed converts in it, is told by all its rows.
    assert!(!block_of(&[1, 2, 1]).goes_on_from(&then));
    assert!(!block_of(&[1]).goes_on_from(&then));
    assert!(block_of(&[1]).goes_on_from(&block_of(&[]).seal()));
}
