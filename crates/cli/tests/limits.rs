//! Exit code 2: what a limit cut is said in text and in JSON. Stops that are answers are complete.

use crate::support::{A, B, C, D, Desk, ledger};

/// A thief's money in two steps, and a clean stranger.
fn desk() -> Desk {
    Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, D, B, 7), (3, B, C, 40)]))
}

/// With these options the run is not complete, for this reason alone, and says so twice.
#[track_caller]
fn cut_by(desk: &Desk, options: &str, kind: &str, detail: &str) {
    let words = format!("trace --transfers t.csv --theft T={A} --out result {options}");
    let text = desk.run(&words).ends_with(2);
    let said = format!("\nThe result is not complete:\n  {kind}: {detail}\n");
    assert!(text.stdout.contains(&said), "{text:#?}");
    let json = desk.run(&format!("{words} --json")).ends_with(2).json();
    assert_eq!(json["complete"], false);
    assert_eq!(json["missing"], serde_json::json!([{"kind": kind, "detail": detail}]));
}

#[track_caller]
fn complete(desk: &Desk, options: &str) {
    let words = format!("trace --transfers t.csv --theft T={A} --out result {options}");
    let text = desk.run(&words).ends_with(0);
    assert!(!text.stdout.contains("not complete"), "{text:#?}");
    let json = desk.run(&format!("{words} --json")).ends_with(0).json();
    assert_eq!((&json["complete"], &json["missing"]), (&serde_json::json!(true), &serde_json::json!([])));
}

#[test]
fn trace_without_limits_is_complete() {
    complete(&desk(), "");
}

#[test]
fn hub_that_takes_taint_is_said() {
    let detail = "1 tainted holding in very many transfers and unnamed: its money was not followed";
    cut_by(&desk(), "--hub-transfers 2", "hub", detail);
    complete(&desk(), "--hub-transfers 3");
    complete(&desk(), "--hub-transfers 2 --stop none");
}

#[test]
fn hop_limit_that_takes_taint_is_said() {
    let detail = "1 tainted holding as far away as `--max-hops` goes: its money was not followed";
    cut_by(&desk(), "--max-hops 1", "hops", detail);
    cut_by(&desk(), "--max-hops 2 --rule taint_first", "hops", detail);
    complete(&desk(), "--max-hops 3");
}

#[test]
fn end_of_the_ledger_that_cuts_taint_is_said() {
    let detail = "1 tainted holding with rows after `--until`: the money may have moved on";
    cut_by(&desk(), "--until block:2", "until", detail);
    complete(&desk(), "--until block:3");
}

#[test]
fn dust_that_carries_taint_is_said() {
    let detail = "1 tainted transfer below `--min-amount`: posted as dust, not followed";
    cut_by(&desk(), "--min-amount native=41", "min_amount", detail);
    complete(&desk(), "--min-amount native=40");
}

#[test]
fn limits_cut_under_the_runs_own_rule_or_not_at_all() {
    // B has 100 clean units before 10 stolen ones arrive, and sends 5.
    let desk = Desk::with("t.csv", ledger(&[(1, D, B, 100), (2, A, B, 10), (3, B, C, 5)]));
    complete(&desk, "--min-amount native=6 --rule libr --compare taint_first");
    complete(&desk, "--max-hops 2 --rule libr --compare taint_first");
    let detail = "1 tainted transfer below `--min-amount`: posted as dust, not followed";
    cut_by(&desk, "--min-amount native=6 --rule taint_first --compare libr", "min_amount", detail);
}

#[test]
fn every_limit_that_cut_is_said() {
    let ledger = ledger(&[(1, A, B, 100), (2, A, C, 3), (3, B, C, 40), (4, C, D, 1)]);
    let desk = Desk::with("t.csv", ledger);
    let words = format!("trace --transfers t.csv --theft T={A} --json --min-amount native=4 --until block:3");
    let json = desk.run(&words).ends_with(2).json();
    let kinds: Vec<&str> =
        json["missing"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["until", "min_amount"]);
}

#[test]
fn stops_at_labels_and_gaps_are_complete() {
    // B is an exchange; C spends more than the data show it had.
    let rows = ledger(&[(1, A, B, 100), (2, B, D, 50), (3, A, C, 10), (4, C, D, 25)]);
    let desk = Desk::with("t.csv", rows).and("labels.csv", format!("address,category\n{B},exchange\n"));
    complete(&desk, "--labels labels.csv");
    let kinds: Vec<String> = desk.table("result/limitations.csv").column("kind").map(str::to_owned).collect();
    assert!(kinds.contains(&"gap".to_owned()), "{kinds:?}");
    let states = desk.table("result/holdings.csv");
    let states: Vec<(&str, &str)> = states.column("address").zip(states.column("state")).collect();
    assert!(states.contains(&(B, "AT_EXCHANGE")), "{states:?}");
}

/// The kinds of what is not known.
fn kinds(desk: &Desk) -> Vec<String> {
    desk.table("result/limitations.csv").column("kind").map(str::to_owned).collect()
}

#[test]
fn theft_of_nothing_is_said() {
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 0), (2, C, D, 5)]));
    let run =
        desk.run(&format!("trace --transfers t.csv --theft T={A} --theft U={C} --out result")).ends_with(0);
    assert!(run.stdout.starts_with("T: the data show no money of this theft"), "{run:#?}");
    let table = desk.table("result/limitations.csv");
    let row = table.rows.iter().find(|row| row[0] == "nothing_stolen").unwrap();
    assert_eq!(row[1], "T");
}

#[test]
fn names_in_the_rows_are_names() {
    let rows = format!(
        "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n\
         2023-01-13 20:34:11,1,0x01,{A},,{B},Binance_Deposit,20.0\n"
    );
    let desk = Desk::with("t.csv", rows);
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    let kinds_with = kinds(&desk);
    assert!(!kinds_with.contains(&"no_labels".to_owned()), "{kinds_with:?}");
    // Said once, not by two.
    assert_eq!(kinds_with.iter().filter(|kind| *kind == "usd_unit").count(), 1);
    let without = Desk::with("t.csv", ledger(&[(1, A, B, 5)]));
    without.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    assert!(kinds(&without).contains(&"no_labels".to_owned()));
}
