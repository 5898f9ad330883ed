//! What keeps a result from being complete: rows left out, and limits that cut taint under the run's rule.
//!
//! Stops at labels, gaps and the edge of the data do not count: they are answers, or named elsewhere.

use crate::input::Input;
use dyetrace_core::Amount;
use dyetrace_core::trace::{PostingKind, Stop};

/// One reason why a result is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The limit or cause, in one word: `rejects`, `hub`, `hops`, `until`, `min_amount`.
    pub kind: &'static str,
    /// In plain words, with counts.
    pub detail: String,
}

/// Returns the reasons why a result is not complete, in a fixed order. None, if it is.
pub(crate) fn missing(input: &Input<'_>) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut add = |kind, count: usize, detail: String| {
        if count > 0 {
            missing.push(Missing { kind, detail });
        }
    };
    let rejects = input.facts.rejects.len();
    add(
        "rejects",
        rejects,
        format!("{} left out: see `rejects.csv`", counted(rejects, "input row", "input rows")),
    );
    for (kind, stop, why) in [
        ("hub", Stop::Hub, "in very many transfers and unnamed: its money was not followed"),
        ("hops", Stop::Hops, "as far away as `--max-hops` goes: its money was not followed"),
        ("until", Stop::Horizon, "with rows after `--until`: the money may have moved on"),
    ] {
        let holdings = cut(input, stop);
        let what = counted(holdings, "tainted holding", "tainted holdings");
        add(kind, holdings, format!("{what} {why}"));
    }
    let dust = dust(input);
    let what = counted(dust, "tainted transfer", "tainted transfers");
    add("min_amount", dust, format!("{what} below `--min-amount`: posted as dust, not followed"));
    missing
}

fn cut(input: &Input<'_>, stop: Stop) -> usize {
    let holdings = &input.trace.holdings;
    let is_cut =
        |&row: &usize| holdings.stop[row] == Some(stop) && has_run_amount(holdings.shares.get(row, 0).units);
    (0..holdings.stop.len()).filter(is_cut).count()
}

fn dust(input: &Input<'_>) -> usize {
    let postings = &input.trace.postings;
    // Without such a limit it is what an exchange left no unit of.
    if input.facts.options.min_amount.is_empty() && !postings.legs.is_empty() {
        return 0;
    }
    let is_dust = |&row: &usize| {
        postings.kind[row] == PostingKind::Dust && has_run_amount(postings.shares.get(row, 0).units)
    };
    (0..postings.kind.len()).filter(is_dust).count()
}

fn has_run_amount(amount: Amount) -> bool {
    !amount.is_zero()
}

/// Writes a count with its noun.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
