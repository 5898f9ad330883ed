//! What stands in a snapshot: for this program, for others, and for later versions.

use super::random::{drafts, reading};
use super::{is_same, opened, whole_snapshot, written};
use crate::skip;
use dyetrace_core::Ledger;
use dyetrace_core::ledger::TxHash;
use dyetrace_ingest::snapshot::verify;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn cases(default: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(500)) })]

    #[test]
    fn what_is_opened_is_what_was_written(drafts in drafts()) {
        let mut drafts = drafts;
        let reading = reading(&mut drafts);
        let folder = TempDir::new().unwrap();
        let bytes = written(folder.path(), "a.dye", &reading);
        let again = opened(folder.path(), "a.dye").unwrap();
        prop_assert_eq!(&again.ledger, &reading.ledger);
        prop_assert!(is_same(&again, &reading));
        prop_assert_eq!(verify(&crate::spec(folder.path(), "a.dye")).unwrap(), Vec::<String>::new());
        // What was opened is written as it was, too.
        prop_assert_eq!(written(folder.path(), "b.dye", &again), bytes);
    }
}

#[test]
fn a_ledger_without_transfers_is_opened_too() {
    let folder = TempDir::new().unwrap();
    written(folder.path(), "a.dye", &dyetrace_ingest::Reading::default());
    assert_eq!(opened(folder.path(), "a.dye").unwrap().ledger, Ledger::default());
}

/// The members with the types of their values, and the keys of `ledger.json`. Where this changes, so does what older
/// programs can read: then `VERSION` in `snapshot/meta.rs` is to be raised.
#[test]
fn the_format_is_that_of_version_1() {
    let (_folder, bytes, _) = whole_snapshot();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut listing = String::new();
    let mut meta = Value::Null;
    for number in 0..archive.len() {
        let mut member = archive.by_index(number).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        if name == "ledger.json" {
            meta = serde_json::from_slice(&content).unwrap();
        }
        if !name.ends_with(".npy") {
            writeln!(listing, "{name}").unwrap();
            continue;
        }
        assert_eq!(member.data_start().unwrap() % 64, 0, "{name}");
        let header = std::str::from_utf8(&content[10..127]).unwrap();
        let between = |from: &str, to: &str| header.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let (of, shape) = (between("'descr': '", "'"), between("'shape': (", ")"));
        let width = shape.split_once(", ").map_or_else(String::new, |(_, width)| format!(" x {width}"));
        writeln!(listing, "{name} {of}{width}").unwrap();
    }
    let mut keys = BTreeSet::new();
    add_keys("", &meta, &mut keys);
    for key in keys {
        writeln!(listing, "{key}").unwrap();
    }
    assert_eq!((&meta["format"], &meta["version"]), (&"dyetrace ledger".into(), &1.into()));
    insta::assert_snapshot!(listing);
}

/// Lists the keys of a JSON value with the types of what stands there.
fn add_keys(at: &str, value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| add_keys(&format!("{at}.{key}"), value, keys))
        }
        Value::Array(list) if list.is_empty() => drop(keys.insert(format!("{at}: none"))),
        Value::Array(list) => list.iter().for_each(|value| add_keys(&format!("{at}[]"), value, keys)),
        Value::Null => drop(keys.insert(format!("{at}: null"))),
        Value::Bool(_) => drop(keys.insert(format!("{at}: bool"))),
        Value::Number(_) => drop(keys.insert(format!("{at}: number"))),
        Value::String(_) => drop(keys.insert(format!("{at}: text"))),
    }
}

/// The transfers and fees as `sample-data/read_snapshot.py` prints them.
fn listing(ledger: &Ledger) -> String {
    let mut text = String::new();
    let columns = ledger.columns();
    let shown = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let hash = |number: u32| match ledger.transactions().hash(number) {
        None => String::new(),
        Some(TxHash::Text(text)) => text.into(),
        Some(TxHash::Bytes(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    for place in 0..ledger.transfer_count() {
        let (from, to) = (columns.from[place], columns.to[place]);
        let asset = ledger.assets().get(ledger.purses().asset(to));
        let address = |purse| ledger.accounts().address(ledger.purses().account(purse)).to_string();
        let sender = if from == dyetrace_core::PurseId::NONE { String::new() } else { address(from) };
        let transaction = columns.transaction[place];
        let cells = [
            ledger.chain_name(asset.chain).to_owned(),
            shown(columns.block(place)),
            shown(ledger.transactions().index(transaction)),
            shown(columns.event_index(place)),
            columns.time(place).map_or_else(String::new, |time| time.to_string()),
            hash(transaction),
            sender,
            address(to),
            asset.contract.map_or_else(|| "native".to_owned(), |contract| contract.to_string()),
            columns.value.get(place).to_string(),
            columns.kind(place).as_str().to_owned(),
        ];
        writeln!(text, "{}", cells.join(",")).unwrap();
    }
    for fee in ledger.fees().iter() {
        let payer = ledger.accounts().address(ledger.purses().account(fee.payer));
        writeln!(text, "fee,{},{payer},{}", fee.place, fee.amount).unwrap();
    }
    text
}

fn python(words: &[&str]) -> Option<std::process::Output> {
    Command::new("python3").arg("-B").args(words).output().ok()
}

#[test]
fn python_finds_no_fault_in_the_archive() {
    let (folder, _, _) = whole_snapshot();
    let path = folder.path().join("whole.dye");
    let code = "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).testzip())";
    let Some(run) = python(&["-c", code, path.to_str().unwrap()]) else { return skip("no python3") };
    assert_eq!(String::from_utf8_lossy(&run.stdout), "None\n", "{run:?}");
}

#[test]
fn numpy_reads_the_same_transfers() {
    if !python(&["-c", "import numpy"]).is_some_and(|run| run.status.success()) {
        return skip("no python3 with numpy");
    }
    let folder = TempDir::new().unwrap();
    let mut runner = TestRunner::deterministic();
    let mut expected = String::new();
    let mut words = Vec::new();
    let mut readings = vec![super::whole_reading()];
    for _ in 0..40 {
        let mut drafts = drafts().new_tree(&mut runner).unwrap().current();
        readings.push(reading(&mut drafts));
    }
    for (number, reading) in readings.iter().enumerate() {
        let name = format!("{number}.dye");
        written(folder.path(), &name, reading);
        expected.push_str(&listing(&reading.ledger));
        words.push(folder.path().join(name).to_str().unwrap().to_owned());
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample-data/read_snapshot.py");
    let words: Vec<&str> =
        [script.to_str().unwrap()].into_iter().chain(words.iter().map(String::as_str)).collect();
    let run = python(&words).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let ours = String::from_utf8(run.stdout).unwrap();
    let first = ours.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert_eq!(first, None);
    assert_eq!(ours.lines().count(), expected.lines().count());
}
