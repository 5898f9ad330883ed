//! The fast way against the reference, on random files: every chunk length, several numbers of threads.

use super::hostile::{Disorder, Files, files, plain_files};
use super::{assert_same, ingest_anew, read_reference, write};
use crate::error::Error;
use crate::ingest::ingest_in_chunks;
use crate::input::{InputSpec, ReadOptions};
use crate::open::FileSpec;
use crate::plain::CHUNK;
use crate::read::{Reading, read_in_chunks, read_into};
use crate::sink::Sink;
use crate::snapshot::{SnapshotStream, open};
use crate::tokens::Tokens;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

/// How many cases a test tries: so many, unless `PROPTEST_CASES` says otherwise.
fn cases(usual: u32) -> ProptestConfig {
    let said = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(said.unwrap_or(usual)) }
}

const THREADS: [usize; 4] = [1, 2, 3, 8];

/// Does something in a pool of each size.
fn in_pools(work: impl Fn() + Sync) {
    static POOLS: OnceLock<[ThreadPool; 4]> = OnceLock::new();
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    for (pool, threads) in POOLS.get_or_init(|| THREADS.map(pool)).iter().zip(THREADS) {
        pool.install(|| {
            assert_eq!(rayon::current_num_threads(), threads);
            work();
        });
    }
}

/// Writes the files, and says how they are read.
fn lay<'t>(folder: &Path, files: &Files, tokens: &'t Tokens) -> (Vec<InputSpec>, ReadOptions<'t>) {
    let mut inputs = vec![InputSpec::of(write(folder, "t.csv", &files.transfers))];
    inputs.extend(files.beside.iter().map(|text| InputSpec::of(write(folder, "beside.csv", text))));
    let skip_bad_rows = files.skip_bad_rows;
    (inputs, ReadOptions { skip_bad_rows, tokens: Some(tokens), ..ReadOptions::default() })
}

