//! `dyetrace deposits`, and what a trace makes of it.

use crate::real::lines;
use crate::support::{A, B, C, D, Desk, Table, dyetrace, ledger, root, shared};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The hot wallet of an exchange is D.
const LABELS: &str = "address,label,category,entity\n\
                      0x00000000000000000000000000000000000000dd,Binance 14,exchange,Binance\n";

/// A pays B, who pays D: B is an unlabelled deposit account.
fn swept() -> Desk {
    Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, D, 100), (3, A, C, 7)])).and("l.csv", LABELS)
}

fn of(table: &Table, column: &str, address: &str) -> String {
    let at = table.column("address").position(|it| it == address);
    table.column(column).nth(at.unwrap_or_else(|| panic!("no row of {address}"))).unwrap().to_owned()
}

#[test]
fn list_is_csv_json_or_text_and_says_the_same() {
    let desk = swept();
    let words = "deposits --transfers t.csv --labels l.csv";
    let csv = desk.run(words).ends_with(0).stdout;
    let text = desk.run(&format!("{words} --out d.csv")).ends_with(0).stdout;
    assert_eq!(fs::read_to_string(desk.path("d.csv")).unwrap(), csv);
    assert!(text.starts_with("0 labelled deposit accounts, 1 more by their sweeps, 0 leads\n"), "{text}");
    assert!(text.contains(B) && text.contains("1 of 1") && text.contains("0.16 (0.03-0.44)"), "{text}");
    let json = desk.run(&format!("{words} --json")).ends_with(0).json();
    assert_eq!((&json["inferred"], &json["leads"]), (&1.into(), &0.into()));
    let (row, table) = (&json["deposits"][0], desk.table("d.csv"));
    for column in &table.columns {
        let cell = table.column(column).next().unwrap();
        let said = match &row[column] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(said, cell, "{column}");
    }
    let cells = ["category", "entity", "grade", "sweeps", "swept"].map(|column| of(&table, column, B));
    assert_eq!(cells, ["exchange_deposit", "Binance", "INFERRED", "1", "100"]);
}

#[test]
fn list_can_be_given_as_labels_and_stays_an_inference() {
    let desk = swept();
    desk.run("deposits --transfers t.csv --labels l.csv --out d.csv").ends_with(0);
    let again = "deposits --transfers t.csv --labels l.csv d.csv --out e.csv";
    desk.run(again).ends_with(0);
    assert_eq!(fs::read(desk.path("d.csv")).unwrap(), fs::read(desk.path("e.csv")).unwrap());
    let trace = format!("trace --transfers t.csv --labels l.csv d.csv --theft T={A} --no-detected-deposits");
    desk.run(&format!("{trace} --out result")).ends_with(0);
    assert_eq!(of(&desk.table("result/holdings.csv"), "grade", B), "INFERRED");
}

#[test]
fn resume_starts_over_where_a_detected_deposit_account_begins_or_ends_to_be_one() {
    let other = "0x00000000000000000000000000000000000000ee";
    let rows = [(1, A, B, 100), (2, A, C, 7), (3, B, D, 90), (4, C, A, 7), (5, B, other, 3)];
    let labels = format!("{LABELS}{other},Huobi 1,exchange,Huobi\n");
    let desk = Desk::with("t.csv", String::new()).and("l.csv", &*labels);
    let trace = format!("trace --transfers t.csv --labels l.csv --theft T={A}");
    let course = |known: usize| {
        fs::write(desk.path("t.csv"), ledger(&rows[..known])).unwrap();
        let said = desk.run(&format!("{trace} --resume t.state --out resumed")).ends_with(0).stderr;
        desk.run(&format!("{trace} --out whole")).ends_with(0);
        for table in ["holdings.csv", "flows.csv", "freezable.csv"] {
            let [resumed, whole] =
                ["resumed", "whole"].map(|of| fs::read(desk.path(&format!("{of}/{table}"))).unwrap());
            assert_eq!(resumed, whole, "{table} of {known} rows");
        }
        said
    };
    assert_eq!(course(2), "");
    assert!(course(3).contains(&format!("started over: ethereum:{B} now stops the trace")));
    assert!(course(4).contains("went on after 3 transfers: 1 are new"));
    assert!(course(5).contains(&format!("started over: ethereum:{B} no longer stops the trace")));
}

