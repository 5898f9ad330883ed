//! What is typed says the same as a case file.

use crate::support::{A, B, C, Desk, Files, assert_same, dyetrace, files, ledger, root};

fn tables(desk: &Desk) -> Files {
    let mut tables = files(&desk.path("result"));
    tables.remove("manifest.json").unwrap();
    tables
}

#[test]
fn sample_by_flags_gives_the_tables_of_its_case_file() {
    let (by_case, by_flags) = (Desk::new(), Desk::new());
    let out = by_case.path("result");
    dyetrace(&root(), ["trace", "sample-data/harmony/case.toml", "--out", out.to_str().unwrap()])
        .ends_with(0);
    let since = "2022-06-23T11:06:00Z";
    let theft = |address: &str| format!("--theft=HARMONY={address}@{since}");
    let words = [
        "trace".to_owned(),
        "--transfers=sample-data/harmony/transfers.csv".to_owned(),
        "--labels=sample-data/harmony/labels.csv".to_owned(),
        theft("0x0d043128146654c7683fbf30ac98d7b2285ded00"),
        theft("0x9e91ae672e7f7330fc6b9bab9c259bd94cd08715"),
        theft("0x58f4baccb411acef70a5f6dd174af7854fc48fa9"),
        "--rule=libr".to_owned(),
        "--compare=fifo,lifo,prorata,taint_first".to_owned(),
        format!("--out={}", by_flags.path("result").display()),
    ];
    dyetrace(&root(), words).ends_with(0);
    // Pages and requests bear the name of the case, which no flag gives.
    let [of_flags, of_case] = [&by_flags, &by_case].map(|desk| {
        let mut files = tables(desk);
        files.retain(|name, _| !name.ends_with(".html") && !name.ends_with("request.json"));
        files
    });
    assert_same(&of_flags, &of_case);
}

#[test]
fn every_option_says_the_same_typed_or_in_a_case_file() {
    let rows = ledger(&[(1, A, B, 100), (2, A, C, 3), (3, B, C, 40), (4, C, B, 20), (5, B, A, 1)]);
    for (typed, key) in [
        ("--rule fifo --compare none", "rule = \"fifo\"\ncompare = []"),
        ("--compare poison", "compare = [\"poison\"]"),
        ("--stop none", "stop = \"none\""),
        ("--stop exchange,mixer", "stop = [\"exchange\", \"mixer\"]"),
        ("--no-detected-deposits", "detected_deposits = false"),
        ("--hub-transfers 2", "hub_transfers = 2"),
        ("--max-hops 1", "max_hops = 1"),
        ("--until block:3", "until = \"block:3\""),
        ("--min-amount native=30", "min_amount = { native = \"30\" }"),
    ] {
        let head = format!(
            "[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n"
        );
        let plain = Desk::with("t.csv", &rows).and("case.toml", &head);
        let with_key = Desk::with("t.csv", &rows).and("case.toml", format!("{head}[trace]\n{key}\n"));
        let by_flags = plain.run(&format!("trace --transfers t.csv --theft T={A} --out result {typed}"));
        let typed_tables = tables(&plain);
        let over_case = plain.run(&format!("trace case.toml --out result {typed}"));
        let by_case = with_key.run("trace case.toml --out result");
        assert_eq!((by_flags.code, over_case.code), (by_case.code, by_case.code), "{key}: {by_case:#?}");
        assert_same(&typed_tables, &tables(&with_key));
        assert_same(&tables(&plain), &tables(&with_key));
    }
}

#[test]
fn option_that_is_typed_wins_over_the_case_file() {
    let case = format!(
        "[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n[trace]\nrule = \"fifo\"\n"
    );
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 5)])).and("case.toml", case);
    for (typed, rule) in [("", "fifo"), ("--rule lifo", "lifo")] {
        let json = desk.run(&format!("trace case.toml --json {typed}")).ends_with(0).json();
        assert_eq!(json["rule"], rule);
    }
}
