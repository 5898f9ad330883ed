//! `dyetrace mixers`: pools in transfers and event files, rules beside chance, groups around known exits.

use crate::support::{A, B, C, D, Desk, shared};
use std::collections::BTreeSet;

const POOL: &str = "0x910cbd523d972eb0a6f4cae4618ad62622b39dbf";
const TEN: u128 = 10_000_000_000_000_000_000;

/// Time in minutes, hash, sender, receiver, value and kind a row.
fn transfers(rows: &[(u64, &str, &str, &str, u128, &str)]) -> String {
    let head = "block_timestamp,transaction_hash,from_address,to_address,value,kind\n";
    let row = |&(time, hash, from, to, value, kind): &(u64, &str, &str, &str, u128, &str)| {
        format!("{},0x{hash:0>64},{from},{to},{value},{kind}\n", 1_650_000_000 + time * 60)
    };
    head.to_owned() + &rows.iter().map(row).collect::<String>()
}

/// A steals, pays two notes, and B draws; D relays one of them; a stranger's note lies there before.
fn small() -> Desk {
    let rows = transfers(&[
        (0, "1", C, POOL, TEN, "external"),
        (10, "2", A, B, 5, "external"),
        (20, "3", A, POOL, TEN, "external"),
        (21, "4", A, POOL, TEN, "external"),
        (30, "5", POOL, B, TEN - 7, "internal"),
        (30, "5", POOL, D, 7, "internal"),
        (40, "6", POOL, B, TEN, "internal"),
        (50, "7", A, POOL, 3, "external"),
    ]);
    Desk::with("t.csv", rows)
}

#[test]
fn tables_text_and_json_say_the_same() {
    let desk = small();
    let words = format!("mixers --transfers t.csv --theft T={A}");
    let text = desk.run(&format!("{words} --out m")).ends_with(0).stdout;
    assert!(text.starts_with("1 pools, 3 notes in, 2 exits out\n"), "{text}");
    assert!(text.contains("T: 2 notes into ethereum:eth_10 with 20 ETH of it, by 1 depositors"), "{text}");
    assert!(text.contains("1 transfers of mixers fit no rule"), "{text}");
    let pools = desk.table("m/pools.csv");
    for (column, expected) in [
        ("notes", "3"),
        ("exits", "2"),
        ("unspent", "1"),
        ("base", "at_least"),
        ("set_max", "3"),
        ("self_relayed", "0.500000"),
        ("to_repeated_recipients", "1.000000"),
    ] {
        assert_eq!(pools.column(column).next(), Some(expected), "{column}");
    }
    let links = desk.table("m/mixer_links.csv");
    let cells = ["depositor", "recipient", "band", "probability", "rules", "exits"];
    let cells = cells.map(|it| links.column(it).next().unwrap().to_owned());
    assert_eq!(cells, [A, B, "moderate", "0.975000", "early_direct same_count", "2"]);
    let candidates = desk.table("m/mixer_candidates.csv");
    assert_eq!(candidates.column("balance").next(), Some((2 * TEN - 2).to_string().as_str()));
    assert_eq!(candidates.column("drawn").next(), Some((2 * TEN - 7).to_string().as_str()));
    // Its files are held to their hashes, as those of a trace.
    let held = desk.run("verify m").ends_with(0).stdout;
    assert!(
        held.contains("14 files are those that the manifest seals") && held.contains("no figure"),
        "{held}"
    );
    let pools_csv = std::fs::read(desk.path("m/pools.csv")).unwrap();
    std::fs::write(desk.path("m/pools.csv"), [&pools_csv[..], b" "].concat()).unwrap();
    assert!(desk.run("verify m").ends_with(1).stdout.contains("pools.csv"));
    std::fs::write(desk.path("m/pools.csv"), pools_csv).unwrap();
    let json = desk.run(&format!("{words} --json")).ends_with(0).json();
    assert_eq!(json["links"][0]["probability"][0], "0.975000");
    assert_eq!(json["rules"][0]["used"], "published");
    assert_eq!(json["thefts"][0]["notes"], 2);
    // Written again over itself: the same bytes, but for the time of the run.
    let before = desk.everything();
    desk.run(&format!("{words} --out m")).ends_with(0);
    for (name, bytes) in desk.everything() {
        assert!(name == "m/manifest.json" || before[&name] == bytes, "{name}");
    }
}

