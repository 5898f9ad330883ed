//! `dyetrace decide`, and what a trace makes of the log: labels and cuts applied, links listed, the chain checked
//! before and after.

use crate::support::{A, B, C, D, Desk, PROGRAM, Table, ledger, root};
use serde_json::Value;
use std::fs;
use std::process::Command;

/// Runs `decide` with these words; names and reasons may hold spaces.
fn decide(desk: &Desk, who: &str, why: &str, words: &str) -> std::process::Output {
    let mut command = Command::new(PROGRAM);
    command.args(["decide", "decisions.jsonl", "--when", "2023-02-01T10:00:00Z", "--who", who, "--why", why]);
    command.args(words.split_whitespace()).current_dir(desk.folder()).output().unwrap()
}

fn decided(desk: &Desk, why: &str, words: &str) {
    let output = decide(desk, "A. Analyst", why, words);
    assert!(output.status.success(), "{output:?}");
}

const CASE: &str = "[[input]]\npath = \"t.csv\"\n[decisions]\npath = \"decisions.jsonl\"\n[[theft]]\nid = \"T\"\n\
                    [[theft.seed]]\naddress = \"0x00000000000000000000000000000000000000aa\"\n";

/// A theft of 100 at A goes by way of B to C and D.
fn desk() -> Desk {
    Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, C, 60), (3, C, D, 50)])).and("case.toml", CASE)
}

fn row<'t>(table: &'t Table, column: &str, holds: &str) -> Option<&'t Vec<String>> {
    let at = table.column(column).position(|cell| cell == holds)?;
    table.rows.get(at)
}

