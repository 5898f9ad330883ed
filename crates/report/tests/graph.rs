//! The graph files: every tainted transfer stands in one edge, and no foreign text ends what it stands in.

use crate::support::{At, Case, USDT, whole_case};
use dyetrace_core::Category;
use dyetrace_core::trace::{PostingKind, Rule};
use serde_json::Value;
use std::collections::BTreeMap;

/// What people write into labels, or what stands in tokens' names to do harm.
pub(crate) const HOSTILE: [&str; 7] = [
    "=HYPERLINK(\"http://example.org\",\"x\")",
    "</data></node><script>alert('1')</script>",
    "../../etc/passwd",
    "\u{202e}gnp.exe\u{200b}",
    "a\u{0}\u{1b}[31m\u{7}\u{fffe}b\r\n",
    "\"]; evil [label=\"\\N\\",
    "]]>&amp;&#0;<!--",
];

fn graph_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn edges_add_up_to_the_flows() {
    let files = whole_case().written();
    let graph = graph_json(&files["graph.json"]);
    let mut sums: BTreeMap<[String; 3], [u128; 2]> = BTreeMap::new();
    for edge in graph["elements"]["edges"].as_array().unwrap() {
        let data = &edge["data"];
        let word = |key: &str| data[key].as_str().unwrap().to_owned();
        let number = |key: &str| word(key).parse::<u128>().unwrap();
        let weight = data["weight"].as_u64().unwrap();
        assert!((1..=1_000).contains(&weight));
        sums.insert([word("source"), word("target"), word("asset")], [number("libr"), number("fifo")]);
    }
    let mut rows: BTreeMap<[String; 3], [u128; 2]> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(files["flows.csv"].as_bytes());
    let head = reader.headers().unwrap().clone();
    for row in reader.records().map(Result::unwrap) {
        let cell = |name: &str| row[head.iter().position(|it| it == name).unwrap()].to_owned();
        let end = |name: &str| format!("{}:{}", cell("chain"), cell(name));
        let sums = rows.entry([end("from_address"), end("to_address"), cell("asset")]).or_default();
        for (sum, rule) in sums.iter_mut().zip(["libr", "fifo"]) {
            *sum += cell(rule).parse::<u128>().unwrap();
        }
    }
    assert_eq!(sums, rows);
}

#[test]
fn several_transfers_are_one_edge_with_their_span_and_weakest_grade() {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo]);
    let received = case.coin(9, 1, 100);
    let sent = [case.coin(1, 2, 30), case.coin(1, 2, 40), case.coin(1, 3, 30)];
    case.built();
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[100; 2]);
    case.flow(sent[0], &[30; 2]).flow(sent[1], &[40, 20]).flow(sent[2], &[30; 2]);
    let at = |holder| At { holder, token: None, stop: None, balance: 70, hops: 1, first: sent[0] };
    case.holding(&at(1), &[0, 20]).holding(&at(2), &[70, 50]).holding(&at(3), &[30; 2]);
    let graph = graph_json(&case.written()["graph.json"]);
    let edges = graph["elements"]["edges"].as_array().unwrap();
    let data: Vec<&Value> = edges.iter().map(|edge| &edge["data"]).collect();
    assert_eq!(data.len(), 2);
    assert_eq!(
        (&data[0]["transfers"], &data[0]["libr"], &data[0]["fifo"]),
        (&2.into(), &"70".into(), &"50".into())
    );
    assert_eq!((&data[0]["first_block"], &data[0]["last_block"]), (&101.into(), &102.into()));
    assert_eq!((&data[0]["weight"], &data[1]["weight"]), (&700.into(), &300.into()));
}

#[test]
fn no_hostile_text_gets_out_of_its_place() {
    for text in HOSTILE.map(str::to_owned).into_iter().chain(["=".repeat(10_000)]) {
        let mut case = whole_case();
        case.label(5, &text, Category::Other, &text);
        case.trace.thefts[0].clone_from(&text);
        let files = case.written();
        let xml = &files["graph.graphml"];
        assert_eq!(xml.matches("<node ").count(), 5, "{text:?}");
        assert_eq!(xml.matches("<").count(), xml.matches(">").count());
        assert!(!xml.contains("<script") && !xml.contains("]]>") && !xml.contains("<!--"));
        let legal = |letter: char| letter == '\n' || (letter >= ' ' && letter != '\u{fffe}');
        assert!(xml.chars().all(legal) && !xml.contains('\u{202e}'));
        let json = &files["graph.json"];
        assert!(!json.contains('<'));
        let graph = graph_json(json);
        let last = &graph["elements"]["nodes"][4]["data"];
        assert_eq!(
            (&last["label"], &last["name"]),
            (&Value::from(text.as_str()), &Value::from(text.as_str()))
        );
        let dot = &files["graph.dot"];
        let opens = |line: &str| line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(dot.lines().all(|line| opens(line).is_multiple_of(2) && line.len() < 2_000), "{dot}");
        assert!(dot.lines().skip(2).all(|line| line.ends_with([';', '{', '}'])), "{dot}");
    }
}

#[test]
fn a_picture_of_many_edges_is_cut_and_says_so() {
    let mut case = Case::new(&[Rule::Libr]);
    let received = case.token(250, 251, 1_000_000, USDT);
    let sent: Vec<u64> = (1..=240).map(|to| case.token(251, to, u128::from(to), USDT)).collect();
    case.built();
    let seed = case.purse(251, Some(USDT));
    case.posting(PostingKind::Received, received, seed, &[1_000_000]);
    let at =
        |holder| At { holder, token: Some(USDT), stop: None, balance: 1_000_000, hops: 0, first: received };
    case.holding(&at(251), &[1_000_000 - 240 * 241 / 2]);
    for (to, place) in (1..).zip(&sent) {
        case.flow(*place, &[u128::from(to)]).holding(&at(to), &[u128::from(to)]);
    }
    let files = case.written();
    let dot = &files["graph.dot"];
    assert!(
        dot.starts_with(
            "// 200 of 240 edges and 201 of 241 accounts.\n// Left out: 40 edges, of 1 thousandths"
        ),
        "{dot}"
    );
    assert_eq!(dot.matches(" -> ").count(), 200);
    assert_eq!(files["graph.graphml"].matches("<edge ").count(), 240);
    // The largest are those that are shown.
    assert!(dot.contains("0.00024 USDT") && !dot.contains("label=\"0.00004 USDT\""));
}
