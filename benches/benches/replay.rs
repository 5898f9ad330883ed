//! Replay: the exact apportionment over everything reached. Reach is found beforehand.
//!
//! Each rule alone on one thread, then the five exact rules together on one thread and on two. Transfers a
//! second are those of the ledger; a note says how many of them the replay has to go over. Each transfer pays a
//! fee, which is an event of its own.
//!
//! The main shapes are `power_law_tainted` and `power_law_tainted_16`, where one theft and 16 thefts have tainted a
//! tenth of all purses before the first payment. They and `power_law` are measured at every size asked for.
//!
//! The rules are slowest on `chain` and `star`, where nearly every account ends with a holding, and `taint_first`
//! also on `cycle`. The lots of `hub`, very many in one account that cannot become one, cost less than either.
//!
//! `tiny` holds the fast tracer against the plain one, of which every result can be derived a second time: whole
//! traces by all rules, with seeds, stops and index, on one thread. It is quadratic, hence the size.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::{Answer, Case, ColumnScan, Input, Shape, Size, note, pool, timed};
use dyetrace_core::ledger::FlowIndex;
use dyetrace_core::trace::{Rule, Trace, trace};
use dyetrace_core::{Labels, reference};
use std::cell::LazyCell;
use std::time::Duration;

fn measure(criterion: &mut Criterion, shape: Shape, size: Size) {
    let name = shape.case(size);
    let case = LazyCell::new(|| {
        let case = Case::build(shape, size);
        let touching = ColumnScan::prepare(&case).touching();
        note(&format!("replay/{name}: {touching} of {} transfers touch a reached purse", size.transfers()));
        case
    });
    // All rules in one run: a rule alone has to find the same, to the last unit.
    let expected = LazyCell::new(|| case.answer(&Rule::ALL));
    let alone = Rule::ALL.map(|rule| (rule.as_str(), vec![rule], 1));
    let together =
        [("all_five", 1), ("all_five_2_threads", 2)].map(|(id, threads)| (id, Rule::EXACT.to_vec(), threads));

    let mut group = criterion.benchmark_group(format!("replay/{name}"));
    group.throughput(Throughput::Elements(size.transfers() as u64)).sampling_mode(SamplingMode::Flat);
    for (engine, rules, threads) in alone.into_iter().chain(together) {
        let threads = pool(threads);
        let prepared = LazyCell::new(|| {
            let prepared = case.prepare(&rules);
            let reach = prepared.reach(&FlowIndex::build(&case.ledger));
            (prepared, reach)
        });
        group.bench_function(engine, |bencher| {
            let ((prepared, reach), expected) = (&*prepared, &*expected);
            let check = |trace: &Trace| {
                let answer = Answer::of(trace);
                rules.iter().for_each(|&rule| assert_eq!(answer.of_rule(rule), expected.of_rule(rule)));
            };
            bencher.iter_custom(|times| threads.install(|| timed(times, || prepared.replay(reach), check)));
        });
    }
    group.finish();
}

/// Both tracers, each held against the other: all tables, row by row.
fn measure_against_reference(criterion: &mut Criterion, shape: Shape) {
    let case = LazyCell::new(|| Case::build(shape, Size::Tiny));
    let threads = pool(1);
    let mut group = criterion.benchmark_group(format!("replay/{}", shape.case(Size::Tiny)));
    group.throughput(Throughput::Elements(Size::Tiny.transfers() as u64)).sampling_mode(SamplingMode::Flat);
    for (engine, measured, other) in
        [("fast", by_fast as Tracer, by_plain as Tracer), ("reference", by_plain, by_fast)]
    {
        group.bench_function(engine, |bencher| {
            let case = &*case;
            let expected = other(case);
            let check = |found: &Trace| assert!(*found == expected, "the tracers differ");
            bencher.iter_custom(|times| threads.install(|| timed(times, || measured(case), check)));
        });
    }
    group.finish();
}

type Tracer = fn(&Case) -> Trace;

fn by_fast(case: &Case) -> Trace {
    let traced = trace(&case.ledger, &Labels::default(), &case.input.thefts(), &Input::options(&Rule::ALL));
    traced.expect("seeds are in the ledger")
}

fn by_plain(case: &Case) -> Trace {
    let (thefts, options) = (case.input.thefts(), Input::options(&Rule::ALL));
    let traced = reference::trace(&case.ledger, &Labels::default(), &thefts, &options);
    traced.expect("seeds are in the ledger")
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for shape in Shape::ALL {
        measure_against_reference(&mut criterion, shape);
        measure(&mut criterion, shape, Size::Medium);
    }
    for size in Size::asked().into_iter().filter(|size| size.transfers() > Size::Medium.transfers()) {
        for shape in [Shape::PowerLaw, Shape::Late, Shape::Tainted, Shape::Tainted16] {
            measure(&mut criterion, shape, size);
        }
    }
    criterion.final_summary();
}
