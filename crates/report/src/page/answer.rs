//! The head of the page: what was stolen, how much of it somebody can stop, and where to act first.

use super::pick::Picked;
use super::picture::Picture;
use super::role::Part;
use super::text::{NAME, escaped, foreign};
use super::wholes::{Whose, bar, groups};
use crate::cell::iso;
use crate::display::{amount, grouped, percent};
use crate::finding::Finding;
use crate::missing::counted;
use crate::price::Cents;
use crate::report::Report;
use crate::summary::{Whole, holders, wholes};
use crate::totals::{exact_rules, telling_exact_rule};
use crate::worth::{Worth, stolen as stolen_worth};
use dyetrace_core::{Amount, AssetId};
use std::fmt::Write as _;

/// So many thefts and assets are told at the head.
const MOST_CARDS: usize = 6;
/// So many places.
const MOST_FIRST: usize = 5;
/// So many holders.
const MOST_HOLDERS: usize = 12;

/// The line below the title: what was run on what.
pub(super) fn facts(report: &Report<'_>) -> String {
    let (ledger, trace, facts) = (report.input.ledger, report.input.trace, report.input.facts);
    let rule = trace.rules.first().map_or("", |rule| rule.as_str());
    let others: Vec<&str> = trace.rules.iter().skip(1).map(|rule| rule.as_str()).collect();
    let times = || facts.inputs.iter().flat_map(|file| [file.first_time, file.last_time]).flatten();
    let day = |time: i64| iso(time).chars().take(10).collect::<String>();
    let mut html = format!("<span>Rule <b>{rule}</b></span>");
    if !others.is_empty() {
        let _ = write!(html, "<span>compared with {}</span>", others.join(", "));
    }
    let transfers = grouped(&ledger.transfer_count().to_string());
    let _ = write!(html, "<span>{transfers} transfers read</span>");
    if let (Some(first), Some(last)) = (times().min(), times().max()) {
        let _ = write!(html, "<span>data from {} to {}</span>", day(first), day(last));
    }
    let _ = write!(html, "<span>dyetrace {}</span>", escaped(&facts.version));
    if report.is_complete() {
        html.push_str("<span class=\"whole\">✓ complete</span>");
    } else {
        html.push_str("<span class=\"cut\">✗ not complete: <a href=\"#limits\">what is missing</a></span>");
    }
    html
}

/// The answer.
pub(super) fn answer(report: &Report<'_>) -> String {
    let mut html = headline(report);
    html.push_str(&first(report));
    let wholes = in_order(report, wholes(report));
    html.push_str("<h3>What was stolen, and where it is</h3><div class=\"cards\">");
    for whole in wholes.iter().take(MOST_CARDS) {
        card(report, whole, &mut html);
    }
    html.push_str("</div>");
    if wholes.len() > MOST_CARDS {
        let more = wholes.len() - MOST_CARDS;
        let _ = write!(
            html,
            "<p class=\"note\">And {}: <a href=\"#wholes\">where all of it is</a>.</p>",
            counted(more, "further stolen asset", "further stolen assets")
        );
    }
    html.push_str(&by_holder(report));
    html
}

/// Assets of which something can be stopped come first, by their best place.
fn in_order(report: &Report<'_>, mut wholes: Vec<Whole>) -> Vec<Whole> {
    let holdings = &report.input.trace.holdings;
    let best =
        |whole: &Whole| report.findings().iter().position(|it| holdings.class[it.holding] == whole.class);
    wholes.sort_by_cached_key(|whole| best(whole).unwrap_or(usize::MAX));
    wholes
}

