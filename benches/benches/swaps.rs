//! What following exchanges costs: whole traces by one rule on one thread, with swaps and without, over ledgers of which
//! no row, one in twenty and one in three belong to a swap.
//!
//! In `few` one account is the thief's, and taint gets to next to nothing; in `many` every twentieth account is, and taint
//! gets to nearly all purses. A second of these traces is also what finding the exchanges takes: `prepare` is that
//! part alone, with seeds and stops. Traces with swaps find more, so that the two are not the same work.
//!
//! A tiny ledger is held against the plain tracer, row by row, and each iteration against the first answer on two threads.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::{Answer, Case, Input, Size, exchanges, note, pool, timed};
use dyetrace_core::trace::{Prepared, Rule, Trace, TraceOptions, trace};
use dyetrace_core::{Labels, reference};
use std::cell::LazyCell;
use std::time::Duration;

/// Shares of rows that belong to swaps, in hundredths.
const SHARES: [u32; 3] = [0, 5, 33];
/// One account in so many is the thief's.
const MANY: u32 = 20;
const FEW: u32 = u32::MAX;

fn options(swaps: bool) -> TraceOptions {
    TraceOptions { swaps, ..Input::options(&[Rule::Libr]) }
}

fn prepare(case: &Case, swaps: bool) -> Prepared<'_> {
    let prepared = Prepared::new(&case.ledger, &Labels::default(), &case.input.thefts(), &options(swaps));
    prepared.expect("seeds are in the ledger")
}

fn run(case: &Case, swaps: bool) -> Trace {
    let prepared = prepare(case, swaps);
    prepared.replay(&prepared.reach_by_scan())
}

fn check_against_reference() {
    for share in SHARES {
        let case = exchanges(Size::Tiny.transfers(), share, MANY);
        let plain = reference::trace(&case.ledger, &Labels::default(), &case.input.thefts(), &options(true));
        let fast = trace(&case.ledger, &Labels::default(), &case.input.thefts(), &options(true));
        assert!(plain.expect("seeds are in it") == fast.expect("seeds are in it"), "the tracers differ");
    }
}

fn measure(criterion: &mut Criterion, size: Size, share: u32, (thieves, one_in): (&str, u32)) {
    let case = LazyCell::new(|| exchanges(size.transfers(), share, one_in));
    let name = format!("swaps/{share}_percent_{thieves}_{}", size.as_str());
    let mut group = criterion.benchmark_group(&name);
    group.throughput(Throughput::Elements(size.transfers() as u64)).sampling_mode(SamplingMode::Flat);
    let threads = pool(1);
    for (engine, swaps) in [("default", true), ("no_swaps", false)] {
        let expected = LazyCell::new(|| {
            let case: &Case = &case;
            let trace = pool(2).install(|| run(case, swaps));
            let converted = trace.postings.legs.len();
            let reached = trace.reached_purses;
            note(&format!("{name}/{engine}: {reached} purses reached, {converted} legs of exchanges"));
            Answer::of(&trace)
        });
        group.bench_function(engine, |bencher| {
            let (case, expected) = (&*case, &*expected);
            let check = |trace: &Trace| assert_eq!(Answer::of(trace), *expected);
            bencher.iter_custom(|times| threads.install(|| timed(times, || run(case, swaps), check)));
        });
    }
    group.bench_function("prepare", |bencher| {
        let case = &*case;
        bencher.iter_custom(|times| threads.install(|| timed(times, || prepare(case, true), |_| ())));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    check_against_reference();
    for size in Size::asked().into_iter().filter(|size| size.transfers() >= Size::Medium.transfers()) {
        for share in SHARES {
            for thieves in [("few", FEW), ("many", MANY)] {
                measure(&mut criterion, size, share, thieves);
            }
        }
    }
    criterion.final_summary();
}
