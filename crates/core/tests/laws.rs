//! What always holds, on random ledgers.

use crate::engines::tracers;
use crate::generate::{case, cases};
use crate::ledgers::Case;
use dyetrace_core::links::{Link, LinkFault};
use dyetrace_core::trace::{ConvertedLeg, LeftClean, PostingKind, Stop, StopRule, Trace, TraceOptions};
use dyetrace_core::{Amount, Category, Ledger, PurseId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

/// What came and what went, so that neither is ever negative.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    came: Amount,
    went: Amount,
}

impl Flow {
    fn come(&mut self, amount: Amount) {
        self.came = self.came.plus(amount);
    }

    fn go(&mut self, amount: Amount) {
        self.went = self.went.plus(amount);
    }
}

/// The rules of a trace that conserve value, with their columns.
fn exact_rules(trace: &Trace) -> impl Iterator<Item = usize> + '_ {
    trace.rules.iter().enumerate().filter(|(_, rule)| rule.is_exact()).map(|(column, _)| column)
}

fn theft_and_asset_conserve(trace: &Trace) {
    for column in exact_rules(trace) {
        let mut sums = vec![Flow::default(); trace.classes.len()];
        for (row, class) in trace.postings.class.iter().enumerate() {
            let claim = trace.postings.shares.get(row, column).claim;
            if trace.postings.kind[row].enters() {
                sums[class.index()].come(claim);
            } else {
                sums[class.index()].go(claim);
            }
        }
        for (row, class) in trace.holdings.class.iter().enumerate() {
            sums[class.index()].go(trace.holdings.shares.get(row, column).claim);
        }
        for (class, sum) in sums.iter().enumerate() {
            assert_eq!(sum.came, sum.went, "class {class} under {}", trace.rules[column]);
        }
    }
}

fn purses_conserve(ledger: &Ledger, trace: &Trace) {
    for column in exact_rules(trace) {
        let mut sums: BTreeMap<(u32, PurseId), Flow> = BTreeMap::new();
        for (row, class) in trace.postings.class.iter().enumerate() {
            let units = trace.postings.shares.get(row, column).units;
            let sum = sums.entry((class.0, trace.postings.purse[row])).or_default();
            if trace.postings.kind[row].enters() { sum.come(units) } else { sum.go(units) }
        }
        for (row, class) in trace.flows.class.iter().enumerate() {
            let units = trace.flows.shares.get(row, column).units;
            let place = usize::try_from(trace.flows.place[row]).unwrap();
            sums.entry((class.0, ledger.columns().from[place])).or_default().go(units);
            sums.entry((class.0, ledger.columns().to[place])).or_default().come(units);
        }
        for (row, class) in trace.holdings.class.iter().enumerate() {
            let units = trace.holdings.shares.get(row, column).units;
            sums.entry((class.0, trace.holdings.purse[row])).or_default().go(units);
        }
        for ((class, purse), sum) in sums {
            let address = ledger.purse_address(purse);
            assert_eq!(sum.came, sum.went, "class {class} at {address} under {}", trace.rules[column]);
        }
    }
}

fn taint_is_within_its_money(ledger: &Ledger, trace: &Trace) {
    for column in exact_rules(trace) {
        let mut carried: BTreeMap<usize, Amount> = BTreeMap::new();
        for (row, &place) in trace.flows.place.iter().enumerate() {
            let sum = carried.entry(usize::try_from(place).unwrap()).or_default();
            *sum = sum.plus(trace.flows.shares.get(row, column).units);
        }
        for (place, taint) in carried {
            assert!(taint <= ledger.columns().value.get(place), "row {place} carries more than it moves");
        }
        let mut held: BTreeMap<PurseId, Amount> = BTreeMap::new();
        for (row, &purse) in trace.holdings.purse.iter().enumerate() {
            let followed = matches!(trace.holdings.stop[row], None | Some(Stop::Edge | Stop::Horizon));
            if followed {
                let sum = held.entry(purse).or_default();
                *sum = sum.plus(trace.holdings.shares.get(row, column).units);
                assert!(*sum <= trace.holdings.balance[row], "a purse holds more taint than money");
            }
        }
    }
}

