//! The order that nobody told: what came to whom is asked in both orders, each as if it were the only one; where the input tells
//! the order, of none.

use crate::exposure::{Figures, Key, add, by_trace, everybody, key};
use crate::generate::{case, cases};
use crate::ledgers::{Case, Tx, in_order, native_purse, sends, thief, tx};
use dyetrace_core::trace::{
    Class, Entity, Exposure, Exposures, Got, Grouping, Origins, Rule, Share, Source, TraceOptions, exposures,
    source, trace,
};
use dyetrace_core::{AccountId, Amount, Labels, Ledger, PurseId};
use proptest::prelude::*;
use proptest::test_runner::Config;
use std::collections::BTreeMap;

/// The two orders of a set of rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Input,
    Other,
}

/// What a row says in an order.
fn of_order(of: &Exposures, row: usize, order: Order) -> Exposure {
    of.in_other_order(row).filter(|_| order == Order::Other).unwrap_or_else(|| of.get(row))
}

/// Each row that has an amount, by its names: five shares.
fn rows(ledger: &Ledger, of: &Exposures, order: Order) -> BTreeMap<Key, Exposure> {
    let named = |row: usize| {
        let asset = ledger.asset_name(of.classes[of.class[row].index()].asset);
        (key(ledger, of.origin(row), asset, of.purse[row]), of_order(of, row, order))
    };
    (0..of.len()).map(named).filter(|row| row.1 != Exposure::default()).collect()
}

fn figures(ledger: &Ledger, of: &Exposures, order: Order) -> BTreeMap<Key, Figures> {
    let mut all = BTreeMap::new();
    for (key, Exposure { direct, indirect, exchanged, here, rests }) in rows(ledger, of, order) {
        for (what, share) in [(0, direct), (0, indirect), (1, exchanged), (2, here), (3, rests)] {
            add(&mut all, key.clone(), what, share);
        }
    }
    all.retain(|_, figures| figures.iter().flatten().any(|amount| !amount.is_zero()));
    all
}

/// The same choices for the ledger with ties reversed.
fn turned(ledger: &Ledger, options: &TraceOptions) -> TraceOptions {
    let links = options.links.iter().map(|link| link.with_ties_reversed(ledger)).collect();
    TraceOptions { links, ..options.clone() }
}

/// What is asked of a case.
struct Asked<'a> {
    ledger: &'a Ledger,
    reversed: &'a Ledger,
    labels: &'a Labels,
    origins: Origins<'a>,
    options: &'a TraceOptions,
}

