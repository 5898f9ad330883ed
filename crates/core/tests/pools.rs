//! Pools whose payments carry the share of taint that is there, computed by hand. Every tracer must give them to the unit.

use crate::generate::{case, cases};
use crate::ledgers::{Case, Coin, PoolAt, in_order, native_purse, sends, thief};
use crate::worked::{all_rules, brought, claims, each, held, theft};
use dyetrace_core::trace::{Grade, PostingKind, Stop, TraceOptions, trace};
use dyetrace_core::{Amount, Category};
use proptest::prelude::*;
use proptest::test_runner::Config;

const THIEF: u8 = 1;
const POOL: u8 = 3;

fn pool(moves: impl IntoIterator<Item = crate::ledgers::Move>, outstanding: Option<u128>) -> Case {
    let before = [sends(2, THIEF, 100)];
    let outstanding = outstanding.map(|units| (Coin::Native, Amount::from(units)));
    Case {
        transactions: in_order(before.into_iter().chain(moves)),
        labels: vec![(POOL, None, Category::Mixer)],
        thefts: vec![theft("T", [brought(0, THIEF)])],
        pools: vec![PoolAt { account: POOL, outstanding }],
        options: all_rules(),
        ..Case::default()
    }
}

/// Three notes of 100, one of them stolen: the first exit is worth a third of it, whatever the rule.
#[test]
fn a_payment_carries_the_share_of_what_is_there_at_its_time() {
    let case = pool(
        [
            sends(8, POOL, 100),
            sends(9, POOL, 100),
            sends(THIEF, POOL, 100),
            sends(POOL, 6, 100), // 100 · 100/300: 33, and 67 are left of 200.
            sends(9, POOL, 100), // 67 of 300
            sends(POOL, 7, 90),  // 90 · 67/300 = 20.1: 20, and 47 are left of 210.
            sends(POOL, 7, 10),  // 10 · 47/210 = 2.24: 2
            sends(6, 5, 33),
        ],
        None,
    );
    each(&case, |ledger, trace| {
        let exact = |trace: &_, account| held(trace, "T", native_purse(ledger, account))[..5].to_vec();
        assert_eq!(exact(trace, POOL), [45; 5]);
        assert_eq!(exact(trace, 7), [22; 5]);
        // The exit of 100 bears 33, clean money first, and pays 33 of it on: by fifo and libr clean ones.
        assert_eq!(exact(trace, 5), [0, 33, 11, 0, 33]);
        assert_eq!(claims(trace, native_purse(ledger, POOL)), [45; 5]);
        for row in 0..trace.flows.place.len() {
            let from =
                ledger.purse_address(ledger.columns().from[usize::try_from(trace.flows.place[row]).unwrap()]);
            let behind = from != crate::ledgers::address(0, THIEF);
            assert_eq!(trace.flows.grade[row] == Grade::Inferred, behind, "row {row}");
        }
        let at = trace.holdings.purse.iter().position(|&it| it == native_purse(ledger, POOL)).unwrap();
        assert_eq!(trace.holdings.stop[at], Some(Stop::Label(Category::Mixer)));
        assert_eq!(trace.holdings.grade[at], Grade::Inferred);
        assert!(trace.gaps.iter().all(|gap| gap.purse != native_purse(ledger, POOL)));
    });
}

/// What lay there before the data begin is clean, and makes every share smaller.
#[test]
fn what_was_there_before_dilutes() {
    let moves = || [sends(THIEF, POOL, 100), sends(POOL, 6, 100), sends(POOL, 7, 100)];
    each(&pool(moves(), Some(300)), |ledger, trace| {
        let of = |account| held(trace, "T", native_purse(ledger, account))[..5].to_vec();
        assert_eq!((of(6), of(7), of(POOL)), (vec![25; 5], vec![25; 5], vec![50; 5]));
        assert!(trace.gaps.is_empty());
    });
    // Without, the first exit seems to have all of it, and the second comes out of a gap.
    each(&pool(moves(), None), |ledger, trace| {
        let of = |account| held(trace, "T", native_purse(ledger, account))[..5].to_vec();
        assert_eq!((of(6), of(7)), (vec![100; 5], vec![0; 5]));
        assert_eq!(trace.gaps[0].purse, native_purse(ledger, POOL));
    });
}

/// A pool that a seed names is a seed; an account that an analyst cut stops.
#[test]
fn a_seed_and_a_cut_are_no_pools() {
    let moves = [sends(9, POOL, 100), sends(THIEF, POOL, 100), sends(POOL, 6, 100)];
    let mut case = pool(moves, None);
    let (ledger, ..) = case.build();
    case.options.cuts = vec![ledger.purses().account(native_purse(&ledger, POOL))];
    each(&case, |ledger, trace| {
        assert_eq!(held(trace, "T", native_purse(ledger, POOL))[..5], [100; 5]);
    });
    case.options.cuts = Vec::new();
    case.thefts.push(theft("U", [thief(POOL)]));
    each(&case, |ledger, trace| {
        assert!(held(trace, "U", native_purse(ledger, 6))[0] > 0);
        assert!(trace.flows.grade.iter().all(|&grade| grade != Grade::Inferred));
    });
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(500)) })]

    /// With one theft of one asset and pools alone, all rules agree on what leaves them, and what went in is there or came out.
    #[test]
    fn what_goes_into_a_pool_comes_out_or_is_there(case in case()) {
        let (ledger, labels, thefts, options) = case.build();
        let options = TraceOptions { links: Vec::new(), swaps: false, until: None, ..options };
        let Ok(found) = trace(&ledger, &labels, &thefts, &options) else { return Ok(()) };
        let is_pool = |account| options.pools.iter().any(|pool| pool.account == account);
        let rules = found.rules.iter().enumerate().filter(|rule| rule.1.is_exact());
        for (rule, _) in rules {
            for purse in ledger.purses().iter().filter(|&purse| is_pool(ledger.purses().account(purse))) {
                let (mut into, mut out) = (Amount::ZERO, Amount::ZERO);
                for row in 0..found.flows.place.len() {
                    let place = usize::try_from(found.flows.place[row]).unwrap();
                    let claim = found.flows.shares.get(row, rule).claim;
                    if ledger.columns().to[place] == purse { into = into.plus(claim); }
                    if ledger.columns().from[place] == purse { out = out.plus(claim); }
                }
                for row in 0..found.postings.kind.len() {
                    let claim = found.postings.shares.get(row, rule).claim;
                    if found.postings.purse[row] == purse {
                        let kind = found.postings.kind[row];
                        let side = if kind.enters() { &mut into } else { &mut out };
                        // A burn or dust leaves by a transfer that is no flow.
                        *side = side.plus(claim);
                        prop_assert!(!matches!(kind, PostingKind::ConvertedIn | PostingKind::ConvertedOut));
                    }
                }
                let rests = (0..found.holdings.purse.len()).filter(|&row| found.holdings.purse[row] == purse);
                let rests: Amount = rests.map(|row| found.holdings.shares.get(row, rule).claim).sum();
                prop_assert_eq!(into, out.plus(rests));
            }
        }
    }
}
