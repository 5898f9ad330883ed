//! Snapshots: what is opened is what was written, damage is found, and other programs read the same.

mod damage;
mod format;
mod grow;
mod random;

use crate::spec;
use dyetrace_ingest::snapshot::write;
use dyetrace_ingest::{Error, InputSpec, ReadOptions, Reading, read};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Writes a snapshot. Returns its bytes.
fn written(folder: &Path, name: &str, reading: &Reading) -> Vec<u8> {
    write(&spec(folder, name), reading).unwrap();
    fs::read(folder.join(name)).unwrap()
}

/// Opens a snapshot, as a trace does.
fn opened(folder: &Path, name: &str) -> Result<Reading, Error> {
    read(&[InputSpec::of(spec(folder, name))], &ReadOptions::default(), &|_| {})
}

/// A ledger with columns of every kind, and something of all that is read along with one.
fn whole_reading() -> Reading {
    let mut drafts = random::every_kind();
    let reading = random::reading(&mut drafts);
    assert!(!reading.labels.is_empty() && !reading.rejects.is_empty() && !reading.warnings.is_empty());
    reading
}

/// The snapshot of [`whole_reading`], in a folder of its own.
fn whole_snapshot() -> (TempDir, Vec<u8>, Reading) {
    let folder = TempDir::new().unwrap();
    let reading = whole_reading();
    let bytes = written(folder.path(), "whole.dye", &reading);
    (folder, bytes, reading)
}

/// All that a snapshot keeps is the same.
fn is_same(ours: &Reading, expected: &Reading) -> bool {
    ours.ledger == expected.ledger
        && ours.labels == expected.labels
        && ours.rejects == expected.rejects
        && ours.facts == expected.facts
        && ours.warnings == expected.warnings
}
