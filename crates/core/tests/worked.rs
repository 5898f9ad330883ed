//! Cases computed by hand. Every tracer must give them to the unit.

use crate::engines::{PARI_PASSU, tracers};
use crate::ledgers::{Case, Coin, Move, SeedAt, Tx, in_order, native_purse, sends, sends_token, thief, tx};
use dyetrace_core::trace::{Grade, LeftClean, PostingKind, Rule, Stop, Trace, TraceOptions};
use dyetrace_core::{Amount, Category, Ledger, PurseId};

/// The rules in the order in which the tables below have their columns.
const RULES: [Rule; 5] = [Rule::Fifo, Rule::Lifo, Rule::Prorata, Rule::Libr, Rule::TaintFirst];

/// What a case is asked with: all rules, first in, first out being the run's own.
pub(crate) fn all_rules() -> TraceOptions {
    TraceOptions { rule: Rule::Fifo, compare: Rule::ALL.to_vec(), ..TraceOptions::default() }
}

/// Runs a case through every tracer.
pub(crate) fn each(case: &Case, check: impl Fn(&Ledger, &Trace)) {
    let (ledger, labels, thefts, options) = case.build();
    for (name, tracer) in tracers() {
        println!("tracer `{name}`");
        check(&ledger, &tracer(&ledger, &labels, &thefts, &options).unwrap());
    }
}

/// The units of a theft that rest in a purse, a figure a rule, poison last.
pub(crate) fn held(trace: &Trace, theft: &str, purse: PurseId) -> [u128; 6] {
    let rows = (0..trace.holdings.purse.len()).filter(|&row| trace.holdings.purse[row] == purse);
    let mut rows = rows.filter(|&row| trace.theft_of(trace.holdings.class[row]) == theft);
    figures(trace, rows.next(), &trace.holdings.shares)
}

/// The claim of the first class that rests in a purse, a figure a rule without poison.
pub(crate) fn claims(trace: &Trace, purse: PurseId) -> [u128; 5] {
    let row = trace.holdings.purse.iter().position(|&it| it == purse).unwrap();
    RULES.map(|rule| {
        let column = trace.rules.iter().position(|it| *it == rule).unwrap();
        trace.holdings.shares.get(row, column).claim.to_u128().unwrap()
    })
}

/// The units of a theft that a transfer carries.
pub(crate) fn carried(trace: &Trace, theft: &str, place: u64) -> [u128; 6] {
    let rows = (0..trace.flows.place.len()).filter(|&row| trace.flows.place[row] == place);
    let mut rows = rows.filter(|&row| trace.theft_of(trace.flows.class[row]) == theft);
    figures(trace, rows.next(), &trace.flows.shares)
}

/// The units of all postings of a kind.
pub(crate) fn posted(trace: &Trace, theft: &str, kind: PostingKind) -> [u128; 6] {
    let rows = (0..trace.postings.place.len()).filter(|&row| trace.postings.kind[row] == kind);
    let rows = rows.filter(|&row| trace.theft_of(trace.postings.class[row]) == theft);
    let each = rows.map(|row| figures(trace, Some(row), &trace.postings.shares));
    each.fold([0; 6], |sum, row| std::array::from_fn(|rule| sum[rule] + row[rule]))
}

fn figures(trace: &Trace, row: Option<usize>, shares: &dyetrace_core::trace::ShareColumns) -> [u128; 6] {
    Rule::ALL.map(|rule| {
        let column = trace.rules.iter().position(|it| *it == rule).unwrap();
        row.map_or(0, |row| shares.get(row, column).units.to_u128().unwrap())
    })
}

/// A seed by transaction: what it brings the account is stolen.
pub(crate) fn brought(number: usize, account: u8) -> SeedAt {
    SeedAt::Transaction { number, account: Some(account), chain: None, coin: None }
}

pub(crate) fn theft(name: &str, seeds: impl Into<Vec<SeedAt>>) -> (String, Vec<SeedAt>) {
    (name.to_owned(), seeds.into())
}

/// Clean 100, stolen 60, spent 80, clean 50, spent 90, stolen from another 40, spent 30: 50 are left.
#[test]
fn a_purse_of_two_thefts_divides_as_each_rule_says() {
    let moves = [
        sends(2, 1, 100),
        sends(3, 1, 60),
        sends(1, 10, 80),
        sends(2, 1, 50),
        sends(1, 11, 90),
        sends(4, 1, 40),
        sends(1, 12, 30),
    ];
    let thefts = vec![theft("ONE", [brought(1, 1)]), theft("TWO", [brought(5, 1)])];
    let case = Case { transactions: in_order(moves), thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        //                                         fifo lifo prorata libr first poison
        assert_eq!(carried(trace, "ONE", 2), [0, 60, 30, 0, 60, 80]);
        assert_eq!(carried(trace, "ONE", 4), [60, 0, 21, 20, 0, 90]);
        assert_eq!(carried(trace, "ONE", 6), [0, 0, 3, 15, 0, 30]);
        assert_eq!(carried(trace, "TWO", 6), [0, 30, 15, 15, 30, 30]);
        let purse = native_purse(ledger, 1);
        assert_eq!(held(trace, "ONE", purse), [0, 0, 6, 25, 0, 50]);
        assert_eq!(held(trace, "TWO", purse), [40, 10, 25, 25, 10, 50]);
        assert_eq!(posted(trace, "ONE", PostingKind::Received), [60; 6]);
        // Three sums for each rule: the whole, the tainted part, and so the clean one.
        let row = trace.holdings.purse.iter().position(|&it| it == purse).unwrap();
        assert_eq!(trace.holdings.balance[row], Amount::from(50));
        assert_eq!(trace.holdings.gross_received[row], Amount::from(250));
    });
}

