//! `dyetrace explain` of accounts behind an exchange or a link: the whole way from the theft is told.

use crate::explain::{RULES, asked, holds, sample};
use crate::support::{A, B, C, Desk};
use dyetrace_report::{Crossing, explain};
use std::fs;
use std::path::Path;

const POOL: &str = "0x00000000000000000000000000000000000000ee";
const MIXER: &str = "0x910cbd523d972eb0a6f4cae4618ad62622b39dbf";
const DEPOSIT: &str = "0x0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e";
const BRIDGE: &str = "0x5427fefa711eff984124bfbb1ab6fbf5e3da1820";
const OTHER_SIDE: &str = "0x1619de6b6b20ed217a58d00f37b9d47c7663feca";
const COIN: &str = "native";
const GOLD: &str = "0x00000000000000000000000000000000000000a1";
const SILVER: &str = "0x00000000000000000000000000000000000000a2";
const LEAD: &str = "0x00000000000000000000000000000000000000a3";

const ONE: &str = include_str!("explain_exchange.txt");
const MANY: &str = include_str!("explain_branches.txt");
const TWO_CHAINS: &str = include_str!("explain_bridge.txt");
const MIXED: &str = include_str!("explain_mixer.txt");

fn hash(number: u64) -> String {
    format!("0x{number:064x}")
}

/// Transaction, chain, time, sender, receiver, asset, value.
type Row<'a> = (u64, &'a str, u64, &'a str, &'a str, &'a str, u64);

