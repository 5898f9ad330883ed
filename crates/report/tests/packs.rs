//! Requests to holders, and dollars: every figure follows from its transfers, and no venue sees another's customers.

use crate::support::{At, Case, USDT, address, whole_case};
use dyetrace_core::trace::{PostingKind, Rule, Stop};
use dyetrace_core::{Amount, AssetId, Category};
use dyetrace_report::{Cents, Quote};
use serde_json::Value;
use std::collections::BTreeMap;

/// The files of the requests.
fn requests(case: &Case) -> BTreeMap<String, String> {
    let mut files = case.written();
    files.retain(|name, _| name.starts_with("packs/"));
    files
}

fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// Adds a price of the native coin, `ETH` with 2 decimals, from the beginning of the test's time on.
fn priced(case: &mut Case, usd: u128) {
    let time = 1_655_982_360;
    let usd = Amount::from(usd * 1_000_000_000_000_000_000);
    case.prices.insert(AssetId(0), Quote { time, usd, source: "a test".into() });
}

#[test]
fn a_request_is_as_it_was() {
    let mut case = whole_case();
    priced(&mut case, 1_000);
    for (name, text) in requests(&case) {
        insta::assert_snapshot!(name.replace('/', "__"), text);
    }
    insta::assert_snapshot!("dollars.csv", case.written()["dollars.csv"]);
}

#[test]
fn a_request_has_the_keys_of_its_schema_and_no_others() {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/request.schema.json")).unwrap();
    let mut case = whole_case();
    for dollars in [None, Some(1_000)] {
        if let Some(usd) = dollars {
            priced(&mut case, usd);
        }
        let mut request: Value =
            serde_json::from_str(&requests(&case)["packs/binance/request.json"]).unwrap();
        assert_eq!(strangers(&schema, &request), [""; 0]);
        request["targets"][0]["further"] = "x".into();
        request["engine"].as_object_mut().unwrap().remove("rule");
        assert_eq!(strangers(&schema, &request), ["rule", "further"]);
    }
}

/// Keys that the schema has and the value lacks, or the other way round. CI holds values against the schema as a whole.
fn strangers(schema: &Value, value: &Value) -> Vec<String> {
    if let Some(items) = schema.get("items") {
        let values = value.as_array().into_iter().flatten();
        return values.flat_map(|value| strangers(items, value)).collect();
    }
    let (Some(properties), Some(object)) = (schema["properties"].as_object(), value.as_object()) else {
        return Vec::new();
    };
    let lacks = properties.keys().filter(|key| !object.contains_key(*key)).cloned();
    let deeper = object.iter().flat_map(|(key, value)| match properties.get(key) {
        Some(schema) => strangers(schema, value),
        None => vec![key.clone()],
    });
    lacks.chain(deeper).collect()
}

#[test]
fn without_prices_nothing_is_said_of_dollars() {
    let case = whole_case();
    assert!(!case.written().contains_key("dollars.csv"));
    let request: Value = serde_json::from_str(&requests(&case)["packs/binance/request.json"]).unwrap();
    assert_eq!(request["targets"][0]["usd_rule"], Value::Null);
    assert_eq!(request["incidents"][0]["usd"], Value::Null);
    assert_eq!(request["totals"][0]["usd_by_rule"], Value::Null);
}

#[test]
fn a_target_is_the_sum_of_its_transfers_less_what_left() {
    let files = requests(&whole_case());
    let targets = rows(&files["packs/binance/request.csv"]);
    let transfers = rows(&files["packs/binance/transfers.csv"]);
    for target in &targets {
        for rule in ["libr", "fifo", "lifo", "prorata"] {
            let theirs = transfers.iter().filter(|row| row["target"] == target["target"]);
            let arrived: u128 = theirs.map(|row| row[rule].parse::<u128>().unwrap()).sum();
            let figure = |column: &str| target[column].parse::<u128>().unwrap();
            assert_eq!(arrived, figure(&format!("arrived_{rule}")));
            assert_eq!(arrived, figure(&format!("left_{rule}")) + figure(rule));
        }
    }
}

#[test]
fn dollars_are_those_of_each_transfers_time_and_a_missing_price_leaves_none() {
    let mut case = whole_case();
    priced(&mut case, 2);
    let worth = |case: &Case| {
        case.with(|report| {
            let worth = report.findings()[0].worth.clone().unwrap();
            (
                worth.least().map(Cents::to_plain),
                worth.of_rule().map(Cents::to_plain),
                worth.most().map(Cents::to_plain),
            )
        })
    };
    // 60 hundredths of a coin by libr, 50 at the least; 2 dollars each.
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(worth(&case), (text("1.00"), text("1.20"), text("1.20")));
    case.prices = dyetrace_report::Prices::default();
    let late = Quote { time: 2_000_000_000, usd: Amount::from(1), source: "late".into() };
    case.prices.insert(AssetId(0), late);
    assert_eq!(worth(&case), (None, None, None));
}

#[test]
fn what_left_again_is_worth_its_share() {
    let mut case = Case::new(&[Rule::Libr]);
    let received = case.token(9, 1, 100, USDT);
    let sent = case.token(1, 2, 90, USDT);
    case.token(2, 3, 60, USDT);
    case.built();
    let seed = case.purse(1, Some(USDT));
    case.posting(PostingKind::Received, received, seed, &[100]);
    case.flow(sent, &[90]);
    let at = |holder, first, balance| At { holder, token: Some(USDT), stop: None, balance, hops: 1, first };
    case.holding(&at(1, received, 10), &[10]);
    case.holding(&at(2, sent, 30), &[30]);
    let usd = Amount::from(1_000_000_000_000_000_000_000_000);
    case.prices.insert(AssetId(0), Quote { time: 1_655_982_360, usd, source: "a test".into() });
    case.with(|report| {
        // A million dollars each: 90 millionths are 90 dollars, of which a third rests. Place 1 has no time.
        let worth = |at: usize| report.findings()[at].worth.as_ref().unwrap().of_rule().map(Cents::to_plain);
        assert_eq!([worth(0), worth(1)], [Some("10.00".to_owned()), None]);
    });
}