/// Stolen 455 arrive, 430 are spent, 333 of his own come: 25 are left, whatever the rule; poison claims all.
#[test]
fn money_paid_in_later_does_not_make_good_what_was_spent() {
    let moves = [sends(3, 1, 455), sends(1, 10, 430), sends(2, 1, 333)];
    let thefts = vec![theft("ROSCOE", [brought(0, 1)])];
    let case = Case { transactions: in_order(moves), thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        assert_eq!(held(trace, "ROSCOE", native_purse(ledger, 1)), [25, 25, 25, 25, 25, 358]);
        assert_eq!(carried(trace, "ROSCOE", 1), [430; 6]);
    });
}

/// An exit wallet: 500 for gas, six notes of 100,000, fees of 3 before each payment to an exchange.
#[test]
fn an_exit_wallet_pays_its_fees_before_its_transfers() {
    let mut transactions =
        in_order(std::iter::once(sends(2, 1, 500)).chain((0..6).map(|_| sends(3, 1, 100_000))));
    let fee = Some(Amount::from(3));
    transactions.push(Tx { fee, ..tx(10, [sends(1, 20, 400_000)]) });
    transactions.push(tx(11, [sends(2, 1, 250_000)]));
    transactions.push(Tx { fee, ..tx(12, [sends(1, 21, 350_000)]) });
    let labels = vec![(20, None, Category::Exchange), (21, None, Category::ExchangeDeposit)];
    let seeds: Vec<SeedAt> = (1..=6).map(|number| brought(number, 1)).collect();
    let thefts = vec![theft("HARMONY", seeds)];
    let case = Case { transactions, labels, thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        let at = |account: u8| held(trace, "HARMONY", native_purse(ledger, account));
        assert_eq!(at(20), [399_503, 400_000, 399_667, 399_503, 400_000, 400_000]);
        assert_eq!(at(21), [200_494, 100_003, 155_641, 100_003, 199_994, 350_000]);
        assert_eq!(at(1), [0, 99_994, 44_688, 100_494, 0, 100_494]);
        assert_eq!(posted(trace, "HARMONY", PostingKind::Fee), [3, 3, 4, 0, 6, 6]);
        let stop = |account: u8| {
            let row = trace.holdings.purse.iter().position(|&it| it == native_purse(ledger, account));
            trace.holdings.stop[row.unwrap()]
        };
        assert_eq!(stop(20), Some(Stop::Label(Category::Exchange)));
        assert_eq!(stop(21), Some(Stop::Label(Category::ExchangeDeposit)));
        assert_eq!(stop(1), None);
    });
}

/// Three parts of one unit each, and two spends of one unit: the missing unit goes to clean, then by name.
#[test]
fn the_missing_unit_goes_to_clean_money_then_by_the_name_of_the_theft() {
    let moves = [sends(3, 1, 1), sends(4, 1, 1), sends(2, 1, 1), sends(1, 10, 1), sends(1, 11, 1)];
    let thefts = vec![theft("b", [brought(1, 1)]), theft("a", [brought(0, 1)])];
    let case = Case { transactions: in_order(moves), thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        assert_eq!(carried(trace, "a", 3), [1, 0, 0, 0, 1, 1]);
        assert_eq!(carried(trace, "b", 3), [0, 0, 0, 0, 0, 1]);
        assert_eq!(carried(trace, "a", 4), [0, 0, 1, 1, 0, 1]);
        assert_eq!(carried(trace, "b", 4), [1, 1, 0, 0, 1, 1]);
        assert_eq!(held(trace, "a", native_purse(ledger, 1)), [0, 1, 0, 0, 0, 1]);
        assert_eq!(held(trace, "b", native_purse(ledger, 1)), [0, 0, 1, 1, 0, 1]);
    });
}

/// What is left is divided by what each gave; the missing unit goes to the largest remainder, then in order.
#[test]
fn what_is_left_is_divided_among_claimants() {
    let Some(pari_passu) = PARI_PASSU else { return };
    let amounts = |units: &[u128]| units.iter().map(|&unit| Amount::from(unit)).collect::<Vec<_>>();
    // 50 left of clean 150, 60, 40: 30, 12, 8.
    assert_eq!(pari_passu(Amount::from(50), &amounts(&[150, 60, 40])), amounts(&[30, 12, 8]));
    // 10 left of three times 10: 3.33 each, the missing unit to the first that gave.
    assert_eq!(pari_passu(Amount::from(10), &amounts(&[0, 10, 10, 10])), amounts(&[0, 4, 3, 3]));
    assert_eq!(pari_passu(Amount::from(7), &amounts(&[0, 0])), amounts(&[0, 0]));
}