#[test]
fn trace_stops_at_a_detected_deposit_account_unless_told_not_to() {
    let desk = swept();
    let words = format!("trace --transfers t.csv --labels l.csv --theft T={A} --out result");
    let said = desk.run(&words).ends_with(0).stdout;
    assert!(said.contains("deposit accounts that only their sweeps tell"), "{said}");
    let holdings = desk.table("result/holdings.csv");
    let cells = ["state", "stop", "libr", "grade"].map(|column| of(&holdings, column, B));
    assert_eq!(cells, ["SWEPT_CREDITED", "exchange_deposit", "100", "INFERRED"]);
    let freezable = desk.table("result/freezable.csv");
    let cells = ["holder", "grade", "swept_to"].map(|column| of(&freezable, column, B));
    assert_eq!(cells, ["Binance", "INFERRED", D]);
    let basis = of(&freezable, "basis", B);
    assert!(basis.contains("1 of 1 transfers out went to Binance, most of them to"), "{basis}");
    assert!(basis.contains("measured share of false leads 0.16 (0.03-0.44)"), "{basis}");
    let limits = desk.table("result/limitations.csv");
    let subjects = limits.column("kind").zip(limits.column("subject"));
    let detected: Vec<_> = subjects.filter(|it| it.0 == "detected_deposit").collect();
    assert_eq!(detected, [("detected_deposit", format!("ethereum {B}").as_str())]);

    for other in ["--no-detected-deposits", "--stop exchange"] {
        desk.run(&format!("{words} {other}")).ends_with(0);
        let holdings = desk.table("result/holdings.csv");
        assert_eq!(of(&holdings, "state", D), "AT_EXCHANGE", "{other}");
        assert!(!holdings.column("address").any(|address| address == B), "{other}");
    }
    // A seed never stops, and is nobody's deposit account.
    desk.run(&format!("{words} --theft T={B}")).ends_with(0);
    assert_eq!(of(&desk.table("result/holdings.csv"), "state", D), "AT_EXCHANGE");
}

#[test]
fn thresholds_are_options_and_what_is_wrong_is_said() {
    let desk = swept();
    let words = "deposits --transfers t.csv --labels l.csv --json";
    for (options, found) in [
        ("--max-senders 0 --max-short native=0 --max-delay-blocks 0", 0),
        ("--max-transfers 2", 0),
        ("--max-transfers 3 --min-share 100 --destinations 1 --max-senders 1", 1),
    ] {
        let json = desk.run(&format!("{words} {options}")).ends_with(0).json();
        assert_eq!(json["inferred"], found, "{options}: {json:#}");
    }
    for options in [
        "--min-share 101",
        "--min-share 0",
        "--gas-share 50",
        "--max-short native=1.5",
        "--max-short usdt=1",
        "--max-delay 3155760001",
    ] {
        desk.run(&format!("{words} {options}")).ends_with(1);
    }
    let bad = format!("{}4,{A},{C},1.5\n", ledger(&[(1, A, B, 100), (2, B, D, 100)]));
    let desk = desk.and("bad.csv", bad);
    let said = desk.run("deposits --transfers bad.csv --labels l.csv --skip-bad-rows").ends_with(2).stderr;
    let first = "not complete: 1 bad row was left out: bad.csv, line 4, column `value`: `1.5` has";
    assert!(said.contains(first), "{said}");
    let refused = desk.run("deposits --transfers t.csv --labels l.csv --out t.csv").ends_with(1).stderr;
    assert!(refused.contains("which the result would replace"), "{refused}");
    let desk = desk.and("mine.txt", "no list");
    let refused = desk.run("deposits --transfers t.csv --labels l.csv --out mine.txt").ends_with(1).stderr;
    assert!(refused.contains("is no list of deposit addresses"), "{refused}");
    assert_eq!(fs::read(desk.path("mine.txt")).unwrap(), b"no list");
}

