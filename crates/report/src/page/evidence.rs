//! How sure the result is: what the words of evidence mean, how often each stands, and the heuristics that the run used,
//! with the share of false leads that was measured for each.

use super::answer::grade;
use super::text::{NAME, foreign};
use crate::display::grouped;
use crate::missing::counted;
use crate::report::Report;
use dyetrace_core::attribution::deposits::{FALSE_LEADS, is_inferred};
use dyetrace_core::trace::{Grade, Stop};
use dyetrace_core::{AccountId, Category};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The section.
pub(super) fn evidence(report: &Report<'_>) -> String {
    let trace = report.input.trace;
    let mut html = "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\">Word</th><th \
                    scope=\"col\">Means</th><th scope=\"col\" class=\"num\">Transfers</th><th scope=\"col\" \
                    class=\"num\">Places to act</th></tr></thead><tbody>"
        .to_owned();
    for (word, means) in [
        (
            Grade::Fact,
            "On every hop up to here the sender held nothing but this theft's money, or sent all that it held: no \
             presumption is needed.",
        ),
        (
            Grade::Presumed,
            "Somewhere on the way stolen and other money were mixed: how much went on is by the run's rule.",
        ),
        (
            Grade::Inferred,
            "A heuristic says whose the account is, or joins two hops: it errs at the rate given below.",
        ),
    ] {
        let flows = trace.flows.grade.iter().filter(|it| **it == word).count();
        let places = report.findings().iter().filter(|it| trace.holdings.grade[it.holding] == word).count();
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{means}</td><td class=\"num\">{}</td><td class=\"num\">{places}</td></tr>",
            grade(word.as_str()),
            grouped(&flows.to_string())
        );
    }
    html.push_str("</tbody></table></div><h3>Heuristics of this run</h3>");
    html.push_str(&deposits(report));
    html.push_str(&leads(report));
    html.push_str(
        "<p>Labels are no heuristic of this program: each is an allegation of its source about an account, with the \
         source's own confidence. Check before you act.</p>",
    );
    html
}

fn deposits(report: &Report<'_>) -> String {
    let Some((_, found)) = &report.input.facts.deposits else {
        return "<p>Deposit accounts were not looked for by their sweeps.</p>".to_owned();
    };
    let (ledger, holdings) = (report.input.ledger, &report.input.trace.holdings);
    let stopped: BTreeSet<AccountId> = (0..holdings.purse.len())
        .filter(|&row| holdings.stop[row] == Some(Stop::Label(Category::ExchangeDeposit)))
        .map(|row| ledger.purses().account(holdings.purse[row]))
        .filter(|&account| is_inferred(report.input.labels, account))
        .collect();
    let inferred = found.of_grade(dyetrace_core::attribution::deposits::DepositGrade::Inferred).count();
    format!(
        "<p><b>Deposit accounts by their sweeps.</b> An account that passes on what it gets to a wallet labelled as an \
         exchange's is taken for a customer's deposit account there. In these data {} passed the test, and this trace \
         stopped at {} of them that no label names. Of accounts found so, the share measured to be none is \
         <b>{FALSE_LEADS}</b>. Not counted: somebody's own wallet that always cashes out at one exchange, a trading desk \
         or a payment processor that does; these pass too.</p>",
        counted(inferred, "account", "accounts"),
        stopped.len()
    )
}

fn leads(report: &Report<'_>) -> String {
    let leads = &report.leads;
    if leads.rows.is_empty() {
        return String::new();
    }
    let mut html = format!(
        "<p><b>Leads behind a deposit.</b> <code>leads.csv</code> lists {} of an exchange soon after a deposit and of \
         nearly its amount: questions to the exchange, in no figure here. How much chance finds, by the same search in \
         the time before the deposits:</p><ul>",
        counted(leads.rows.len(), "withdrawal", "withdrawals")
    );
    for venue in leads.venues.iter().take(12) {
        let placebo = &venue.placebo;
        let _ = write!(
            html,
            "<li>{}: of {} deposits {} are followed by a fitting withdrawal, and {} are preceded by one</li>",
            foreign(&venue.name, NAME),
            placebo.tested,
            placebo.after,
            placebo.before
        );
    }
    html.push_str("</ul>");
    html
}