#[test]
fn labels_and_cuts_are_applied_and_the_log_is_sealed_with_the_result() {
    let desk = desk();
    decided(
        &desk,
        "the exchange confirmed it",
        &format!("label {D} --category exchange_deposit --entity Kraken"),
    );
    decided(&desk, "=HYPERLINK(\"x\") a shop, paid", &format!("cut {C}"));
    let hash = |digit: &str| format!("0x{}", digit.repeat(64));
    decided(&desk, "'=same hour", &format!("link {} {}", hash("1"), hash("2")));
    decided(&desk, "nobody", &format!("cut 0x{:040x}", 0xfeed));
    desk.run("trace case.toml --out result").ends_with(0);
    let holdings = desk.table("result/holdings.csv");
    let cut = row(&holdings, "address", C).unwrap();
    assert!(cut.contains(&"NOT_FOLLOWED".to_owned()) && cut.contains(&"cut".to_owned()), "{cut:?}");
    assert_eq!(row(&holdings, "address", D), None);
    let limitations = desk.table("result/limitations.csv");
    let why = &row(&limitations, "kind", "cut").unwrap()[2];
    assert!(why.starts_with("decision 2 by A. Analyst, 2023-02-01T10:00:00Z (=HYPERLINK"), "{why}");
    assert!(why.contains("a claim of 60 base units of T ethereum:native rests there"), "{why}");
    assert!(row(&limitations, "kind", "link").unwrap()[2].contains("neither transaction is in the data"));
    assert!(row(&limitations, "kind", "decision").unwrap()[2].contains("decision 4"));
    let decisions = desk.table("result/decisions.csv");
    assert_eq!(decisions.columns, ["number", "when", "who", "kind", "subject", "detail", "why", "hash"]);
    assert_eq!(decisions.rows.len(), 4);
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.path("result/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["decisions"]["head"], decisions.rows[3][7].as_str());
    assert_eq!(
        (&manifest["decisions"]["name"], &manifest["decisions"]["rows"]),
        (&"decisions.jsonl".into(), &4.into())
    );
    desk.run("verify result").ends_with(0);
    // Without the cut the money goes on to the deposit address that the first decision names.
    let first = fs::read_to_string(desk.path("decisions.jsonl")).unwrap();
    fs::write(desk.path("short.jsonl"), first.lines().next().unwrap().to_owned() + "\n").unwrap();
    desk.run("trace case.toml --decisions short.jsonl --out result").ends_with(0);
    let place = desk.table("result/freezable.csv");
    assert_eq!(place.column("holder").next(), Some("Kraken"));
    assert!(place.column("basis").next().unwrap().contains("decision 1 by A. Analyst"));
}

#[test]
fn a_copy_that_was_changed_no_longer_follows() {
    let desk = desk();
    for why in ["first", "second", "third"] {
        decided(&desk, why, &format!("cut {C}"));
    }
    desk.run("trace case.toml --out result").ends_with(0);
    let path = desk.path("result/decisions.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let without = |number: usize| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != number).map(|(_, line)| *line);
        kept.collect::<Vec<_>>().join("\n") + "\n"
    };
    for bent in
        [whole.replace("second", "zecond"), whole.replace("A. Analyst", "B. Analyst"), without(1), without(3)]
    {
        fs::write(&path, bent).unwrap();
        let run = desk.run("verify result").ends_with(1);
        let told = run
            .stdout
            .lines()
            .filter(|line| line.contains("decisions.csv") && !line.contains("manifest"))
            .count();
        assert!(told > 0, "{}", run.stdout);
    }
}

#[test]
fn a_broken_log_is_refused_with_its_line() {
    let desk = desk();
    decided(&desk, "first", &format!("cut {C}"));
    decided(&desk, "second", &format!("cut {D}"));
    let whole = fs::read_to_string(desk.path("decisions.jsonl")).unwrap();
    for (bent, said) in [
        (whole.replace("first", "thirst"), "decisions.jsonl, line 2: does not follow the line before it"),
        (
            whole.split_inclusive('\n').skip(1).collect(),
            "decisions.jsonl, line 1: is decision 2, but 1 was expected",
        ),
        (whole.trim_end().to_owned(), "decisions.jsonl, line 2: the line has no end"),
        (whole.clone() + "{}\n", "decisions.jsonl, line 3: is no decision"),
        (whole.replace("\"cut\"", "\"burn\""), "decisions.jsonl, line 1: is no decision"),
    ] {
        fs::write(desk.path("decisions.jsonl"), &bent).unwrap();
        let run = desk.run("trace case.toml --out result").ends_with(1);
        assert!(run.stderr.contains(said) && !desk.path("result").exists(), "{run:?}");
        let output = decide(&desk, "A", "more", &format!("cut {B}"));
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(fs::read_to_string(desk.path("decisions.jsonl")).unwrap(), bent, "nothing is added to it");
    }
}

#[test]
fn what_no_decision_can_say_is_refused() {
    let desk = desk();
    for (who, why, words, said) in [
        ("", "x", format!("cut {C}"), "`who`: 1 to 200 visible characters"),
        ("A", "a\u{1b}[31m", format!("cut {C}"), "`why`: 1 to 20000 visible characters"),
        ("A", "x", "cut 0x12".to_owned(), "`subject`: `0x12` is not an address"),
        ("A", "x", format!("label {C} --category bank"), "`category`: `bank` is no category"),
        ("A", "x", "link 0x1 0x1".to_owned(), "not to itself"),
    ] {
        let output = decide(&desk, who, why, &words);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && stderr.contains(said), "{words}: {stderr}");
        assert!(!desk.path("decisions.jsonl").exists());
    }
}

#[test]
fn decisions_made_at_once_are_all_kept_or_refused() {
    let desk = desk();
    let made: Vec<bool> = std::thread::scope(|scope| {
        let desk = &desk;
        let threads: Vec<_> = (0..8)
            .map(|number| {
                scope.spawn(move || decide(desk, "A", &format!("number {number}"), &format!("cut {C}")))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap().status.success()).collect()
    });
    let lines = fs::read_to_string(desk.path("decisions.jsonl")).unwrap().lines().count();
    assert_eq!(lines, made.iter().filter(|made| **made).count());
    desk.run("trace case.toml --out result").ends_with(0);
}

#[test]
fn the_independent_script_agrees_on_labels_and_cuts() {
    let has_python = Command::new("python3").args(["-c", "import sys, tomllib"]).output();
    if !has_python.is_ok_and(|it| it.status.success()) {
        return crate::support::skip("no python3");
    }
    let desk = desk();
    decided(&desk, "a shop", &format!("cut {C}"));
    decided(&desk, "told", &format!("label {B} --category defi --confidence 40"));
    desk.run("trace case.toml --out result").ends_with(0);
    let script = root().join("sample-data/rederive.py");
    let script = Command::new("python3")
        .args(["-B", script.to_str().unwrap(), "case.toml", "--compare", "result"])
        .current_dir(desk.folder())
        .output()
        .unwrap();
    assert!(script.status.success(), "{script:#?}");
}
