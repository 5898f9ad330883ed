//! Links: stated in a file, decided, and found at bridges, from the files to the result and its check.

use crate::support::{Desk, Table};
use serde_json::Value;
use std::fs;

const THIEF: &str = "0x00000000000000000000000000000000000000aa";
const BRIDGE: &str = "0x5427fefa711eff984124bfbb1ab6fbf5e3da1820";
const OTHER_SIDE: &str = "0x1619de6b6b20ed217a58d00f37b9d47c7663feca";
const MIXER: &str = "0x00000000000000000000000000000000000000ee";
const FRIEND: &str = "0x00000000000000000000000000000000000000cc";

fn hash(number: u64) -> String {
    format!("0x{number:064x}")
}

/// The thief brings 100 over a bridge, and pays 50 into a mixer, from which a friend gets 49 and a relayer 1.
fn desk() -> Desk {
    let rows = [
        (1, "ethereum", 1_000, "0x00000000000000000000000000000000000000bb", THIEF, 150),
        (2, "ethereum", 1_100, THIEF, BRIDGE, 100),
        (3, "arbitrum", 1_400, OTHER_SIDE, THIEF, 99),
        (4, "ethereum", 2_000, THIEF, MIXER, 50),
        (5, "ethereum", 3_000, MIXER, FRIEND, 49),
        (5, "ethereum", 3_000, MIXER, "0x00000000000000000000000000000000000000dd", 1),
    ];
    let head = "chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,value\n";
    let row =
        |(event, &(number, chain, time, from, to, value)): (usize, &(u64, &str, u64, &str, &str, u64))| {
            format!("{chain},{time},0,{event},{time},{},{from},{to},{value}\n", hash(number))
        };
    let desk =
        Desk::with("transfers.csv", head.to_owned() + &rows.iter().enumerate().map(row).collect::<String>());
    fs::write(desk.path("labels.csv"), format!("address,label,category\n{MIXER},A mixer,mixer\n")).unwrap();
    desk
}

fn trace(desk: &Desk, more: &str) {
    desk.run(&format!(
        "trace --transfers transfers.csv --labels labels.csv --theft T=tx:{} --out result {more}",
        hash(1)
    ))
    .ends_with(0);
    let conservation = desk.table("result/conservation.csv");
    assert!(conservation.column("difference").all(|cell| cell == "0"));
    desk.run("verify result").ends_with(0);
}

fn cells<'a>(table: &'a Table, column: &str) -> Vec<&'a str> {
    table.column(column).collect()
}

#[test]
fn a_bridge_is_crossed_and_both_sides_stand_in_the_result() {
    let desk = desk();
    trace(&desk, "");
    let links = desk.table("result/links.csv");
    assert_eq!(cells(&links, "fate"), ["followed"]);
    assert_eq!(cells(&links, "band"), ["same_address"]);
    assert_eq!(cells(&links, "link_confidence"), ["0.9581"]);
    assert_eq!((cells(&links, "taint"), cells(&links, "destination_value")), (vec!["100"], vec!["99"]));
    let holdings = desk.table("result/holdings.csv");
    let place = cells(&holdings, "chain").iter().position(|&chain| chain == "arbitrum").unwrap();
    assert_eq!((cells(&holdings, "libr")[place], cells(&holdings, "claim_libr")[place]), ("99", "100"));
    assert_eq!((cells(&holdings, "grade")[place], cells(&holdings, "hops")[place]), ("INFERRED", "2"));
    let flows = desk.table("result/flows.csv");
    let own: Vec<(&str, &str, &str)> = (0..flows.rows.len())
        .filter(|&row| cells(&flows, "from_address")[row] == cells(&flows, "to_address")[row])
        .map(|row| {
            (cells(&flows, "chain")[row], cells(&flows, "from_address")[row], cells(&flows, "value")[row])
        })
        .collect();
    assert_eq!(own, [("ethereum", BRIDGE, "100"), ("arbitrum", THIEF, "99")]);
    desk.run(&format!("explain result {THIEF}")).ends_with(0);
    desk.run(&format!("explain result {BRIDGE}")).ends_with(0);
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.path("result/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["links"]["bridges"]["bands"][0]["found"], 1);
    trace(&desk, "--no-bridges");
    assert!(!desk.path("result/links.csv").exists());
    assert!(!cells(&desk.table("result/holdings.csv"), "chain").contains(&"arbitrum"));
}

#[test]
fn a_stated_link_is_followed_from_its_confidence_on() {
    let desk = desk();
    let head = "source_transaction,destination_transaction,method,confidence,by\n";
    fs::write(desk.path("links.csv"), format!("{head}{},{},mixer,0.8,=me\n", hash(4), hash(5))).unwrap();
    trace(&desk, "--links links.csv");
    let links = desk.table("result/links.csv");
    assert_eq!(cells(&links, "fate"), ["weak", "weak", "followed"]);
    trace(&desk, "--links links.csv --link-confidence 0.8");
    let links = desk.table("result/links.csv");
    assert_eq!(cells(&links, "fate"), ["followed"; 3]);
    assert_eq!(cells(&links, "told_by")[0], "'=me");
    let holdings = desk.table("result/holdings.csv");
    let place = cells(&holdings, "address").iter().position(|&address| address == FRIEND).unwrap();
    assert_eq!((cells(&holdings, "libr")[place], cells(&holdings, "claim_libr")[place]), ("49", "49"));
    assert!(!cells(&holdings, "address").contains(&MIXER));
}

#[test]
fn a_decided_link_is_followed_and_a_link_that_nobody_can_place_is_refused() {
    let desk = desk();
    desk.run(&format!(
        "decide log.jsonl --who me --why hours --when 2023-01-01T00:00:00Z link {} {}",
        hash(4),
        hash(5)
    ))
    .ends_with(0);
    trace(&desk, "--decisions log.jsonl");
    let holdings = desk.table("result/holdings.csv");
    let place = cells(&holdings, "address").iter().position(|&address| address == FRIEND).unwrap();
    assert_eq!((cells(&holdings, "libr")[place], cells(&holdings, "grade")[place]), ("49", "INFERRED"));
    // Two transfers leave, and nobody says that the account is a mixer.
    fs::write(desk.path("labels.csv"), "address,label,category\n").unwrap();
    let head = "source_transaction,destination_transaction,method,confidence\n";
    fs::write(desk.path("links.csv"), format!("{head}{},{},x,1\n", hash(4), hash(5))).unwrap();
    let run = desk.run(&format!(
        "trace --transfers transfers.csv --labels labels.csv --theft T=tx:{} --out other --links links.csv",
        hash(1)
    ));
    let said = run.ends_with(1).stderr;
    assert!(said.contains("links.csv, line 2") && said.contains("destination_event"), "{said}");
}
