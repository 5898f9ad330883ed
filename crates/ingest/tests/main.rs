//! What is read, what is refused, and how it is said.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test tells what it skips")]

mod accepts;
mod case;
mod dialects;
mod labels;
mod parquet_files;
mod refuses;
mod shared_data;
mod snapshot;
mod sources;
mod tagpacks;

use dyetrace_ingest::{Error, FileSpec, InputSpec, ReadOptions, Reading, read};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const A: &str = "0x00000000000000000000000000000000000000aa";
const B: &str = "0x00000000000000000000000000000000000000bb";

const NO_OPTIONS: ReadOptions<'static> = ReadOptions {
    skip_bad_rows: false,
    tokens: None,
    reference: false,
    without_sha256: false,
    without_transfers: false,
};

/// Says that a test cannot be made here. Where skipping is forbidden, that is a failure.
fn skip(why: &str) {
    assert!(std::env::var_os("DYETRACE_NO_SKIP").is_none(), "skipped, but DYETRACE_NO_SKIP is set: {why}");
    println!("skipped: {why}");
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A file of a folder, named without the folder's path.
fn spec(folder: &Path, name: &str) -> FileSpec {
    FileSpec::beside(folder, name)
}

/// Reads one file, with these options.
fn read_bytes(name: &str, bytes: &[u8], options: &ReadOptions<'_>) -> Result<Reading, Error> {
    let folder = folder(&[(name, bytes)]);
    read(&[InputSpec::of(spec(folder.path(), name))], options, &|_| {})
}

fn read_text(text: &str) -> Result<Reading, Error> {
    read_bytes("t.csv", text.as_bytes(), &ReadOptions::default())
}

/// The message with which a text is refused.
fn refusal(text: &str) -> String {
    read_text(text).map(|_| ()).unwrap_err().message()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
