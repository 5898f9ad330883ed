//! `dyetrace ingest`, and what traces make of a snapshot: the same as of its files.

use crate::support::{A, B, C, Desk, HEADER, PROGRAM, assert_same, files, ledger, result, root, shared};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

fn manifest(desk: &Desk, result: &str) -> Value {
    serde_json::from_slice(&fs::read(desk.path(result).join("manifest.json")).unwrap()).unwrap()
}

/// All files of a result but its manifest.
fn tables(desk: &Desk, result: &str) -> crate::support::Files {
    let mut files = files(&desk.path(result));
    files.remove("manifest.json").unwrap();
    files
}

/// Traces from the inputs and from a snapshot of them, and compares: every table, what is printed, and all of the
/// manifest but what is to differ.
#[track_caller]
fn same_from_a_snapshot(desk: &Desk, inputs: &str, options: &str, code: i32) {
    let ingested = desk.run(&format!("ingest {inputs} --out s.dye --json")).ends_with(0).json();
    let from_files = desk.run(&format!("trace --transfers {inputs} {options} --out files")).ends_with(code);
    let from_snapshot =
        desk.run(&format!("trace --transfers s.dye {options} --out snapshot")).ends_with(code);
    assert_same(&tables(desk, "snapshot"), &tables(desk, "files"));
    let printed = |said: &str| -> Vec<String> {
        let told = |line: &&str| !line.contains("SHA-256") && !line.contains("The tables are in");
        said.lines().filter(told).map(|line| line.replace("snapshot", "files")).collect()
    };
    assert_eq!(printed(&from_snapshot.stdout), printed(&from_files.stdout));
    let (mut ours, mut theirs) = (manifest(desk, "snapshot"), manifest(desk, "files"));
    let bytes = fs::read(desk.path("s.dye")).unwrap().len();
    let count = theirs["inputs"].as_array().unwrap().len();
    let named = json!({"name": "s.dye", "bytes": bytes, "seal": ingested["seal"], "files": count});
    assert_eq!((&ours["snapshot"], &theirs["snapshot"]), (&named, &Value::Null));
    for manifest in [&mut ours, &mut theirs] {
        for key in ["snapshot", "command", "run", "seal"] {
            manifest.as_object_mut().unwrap().shift_remove(key).unwrap();
        }
    }
    assert_eq!(ours, theirs);
}

#[test]
fn sample_from_a_snapshot_gives_the_expected_files_byte_by_byte() {
    let desk = Desk::new();
    let sample = root().join("sample-data/harmony");
    for name in ["transfers.csv", "labels.csv"] {
        fs::copy(sample.join(name), desk.path(name)).unwrap();
    }
    desk.run("ingest transfers.csv --out s.dye").ends_with(0);
    let case = fs::read_to_string(sample.join("case.toml")).unwrap();
    let case = case.replace("path = \"transfers.csv\"\ncovers = \"all\"", "path = \"s.dye\"");
    assert!(case.contains("s.dye"));
    fs::write(desk.path("case.toml"), case).unwrap();
    for threads in ["1", "3"] {
        desk.run(&format!("trace case.toml --out result --threads {threads}")).ends_with(0);
        let mut found = tables(&desk, "result");
        // What is expected are the tables: page and requests are other views of them.
        found.retain(|name, _| name != "report.html" && !name.starts_with("packs/"));
        assert_same(&found, &files(&sample.join("expected")));
    }
}

#[test]
fn real_cases_from_a_snapshot_are_what_they_are_from_their_files() {
    let (Some(harmony), Some(sources)) =
        (shared("cases/harmony/flows.csv"), shared("cases/harmony/sources.txt"))
    else {
        return;
    };
    let sources = fs::read_to_string(sources).unwrap();
    let seeds: Vec<String> = sources.split_whitespace().map(|seed| format!("--theft T={seed}")).collect();
    let desk = Desk::new();
    fs::copy(harmony, desk.path("flows.csv")).unwrap();
    for options in ["", "--stop none --rule fifo"] {
        same_from_a_snapshot(&desk, "flows.csv", &format!("{} {options}", seeds.join(" ")), 0);
        // What the files were made of stays, for the next round.
        fs::remove_file(desk.path("s.dye")).unwrap();
    }
    let labels = shared("labels/etherscan/combinedAccountLabels.json").unwrap();
    fs::copy(shared("cases/cryptopia/txlist.csv.gz").unwrap(), desk.path("txlist.csv.gz")).unwrap();
    fs::copy(labels, desk.path("labels.json")).unwrap();
    let options = "--theft T=0xd4e79226f1e5a7a28abb58f4704e53cd364e8d11 --labels labels.json";
    same_from_a_snapshot(&desk, "txlist.csv.gz", options, 0);
}

