//! The daily cycle: the script of `docs/watch.md`, run as it stands there.

use crate::support::{A, B, C, D, Desk, PROGRAM, Run, root};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The first script of the page.
fn script() -> String {
    let page = fs::read_to_string(root().join("docs/watch.md")).unwrap();
    let (_, rest) = page.split_once("```sh\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// Runs the script with the program under test first in the path.
fn watch(desk: &Desk, files: &[&str]) -> Run {
    let programs = Path::new(PROGRAM).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.arg("watch.sh").args(files).current_dir(desk.folder()).env("PATH", path).stdin(Stdio::null());
    shell.output().unwrap().into()
}

const CASE: &str = "name = \"Watched\"\n[[input]]\npath = \"case.dye\"\n[[labels]]\npath = \"labels.csv\"\n\
    [[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = ";

#[test]
fn day_by_day_the_script_says_what_is_new() {
    let day = |number: u64, rows: &[(&str, &str, u64)]| {
        let mut text =
            "block_number,block_timestamp,transaction_hash,from_address,to_address,value\n".to_owned();
        for (row, (from, to, value)) in (1..).zip(rows) {
            let block = 100 * number + row;
            text += &format!("{block},{},0x{block:064x},{from},{to},{value}\n", 1_700_000_000 + 12 * block);
        }
        text
    };
    let desk = Desk::with("watch.sh", script())
        .and("case.toml", format!("{CASE}\"{A}\"\n"))
        .and(
            "labels.csv",
            format!("address,category,entity\n{C},exchange_deposit,Huobi\n{D},exchange,Huobi\n"),
        )
        .and("day1.csv", day(1, &[(A, B, 100)]))
        .and("day2.csv", day(2, &[(B, C, 40), (D, B, 1)]))
        .and("day3.csv", day(3, &[(C, D, 40)]));
    let changes = || {
        let text = fs::read_to_string(desk.path("new.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let of = |purse: &serde_json::Value| {
            (purse["address"].as_str().unwrap().to_owned(), purse["changes"].to_string())
        };
        json["purses"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    watch(&desk, &["day1.csv"]).ends_with(0);
    assert!(!desk.path("new.json").exists() && desk.path("today").exists());
    let second = watch(&desk, &["day2.csv"]).ends_with(3);
    assert!(second.stderr.contains("went on after 1 transfers: 2 are new"), "{}", second.stderr);
    let expected = [(C, r#"["stoppable","reached"]"#), (B, r#"["shrank"]"#)];
    assert_eq!(changes(), expected.map(|(who, what)| (who.to_owned(), what.to_owned())));
    watch(&desk, &["day3.csv"]).ends_with(3);
    assert_eq!(changes(), [(C.to_owned(), r#"["swept"]"#.to_owned())]);
    // The same files again, and no files: nothing is new, twice.
    watch(&desk, &["day3.csv"]).ends_with(0);
    watch(&desk, &[]).ends_with(0);
    assert!(changes().is_empty());
    // A day that fails leaves everything in its place.
    fs::write(desk.path("day4.csv"), "block_number,from_address,to_address,value\n400,nobody,nowhere,1\n")
        .unwrap();
    let before = desk.everything();
    assert_ne!(watch(&desk, &["day4.csv"]).code, Some(0));
    assert!(before == desk.everything());
    // A label that is new is told, and the trace starts over by itself.
    let more = format!("address,category,entity\n{C},exchange_deposit,Huobi\n{B},exchange_deposit,Binance\n");
    fs::write(desk.path("labels.csv"), more).unwrap();
    let labelled = watch(&desk, &[]).ends_with(3);
    assert!(labelled.stderr.contains("started over"), "{}", labelled.stderr);
    let json = fs::read_to_string(desk.path("new.json")).unwrap();
    assert!(json.contains(r#""holder": "Binance""#), "{json}");
}
