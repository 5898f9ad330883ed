//! What holds of any bytes: the checks that the fuzzer and the tests of this crate share.
//!
//! Each takes the bytes that a fuzzer chose and a folder to write files to, and panics where something does not
//! hold. The first bytes say how the others are read, so that a corpus file is a whole case; `fuzz/README.md` has
//! the list of what each holds.

#[cfg(test)]
mod against_reference;
#[cfg(test)]
mod hostile;
mod plain;
mod snapshot;
#[cfg(test)]
mod tests;

pub use plain::plain_rows;
pub use snapshot::snapshot;

use crate::error::Error;
use crate::ingest::ingest_in_chunks;
use crate::input::{InputSpec, ReadOptions};
use crate::labels::{LabelSpec, read_labels};
use crate::open::FileSpec;
use crate::read::{Reading, read_in_chunks};
use crate::schema::DIALECTS;
use crate::tokens::Tokens;
use std::path::Path;
use std::sync::OnceLock;

/// Any bytes as one file or two of any dialect: the fast way reads what the reference reads, and nothing panics.
///
/// Bytes: options, dialect, chunk length, then the text; with two files, 0xff parts them. Where the options say so,
/// bytes stand for whole fields, as in [`plain_rows`], and for header and rows of the dialect.
///
/// # Panics
/// Where that does not hold.
pub fn csv_reader(folder: &Path, bytes: &[u8]) {
    static TOKENS: OnceLock<Tokens> = OnceLock::new();
    let [flags, dialect, chunk, text @ ..] = bytes else { return };
    let bit = |number: u8| flags >> number & 1 == 1;
    let of = DIALECTS[usize::from(*dialect) % DIALECTS.len()];
    let columns: Vec<&str> = [of.required, of.one_of, of.optional]
        .concat()
        .iter()
        .map(|key| key.split(['|', '*']).next().unwrap_or_default())
        .collect();
    let mut inputs = Vec::new();
    let files = text.splitn(if bit(2) { 2 } else { 1 }, |&byte| byte == 0xff);
    for (name, file) in ["a.csv", "b.csv"].into_iter().zip(files) {
        let mut text = file.to_vec();
        if bit(7) {
            text.clear();
            plain::expand(file, &columns, &mut text);
        }
        inputs.push(InputSpec { inexact: bit(1), ..InputSpec::of(write(folder, name, &text)) });
    }
    let input = inputs.last_mut().expect("a split has one part at least");
    // It is named, or recognised, or its columns are mapped.
    let how = usize::from(*dialect) / DIALECTS.len();
    input.dialect = (how == 1).then(|| of.name.to_owned());
    if how == 2 {
        let pairs = [("from_address", "a"), ("to_address", "b"), ("value", "c"), ("block_number", "d")];
        input.map = pairs.map(|(wanted, name)| (wanted.to_owned(), name.to_owned())).to_vec();
    }
    input.chain =
        [None, Some("bsc"), Some("tron"), Some("ethereum")][usize::from(flags >> 3 & 3)].map(str::to_owned);
    let options = ReadOptions {
        skip_bad_rows: bit(0),
        without_transfers: bit(5),
        tokens: Some(TOKENS.get_or_init(Tokens::built_in)),
        ..ReadOptions::default()
    };
    let chunk = 1 + usize::from(*chunk);
    let reference = read_reference(&inputs, &options);
    assert_same(&read_in_chunks(&inputs, &options, &|_| {}, chunk), &reference);
    if bit(6) {
        assert_same(&ingest_anew(folder, &inputs, &options, chunk), &reference);
    }
}

/// Any bytes as a file of labels: they are read or refused, both times alike.
///
/// Bytes: whether the list has a name, then the text.
///
/// # Panics
/// Where that does not hold.
pub fn labels(folder: &Path, bytes: &[u8]) {
    let [flags, text @ ..] = bytes else { return };
    let name = [None, Some("ofac"), Some("Binance 14"), Some("")][usize::from(flags & 3)].map(str::to_owned);
    let spec = [LabelSpec { file: write(folder, "labels", text), name }];
    match [(), ()].map(|()| read_labels(&spec, &|_| {})) {
        [Ok(first), Ok(second)] => {
            assert_eq!(first.labels, second.labels);
            assert_eq!(first.facts, second.facts);
            assert_eq!(first.facts.iter().map(|fact| fact.rows).sum::<u64>(), first.labels.len() as u64);
        }
        [Err(first), Err(second)] => assert_eq!(first.message(), second.message()),
        _ => panic!("the same labels are read once and refused once"),
    }
}

/// Reads every row as the reference does.
fn read_reference(inputs: &[InputSpec], options: &ReadOptions<'_>) -> Result<Reading, Error> {
    crate::read(inputs, &ReadOptions { reference: true, ..*options }, &|_| {})
}

/// Ingests into a snapshot that was not there before.
fn ingest_anew(
    folder: &Path,
    inputs: &[InputSpec],
    options: &ReadOptions<'_>,
    chunk: usize,
) -> Result<Reading, Error> {
    let goal = FileSpec::beside(folder, "goal.dye");
    // Where it was not there, there is nothing to remove.
    let _ = std::fs::remove_file(&goal.path);
    ingest_in_chunks(inputs, &goal, options, &|_| {}, chunk)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> FileSpec {
    std::fs::write(folder.join(name), bytes).expect("the folder can be written to");
    FileSpec::beside(folder, name)
}

/// Compares all that two ways of reading give. Only what is known of tokens beyond the files may differ.
fn assert_same(fast: &Result<Reading, Error>, reference: &Result<Reading, Error>) {
    match (fast, reference) {
        (Ok(fast), Ok(reference)) => {
            assert_eq!(fast.rejects, reference.rejects);
            assert_eq!(fast.warnings, reference.warnings);
            assert_eq!(fast.facts, reference.facts);
            assert_eq!(fast.labels, reference.labels);
            assert_eq!(fast.settled, reference.settled);
            assert_eq!(fast.tokens.learned(), reference.tokens.learned());
            assert!(fast.ledger == reference.ledger, "{:#?}\n{:#?}", fast.ledger, reference.ledger);
        }
        (Err(fast), Err(reference)) => {
            assert_eq!(fast.to_string(), reference.to_string());
            assert_eq!(fast.as_reject(), reference.as_reject());
        }
        (Ok(_), Err(error)) => panic!("only the reference refuses: {error}"),
        (Err(error), Ok(_)) => panic!("the reference does not refuse: {error}"),
    }
}