#[test]
fn several_files_of_several_forms_give_the_same_from_a_snapshot() {
    let tokens = format!(
        "token_address,from_address,to_address,value,transaction_hash,log_index,block_number\n\
         {C},{B},{A},70,0x{:064x},1,3\n",
        7
    );
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, C, 40)])).and("tokens.csv", tokens).and(
        "blocks.csv",
        "number,timestamp,miner,gas_limit,gas_used\n1,1600000000,,,\n2,1600000012,,,\n3,1600000024,,,\n",
    );
    same_from_a_snapshot(
        &desk,
        "t.csv tokens.csv blocks.csv",
        &format!("--theft T={A}@2020-01-01T00:00:00Z"),
        0,
    );
}

#[test]
fn labels_that_ride_in_rows_come_through_a_snapshot() {
    let Some(harmony) = shared("cases/harmony/flows.csv") else { return };
    let text = fs::read_to_string(harmony).unwrap();
    let desk = Desk::with("flows.csv", text.lines().take(400).collect::<Vec<_>>().join("\n"));
    let ingest = || desk.run("ingest flows.csv --out s.dye").ends_with(0);
    ingest();
    let seed =
        text.lines().nth(1).unwrap().split(',').find(|cell| cell.starts_with("0x") && cell.len() == 42);
    let words =
        |input: &str| format!("trace --transfers {input} --theft T={} --out {input}.out", seed.unwrap());
    let run = desk.run(&words("flows.csv"));
    assert_eq!(desk.run(&words("s.dye")).code, run.code);
    assert_same(&tables(&desk, "s.dye.out"), &tables(&desk, "flows.csv.out"));
    let holdings = desk.table("s.dye.out/holdings.csv");
    assert!(holdings.column("label").any(|label| !label.is_empty()), "no label rode along");
}

#[test]
fn files_may_follow_a_snapshot_in_a_case() {
    let desk = Desk::with("1.csv", ledger(&[(1, A, B, 100)])).and("2.csv", ledger(&[(2, B, C, 40)]));
    desk.run("ingest 1.csv --out s.dye").ends_with(0);
    let case = |inputs: &[&str]| {
        let inputs: String = inputs.iter().map(|it| format!("[[input]]\npath = \"{it}\"\n")).collect();
        format!("{inputs}[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n")
    };
    let trace = |inputs: &[&str], code: i32| {
        fs::write(desk.path("case.toml"), case(inputs)).unwrap();
        desk.run(&format!("trace case.toml --out {}", inputs.join("-"))).ends_with(code)
    };
    trace(&["s.dye", "2.csv"], 0);
    trace(&["1.csv", "2.csv"], 0);
    assert_same(&tables(&desk, "s.dye-2.csv"), &tables(&desk, "1.csv-2.csv"));
    let (ours, theirs) = (manifest(&desk, "s.dye-2.csv"), manifest(&desk, "1.csv-2.csv"));
    assert_eq!(ours["inputs"], theirs["inputs"]);
    assert_eq!((&ours["snapshot"]["name"], &ours["snapshot"]["files"]), (&"s.dye".into(), &1.into()));
    let run = trace(&["2.csv", "s.dye"], 1);
    assert!(run.stderr.starts_with("error: s.dye: is a snapshot, and files are added to it"), "{run:#?}");
}

#[test]
fn bad_rows_are_kept_in_a_snapshot_and_said_by_every_trace() {
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},100\n2,{B},{C},1.5\n"));
    let run = desk.run("ingest t.csv --out s.dye").ends_with(1);
    assert!(run.stderr.starts_with("error: t.csv, line 3, column `value`: `1.5` has a fraction"), "{run:#?}");
    assert!(!desk.path("s.dye").exists() && !desk.path(".s.dye.new").exists());
    let run = desk.run("ingest t.csv --out s.dye --skip-bad-rows").ends_with(2);
    assert!(run.stdout.contains("bad row, left out: t.csv, line 3, column `value`"), "{run:#?}");
    desk.run(&format!("trace --transfers t.csv --skip-bad-rows --theft T={A} --out files")).ends_with(2);
    let run = desk.run(&format!("trace --transfers s.dye --theft T={A} --out snapshot")).ends_with(2);
    assert!(run.stdout.contains("rejects: 1 input row left out"), "{run:#?}");
    assert_same(&tables(&desk, "snapshot"), &tables(&desk, "files"));
    assert_eq!(desk.table("snapshot/rejects.csv").rows.len(), 1);
    desk.run("check s.dye").ends_with(2);
}

