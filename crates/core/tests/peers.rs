//! Faults that other tracers have. Each test is one of them, and shows that it is not here.

use crate::engines::tracers;
use crate::ledgers::{Case, Clock, Move, SeedAt, Tx, in_order, native_purse, sends, sends_token, thief, tx};
use crate::worked::{all_rules, brought, carried, each, held, posted};
use dyetrace_core::Amount;
use dyetrace_core::trace::{PostingKind, Rule, Since, Stop, TraceOptions};

fn case(transactions: Vec<Tx>, seeds: impl Into<Vec<SeedAt>>) -> Case {
    let thefts = vec![("T".to_owned(), seeds.into())];
    Case { transactions, thefts, options: all_rules(), ..Case::default() }
}

/// BlockchainSpider: edges have no time, so money sent before the taint arrived is followed.
#[test]
fn money_sent_before_the_taint_arrived_stays_clean() {
    let moves = [sends(2, 1, 10), sends(1, 5, 10), sends(3, 1, 7), sends(5, 6, 10)];
    each(&case(in_order(moves), [brought(2, 1)]), |ledger, trace| {
        assert!(trace.flows.place.is_empty());
        assert_eq!(trace.holdings.purse, [native_purse(ledger, 1)]);
        assert_eq!(trace.reached_purses, 1);
    });
}

/// Haircuts that push all taint onwards forget what the purse keeps.
#[test]
fn a_retained_balance_keeps_its_share() {
    let moves = [sends(3, 1, 100), sends(1, 5, 40)];
    each(&case(in_order(moves), [brought(0, 1)]), |ledger, trace| {
        assert_eq!(held(trace, "T", native_purse(ledger, 1)), [60; 6]);
        assert_eq!(held(trace, "T", native_purse(ledger, 5)), [40; 6]);
    });
}

/// A balance from before the theft dilutes, goes first or goes last: it is never ignored.
#[test]
fn clean_money_that_was_there_before_counts() {
    let moves = [sends(2, 1, 100), sends(3, 1, 100), sends(1, 5, 100)];
    each(&case(in_order(moves), [brought(1, 1)]), |_, trace| {
        assert_eq!(carried(trace, "T", 2), [0, 100, 50, 0, 100, 100]);
    });
}

/// The same for a thief's own money from before `since`.
#[test]
fn what_a_thief_had_before_since_is_clean() {
    let moves = [sends(2, 1, 100), sends(3, 1, 100), sends(1, 5, 100)];
    let seed = SeedAt::Account { account: 1, since: Since::Block(2), chain: None, coin: None };
    each(&case(in_order(moves), [seed]), |_, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Received), [100; 6]);
        assert_eq!(carried(trace, "T", 2), [0, 100, 50, 0, 100, 100]);
    });
}

/// A thief whose only row is one transfer out: the theft itself was an internal transfer that the file lacks.
#[test]
fn a_thief_with_one_outflow_is_followed() {
    let moves = [sends(1, 5, 40), sends(5, 6, 15)];
    each(&case(in_order(moves), [thief(1)]), |ledger, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Unseen), [40; 6]);
        assert_eq!(held(trace, "T", native_purse(ledger, 5)), [25; 6]);
        assert_eq!(held(trace, "T", native_purse(ledger, 6)), [15; 6]);
    });
}

/// MFTracer lets a source mint: here what a seed sends beyond what it got is counted and listed, and an
/// ordinary purse's gap is clean.
#[test]
fn a_source_that_sends_more_than_it_received_is_counted_not_minted() {
    let moves = [sends(2, 1, 10), sends(1, 5, 30), sends(5, 6, 50)];
    each(&case(in_order(moves), [thief(1)]), |ledger, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Received), [10; 6]);
        assert_eq!(posted(trace, "T", PostingKind::Unseen), [20; 6]);
        assert_eq!(&carried(trace, "T", 2)[..5], [30; 5]);
        let [gap] = trace.gaps[..] else { panic!("one gap") };
        assert_eq!((gap.purse, gap.count, gap.first), (native_purse(ledger, 5), 1, 2));
        assert_eq!(gap.amount, Amount::from(20));
        assert_eq!(&held(trace, "T", native_purse(ledger, 6))[..5], [30; 5]);
    });
}

/// A token that only claims to come from the thief: anybody can write such an event.
#[test]
fn a_token_that_the_thief_never_got_is_not_his() {
    let moves = [sends(3, 1, 5), sends_token(1, 5, 0, 1_000)];
    each(&case(in_order(moves), [thief(1)]), |_, trace| {
        assert_eq!(trace.classes.len(), 1);
        assert!(trace.flows.place.is_empty());
    });
}

fn in_one_block(moves: impl IntoIterator<Item = Move>, clock: Clock, indexed: bool, seed: SeedAt) -> Case {
    let one = |(index, it): (u64, Move)| Tx { index: indexed.then_some(index), ..tx(7, [it]) };
    let transactions = (0..).zip(moves).map(one).collect();
    Case { clock, ..case(transactions, [seed]) }
}