#[test]
fn event_files_learn_their_depositors_from_transfers() {
    let hash = |digit: &str| format!("0x{digit:0>64}");
    let deposits = format!(
        "blockNumber,transactionHash,leafIndex,timestamp\n1,{},0,1650000000\n2,{},1,1650001200\n3,{},2,1650001260\n",
        hash("1"),
        hash("3"),
        hash("4")
    );
    let exits = format!("blockNumber,transactionHash,to,fee\n3,{},{B},7\n3,{},{B},0\n", hash("5"), hash("6"));
    let desk = small().and("d.csv", deposits).and("w.csv", exits);
    let events = "--pool-events ethereum:eth_10=d.csv eth_10=w.csv";
    let alone = desk.run(&format!("mixers {events}")).ends_with(0).stdout;
    assert!(alone.contains("nobody's name stands behind a note"), "{alone}");
    desk.run(&format!("mixers --transfers t.csv {events} --out m")).ends_with(0);
    let pools = desk.table("m/pools.csv");
    let cells = ["notes", "notes_with_depositor", "exits", "base"].map(|it| pools.column(it).next().unwrap());
    assert_eq!(cells, ["3", "3", "2", "whole"]);
    assert_eq!(desk.table("m/mixer_links.csv").column("recipient").next(), Some(B));
}

#[test]
fn what_cannot_be_looked_at_is_refused() {
    let bad = format!("3,0x{:0>64},0x12,7\n3,0x1,{B},7\n3,0x{:0>64},{B},7\n", 1, 5);
    let desk = small().and("w.csv", format!("blockNumber,transactionHash,to,fee\n{bad}"));
    let desk = desk.and("short.csv", format!("blockNumber,transactionHash,to,fee\n3,0x1,{B},7\n"));
    let desk = desk.and(
        "alone.toml",
        "[[pool_events]]\npool = \"eth_10\"\npath = \"w.csv\"\n[[labels]]\npath = \"l.csv\"\n",
    );
    for (words, wanted) in [
        ("mixers".to_owned(), "nothing to look at"),
        ("mixers --pool-events w.csv".to_owned(), "`w.csv` names no pool"),
        ("mixers --pool-events eth_7=w.csv".to_owned(), "`eth_7` is no pool of the table"),
        (
            "mixers --pool-events eth_10=w.csv".to_owned(),
            "w.csv, line 2, column `to`: `0x12` is not an address",
        ),
        ("mixers --transfers t.csv --known-exit 0x12".to_owned(), "`0x12`"),
        ("mixers --transfers t.csv --outstanding eth_10".to_owned(), "is no `POOL=NOTES`"),
        (
            "mixers --pool-events eth_10=short.csv".to_owned(),
            "short.csv, line 2, column `transactionHash`: `0x1` is not a transaction hash: 32 bytes in hex",
        ),
        (
            "mixers --transfers t.csv --outstanding eth_10=4".to_owned(),
            "`--outstanding`: `eth_10=4` is of a pool of which no event file is named",
        ),
        ("mixers --pool-events eth_10=w.csv --outstanding eth_100=4".to_owned(), "hint: name its files"),
        (format!("mixers --pool-events eth_10=w.csv --theft T={A}"), "`--theft` says something of transfers"),
        ("mixers --pool-events eth_10=w.csv --labels l.csv".to_owned(), "`--labels` says something of"),
        ("mixers --pool-events eth_10=w.csv --decisions d".to_owned(), "`--decisions` says something of"),
        ("mixers --pool-events eth_10=w.csv --tokens t.csv".to_owned(), "`--tokens` says something of"),
        ("mixers --pool-events eth_10=w.csv --chain bsc".to_owned(), "`--chain` says something of"),
        ("mixers alone.toml".to_owned(), "but only event files are named"),
        ("mixers --transfers t.csv --decoys 4294967295".to_owned(), "4294967295 is not in 1..=1000"),
        ("mixers --transfers t.csv --decoys 0".to_owned(), "0 is not in 1..=1000"),
        ("mixers --transfers t.csv --window 9223372036854775807".to_owned(), "is not in 1..=3155760000"),
    ] {
        let run = desk.run(&words).ends_with(1);
        assert!(run.stderr.contains(wanted), "{words}: {}", run.stderr);
    }
    // What cannot be understood is left out if asked for: counted, and listed.
    let skipped = desk.run("mixers --pool-events eth_10=w.csv --skip-bad-rows --out m").ends_with(2);
    let said = "not complete: 2 bad rows were left out, the first: w.csv, line 2, column `to`: `0x12` is not";
    assert!(skipped.stderr.contains(said), "{}", skipped.stderr);
    let rejects = desk.table("m/rejects.csv");
    assert_eq!(rejects.columns, ["file", "line", "column", "seen", "reason"]);
    let rows: Vec<&[String]> = rejects.rows.iter().map(|row| &row[..4]).collect();
    assert_eq!(rows, [["w.csv", "2", "to", "0x12"], ["w.csv", "3", "transactionHash", "0x1"]]);
    assert_eq!(desk.table("m/pools.csv").column("exits").next(), Some("1"));
    let json = desk.run("mixers --pool-events eth_10=w.csv --skip-bad-rows --json").ends_with(2).json();
    assert_eq!(json["rejects"], 2);
    desk.run("mixers --transfers t.csv --decoys 1000 --out n").ends_with(0);
    assert_eq!(desk.table("n/rejects.csv").rows.len(), 0);
}

