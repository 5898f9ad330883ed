//! Ingest: rows into a ledger.
//!
//! `csv` reads a canonical CSV file, which is in the page cache, and hashes it, on one thread; its rate is in bytes.
//! The rest measures parts of that way, in transfers.
//!
//! `builder` makes each row and pushes it, then sorts and settles the ledger, on one thread; `builder_2_threads`
//! sorts on two. `rows_alone` makes the rows and drops them: take it off to see the builder itself.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::{Input, Shape, Size, pool, timed};
use dyetrace_core::{ChainId, Ledger};
use dyetrace_ingest::{FileSpec, InputSpec, ReadOptions, Reading, read};
use std::cell::LazyCell;
use std::time::Duration;

fn build(criterion: &mut Criterion, shape: Shape, size: Size) {
    let input = LazyCell::new(|| shape.build(size));
    let mut group = criterion.benchmark_group(format!("ingest/{}", shape.case(size)));
    group.throughput(Throughput::Elements(size.transfers() as u64)).sampling_mode(SamplingMode::Flat);
    // Every account of these inputs occurs, so that the answer is known without the builder.
    let accounts = LazyCell::new(|| distinct_accounts(&input));
    for (engine, threads) in [("builder", 1), ("builder_2_threads", 2)] {
        let threads = pool(threads);
        group.bench_function(engine, |bencher| {
            let (input, accounts) = (&*input, *accounts);
            bencher.iter_custom(|times| {
                let check = |ledger: &Ledger| {
                    assert_eq!(
                        (ledger.transfer_count(), ledger.accounts().len()),
                        (size.transfers(), accounts)
                    );
                };
                threads.install(|| timed(times, || input.to_ledger(), check))
            });
        });
    }
    group.bench_function("rows_alone", |bencher| {
        let input = &*input;
        let sum_of_lengths = |input: &Input| -> usize {
            let rows = input.rows.iter().enumerate();
            rows.map(|(number, row)| std::hint::black_box(row.to_row(number, ChainId(0))).to.as_bytes().len())
                .sum()
        };
        bencher.iter_custom(|times| {
            timed(times, || sum_of_lengths(input), |sum| assert_eq!(*sum, 20 * size.transfers()))
        });
    });
    group.finish();
}

fn read_csv(criterion: &mut Criterion, shape: Shape, size: Size) {
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    let path = folder.path().join("transfers.csv");
    let input = shape.build(size);
    let csv = input.to_csv();
    std::fs::write(&path, &csv).expect("the folder can be written to");
    let bytes = csv.len() as u64;
    drop(csv);
    let expected = (size.transfers(), distinct_accounts(&input), bytes);
    let inputs = [InputSpec::of(FileSpec::typed(&path))];

    let mut group = criterion.benchmark_group(format!("ingest/{}", shape.case(size)));
    group.throughput(Throughput::Bytes(bytes)).sampling_mode(SamplingMode::Flat);
    group.bench_function("csv", |bencher| {
        let work = || read(&inputs, &ReadOptions::default(), &|_| ()).expect("the file is canonical");
        let check = |reading: &Reading| {
            let ledger = &reading.ledger;
            let found = (ledger.transfer_count(), ledger.accounts().len(), reading.facts[0].size);
            assert_eq!(found, expected);
        };
        bencher.iter_custom(|times| pool(1).install(|| timed(times, work, check)));
    });
    group.finish();
}

/// Counts the accounts that the rows name.
fn distinct_accounts(input: &Input) -> usize {
    let mut named = vec![false; input.accounts as usize];
    for row in &input.rows {
        row.from.into_iter().chain([row.to]).for_each(|account| named[account as usize] = true);
    }
    named.into_iter().filter(|it| *it).count()
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for size in Size::asked() {
        read_csv(&mut criterion, Shape::PowerLaw, size);
        build(&mut criterion, Shape::PowerLaw, size);
    }
    criterion.final_summary();
}
