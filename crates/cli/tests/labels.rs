//! Label files, as `check` tells of them, and labels whose text wants to be something else.

use crate::support::{A, B, C, Desk, HEADER};
use serde_json::Value;

fn transfers() -> String {
    format!("{HEADER}1,{A},{B},5\n2,{B},{C},5\n")
}

fn labels() -> String {
    format!(
        "address,label,category,entity,source,as_of\n{B},Binance 14,exchange,,etherscan,2023-01-02\n\
         {B},Mixer,mixer,,somebody,\n{C},OFAC,sanctioned,,ofac,2022-04-14\n"
    )
}

const PACK: &str = "title: t\nlabel: x\ntags:\n- tx_hash: '0xab'\n- address: 1Archive1n2C579dMsAu3iC6tWzuQJz8dN\n  \
                    currency: BTC\n  category: gambling\n";

#[test]
fn label_files_are_told_with_their_counts_and_contradictions() {
    let desk = Desk::with("l.csv", labels()).and("p.yaml", PACK);
    let run = desk.run("check l.csv p.yaml").ends_with(0);
    let told = format!(
        "l.csv: labels, 3 labels\n  exchange 1, mixer 1, sanctioned 1\np.yaml: tagpack, 1 label, 1 left out\n  gambling \
         1\n\nin all: 4 labels of 3 addresses, 1 of which have several\n  by category   exchange 1, mixer 1, gambling 1, \
         sanctioned 1\n  by source     etherscan 1, ofac 1, p.yaml 1, somebody 1\n  by chain      all chains 3, bitcoin \
         1\n\nleft out: 1 label of no account that is known here\n  1 of them: `tx_hash` is a transaction: its label is of no \
         account\n    `0xab` 1\n    the first: p.yaml, line 4\n\nlabels that contradict each other: 1 address\n  {B}\n    exchange of Binance (`Binance 14`, etherscan, \
         2023-01-02, confidence 50); but mixer (`Mixer`, somebody,\n    confidence 50)\n\ngood labels for a trace\n"
    );
    assert_eq!(run.stdout, told);
    let json = &desk.run("check l.csv p.yaml --json").ends_with(0).json()["labels"];
    assert_eq!(
        (&json["labels"], &json["addresses"], &json["accounts_named"]),
        (&4.into(), &3.into(), &Value::Null)
    );
    assert_eq!(json["categories"]["sanctioned"], 1);
    assert_eq!(json["contradictions"][0]["labels"][1]["category"], "mixer");
    assert_eq!(json["contradictions"][0]["labels"][0]["as_of"], "2023-01-02");
    assert_eq!(json["left_out"][0]["first"][0]["line"], 4);
}

#[test]
fn labels_beside_transfers_say_how_many_accounts_they_name() {
    let desk = Desk::with("t.csv", transfers()).and("l.csv", labels());
    let run = desk.run("check t.csv l.csv").ends_with(0);
    assert!(run.stdout.contains("\n  they name 2 of the 3 accounts\n"), "{run:#?}");
    assert!(run.stdout.contains("\nusable, with "), "the transfers are told too: {run:#?}");
    let json = desk.run("check t.csv l.csv --json").ends_with(0).json();
    assert_eq!((&json["transfers"], &json["labels"]["accounts_named"]), (&2.into(), &2.into()));
}

#[test]
fn a_bad_label_file_is_told_with_its_place_and_the_others_are_read() {
    let bad = "tags:\n- address: 0x12\n  label: x\n";
    let desk = Desk::with("l.csv", labels()).and("p.yaml", bad);
    let run = desk.run("check l.csv p.yaml").ends_with(2);
    let said = "bad file: p.yaml, line 2, column `address`: `0x12` is not an address: `0x` and 40 hex digits were expected\n";
    assert!(run.stdout.contains(said), "{run:#?}");
    assert!(run.stdout.ends_with("\n1 bad label file: a trace would stop at the first\n"), "{run:#?}");
    let json = &desk.run("check l.csv p.yaml --json").ends_with(2).json()["labels"];
    assert_eq!((&json["labels"], &json["bad_files"][0]["line"]), (&3.into(), &2.into()));
    let run = desk.run("check p.yaml").ends_with(1);
    assert!(
        run.stderr.starts_with("error: p.yaml, line 2, column `address`: `0x12` is not an address"),
        "{run:#?}"
    );
}

