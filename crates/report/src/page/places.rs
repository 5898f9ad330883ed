//! The table of places where money can be stopped: sortable and filterable by the script, whole without it.

use super::answer::{grade, holder, money};
use super::data::{hash, moment};
use super::pick::Picked;
use super::text::{NAME, PARAGRAPH, escaped, foreign, visible};
use crate::cell::when;
use crate::display::amount;
use crate::finding::Finding;
use crate::rank::Share;
use crate::report::Report;
use crate::step::steps;
use crate::table::at;
use crate::totals::{exact_rules, telling_exact_rule};
use crate::worth::Worth;
use dyetrace_core::Amount;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Further places stand in `freezable.csv` alone.
const MOST: usize = 1_000;
/// The routes of so many places stand on the page, hop by hop.
const MOST_ROUTES: usize = 60;
/// A longer route is cut.
const MOST_HOPS: usize = 60;

const HEAD: [(&str, &str, &str); 8] = [
    ("#", "number", "num"),
    ("Holder, state", "text", ""),
    ("Account", "text", ""),
    ("By the run's rule", "number", "num"),
    ("Least to most, any rule", "number", "num"),
    ("Evidence", "text", ""),
    ("Hops", "number", "num"),
    ("Stolen money came", "text", ""),
];

/// The section.
pub(super) fn places(report: &Report<'_>, picked: &Picked) -> String {
    let findings = report.findings();
    if findings.is_empty() {
        return "<p>None was found.</p>".to_owned();
    }
    let several = report.input.trace.thefts.len() > 1;
    let mut html = filters(report);
    html.push_str("<div class=\"scroll\"><table id=\"place-table\" class=\"sortable\"><thead><tr>");
    for (at, (name, kind, class)) in HEAD.into_iter().enumerate() {
        let sorted = if at == 0 { "ascending" } else { "none" };
        let _ = write!(
            html,
            "<th scope=\"col\" class=\"{class}\" aria-sort=\"{sorted}\" data-kind=\"{kind}\">{name}</th>"
        );
    }
    html.push_str("</tr></thead><tbody>");
    let orders = orders(report);
    for (rank, finding) in (1_usize..).zip(findings).take(MOST) {
        let order = [0, 1].map(|column: usize| orders[column][rank - 1]);
        row(report, picked, rank, finding, several, order, &mut html);
    }
    html.push_str("</tbody></table></div>");
    if let Some(more) = findings.len().checked_sub(MOST).filter(|&more| more > 0) {
        let _ = write!(
            html,
            "<p class=\"warn\">These are the first {MOST}: {more} more stand in <code>freezable.csv</code>.</p>"
        );
    }
    html
}

fn filters(report: &Report<'_>) -> String {
    let states: BTreeSet<_> = report.findings().iter().map(|it| it.state).collect();
    let holders: BTreeSet<&str> = report.findings().iter().map(|it| it.holder.as_str()).collect();
    let mut html =
        "<form class=\"filters needs-script\" id=\"place-filter\"><label>Search <input type=\"search\" \
                    name=\"text\" placeholder=\"holder, address, label\"></label><label>State <select \
                    name=\"state\"><option value=\"\">all</option>"
            .to_owned();
    for state in states {
        let _ = write!(html, "<option>{}</option>", state.in_words());
    }
    html.push_str("</select></label><label>Holder <select name=\"holder\"><option value=\"\">all</option>");
    for name in holders.into_iter().take(200) {
        let shown = if name.is_empty() { "holder not named".to_owned() } else { visible(name, NAME) };
        let _ = write!(html, "<option>{}</option>", escaped(&shown));
    }
    html.push_str(
        "</select></label><label>Evidence <select name=\"grade\"><option value=\"\">all</option><option>FACT</option>\
         <option>PRESUMED</option><option>INFERRED</option></select></label><output aria-live=\"polite\"></output>\
         </form>",
    );
    html
}

