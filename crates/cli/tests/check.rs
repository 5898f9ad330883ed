//! `dyetrace check`.

use crate::support::{A, B, C, Desk, HEADER, dyetrace, root};

#[test]
fn sample_is_told_with_its_form_rows_and_assets() {
    let run = dyetrace(&root(), ["check", "sample-data/harmony/transfers.csv"]).ends_with(0);
    for said in [
        "sample-data/harmony/transfers.csv: canonical, 3486 rows, 0 bad rows\n",
        "  blocks 14904622 to 16547181, 2022-06-05T08:00:25Z to 2023-02-03T09:35:47Z\n",
        "in all: 3486 transfers, 403 accounts, 2693 transactions\n",
        "  ethereum:native: 2753 transfers\n",
    ] {
        assert!(run.stdout.contains(said), "{said:?} is not in {run:#?}");
    }
    assert_eq!(run.stderr, "");
    let json =
        dyetrace(&root(), ["check", "--json", "sample-data/harmony/transfers.csv"]).ends_with(0).json();
    assert_eq!(json["files"][0]["dialect"], "canonical");
    assert_eq!(json["files"][0]["rows"], 3486);
    assert_eq!((&json["transfers"], &json["accounts"]), (&3486.into(), &403.into()));
    assert_eq!(json["bad_rows"], serde_json::json!([]));
    let assets = json["assets"].as_array().unwrap();
    assert_eq!(assets.iter().map(|it| it["transfers"].as_u64().unwrap()).sum::<u64>(), 3486);
}

/// Thirty bad rows between two good ones.
fn bad() -> Desk {
    let bad: String = (0..30).map(|n| format!("2,{A},{B},1.{n}\n")).collect();
    Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n{bad}3,{B},{C},2\n"))
}

#[test]
fn every_bad_row_is_counted_and_the_first_are_shown() {
    let run = bad().run("check t.csv").ends_with(2);
    assert!(run.stdout.starts_with("t.csv: canonical, 2 rows, 30 bad rows\n"), "{run:#?}");
    let first = "bad row: t.csv, line 3, column `value`: `1.0` has a fraction, but this column holds whole base units\n";
    assert!(run.stdout.contains(first), "{run:#?}");
    assert_eq!(run.stdout.matches("bad row: ").count(), 20);
    assert!(run.stdout.ends_with("… and 10 more bad rows\n"), "{run:#?}");
}

#[test]
fn every_bad_row_stands_in_the_json() {
    let json = bad().run("check t.csv --json").ends_with(2).json();
    let rows = json["bad_rows"].as_array().unwrap();
    assert_eq!((rows.len(), &json["files"][0]["bad_rows"]), (30, &30.into()));
    let last = serde_json::json!({
        "file": "t.csv", "line": 32, "column": "value", "seen": "1.29",
        "reason": "has a fraction, but this column holds whole base units",
    });
    assert_eq!(rows[29], last);
}

#[test]
fn file_that_is_none_of_ours_is_refused() {
    let run = Desk::with("notes.txt", "hello\n").run("check notes.txt").ends_with(1);
    assert!(run.stderr.starts_with("error: notes.txt: the header fits no dialect that is known"), "{run:#?}");
    let run = Desk::new().run("check nothing.csv").ends_with(1);
    assert!(run.stderr.starts_with("error: nothing.csv: cannot be opened: "), "{run:#?}");
}

#[test]
fn standard_input_is_read() {
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n"));
    let line = "\"$0\" check - <t.csv";
    let run = std::process::Command::new("sh")
        .args(["-c", line, crate::support::PROGRAM])
        .current_dir(desk.folder())
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&run.stdout).starts_with("standard input: canonical, 1 rows, 0 bad rows\n")
    );
}

#[test]
fn pipe_that_is_named_by_its_path_is_read_whole() {
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n"));
    let line = "cat t.csv | \"$0\" check /dev/stdin";
    let run = std::process::Command::new("sh")
        .args(["-c", line, crate::support::PROGRAM])
        .current_dir(desk.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(said.starts_with("stdin: canonical, 1 rows, 0 bad rows\n"), "{said}");
}

#[test]
fn columns_are_mapped_and_rounded_amounts_taken_on_demand() {
    let desk = Desk::with("t.csv", format!("height,sender,receiver,wei\n1,{A},{B},5e3\n"));
    let map = "--map block_number=height --map from_address=sender --map to_address=receiver --map value=wei";
    let run = desk.run(&format!("check t.csv {map}")).ends_with(2);
    assert!(run.stdout.contains("column `wei`: `5e3` is written with an exponent"), "{run:#?}");
    let json = desk.run(&format!("check t.csv {map} --inexact --chain bsc --json")).ends_with(0).json();
    assert_eq!(
        json["assets"][0],
        serde_json::json!({"asset": "bsc:native", "transfers": 1, "units": "5000"})
    );
    let notes = json["notes"].to_string();
    assert!(notes.contains("amounts of this column are rounded by whoever wrote it"), "{notes}");
    let run = desk.run("check t.csv --map amount=wei").ends_with(1);
    assert!(run.stderr.starts_with("error: `amount` is no column of ours"), "{run:#?}");
}

#[test]
fn file_that_is_only_joined_is_told_too() {
    let desk = Desk::with("tokens.csv", format!("address,symbol,name,decimals\n{A},T,T,6\n"));
    let run = desk.run("check tokens.csv").ends_with(0);
    assert!(run.stdout.starts_with("tokens.csv: tokens, 1 rows, 0 bad rows\n"), "{run:#?}");
}

#[test]
fn each_of_several_files_is_told_where_one_cannot_be_read() {
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n"))
        .and("logs.csv", "log_index,transaction_hash,block_number,address,data,topics\n");
    let run = desk.run("check t.csv logs.csv").ends_with(1);
    assert!(run.stdout.starts_with("t.csv: canonical, 1 rows, 0 bad rows\n"), "{run:#?}");
    assert!(run.stdout.contains("not read: logs.csv: is ethereum-etl's `logs.csv`"), "{run:#?}");
    assert!(run.stderr.starts_with("error: logs.csv: is ethereum-etl's"), "{run:#?}");
}