#[test]
fn harmony_exits_draw_in_step_with_a_known_one() {
    let Some(folder) = shared("cases/harmony") else { return };
    let file =
        |what: &str| format!("ethereum:eth_100={}/tornado100_{what}_2022-06-27_07-08.csv", folder.display());
    let desk = Desk::new();
    let words = format!("mixers --pool-events {} {} --json", file("deposits"), file("withdrawals"));
    // One of the recipients that investigators list, first paid on 1 July 2022.
    let known = "0xf1a5ab19d862e556c6fc74b4f93008915a7ea8ff";
    let all = std::fs::read_to_string(folder.join("tornado100_withdrawals_2022-06-27_07-08.csv")).unwrap();
    let labelled: BTreeSet<&str> = all
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|cells| !cells[5].is_empty())
        .map(|cells| cells[3])
        .collect();
    assert_eq!(labelled.len(), 78);
    assert!(labelled.contains(known));
    let json = desk.run(&format!("{words} --known-exit {known}")).ends_with(0).json();
    let pool = &json["pools"][0];
    assert_eq!(
        (&pool["notes"], &pool["exits"], &pool["recipients"]),
        (&1_079.into(), &1_131.into(), &281.into())
    );
    assert_eq!(pool["base"], "at_least");
    let members = json["groups"][0]["members"].as_array().unwrap();
    let candidates: Vec<&str> = members
        .iter()
        .filter(|it| it["role"] == "candidate")
        .map(|it| it["recipient"].as_str().unwrap())
        .collect();
    let right = candidates.iter().filter(|it| labelled.contains(*it)).count();
    assert!(candidates.len() >= 8 && right * 10 >= candidates.len() * 9, "{right} of {}", candidates.len());
    // Nothing is known of who paid: no rule may claim anything.
    assert!(json["rules"].as_array().unwrap().iter().all(|it| it["verdict"] == "not_searched"));
    assert!(json["links"].as_array().unwrap().is_empty());
}