/// For the rule's and the least amount: where each finding stands when sorted by its share of the theft.
/// Amounts of several assets compare in no other way.
fn orders(report: &Report<'_>) -> [Vec<usize>; 2] {
    let trace = report.input.trace;
    let of_run = telling_exact_rule(trace);
    let sorted = |claim: &dyn Fn(&Finding) -> Amount| {
        let share = |finding: &Finding| {
            let class = trace.holdings.class[finding.holding];
            Share::new(claim(finding), of_run.map_or(Amount::ZERO, |rule| report.totals.stolen(class, rule)))
        };
        let mut order: Vec<usize> = (0..report.findings().len()).collect();
        order.sort_by_cached_key(|&it| (share(&report.findings()[it]), std::cmp::Reverse(it)));
        let mut places = vec![0; order.len()];
        (0..).zip(order).for_each(|(place, it): (usize, usize)| places[it] = place);
        places
    };
    let least = |finding: &Finding| {
        let claims = exact_rules(trace).map(|rule| trace.holdings.shares.get(finding.holding, rule).claim);
        claims.min().unwrap_or_default()
    };
    [sorted(&|finding| trace.holdings.shares.get(finding.holding, 0).claim), sorted(&least)]
}

fn row(
    report: &Report<'_>,
    picked: &Picked,
    rank: usize,
    finding: &Finding,
    several: bool,
    order: [usize; 2],
    html: &mut String,
) {
    let (input, ledger, trace) = (&report.input, report.input.ledger, report.input.trace);
    let (holdings, row) = (&trace.holdings, finding.holding);
    let purse = holdings.purse[row];
    let asset = ledger.purses().asset(purse);
    let account = ledger.purses().account(purse);
    let local = picked.accounts.binary_search(&account).map_or_else(|_| String::new(), |it| it.to_string());
    let word = holdings.grade[row].as_str();
    let worth = finding.worth.as_ref().map_or([None; 3], Worth::range);
    let show = |units, worth| money(&amount(input, asset, units), worth);
    let least = show(finding.least, worth[0]);
    let of_rule = show(holdings.shares.get(row, 0).units, worth[1]);
    let most = show(finding.most, worth[2]);
    let state = finding.state.in_words();
    let name = if finding.holder.is_empty() {
        "holder not named".to_owned()
    } else {
        visible(&finding.holder, NAME)
    };
    let _ = write!(
        html,
        "<tr class=\"place\" id=\"place-{rank}\" data-state=\"{state}\" data-grade=\"{word}\" data-holder=\"{}\" \
         data-account=\"{local}\"><td class=\"num\" data-key=\"{rank}\">{rank}</td><td><b>{}</b><small>{state}</small>",
        escaped(&name),
        holder(&finding.holder)
    );
    if several {
        let _ = write!(html, "<small>theft {}</small>", foreign(trace.theft_of(holdings.class[row]), NAME));
    }
    let _ = write!(
        html,
        "</td><td><code>{}</code><small>{}</small>",
        foreign(&ledger.purse_address(purse).to_checksum(), NAME),
        foreign(ledger.purse_chain(purse), NAME)
    );
    let [by_rule, by_least] = order;
    let range = if finding.least == finding.most {
        "<small>the same</small>".to_owned()
    } else {
        format!("{least}<small>to {most}</small>")
    };
    let _ = write!(
        html,
        "</td><td class=\"num strong\" data-key=\"{by_rule}\">{of_rule}</td><td class=\"num\" \
         data-key=\"{by_least}\">{range}</td><td>{}</td><td class=\"num\" data-key=\"{hops}\">{hops}</td><td \
         class=\"time\">{}</td></tr>",
        grade(word),
        when_first(report, row),
        hops = holdings.hops[row]
    );
    html.push_str("<tr class=\"more\"><td></td><td colspan=\"7\">");
    details(report, rank, finding, html);
    html.push_str("</td></tr>");
}

fn when_first(report: &Report<'_>, row: usize) -> String {
    let (ledger, holdings) = (report.input.ledger, &report.input.trace.holdings);
    let (first, last) = (moment(ledger, holdings.first_taint[row]), moment(ledger, holdings.last_taint[row]));
    let until = if first == last { String::new() } else { format!("<small>to {}</small>", escaped(&last)) };
    format!("{}{until}", escaped(&first))
}

