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
//! a trace begins with, up to the ledger. It reads the same rows under canonical column names, which differ in two:
//! `asset` for `token_address` and `event_index` for `log_index`. Other loaders: `benches/peers/ingest.py`.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::token_transfers::{
    Names, PlainColumns, Quoting, TOKEN_TRANSFERS_HEADER, TokenTransferCount, TokenTransfers,
};
use dyetrace_benches::{Input, Shape, Size, pool, timed};
use dyetrace_core::{ChainId, Ledger};
use dyetrace_ingest::{FileSpec, InputSpec, ReadOptions, Reading, read};
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

/// The token-transfer columns, by the names that canonical CSV has for them.
const CANONICAL_TOKEN_HEADER: &str =
    "asset,from_address,to_address,value,transaction_hash,event_index,block_number,block_timestamp\n";

/// The rows in two files, under either header.
struct TokenFiles {
    ethereum_etl: PathBuf,
    canonical: PathBuf,
    count: TokenTransferCount,
    _folder: TempDir,
}

impl TokenFiles {
    fn make(rows: usize, bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let mut count = TokenTransferCount::default();
        TokenTransfers::new(1).take(rows).for_each(|transfer| count.add(&transfer));
        let write = |name: &str, header: &str| {
            let path = folder.path().join(name);
            let transfers = TokenTransfers::new(1).take(rows);
            let written = Names::of_seed(1).write_file(&path, header, transfers, Quoting::Never);
            let size = written.expect("the folder can be written to");
            assert_eq!(size - header.len() as u64, bytes - TOKEN_TRANSFERS_HEADER.len() as u64);
            path
        };
        let ethereum_etl = write("token_transfers.csv", TOKEN_TRANSFERS_HEADER);
        let canonical = write("canonical.csv", CANONICAL_TOKEN_HEADER);
        Self { ethereum_etl, canonical, count, _folder: folder }
    }
}

fn token_transfers(criterion: &mut Criterion, rows: usize, bytes: u64) {
    // Only what is asked for is made: the filter of the command line may leave all of it out.
    let files = LazyCell::new(|| TokenFiles::make(rows, bytes));
    let as_counted = |number: usize| u64::try_from(number).expect("a count is a u64");
    let mut group = criterion.benchmark_group(format!("ingest/token_transfers_{rows}"));
    group.throughput(Throughput::Bytes(bytes)).sampling_mode(SamplingMode::Flat);
    group.bench_function("csv_crate", |bencher| {
        let TokenFiles { ethereum_etl, count, .. } = &*files;
        let check = |columns: &PlainColumns| {
            let found = [columns.value.len(), columns.transactions.len(), columns.accounts.len()];
            let accounts = count.accounts + count.tokens;
            assert_eq!(found.map(as_counted), [count.rows, count.transactions, accounts]);
        };
        bencher.iter_custom(|times| timed(times, || PlainColumns::read(ethereum_etl), check));
    });
    group.bench_function("read", |bencher| {
        let TokenFiles { canonical, count, .. } = &*files;
        let inputs = [InputSpec::of(FileSpec::typed(canonical))];
        let work = || read(&inputs, &ReadOptions::default(), &|_| ()).expect("the file is canonical");
        let check = |reading: &Reading| {
            let ledger = &reading.ledger;
            let found = [ledger.transfer_count(), ledger.accounts().len()];
            assert_eq!(found.map(as_counted), [count.rows, count.accounts]);
        };
        bencher.iter_custom(|times| pool(1).install(|| timed(times, work, check)));
    });
    // `ingest_snapshot`, the file into a snapshot on disk, on one and two threads, is measured here once the writer
    // is there.
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