#[test]
fn findings_with_dollars_come_before_those_without() {
    let mut case = Case::new(&[Rule::Libr]);
    let coins = case.coin(1, 2, 5);
    case.coin(8, 8, 0);
    let tokens = case.token(1, 3, 1_000, 0xaa);
    case.built();
    case.label(2, "a", Category::ExchangeDeposit, "Binance").label(
        3,
        "b",
        Category::ExchangeDeposit,
        "Huobi",
    );
    case.flow(coins, &[5]).flow(tokens, &[1_000]);
    let stop = Some(Stop::Label(Category::ExchangeDeposit));
    let at = |holder, token, first, balance| At { holder, token, stop, balance, hops: 1, first };
    case.holding(&at(2, None, coins, 5), &[5]);
    case.holding(&at(3, Some(0xaa), tokens, 1_000), &[1_000]);
    let first = |case: &Case| case.with(|report| report.findings()[0].holder.clone());
    assert_eq!(first(&case), "Huobi");
    // The token's decimals are not known, so its price says nothing, and that is told.
    for asset in [AssetId(0), AssetId(1)] {
        let usd = Amount::from(1_000_000_000_000_000_000);
        case.prices.insert(asset, Quote { time: 1_655_982_360, usd, source: "t".into() });
    }
    assert_eq!(first(&case), "Binance");
    let told = case.with(|report| report.limitations().iter().filter(|it| it.kind == "prices").count());
    assert_eq!(told, 1);
}

#[test]
fn another_venues_customer_stands_as_other_venue() {
    // With no stops the route to 4 leads through 3, a customer of another exchange.
    let mut case = Case::new(&[Rule::Libr]);
    let received = case.coin(9, 1, 100);
    let first = case.coin(1, 3, 60);
    let second = case.coin(3, 4, 60);
    case.built();
    case.facts.options.stop = dyetrace_core::trace::StopRule::none();
    case.label(3, "Huobi customer", Category::ExchangeDeposit, "Huobi");
    case.label(4, "Binance deposit", Category::ExchangeDeposit, "Binance");
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[100]);
    case.flow(first, &[60]).flow(second, &[60]);
    let at = |holder, balance, hops, first| At { holder, token: None, stop: None, balance, hops, first };
    case.holding(&at(1, 40, 0, received), &[40]).holding(&at(4, 60, 2, second), &[60]);
    let files = requests(&case);
    let hidden = address(3).to_string();
    for (name, text) in &files {
        let text = text.to_lowercase();
        assert!(!text.contains(&hidden) && !text.contains("huobi"), "{name}");
    }
    let path = rows(&files["packs/binance/path.csv"]);
    assert_eq!(
        (path[0]["to_address"].as_str(), path[0]["to_label"].as_str()),
        ("other venue", "other venue")
    );
    assert_eq!(path[1]["from_address"], "other venue");
}

#[test]
fn a_holders_name_is_data_in_every_request() {
    for hostile in
        ["../../etc/passwd", "=HYPERLINK(\"http://x\")", "<script>alert(1)</script>", "a\u{202e}b\u{7}c\0d"]
    {
        let mut case = whole_case();
        case.labels.retain(|label| label.category != Category::ExchangeDeposit);
        case.label(3, hostile, Category::ExchangeDeposit, hostile);
        let files = requests(&case);
        assert_eq!(files.len(), 5, "{hostile}");
        for (name, text) in &files {
            assert!(name.starts_with("packs/") && !name.contains(".."), "{name}");
            if name.ends_with(".html") {
                assert!(!text.contains("<script"), "{hostile}");
                assert!(!text.contains(['\u{202e}', '\u{7}', '\0']), "{hostile}");
            }
            if name.ends_with("request.csv") {
                assert!(rows(text).iter().all(|row| !row["holder"].starts_with(['=', '+', '-', '@'])));
            }
            if name.ends_with(".json") {
                let request: Value = serde_json::from_str(text).unwrap();
                assert_eq!(request["holder"], hostile);
            }
        }
    }
}

#[test]
fn poison_is_never_an_amount_in_a_request() {
    let mut case = Case::new(&[Rule::Poison, Rule::Libr]);
    let received = case.coin(9, 1, 100);
    let sent = case.coin(1, 3, 60);
    case.built();
    case.label(3, "deposit", Category::ExchangeDeposit, "Binance");
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[100, 100]);
    case.flow(sent, &[60, 50]);
    let stop = Some(Stop::Label(Category::ExchangeDeposit));
    case.holding(
        &At { holder: 1, token: None, stop: None, balance: 50, hops: 0, first: received },
        &[100, 50],
    );
    case.holding(&At { holder: 3, token: None, stop, balance: 60, hops: 1, first: sent }, &[60, 50]);
    let files = requests(&case);
    let target = &rows(&files["packs/binance/request.csv"])[0];
    assert_eq!(
        (target["rule"].as_str(), target["tainted_rule"].as_str(), target["claim"].as_str()),
        ("libr", "50", "50")
    );
    // The route is that of routes.csv, by the run's rule, which is named there; what is asked is by an amount.
    let asked = "by the declared rule, libr; at least";
    assert!(files["packs/binance/request.html"].contains(asked));
}