#[test]
fn sample_gives_31_of_its_32_unlabelled_deposit_accounts_and_nobody_else() {
    // The one that is missing was never swept.
    let run = |threads: &str| {
        dyetrace(&root(), ["deposits", "sample-data/harmony/case.toml", "--threads", threads])
            .ends_with(0)
            .stdout
    };
    let csv = run("1");
    assert_eq!((run("2"), run("8")), (csv.clone(), csv.clone()));
    let desk = Desk::with("d.csv", csv);
    let (found, roles) = (desk.table("d.csv"), Table::read(&root().join("sample-data/harmony/roles.csv")));
    let roles: BTreeMap<&str, &str> = roles.column("address").zip(roles.column("role")).collect();
    let rows = found.column("address").zip(found.column("grade")).zip(found.column("entity"));
    let inferred: BTreeSet<_> =
        rows.filter(|((_, grade), _)| *grade == "INFERRED").map(|it| (it.0.0, it.1)).collect();
    assert_eq!(inferred.len(), 31);
    for (address, entity) in inferred {
        assert_eq!(roles[address], format!("background: deposit account at {entity}"));
    }
    assert!(!found.column("grade").any(|grade| grade == "LEAD"));
}

/// The deposit accounts that the rows of the real case name, and whose they are.
const NAMED: [(&str, &str); 6] = [
    ("0x09c964c75a27a1d296108e5afe7108f98993b2f5", "Huobi"),
    ("0x4d10f75d347927bb1f744023c46a439441fd2141", "OKX"),
    ("0x5cad5e57551dc4e91e092a4fc5364860cb092473", "Huobi"),
    ("0x66b2eff6ce4b491f34febc44ae5a099718f1ace0", "Binance"),
    ("0x674a7414d17445ea997588659323b515e75f5b99", "Binance"),
    ("0x67ecc93773478ab7653d26468d0466c76771e478", "Binance"),
];

/// The real rows, without the labels of those six if so wished.
fn harmony(without_labels: bool) -> Option<Desk> {
    let mut rows = fs::read_to_string(shared("cases/harmony/flows.csv")?).unwrap();
    if without_labels {
        for (address, _) in NAMED {
            for exchange in ["Binance", "Huobi", "OKX"] {
                rows = rows.replace(
                    &format!("{address},{exchange}_Deposit_{}", &address[..6]),
                    &format!("{address},"),
                );
            }
        }
        assert!(!rows.contains("_Deposit_"));
    }
    Some(Desk::with("flows.csv", rows))
}

/// Accounts and exchanges of one grade.
fn graded(table: &Table, grade: &str) -> BTreeSet<(String, String)> {
    let rows = table.column("address").zip(table.column("entity")).zip(table.column("grade"));
    rows.filter(|row| row.1 == grade).map(|row| (row.0.0.to_owned(), row.0.1.to_owned())).collect()
}

#[test]
fn harmony_deposit_accounts_are_found_again_by_their_sweeps_and_nobody_else() {
    let named: BTreeSet<_> = NAMED.map(|(address, entity)| (address.to_owned(), entity.to_owned())).into();
    for without_labels in [false, true] {
        let Some(desk) = harmony(without_labels) else { return };
        desk.run("deposits --transfers flows.csv --out d.csv").ends_with(0);
        let found = desk.table("d.csv");
        let (six, none) = if without_labels { ("INFERRED", "LABELLED") } else { ("LABELLED", "INFERRED") };
        assert_eq!(graded(&found, six), named);
        assert_eq!(graded(&found, none), BTreeSet::new());
        assert_eq!(found.rows.len(), 20);
        let leads = graded(&found, "LEAD");
        assert_eq!(leads.len(), 14);
        let doubts = found.column("grade").zip(found.column("doubts")).filter(|it| it.0 == "LEAD");
        assert!(doubts.into_iter().all(|it| it.1.starts_with("own_label")));
        // Those that pay 0xbae5… alone are none: nobody has named it an exchange's.
        let rows = Table::read(&desk.path("flows.csv"));
        let mut pays: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (from, to) in rows.column("From").zip(rows.column("To")) {
            pays.entry(from).or_default().insert(to);
        }
        let only_bae5 = |it: &&BTreeSet<&str>| **it == ["0xbae578f543b036a1934b9bc75e3ac5895d051355"].into();
        assert_eq!((pays.len(), pays.values().filter(only_bae5).count()), (455, 20));
        let single = found.column("all_sweeps").zip(found.column("grade")).filter(|it| *it == ("1", six));
        assert_eq!(single.count(), 2);
    }
}