/// Labels in the way of a spreadsheet, a browser, a file system, a terminal and a reader.
fn hostile() -> Vec<String> {
    [
        "=HYPERLINK(\"http://x\";\"y\")",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "../../../../etc/passwd",
        "C:\\Windows\\x",
        "\u{202e}txt.exe\u{2066}",
        "\u{61c}\u{200f}x",
        "\u{1b}]0;title\u{7}\u{1b}[2J",
        "a\rb\nc\td",
        "nul\0nul",
        "Zalgo\u{301}\u{301}\u{301}",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(["long ".repeat(2000)])
    .collect()
}

/// What neither a terminal nor a line of text should be given.
fn steers(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn hostile_labels_are_data_in_every_output() {
    for word in hostile() {
        let quoted = word.replace('"', "\"\"");
        let rows = [(B, "exchange"), (B, "mixer")].map(|(address, category)| {
            format!("{address},\"{quoted}\",{category},\"{quoted}{category}\",\"{quoted}\"\n")
        });
        let text = format!("address,label,category,entity,source\n{}", rows.concat());
        let desk = Desk::with("t.csv", transfers()).and("l.csv", text);
        let before = desk.everything();

        let run = desk.run("check l.csv").ends_with(0);
        assert!(!run.stdout.contains(steers), "{run:#?}");
        assert!(run.stdout.lines().all(|line| line.chars().count() < 400), "{run:#?}");
        let json = desk.run("check l.csv --json").ends_with(0).json();
        let label = &json["labels"]["contradictions"][0]["labels"][0];
        assert_eq!(label["label"].as_str().unwrap(), word.trim());
        assert_eq!(desk.everything(), before, "a check writes nothing");

        let words = format!("trace --transfers t.csv --labels l.csv --theft T={A} --out result");
        let run = desk.run(&words).ends_with(0);
        assert!(!run.stdout.contains(steers) && !run.stderr.contains(steers), "{run:#?}");
        let outside: Vec<String> =
            desk.everything().into_keys().filter(|it| !it.starts_with("result/")).collect();
        assert_eq!(outside, ["l.csv", "t.csv"]);
        for name in
            desk.everything().into_keys().filter(|it| it.ends_with(".csv") && it.starts_with("result/"))
        {
            for cell in desk.table(&name).rows.iter().flatten() {
                let is_number =
                    cell.strip_prefix('-').is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
                assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell}");
            }
        }
        let said = desk
            .table("result/limitations.csv")
            .column("detail")
            .any(|it| it.starts_with("labels contradict"));
        assert!(said, "the contradiction stands among the limitations");
        std::fs::remove_dir_all(desk.path("result")).unwrap();
        let json = desk.run(&format!("{words} --json")).ends_with(0).json();
        assert!(json.is_object());
    }
}

/// The labels of B, and what a trace says of it: the label of its holding, its stop, and limitations of a kind.
fn told(labels: &str, kind: &str) -> (String, String, Vec<String>) {
    let desk = Desk::with("t.csv", format!("block_number,block_timestamp,from_address,to_address,value\n1,2022-06-24T00:00:00Z,{A},{B},5\n2,2022-06-25T00:00:00Z,{B},{C},5\n"))
        .and("l.csv", format!("address,label,category,source,as_of,confidence\n{labels}"));
    desk.run(&format!("trace --transfers t.csv --labels l.csv --theft T={A} --out result")).ends_with(0);
    let held = desk.table("result/holdings.csv");
    let one = |column: &str| held.column(column).next().unwrap().to_owned();
    let limitations = desk.table("result/limitations.csv");
    let rows = limitations.column("kind").zip(limitations.column("detail"));
    let said = rows.filter(|(it, _)| *it == kind).map(|(_, detail)| detail.to_owned()).collect();
    (one("label"), one("stop"), said)
}

#[test]
fn the_holder_is_the_surest_then_newest_label_then_by_source_and_text() {
    // The stronger of two neighbours stands first; each differs in one thing from the next.
    let order = [
        ("z", "z", "2020-01-01", 90),
        ("y", "y", "2022-01-01", 50),
        ("x", "y", "2021-01-01", 50),
        ("w", "y", "", 50),
        ("a", "z", "", 50),
        ("b", "z", "", 50),
        ("c", "a", "2023-01-01", 49),
    ];
    for from in 0..order.len() {
        let mut rows: Vec<String> = order[from..]
            .iter()
            .map(|(label, source, as_of, confidence)| {
                format!("{B},{label},exchange,{source},{as_of},{confidence}\n")
            })
            .collect();
        rows.reverse();
        assert_eq!(told(&rows.concat(), "labels").0, order[from].0, "{rows:?}");
    }
}

#[test]
fn a_sanction_has_a_date_for_the_reader_and_stops_nothing() {
    for (as_of, said) in [
        ("2022-06-24", "confidence 60); taint first came 2022-06-24T00:00:00Z, on that day or later"),
        ("2022-06-25", "confidence 60); taint first came 2022-06-24T00:00:00Z, before that day"),
        ("", "confidence 60); taint first came 2022-06-24T00:00:00Z"),
    ] {
        let exchange = format!("{B},Binance 14,exchange,e,,50\n");
        let sanction = format!("{B},OFAC,sanctioned,ofac,{as_of},60\n");
        let (_, stop, sanctioned) = told(&(exchange + &sanction), "sanctioned");
        assert_eq!((stop.as_str(), sanctioned.len()), ("exchange", 1), "the other label stops");
        assert!(
            sanctioned[0].starts_with("under a sanction: label `OFAC` (sanctioned, source ofac"),
            "{sanctioned:?}"
        );
        assert!(sanctioned[0].ends_with(said), "{sanctioned:?}");
        let (label, _, sanctioned) = told(&sanction, "sanctioned");
        assert_eq!(
            (label.as_str(), sanctioned.len()),
            ("", 0),
            "the money went on to somebody without labels"
        );
    }
}