fn headline(report: &Report<'_>) -> String {
    let mut html = String::new();
    for limitation in report.limitations().iter().filter(|it| it.kind == "nothing_stolen") {
        let (subject, detail) = (foreign(&limitation.subject, NAME), foreign(&limitation.detail, 300));
        let _ = write!(html, "<p class=\"warn\"><b>{subject}</b>: {detail}</p>");
    }
    let trace = report.input.trace;
    let places = report.findings().len();
    if places == 0 {
        html.push_str("<p class=\"lead\">No place was found where somebody named can stop this money.</p>");
        if !trace.classes.is_empty() && exact_rules(trace).next().is_none() {
            html.push_str(
                "<p class=\"warn\">Rule poison is a bound for search and gives no amounts: <code>holdings.csv</code> \
                 lists what it flags. Name a rule that does, such as <code>--compare libr</code>.</p>",
            );
        }
        return html;
    }
    let holders: std::collections::BTreeSet<&str> =
        report.findings().iter().map(|finding| finding.holder.as_str()).filter(|it| !it.is_empty()).collect();
    let by = match holders.len() {
        0 => String::new(),
        1..=3 => {
            let names: Vec<String> =
                holders.iter().map(|name| format!("<b>{}</b>", foreign(name, NAME))).collect();
            format!(", by {}", names.join(", "))
        }
        many => format!(", by <b>{many}</b> holders"),
    };
    let _ = write!(
        html,
        "<p class=\"lead\">The money can be stopped at <b>{}</b>{by}.</p>",
        counted(places, "place", "places")
    );
    html
}

fn card(report: &Report<'_>, whole: &Whole, html: &mut String) {
    let (input, trace) = (&report.input, report.input.trace);
    let asset = trace.asset_of(whole.class);
    let stolen = amount(input, asset, whole.stolen.plus(whole.unseen));
    let theft = foreign(trace.theft_of(whole.class), NAME);
    let groups = groups(whole);
    let rule = telling_exact_rule(trace).filter(|_| !input.prices.is_empty());
    let worth = rule.and_then(|rule| stolen_worth(input, whole.class, rule));
    let _ = write!(
        html,
        "<article class=\"card\"><h3>{theft}</h3><p class=\"big\">{} <small>stolen</small></p>",
        money(&stolen, worth)
    );
    html.push_str(&bar(&groups));
    html.push_str("<ul class=\"legend\">");
    for Whose { part, words, claim, hundredths } in &groups {
        let key = part.map_or("fees", Part::as_str);
        let _ = write!(
            html,
            "<li class=\"{key}\"><span class=\"key\" aria-hidden=\"true\"></span><span>{words}</span><b>{}</b><span \
             class=\"sum\">{}</span></li>",
            percent(*hundredths),
            money(&amount(input, asset, *claim), None)
        );
    }
    html.push_str("</ul></article>");
}

/// The first places.
fn first(report: &Report<'_>) -> String {
    let findings = report.findings();
    if findings.is_empty() {
        return String::new();
    }
    let mut html = "<h3>Act here first</h3><ol class=\"first\">".to_owned();
    for (rank, finding) in (1_usize..).zip(findings).take(MOST_FIRST) {
        html.push_str(&first_place(report, rank, finding));
    }
    html.push_str("</ol>");
    if let Some(more) = findings.len().checked_sub(MOST_FIRST).filter(|&more| more > 0) {
        let _ = write!(
            html,
            "<p class=\"note\">And {}: <a href=\"#places\">all places</a>.</p>",
            counted(more, "further place", "further places")
        );
    }
    html
}

fn first_place(report: &Report<'_>, rank: usize, finding: &Finding) -> String {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let (holdings, row) = (&trace.holdings, finding.holding);
    let purse = holdings.purse[row];
    let asset = ledger.purses().asset(purse);
    format!(
        "<li><span class=\"who\"><b>{}</b><span class=\"state\">{}</span></span><code>{}</code><span \
         class=\"much\">{}{}</span></li>",
        holder(&finding.holder),
        finding.state.in_words(),
        foreign(&ledger.purse_address(purse).to_checksum(), NAME),
        range(report, asset, (finding.least, holdings.shares.get(row, 0).units, finding.most)),
        format_args!(
            "<span class=\"ev\">{} <a href=\"#place-{rank}\">evidence</a></span>",
            grade(holdings.grade[row].as_str())
        ),
    )
}

