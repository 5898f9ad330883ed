//! Sensitivity: what the other rules would say. One rule was chosen for the run; the others stand beside it.

use super::answer::money;
use super::text::{NAME, foreign};
use super::wholes::groups;
use crate::display::{amount, percent};
use crate::rank::hundredths;
use crate::report::Report;
use crate::state::State;
use crate::summary::{Part as Piece, Whole};
use crate::totals::exact_rules;
use dyetrace_core::Amount;
use dyetrace_core::trace::ClassId;
use std::fmt::Write as _;

/// Further stolen assets stand in `conservation.csv` alone.
const MOST: usize = 20;

/// The section.
pub(super) fn rules(report: &Report<'_>) -> String {
    let trace = report.input.trace;
    if exact_rules(trace).nth(1).is_none() {
        return "<p>One rule was asked: there is nothing to compare. <code>--compare</code> names others.</p>".to_owned();
    }
    let mut html = String::new();
    for class in report.classes().take(MOST) {
        html.push_str(&one(report, class));
    }
    if let Some(more) = trace.classes.len().checked_sub(MOST).filter(|&more| more > 0) {
        let _ = write!(
            html,
            "<p class=\"note\">And {more} more stolen assets in <code>conservation.csv</code>.</p>"
        );
    }
    html
}

fn one(report: &Report<'_>, class: ClassId) -> String {
    let (input, trace) = (&report.input, report.input.trace);
    let asset = trace.asset_of(class);
    let show = |units| money(&amount(input, asset, units), None);
    let wholes: Vec<(usize, Whole)> =
        exact_rules(trace).map(|rule| (rule, whole(report, class, rule))).collect();
    let mut kinds: Vec<_> = wholes.iter().flat_map(|(_, whole)| groups(whole)).collect();
    kinds.sort_by_key(|it| it.part.map_or((1, None), |part| (0, Some(part))));
    kinds.dedup_by_key(|it| it.part);
    let mut html = format!(
        "<h3>{}: {} stolen <small>{}</small></h3>",
        foreign(trace.theft_of(class), NAME),
        show(wholes.first().map_or(Amount::ZERO, |(_, whole)| whole.stolen.plus(whole.unseen))),
        foreign(&input.ledger.asset_name(asset), NAME)
    );
    if wholes.windows(2).all(|two| same(&two[0].1, &two[1].1)) {
        html.push_str("<p>Every rule gives the same: no money was mixed where it would matter.</p>");
        return html;
    }
    let _ =
        write!(html, "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\">Where</th>");
    for (rule, _) in &wholes {
        let run = if *rule == 0 { " <small>(the run's)</small>" } else { "" };
        let _ = write!(html, "<th scope=\"col\" class=\"num\">{}{run}</th>", trace.rules[*rule]);
    }
    html.push_str("</tr></thead><tbody>");
    let mut least: Option<Amount> = None;
    for kind in kinds {
        let _ = write!(html, "<tr><th scope=\"row\">{}</th>", kind.words);
        for (_, whole) in &wholes {
            let of_rule = groups(whole).into_iter().find(|it| it.part == kind.part);
            let (claim, share) = of_rule.map_or((Amount::ZERO, 0), |it| (it.claim, it.hundredths));
            if kind.part == Some(super::role::Part::Stop) {
                least = Some(least.map_or(claim, |least| least.min(claim)));
            }
            let _ = write!(html, "<td class=\"num\">{}<small>{}</small></td>", show(claim), percent(share));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>");
    if let Some(least) = least {
        let _ = write!(
            html,
            "<p>Whichever of these rules is applied, at least <b>{}</b> stands where somebody named can stop it.</p>",
            show(least)
        );
    }
    html
}

/// Whether two rules put the same amounts in the same places.
fn same(one: &Whole, other: &Whole) -> bool {
    one.parts.iter().map(|part| part.claim).eq(other.parts.iter().map(|part| part.claim))
}

/// Where a class is under one rule; nobody is named.
fn whole(report: &Report<'_>, class: ClassId, rule: usize) -> Whole {
    let balance = report.balance(class, rule);
    let states = State::ALL.into_iter().zip(balance.states).map(|(state, claim)| (state.column(), claim));
    let last = [("fees".to_owned(), balance.fees), ("burned".to_owned(), balance.burned)];
    let parts: Vec<(String, Amount)> = states.chain(last).collect();
    let claims: Vec<Amount> = parts.iter().map(|part| part.1).collect();
    let parts = parts.into_iter().zip(hundredths(&claims)).map(|((name, claim), hundredths)| Piece {
        name,
        words: "",
        claim,
        hundredths,
        holders: Vec::new(),
    });
    Whole { class, stolen: balance.stolen, unseen: balance.unseen_inflow, parts: parts.collect() }
}