impl Asked<'_> {
    /// Asks about all accounts in both ledgers, and holds what each says of the two orders against the other.
    fn check(&self) -> Result<Option<Exposures>, TestCaseError> {
        let Self { ledger, reversed, labels, origins, options } = *self;
        let everybody = everybody(ledger);
        let Ok(all) = exposures(ledger, labels, origins, options, &everybody) else { return Ok(None) };
        let ambiguous = ledger.notes().order_ambiguous;
        prop_assert_eq!(all.is_order_told(), !ambiguous);
        if !ambiguous {
            prop_assert_eq!(all.rows_by_order(), 0);
            prop_assert!((0..all.len()).all(|row| all.in_other_order(row).is_none()));
            return Ok(Some(all));
        }
        // Only what differs is said.
        let differ =
            (0..all.len()).filter(|&row| all.in_other_order(row).is_some_and(|it| it != all.get(row)));
        prop_assert_eq!(differ.count(), all.rows_by_order());
        let sorted = |row: usize| {
            let asset = ledger.asset_name(all.classes[all.class[row].index()].asset);
            (all.purse[row], all.origin(row).to_owned(), asset)
        };
        prop_assert!((1..all.len()).all(|row| sorted(row - 1) < sorted(row)));
        let back = exposures(reversed, labels, origins, &turned(ledger, options), &everybody).unwrap();
        prop_assert_eq!(rows(ledger, &all, Order::Input), rows(reversed, &back, Order::Other));
        prop_assert_eq!(rows(ledger, &all, Order::Other), rows(reversed, &back, Order::Input));
        for &purse in &all.purses {
            let other = all.received_in_other_order(purse).or_else(|| all.received_by(purse));
            prop_assert_eq!(other, back.received_by(purse));
        }
        for &account in &everybody {
            self.check_one(account, &all)?;
        }
        Ok(Some(all))
    }

    /// What is said of one account is what is said of it among all, in both orders; and so of each transfer to it.
    fn check_one(&self, account: AccountId, all: &Exposures) -> Result<(), TestCaseError> {
        let Self { ledger, reversed, labels, origins, options } = *self;
        let one = source(ledger, labels, origins, options, account).unwrap();
        for order in [Order::Input, Order::Other] {
            let theirs = |of: &Exposures| -> Vec<(PurseId, String, Class, Exposure)> {
                let mine = (0..of.len()).filter(|&row| ledger.purses().account(of.purse[row]) == account);
                let said = |row: usize| {
                    let class = of.classes[of.class[row].index()];
                    (of.purse[row], of.origin(row).to_owned(), class, of_order(of, row, order))
                };
                mine.map(said).collect()
            };
            prop_assert_eq!(theirs(&one.exposures), theirs(all));
        }
        let back = source(reversed, labels, origins, &turned(ledger, options), account).unwrap();
        let named = |of: &Source,
                     brought: Vec<(dyetrace_core::trace::ClassId, Share)>|
         -> Vec<(Class, Share)> {
            let class = |class: dyetrace_core::trace::ClassId| of.exposures.classes[class.index()];
            let mut all: Vec<(Class, Share)> = brought.into_iter().map(|it| (class(it.0), it.1)).collect();
            // A class that only the other order has is no class's neighbour here.
            all.sort_by_key(|it| (it.0.theft, it.0.asset));
            all
        };
        for &purse in &one.exposures.purses {
            let [told, other] = one.gap(purse);
            prop_assert_eq!(back.gap(purse), [other, told]);
        }
        let columns = ledger.columns();
        let exchanged = |of: &Source, got: Vec<Got>| {
            got.into_iter().map(|it| (it.purse, it.value, named(of, it.parts))).collect::<Vec<_>>()
        };
        for transaction in 0..u32::try_from(ledger.transactions().len()).unwrap() {
            let told = one.got(ledger, transaction);
            let other = one.got_in_other_order(ledger, transaction).unwrap_or(told);
            let there = exchanged(&back, back.got(reversed, transaction));
            prop_assert_eq!(exchanged(&one, other), there);
        }
        for place in 0..ledger.transfer_count() {
            if ledger.purses().account(columns.to[place]) == account {
                let group = ledger.tie_group(place);
                let there = (group.start + group.end - 1 - place) as u64;
                let other = one.brought_in_other_order(ledger, place as u64);
                let told = one.brought(ledger, place as u64);
                let other = other.unwrap_or(told);
                prop_assert_eq!(named(&one, other), named(&back, back.brought(reversed, there)));
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(600)) })]

    #[test]
    fn both_orders_are_what_each_would_be_alone(case in case()) {
        let (ledger, labels, thefts, options) = case.build();
        let options = TraceOptions { compare: Vec::new(), pools: Vec::new(), ..options };
        let reversed = ledger.with_ties_reversed();
        let asked = Asked { ledger: &ledger, reversed: &reversed, labels: &labels, origins: Origins::Thefts(&thefts), options: &options };
        let Some(all) = asked.check()? else { return Ok(()) };
        // The same as traces of the two ledgers, with the holdings that these say differ.
        let forward = trace(&ledger, &labels, &thefts, &options).unwrap();
        prop_assert_eq!(figures(&ledger, &all, Order::Input), by_trace(&ledger, &forward));
        if all.is_order_told() {
            return Ok(());
        }
        let backward = trace(&reversed, &labels, &thefts, &turned(&ledger, &options)).unwrap();
        prop_assert_eq!(figures(&reversed, &all, Order::Other), by_trace(&reversed, &backward));
        let spread = |row: usize| {
            let asset = all.classes[all.class[row].index()].asset;
            let (one, other) = (all.get(row).rests.units, all.in_other_order(row)?.rests.units);
            (one != other).then(|| (all.origin(row).to_owned(), asset, all.purse[row], one, other))
        };
        let mut spread: Vec<_> = (0..all.len()).filter_map(spread).collect();
        spread.sort();
        let told = forward.order_spread.iter().map(|it| (it.theft.clone(), it.asset, it.purse, it.forward, it.reversed));
        let mut told: Vec<_> = told.collect();
        told.sort();
        prop_assert_eq!(spread, told);
    }

    #[test]
    fn so_it_is_with_what_entities_send(case in case()) {
        let (ledger, labels, _, options) = case.build();
        let options = TraceOptions { compare: Vec::new(), pools: Vec::new(), ..options };
        let entities = Entity::of_labels(&labels, &Entity::CATEGORIES, Grouping::Holder);
        let reversed = ledger.with_ties_reversed();
        let asked = Asked { ledger: &ledger, reversed: &reversed, labels: &labels, origins: Origins::Entities(&entities), options: &options };
        asked.check()?;
    }
}

