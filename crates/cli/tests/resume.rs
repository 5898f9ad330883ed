//! `trace --resume`: what a trace that goes on writes is what a trace of everything writes.

use crate::support::{A, B, C, Desk, HEADER, assert_same, files, root, without_run};
use std::fs;
use std::path::Path;

/// All files of a result, the manifest without what differs from run to run.
fn everything(folder: &Path) -> crate::support::Files {
    let mut files = files(folder);
    let manifest = without_run(&files["manifest.json"]);
    files.insert("manifest.json".to_owned(), manifest.into_bytes());
    files
}

/// The sample's rows, cut into months of which each begins with a block of its own.
fn sample_in_parts(desk: &Desk, blocks: &[u64]) {
    let sample = root().join("sample-data/harmony");
    fs::copy(sample.join("labels.csv"), desk.path("labels.csv")).unwrap();
    let text = fs::read_to_string(sample.join("transfers.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut parts = vec![format!("{header}\n"); blocks.len() + 1];
    for row in rows.lines() {
        let block: u64 = row.split(',').nth(1).unwrap().parse().unwrap();
        let part = blocks.partition_point(|&first| first <= block);
        parts[part] += &format!("{row}\n");
    }
    for (number, part) in parts.iter().enumerate() {
        fs::write(desk.path(&format!("part{number}.csv")), part).unwrap();
    }
}

const SEEDS: &str = "--theft HARMONY=0x0d043128146654c7683fbf30ac98d7b2285ded00@2022-06-23T11:06:00Z \
    --theft HARMONY=0x9e91ae672e7f7330fc6b9bab9c259bd94cd08715@2022-06-23T11:06:00Z \
    --theft HARMONY=0x58f4baccb411acef70a5f6dd174af7854fc48fa9@2022-06-23T11:06:00Z --labels labels.csv";

#[test]
fn month_by_month_gives_the_bytes_of_all_at_once() {
    let desk = Desk::new();
    sample_in_parts(&desk, &[15_015_000, 15_060_000, 15_100_000]);
    let trace = format!("trace --transfers s.dye {SEEDS}");
    let mut known = 0;
    for part in 0..4 {
        desk.run(&format!("ingest part{part}.csv --out s.dye")).ends_with(0);
        let went_on = desk.run(&format!("{trace} --resume t.state --out resumed")).ends_with(0);
        let whole = desk.run(&format!("{trace} --out whole")).ends_with(0);
        assert_same(&everything(&desk.path("resumed")), &everything(&desk.path("whole")));
        assert_eq!(went_on.stdout.replace("resumed", "whole").lines().count(), whole.stdout.lines().count());
        let said = format!("went on after {known} transfers: ");
        assert_eq!(went_on.stderr.contains(&said), part > 0, "{}", went_on.stderr);
        let rows = fs::read_to_string(desk.path(&format!("part{part}.csv"))).unwrap().lines().count() - 1;
        assert!(rows > 0);
        known += rows;
    }
    // Nothing new is no reason to start over, and the state stays the same to the byte.
    let state = fs::read(desk.path("t.state")).unwrap();
    let again = desk.run(&format!("{trace} --resume t.state --out resumed --threads 3")).ends_with(0);
    assert!(again.stderr.contains(&format!("after {known} transfers: 0 are new")), "{}", again.stderr);
    assert!(state == fs::read(desk.path("t.state")).unwrap());
}

#[test]
fn a_stop_that_changed_is_named_and_everything_traced_anew() {
    let row = |block: u64, from: &str, to: &str| format!("{block},{from},{to},100\n");
    let desk = Desk::with("a.csv", format!("{HEADER}{}{}", row(1, A, B), row(2, B, C)));
    let trace = format!("trace --transfers a.csv --theft T={A} --resume t.state --out result");
    let first = desk.run(&trace).ends_with(0);
    assert!(!first.stderr.contains("started over") && !first.stderr.contains("went on"), "{}", first.stderr);
    fs::write(desk.path("labels.csv"), format!("address,category,entity\n{B},exchange,Binance\n")).unwrap();
    let second = desk.run(&format!("{trace} --labels labels.csv")).ends_with(0);
    assert!(second.stderr.contains("started over: ethereum:0x"), "{}", second.stderr);
    assert!(second.stderr.contains("now stops the trace"), "{}", second.stderr);
    assert!(second.stdout.contains("Binance"));
}

#[test]
fn what_is_no_state_is_refused_and_left_alone() {
    let desk = Desk::with("a.csv", format!("{HEADER}1,{A},{B},100\n")).and("notes.txt", "my own notes\n");
    let trace = format!("trace --transfers a.csv --theft T={A} --out result");
    let refused = desk.run(&format!("{trace} --resume notes.txt")).ends_with(1);
    assert!(refused.stderr.contains("notes.txt: is no state of a trace"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(desk.path("notes.txt")).unwrap(), "my own notes\n");
    desk.run(&format!("{trace} --resume t.state")).ends_with(0);
    let mut state = fs::read(desk.path("t.state")).unwrap();
    *state.last_mut().unwrap() ^= 1;
    fs::write(desk.path("t.state"), &state).unwrap();
    let damaged = desk.run(&format!("{trace} --resume t.state")).ends_with(1);
    assert!(damaged.stderr.contains("damaged or cut off"), "{}", damaged.stderr);
    assert!(damaged.stderr.contains("hint: delete it"), "{}", damaged.stderr);
    let folder = desk.run(&format!("{trace} --resume .")).ends_with(1);
    assert!(
        folder.stderr.contains("hint: ") || folder.stderr.contains("cannot be read"),
        "{}",
        folder.stderr
    );
}
