//! Replay: the exact apportionment over everything reached. Reach is found beforehand.
//!
//! Each rule alone on one thread, then the five exact rules together on one thread and on two. Transfers a
//! second are those of the ledger; a note says how many of them the replay has to go over.
//!
//! `hub` is the shape that lot rules are worst at: one account holds very many lots that cannot become one.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::{Answer, Case, ColumnScan, Shape, Size, note, pool, timed};
use dyetrace_core::ledger::FlowIndex;
use dyetrace_core::trace::{Rule, Trace};
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

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for shape in Shape::ALL {
        measure(&mut criterion, shape, Size::Medium);
    }
    for size in Size::asked().into_iter().filter(|size| size.transfers() > Size::Medium.transfers()) {
        measure(&mut criterion, Shape::PowerLaw, size);
    }
    criterion.final_summary();
}
