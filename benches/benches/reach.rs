//! Reach: which accounts taint can get to in time order.
//!
//! - `scan` is one pass over the columns; `along` follows the index of each purse's transfers to the end; `switch` is
//!   what there is with an index at hand: along it, and over to the scan where that is cheaper. `index_build` makes
//!   the index.
//! - `communities` is one ledger with thefts that reach more and more of it, each in a community of so many transfers
//!   that nobody leaves: what is reached decides what `along` costs, the ledger what `scan` costs.
//! - `small_case` is what the index is for: a few accounts of a large ledger.
//! - `thefts` asks for 64 thefts, each by itself: in one pass, and one after the other.
//! - We lose along the index where most of a ledger is reached, and by most on `chain`, where it finds one account a
//!   round; that is what the switch is for.
//!
//! Peers, on one thread:
//! - `plain_scan` is the same pass with a byte a purse and a branch a transfer: no places, stops or ends.
//! - `petgraph_timed` is Dijkstra's search for the earliest arrival over every transfer as an edge: our question.
//! - `petgraph_static` is a breadth-first search without times, each pair that ever pays as one edge: another question,
//!   with too many accounts for an answer. A note says how many more. The making of both graphs stands beside them.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::{
    Case, ColumnScan, SeedAt, Shape, Size, StaticGraph, TimedGraph, communities, many_thefts, note, pool,
    timed,
};
use dyetrace_core::ledger::FlowIndex;
use dyetrace_core::trace::{Reach, ReachByTheft, Rule};
use std::cell::LazyCell;
use std::time::Duration;

const RULES: [Rule; 1] = [Rule::Libr];

/// All ways and peers on one case.
fn measure(criterion: &mut Criterion, name: &str, transfers: usize, build: impl Fn() -> Case) {
    let case = LazyCell::new(build);
    let scan = LazyCell::new(|| ColumnScan::prepare(&case));
    let index = LazyCell::new(|| FlowIndex::build(&case.ledger));
    let prepared = LazyCell::new(|| case.prepare(&RULES));
    // Found by the plain scan, which shares no code with ours.
    let reached = LazyCell::new(|| scan.run());
    let sent = LazyCell::new(|| {
        let columns = case.ledger.columns();
        let sends =
            |place: &usize| columns.from[*place] != dyetrace_core::PurseId::NONE && case.ledger.moves(*place);
        (0..transfers).filter(sends).count()
    });

    let mut group = criterion.benchmark_group(format!("reach/{name}"));
    group.throughput(Throughput::Elements(transfers as u64)).sampling_mode(SamplingMode::Flat);
    for (suffix, threads) in [("", pool(1)), ("_2_threads", pool(2))] {
        group.bench_function(format!("index_build{suffix}"), |bencher| {
            let (case, sent) = (&*case, *sent);
            let check = |index: &FlowIndex| {
                let outgoing = case.ledger.purses().iter().map(|purse| index.outgoing(purse).len());
                assert_eq!(outgoing.sum::<usize>(), sent);
            };
            bencher.iter_custom(|times| {
                threads.install(|| timed(times, || FlowIndex::build(&case.ledger), check))
            });
        });
        group.bench_function(format!("along{suffix}"), |bencher| {
            let (prepared, index, reached) = (&*prepared, &*index, *reached);
            let check = |reach: &Reach| assert_eq!(reach.purses, reached);
            let along = || prepared.reach_along(index, u64::MAX).expect("nothing is too much");
            bencher.iter_custom(|times| threads.install(|| timed(times, along, check)));
        });
        group.bench_function(format!("switch{suffix}"), |bencher| {
            let (prepared, index, reached) = (&*prepared, &*index, *reached);
            let check = |reach: &Reach| assert_eq!(reach.purses, reached);
            bencher.iter_custom(|times| threads.install(|| timed(times, || prepared.reach(index), check)));
        });
    }
    group.bench_function("scan", |bencher| {
        let (prepared, reached) = (&*prepared, *reached);
        let check = |reach: &Reach| assert_eq!(reach.purses, reached);
        bencher.iter_custom(|times| timed(times, || prepared.reach_by_scan(), check));
    });
    group.bench_function("plain_scan", |bencher| {
        let (scan, reached) = (&*scan, *reached);
        bencher.iter_custom(|times| timed(times, || scan.run(), |found| assert_eq!(*found, reached)));
    });
    // Not time-respecting: more accounts than can hold a stolen unit.
    let graph = LazyCell::new(|| StaticGraph::build(&case));
    let found = LazyCell::new(|| {
        note_static(name, &case, graph.search());
        graph.search()
    });
    group.bench_function("petgraph_static_build", |bencher| {
        let (case, found) = (&*case, *found);
        let check = |graph: &StaticGraph| assert_eq!(graph.search(), found);
        bencher.iter_custom(|times| timed(times, || StaticGraph::build(case), check));
    });
    group.bench_function("petgraph_static", |bencher| {
        let (graph, found) = (&*graph, *found);
        bencher.iter_custom(|times| timed(times, || graph.search(), |it| assert_eq!(*it, found)));
    });
    // Its edges take 24 bytes each, and it knows no tagged payments.
    if transfers <= Size::Large.transfers() && !name.starts_with("cycle") {
        let graph = LazyCell::new(|| TimedGraph::build(&case));
        group.bench_function("petgraph_timed_build", |bencher| {
            let (case, reached) = (&*case, *reached);
            assert!(case.input.seeds().all(|seed| matches!(seed, SeedAt::Account(_))));
            let check = |graph: &TimedGraph| assert_eq!(graph.search(), reached);
            bencher.iter_custom(|times| timed(times, || TimedGraph::build(case), check));
        });
        group.bench_function("petgraph_timed", |bencher| {
            let (graph, reached) = (&*graph, *reached);
            bencher.iter_custom(|times| timed(times, || graph.search(), |it| assert_eq!(*it, reached)));
        });
    }
    group.finish();
}

