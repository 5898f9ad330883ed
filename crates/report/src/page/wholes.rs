//! Where all of a theft is: its parts add up to 100 %, and to what was stolen.

use super::answer::money;
use super::role::Part;
use super::text::{NAME, escaped, foreign};
use crate::display::{amount, percent};
use crate::report::Report;
use crate::state::State;
use crate::summary::{Whole, wholes as of_report};
use crate::totals::telling_exact_rule;
use dyetrace_core::Amount;
use std::fmt::Write as _;

/// Further stolen assets are counted.
const MOST: usize = 60;
/// So many holders are named in one state.
const MOST_HOLDERS: usize = 8;

/// What is with one kind of party.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose {
    /// None for fees and burned.
    pub(super) part: Option<Part>,
    pub(super) words: &'static str,
    pub(super) claim: Amount,
    pub(super) hundredths: u32,
}

/// The parts of a whole by who has it: the hundredths are sums of theirs, so both add up to 10,000.
pub(super) fn groups(whole: &Whole) -> Vec<Whose> {
    let kinds = [
        (Some(Part::Stop), "can be stopped by somebody named"),
        (Some(Part::Exchange), "in exchanges' own wallets: they know whom they credited"),
        (Some(Part::Mixer), "in mixers"),
        (Some(Part::Open), "not followed, or at the edge of the data"),
        (Some(Part::Rests), "in own wallets, contracts, or lost"),
        (None, "paid as fees or burned"),
    ];
    let of = |name: &str| State::ALL.into_iter().find(|state| state.column() == name).map(Part::of_state);
    let group = |(part, words)| {
        let parts = || whole.parts.iter().filter(move |it| of(&it.name) == part);
        let claim = parts().map(|it| it.claim).sum();
        Whose { part, words, claim, hundredths: parts().map(|it| it.hundredths).sum() }
    };
    kinds.into_iter().map(group).filter(|group| !group.claim.is_zero()).collect()
}

/// The parts as a bar: patterns as well as colours, and in words beside it.
pub(super) fn bar(groups: &[Whose]) -> String {
    let said: Vec<String> =
        groups.iter().map(|it| format!("{} {}", percent(it.hundredths), it.words)).collect();
    let mut svg = format!(
        "<svg class=\"bar\" viewBox=\"0 0 10000 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        escaped(&said.join("; "))
    );
    let mut x = 0;
    for group in groups {
        let key = group.part.map_or("fees", Part::as_str);
        let _ = write!(
            svg,
            "<rect class=\"{key}\" x=\"{x}\" y=\"0\" width=\"{}\" height=\"100\"></rect>",
            group.hundredths
        );
        x += group.hundredths;
    }
    svg.push_str("</svg>");
    svg
}

/// The section.
pub(super) fn wholes(report: &Report<'_>) -> String {
    let all = of_report(report);
    let mut html = String::new();
    if all.is_empty() {
        return "<p>No amounts: no rule was asked that gives any.</p>".to_owned();
    }
    for whole in all.iter().take(MOST) {
        html.push_str(&one(report, whole));
    }
    if let Some(more) = all.len().checked_sub(MOST).filter(|&more| more > 0) {
        let _ = write!(
            html,
            "<p class=\"note\">And {more} more stolen assets in <code>conservation.csv</code>.</p>"
        );
    }
    html
}

fn one(report: &Report<'_>, whole: &Whole) -> String {
    let (input, trace) = (&report.input, report.input.trace);
    let asset = trace.asset_of(whole.class);
    let show = |units| money(&amount(input, asset, units), None);
    let rule = telling_exact_rule(trace).map_or("", |rule| trace.rules[rule].as_str());
    let entered = whole.stolen.plus(whole.unseen);
    let mut html = format!(
        "<div class=\"whole-one\"><h3>{}: {} stolen <small>by rule {rule}</small></h3><p class=\"note\">Asset \
         <code>{}</code>",
        foreign(trace.theft_of(whole.class), NAME),
        show(entered),
        foreign(&input.ledger.asset_name(asset), NAME * 2)
    );
    if !whole.unseen.is_zero() {
        let _ = write!(html, ", of which the data do not show {} arriving", show(whole.unseen));
    }
    html.push_str(
        ".</p><div class=\"scroll\"><table class=\"plain sums\"><thead><tr><th scope=\"col\">Where</th><th \
         scope=\"col\" class=\"num\">Share</th><th scope=\"col\" class=\"num\">Amount</th></tr></thead><tbody>",
    );
    let mut found = Amount::ZERO;
    let mut hundredths = 0;
    for part in &whole.parts {
        (found, hundredths) = (found.plus(part.claim), hundredths + part.hundredths);
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
            part.words,
            percent(part.hundredths),
            show(part.claim)
        );
        for (name, claim) in part.holders.iter().take(MOST_HOLDERS) {
            let _ = write!(
                html,
                "<tr class=\"of\"><td>{}</td><td></td><td class=\"num\">{}</td></tr>",
                foreign(name, NAME),
                show(*claim)
            );
        }
        if let Some(more) = part.holders.len().checked_sub(MOST_HOLDERS).filter(|&more| more > 0) {
            let _ = write!(
                html,
                "<tr class=\"of\"><td>and {more} more holders in <code>holdings.csv</code></td><td></td><td></td></tr>"
            );
        }
    }
    let difference = entered.minus(found).map_or_else(|| "below 0".to_owned(), |it| it.to_string());
    let _ = write!(
        html,
        "</tbody><tfoot><tr><th scope=\"row\">All of it</th><td class=\"num\">{}</td><td class=\"num\">{}</td></tr><tr \
         class=\"of\"><td>stolen less found</td><td></td><td class=\"num\">{difference} base units</td></tr></tfoot>\
         </table></div></div>",
        percent(hundredths),
        show(found)
    );
    html
}