#[test]
fn a_trace_stops_at_a_pool_or_follows_links_and_nothing_is_lost() {
    let desk = small();
    let state = |folder: &str, who: &str| {
        let table = desk.table(&format!("{folder}/holdings.csv"));
        let at = table.column("address").position(|it| it == who);
        at.map(|at| ["state", "libr", "grade"].map(|it| table.column(it).nth(at).unwrap().to_owned()))
    };
    let whole = |folder: &str| {
        let table = desk.table(&format!("{folder}/conservation.csv"));
        assert!(table.column("difference").all(|it| it == "0"), "{folder}");
        desk.run(&format!("verify {folder}")).ends_with(0);
    };
    // Nobody labels the pool: the project's own table does.
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out stop")).ends_with(0);
    assert_eq!(state("stop", POOL).unwrap()[..2], ["IN_POOL".to_owned(), (2 * TEN + 3).to_string()]);
    whole("stop");
    let links = "--mixers links --mixer-probability 0.9 --out links";
    desk.run(&format!("trace --transfers t.csv --theft T={A} {links}")).ends_with(0);
    // B draws two notes less the relayer's 7, and had 5 before; 3 units that are no note rest in the pool.
    let expected = ["SELF_CUSTODY_NATIVE", &(2 * TEN - 2).to_string(), "INFERRED"].map(str::to_owned);
    assert_eq!(state("links", B).unwrap(), expected);
    assert_eq!(state("links", D).unwrap()[1..], ["7", "INFERRED"].map(str::to_owned));
    assert_eq!(state("links", POOL).unwrap()[1], "3");
    whole("links");
    let rows = desk.table("links/links.csv");
    assert!(
        rows.column("method").all(|it| it == "mixer")
            && rows.column("link_confidence").all(|it| it == "0.975")
    );
    let said = desk.table("links/limitations.csv");
    let at = said.column("kind").position(|it| it == "mixer_links").unwrap();
    assert_eq!(said.column("subject").nth(at), Some("2 links through mixers were followed"));
    // A probability that nothing reaches leaves it where it stopped.
    let none = "--mixers links --mixer-probability 0.99 --out none";
    desk.run(&format!("trace --transfers t.csv --theft T={A} {none}")).ends_with(0);
    assert_eq!(state("none", POOL), state("stop", POOL));
    whole("none");
    for (words, wanted) in [
        ("--mixers links", "--mixer-probability"),
        ("--mixers links --mixer-probability 1.5", "is no probability above 0 and up to 1"),
        ("--mixers links --mixer-probability 0", "is no probability above 0 and up to 1"),
    ] {
        let run = desk.run(&format!("trace --transfers t.csv --theft T={A} {words}")).ends_with(1);
        assert!(run.stderr.contains(wanted), "{words}: {}", run.stderr);
    }
}

#[test]
fn a_pool_pays_out_its_share_only_where_its_history_is_stated_to_be_whole() {
    let desk = small();
    // Nothing in the rows tells whether money lay there before them.
    let run =
        desk.run(&format!("trace --transfers t.csv --theft T={A} --mixers expected --out no")).ends_with(1);
    assert!(run.stderr.contains("nothing says what it held before the data begin"), "{}", run.stderr);
    assert!(run.stderr.contains("outstanding"), "{}", run.stderr);
    let case = |outstanding: &str| {
        format!(
            "[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n\
             [[pool]]\naddress = \"{POOL}\"\noutstanding = \"{outstanding}\"\n[trace]\nmixers = \"expected\"\n"
        )
    };
    let rests = |folder: &str| {
        let table = desk.table(&format!("{folder}/holdings.csv"));
        let units = |who: &str| {
            let at = table.column("address").position(|it| it == who).unwrap();
            ["libr", "prorata", "grade"].map(|it| table.column(it).nth(at).unwrap().to_owned())
        };
        [B, D, POOL].map(units)
    };
    let whole = |folder: &str| {
        let table = desk.table(&format!("{folder}/conservation.csv"));
        assert!(table.column("difference").all(|it| it == "0"), "{folder}");
        desk.run(&format!("verify {folder}")).ends_with(0);
    };
    std::fs::write(desk.folder().join("whole.toml"), case("0")).unwrap();
    desk.run("trace whole.toml --out whole").ends_with(0);
    // By hand: of 30 coins 20 are stolen; B draws 10^19 - 7 (two thirds), D 7 (5), B 10^19 (half way rounds to clean).
    let by_hand = |units: u128| [units.to_string(), units.to_string(), "INFERRED".to_owned()];
    let expected = [13_333_333_333_333_333_333, 5, 6_666_666_666_666_666_670].map(by_hand);
    assert_eq!(rests("whole"), expected);
    whole("whole");
    // 30 coins more before the data: half the share.
    std::fs::write(desk.folder().join("more.toml"), case(&(3 * TEN).to_string())).unwrap();
    desk.run("trace more.toml --out more").ends_with(0);
    assert_eq!(rests("more")[1][0], "2");
    whole("more");
    // A bound is said to be one.
    let bound = "--mixers expected_bound --out bound";
    desk.run(&format!("trace --transfers t.csv --theft T={A} {bound}")).ends_with(0);
    assert_eq!(rests("bound"), expected);
    let said = desk.table("bound/limitations.csv");
    assert!(said.column("kind").any(|it| it == "pool_bound"));
    whole("bound");
}