fn by_holder(report: &Report<'_>) -> String {
    let sums = holders(report);
    if sums.len() < 2 {
        return String::new();
    }
    let mut html = "<h3>By holder</h3><div class=\"scroll\"><table class=\"plain\"><thead><tr><th \
                    scope=\"col\">Holder</th><th scope=\"col\">Kind</th><th scope=\"col\" class=\"num\">Places</th><th \
                    scope=\"col\" class=\"num\">Least under any rule</th><th scope=\"col\" class=\"num\">By the run's \
                    rule</th><th scope=\"col\" class=\"num\">Most</th></tr></thead><tbody>"
        .to_owned();
    for sum in sums.iter().take(MOST_HOLDERS) {
        let least = sum.by_rule.iter().copied().min().unwrap_or_default();
        let most = sum.by_rule.iter().copied().max().unwrap_or_default();
        let worth = sum.worth.as_ref().map_or([None; 3], Worth::range);
        let show = |units, worth| money(&amount(&report.input, sum.asset, units), worth);
        let (least, of_rule, most) =
            (show(least, worth[0]), show(sum.of_run, worth[1]), show(most, worth[2]));
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"num\">{}</td><td class=\"num\">{least}</td><td \
             class=\"num\"><b>{of_rule}</b></td><td class=\"num\">{most}</td></tr>",
            holder(&sum.holder),
            sum.holder_kind,
            sum.places
        );
    }
    html.push_str("</tbody></table></div>");
    if let Some(more) = sums.len().checked_sub(MOST_HOLDERS).filter(|&more| more > 0) {
        let _ = write!(html, "<p class=\"note\">And {more} more in <code>freezable.csv</code>.</p>");
    }
    html
}

/// What the picture shows, and what not.
pub(super) fn shown(picked: &Picked, picture: &Picture) -> String {
    let number = |number: usize| grouped(&number.to_string());
    let mut text = format!(
        "The picture holds {} accounts and {} tainted transfers",
        number(picked.accounts.len()),
        number(picked.flows.len())
    );
    if !picture.folds.is_empty() {
        let _ =
            write!(text, "; {} fold up chains and fan-outs", counted(picture.folds.len(), "box", "boxes"));
    }
    if picked.accounts_left + picked.flows_left == 0 {
        text.push_str(". Nothing is left out.");
    } else {
        let _ = write!(
            text,
            ". <b>Left out: {} accounts and {} transfers</b>, those with the smallest shares. Each account tells how \
             many of its transfers are not here and what they carry; all stand in <code>flows.csv</code>.",
            number(picked.accounts_left),
            number(picked.flows_left)
        );
    }
    text
}

/// An amount with its decimals set apart, and what it was worth where somebody knows.
pub(super) fn money(amount: &str, dollars: Option<Cents>) -> String {
    let (number, unit) = amount.split_once(' ').unwrap_or((amount, ""));
    let (whole, decimals) = number.split_once('.').map_or((number, String::new()), |(whole, decimals)| {
        (whole, format!("<i>.{}</i>", escaped(decimals)))
    });
    let worth = dollars.map_or_else(String::new, |worth| format!(" <span class=\"usd\">= {worth}</span>"));
    format!("<span class=\"amt\">{}{decimals} <u>{}</u></span>{worth}", escaped(whole), foreign(unit, NAME))
}

/// The least, the rule's and the greatest amount; one if they are one.
pub(super) fn range(
    report: &Report<'_>,
    asset: AssetId,
    (least, of_rule, most): (Amount, Amount, Amount),
) -> String {
    let show = |units| money(&amount(&report.input, asset, units), None);
    let trace = report.input.trace;
    let rule = trace.rules.first().map_or("", |rule| rule.as_str());
    if least == most && most == of_rule {
        let by = if exact_rules(trace).nth(1).is_some() { "by every rule" } else { rule };
        return format!("{} <small>{by}</small>", show(most));
    }
    format!("{} <small>by {rule}; {} to {}</small>", show(of_rule), show(least), show(most))
}

/// A grade, in text and style.
pub(super) fn grade(word: &str) -> String {
    format!("<span class=\"grade {}\">{word}</span>", word.to_ascii_lowercase())
}

/// A holder's name, or that it has none.
pub(super) fn holder(name: &str) -> String {
    if name.is_empty() { "holder not named".to_owned() } else { foreign(name, NAME) }
}
