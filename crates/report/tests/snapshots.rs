//! The small formats of one whole case, as they are.

use crate::support::{At, Case, USDT, whole_case};
use dyetrace_core::Category;
use dyetrace_core::trace::{Gap, LeftClean, LeftCleanRow, OrderSpread, PostingKind, Rule, Stop};

#[test]
fn the_tables_of_a_whole_case() {
    let files = whole_case().written();
    insta::assert_snapshot!(files["freezable.csv"]);
    insta::assert_snapshot!(files["routes.csv"]);
    insta::assert_snapshot!(files["flows.csv"]);
}

#[test]
fn the_manifest_of_a_whole_case() {
    let files = whole_case().written();
    // The page's bytes change with its style: what it holds, `page.rs` tells. Its hash, its size and the seal are cut out.
    let (before, page) = files["manifest.json"].split_once("\"report.html\"").unwrap();
    let (_, after) = page.split_once("\n    }").unwrap();
    let (after, _) = after.split_once("  \"seal\"").unwrap();
    insta::assert_snapshot!(format!("{before}\"report.html\"\n    }}{after}"));
}

#[test]
fn what_is_not_known_is_said() {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo]);
    let received = case.coin(9, 1, 100);
    let hub = case.coin(1, 2, 40);
    let edge = case.coin(1, 3, 70);
    case.built();
    let (seed, purse) = (case.purse(1, None), case.purse(2, None));
    case.posting(PostingKind::Received, received, seed, &[100; 2]);
    case.posting(PostingKind::Unseen, edge, seed, &[10; 2]);
    let at = |holder, stop, first| At { holder, token: None, stop: Some(stop), balance: 70, hops: 1, first };
    case.holding(&at(2, Stop::Hub, hub), &[40; 2]).holding(&at(3, Stop::Edge, edge), &[70; 2]);
    case.trace.gaps.push(Gap { purse, count: 2, amount: 7.into(), first: hub });
    let (forward, reversed) = (40.into(), 30.into());
    let asset = case.trace.classes[0].asset;
    case.trace.order_spread.push(OrderSpread { theft: "T".into(), asset, purse, forward, reversed });
    let reason = LeftClean::Returned;
    case.trace.left_clean.push(LeftCleanRow { place: received, theft: 0, reason, amount: 5.into() });
    case.facts.labels.clear();
    case.facts.inputs[0].dialect = "mftracer".into();
    insta::assert_snapshot!(case.written()["limitations.csv"]);
    case.with(|report| {
        assert!(!report.is_complete());
        insta::assert_snapshot!(report.summary(None).to_string());
    });
}

#[test]
fn the_answer_comes_first() {
    let case = whole_case();
    let folder = tempfile::tempdir().unwrap();
    let mut written = case.with(|report| report.write(&folder.path().join("result"))).unwrap();
    written.manifest_sha256 = "ab".repeat(32);
    case.with(|report| {
        let summary = report.summary(Some(&written));
        insta::assert_snapshot!(summary.to_string());
        insta::assert_snapshot!(serde_json::to_string_pretty(&summary.to_json()["where"]).unwrap());
        assert!(summary.to_string().lines().all(|line| line.chars().count() <= 120));
    });
}

#[test]
fn the_longest_words_fit_the_width_of_a_terminal() {
    let mut case = Case::new(&[Rule::Prorata, Rule::Fifo, Rule::Lifo]);
    let amount = 1_234_567_890_123_456_u128;
    let first = case.token(9, 1, 3 * amount, USDT);
    case.built();
    case.trace.thefts[0] = "A THEFT WITH A LONG NAME".into();
    case.label(1, &"a long name ".repeat(9), Category::ExchangeDeposit, "");
    let purse = case.purse(1, Some(USDT));
    let units = [2 * amount, amount, 3 * amount];
    case.posting(PostingKind::Received, first, purse, &units);
    let at = At { holder: 1, token: Some(USDT), stop: None, balance: 3 * amount, hops: 0, first };
    case.holding(&at, &units);
    let text = case.with(|report| report.summary(None).to_string());
    assert!(
        text.contains("0x0101010101010101010101010101010101010101")
            && text.contains("2,469,135,780.246912 USDT")
    );
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{widest:?}\n{text}");
}

#[test]
fn a_long_table_is_cut_and_says_where_the_rest_is() {
    let mut case = Case::new(&[Rule::Libr]);
    let places: Vec<(u8, u64)> = (1..=23).map(|holder| (holder, case.token(99, holder, 10, USDT))).collect();
    case.built();
    case.label(1, "a\u{1b}[31m name that is a good deal longer than anybody would want", Category::Other, "");
    for (holder, first) in places {
        let purse = case.purse(holder, Some(USDT));
        case.posting(PostingKind::Received, first, purse, &[10]);
        let at = At { holder, token: Some(USDT), stop: None, balance: 10, hops: 0, first };
        case.holding(&at, &[10]);
    }
    let text = case.with(|report| report.summary(None).to_string());
    assert!(text.contains("… and 3 more in freezable.csv"));
    assert!(!text.contains('\u{1b}'));
    assert!(text.contains("0.00023 USDT by libr"));
}

#[test]
fn the_graph_of_a_whole_case() {
    let files = whole_case().written();
    insta::assert_snapshot!(files["graph.graphml"]);
    insta::assert_snapshot!(files["graph.json"]);
    insta::assert_snapshot!(files["graph.dot"]);
}