#[test]
fn a_confirmed_link_makes_its_recipient_a_known_exit() {
    let case = format!(
        "[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n\
         [[links]]\npath = \"links.csv\"\n"
    );
    let links = format!(
        "source_transaction,destination_transaction,method,confidence,by,at,reason\n\
         0x{:0>64},0x{:0>64},mixer,0.95,An Analyst,2026-01-01,same session\n",
        3, 5
    );
    let desk = small().and("case.toml", case).and("links.csv", links);
    desk.run("mixers case.toml --out m").ends_with(0);
    // B drew by it, not D, who relayed.
    let table = desk.table("m/mixer_candidates.csv");
    let of = |who: &str| table.column("recipient").position(|it| it == who);
    let why = |at: usize| table.column("why").nth(at).unwrap().to_owned();
    assert!(why(of(B).unwrap()).contains("known_exit"), "{}", why(of(B).unwrap()));
    assert!(of(D).is_none());
    let manifest = std::fs::read_to_string(desk.path("m/manifest.json")).unwrap();
    assert!(manifest.contains("links.csv"));
    // A trace of the same case follows it, with who said so.
    desk.run("trace case.toml --out t").ends_with(0);
    let rows = desk.table("t/links.csv");
    assert_eq!(rows.column("fate").next(), Some("followed"));
    assert!(rows.column("told_by").next().unwrap().contains("An Analyst"));
}

#[test]
fn bad_rows_of_event_files_are_listed_and_make_a_trace_incomplete() {
    let case = format!(
        "[trace]\nskip_bad_rows = true\n[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n\
         [[pool_events]]\npool = \"eth_10\"\npath = \"out/w.csv\"\n"
    );
    let exits = format!(
        "blockNumber,transactionHash,to,fee\n3,0x{:0>64},{B},7\n3,0x{:0>64},0x12,7\n4,0x{:0>64},{B},0\n",
        5, 9, 6
    );
    let desk = small().and("case.toml", case);
    std::fs::create_dir(desk.path("out")).unwrap();
    let desk = desk.and("out/w.csv", exits);
    let words = "trace case.toml --mixers links --mixer-probability 0.9";
    desk.run(&format!("{words} --out t")).ends_with(2);
    let rejects = desk.table("t/rejects.csv");
    let row = ["file", "line", "column", "seen"].map(|it| rejects.column(it).next().unwrap().to_owned());
    assert_eq!(row, ["out/w.csv", "3", "to", "0x12"]);
    // The folder that holds an event file is no place for a result.
    for words in [words, "mixers case.toml"] {
        let refused = desk.run(&format!("{words} --out out")).ends_with(1);
        assert!(refused.stderr.contains("`out/w.csv` lies in `out`"), "{}", refused.stderr);
    }
}
