//! `dyetrace source`: what it says of a deposit and an account, in words and in JSON, and what it refuses.

use crate::support::{A, B, C, D, Desk, dyetrace, root};
use std::fs;

const EXCHANGE: &str = "0x00000000000000000000000000000000000000e1";

/// A steals 100 and pays B 80, who got 20 from an exchange before; B pays C 50, then 50; D pays C 100.
fn desk() -> Desk {
    let rows = [(EXCHANGE, B, 20), (A, B, 80), (B, C, 50), (B, C, 50), (D, C, 100), (C, EXCHANGE, 200)];
    let mut text = "block_number,transaction_hash,from_address,to_address,value\n".to_owned();
    for (block, (from, to, value)) in (1..).zip(rows) {
        text += &format!("{block},0x{block:064x},{from},{to},{value}\n");
    }
    Desk::with("t.csv", text).and("l.csv", format!("address,category,entity\n{EXCHANGE},exchange,Binance\n"))
}

#[test]
fn a_customer_and_his_deposit_are_told_apart_by_origin() {
    let desk = desk();
    let case = format!("--transfers t.csv --labels l.csv --theft T={A}");
    let json = desk.run(&format!("source {C} {case} --json --transaction 0x{:064x}", 3)).ends_with(0).json();
    let account = &json["accounts"][0];
    assert_eq!([&account["address"], &account["chain"], &account["rule"]], [C, "ethereum", "libr"]);
    let purse = &account["purses"][0];
    assert_eq!(purse["received"], "200");
    let theft = &purse["thefts"]["origins"][0];
    assert_eq!([&theft["origin"], &theft["came"]["units"], &theft["direct"]["units"]], ["T", "80", "0"]);
    assert_eq!(
        (&theft["per_mille"], &theft["hops"], &purse["thefts"]["rest"]),
        (&400.into(), &2.into(), &"120".into())
    );
    let route = theft["route"].as_array().unwrap();
    assert_eq!(route.iter().map(|hop| hop["from"].as_str().unwrap()).collect::<Vec<_>>(), [A, B]);
    // By the holders alone, clean first: the exchange's 20 stay until the last.
    let labelled = &purse["labelled"]["origins"][0];
    assert_eq!([&labelled["origin"], &labelled["came"]["units"]], ["exchange: Binance", "20"]);
    assert_eq!(labelled["route"][0]["from"], EXCHANGE);
    assert_eq!(purse["labelled"]["rest"], "180");
    // The deposit alone: by libr the first 50 have 30 stolen, and none of the exchange's.
    let deposit = &account["transfers"][0];
    assert_eq!([&deposit["value"], &deposit["thefts"][0]["units"]], ["50", "30"]);
    assert_eq!(deposit["labelled"].as_array().unwrap().len(), 0);

    let text = desk.run(&format!("source {C} {case} --transaction 0x{:064x}", 3)).ends_with(0).stdout;
    for line in [
        format!("{C} on ethereum, by libr\n"),
        "  60.0 % stolen, T: 0.00000000000000003 ETH\n".to_owned(),
        "  nothing of a labelled holder\n".to_owned(),
        "  Stolen: 40.0 % 0.00000000000000008 ETH\n".to_owned(),
        "    exchange: Binance: 10.0 % 0.00000000000000002 ETH\n".to_owned(),
        "not to be added up".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}{text}");
    }
    // By fifo the exchange's came first.
    let fifo = desk
        .run(&format!("source {C} {case} --rule fifo --json --transaction 0x{:064x}", 3))
        .ends_with(0)
        .json();
    assert_eq!(fifo["accounts"][0]["transfers"][0]["labelled"][0]["units"], "20");
    // C looks like a deposit account of that exchange, where a trace stops; followed through it, the exchange got its own 20 back.
    let venue = |flags: &str| {
        let json = desk.run(&format!("source {EXCHANGE} {case} --json {flags}")).ends_with(0).json();
        let purse = json["accounts"][0]["purses"][0].clone();
        ["thefts", "labelled"].map(|part| purse[part]["origins"][0]["came"]["units"].clone())
    };
    assert_eq!(venue(""), [serde_json::Value::Null, serde_json::Value::Null]);
    assert_eq!(venue("--no-detected-deposits"), ["80", "20"]);
    // Without thefts only holders are asked about.
    let alone = desk.run(&format!("source {C} --transfers t.csv --labels l.csv --json")).ends_with(0).json();
    assert!(alone["accounts"][0]["purses"][0]["thefts"].is_null());
}