/// TTR wants a later time than the one before; BlockchainSpider sorts by time alone.
#[test]
fn two_transfers_in_one_block_keep_their_order() {
    let there = [sends(3, 1, 9), sends(1, 5, 9), sends(5, 6, 9)];
    let back = [sends(5, 6, 9), sends(1, 5, 9), sends(3, 1, 9)];
    for clock in [Clock::Blocks, Clock::Both, Clock::Times] {
        each(&in_one_block(there.clone(), clock, true, brought(0, 1)), |ledger, trace| {
            assert_eq!(held(trace, "T", native_purse(ledger, 6)), [9; 6]);
        });
        each(&in_one_block(back.clone(), clock, true, brought(2, 1)), |ledger, trace| {
            assert_eq!(held(trace, "T", native_purse(ledger, 1)), [9; 6]);
            assert!(trace.flows.place.is_empty());
        });
    }
}

/// Without any index input order decides, and both orders are shown.
#[test]
fn rows_of_one_second_keep_input_order_and_the_other_order_is_shown() {
    let moves = [sends(3, 1, 9), sends(1, 5, 9)];
    each(&in_one_block(moves, Clock::Times, false, brought(0, 1)), |ledger, trace| {
        assert!(ledger.notes().order_ambiguous);
        let [one, five] = [1, 5].map(|account| native_purse(ledger, account));
        assert_eq!(held(trace, "T", five), [9; 6]);
        let spread: Vec<_> =
            trace.order_spread.iter().map(|row| (row.purse, row.forward, row.reversed)).collect();
        let (none, all) = (Amount::ZERO, Amount::from(9));
        assert_eq!(spread, [(one, none, all), (five, all, none)]);
    });
}

/// A cycle ends, and each round carries what is there.
#[test]
fn a_cycle_ends() {
    let mut moves = vec![sends(3, 1, 8)];
    for _ in 0..20 {
        moves.extend([sends(1, 5, 8), sends(5, 6, 8), sends(6, 1, 8)]);
    }
    each(&case(in_order(moves), [brought(0, 1)]), |ledger, trace| {
        assert_eq!(trace.flows.place.len(), 60);
        assert_eq!(held(trace, "T", native_purse(ledger, 1)), [8; 6]);
        assert_eq!(trace.holdings.hops, [0]);
        assert_eq!(trace.holdings.deposits, [20]);
    });
}

/// Whatever the rule, no more rests than was stolen (poison apart: it is no amount).
#[test]
fn nothing_is_minted() {
    let moves = [
        sends(2, 1, 33),
        sends(3, 1, 10),
        sends(1, 5, 7),
        sends(1, 6, 29),
        sends(5, 1, 3),
        sends(6, 1, 100),
        sends(1, 5, 77),
    ];
    each(&case(in_order(moves), [brought(1, 1)]), |_, trace| {
        for rule in 0..5 {
            let rows = 0..trace.holdings.purse.len();
            let sum: Amount = rows.map(|row| trace.holdings.shares.get(row, rule).units).sum();
            assert_eq!(sum, Amount::from(10), "{}", trace.rules[rule]);
        }
    });
}

/// All of them ignore fees: what is burned as gas would rest somewhere.
#[test]
fn fees_are_spent_and_posted() {
    let fee = Some(Amount::from(4));
    let transactions = vec![tx(1, [sends(3, 1, 10)]), Tx { fee, ..tx(2, [sends(1, 5, 0)]) }];
    each(&case(transactions, [brought(0, 1)]), |ledger, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Fee), [4; 6]);
        assert_eq!(held(trace, "T", native_purse(ledger, 1)), [6; 6]);
    });
}

/// Hot wallets: a tracer that goes on behind them taints everybody.
#[test]
fn an_unnamed_hub_stops_the_trace() {
    let mut moves = vec![sends(3, 1, 100), sends(1, 9, 100)];
    moves.extend((10..30).map(|customer| sends(9, customer, 5)));
    let options = TraceOptions { hub_transfers: 20, ..all_rules() };
    let case = Case { options, ..case(in_order(moves), [brought(0, 1)]) };
    each(&case, |ledger, trace| {
        assert_eq!(trace.holdings.purse, [native_purse(ledger, 9)]);
        assert_eq!(trace.holdings.stop, [Some(Stop::Hub)]);
        assert_eq!(trace.reached_purses, 2);
    });
}

/// The order in which thefts, seeds and rules are named changes nothing.
#[test]
fn the_order_of_the_question_does_not_change_the_answer() {
    let moves = [sends(2, 1, 30), sends(3, 1, 20), sends(1, 5, 35), sends(5, 6, 9)];
    let named = |names: [&str; 2], seeds: [usize; 2]| {
        let thefts = [0, 1].map(|at| (names[at].to_owned(), vec![brought(seeds[at], 1)]));
        Case { thefts: thefts.into(), ..case(in_order(moves.clone()), []) }
    };
    let (one, other) = (named(["A", "B"], [0, 1]), named(["B", "A"], [1, 0]));
    for (_, tracer) in tracers() {
        let [one, other] = [&one, &other].map(|case| {
            let (ledger, labels, thefts, mut options) = case.build();
            options.compare = vec![Rule::Lifo, Rule::Fifo, Rule::Prorata];
            tracer(&ledger, &labels, &thefts, &options).unwrap()
        });
        assert_eq!(one, other);
    }
}
