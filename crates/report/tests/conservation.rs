//! What was stolen is what was written, and every change of a written figure shows.

use crate::support::{At, Case, whole_case};
use dyetrace_core::Amount;
use dyetrace_core::trace::{PostingKind, Rule, Stop};
use dyetrace_report::{State, recompute};

#[test]
fn what_is_written_adds_up_to_what_was_stolen() {
    let files = whole_case().written();
    let balances = recompute(files["holdings.csv"].as_bytes(), files["postings.csv"].as_bytes()).unwrap();
    assert_eq!(balances.len(), 4);
    for (key, balance) in &balances {
        assert_eq!(balance.difference().amount, Amount::ZERO, "{key:?}");
        assert_eq!(balance.total(), Amount::from(100));
    }
    let libr = &balances[&("T".into(), "ethereum:native".into(), "libr".into())];
    assert_eq!(libr.states[State::SweptCredited as usize], Amount::from(60));
}

#[test]
fn one_changed_holding_makes_a_difference() {
    let files = whole_case().written();
    let (holdings, postings) = (&files["holdings.csv"], &files["postings.csv"]);
    let mut reader = csv::Reader::from_reader(holdings.as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let mut changes = 0;
    for (at, row) in rows.iter().enumerate() {
        for (column, name) in head.iter().enumerate().filter(|(_, name)| name.starts_with("claim_")) {
            let mut table = csv::Writer::from_writer(Vec::new());
            table.write_record(&head).unwrap();
            for (other, cells) in rows.iter().enumerate() {
                let more = row[column].parse::<u128>().unwrap() + 1;
                let changed = |cell: usize, text: &str| {
                    if (other, cell) == (at, column) { more.to_string() } else { text.to_owned() }
                };
                table.write_record(cells.iter().enumerate().map(|(cell, text)| changed(cell, text))).unwrap();
            }
            let bytes = table.into_inner().unwrap();
            let balances = recompute(&bytes[..], postings.as_bytes()).unwrap();
            let rule = name.trim_start_matches("claim_");
            let key = ("T".to_owned(), "ethereum:native".to_owned(), rule.to_owned());
            assert_eq!(balances[&key].difference().to_string(), "-1", "row {at}, {name}");
            changes += 1;
        }
    }
    assert_eq!(changes, 5 * 4);
}

#[test]
fn fees_burns_and_dust_have_their_columns() {
    let mut case = Case::new(&[Rule::Libr, Rule::Poison]);
    let received = case.coin(9, 1, 100);
    let burn = case.coin(1, 0, 20);
    let dust = case.coin(1, 2, 3);
    case.built();
    let purse = case.purse(1, None);
    case.posting(PostingKind::Received, received, purse, &[90, 90]);
    case.posting(PostingKind::Unseen, burn, purse, &[10, 0]);
    case.posting(PostingKind::Fee, burn, purse, &[7, 7]);
    case.posting(PostingKind::Burn, burn, purse, &[20, 20]);
    case.posting(PostingKind::Dust, dust, purse, &[3, 3]);
    let at = At { holder: 1, token: None, stop: Some(Stop::Horizon), balance: 70, hops: 0, first: received };
    case.holding(&at, &[70, 70]);
    let files = case.written();
    insta::assert_snapshot!(files["conservation.csv"]);
    insta::assert_snapshot!(files["postings.csv"]);
    case.with(|report| {
        let kinds: Vec<&str> = report.missing().iter().map(|missing| missing.kind).collect();
        assert_eq!(kinds, ["until", "min_amount"]);
    });
}

#[test]
fn a_trace_that_does_not_add_up_is_not_written() {
    let mut case = whole_case();
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, 0, seed, &[0, 0, 1, 0]);
    let folder = tempfile::tempdir().unwrap();
    let error = case.with(|report| report.write(&folder.path().join("result")).unwrap_err());
    assert!(error.is_bug());
    assert_eq!(
        error.to_string(),
        "the amounts of theft `T`, asset `ethereum:native`, rule `lifo` do not add up: 1 base units apart, where 0 was expected"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_written_table_with_a_fault_is_refused() {
    let files = whole_case().written();
    let postings = files["postings.csv"].as_bytes();
    let fault = |holdings: &str| recompute(holdings.as_bytes(), postings).unwrap_err().to_string();
    let holdings = &files["holdings.csv"];
    assert!(fault(&holdings.replace("AT_EXCHANGE", "AT_HOME")).contains("line 5 has an unknown state"));
    assert!(fault(&holdings.replace(",30,", ",-30,")).contains("`-30` where an amount was expected"));
    assert!(fault(&holdings.replace("stolen_asset", "asset")).contains("no column `stolen_asset`"));
}
