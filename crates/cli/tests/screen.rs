//! `dyetrace screen`: a small table by hand, agreement with `trace` and `source`, and what is refused.

use crate::support::{A, B, C, D, Desk, Table, dyetrace, root, shared};
use std::collections::BTreeMap;
use std::fs;

const MIXER: &str = "0x00000000000000000000000000000000000000ee";
const NOBODY: &str = "0x00000000000000000000000000000000000000ff";
const E: &str = "0x00000000000000000000000000000000000000e1";
const HEAD: &str = "address,chain,in_data,asset,symbol,received,kind,origin,origin_asset,direct,indirect,exchanged,came,claim,\
    stolen_here,rests,direct_per_mille,indirect_per_mille,hops,transfers,first,last,met,\
    other_order_received,other_order_direct,other_order_indirect,other_order_exchanged,other_order_came,other_order_claim,\
    other_order_stolen_here,other_order_rests,met_in_one_order,label,category";
/// The cells of the other order, where it is the same.
const SAME: &str = ",,,,,,,,,,,";

/// The thief A pays B 100, who passes 60 on to C and 10 to the mixer; D pays C 40, the mixer 100 to C and 5 to D.
fn desk() -> Desk {
    let rows = [
        (1, A, B, 100),
        (2, B, C, 60),
        (3, D, C, 40),
        (4, B, MIXER, 10),
        (5, MIXER, C, 100),
        (6, MIXER, D, 5),
    ];
    let row = |(block, from, to, value): &(i64, &str, &str, u64)| {
        format!("{block},{},{from},{to},{value}\n", 1_700_000_000 + 12 * block)
    };
    let rows: String = rows.iter().map(row).collect();
    Desk::with("t.csv", format!("block_number,block_timestamp,from_address,to_address,value\n{rows}"))
        .and("l.csv", format!("address,label,category,entity\n{MIXER},Tornado: 0.1,mixer,Tornado\n"))
        .and(
            "who.txt",
            format!("# customers\n{C}\n{NOBODY}\n{D}\n\n{}\n", B.to_uppercase().replace("0X", "0x")),
        )
}

const CASE: &str = "--transfers t.csv --labels l.csv --addresses who.txt --theft T=";

#[test]
fn a_small_table_by_hand() {
    let desk = desk();
    let flags = "--flag-indirect 10% --flag-direct theft=99.9% --flag-direct mixer=50%";
    let run = desk.run(&format!("screen {CASE}{A} {flags}")).ends_with(0);
    let native = "ethereum:native";
    let expected = [
        HEAD.to_owned(),
        // 60 of the 200 that C received are stolen, over B; 100 are the mixer's own, not B's 10.
        format!(
            "{C},ethereum,yes,{native},ETH,200,theft,T,{native},0,60,0,60,60,0,60,0,300,2,1,2023-11-14T22:13:44Z,2023-11-14T22:13:44Z,indirect:10%{SAME}"
        ),
        format!(
            "{C},ethereum,yes,{native},ETH,200,labelled,mixer,{native},100,0,0,100,100,0,100,500,0,1,1,2023-11-14T22:14:20Z,2023-11-14T22:14:20Z,{SAME}"
        ),
        format!("{NOBODY},,no,,,,,,,0,0,0,0,0,0,0,,,,,,,{SAME}"),
        format!(
            "{D},ethereum,yes,{native},ETH,5,labelled,mixer,{native},5,0,0,5,5,0,5,1000,0,1,1,2023-11-14T22:14:32Z,2023-11-14T22:14:32Z,direct:mixer:50%{SAME}"
        ),
        format!(
            "{B},ethereum,yes,{native},ETH,100,theft,T,{native},100,0,0,100,100,0,30,1000,0,1,1,2023-11-14T22:13:32Z,2023-11-14T22:13:32Z,direct:theft:99.9%{SAME}"
        ),
    ];
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), expected);
    assert!(
        run.stderr.contains("4 addresses, 1 of them in no transfer; 5 rows; 3 meet a threshold"),
        "{}",
        run.stderr
    );
    // The same into a file, with any number of threads; it is replaced, and nothing else is.
    for threads in [1, 3] {
        desk.run(&format!("screen {CASE}{A} {flags} --out s.csv --threads {threads}")).ends_with(0);
        assert_eq!(fs::read_to_string(desk.path("s.csv")).unwrap(), run.stdout);
    }
    let refused = desk.run(&format!("screen {CASE}{A} --out l.csv")).ends_with(1);
    assert!(
        refused.stderr.contains("lies in `l.csv`") || refused.stderr.contains("is no table"),
        "{}",
        refused.stderr
    );
}

