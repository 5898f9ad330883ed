//! `dyetrace explain`: what it says of the sample, that its figures are those of the tables and its routes add up, on
//! random ledgers too, and what it refuses.

use crate::support::{A, B, Desk, Table, dyetrace, ledger, root, shared};
use dyetrace_report::{Crossing, Explanation, Hop, Origin, PurseStory, Question, Route, explain};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

pub(crate) const RULES: [&str; 5] = ["libr", "fifo", "lifo", "prorata", "taint_first"];

pub(crate) fn sample() -> Desk {
    let desk = Desk::new();
    let out = desk.path("result");
    let words = ["trace", "sample-data/harmony/case.toml", "--no-graph", "--out", out.to_str().unwrap()];
    dyetrace(&root(), words).ends_with(0);
    desk
}

pub(crate) fn asked(of: &str, rule: &str) -> Question {
    let rule = Some(rule.to_owned());
    Question { of: of.to_owned(), chain: None, asset: None, theft: None, rule, routes: 10_000 }
}

/// Every account of a result: its sums are those of the tables, and its routes add up to what came in.
pub(crate) fn holds(result: &Path, rules: &[&str], most: usize) -> usize {
    let [flows, postings, holdings] =
        ["flows.csv", "postings.csv", "holdings.csv"].map(|name| Table::read(&result.join(name)));
    let links = result.join("links.csv");
    let links = links.exists().then(|| Table::read(&links));
    let mut accounts: BTreeSet<String> = BTreeSet::new();
    for (table, columns) in
        [(&flows, &["from_address", "to_address"][..]), (&postings, &["address"]), (&holdings, &["address"])]
    {
        columns.iter().for_each(|column| accounts.extend(table.column(column).map(str::to_owned)));
    }
    let mut told = 0;
    for account in accounts.iter().take(most) {
        for (number, rule) in rules.iter().enumerate() {
            let said =
                explain(result, &asked(account, rule)).unwrap_or_else(|error| panic!("{account}: {error}"));
            told += said.purses.len();
            assert_eq!(said.rules[said.purses[0].rule], *rule);
            check(&said, account, rule, number, [&flows, &holdings]);
            for story in &said.purses {
                check_routes(story, account, rule, &flows, links.as_ref());
            }
        }
        let rests = holdings.column("address").filter(|it| it == account).count();
        let said = explain(result, &asked(account, rules[0])).unwrap();
        assert_eq!(said.purses.iter().filter(|story| story.holding.is_some()).count(), rests, "{account}");
    }
    told
}

fn check(said: &Explanation, account: &str, rule: &str, number: usize, [flows, holdings]: [&Table; 2]) {
    for story in &said.purses {
        let sums = story.sums[number];
        let sum = |table: &Table, who: &str| -> u128 {
            let wanted = [
                ("theft", story.theft.as_str()),
                ("stolen_asset", &story.stolen_asset),
                ("chain", &story.chain),
                ("asset", &story.asset),
                (who, account),
            ];
            let columns: Vec<(Vec<&str>, &str)> =
                wanted.iter().map(|(name, text)| (table.column(name).collect(), *text)).collect();
            // Legs of exchanges, from an account to itself, are booked by postings.
            let legs: Vec<bool> = if who == "address" {
                vec![false; table.rows.len()]
            } else {
                let ends = table.column("from_address").zip(table.column("to_address"));
                ends.map(|(from, to)| from == to).collect()
            };
            let amounts = table.column(rule).enumerate().filter(|(row, _)| !legs[*row]);
            let theirs = amounts.filter(|(row, _)| columns.iter().all(|(cells, text)| cells[*row] == *text));
            theirs.map(|(_, amount)| amount.parse::<u128>().unwrap()).sum()
        };
        let figures = [sums.came, sums.went, sums.rests].map(|it| it.to_u128().unwrap());
        let expected = [sum(flows, "to_address"), sum(flows, "from_address"), sum(holdings, "address")];
        assert_eq!(figures, expected, "{account} {rule} {}", story.asset);
        assert!(sums.holds());
        let all: u128 = story.routes.iter().map(|route| route.amount.to_u128().unwrap()).sum();
        let all = all + story.claims.without.to_u128().unwrap();
        let got = sums.got.to_u128().unwrap();
        assert_eq!(all, figures[0] + got, "{account} {rule} {}: {:#?}", story.asset, story.routes);
        let claims: u128 = story.routes.iter().map(|route| route.claim.to_u128().unwrap()).sum();
        assert_eq!(claims, story.claims.came.to_u128().unwrap(), "{account} {rule} {}", story.asset);
        let shares: Vec<_> = story.routes.iter().map(|route| route.claim).collect();
        assert!(shares.is_sorted_by(|a, b| a >= b), "widest first: {shares:?}");
    }
}

