//! Leads behind a deposit, and what a case states of accounts.

use crate::support::{A, B, C, D, Desk, ledger};
use std::fs;

const DAY: i64 = 86_400;
const X: &str = "0x00000000000000000000000000000000000000e1";
const Y: &str = "0x00000000000000000000000000000000000000e2";

const CASE: &str = "[[input]]\npath = \"t.csv\"\n[[labels]]\npath = \"l.csv\"\n\
                    [[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"0x00000000000000000000000000000000000000aa\"\n";

/// A pays into B, a deposit account of the exchange whose wallet is D: on days 2, 4 and 6 of ten.
fn exchange() -> Desk {
    let rows = [
        (0, X, Y, 1),
        (2 * DAY, A, B, 1_000),
        (2 * DAY + 100, D, C, 995),
        (4 * DAY - 100, D, C, 2_000),
        (4 * DAY, A, B, 2_000),
        (4 * DAY + 200, D, C, 1_980),
        (4 * DAY + 300, D, C, 1_979),
        (6 * DAY, A, B, 3_000),
        (7 * DAY + 1, D, C, 3_000),
        (9 * DAY, X, Y, 1),
    ];
    let row = |(at, (time, from, to, value)): (usize, &(i64, &str, &str, u64))| {
        format!("{at},{},{from},{to},{value}\n", 1_600_000_000 + time)
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    let labels = format!("address,category,entity\n{B},exchange_deposit,Binance\n{D},exchange,binance\n");
    let header = "block_number,block_timestamp,from_address,to_address,value\n";
    Desk::with("t.csv", format!("{header}{rows}")).and("l.csv", &*labels).and("case.toml", CASE)
}

fn manifest(desk: &Desk) -> serde_json::Value {
    serde_json::from_slice(&fs::read(desk.path("result/manifest.json")).unwrap()).unwrap()
}

#[test]
fn a_lead_has_its_placebo_rate_and_is_not_traced() {
    let desk = exchange();
    desk.run("trace case.toml --out result").ends_with(0);
    let leads = desk.table("result/leads.csv");
    let columns =
        ["deposited", "withdrawn", "delay", "recipient"].map(|it| leads.column(it).collect::<Vec<_>>());
    assert_eq!(columns, [["1000", "2000"], ["995", "1980"], ["100", "200"], [C, C]]);
    // After two of three deposits something fits, before one of them.
    for (column, said) in [("tested", "3"), ("hits_after", "2"), ("hits_before", "1"), ("placebo", "0.500")] {
        assert!(leads.column(column).all(|it| it == said), "{column}");
    }
    assert!(!desk.table("result/holdings.csv").column("address").any(|it| it == C));
    let outputs = manifest(&desk)["outputs"].clone();
    assert!(outputs.as_array().unwrap().iter().any(|it| it["name"] == "leads.csv"));
}

#[test]
fn what_a_case_states_of_an_account_decides_its_state() {
    let desk = exchange();
    let state = |stated: &str| {
        fs::write(desk.path("case.toml"), format!("{CASE}{stated}")).unwrap();
        desk.run("trace case.toml --out result").ends_with(0);
        let freezable = desk.table("result/freezable.csv");
        ["state", "holder", "basis"].map(|column| freezable.column(column).next().unwrap().to_owned())
    };
    assert_eq!(state("")[0], "AT_DEPOSIT_UNSWEPT");
    let at = |block: u64| {
        format!("[[status]]\nchain = \"ethereum\"\naddress = \"{B}\"\nasset = \"native\"\nblock = {block}\n")
    };
    let [swept, _, basis] = state(&format!("{}balance = 0\n", at(9)));
    assert_eq!(swept, "SWEPT_CREDITED");
    assert!(basis.contains("stated as of block 9: balance 0 base units"), "{basis}");
    // Older than the data: shown, and decides nothing.
    assert_eq!(state(&format!("{}balance = 0\n", at(8)))[0], "AT_DEPOSIT_UNSWEPT");
    let own = format!("[[own]]\nchain = \"ethereum\"\naddress = \"{B}\"\nmemo = \"=7\"\nuid = \"u\"\n");
    let [memo, holder, basis] = state(&own);
    assert_eq!((memo.as_str(), holder.as_str()), ("MEMO_ACCOUNT", "Binance"));
    assert!(basis.contains("own account: memo `=7`, customer `u`"), "{basis}");
    assert_eq!(manifest(&desk)["own"][0]["memo"], "=7");
    let [frozen, holder, _] = state(&format!("{own}{}frozen = true\n", at(3)));
    assert_eq!((frozen.as_str(), holder.as_str()), ("ALREADY_FROZEN", "Binance"));
    assert_eq!(manifest(&desk)["status"][0]["frozen"], true);
}

#[test]
fn a_freeze_that_the_data_refute_decides_nothing_and_is_told() {
    let labels = format!("address,category,entity\n{B},exchange_deposit,Binance\n{D},exchange,Binance\n");
    let case = format!(
        "name = \"n\"\n[[input]]\npath = \"t.csv\"\n[[labels]]\npath = \"l.csv\"\n[[theft]]\nid = \"T\"\n\
         [[theft.seed]]\naddress = \"{A}\"\n[[status]]\nchain = \"ethereum\"\naddress = \"{B}\"\nasset = \"native\"\n\
         frozen = true\n"
    );
    let rows = ledger(&[(1, A, B, 100), (5, B, D, 100)]);
    let desk = Desk::with("t.csv", rows).and("l.csv", labels);
    for (block, state, rows) in [(4, "SWEPT_CREDITED", 1), (5, "ALREADY_FROZEN", 0)] {
        fs::write(desk.path("case.toml"), format!("{case}block = {block}\n")).unwrap();
        desk.run("trace case.toml --out result").ends_with(0);
        assert_eq!(desk.table("result/freezable.csv").column("state").collect::<Vec<_>>(), [state]);
        let told = desk.table("result/limitations.csv");
        assert_eq!(told.column("detail").filter(|it| it.contains("paying out at block 5")).count(), rows);
    }
}