fn desk(rows: &[Row<'_>]) -> Desk {
    let head = "chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,asset,value\n";
    let row = |(event, (number, chain, time, from, to, asset, value)): (usize, &Row<'_>)| {
        format!("{chain},{time},0,{event},{time},{},{from},{to},{asset},{value}\n", hash(*number))
    };
    Desk::with("t.csv", head.to_owned() + &rows.iter().enumerate().map(row).collect::<String>())
}

/// What is told of an account from its routes on.
fn routes(desk: &Desk, of: &str) -> String {
    desk.run("verify result").ends_with(0);
    assert!(holds(&desk.path("result"), &RULES, usize::MAX) > 0);
    let said = desk.run(&format!("explain result {of} --svg p.svg")).ends_with(0).stdout;
    let start = said.find("  Routes by").unwrap_or_else(|| panic!("no routes: {said}"));
    said[start..].to_owned()
}

#[test]
fn behind_an_exchange_the_way_is_told_from_the_theft_on() {
    let desk = desk(&[
        (1, "ethereum", 1_000, B, A, GOLD, 100),
        (2, "ethereum", 2_000, A, POOL, GOLD, 90),
        (2, "ethereum", 2_000, POOL, A, SILVER, 45),
        (3, "ethereum", 3_000, A, C, SILVER, 30),
    ]);
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    let said = routes(&desk, C);
    assert_eq!(said, ONE);
    let json = desk.run(&format!("explain result {C} --json")).ends_with(0).json();
    let route = &json["purses"][0]["routes"][0];
    assert_eq!(
        (&route["amount"], &route["claim"], &route["grade"]),
        (&"30".into(), &"60".into(), &"FACT".into())
    );
    let hop = |number: usize| {
        let hop = &route["hops"][number];
        ["asset", "taint", "claim", "link", "side"]
            .map(|key| hop[key].as_str().unwrap_or_default().to_owned())
    };
    let token = |address: &str| format!("ethereum:{address}");
    assert_eq!(hop(0), [&*token(GOLD), "90", "90", "swap", "given"]);
    assert_eq!(hop(1), [&*token(SILVER), "45", "90", "swap", "got"]);
    assert_eq!(hop(2), [&*token(SILVER), "30", "60", "", ""]);
    let picture = fs::read_to_string(desk.path("p.svg")).unwrap();
    assert!(
        picture.contains("exchanged for 45 base units") && picture.contains("stroke-dasharray"),
        "{picture}"
    );
    // What the account that exchanged got is told, too.
    let said = desk.run(&format!("explain result {A}")).ends_with(0).stdout;
    assert!(said.contains("    + 45 base units  got in an exchange\n"), "{said}");
    assert!(
        said.contains("  1. 45 base units, for 90 base units of what was stolen, in 1 exchange; stolen in"),
        "{said}"
    );
}

#[test]
fn branches_that_feed_one_exchange_are_routes_of_their_own() {
    let desk = desk(&[
        (1, "ethereum", 1_000, B, A, COIN, 1_000),
        (2, "ethereum", 2_000, A, POOL, COIN, 600),
        (2, "ethereum", 2_000, POOL, A, GOLD, 60),
        (3, "ethereum", 3_000, A, POOL, COIN, 400),
        (3, "ethereum", 3_000, POOL, A, SILVER, 8),
        (4, "ethereum", 4_000, A, POOL, GOLD, 60),
        (4, "ethereum", 4_000, A, POOL, SILVER, 8),
        (4, "ethereum", 4_000, POOL, A, LEAD, 500),
        (5, "ethereum", 5_000, A, C, LEAD, 450),
    ]);
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    assert_eq!(routes(&desk, C), MANY);
}

#[test]
fn behind_a_bridge_the_way_is_told_over_both_chains() {
    // The stolen 130 that went in before have no other side: they are on no route.
    let desk = desk(&[
        (1, "ethereum", 1_000, B, A, COIN, 250),
        (2, "ethereum", 1_050, A, BRIDGE, COIN, 130),
        (3, "ethereum", 1_100, A, BRIDGE, COIN, 100),
        (4, "arbitrum", 1_400, OTHER_SIDE, A, COIN, 99),
        (5, "arbitrum", 1_500, A, C, COIN, 99),
    ]);
    desk.run(&format!("trace --transfers t.csv --theft T=tx:{} --out result", hash(1))).ends_with(0);
    assert_eq!(routes(&desk, C), TWO_CHAINS);
    let picture = fs::read_to_string(desk.path("p.svg")).unwrap();
    assert!(picture.contains("`bridge`, 0.9581") && picture.contains("on ethereum"), "{picture}");
    let json = desk.run(&format!("explain result {C} --json")).ends_with(0).json();
    let purse = &json["purses"][0];
    let link = &purse["routes"][0]["hops"][1]["followed_link"];
    assert_eq!((&link["method"], &link["link_confidence"]), (&"bridge".into(), &"0.9581".into()));
    assert_eq!(purse["routes"][0]["grade"], "INFERRED");
}

#[test]
fn behind_a_mixer_the_link_is_named_with_its_confidence() {
    let (thief, friend) =
        ("0x0101010101010101010101010101010101010101", "0x0202020202020202020202020202020202020202");
    let relayer = "0x0404040404040404040404040404040404040404";
    let other = "0x0303030303030303030303030303030303030303";
    let note: u64 = 10_000_000_000_000_000_000;
    let rows = [
        (0, 1, other, MIXER, note, "external"),
        (600, 2, thief, friend, 5, "external"),
        (1_200, 3, thief, MIXER, note, "external"),
        (1_260, 4, thief, MIXER, note, "external"),
        (1_800, 5, MIXER, friend, note - 7, "internal"),
        (1_800, 5, MIXER, relayer, 7, "internal"),
        (2_400, 6, MIXER, friend, note, "internal"),
        (3_600, 8, friend, DEPOSIT, note + note / 2, "external"),
    ];
    let row = |(time, number, from, to, value, kind): (u64, u64, &str, &str, u64, &str)| {
        format!("{},{},{from},{to},{value},{kind}\n", 1_650_000_000 + time, hash(number))
    };
    let head = "block_timestamp,transaction_hash,from_address,to_address,value,kind\n";
    let case = format!(
        "name=\"modes\"\n[[input]]\npath=\"t.csv\"\n[[labels]]\npath=\"l.csv\"\n[[theft]]\nid=\"T\"\n[[theft.seed]]\n\
         address=\"{thief}\"\n[[pool]]\naddress=\"{MIXER}\"\noutstanding=\"0\"\n[trace]\nmixers=\"links\"\n\
         mixer_probability=0.9\n"
    );
    let labels =
        format!("address,label,category,entity\n{DEPOSIT},Exchange deposit 1,exchange_deposit,Exchange\n");
    let desk = Desk::with("t.csv", head.to_owned() + &rows.map(row).concat()).and("case.toml", case);
    let desk = desk.and("l.csv", labels);
    desk.run("trace case.toml --out result");
    assert_eq!(routes(&desk, DEPOSIT), MIXED);
}

#[test]
fn every_account_behind_the_sales_of_the_sample_has_its_way() {
    let desk = sample();
    let coins = "0xa3eee50d5a91eade82f4bf8d925cfcb8d1a138a6";
    let said = explain(&desk.path("result"), &asked(coins, "libr")).unwrap();
    let crosses = |it: &&dyetrace_report::PurseStory| {
        let hops = it.routes.iter().flat_map(|route| &route.hops);
        hops.filter_map(|hop| hop.leg.as_ref()).any(|leg| leg.crossing == Crossing::Exchange)
    };
    assert_eq!(
        said.purses.iter().filter(crosses).count(),
        5,
        "five tokens were sold, one asset was ETH itself"
    );
}

/// Numbers that are the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

fn account(number: u64) -> String {
    format!("0x{:040x}", 0xa0 + number)
}

/// A world of transfers, exchanges and links between two chains, with or without the order inside a transaction.
fn world(random: &mut Random) -> Desk {
    let head = "chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,asset,value\n";
    let (has_events, has_index) = random.pick(&[(true, true), (false, true), (false, false)]);
    let assets = [COIN, GOLD, SILVER];
    let (mut rows, mut alone) = (head.to_owned(), Vec::new());
    for number in 1..=60 {
        let chain = if random.one_in(3) { "polygon" } else { "ethereum" };
        let time = 1_000 + 10 * number + random.below(10);
        let mut legs = Vec::new();
        if random.below(3) == 0 {
            let (who, pool) = (random.below(6), 6 + random.below(2));
            let first = random.below(3);
            let second = (first + 1 + random.below(2)) % 3;
            legs.push((who, pool, first, 1 + random.below(60)));
            legs.push((pool, who, second, 1 + random.below(90)));
            if random.one_in(3) {
                legs.push((who, pool, random.below(3), 1 + random.below(20)));
            }
        } else {
            for _ in 0..1 + u64::from(random.one_in(4)) {
                let from = random.below(8);
                let to = (from + 1 + random.below(7)) % 9;
                legs.push((from, to, random.below(3), 1 + random.below(60)));
            }
        }
        if legs.len() == 1 {
            alone.push((time, number));
        }
        for (event, (from, to, asset, value)) in legs.into_iter().enumerate() {
            let event = if has_events { event.to_string() } else { String::new() };
            let index = if has_index { number.to_string() } else { String::new() };
            let (from, to, asset) = (account(from), account(to), assets[usize::try_from(asset).unwrap()]);
            rows += &format!(
                "{chain},{time},{index},{event},{time},{},{from},{to},{asset},{value}\n",
                hash(number)
            );
        }
    }
    alone.sort_unstable();
    let mut links = "source_transaction,destination_transaction,method,confidence\n".to_owned();
    for _ in 0..14 {
        let mut both = [random.pick(&alone), random.pick(&alone)];
        both.sort_unstable();
        let [source, destination] = both.map(|(_, number)| hash(number));
        if source == destination {
            continue;
        }
        let confidence = if random.one_in(2) { "1" } else { "0.95" };
        links += &format!("{source},{destination},stated,{confidence}\n");
    }
    let mut labels = format!("address,category\n{},exchange\n", account(8));
    if random.one_in(2) {
        labels += &format!("{},dex\n", account(7));
    }
    Desk::with("t.csv", rows).and("links.csv", links).and("l.csv", labels)
}

#[test]
fn routes_of_random_worlds_go_on_in_time_and_place_and_count_nothing_twice() {
    let mut random = Random(23);
    let (mut exchanges, mut links) = (0, 0);
    for round in 0..30 {
        let desk = world(&mut random);
        let seeds = format!("--theft T={} --theft U={}@block:1200", account(0), account(1));
        let least = if random.one_in(2) { "--min-amount ethereum:native=3" } else { "" };
        let run = desk.run(&format!(
            "trace --transfers t.csv --labels l.csv --links links.csv {seeds} {least} --out result --no-graph"
        ));
        assert!(desk.path("result/manifest.json").exists(), "{round}: {run:?}");
        holds(&desk.path("result"), &RULES, usize::MAX);
        let (swaps, linked) = crossings(&desk.path("result"));
        exchanges += swaps;
        links += linked;
    }
    assert!(exchanges > 100 && links > 20, "{exchanges} exchanges, {links} links");
}

/// How many exchanges and links stand on the routes of all accounts.
fn crossings(result: &Path) -> (usize, usize) {
    let mut found = (0, 0);
    for number in 0..9 {
        let Ok(said) = explain(result, &asked(&account(number), "libr")) else { continue };
        for hop in said.purses.iter().flat_map(|story| &story.routes).flat_map(|route| &route.hops) {
            match hop.leg.as_ref().filter(|leg| leg.gives).map(|leg| &leg.crossing) {
                Some(Crossing::Exchange) => found.0 += 1,
                Some(Crossing::Link(_)) => found.1 += 1,
                None => {}
            }
        }
    }
    found
}

#[test]
fn a_request_tells_what_joins_the_hops_of_its_path() {
    let labels = format!("address,label,category,entity\n{DEPOSIT},Desk 1,exchange_deposit,Desk\n");
    let links = format!(
        "source_transaction,destination_transaction,method,confidence\n{},{},wormhole_sequence,0.95\n",
        hash(3),
        hash(5)
    );
    let desk = desk(&[
        (1, "ethereum", 1_000, B, A, GOLD, 100),
        (7, "ethereum", 1_500, A, C, GOLD, 90),
        (2, "ethereum", 2_000, C, POOL, GOLD, 90),
        (2, "ethereum", 2_000, POOL, C, SILVER, 45),
        (3, "ethereum", 3_000, C, OTHER_SIDE, SILVER, 30),
        (5, "ethereum", 5_000, B, DEPOSIT, SILVER, 30),
    ])
    .and("labels.csv", labels)
    .and("links.csv", links);
    let words = "--labels labels.csv --links links.csv --link-confidence 0.9";
    desk.run(&format!("trace --transfers t.csv --theft T={A} {words} --out result")).ends_with(0);
    desk.run("verify result").ends_with(0);
    let path = desk.table("result/packs/desk/path.csv");
    let joins: Vec<&str> = path.column("link").collect();
    let routes = desk.table("result/routes.csv");
    assert_eq!(joins, routes.column("link").collect::<Vec<_>>());
    assert!(joins.contains(&"swap") && joins.contains(&"wormhole_sequence"), "{joins:?}");
    let page = fs::read_to_string(desk.path("result/packs/desk/request.html")).unwrap();
    assert!(page.contains("exchanged in one transaction") && page.contains("over a link: wormhole_sequence"));
}