/// What a search without times names beyond what can hold a stolen unit.
fn note_static(name: &str, case: &Case, found: u64) {
    let reached = ColumnScan::prepare(case).run();
    let tenths = (found - reached) * 1_000 / reached;
    note(&format!(
        "reach/{name}: {reached} in time order, {found} without times: {} too many, {}.{} %",
        found - reached,
        tenths / 10,
        tenths % 10
    ));
}

/// One ledger, and thefts that reach more and more of it.
fn measure_communities(criterion: &mut Criterion, size: Size) {
    let name = format!("communities_{}", size.as_str());
    let mut sizes: Vec<usize> = [1_000, 10_000, 100_000, 250_000, 1_000_000]
        .into_iter()
        .filter(|it| it * 4 <= size.transfers())
        .collect();
    sizes.push(size.transfers() - sizes.iter().sum::<usize>());
    let with_accounts: Vec<(usize, u32)> = sizes
        .iter()
        .map(|&transfers| (transfers, u32::try_from(transfers / 10).expect("a small number")))
        .collect();
    let case = LazyCell::new(|| communities(&name, &with_accounts));
    let index = LazyCell::new(|| FlowIndex::build(&case.ledger));
    let mut group = criterion.benchmark_group(format!("reach/{name}"));
    group.throughput(Throughput::Elements(size.transfers() as u64)).sampling_mode(SamplingMode::Flat);
    for (number, of) in sizes.iter().enumerate() {
        let prepared = LazyCell::new(|| {
            let prepared = case.prepare_for(&case.input.thefts()[number..=number], &RULES);
            let scan = prepared.reach_by_scan();
            note(&format!("reach/{name}: the theft in {of} transfers reaches {} purses", scan.purses));
            (prepared, scan)
        });
        for (suffix, threads) in [("", pool(1)), ("_2_threads", pool(2))] {
            group.bench_function(format!("along_{of}{suffix}"), |bencher| {
                let ((prepared, scan), index) = (&*prepared, &*index);
                let along = || prepared.reach_along(index, u64::MAX).expect("nothing is too much");
                let check = |reach: &Reach| assert_eq!(reach, scan);
                bencher.iter_custom(|times| threads.install(|| timed(times, along, check)));
            });
        }
        group.bench_function(format!("switch_{of}"), |bencher| {
            let ((prepared, scan), index) = (&*prepared, &*index);
            let check = |reach: &Reach| assert_eq!(reach, scan);
            bencher.iter_custom(|times| pool(1).install(|| timed(times, || prepared.reach(index), check)));
        });
        group.bench_function(format!("scan_{of}"), |bencher| {
            let (prepared, scan) = &*prepared;
            let check = |reach: &Reach| assert_eq!(reach, scan);
            bencher.iter_custom(|times| timed(times, || prepared.reach_by_scan(), check));
        });
    }
    group.finish();
}

