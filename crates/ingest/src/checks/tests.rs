//! The checks on files of the fuzzer's corpus.

use super::{csv_reader, labels, plain_rows, snapshot};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Checks every file that the fuzzer keeps for a target.
fn check_corpus(target: &str, check: fn(&Path, &[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds files", corpus.display());
    let folder = TempDir::new().unwrap();
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let held = std::panic::catch_unwind(|| check(folder.path(), &bytes));
        assert!(held.is_ok(), "{} does not hold", file.display());
    }
}

#[test]
fn plain_rows_hold_on_the_corpus() {
    check_corpus("plain_rows", plain_rows);
}

#[test]
fn any_csv_holds_on_the_corpus() {
    check_corpus("csv_reader", csv_reader);
}

#[test]
fn snapshots_hold_on_the_corpus() {
    check_corpus("snapshot", snapshot);
}

#[test]
fn labels_hold_on_the_corpus() {
    check_corpus("labels", labels);
}
