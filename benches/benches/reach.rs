//! Reach: which accounts taint can get to in time order.
//!
//! - `index_build` makes the flow index; `index` finds the reach along it.
//! - `scan` is the plain peer: one pass over the columns of the same ledger, same answer, no index.
//! - `small_case` is what the index is for: a few accounts of a large ledger. Not even there does it win when it
//!   has to be built for that one question.
//! - We lose to the scan on all other shapes, whose thefts reach most of the ledger, and by most on `chain`, where
//!   reach finds one account a round.
//! - `petgraph_static_build` and `petgraph_static` are a graph without times and a breadth-first search in it:
//!   another question, with too many accounts for an answer. A note says how many more.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::{Case, ColumnScan, Shape, Size, StaticGraph, note, pool, timed};
use dyetrace_core::ledger::FlowIndex;
use dyetrace_core::trace::{Reach, Rule};
use std::cell::LazyCell;
use std::time::Duration;

fn measure(criterion: &mut Criterion, shape: Shape, size: Size) {
    let name = shape.case(size);
    let case = LazyCell::new(|| Case::build(shape, size));
    let scan = LazyCell::new(|| ColumnScan::prepare(&case));
    let index = LazyCell::new(|| FlowIndex::build(&case.ledger));
    let prepared = LazyCell::new(|| case.prepare(&[Rule::Libr]));
    // Found by the scan, which shares no code with the reach.
    let reached = LazyCell::new(|| scan.run());
    let moving = LazyCell::new(|| (0..size.transfers()).filter(|&place| case.ledger.moves(place)).count());

    let mut group = criterion.benchmark_group(format!("reach/{name}"));
    group.throughput(Throughput::Elements(size.transfers() as u64)).sampling_mode(SamplingMode::Flat);
    for (suffix, threads) in [("", pool(1)), ("_2_threads", pool(2))] {
        group.bench_function(format!("index_build{suffix}"), |bencher| {
            let (case, moving) = (&*case, *moving);
            let check = |index: &FlowIndex| {
                let outgoing = case.ledger.purses().iter().map(|purse| index.outgoing(purse).len());
                let rewards = case.input.rows.iter().filter(|row| row.from.is_none()).count();
                assert_eq!(outgoing.sum::<usize>() + rewards, moving);
            };
            bencher.iter_custom(|times| {
                threads.install(|| timed(times, || FlowIndex::build(&case.ledger), check))
            });
        });
        group.bench_function(format!("index{suffix}"), |bencher| {
            let (prepared, index, reached) = (&*prepared, &*index, *reached);
            let check = |reach: &Reach| assert_eq!(reach.purses, reached);
            bencher.iter_custom(|times| threads.install(|| timed(times, || prepared.reach(index), check)));
        });
    }
    group.bench_function("scan", |bencher| {
        let (scan, reached) = (&*scan, *reached);
        bencher.iter_custom(|times| timed(times, || scan.run(), |found| assert_eq!(*found, reached)));
    });
    // Not time-respecting: more accounts than can hold a stolen unit.
    let graph = LazyCell::new(|| StaticGraph::build(&case.input));
    let found = LazyCell::new(|| {
        let found = graph.search();
        let more = found - *reached;
        note(&format!("reach/{name}: {} in time order, {found} without times, {more} too many", *reached));
        found
    });
    group.bench_function("petgraph_static_build", |bencher| {
        let (case, found) = (&*case, *found);
        let check = |graph: &StaticGraph| assert_eq!(graph.search(), found);
        bencher.iter_custom(|times| timed(times, || StaticGraph::build(&case.input), check));
    });
    group.bench_function("petgraph_static", |bencher| {
        let (graph, found) = (&*graph, *found);
        bencher.iter_custom(|times| timed(times, || graph.search(), |it| assert_eq!(*it, found)));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for size in Size::asked() {
        measure(&mut criterion, Shape::PowerLaw, size);
    }
    measure(&mut criterion, Shape::SmallCase, Size::Large);
    for shape in [Shape::Chain, Shape::Star, Shape::Hub, Shape::Cycle] {
        measure(&mut criterion, shape, Size::Medium);
    }
    criterion.final_summary();
}