/// Each route goes on in time and place, is in the tables, and takes no claim twice.
fn check_routes(story: &PurseStory, account: &str, rule: &str, flows: &Table, links: Option<&Table>) {
    let claim = format!("claim_{rule}");
    let names =
        ["chain", "transaction_hash", "from_address", "to_address", "asset", "value", rule, &claim, "grade"];
    let of_class = [("theft", &story.theft), ("stolen_asset", &story.stolen_asset)];
    let mut there: BTreeMap<Vec<String>, u128> = BTreeMap::new();
    let place = |name: &str| flows.columns.iter().position(|column| column == name).unwrap();
    let (places, class) = (names.map(place), of_class.map(|(name, text)| (place(name), text)));
    for row in flows.rows.iter().filter(|row| class.iter().all(|(place, text)| row[*place] == **text)) {
        let claim = row[places[7]].parse::<u128>().unwrap();
        *there.entry(places.map(|place| row[place].clone()).to_vec()).or_default() += claim;
    }
    for route in &story.routes {
        let hops = &route.hops;
        for pair in hops.windows(2) {
            assert!(joins(&pair[0], &pair[1]), "{hops:#?}");
        }
        let last = hops.last().unwrap();
        assert_eq!((&*last.to, &last.chain, &last.asset), (account, &story.chain, &story.asset));
        assert!(last.leg.as_ref().is_none_or(|leg| !leg.gives), "{hops:#?}");
        assert!(hops.iter().all(|hop| hop.claim >= route.claim && hop.value >= hop.taint));
        assert!(route.origin != Origin::Here || hops[0].from == account);
        let grades = ["FACT", "PRESUMED", "INFERRED"];
        let weakest = hops.iter().map(|hop| grades.iter().position(|it| *it == hop.grade).unwrap()).max();
        assert_eq!(route.grade, grades[weakest.unwrap()]);
        for hop in hops {
            let [value, taint, claim] = [hop.value, hop.taint, hop.claim].map(|it| it.to_string());
            let cells = [
                &hop.chain,
                &hop.transaction,
                &hop.from,
                &hop.to,
                &hop.asset,
                &value,
                &taint,
                &claim,
                &hop.grade,
            ];
            let row = there.get_mut(cells.map(String::clone).as_slice());
            let row = row.unwrap_or_else(|| panic!("no row of flows.csv: {hop:#?}"));
            let left = row.checked_sub(route.claim.to_u128().unwrap());
            *row = left.unwrap_or_else(|| panic!("taken twice: {hop:#?}"));
        }
        check_links(route, links);
    }
}

/// Whether a hop goes on where the one before it ended, and not before.
fn joins(before: &Hop, after: &Hop) -> bool {
    let in_time = if before.chain == after.chain {
        before.block.is_empty() || block(&before.block) <= block(&after.block)
    } else {
        before.time <= after.time
    };
    let on_chain = before.chain == after.chain && before.to == after.from;
    let given = before.leg.as_ref().filter(|leg| leg.gives);
    let got = after.leg.as_ref().filter(|leg| !leg.gives);
    let goes_on = match (given, got) {
        (None, None) => on_chain && before.asset == after.asset,
        (Some(given), Some(got)) => {
            given.crossing == got.crossing
                && (given.crossing != Crossing::Exchange
                    || on_chain && before.transaction == after.transaction)
        }
        _ => false,
    };
    in_time && goes_on
}