/// A passed-through account: what comes in goes out, whatever else it holds; what does not net stays.
#[test]
fn a_transaction_that_nets_passes_through_an_exchange_contract() {
    const DEX: u8 = 9;
    let swap = |block: u64, moves: [Move; 2]| tx(block, moves);
    let transactions = vec![
        tx(1, [sends(2, DEX, 1_000)]),
        tx(2, [sends(3, 1, 100)]),
        swap(3, [sends(1, DEX, 60), sends(DEX, 5, 60)]),
        swap(4, [sends(1, DEX, 40), sends_token(DEX, 3, 0, 7)]),
    ];
    let labels = vec![(DEX, None, Category::Dex)];
    let thefts = vec![theft("T", [brought(1, 1)])];
    let case = Case { transactions, labels, thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        assert_eq!(held(trace, "T", native_purse(ledger, 5)), [60; 6]);
        assert_eq!(held(trace, "T", native_purse(ledger, DEX)), [40; 6]);
        let row = trace.holdings.purse.iter().position(|&it| it == native_purse(ledger, DEX)).unwrap();
        assert_eq!(trace.holdings.stop[row], Some(Stop::Label(Category::Dex)));
        assert_eq!(trace.holdings.deposits[row], 1);
        assert_eq!(trace.holdings.balance[row], Amount::from(1_040));
        // Nothing was mixed, so every hop is a fact.
        assert!(trace.flows.grade.iter().all(|grade| *grade == Grade::Fact));
    });
}

/// A refund from an exchange that the theft reached is no second theft, and is listed.
#[test]
fn a_refund_is_not_stolen_twice() {
    let moves = [sends(2, 1, 100), sends(1, 9, 80), sends(9, 1, 30), sends(8, 1, 5)];
    let labels = vec![(9, None, Category::Exchange), (8, None, Category::Exchange)];
    let thefts = vec![theft("T", [thief(1)])];
    let case =
        Case { transactions: in_order(moves), labels, thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        // 8 was never reached: what it pays the thief is stolen.
        assert_eq!(posted(trace, "T", PostingKind::Received), [105; 6]);
        let [row] = trace.left_clean[..] else { panic!("one refund") };
        assert_eq!((row.place, row.reason, row.amount), (2, LeftClean::Returned, Amount::from(30)));
        assert_eq!(held(trace, "T", native_purse(ledger, 9)), [80; 6]);
        let purse = native_purse(ledger, 1);
        assert_eq!(held(trace, "T", purse), [25, 25, 25, 25, 25, 55]);
    });
}

/// The incoming leg of the thief's own conversion adds nothing to what was stolen.
#[test]
fn the_proceeds_of_a_conversion_are_not_a_second_theft() {
    let transactions = vec![
        tx(1, [sends_token(2, 1, 0, 50)]),
        tx(2, [sends_token(1, 7, 0, 50), sends(7, 1, 900)]),
        tx(3, [sends(7, 1, 11)]),
    ];
    let thefts = vec![theft("T", [thief(1)])];
    let case = Case { transactions, thefts, options: all_rules(), ..Case::default() };
    let off = Case { options: TraceOptions { swaps: false, ..all_rules() }, ..case.clone() };
    each(&off, |_, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Received), [61; 6]);
        let [row] = trace.left_clean[..] else { panic!("one leg") };
        assert_eq!((row.place, row.reason, row.amount), (2, LeftClean::OwnConversion, Amount::from(900)));
    });
    // The leg carries the claims given, and nothing of it is clean.
    each(&case, |ledger, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Received), [61; 6]);
        assert!(trace.left_clean.is_empty());
        assert_eq!(held(trace, "T", native_purse(ledger, 1)), [900, 900, 900, 900, 900, 911]);
        assert_eq!(claims(trace, native_purse(ledger, 1)), [50, 50, 50, 50, 50]);
    });
}

/// A net gain tags the last clean units that arrived.
#[test]
fn a_transaction_seed_without_an_address_takes_what_was_gained() {
    // 1 gains 10 + 4 - 6 = 8 of the coin: all 4 of the last transfer, and the last 4 of the first.
    let moves = [sends(2, 1, 10), sends(1, 5, 6), sends(3, 1, 4)];
    let seed = SeedAt::Transaction { number: 0, account: None, chain: None, coin: Some(Coin::Native) };
    let thefts = vec![theft("T", [seed])];
    let case = Case { transactions: vec![tx(1, moves)], thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        let purse = native_purse(ledger, 1);
        // 5 gained 6: what of them is clean when they arrive is stolen there.
        let first = trace.postings.purse.iter().position(|&it| it == purse).unwrap();
        let wanted = RULES.map(|_| Amount::from(4));
        assert_eq!([0, 1, 2, 3, 4].map(|rule| trace.postings.shares.get(first, rule).units), wanted);
        assert_eq!(held(trace, "T", purse), [8, 4, 6, 8, 4, 8]);
        assert_eq!(held(trace, "T", native_purse(ledger, 5)), [6; 6]);
    });
}