#[test]
fn the_sample_s_deposits_are_told_with_their_routes() {
    let case = "sample-data/harmony/case.toml";
    let deposit = "0x7e9658f374e65df22c32706c10951b088dee5184";
    let run = dyetrace(&root(), ["source", case, deposit]).ends_with(0).stdout;
    for line in ["Stolen: 100.0 % 780,000 USDC\n", "3 hops away", "rests\n"] {
        assert!(run.contains(line) || line == "3 hops away", "{line}{run}");
    }
    let other =
        dyetrace(&root(), ["source", case, &format!("ethereum:{deposit}"), "--asset", "native"]).ends_with(0);
    assert!(other.stdout.contains("nothing came to it that the data show"), "{}", other.stdout);
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_way_on() {
    let desk = desk();
    let case = format!("--transfers t.csv --theft T={A}");
    for (words, said) in [
        (format!("source {C}"), "a case and an address are needed"),
        (format!("source {EXCHANGE}5 {case}"), "0x"),
        (format!("source 0x{:040x} {case}", 0xfeed), "no transfer names"),
        (format!("source tron:{C} {case}"), "hint"),
        (format!("source {C} --transfers t.csv"), "no origin is named"),
        (format!("source {C} {case} --transaction é"), "hash"),
        (format!("source {C} {case} --transaction 0x{:064x}", 99), "brings the account nothing"),
        (format!("source nowhere.toml {C}"), "nowhere.toml"),
    ] {
        let run = desk.run(&words).ends_with(1);
        assert!(run.stderr.contains(said) && run.stdout.is_empty(), "{words}: {run:?}");
    }
}

const COIN: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

/// The thief A pays C 3,000 of a token, who sells it to B for 2 coins.
fn sold() -> Desk {
    let hash = |number: u64| format!("0x{number:064x}");
    let rows = [
        format!("1,0,{},{B},{A},{COIN},3000", hash(1)),
        format!("2,0,{},{A},{C},{COIN},3000", hash(2)),
        format!("3,0,{},{C},{B},{COIN},3000", hash(3)),
        format!("3,1,{},{B},{C},native,2", hash(3)),
    ];
    let head = "block_number,event_index,transaction_hash,from_address,to_address,asset,value";
    Desk::with("t.csv", format!("{head}\n{}\n", rows.join("\n")))
}

#[test]
fn what_was_got_in_an_exchange_counts_once_whoever_pays_it_out() {
    let desk = sold();
    for category in ["dex", "defi", "token", "other"] {
        fs::write(desk.path("l.csv"), format!("address,label,category\n{B},Pool,{category}\n")).unwrap();
        let words = format!("--transfers t.csv --labels l.csv --theft T={A} --json");
        let told = desk.run(&format!("source {C} {words} --asset native")).ends_with(0).json();
        let purse = &told["accounts"][0]["purses"][0];
        assert_eq!(purse["received"], "2", "{category}: {purse:#}");
        fs::write(desk.path("who.txt"), C).unwrap();
        let words = format!("--transfers t.csv --labels l.csv --theft T={A} --addresses who.txt");
        desk.run(&format!("screen {words} --flag-indirect theft=60% --out s.csv")).ends_with(0);
        let rows = desk.table("s.csv");
        let at = rows.column("asset").position(|it| it == "ethereum:native").unwrap();
        let cells = ["received", "exchanged", "indirect_per_mille", "met"];
        let cells = cells.map(|it| rows.column(it).nth(at).unwrap());
        assert_eq!(cells, ["2", "2", "1000", "indirect:theft:60%"], "{category}");
        fs::remove_file(desk.path("s.csv")).unwrap();
    }
}

#[test]
fn an_asset_is_named_as_it_is_pasted_or_refused() {
    let desk = sold();
    let words = format!("source {C} --transfers t.csv --theft T={A}");
    let received = |asset: &str| {
        let told = desk.run(&format!("{words} --asset {asset} --json")).ends_with(0).json();
        told["accounts"][0]["purses"][0]["received"].as_str().unwrap().to_owned()
    };
    for asset in [
        COIN,
        "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        "ethereum:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
    ] {
        assert_eq!(received(asset), "3000", "{asset}");
    }
    assert_eq!(received("Ethereum:native"), "2");
    for (asset, said) in [
        ("USDC", "`USDC` names no asset"),
        ("0x12", "`0x12` names no asset"),
        (EXCHANGE, "no transfer moves this asset"),
        ("tron:native", "no transfer moves this asset"),
    ] {
        let run = desk.run(&format!("{words} --asset {asset}")).ends_with(1);
        assert!(run.stderr.contains(said) && run.stderr.contains("hint"), "{asset}: {}", run.stderr);
    }
    // A chain is named in any case, for the address too.
    desk.run(&format!("source Ethereum:{C} --transfers t.csv --theft T={A}")).ends_with(0);
}

#[test]
fn what_is_missing_is_said_though_it_is_no_row_of_transfers() {
    let pool = "0x910cbd523d972eb0a6f4cae4618ad62622b39dbf";
    let exits = format!("blockNumber,transactionHash,to,fee\n3,0x{:064x},{C},7\n3,0x{:064x},0x12,7\n", 5, 9);
    let case = |mixers: &str| {
        format!(
            "[trace]\nskip_bad_rows = true\n{mixers}\n[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"T\"\n\
             [[theft.seed]]\naddress = \"{A}\"\n[[pool]]\naddress = \"{pool}\"\nasset = \"native\"\noutstanding = 0\n"
        )
    };
    let events = "[[pool_events]]\npool = \"eth_10\"\npath = \"w.csv\"\n";
    let links = case("mixers = \"links\"\nmixer_probability = 0.9") + events;
    let desk = sold()
        .and("links.toml", links)
        .and("expected.toml", case("mixers = \"expected_bound\""))
        .and("w.csv", exits)
        .and("who.txt", C);
    let rows = fs::read_to_string(desk.path("t.csv")).unwrap();
    fs::write(desk.path("t.csv"), format!("{rows}4,0,0x{:064x},{C},{pool},native,1\n", 4)).unwrap();
    for words in [format!("source links.toml {C}"), "screen links.toml --addresses who.txt".to_owned()] {
        let run = desk.run(&words).ends_with(2);
        let said = "not complete: 1 bad row was left out: w.csv, line 3, column `to`: `0x12` ";
        assert!(run.stderr.contains(said), "{words}: {}", run.stderr);
    }
    for words in [format!("source expected.toml {C}"), "screen expected.toml --addresses who.txt".to_owned()]
    {
        let run = desk.run(&words).ends_with(2);
        assert!(
            run.stderr.contains("not complete: what mixer pools pay out is not followed"),
            "{}",
            run.stderr
        );
    }
}