/// 64 thefts, each by itself.
fn measure_thefts(criterion: &mut Criterion, size: Size) {
    let name = format!("thefts_{}", size.as_str());
    let accounts = u32::try_from(size.transfers() / 10).expect("a small number");
    let case = LazyCell::new(|| many_thefts(size.transfers(), accounts, 64));
    let alone = LazyCell::new(|| {
        let thefts = case.input.thefts();
        thefts.into_iter().map(|theft| case.prepare_for(&[theft], &RULES)).collect::<Vec<_>>()
    });
    let prepared = LazyCell::new(|| case.prepare(&RULES));
    let mut group = criterion.benchmark_group(format!("reach/{name}"));
    group.throughput(Throughput::Elements(size.transfers() as u64 * 64)).sampling_mode(SamplingMode::Flat);
    group.bench_function("at_once", |bencher| {
        let (prepared, alone) = (&*prepared, &*alone);
        let each: Vec<u64> = alone.iter().map(|prepared| prepared.reach_by_scan().purses).collect();
        let check = |reach: &ReachByTheft| assert_eq!(reach.purses()[..], each[..]);
        let at_once = || prepared.reach_by_theft().expect("64 thefts");
        bencher.iter_custom(|times| timed(times, at_once, check));
    });
    group.bench_function("one_by_one", |bencher| {
        let (prepared, alone) = (&*prepared, &*alone);
        let at_once = prepared.reach_by_theft().expect("64 thefts").purses();
        let each = || alone.iter().map(|prepared| prepared.reach_by_scan().purses).collect::<Vec<_>>();
        bencher.iter_custom(|times| timed(times, each, |purses| assert_eq!(purses[..], at_once[..])));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let sizes = Size::asked();
    for &size in &sizes {
        let name = Shape::PowerLaw.case(size);
        measure(&mut criterion, &name, size.transfers(), || match size {
            // Column by column: rows and a builder would take ten times the memory.
            Size::Huge | Size::Giant => {
                let accounts = u32::try_from(size.transfers() / 10).expect("a small number");
                Case::power_law(size.transfers(), accounts)
            }
            _ => Case::build(Shape::PowerLaw, size),
        });
    }
    for (shape, size) in [
        (Shape::SmallCase, Size::Large),
        (Shape::Chain, Size::Medium),
        (Shape::Star, Size::Medium),
        (Shape::Hub, Size::Medium),
        (Shape::Cycle, Size::Medium),
    ] {
        measure(&mut criterion, &shape.case(size), size.transfers(), || Case::build(shape, size));
    }
    for size in sizes.into_iter().filter(|size| size.transfers() >= Size::Medium.transfers()) {
        measure_communities(&mut criterion, size);
        if size != Size::Giant {
            measure_thefts(&mut criterion, size);
        }
    }
    criterion.final_summary();
}