#[test]
fn harmony_without_labels_of_the_six_traces_to_the_same_amounts_inferred() {
    let mut results = Vec::new();
    for without_labels in [false, true] {
        let Some(desk) = harmony(without_labels) else { return };
        let mut words = vec!["trace".to_owned(), "--transfers".to_owned(), "flows.csv".to_owned()];
        let seeds = lines("cases/harmony/sources.txt").unwrap();
        words.extend(seeds.iter().map(|seed| format!("--theft=T={seed}")));
        words.extend(["--out".to_owned(), "result".to_owned()]);
        dyetrace(desk.folder(), words).ends_with(0);
        let table = desk.table("result/freezable.csv");
        let columns = ["address", "holder", "amount_min", "amount_rule", "amount_max", "robust", "swept_to"];
        let rows: BTreeSet<Vec<String>> = (0..table.rows.len())
            .map(|row| columns.map(|it| table.column(it).nth(row).unwrap().to_owned()).into())
            .collect();
        let grades: BTreeSet<String> = table.column("grade").map(str::to_owned).collect();
        assert_eq!(grades.contains("INFERRED"), without_labels);
        assert!(!without_labels || grades.len() == 1, "{grades:?}");
        results.push(rows);
    }
    assert_eq!(results[0].len(), 6);
    assert_eq!(results[0], results[1]);
}

#[test]
fn whoever_a_seed_transaction_pays_is_nobodys_deposit_account() {
    let desk = Desk::with(
        "t.csv",
        format!(
            "block_number,transaction_hash,from_address,to_address,value\n1,0x{:064x},{A},{B},100\n2,0x{:064x},{B},{D},100\n",
            1, 2
        ),
    )
    .and("l.csv", LABELS);
    let found = |theft: &str| {
        desk.run(&format!("trace --transfers t.csv --labels l.csv --theft T={theft} --out result"))
            .ends_with(0);
        desk.table("result/holdings.csv").column("state").map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found(A), ["SWEPT_CREDITED"]);
    assert_eq!(found(&format!("tx:0x{:064x}", 1)), ["AT_EXCHANGE"]);
    assert_eq!(found(&format!("tx:0x{:064x}", 2)), ["AT_EXCHANGE"]);
}

#[test]
fn a_list_of_reserves_makes_nobody_a_deposit_account() {
    let reserves = format!(
        "coin,Type,Network,Snapshot Height,address,balance,message,signature1,signature2\nETH,EVM,ETH,1,{D},1,m,s,\n"
    );
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, D, 100)])).and("por.csv", reserves);
    let list = |labels: &str| {
        desk.run(&format!("deposits --transfers t.csv --labels {labels} --json")).ends_with(0).json()
    };
    assert_eq!(list("por.csv")["inferred"], 0);
    // What also says that it is a wallet counts.
    fs::write(desk.path("l.csv"), LABELS).unwrap();
    assert_eq!(list("por.csv l.csv")["inferred"], 1);
}

#[test]
fn what_went_through_a_lead_is_told() {
    let labels = format!("{LABELS}{B},Thief 2,theft,\n");
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, D, 90)])).and("l.csv", labels);
    desk.run(&format!("trace --transfers t.csv --labels l.csv --theft T={A} --out result")).ends_with(0);
    let told = desk.table("result/limitations.csv");
    let kinds = told.column("kind").zip(told.column("subject")).zip(told.column("detail"));
    let leads: Vec<_> = kinds.filter(|((kind, _), _)| *kind == "deposit_lead").collect();
    let [((_, subject), detail)] = leads[..] else { panic!("{leads:?}") };
    assert_eq!(subject, format!("ethereum {B}"));
    assert!(
        detail.contains("deposit account of Binance") && detail.contains("0.00000000000000009 ETH went on"),
        "{detail}"
    );
}