/// The thief A and D pay B 10 each, in one block and nobody tells in what order; then B pays C 10, and E 10.
fn desk_of_two_orders(index: [&str; 2]) -> Desk {
    let [one, two] = index;
    let rows = [(1, one, A, B), (1, two, D, B), (2, "0", B, C), (3, "0", B, E)];
    let row = |(number, (block, index, from, to)): (u64, &(i64, &str, &str, &str))| {
        format!("{block},{},0x{number:064x},{index},{from},{to},10\n", 1_700_000_000 + 12 * block)
    };
    let rows: String = (1..).zip(&rows).map(row).collect();
    let head =
        "block_number,block_timestamp,transaction_hash,transaction_index,from_address,to_address,value\n";
    Desk::with("t.csv", format!("{head}{rows}"))
        .and("l.csv", format!("address,category,entity\n{D},exchange,Binance\n"))
        .and("who.txt", format!("{C}\n{E}\n{B}\n"))
}

#[test]
fn what_rests_on_an_order_that_nobody_told_is_marked() {
    let case = format!("{CASE}{A} --rule fifo --origins none --flag-indirect 50% --flag-direct 90%");
    let desk = desk_of_two_orders(["", ""]);
    let run = desk.run(&format!("screen {case}")).ends_with(0);
    let (native, two, three) = ("ethereum:native", "2023-11-14T22:13:44Z", "2023-11-14T22:13:56Z");
    let expected = [
        HEAD.to_owned(),
        // First in, first out: C got what came to B first, the thief's by input order and D's by the other.
        format!(
            "{C},ethereum,yes,{native},ETH,10,theft,T,{native},0,10,0,10,10,0,10,0,1000,2,1,{two},{two},indirect:50%,,0,0,0,0,0,0,0,indirect:50%,,"
        ),
        // A row of the other order alone.
        format!(
            "{E},ethereum,yes,{native},ETH,10,theft,T,{native},0,0,0,0,0,0,0,0,0,2,1,{three},{three},,,0,10,0,10,10,0,10,indirect:50%,,"
        ),
        // Straight from the thief in any order.
        format!(
            "{B},ethereum,yes,{native},ETH,20,theft,T,{native},10,0,0,10,10,0,0,500,0,1,1,2023-11-14T22:13:32Z,2023-11-14T22:13:32Z,{SAME}"
        ),
    ];
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), expected);
    let said = "2 rows are others with it reversed (columns `other_order_…`); 1 more addresses meet a threshold in the other order alone";
    assert!(run.stderr.contains("3 rows; 1 meet a threshold") && run.stderr.contains(said), "{}", run.stderr);
    // Where the input tells the order, none of it.
    for (index, met) in [(["0", "1"], C), (["1", "0"], E)] {
        let run = desk_of_two_orders(index).run(&format!("screen {case}")).ends_with(0);
        assert!(!run.stderr.contains("order"), "{}", run.stderr);
        let rows = run.stdout.lines().skip(1);
        assert!(rows.clone().all(|line| line.ends_with(SAME)), "{}", run.stdout);
        let flagged: Vec<&str> = rows.filter(|line| line.contains("indirect:50%")).collect();
        assert!(flagged.len() == 1 && flagged[0].starts_with(met), "{}", run.stdout);
    }
}