/// Whatever goes in over a link is its source and nothing else, and it comes out where the link says.
fn check_links(route: &Route, links: Option<&Table>) {
    for (number, pair) in route.hops.windows(2).enumerate() {
        let [given, got] = pair else { continue };
        let Some(Crossing::Link(link)) = given.leg.as_ref().filter(|leg| leg.gives).map(|leg| &leg.crossing)
        else {
            continue;
        };
        let links = links.expect("a link stands in links.csv");
        let mut wanted = vec![
            ("fate", "followed".to_owned()),
            ("method", link.method.clone()),
            ("link_confidence", link.confidence.clone()),
            ("source_transaction", given.transaction.clone()),
            ("into_address", given.from.clone()),
            ("asset", given.asset.clone()),
            ("destination_transaction", got.transaction.clone()),
            ("to_address", got.to.clone()),
            ("destination_asset", got.asset.clone()),
            ("destination_value", got.value.to_string()),
        ];
        if let Some(before) = number.checked_sub(1).map(|before| &route.hops[before]) {
            assert_eq!(before.transaction, given.transaction, "{route:#?}");
            wanted.extend([("from_address", before.from.clone()), ("value", before.value.to_string())]);
        }
        let mut rows: Vec<usize> = (0..links.rows.len()).collect();
        for (name, text) in wanted {
            let column: Vec<&str> = links.column(name).collect();
            rows.retain(|&row| column[row] == text);
            assert!(!rows.is_empty(), "{name}: {route:#?}");
        }
        assert!(link.grade.is_empty() || route.grade == "INFERRED", "{route:#?}");
    }
}

fn block(text: &str) -> u64 {
    text.parse().unwrap()
}

#[test]
fn every_figure_of_the_sample_is_explained_and_every_route_adds_up() {
    let desk = sample();
    assert!(holds(&desk.path("result"), &RULES, usize::MAX) > 300);
}

#[test]
fn random_ledgers_add_up_too() {
    let mut state = 11_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for round in 0..12 {
        let mut rows = String::from("block_number,transaction_index,from_address,to_address,value,fee\n");
        for number in 0..60 {
            let [from, to] = [random(7), random(7)].map(|who| format!("0x{:040x}", 0xa0 + who));
            let index = if random(3) == 0 { String::new() } else { number.to_string() };
            let fee = if random(3) == 0 { random(4).to_string() } else { String::new() };
            rows += &format!("{},{index},{from},{to},{},{fee}\n", number / 3, random(40));
        }
        let labels = format!("address,category\n0x{:040x},dex\n0x{:040x},exchange\n", 0xa3, 0xa5);
        let desk = Desk::with("t.csv", rows).and("l.csv", labels);
        let seeds = format!("--theft T=0x{:040x} --theft U=0x{:040x}@block:7", 0xa0, 0xa1);
        let run =
            desk.run(&format!("trace --transfers t.csv --labels l.csv {seeds} --out result --no-graph"));
        assert!(run.code == Some(0), "{round}: {run:?}");
        holds(&desk.path("result"), &RULES, usize::MAX);
    }
}

#[test]
fn real_holdings_are_explained() {
    let (Some(harmony), Some(sources)) =
        (shared("cases/harmony/flows.csv"), shared("cases/harmony/sources.txt"))
    else {
        return;
    };
    let sources = fs::read_to_string(sources).unwrap();
    let seeds: Vec<String> = sources.split_whitespace().map(|seed| format!("--theft T={seed}")).collect();
    let desk = Desk::new();
    let seeds = seeds.join(" ");
    desk.run(&format!("trace --transfers {} {seeds} --out result --no-graph", harmony.display()))
        .ends_with(0);
    let most = if cfg!(debug_assertions) { 40 } else { 200 };
    assert!(holds(&desk.path("result"), &["libr", "fifo"], most) >= 80);
}

