//! What is not known, what to pull next, and how to check the page.

use super::answer::money;
use super::text::{NAME, PARAGRAPH, escaped, foreign};
use crate::display::{amount, grouped};
use crate::limitation::in_words;
use crate::report::Report;
use crate::table::at;
use crate::table::next::rows;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// So many rows of one kind are told.
const MOST_OF_A_KIND: usize = 12;
/// So many accounts to pull next.
const MOST_NEXT: usize = 40;
/// So many input files.
const MOST_FILES: usize = 60;

/// What limits the result.
pub(super) fn limits(report: &Report<'_>) -> String {
    let mut html = String::new();
    if report.is_complete() {
        html.push_str("<p>No row was left out, and no limit cut the trace by the run's rule.</p>");
    } else {
        html.push_str("<div class=\"warn\"><b>The result is not complete.</b><ul>");
        for missing in report.missing() {
            let _ = write!(html, "<li>{}: {}</li>", missing.kind, escaped(&missing.detail));
        }
        html.push_str("</ul></div>");
    }
    let mut kinds: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for limitation in report.limitations() {
        kinds.entry(&limitation.kind).or_default().push(limitation);
    }
    for (kind, rows) in kinds {
        let _ = write!(
            html,
            "<details><summary><b>{}</b> <span class=\"count\">{}</span> {}</summary><ul>",
            escaped(kind),
            rows.len(),
            escaped(in_words(kind))
        );
        for row in rows.iter().take(MOST_OF_A_KIND) {
            let (subject, detail) = (foreign(&row.subject, NAME * 2), foreign(&row.detail, PARAGRAPH));
            let _ = write!(html, "<li><code>{subject}</code> {detail}</li>");
        }
        html.push_str("</ul>");
        if let Some(more) = rows.len().checked_sub(MOST_OF_A_KIND).filter(|&more| more > 0) {
            let _ = write!(html, "<p class=\"note\">And {more} more in <code>limitations.csv</code>.</p>");
        }
        html.push_str("</details>");
    }
    html.push_str(
        "<p>Throughout: money is followed through mixers and bridges only by the links that <code>links.csv</code> lists; an exchange's inside is not seen; \
         nobody was asked whether an address is frozen; an account is no person.</p>",
    );
    html
}

/// What to pull next.
pub(super) fn next(report: &Report<'_>) -> String {
    let (input, ledger, trace) = (&report.input, report.input.ledger, report.input.trace);
    let all = rows(report);
    if all.is_empty() {
        return "<p>Nothing: no stolen money rests at an account whose own history is missing from the data.</p>"
            .to_owned();
    }
    let mut html = "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\" class=\"num\">#</th><th \
                    scope=\"col\">Account</th><th scope=\"col\" class=\"num\">From block</th><th scope=\"col\" \
                    class=\"num\">Amount there</th></tr></thead><tbody>"
        .to_owned();
    for (number, &(row, rule)) in (1..).zip(&all).take(MOST_NEXT) {
        let purse = trace.holdings.purse[row];
        let asset = ledger.purses().asset(purse);
        let block = ledger.columns().block(at(trace.holdings.first_taint[row]));
        let _ = write!(
            html,
            "<tr><td class=\"num\">{number}</td><td><code>{}</code> <small>{}</small></td><td class=\"num\">{}</td><td \
             class=\"num\">{}</td></tr>",
            foreign(&ledger.purse_address(purse).to_checksum(), NAME),
            foreign(ledger.purse_chain(purse), NAME),
            block.map_or_else(String::new, |block| grouped(&block.to_string())),
            money(&amount(input, asset, trace.holdings.shares.get(row, rule).units), None)
        );
    }
    html.push_str("</tbody></table></div>");
    if let Some(more) = all.len().checked_sub(MOST_NEXT).filter(|&more| more > 0) {
        let _ = write!(html, "<p class=\"note\">And {more} more in <code>next.csv</code>.</p>");
    }
    html
}

/// How to check what the page says: its inputs, and the command.
pub(super) fn check(report: &Report<'_>) -> String {
    let facts = report.input.facts;
    let mut html = "<p>This page is one of the files of a result. <code>manifest.json</code> beside it holds the \
                    SHA-256 of each, of this page too. <code>dyetrace verify FOLDER</code> compares them and derives \
                    every total again from <code>flows.csv</code> and <code>postings.csv</code>, by a second \
                    implementation.</p><div class=\"scroll\"><table class=\"plain\"><thead><tr><th \
                    scope=\"col\">Input</th><th scope=\"col\">Read as</th><th scope=\"col\" class=\"num\">Rows</th><th \
                    scope=\"col\">SHA-256</th></tr></thead><tbody>"
        .to_owned();
    let files: Vec<_> = facts.inputs.iter().chain(&facts.labels).collect();
    for file in files.iter().take(MOST_FILES) {
        let sha256 = if file.sha256.is_empty() { "not computed" } else { &file.sha256 };
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"num\">{}</td><td><code \
             class=\"hash\">{}</code></td></tr>",
            foreign(&file.name, NAME),
            foreign(&file.dialect, NAME),
            grouped(&file.rows.to_string()),
            escaped(sha256)
        );
    }
    html.push_str("</tbody></table></div>");
    if let Some(more) = files.len().checked_sub(MOST_FILES).filter(|&more| more > 0) {
        let _ = write!(html, "<p class=\"note\">And {more} more in <code>manifest.json</code>.</p>");
    }
    html
}