#[test]
fn a_source_tells_what_the_other_order_gives() {
    let desk = desk_of_two_orders(["", ""]);
    let case = format!("--transfers t.csv --labels l.csv --theft T={A} --rule fifo");
    let of = |who: &str| {
        let json =
            desk.run(&format!("source {who} {case} --json")).ends_with(0).json()["accounts"][0].clone();
        assert_eq!(json["order_told"], false);
        json["purses"][0].clone()
    };
    let (c, e) = (of(C), of(E));
    let came = |it: &serde_json::Value| [&it["came"]["units"], &it["per_mille"]].map(ToString::to_string);
    let (all, none) = (["\"10\"", "1000"], ["\"0\"", "0"]);
    for (purse, part, told, other) in [
        (&c, "thefts", all, none),
        (&c, "labelled", none, all),
        (&e, "thefts", none, all),
        (&e, "labelled", all, none),
    ] {
        let it = &purse[part]["origins"][0];
        assert_eq!([came(it), came(&it["other_order"])], [told, other], "{part}: {purse:#}");
        let rests = [&purse[part]["rest"], &purse[part]["other_order_rest"]];
        assert_eq!(rests, if told == all { ["0", "10"] } else { ["10", "0"] });
        assert_eq!(it["route"].as_array().unwrap().is_empty(), told == none, "routes are of input order");
    }
    assert!(of(B)["thefts"]["origins"][0]["other_order"].is_null());
    // A transfer, too.
    let case = format!("{case} --transaction 0x{:064x}", 4);
    let json = desk.run(&format!("source {E} {case} --json")).ends_with(0).json();
    let transfer = &json["accounts"][0]["transfers"][0];
    assert_eq!(transfer["thefts"].as_array().map(Vec::len), Some(0));
    assert_eq!(transfer["other_order_thefts"][0]["units"], "10");
    assert_eq!([&transfer["labelled"][0]["units"], &transfer["value"]], ["10", "10"]);
    assert_eq!(transfer["other_order_labelled"].as_array().map(Vec::len), Some(0));
    let text = desk.run(&format!("source {E} {case}")).ends_with(0).stdout;
    for line in [
        "  no stolen money\n  in the other order:\n  100.0 % stolen, T: 0.00000000000000001 ETH\n",
        "  Stolen: 0.0 % 0 ETH; in the other order 100.0 % 0.00000000000000001 ETH\n",
        "    T: 0.0 % 0 ETH\n      nothing came\n      in the other order: 100.0 % 0.00000000000000001 ETH\n",
        "    0.00000000000000001 ETH not stolen, as far as the data go; in the other order 0 ETH\n",
        "These are two orders, not a bound",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    // What B spent before it came is a gap in one order.
    let rows = format!("1,{A},{B},10\n1,{B},{C},10\n");
    let gap = Desk::with("t.csv", format!("block_number,from_address,to_address,value\n{rows}"));
    let case = format!("source {B} --transfers t.csv --theft T={A}");
    let json = gap.run(&format!("{case} --json")).ends_with(0).json();
    let purse = &json["accounts"][0]["purses"][0];
    assert!(purse["gap"].is_null() && purse["other_order_gap"] == "10", "{purse:#}");
    let text = gap.run(&case).ends_with(0).stdout;
    let said =
        "  It spent 0 ETH more than the data show it had; in the other order 0.00000000000000001 ETH more.\n";
    assert!(text.contains(said), "{text}");
    let told = desk_of_two_orders(["0", "1"]);
    let case = format!("--transfers t.csv --labels l.csv --theft T={A} --rule fifo");
    let text = told.run(&format!("source {E} {case}")).ends_with(0).stdout;
    assert!(!text.contains("order"), "{text}");
}

#[test]
fn addresses_are_checked_and_repeated_ones_said() {
    let desk = desk();
    fs::write(desk.path("who.txt"), format!("address,chain,label\n{C},ethereum,x\n{C}\n{C}\n{C},tron\n"))
        .unwrap();
    let run = desk.run(&format!("screen {CASE}{A}")).ends_with(0);
    let again = format!("who.txt: 1 lines repeat an address, the first is line 4: {C} stands in line 3");
    assert!(run.stderr.contains(&again), "{}", run.stderr);
    assert_eq!(
        run.stdout.lines().filter(|line| line.contains(",no,")).count(),
        1,
        "on tron it is not in the data"
    );
    for (text, said) in [
        (format!("{C}\n0x1234\n"), "who.txt, line 2"),
        (format!("{C}\n{C} and more\n"), "who.txt, line 2"),
        ("\n\nno_address!\n".to_owned(), "who.txt, line 3"),
    ] {
        fs::write(desk.path("who.txt"), &text).unwrap();
        let run = desk.run(&format!("screen {CASE}{A}")).ends_with(1);
        assert!(
            run.stderr.contains(said) && run.stderr.contains("hint: one address a line"),
            "{text}{}",
            run.stderr
        );
    }
    for (words, said) in [
        ("--flag-direct 10", "`10` is no share"),
        ("--flag-indirect 100.1%", "`100.1%` is no share"),
        ("--flag-direct whale=1%", "`whale` is no group"),
        ("--origins whales", "`whales` is no category"),
        ("--rule fast", "`fast` is no rule"),
    ] {
        let run = desk.run(&format!("screen {CASE}{A} {words}")).ends_with(1);
        let goes_on = run.stderr.contains("hint") || run.stderr.contains("was expected");
        assert!(run.stderr.contains(said) && goes_on, "{words}: {}", run.stderr);
    }
    // An earlier screening can name the addresses, but is not replaced then.
    fs::write(desk.path("who.txt"), C).unwrap();
    desk.run(&format!("screen {CASE}{A} --out earlier.csv")).ends_with(0);
    let theft = "screen --transfers t.csv --theft T=";
    desk.run(&format!("{theft}{A} --addresses earlier.csv --out later.csv")).ends_with(0);
    let same = desk.run(&format!("{theft}{A} --addresses earlier.csv --out earlier.csv")).ends_with(1);
    assert!(same.stderr.contains("`earlier.csv` holds the addresses"), "{}", same.stderr);
    let nobody = desk.run("screen --transfers t.csv --addresses t.csv").ends_with(1);
    assert!(nobody.stderr.contains("t.csv, line 1"), "{}", nobody.stderr);
    fs::write(desk.path("who.txt"), C).unwrap();
    let nobody = desk.run("screen --transfers t.csv --addresses who.txt").ends_with(1);
    assert!(nobody.stderr.contains("no origin is named"), "{}", nobody.stderr);
}

/// Origin asset, address, asset → came, rests.
type Sums = BTreeMap<[String; 3], [u128; 2]>;

/// What a trace says of everybody who received something.
fn of_trace(desk: &Desk, rule: &str) -> Sums {
    let (flows, holdings) = (desk.table("result/flows.csv"), desk.table("result/holdings.csv"));
    let mut sums = Sums::new();
    let rows = |table: &Table, who: &str| -> Vec<([String; 3], u128)> {
        let keys = table.column("stolen_asset").zip(table.column(who)).zip(table.column("asset"));
        let amounts = table.column(rule).map(|text| text.parse().unwrap());
        keys.map(|((stolen, who), asset)| [stolen.to_owned(), who.to_owned(), asset.to_owned()])
            .zip(amounts)
            .collect()
    };
    let legs: Vec<bool> =
        flows.column("from_address").zip(flows.column("to_address")).map(|(from, to)| from == to).collect();
    for ((key, amount), is_leg) in rows(&flows, "to_address").into_iter().zip(legs) {
        sums.entry(key).or_default()[0] += if is_leg { 0 } else { amount };
    }
    for (key, amount) in rows(&holdings, "address") {
        sums.entry(key).or_default()[1] += amount;
    }
    sums.retain(|_, sums| *sums != [0, 0]);
    sums
}

fn of_screen(table: &Table) -> Sums {
    let mut sums = Sums::new();
    for row in 0..table.rows.len() {
        let cell = |name: &str| table.column(name).nth(row).unwrap().to_owned();
        if cell("kind") == "theft" {
            let number = |name: &str| cell(name).parse::<u128>().unwrap();
            let sum = sums.entry([cell("origin_asset"), cell("address"), cell("asset")]).or_default();
            sum[0] += number("direct") + number("indirect");
            sum[1] += number("rests");
        }
    }
    sums.retain(|_, sums| *sums != [0, 0]);
    sums
}

/// Theft, stolen asset, address, asset, what rests in input order and in the other: where these differ, by a trace.
fn spread_of_trace(desk: &Desk) -> Vec<[String; 6]> {
    let table = desk.table("result/limitations.csv");
    let rows = table.column("kind").zip(table.column("subject")).zip(table.column("detail"));
    let said = |((_, subject), detail): ((&str, &str), &str)| {
        let words: Vec<&str> = subject.split(' ').collect();
        let amounts: Vec<&str> =
            detail.split([' ', ',']).filter(|word| word.parse::<u128>().is_ok()).collect();
        let [theft, stolen, address, asset] = words[..] else { panic!("{subject}") };
        [theft, stolen, address, asset, amounts[0], amounts[1]].map(str::to_owned)
    };
    let mut all: Vec<[String; 6]> = rows.filter(|row| row.0.0 == "order_spread").map(said).collect();
    all.sort();
    all
}

/// The same by a screening.
fn spread_of_screen(table: &Table) -> Vec<[String; 6]> {
    let columns = ["origin", "origin_asset", "address", "asset", "rests", "other_order_rests", "kind"];
    let row = |row: usize| columns.map(|name| table.column(name).nth(row).unwrap().to_owned());
    let mut all: Vec<[String; 6]> = (0..table.rows.len())
        .map(row)
        .filter(|it| it[6] == "theft" && !it[5].is_empty() && it[4] != it[5])
        .map(|[origin, stolen, address, asset, rests, other, _]| {
            [origin, stolen, address, asset, rests, other]
        })
        .collect();
    all.sort();
    all
}

/// Traces, screens everybody, and asks for the source of some; all say the same.
fn agree(desk: &Desk, case: &str, some: usize) {
    for rule in ["libr", "fifo", "prorata"] {
        let trace = format!("trace {case} --rule {rule} --compare none --no-graph --out result");
        dyetrace(desk.folder(), trace.split_whitespace());
        let flows = desk.table("result/flows.csv");
        let mut all: Vec<String> =
            flows.column("to_address").chain(flows.column("from_address")).map(str::to_owned).collect();
        let spread = spread_of_trace(desk);
        all.extend(spread.iter().map(|it| it[2].clone()));
        all.sort();
        all.dedup();
        fs::write(desk.path("all.txt"), all.join("\n")).unwrap();
        desk.run(&format!("screen {case} --rule {rule} --addresses all.txt --out screen.csv")).ends_with(0);
        let screen = desk.table("screen.csv");
        assert!(of_trace(desk, rule).len() > 2);
        assert_eq!(of_screen(&screen), of_trace(desk, rule), "{rule}");
        assert_eq!(spread_of_screen(&screen), spread, "{rule}");
        let at = case.find("--transfers").map_or("", |_| "yes");
        for address in all.iter().take(some) {
            let words = if at.is_empty() {
                format!("source {case} {address}")
            } else {
                format!("source {address} {case}")
            };
            let said = desk.run(&format!("{words} --rule {rule} --json")).ends_with(0).json();
            let mut came: BTreeMap<(String, String, String), (String, String)> = BTreeMap::new();
            for purse in
                said["accounts"].as_array().unwrap().iter().flat_map(|it| it["purses"].as_array().unwrap())
            {
                let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
                for part in ["thefts", "labelled"] {
                    for it in
                        purse[part]["origins"].as_array().into_iter().flatten().filter(|_| part == "thefts")
                    {
                        let key = (text(&purse["asset"]), text(&it["origin"]), text(&it["origin_asset"]));
                        came.insert(key, (text(&it["came"]["units"]), text(&it["came"]["claim"])));
                        let (hops, route) = (it["hops"].as_u64().unwrap(), it["route"].as_array().unwrap());
                        // Of the other order alone there is none.
                        let is_told = it["came"]["units"] != "0";
                        assert!(hops == 0 || !route.is_empty() || !is_told, "{address} {it:#}");
                        assert!(route.last().is_none_or(|hop| hop["to"] == **address), "{address} {it:#}");
                    }
                }
            }
            let mut expected = BTreeMap::new();
            for row in 0..screen.rows.len() {
                let cell = |name: &str| screen.column(name).nth(row).unwrap().to_owned();
                if cell("address") == **address && cell("kind") == "theft" {
                    expected.insert(
                        (cell("asset"), cell("origin"), cell("origin_asset")),
                        (cell("came"), cell("claim")),
                    );
                }
            }
            assert_eq!(came, expected, "{address} {rule}");
        }
    }
}

#[test]
fn trace_screen_and_source_agree_on_the_sample() {
    let desk = Desk::new();
    let case = root().join("sample-data/harmony/case.toml");
    agree(&desk, case.to_str().unwrap(), if cfg!(debug_assertions) { 6 } else { 40 });
}

#[test]
fn trace_screen_and_source_agree_on_the_real_thing() {
    let (Some(harmony), Some(sources)) =
        (shared("cases/harmony/flows.csv"), shared("cases/harmony/sources.txt"))
    else {
        return;
    };
    let sources = fs::read_to_string(sources).unwrap();
    let seeds: Vec<String> = sources.split_whitespace().map(|seed| format!("--theft T={seed}")).collect();
    let desk = Desk::new();
    agree(&desk, &format!("--transfers {} {}", harmony.display(), seeds.join(" ")), 3);
}

#[test]
fn what_an_address_is_itself_and_what_looks_mistyped_is_said() {
    let desk = desk();
    let labels = fs::read_to_string(desk.path("l.csv")).unwrap();
    fs::write(desk.path("l.csv"), format!("{labels}{C},A name on a list,sanctioned,\n")).unwrap();
    fs::write(
        desk.path("who.txt"),
        format!("{A}\n{C}\n{NOBODY},etherum\n0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD\n"),
    )
    .unwrap();
    let run = desk.run(&format!("screen {CASE}{A} --flag-direct 0% --out s.csv")).ends_with(0);
    for said in [
        "2 of them are themselves stolen from or labelled as an origin",
        "1 of them name a chain that no transfer is on, the first: `etherum`",
        "the EIP-55 checksum of 1 addresses is wrong, the first is line 4: 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
    ] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let rows = desk.table("s.csv");
    let at = rows.column("address").position(|it| it == C).unwrap();
    let cells = ["label", "category"].map(|it| rows.column(it).nth(at).unwrap());
    assert_eq!(cells, ["A name on a list", "sanctioned"]);
}