#[test]
fn the_sample_is_told_in_words_numbers_and_a_picture() {
    let desk = sample();
    let text = desk.run("explain result R1").ends_with(0).stdout;
    for line in [
        "0x7e9658f374e65df22c32706c10951b088dee5184\n",
        "  AT_DEPOSIT_UNSWEPT: deposit address, not swept; stop: exchange_deposit; FACT, 2 hops\n",
        "       came in by transfers  780,000  780,000  780,000  780,000      780,000\n",
        "    =  rests here            780,000  780,000  780,000  780,000      780,000\n",
        "  1. 780,000 USDC in 3 transfers; stolen in 0x6e5251068aa99613366fd707f3ed99ce1cb7ffdea05b94568e6af4f460cecd65\n",
        "        to 0x7e9658f374e65df22c32706c10951b088dee5184 (Huobi deposit 4, exchange_deposit)\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    // An EVM address in any case; the same in JSON, whose amounts are texts.
    let upper = "0x7E9658F374E65DF22C32706C10951B088DEE5184";
    let json = desk.run(&format!("explain result {upper} --json --svg p.svg")).ends_with(0).json();
    let purse = &json["purses"][0];
    assert_eq!((&purse["sums"]["libr"]["rests"], &purse["symbol"]), (&"780000000000".into(), &"USDC".into()));
    assert_eq!(purse["routes"][0]["hops"].as_array().unwrap().len(), 3);
    let picture = fs::read_to_string(desk.path("p.svg")).unwrap();
    assert!(
        picture.starts_with("<svg ") && picture.ends_with("</svg>\n") && picture.contains("780,000 USDC")
    );
    assert_eq!(picture.matches("<rect ").count(), 5, "four accounts on white");
    // The same bytes again, also over the picture that is there.
    desk.run("explain result R1 --svg p.svg").ends_with(0);
    assert_eq!(fs::read_to_string(desk.path("p.svg")).unwrap(), picture);
}

#[test]
fn what_cannot_be_explained_is_refused_with_a_way_on() {
    let desk = sample();
    let known = "0x7e9658f374e65df22c32706c10951b088dee5184";
    let checksum = "0x7E9658f374e65df22c32706c10951b088dee5185";
    for (words, said, hint) in [
        (format!("result {}5", &known[..41]), "is not in the result: no stolen money", known),
        ("result 0x7e9658".to_owned(), "is not in the result", known),
        (format!("result {checksum}"), "is not in the result", "its EIP-55 checksum is wrong, too"),
        (format!("result 0x{:040x}", 0xfeed), "is not in the result", "holdings.csv lists"),
        (format!("result {known} --chain tron"), "on tron is not in the result", "on another chain"),
        (format!("result {known} --rule poison"), "the rule `poison` was not asked for", "--compare"),
        (
            format!("result {known} --asset native"),
            "not with that theft or asset",
            "there is HARMONY ethereum",
        ),
        ("result R999".to_owned(), "no place of the result has the route R999", "they are R1 to R16"),
        ("result R1 --asset native".to_owned(), "R1 is a place of `ethereum:0xa0b869", "leave out `--asset`"),
        (
            "result R1 --theft nope".to_owned(),
            "`--theft`: R1 is a place of `HARMONY`, not of `nope`",
            "--theft",
        ),
        ("result R1 --chain tron".to_owned(), "R1 is a place of `ethereum`, not of `tron`", "--chain"),
        (format!(". {known}"), "is no result of dyetrace", "`dyetrace trace --out` wrote"),
        (format!("absent {known}"), "is no result of dyetrace", "`dyetrace trace --out` wrote"),
        (format!("result {known} --svg result/p.svg"), "lies in the result", "elsewhere"),
        (format!("result {known} --svg result/flows.csv"), "lies in the result", "elsewhere"),
    ] {
        let run = desk.run(&format!("explain {words}")).ends_with(1);
        let (what, then) = run.stderr.split_once("\n\nhint: ").unwrap_or_else(|| panic!("{words}: {run:?}"));
        assert!(what.contains(said) && then.contains(hint) && run.stdout.is_empty(), "{words}: {run:?}");
    }
    for name in ["flows.csv", "postings.csv", "holdings.csv", "freezable.csv", "manifest.json"] {
        let path = desk.path("result").join(name);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        let at = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let run = desk.run(&format!("explain result {known}")).ends_with(1);
        assert!(
            run.stderr.contains("damaged") && run.stderr.contains("dyetrace verify result"),
            "{name}: {run:?}"
        );
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn no_hostile_label_gets_out_of_text_or_picture() {
    let hostile = [
        "=HYPERLINK(\"\"http://example.org\"\")",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "\u{202e}gnp\u{1b}[31m",
    ];
    for text in hostile.map(str::to_owned).into_iter().chain(["x".repeat(10_000)]) {
        let labels = format!("address,label,category\n{B},\"{text}\",exchange\n");
        let desk = Desk::with("t.csv", ledger(&[(1, A, B, 10)])).and("l.csv", labels);
        let run = desk.run(&format!("trace --transfers t.csv --labels l.csv --theft T={A} --out result"));
        if run.code != Some(0) {
            // Labels with control characters are refused before.
            continue;
        }
        desk.run("verify result").ends_with(0);
        let said = desk.run(&format!("explain result {B} --svg p.svg")).ends_with(0).stdout;
        assert!(
            !said.contains(['\u{1b}', '\u{202e}']) && said.lines().all(|line| line.len() < 500),
            "{said}"
        );
        let picture = fs::read_to_string(desk.path("p.svg")).unwrap();
        assert!(
            !picture.contains("<script")
                && !picture.contains(['\u{1b}', '\u{202e}'])
                && picture.len() < 10_000
        );
    }
}