/// 2 gets 10 of the thief's and 10 of nobody's in one block, of which `index` tells the order or nothing does; then it pays 4, then 5.
fn two_in_one_block(index: Option<u64>) -> Case {
    let one = |at: Option<u64>, from: u8| Tx { index: at, ..tx(7, [sends(from, 2, 10)]) };
    let mut both = [one(index, 1), one(index.map(|it| it + 1), 3)].to_vec();
    both.iter_mut().filter(|_| index.is_none()).for_each(|it| it.moves[0].event = None);
    let rest =
        in_order([sends(2, 4, 10), sends(2, 5, 10)]).into_iter().map(|it| Tx { block: it.block + 7, ..it });
    Case {
        transactions: both.into_iter().chain(rest).collect(),
        thefts: vec![("T".to_owned(), vec![thief(1)])],
        options: TraceOptions { rule: Rule::Fifo, ..TraceOptions::default() },
        ..Case::default()
    }
}

#[test]
fn by_hand_two_transfers_of_one_block_in_two_orders() {
    let (ledger, labels, thefts, options) = two_in_one_block(None).build();
    let origins = Origins::Thefts(&thefts);
    let all = exposures(&ledger, &labels, origins, &options, &everybody(&ledger)).unwrap();
    assert!(ledger.notes().order_ambiguous && !all.is_order_told());
    let units = |it: Exposure| [it.direct, it.indirect, it.rests].map(|share| share.units.to_u128().unwrap());
    let of = |account: u8| {
        let rows = all.of(native_purse(&ledger, account));
        let said = |row: usize| {
            (units(all.get(row)), all.in_other_order(row).map(units), all.hops[row], all.transfers[row])
        };
        rows.map(said).collect::<Vec<_>>()
    };
    // Straight from the thief in any order.
    assert_eq!(of(2), [([10, 0, 0], None, 1, 1)]);
    // First in, first out: 4 gets what came first, the thief's by input order; by the other order 5 gets that.
    assert_eq!(of(4), [([0, 10, 10], Some([0, 0, 0]), 2, 1)]);
    assert_eq!(of(5), [([0, 0, 0], Some([0, 10, 10]), 2, 1)], "a row of the other order alone");
    assert_eq!(of(3), []);
    assert_eq!(all.rows_by_order(), 2);
    let five = native_purse(&ledger, 5);
    assert_eq!((all.received_by(five), all.received_in_other_order(five)), (Some(Amount::from(10)), None));
    // One account by itself; and what each transfer brought.
    let one = source(&ledger, &labels, origins, &options, ledger.purses().account(five)).unwrap();
    assert_eq!(one.exposures.in_other_order(0).map(units), Some([0, 10, 10]));
    let last = ledger.transfer_count() as u64 - 1;
    let share = Share { units: Amount::from(10), claim: Amount::from(10) };
    assert_eq!(one.brought(&ledger, last), []);
    assert_eq!(one.brought_in_other_order(&ledger, last), Some(vec![(one.exposures.class[0], share)]));
    assert!(one.graph.route(one.exposures.class[0], five).is_empty(), "routes are those of input order");
}

#[test]
fn by_hand_what_was_spent_before_it_came_is_a_gap_of_one_order() {
    // In one block the thief pays 2, and 2 pays 4, who pays 2 later.
    let untold = |it| {
        let mut one = Tx { index: None, ..tx(7, [it]) };
        one.moves[0].event = None;
        one
    };
    let transactions = vec![untold(sends(1, 2, 10)), untold(sends(2, 4, 10)), tx(8, [sends(4, 2, 3)])];
    let thefts = vec![("T".to_owned(), vec![thief(1)])];
    let (ledger, labels, thefts, options) = Case { transactions, thefts, ..Case::default() }.build();
    let two = native_purse(&ledger, 2);
    let one =
        source(&ledger, &labels, Origins::Thefts(&thefts), &options, ledger.purses().account(two)).unwrap();
    assert_eq!(one.gap(two), [None, Some(Amount::from(10))]);
}

#[test]
fn by_hand_a_told_order_is_the_only_one() {
    let (ledger, labels, thefts, options) = two_in_one_block(Some(3)).build();
    let all = exposures(&ledger, &labels, Origins::Thefts(&thefts), &options, &everybody(&ledger)).unwrap();
    assert!(all.is_order_told() && all.rows_by_order() == 0);
    assert!(all.of(native_purse(&ledger, 5)).is_empty() && !all.of(native_purse(&ledger, 4)).is_empty());
}
