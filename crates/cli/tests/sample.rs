//! The sample case, as it runs from a fresh clone.

use crate::support::{
    Desk, Table, assert_same, assert_same_bytes, dyetrace, files, result, root, skip, without_run,
};
use std::process::Command;

/// As a reader of its README types it.
const CASE: &str = "sample-data/harmony/case.toml";

/// Runs the sample into `result` on a desk of its own.
fn traced(options: &[&str]) -> Desk {
    let desk = Desk::new();
    let out = desk.path("result");
    let words = ["trace", CASE, "--out", out.to_str().unwrap()];
    dyetrace(&root(), words.iter().chain(options)).ends_with(0);
    desk
}

#[test]
fn sample_gives_the_expected_files_byte_by_byte() {
    let folder = root().join("sample-data/harmony/expected");
    assert!(folder.is_dir(), "{} is missing", folder.display());
    let expected = files(&folder);
    assert!(expected.keys().any(|name| !name.ends_with('/')), "{} is empty", folder.display());
    let desk = traced(&[]);
    let ours = files(&desk.path("result"));
    for (name, bytes) in &expected {
        let fresh = ours.get(name).unwrap_or_else(|| panic!("{name} is expected, but was not written"));
        if name == "manifest.json" {
            assert_same_bytes(name, without_run(fresh).as_bytes(), without_run(bytes).as_bytes());
        } else {
            assert_same_bytes(name, fresh, bytes);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let one = traced(&["--threads", "1"]);
    for threads in ["2", "3", "8"] {
        let many = traced(&["--threads", threads]);
        assert_same(&result(&many.path("result")), &result(&one.path("result")));
    }
}

#[test]
fn everything_stolen_is_found_again_to_the_last_unit() {
    let table = traced(&[]).table("result/conservation.csv");
    // Six stolen assets, five rules.
    assert_eq!(table.rows.len(), 30);
    assert!(table.column("difference").all(|difference| difference == "0"));
    let first = table.columns.iter().position(|it| it == "already_frozen").unwrap();
    let total = table.columns.iter().position(|it| it == "total").unwrap();
    for row in &table.rows {
        let number = |at: usize| row[at].parse::<u128>().unwrap();
        let found: u128 = (first..total).map(number).sum();
        assert_eq!((found, number(total)), (number(3) + number(4), found), "{row:?}");
        assert!(found > 0, "{row:?}");
    }
}

#[test]
fn every_amount_stays_with_its_purse_or_goes_on() {
    // Postings, plus flows in, less flows out, is what rests: per theft, stolen asset, purse and rule.
    let desk = traced(&[]);
    let table = |name: &str| desk.table(&format!("result/{name}.csv"));
    let (flows, postings, holdings) = (table("flows"), table("postings"), table("holdings"));
    for rule in ["libr", "fifo", "lifo", "prorata", "taint_first"] {
        for kind in ["", "claim_"] {
            let column = format!("{kind}{rule}");
            let mut rests = std::collections::BTreeMap::<String, i128>::new();
            let mut add = |table: &Table, account: &str, sign: i128| {
                let keys = ["theft", "stolen_asset", account, "asset"];
                let keys: Vec<Vec<&str>> = keys.iter().map(|key| table.column(key).collect()).collect();
                for (at, amount) in table.column(&column).enumerate() {
                    let key: Vec<&str> = keys.iter().map(|cells| cells[at]).collect();
                    *rests.entry(key.join(" ")).or_default() += sign * amount.parse::<i128>().unwrap();
                }
            };
            add(&postings, "address", 1);
            add(&flows, "to_address", 1);
            add(&flows, "from_address", -1);
            add(&holdings, "address", -1);
            let wrong: Vec<_> = rests.iter().filter(|(_, rest)| **rest != 0).collect();
            assert!(wrong.is_empty(), "{column}: {wrong:?}");
        }
    }
}

#[test]
fn the_independent_script_agrees_cell_by_cell() {
    let has_python = Command::new("python3").args(["-c", "import sys, tomllib"]).output();
    if !has_python.is_ok_and(|it| it.status.success()) {
        return skip("no python3");
    }
    let desk = traced(&[]);
    let out = desk.path("result");
    let script = Command::new("python3")
        .args(["-B", "sample-data/rederive.py", CASE, "--compare", out.to_str().unwrap()])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(script.status.success(), "{script:#?}");
}