/// An account that exchanges gives no more than it has, gets nobody else's taint, and its claims go on whole: by transaction,
/// account, class and rule what was given is what was got.
fn exchanges_move_claims_whole(ledger: &Ledger, trace: &Trace, options: &TraceOptions) {
    let postings = &trace.postings;
    for column in exact_rules(trace) {
        let mut sums: BTreeMap<(u64, u32, u32), Flow> = BTreeMap::new();
        for leg in &postings.legs {
            let row = at(leg.posting);
            let (share, purse) = (postings.shares.get(row, column), postings.purse[row]);
            // A link's two sides have two accounts.
            let crosses = is_destination(options, postings.place[row]);
            let account = if crosses { u32::MAX } else { ledger.purses().account(purse).0 };
            let sum = sums.entry((postings.place[row], account, postings.class[row].0)).or_default();
            if postings.kind[row].enters() {
                sum.come(share.claim)
            } else {
                sum.go(share.claim)
            }
            assert!(share.units <= leg.value, "a leg is tainted by more than it moves");
        }
        for (key, sum) in sums {
            assert_eq!(sum.came, sum.went, "{key:?} under {}", trace.rules[column]);
        }
    }
}

fn is_destination(options: &TraceOptions, place: u64) -> bool {
    options.links.iter().any(|link| link.destinations.contains(&place))
}

fn at(row: u64) -> usize {
    usize::try_from(row).unwrap()
}

/// Rows come in their order, no row twice, and each says something.
fn tables_are_in_order(ledger: &Ledger, trace: &Trace) {
    assert!(trace.thefts.is_sorted());
    let names: Vec<_> = trace
        .classes
        .iter()
        .map(|class| (&trace.thefts[class.theft as usize], ledger.asset_name(class.asset)))
        .collect();
    assert!(names.is_sorted_by(|a, b| a < b));
    let flows = &trace.flows;
    let rows: Vec<_> = flows.place.iter().zip(&flows.class).collect();
    assert!(rows.is_sorted_by(|a, b| a < b));
    let holdings = &trace.holdings;
    let text = |purse: PurseId| {
        let asset = ledger.asset_name(ledger.purses().asset(purse));
        (ledger.purse_chain(purse).to_owned(), ledger.purse_address(purse).to_string(), asset)
    };
    let rows: Vec<_> = holdings.class.iter().zip(holdings.purse.iter().map(|&purse| text(purse))).collect();
    assert!(rows.is_sorted_by(|a, b| a < b));
    let postings = &trace.postings;
    let step = |row: usize| (postings.place[row], postings.kind[row] != PostingKind::Fee);
    assert!((0..postings.place.len()).map(step).is_sorted());
    // Deals stand after the transfer at their place, in the order of what they give and get.
    let step = |row: usize| (step(row), postings.kind[row], postings.class[row]);
    let keys: Vec<_> = (0..postings.place.len()).map(|row| (step(row), postings.purse[row])).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "no row twice");
    let converted = (0..postings.place.len()).filter(|&row| postings.kind[row].is_converted());
    assert!(converted.eq(postings.legs.iter().map(|leg| at(leg.posting))));
    for shares in [&flows.shares, &postings.shares, &holdings.shares] {
        for row in 0..shares.len() {
            let some = (0..trace.rules.len()).any(|column| !shares.get(row, column).units.is_zero());
            assert!(some, "a row without any amount");
        }
    }
}

fn all_laws(case: &Case) {
    let (ledger, labels, thefts, options) = case.build();
    for (name, tracer) in tracers() {
        let Ok(trace) = tracer(&ledger, &labels, &thefts, &options) else { continue };
        let checks = || {
            theft_and_asset_conserve(&trace);
            purses_conserve(&ledger, &trace);
            taint_is_within_its_money(&ledger, &trace);
            exchanges_move_claims_whole(&ledger, &trace, &options);
            tables_are_in_order(&ledger, &trace);
        };
        if let Err(fault) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(checks)) {
            println!("the tracer is `{name}`");
            std::panic::resume_unwind(fault);
        }
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(512)) })]

    #[test]
    fn value_is_conserved_bounded_and_listed_in_order(case in case()) {
        all_laws(&case);
    }
}

/// Whether some exchange gave or got more than one tainted asset.
fn several_legs(trace: &Trace) -> bool {
    let postings = &trace.postings;
    let key = |row: usize| (postings.place[row], postings.kind[row], postings.class[row]);
    let rows: Vec<usize> = postings.legs.iter().map(|leg| at(leg.posting)).collect();
    rows.iter().any(|&one| rows.iter().any(|&other| one != other && key(one) == key(other)))
}

