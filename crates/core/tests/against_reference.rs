//! The fast tracer gives what the plain one gives, row by row.

use crate::engines::FAST;
use crate::generate::{case, cases};
use crate::ledgers::Case;
use dyetrace_core::trace::{ShareColumns, Trace};
use dyetrace_core::{Ledger, reference};
use proptest::prelude::*;
use proptest::test_runner::Config;
use std::fmt::Debug;

/// One thing in which two answers differ: where, and both values.
type Difference = Option<String>;

/// A value that both answers have.
fn one<T: PartialEq + Debug>(field: &str, fast: &T, plain: &T) -> Difference {
    (fast != plain).then(|| format!("{field}: fast {fast:?}, reference {plain:?}"))
}

/// A column or table: the first row that differs, or the first that one of them lacks.
fn rows<T: PartialEq + Debug>(field: &str, fast: &[T], plain: &[T]) -> Difference {
    let most = fast.len().max(plain.len());
    (0..most).find_map(|row| one(&format!("{field}[{row}]"), &fast.get(row), &plain.get(row)))
}

fn shares(table: &str, fast: &ShareColumns, plain: &ShareColumns, trace: &Trace) -> Difference {
    (0..fast.len().min(plain.len())).find_map(|row| {
        (0..trace.rules.len()).find_map(|rule| {
            let field = format!("{table}.shares[{row}].{}", trace.rules[rule]);
            one(&field, &fast.get(row, rule), &plain.get(row, rule))
        })
    })
}

/// The first difference between two answers.
pub(crate) fn difference(fast: &Trace, plain: &Trace) -> Difference {
    let flows = || {
        let (a, b) = (&fast.flows, &plain.flows);
        rows("flows.place", &a.place, &b.place)
            .or_else(|| rows("flows.class", &a.class, &b.class))
            .or_else(|| shares("flows", &a.shares, &b.shares, plain))
            .or_else(|| rows("flows.grade", &a.grade, &b.grade))
    };
    let postings = || {
        let (a, b) = (&fast.postings, &plain.postings);
        rows("postings.place", &a.place, &b.place)
            .or_else(|| rows("postings.kind", &a.kind, &b.kind))
            .or_else(|| rows("postings.purse", &a.purse, &b.purse))
            .or_else(|| rows("postings.class", &a.class, &b.class))
            .or_else(|| shares("postings", &a.shares, &b.shares, plain))
            .or_else(|| rows("postings.legs", &a.legs, &b.legs))
    };
    let holdings = || {
        let (a, b) = (&fast.holdings, &plain.holdings);
        rows("holdings.purse", &a.purse, &b.purse)
            .or_else(|| rows("holdings.class", &a.class, &b.class))
            .or_else(|| shares("holdings", &a.shares, &b.shares, plain))
            .or_else(|| rows("holdings.stop", &a.stop, &b.stop))
            .or_else(|| rows("holdings.balance", &a.balance, &b.balance))
            .or_else(|| rows("holdings.gross_received", &a.gross_received, &b.gross_received))
            .or_else(|| rows("holdings.first_taint", &a.first_taint, &b.first_taint))
            .or_else(|| rows("holdings.last_taint", &a.last_taint, &b.last_taint))
            .or_else(|| rows("holdings.deposits", &a.deposits, &b.deposits))
            .or_else(|| rows("holdings.hops", &a.hops, &b.hops))
            .or_else(|| rows("holdings.grade", &a.grade, &b.grade))
    };
    rows("rules", &fast.rules, &plain.rules)
        .or_else(|| rows("thefts", &fast.thefts, &plain.thefts))
        .or_else(|| rows("classes", &fast.classes, &plain.classes))
        .or_else(postings)
        .or_else(flows)
        .or_else(holdings)
        .or_else(|| rows("gaps", &fast.gaps, &plain.gaps))
        .or_else(|| rows("left_clean", &fast.left_clean, &plain.left_clean))
        .or_else(|| rows("unlinked", &fast.unlinked, &plain.unlinked))
        .or_else(|| rows("order_spread", &fast.order_spread, &plain.order_spread))
        .or_else(|| one("reached_purses", &fast.reached_purses, &plain.reached_purses))
        .or_else(|| one("reached_accounts", &fast.reached_accounts, &plain.reached_accounts))
        .or_else(|| one("transfers_after_end", &fast.transfers_after_end, &plain.transfers_after_end))
        .or_else(|| {
            (fast != plain).then(|| "the traces differ in a field this test does not know".to_owned())
        })
}

/// The transfers as one reads them, to stand beside a difference.
fn listing(ledger: &Ledger) -> String {
    let columns = ledger.columns();
    let name = |purse| match purse {
        dyetrace_core::PurseId::NONE => "nobody".to_owned(),
        purse => format!("{} (purse {})", ledger.purse_address(purse), purse.0),
    };
    let row = |place: usize| {
        format!(
            "{place:3} block {:?} tx {} tied {}: {} -> {}: {} {}\n",
            columns.block(place),
            columns.transaction[place],
            columns.is_tied(place),
            name(columns.from[place]),
            name(columns.to[place]),
            columns.value.get(place),
            ledger.asset_name(ledger.purses().asset(columns.to[place])),
        )
    };
    let fee = |fee: dyetrace_core::ledger::Fee| {
        format!("fee at {}: {} pays {}\n", fee.place, name(fee.payer), fee.amount)
    };
    (0..ledger.transfer_count()).map(row).chain(ledger.fees().iter().map(fee)).collect()
}

fn agree(case: &Case) {
    let Some(fast) = FAST else { return };
    let (ledger, labels, thefts, options) = case.build();
    let plain = reference::trace(&ledger, &labels, &thefts, &options);
    let fast = fast(&ledger, &labels, &thefts, &options);
    match (fast, plain) {
        (Err(_), Err(_)) => {}
        (Ok(fast), Ok(plain)) => {
            if let Some(difference) = difference(&fast, &plain) {
                panic!("{difference}\n{}{thefts:#?}\n{options:#?}\n{:?}", listing(&ledger), case.labels);
            }
        }
        (Ok(_), Err(error)) => panic!("only the reference refuses: {error}\n{}", listing(&ledger)),
        (Err(error), Ok(_)) => panic!("only the fast tracer refuses: {error}\n{}", listing(&ledger)),
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(2_000)) })]

    #[test]
    fn fast_and_plain_tracer_agree(case in case()) {
        agree(&case);
    }
}

#[test]
fn a_difference_names_its_row_and_both_values() {
    let one = Trace { thefts: vec!["A".to_owned()], ..Trace::default() };
    let other = Trace { thefts: vec!["A".to_owned(), "B".to_owned()], ..Trace::default() };
    assert_eq!(difference(&one, &one), None);
    let said = difference(&one, &other).unwrap();
    assert_eq!(said, "thefts[1]: fast None, reference Some(\"B\")");
}
