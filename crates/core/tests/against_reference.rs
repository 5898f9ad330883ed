//! The fast tracer and the plain one give one answer.

use crate::generate::case;
use dyetrace_core::trace::{Trace, trace};
use dyetrace_core::{Ledger, reference};
use proptest::prelude::{ProptestConfig, proptest};
use proptest::test_runner::TestCaseError;

/// The first difference of two traces: the table, the row, both sides.
fn difference(ledger: &Ledger, fast: &Trace, plain: &Trace) -> Option<String> {
    let rows = |trace: &Trace| -> Vec<(&'static str, Vec<String>)> {
        let rules = 0..trace.rules.len();
        let shares = |shares: &dyetrace_core::trace::ShareColumns, row: usize| {
            let cells = rules.clone().map(|rule| shares.get(row, rule));
            cells.map(|it| format!("{}/{}", it.units, it.claim)).collect::<Vec<_>>().join(" ")
        };
        let name = |purse| format!("{}:{}", ledger.purse_chain(purse), ledger.purse_address(purse));
        let class = |class| format!("{} {}", trace.theft_of(class), ledger.asset_name(trace.asset_of(class)));
        let (flows, posts, rests) = (&trace.flows, &trace.postings, &trace.holdings);
        vec![
            ("rules", vec![format!("{:?}", trace.rules)]),
            ("thefts", trace.thefts.clone()),
            ("classes", trace.classes.iter().map(|it| format!("{it:?}")).collect()),
            ("postings", (0..posts.place.len()).map(|row| {
                format!("{} {:?} {} {}: {}", posts.place[row], posts.kind[row], name(posts.purse[row]), class(posts.class[row]), shares(&posts.shares, row))
            }).collect()),
            ("flows", (0..flows.place.len()).map(|row| {
                format!("{} {} {:?}: {}", flows.place[row], class(flows.class[row]), flows.grade[row], shares(&flows.shares, row))
            }).collect()),
            ("holdings", (0..rests.class.len()).map(|row| {
                format!("{} {} stop {:?} balance {} gross {} first {} last {} deposits {} hops {} {:?}: {}",
                    class(rests.class[row]), name(rests.purse[row]), rests.stop[row], rests.balance[row], rests.gross_received[row],
                    rests.first_taint[row], rests.last_taint[row], rests.deposits[row], rests.hops[row], rests.grade[row], shares(&rests.shares, row))
            }).collect()),
            ("gaps", trace.gaps.iter().map(|it| format!("{it:?}")).collect()),
            ("left_clean", trace.left_clean.iter().map(|it| format!("{it:?}")).collect()),
            ("order_spread", trace.order_spread.iter().map(|it| format!("{it:?}")).collect()),
            ("reached", vec![format!("{} accounts, {} purses", trace.reached_accounts, trace.reached_purses)]),
            ("after the end", vec![trace.transfers_after_end.to_string()]),
        ]
    };
    for ((table, ours), (_, theirs)) in rows(fast).into_iter().zip(rows(plain)) {
        let first = ours.iter().zip(&theirs).position(|(a, b)| a != b);
        let first = first.or((ours.len() != theirs.len()).then(|| ours.len().min(theirs.len())));
        if let Some(row) = first {
            let cell = |rows: &[String]| rows.get(row).cloned().unwrap_or_else(|| "no such row".to_owned());
            return Some(format!("{table}, row {row}\n fast:  {}\n plain: {}", cell(&ours), cell(&theirs)));
        }
    }
    (fast != plain).then(|| "something that is not listed".to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn fast_and_plain_tracers_agree_on_random_cases(case in case()) {
        let (ledger, labels, thefts, options) = case.build();
        let fast = trace(&ledger, &labels, &thefts, &options);
        let plain = reference::trace(&ledger, &labels, &thefts, &options);
        match (fast, plain) {
            (Ok(fast), Ok(plain)) => {
                if let Some(difference) = difference(&ledger, &fast, &plain) {
                    return Err(TestCaseError::fail(difference));
                }
            }
            (Err(_), Err(_)) => {}
            (fast, plain) => {
                let side = |error: Option<String>| error.unwrap_or_else(|| "traced".to_owned());
                let (fast, plain) = (fast.err().map(|it| it.to_string()), plain.err());
                return Err(TestCaseError::fail(format!("fast: {}\nplain: {}", side(fast), side(plain))));
            }
        }
    }
}