/// Reads a file straight into a snapshot. Returns whether its rows were fit for that.
fn streams(
    folder: &Path,
    inputs: &[InputSpec],
    options: &ReadOptions<'_>,
    chunk: usize,
) -> Result<bool, Error> {
    let size = std::fs::metadata(&inputs[0].file.path).unwrap().len();
    let goal = FileSpec::beside(folder, "streamed.dye");
    let sink = Sink::Snapshot(Box::new(SnapshotStream::begin(&goal, size)?));
    match read_into(sink, None, inputs, options, &|_| {}, chunk) {
        Ok(reader) => Ok(reader.finish_snapshot()?.is_some()),
        Err(error) if error.is_unfit() => Ok(false),
        Err(error) => Err(error),
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn the_fast_way_reads_what_the_reference_reads(files in files(), chunk in 1..500_usize) {
        let (folder, tokens) = (TempDir::new().unwrap(), Tokens::default());
        let (inputs, options) = lay(folder.path(), &files, &tokens);
        let reference = read_reference(&inputs, &options);
        in_pools(|| {
            for chunk in [1, chunk, CHUNK] {
                assert_same(&read_in_chunks(&inputs, &options, &|_| {}, chunk), &reference);
            }
        });
    }

    #[test]
    fn a_snapshot_holds_what_the_reference_reads(files in files(), chunk in 1..500_usize) {
        let (folder, tokens) = (TempDir::new().unwrap(), Tokens::default());
        let (inputs, options) = lay(folder.path(), &files, &tokens);
        let reference = read_reference(&inputs, &options);
        in_pools(|| assert_same(&ingest_anew(folder.path(), &inputs, &options, chunk), &reference));
        assert_same(&ingest_anew(folder.path(), &inputs, &options, 1), &reference);
        assert_same(&ingest_anew(folder.path(), &inputs, &options, CHUNK), &reference);
    }

    #[test]
    fn a_snapshot_that_is_added_to_holds_what_the_reference_reads_at_once(
        first in files(),
        then in files(),
        chunk in 1..500_usize,
    ) {
        let (folder, tokens) = (TempDir::new().unwrap(), Tokens::default());
        let both = Files { beside: Some(then.transfers), ..first };
        let (mut inputs, options) = lay(folder.path(), &both, &tokens);
        if ingest_anew(folder.path(), &inputs[..1], &options, chunk).is_ok() {
            let reference = read_reference(&inputs, &options);
            let goal = FileSpec::beside(folder.path(), "goal.dye");
            let added = ingest_in_chunks(&inputs.split_off(1), &goal, &options, &|_| {}, chunk);
            assert_same(&added, &reference);
            if added.is_err() {
                prop_assert!(open(&goal).is_ok_and(|snapshot| snapshot.verify().is_empty()));
            }
        }
    }

    #[test]
    fn rows_in_order_are_written_along_and_others_are_not(
        (files, disorder, rows) in plain_files(),
        chunk in 1..4000_usize,
    ) {
        let (folder, tokens) = (TempDir::new().unwrap(), Tokens::default());
        let (inputs, options) = lay(folder.path(), &files, &tokens);
        let reference = read_reference(&inputs, &options);
        in_pools(|| {
            assert_same(&ingest_anew(folder.path(), &inputs, &options, chunk), &reference);
            let streamed = streams(folder.path(), &inputs, &options, CHUNK).is_ok_and(|it| it);
            match disorder {
                Disorder::Nothing => assert_eq!(streamed, rows > 0),
                Disorder::RowTwice if rows > 0 => assert!(!streamed),
                _ => {}
            }
        });
    }
}

const HEADER: &str =
    "token_address,note,from_address,to_address,value,transaction_hash,log_index,block_number\n";

/// Plain rows of these numbers, whose second column is not read.
fn plain(numbers: Range<usize>, note: &str) -> String {
    let row = |n: usize| format!("0x{:040x},{note},0x{n:040x},0x{:040x},{n},0x{n:064x},{n},7\n", 9, 8);
    numbers.map(row).collect()
}

fn read_both(
    text: &[u8],
    skip_bad_rows: bool,
    chunk: usize,
) -> (Result<Reading, Error>, Result<Reading, Error>) {
    let (folder, tokens) = (TempDir::new().unwrap(), Tokens::default());
    let files = Files { transfers: text.to_vec(), beside: None, skip_bad_rows };
    let (inputs, options) = lay(folder.path(), &files, &tokens);
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let fast = pool.install(|| read_in_chunks(&inputs, &options, &|_| {}, chunk));
    (fast, read_reference(&inputs, &options))
}

#[test]
fn a_row_that_is_cut_off_is_not_completed_from_an_earlier_chunk() {
    let text = HEADER.to_owned() + &plain(0..5, &"n".repeat(400));
    for length in (text.len() - 700)..=text.len() {
        for chunk in [1, 1000, 1500, 2000] {
            let (fast, reference) = read_both(&text.as_bytes()[..length], true, chunk);
            assert_same(&fast, &reference);
        }
    }
}

#[test]
fn a_bad_row_is_found_before_the_damage_behind_it() {
    let mut text = HEADER.to_owned() + &plain(0..3000, "x");
    text.push_str("bad row\n");
    let bad_end = text.len();
    text.push_str(&plain(3000..3050, "y"));
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    // Stored as it is, with a few bytes around: from here on the bad row is there whole, or not.
    for length in (bad_end - 100)..(bad_end + 300) {
        for chunk in [100_000, CHUNK] {
            let (fast, reference) = read_both(&packed[..length], false, chunk);
            assert_same(&fast, &reference);
        }
    }
}

#[test]
fn a_row_that_is_too_long_is_refused_however_plain_it_is() {
    for (length, fits) in [(1 << 19, true), ((1 << 20) - 300, true), (1 << 20, false), (1_200_000, false)] {
        let text = [HEADER, &plain(0..1, "x"), &plain(1..2, &"x".repeat(length)), &plain(2..3, "y")].concat();
        for chunk in [1 << 16, CHUNK, 1 << 22] {
            let (fast, reference) = read_both(text.as_bytes(), true, chunk);
            assert_eq!(reference.is_ok(), fits);
            assert_same(&fast, &reference);
        }
    }
    for zeros in [1 << 19, 1 << 20, 3 << 19] {
        let text = plain(0..3, "x").replace(",1,7\n", &format!(",1,{}7\n", "0".repeat(zeros)));
        let (fast, reference) = read_both((HEADER.to_owned() + &text).as_bytes(), true, CHUNK);
        assert_same(&fast, &reference);
    }
}