#[test]
fn hash_that_was_not_computed_is_null_and_said() {
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100)]));
    desk.run("ingest t.csv --out s.dye --without-sha256").ends_with(0);
    desk.run(&format!("trace --transfers s.dye --theft T={A} --out result")).ends_with(0);
    assert_eq!(manifest(&desk, "result")["inputs"][0]["sha256"], Value::Null);
    let rows = desk.table("result/limitations.csv").rows;
    assert!(rows.iter().any(|row| (&*row[0], &*row[1]) == ("no_sha256", "t.csv")), "{rows:?}");
    let json = desk.run("check s.dye --json").ends_with(0).json();
    assert_eq!(json["files"][0]["sha256"], Value::Null);
    assert!(desk.run("check s.dye").ends_with(0).stdout.contains("bytes, sha256 not computed\n"));
    // A trace of the file itself always computes it.
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    assert!(manifest(&desk, "result")["inputs"][0]["sha256"].is_string());
}

#[test]
fn check_tells_what_a_snapshot_is_and_that_it_is_whole() {
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, C, 40)]));
    let said = desk.run("ingest t.csv --out s.dye").ends_with(0).stdout;
    assert!(said.starts_with("s.dye: 2 transfers, 3 accounts, 2 transactions, of 1 file\n  "), "{said}");
    let seal = said.split_once("seal ").unwrap().1.trim_end();
    let run = desk.run("check s.dye").ends_with(0);
    let bytes = fs::metadata(desk.path("s.dye")).unwrap().len();
    let shown = format!("{},{:03}", bytes / 1000, bytes % 1000);
    let first = format!(
        "snapshot s.dye: {shown} bytes\n  seal {seal}\n  every checksum agrees; made of 1 file below\nt.csv: canonical"
    );
    assert!(run.stdout.starts_with(&first), "{run:#?}");
    let json = desk.run("check s.dye --json").ends_with(0).json();
    let bytes = fs::metadata(desk.path("s.dye")).unwrap().len();
    assert_eq!(
        (&json["snapshot"]["bytes"], &json["snapshot"]["checksums"]),
        (&bytes.into(), &"agree".into())
    );
    let of_file = desk.run("check t.csv --json").ends_with(0).json();
    assert_eq!(of_file["snapshot"], Value::Null);
    for key in ["files", "assets", "transfers", "accounts", "doubts", "verdict"] {
        assert_eq!(json[key], of_file[key], "{key}");
    }
}

/// Puts these numbers in the place of a column's, wherever they lie: no checksum is mended.
fn scribble(path: &Path, member: &str, last: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    let name = member.as_bytes();
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
    // The name, 20 bytes of sizes, 128 of the array's header.
    let start = at + name.len() + 20 + 128;
    bytes[start..start + last.len()].copy_from_slice(last);
    fs::write(path, bytes).unwrap();
}