fn details(report: &Report<'_>, rank: usize, finding: &Finding, html: &mut String) {
    let (input, ledger, trace) = (&report.input, report.input.ledger, report.input.trace);
    let (holdings, row) = (&trace.holdings, finding.holding);
    let asset = ledger.purses().asset(holdings.purse[row]);
    let show = |units| amount(input, asset, units);
    let _ = write!(
        html,
        "<details><summary>Why, and by which route</summary><p>{}</p><dl class=\"facts\">",
        foreign(&finding.basis, PARAGRAPH)
    );
    let mut fact = |name: &str, value: String| {
        let _ = write!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    };
    for (exact, at) in exact_rules(trace).enumerate() {
        let worth = finding.worth.as_ref().and_then(|worth| worth.by_rule[exact]);
        fact(&format!("by {}", trace.rules[at]), money(&show(holdings.shares.get(row, at).units), worth));
    }
    if let Some(robust) = finding.robust {
        fact("robust: least of fifo, lifo, prorata, libr", money(&show(robust), None));
    }
    fact("balance of the account at the end of the data", money(&show(holdings.balance[row]), None));
    fact("received there in all", money(&show(holdings.gross_received[row]), None));
    fact("tainted payments in", holdings.deposits[row].to_string());
    if let Some(swept) = finding.swept {
        let to = ledger.purse_address(ledger.columns().to[at(swept)]).to_checksum();
        fact("swept to", format!("<code>{}</code> {}", foreign(&to, NAME), escaped(&when(ledger, swept))));
    }
    html.push_str("</dl>");
    route(report, rank, finding, html);
    html.push_str("</details>");
}

fn route(report: &Report<'_>, rank: usize, finding: &Finding, html: &mut String) {
    let (input, ledger) = (&report.input, report.input.ledger);
    if finding.route.is_empty() {
        html.push_str("<p class=\"note\">The theft itself arrived here.</p>");
        return;
    }
    if rank > MOST_ROUTES {
        let _ = write!(html, "<p class=\"note\">Route R{rank} in <code>routes.csv</code>.</p>");
        return;
    }
    let _ = write!(
        html,
        "<table class=\"hops\"><caption>Route R{rank}</caption><thead><tr><th scope=\"col\" class=\"num\">Hop</th><th \
         scope=\"col\">To</th><th scope=\"col\" class=\"num\">Stolen part</th><th scope=\"col\" class=\"num\">of</th><th \
         scope=\"col\">Evidence</th><th scope=\"col\">When, transaction</th></tr></thead><tbody>"
    );
    let rule = input.trace.holdings.shares.telling_rule(finding.holding);
    let all =
        finding.route.iter().flat_map(|hop| steps(input, hop, rule).into_iter().map(move |it| (hop, it)));
    for (hop, (evidence, step)) in (1..).zip(all).take(MOST_HOPS) {
        let place = step.place;
        let show = |units| money(&amount(input, ledger.purses().asset(step.to), units), None);
        let word = if step.link == "swap" { "exchange" } else { step.link };
        let swap =
            if word.is_empty() { String::new() } else { format!("<small>{}</small>", foreign(word, NAME)) };
        let _ = write!(
            html,
            "<tr><td class=\"num\">{hop}</td><td><code>{}</code>{swap}</td><td class=\"num\">{}</td><td \
             class=\"num\">{}</td><td>{}</td><td class=\"time\">{}<code class=\"hash\">{}</code></td></tr>",
            foreign(&ledger.purse_address(step.to).to_checksum(), NAME),
            show(step.taint),
            show(step.value),
            grade(evidence.grade.as_str()),
            escaped(&moment(ledger, place as u64)),
            foreign(&hash(ledger, place), NAME * 2)
        );
    }
    html.push_str("</tbody></table>");
    if let Some(more) = finding.route.len().checked_sub(MOST_HOPS).filter(|&more| more > 0) {
        let _ = write!(html, "<p class=\"note\">And {more} more hops in <code>routes.csv</code>.</p>");
    }
}