/// The links by which taint went on.
fn followed<'a>(trace: &'a Trace, options: &'a TraceOptions) -> impl Iterator<Item = &'a Link> {
    let crosses = |place: &u64| {
        let row = |leg: &&ConvertedLeg| trace.postings.place[at(leg.posting)] == *place;
        trace.postings.legs.iter().any(|leg| row(&leg))
    };
    options.links.iter().filter(move |link| link.destinations.iter().any(crosses))
}

fn crossed(trace: &Trace, options: &TraceOptions) -> bool {
    followed(trace, options).next().is_some()
}

fn crossed_chains(ledger: &Ledger, trace: &Trace, options: &TraceOptions) -> bool {
    let chain = |place: u64| ledger.purse_chain(ledger.columns().to[at(place)]);
    followed(trace, options).any(|link| link.destinations.iter().any(|&it| chain(it) != chain(link.source)))
}

fn linked_burns(ledger: &Ledger, trace: &Trace, options: &TraceOptions) -> bool {
    followed(trace, options).any(|link| ledger.is_void(ledger.columns().to[at(link.source)]))
}

/// A generator that makes nothing interesting proves nothing.
#[test]
fn random_cases_are_rich() {
    let mut runner = TestRunner::deterministic();
    let strategy = case();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let cases = 800;
    for _ in 0..cases {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let (ledger, labels, thefts, options) = case.build();
        let Ok(trace) = dyetrace_core::reference::trace(&ledger, &labels, &thefts, &options) else {
            continue;
        };
        let posted = |kind: PostingKind| trace.postings.kind.contains(&kind);
        let stopped = |stop: fn(&Stop) -> bool| trace.holdings.stop.iter().flatten().any(stop);
        let left_clean = |reason| trace.left_clean.iter().any(|row| row.reason == reason);
        let passed_through = || {
            let senders = trace.flows.place.iter().map(|&place| {
                let from = ledger.columns().from[usize::try_from(place).unwrap()];
                ledger.purses().account(from)
            });
            let nets =
                |account| Category::ALL.into_iter().any(|it| StopRule::nets(it) && labels.has(account, it));
            options.stop == StopRule::default() && senders.into_iter().any(nets)
        };
        for (what, there) in [
            ("traced", true),
            ("flows", !trace.flows.place.is_empty()),
            ("several classes", trace.classes.len() > 1),
            ("received", posted(PostingKind::Received)),
            ("unseen", posted(PostingKind::Unseen)),
            ("fee", posted(PostingKind::Fee)),
            ("burn", posted(PostingKind::Burn)),
            ("dust", posted(PostingKind::Dust)),
            ("exchange", posted(PostingKind::ConvertedIn)),
            ("exchange of several", several_legs(&trace)),
            ("position", stopped(|stop| *stop == Stop::Position)),
            ("unclear", stopped(|stop| *stop == Stop::Unclear)),
            ("label stop", stopped(|stop| matches!(stop, Stop::Label(_)))),
            ("cut", stopped(|stop| *stop == Stop::Cut)),
            ("hub", stopped(|stop| *stop == Stop::Hub)),
            ("hops", stopped(|stop| *stop == Stop::Hops)),
            ("horizon", stopped(|stop| *stop == Stop::Horizon)),
            ("edge", stopped(|stop| *stop == Stop::Edge)),
            ("ambiguous", ledger.notes().order_ambiguous),
            ("order spread", !trace.order_spread.is_empty()),
            ("gaps", !trace.gaps.is_empty()),
            ("returned", left_clean(LeftClean::Returned)),
            ("own conversion", left_clean(LeftClean::OwnConversion)),
            ("passed through", passed_through()),
            ("linked", crossed(&trace, &options)),
            ("linked to another chain", crossed_chains(&ledger, &trace, &options)),
            ("linked and burned", linked_burns(&ledger, &trace, &options)),
            ("links without order", trace.unlinked.iter().any(|it| it.1 == LinkFault::Backwards)),
            ("links that share", trace.unlinked.iter().any(|it| it.1 == LinkFault::Taken)),
        ] {
            *seen.entry(what).or_default() += u32::from(there);
        }
    }
    println!("{seen:#?}");
    assert!(seen["traced"] * 2 > cases, "most cases are refused: {seen:?}");
    assert!(seen["flows"] * 3 > cases, "few cases have flows: {seen:?}");
    for (what, times) in seen {
        assert!(times >= 2, "{what} is too rare: {times} of {cases}");
    }
}