#[test]
fn damaged_snapshot_is_a_plain_error_and_no_panic() {
    for (member, numbers) in [
        ("transfers/from.npy", [0xfe; 4]),
        ("transfers/to.npy", [0xfe; 4]),
        ("transfers/to.npy", [0xff; 4]),
        ("transfers/transaction.npy", [0xfe; 4]),
        ("purses/account.npy", [0xfe; 4]),
        ("purses/asset.npy", [0xfe; 4]),
        ("purses/by_account.npy", [0xfe; 4]),
        ("accounts/sorted.npy", [0xfe; 4]),
        // Accounts that are found no more: the trace would say that the seed is not there.
        ("accounts/address.npy", [0xfe; 4]),
        ("accounts/chain.npy", [0x01, 0x00, 0xfe, 0x7e]),
        ("transfers/value.npy", [0xff; 4]),
    ] {
        let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, C, 40), (3, A, C, 1)]))
            .and("more.csv", ledger(&[(4, B, A, 3)]));
        desk.run("ingest t.csv --out s.dye").ends_with(0);
        scribble(&desk.path("s.dye"), member, &numbers);
        let before = desk.everything();
        let expected = format!(
            "error: s.dye: is a snapshot, but damaged or cut off: the checksum of `{member}` does not agree\n\n\
             hint: take a copy of it, or make it again with `dyetrace ingest`\n"
        );
        let words = ["check s.dye", "check s.dye --json", "ingest more.csv --out s.dye"].map(str::to_owned);
        let with_more = format!("trace --transfers s.dye more.csv --theft T={A} --out result");
        for words in words.into_iter().chain([with_more]) {
            let run = desk.run(&words).ends_with(1);
            assert_eq!((run.stderr.as_str(), run.stdout.as_str()), (expected.as_str(), ""), "{words}");
            assert_eq!(desk.everything(), before, "{words}");
        }
        let run = desk.run(&format!("trace --transfers s.dye --theft T={A} --out result"));
        assert!(!run.stderr.contains("panicked"), "{member}: {run:#?}");
        // Not all damage leads astray where it can be noticed: `check` compares the checksums, a trace does not.
        if !["transfers/value.npy", "purses/by_account.npy"].contains(&member) {
            assert_eq!((run.code, run.stderr.as_str()), (Some(1), expected.as_str()), "{member}");
            assert_eq!(desk.everything(), before, "{member}");
        }
    }
}

#[test]
fn snapshot_that_was_cut_off_is_a_plain_error() {
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100)]));
    desk.run("ingest t.csv --out s.dye").ends_with(0);
    let bytes = fs::read(desk.path("s.dye")).unwrap();
    for length in [0, 20, 78, 130, bytes.len() / 2, bytes.len() - 1] {
        fs::write(desk.path("s.dye"), &bytes[..length]).unwrap();
        for words in [format!("trace --transfers s.dye --theft T={A}"), "check s.dye".to_owned()] {
            let run = desk.run(&words).ends_with(1);
            assert!(run.stderr.starts_with("error: s.dye: "), "{length}: {run:#?}");
            assert!(!run.stderr.contains("panicked"), "{length}: {run:#?}");
        }
    }
}

#[test]
fn options_that_were_settled_are_refused_with_a_snapshot() {
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100)]));
    desk.run("ingest t.csv --out s.dye").ends_with(0);
    for option in ["--chain bsc", "--inexact", "--map value=amount"] {
        let run = desk.run(&format!("trace --transfers s.dye --theft T={A} {option}")).ends_with(1);
        assert!(run.stderr.starts_with("error: s.dye: is a snapshot: dialect, chain"), "{run:#?}");
        assert!(run.stderr.contains("\n\nhint: say them when its files are ingested\n"), "{run:#?}");
    }
}

#[test]
fn standard_input_is_ingested() {
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100)]));
    let line = "\"$0\" ingest - --out s.dye < t.csv && \"$0\" check s.dye";
    let run = Command::new("sh").args(["-c", line, PROGRAM]).current_dir(desk.folder()).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(said.contains("\nstandard input: canonical, 1 row, no bad rows\n"), "{said}");
}

#[test]
fn examples_of_the_help_are_understood() {
    let help = Desk::new().run("ingest --help").ends_with(0).stdout;
    let desk = Desk::with("token_transfers.csv", format!(
        "token_address,from_address,to_address,value,transaction_hash,log_index,block_number\n{C},{A},{B},7,0x{:064x},1,3\n", 7))
        .and("blocks.csv", "number,timestamp,miner,gas_limit,gas_used\n3,1600000024,,,\n4,1600000036,,,\n");
    fs::create_dir(desk.path("july")).unwrap();
    for name in ["token_transfers.csv", "blocks.csv"] {
        let text = fs::read_to_string(desk.path(name)).unwrap().replace(",1,3\n", ",1,4\n");
        fs::write(desk.path("july").join(name), text).unwrap();
    }
    let examples: Vec<&str> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  dyetrace "))
        .filter(|it| it.contains(".dye"))
        .collect();
    assert_eq!(examples.len(), 3, "{help}");
    for example in examples {
        desk.run(&example.replace("0x…", A)).ends_with(0);
    }
    assert_eq!(manifest(&desk, "result")["inputs"].as_array().unwrap().len(), 4);
    let _ = result(&desk.path("result"));
}
