//! Ingest: rows into a ledger.
//!
//! `csv` reads a canonical CSV file, which is in the page cache, and hashes it, on one thread; its rate is in bytes.
//! The rest measures parts of that way, in transfers.
//!
//! `builder` makes each row and pushes it, then sorts and settles the ledger, on one thread; `builder_2_threads`
//! sorts on two. `rows_alone` makes the rows and drops them: take it off to see the builder itself.
//!
//! `ingest/token_transfers_*` is the reference file: 10^5 rows, and also 10^6 and 5 · 10^6 with the variable that asks
//! for huge inputs. `csv_crate` is the least that must be done, on one thread: records of the `csv` crate into plain
//! columns, accounts interned, amounts exact. It checks nothing else, hashes no file and sorts nothing. `read` is what
//! a trace begins with, up to the ledger in memory, with the SHA-256 of the file; `read_reference` the same with every
//! row read as the reference reads it. `snapshot` is the file into a snapshot on the disk, brought there with `fsync`,
//! and opened; with `sha256` it also hashes the file. Other loaders: `benches/peers/ingest.py`.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::token_transfers::{
    Names, PlainColumns, Quoting, TOKEN_TRANSFERS_HEADER, TokenTransferCount, TokenTransfers,
};
use dyetrace_benches::{Input, Shape, Size, pool, timed};
use dyetrace_core::{ChainId, Ledger};
use dyetrace_ingest::{FileSpec, InputSpec, ReadOptions, Reading, ingest, read};
use std::cell::LazyCell;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

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

/// The rows in a file, as ethereum-etl writes them.
struct TokenFile {
    path: PathBuf,
    count: TokenTransferCount,
    folder: TempDir,
}

impl TokenFile {
    fn make(rows: usize, bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let mut count = TokenTransferCount::default();
        TokenTransfers::new(1).take(rows).for_each(|transfer| count.add(&transfer));
        let path = folder.path().join("token_transfers.csv");
        let transfers = TokenTransfers::new(1).take(rows);
        let written = Names::of_seed(1).write_file(&path, TOKEN_TRANSFERS_HEADER, transfers, Quoting::Never);
        assert_eq!(written.expect("the folder can be written to"), bytes);
        Self { path, count, folder }
    }
}

fn token_transfers(criterion: &mut Criterion, rows: usize, bytes: u64) {
    // Only what is asked for is made: the filter of the command line may leave all of it out.
    let file = LazyCell::new(|| TokenFile::make(rows, bytes));
    let as_counted = |number: usize| u64::try_from(number).expect("a count is a u64");
    let mut group = criterion.benchmark_group(format!("ingest/token_transfers_{rows}"));
    group.throughput(Throughput::Bytes(bytes)).sampling_mode(SamplingMode::Flat);
    group.bench_function("csv_crate", |bencher| {
        let TokenFile { path, count, .. } = &*file;
        let check = |columns: &PlainColumns| {
            let found = [columns.value.len(), columns.transactions.len(), columns.accounts.len()];
            let accounts = count.accounts + count.tokens;
            assert_eq!(found.map(as_counted), [count.rows, count.transactions, accounts]);
        };
        bencher.iter_custom(|times| timed(times, || PlainColumns::read(path), check));
    });
    let check = |reading: &Reading, count: &TokenTransferCount| {
        let found = [reading.ledger.transfer_count(), reading.ledger.accounts().len()];
        assert_eq!(found.map(as_counted), [count.rows, count.accounts]);
    };
    for (engine, threads, reference) in
        [("read_reference", 1, true), ("read", 1, false), ("read_2_threads", 2, false)]
    {
        group.bench_function(engine, |bencher| {
            let TokenFile { path, count, .. } = &*file;
            let inputs = [InputSpec::of(FileSpec::typed(path))];
            let options = ReadOptions { reference, ..ReadOptions::default() };
            let work = || read(&inputs, &options, &|_| ()).expect("the file is whole");
            bencher.iter_custom(|times| pool(threads).install(|| timed(times, work, |it| check(it, count))));
        });
    }
    for (engine, threads, without_sha256) in [
        ("snapshot", 1, true),
        ("snapshot_2_threads", 2, true),
        ("snapshot_sha256", 1, false),
        ("snapshot_sha256_2_threads", 2, false),
    ] {
        group.bench_function(engine, |bencher| {
            let TokenFile { path, count, folder } = &*file;
            let goal = FileSpec::typed(folder.path().join("ledger.dye"));
            let inputs = [InputSpec::of(FileSpec::typed(path))];
            let options = ReadOptions { without_sha256, ..ReadOptions::default() };
            let work = || {
                // A snapshot that is there is added to: this one is to be made.
                let _ = std::fs::remove_file(&goal.path);
                ingest(&inputs, &goal, &options, &|_| ()).expect("the file is whole")
            };
            bencher.iter_custom(|times| pool(threads).install(|| timed(times, work, |it| check(it, count))));
        });
    }
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
    token_transfers(&mut criterion, 100_000, 23_976_208);
    if std::env::var_os(Size::HUGE_VARIABLE).is_some() {
        token_transfers(&mut criterion, 1_000_000, 239_768_070);
        token_transfers(&mut criterion, 5_000_000, 1_198_834_148);
    }
    criterion.final_summary();
}
