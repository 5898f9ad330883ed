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

const POOL: &str = "0x00000000000000000000000000000000000000f1";
const BRIDGE: &str = "0x00000000000000000000000000000000000000b1";
const TOKEN: &str = "0x00000000000000000000000000000000000000f0";
const WRAPPER: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";

/// A steals 100 tokens and pays B 80, who has 20 of an exchange. In transaction 3 B gives 50 for 30 coins, and the bridge pays B 7 coins for
/// 9 that A put in. In 4 B pays 5 coins to the wrapper, of which no row tells the token; in 5 B spends that.
fn exchanges() -> Desk {
    let rows = [
        (0, 0, C, A, TOKEN, 100),
        (0, 1, C, D, TOKEN, 20),
        (1, 0, A, B, TOKEN, 80),
        (2, 0, D, B, TOKEN, 20),
        (2, 1, A, BRIDGE, "native", 9),
        (3, 0, B, POOL, TOKEN, 50),
        (3, 1, POOL, B, "native", 20),
        (3, 2, POOL, B, "native", 10),
        (3, 3, BRIDGE, B, "native", 7),
        (4, 0, B, WRAPPER, "native", 5),
        (5, 0, B, C, WRAPPER, 5),
    ];
    let mut text =
        "block_number,transaction_index,event_index,transaction_hash,from_address,to_address,asset,value\n"
            .to_owned();
    for (number, (tx, event, from, to, asset, value)) in rows.into_iter().enumerate() {
        // The bridge is paid by a transaction of its own.
        let hash = if number == 4 { 9 } else { tx };
        text +=
            &format!("{tx},{},{event},0x{hash:064x},{from},{to},{asset},{value}\n", u64::from(number == 4));
    }
    let links = format!(
        "source_transaction,destination_transaction,method,confidence,destination_event\n0x{:064x},0x{:064x},seen,1,3\n",
        9, 3
    );
    let case = format!(
        "name = \"x\"\n[[input]]\npath = \"t.csv\"\n[[labels]]\npath = \"l.csv\"\n[[links]]\npath = \"links.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n[trace]\nrule = \"prorata\"\n"
    );
    Desk::with("t.csv", text)
        .and("links.csv", links)
        .and("case.toml", case)
        .and("l.csv", format!("address,category,entity\n{BRIDGE},bridge,Over\n{D},exchange,Binance\n"))
}

#[test]
fn what_came_in_an_exchange_or_over_a_link_is_not_denied() {
    let desk = exchanges();
    let account = |words: &str| {
        desk.run(&format!("source case.toml {B} --json {words}")).ends_with(0).json()["accounts"][0].clone()
    };
    let swap = account(&format!("--transaction 0x{:064x}", 3));
    let transfers = swap["transfers"].as_array().unwrap();
    let cells = |key: &str| transfers.iter().map(|it| it[key].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(cells("value"), ["20", "10", "7"]);
    assert_eq!(cells("way"), ["leg", "leg", "link"]);
    // Of 50 given 40 are stolen, and 10 are of the exchange; of 30 got so 24, and 6.
    let exchange = &swap["exchanges"][0];
    assert_eq!([&exchange["asset"], &exchange["value"]], ["ethereum:native", "30"]);
    let parts = |it: &serde_json::Value, run: &str| {
        let one = |part: &serde_json::Value| {
            ["origin", "units", "claim"].map(|key| part[key].as_str().unwrap().to_owned())
        };
        it[run].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(parts(exchange, "thefts"), [["T", "24", "40"].map(str::to_owned)]);
    assert_eq!(parts(exchange, "labelled"), [["exchange: Binance", "6", "10"].map(str::to_owned)]);
    assert_eq!([0, 1].map(|leg| parts(&transfers[leg], "thefts").len()), [0, 0]);
    assert_eq!(parts(&transfers[2], "thefts"), [["T", "7", "9"].map(str::to_owned)]);
    // That is all that came there.
    let purse = |asset: &str| account(&format!("--asset {asset}"))["purses"][0].clone();
    let exchanged =
        |run: &str| [0, 1].map(|at| purse("native")[run]["origins"][at]["exchanged"]["units"].clone());
    assert_eq!(exchanged("thefts"), ["24", "7"], "by the asset that was stolen");
    let text = desk.run(&format!("source case.toml {B} --transaction 0x{:064x}", 3)).ends_with(0).stdout;
    assert!(!text.contains("no stolen money"), "{text}");
    for line in [
        "over a link:\n  100.0 % stolen, T: 0.000000000000000007 ETH\n",
        "  part of an exchange: below stands",
        "Got in the exchange of that transaction, net, 0.00000000000000003 ETH:\n  80.0 % stolen, T: ",
        "  20.0 % from, exchange: Binance: ",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // A wrap of which the input lacks the token's row.
    let wrap = account(&format!("--transaction 0x{:064x}", 4));
    assert_eq!(
        (wrap["transfers"].as_array().unwrap().len(), &wrap["exchanges"][0]["value"]),
        (0, &"5".into())
    );
    assert_eq!(
        wrap["exchanges"][0]["thefts"][0]["units"],
        purse(WRAPPER)["thefts"]["origins"][0]["came"]["units"]
    );
    // What a transfer brings that is part of nothing is told as before.
    let plain = account(&format!("--transaction 0x{:064x}", 1));
    assert_eq!(
        (&plain["transfers"][0]["way"], &plain["exchanges"]),
        (&"transfer".into(), &serde_json::json!([]))
    );
    let clean = desk.run(&format!("source case.toml {B} --transaction 0x{:064x}", 2)).ends_with(0).stdout;
    assert!(clean.contains("  no stolen money\n  100.0 % from, exchange: Binance"), "{clean}");
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
