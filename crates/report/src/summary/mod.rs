//! The answer for a person, and the same for a script.
//!
//! First what can be stopped, by whom, and how much; then where the rest is, adding up to 100 %; then what is
//! not known.

mod json;
mod text;

use crate::rank::hundredths;
use crate::report::Report;
use crate::state::State;
use crate::totals::{exact_rules, telling_exact_rule};
use crate::worth::Worth;
use crate::write::Written;
use dyetrace_core::trace::ClassId;
use dyetrace_core::{Amount, AssetId};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What a run found, in the order in which a person wants to know it.
#[derive(Debug)]
pub struct Summary<'a> {
    report: &'a Report<'a>,
    written: Option<&'a Written>,
    holders: Vec<HolderSum>,
    wholes: Vec<Whole>,
}

/// What one holder can stop of one asset.
#[derive(Clone, Debug)]
pub(crate) struct HolderSum {
    pub(crate) holder: String,
    pub(crate) holder_kind: &'static str,
    pub(crate) asset: AssetId,
    pub(crate) places: usize,
    /// One entry an exact rule.
    pub(crate) by_rule: Vec<Amount>,
    /// By the run's rule.
    pub(crate) of_run: Amount,
    /// In dollars, if prices were given and none is missing.
    pub(crate) worth: Option<Worth>,
}

/// Where all of one theft's stolen asset is, under one rule.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    pub(crate) class: ClassId,
    pub(crate) stolen: Amount,
    pub(crate) unseen: Amount,
    pub(crate) parts: Vec<Part>,
}

/// One state, or fees or burned.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) words: &'static str,
    pub(crate) claim: Amount,
    pub(crate) hundredths: u32,
    /// Who holds it, most first, where labels name somebody.
    pub(crate) holders: Vec<(String, Amount)>,
}

impl<'a> Report<'a> {
    /// Sums the report up. `written` adds the manifest's hash.
    #[must_use]
    pub fn summary(&'a self, written: Option<&'a Written>) -> Summary<'a> {
        Summary { report: self, written, holders: holders(self), wholes: wholes(self) }
    }
}

/// Sums findings per holder and asset, in the order of their best finding.
pub(crate) fn holders(report: &Report<'_>) -> Vec<HolderSum> {
    let trace = report.input.trace;
    let mut sums: Vec<HolderSum> = Vec::new();
    let mut places = hashbrown::HashMap::new();
    for finding in report.findings() {
        let asset = report.input.ledger.purses().asset(trace.holdings.purse[finding.holding]);
        let at = *places.entry((&finding.holder, finding.holder_kind, asset)).or_insert_with(|| {
            let (holder, by_rule) = (finding.holder.clone(), vec![Amount::ZERO; exact_rules(trace).count()]);
            let holder_kind = finding.holder_kind;
            let (of_run, worth) = (Amount::ZERO, finding.worth.as_ref().map(Worth::nothing_like));
            sums.push(HolderSum { holder, holder_kind, asset, places: 0, by_rule, of_run, worth });
            sums.len() - 1
        });
        let sum = &mut sums[at];
        sum.places += 1;
        for (total, rule) in sum.by_rule.iter_mut().zip(exact_rules(trace)) {
            *total = total.plus(trace.holdings.shares.get(finding.holding, rule).units);
        }
        sum.worth = sum.worth.take().zip(finding.worth.as_ref()).map(|(sum, worth)| sum.plus(worth));
        sum.of_run = sum.of_run.plus(trace.holdings.shares.get(finding.holding, 0).units);
    }
    sums
}

/// Splits every class into where it is, with percentages that add up to 100.
pub(crate) fn wholes(report: &Report<'_>) -> Vec<Whole> {
    let Some(rule) = telling_exact_rule(report.input.trace) else { return Vec::new() };
    report.classes().map(|class| whole(report, class, rule)).collect()
}

fn whole(report: &Report<'_>, class: ClassId, rule: usize) -> Whole {
    let balance = report.balance(class, rule);
    let states = State::ALL.into_iter().zip(balance.states);
    let states = states.map(|(state, claim)| (state.column(), state.in_words(), claim));
    let last =
        [("fees".to_owned(), "paid as fees", balance.fees), ("burned".to_owned(), "burned", balance.burned)];
    let parts: Vec<_> = states.chain(last).filter(|(.., claim)| !claim.is_zero()).collect();
    let claims: Vec<Amount> = parts.iter().map(|part| part.2).collect();
    let parts = parts.into_iter().zip(hundredths(&claims));
    let mut named = named_holders(report, class, rule);
    let parts = parts.map(|((name, words, claim), hundredths)| {
        let holders = named.remove(&name).unwrap_or_default();
        Part { name, words, claim, hundredths, holders }
    });
    Whole { class, stolen: balance.stolen, unseen: balance.unseen_inflow, parts: parts.collect() }
}

/// Sums what rests with accounts that a label names, by state and holder, most first.
fn named_holders(
    report: &Report<'_>,
    class: ClassId,
    rule: usize,
) -> BTreeMap<String, Vec<(String, Amount)>> {
    let (ledger, labels) = (report.input.ledger, report.input.labels);
    let holdings = &report.input.trace.holdings;
    let mut sums: BTreeMap<(String, String), Amount> = BTreeMap::new();
    for row in (0..holdings.purse.len()).filter(|&row| holdings.class[row] == class) {
        let account = ledger.purses().account(holdings.purse[row]);
        let claim = holdings.shares.get(row, rule).claim;
        let named = labels.of(account).find(|label| label.category.names_the_account());
        if let Some(label) = named.filter(|_| !claim.is_zero()) {
            let sum = sums.entry((report.states[row].column(), label.holder().to_owned())).or_default();
            *sum = sum.plus(claim);
        }
    }
    let mut by_state: BTreeMap<String, Vec<(String, Amount)>> = BTreeMap::new();
    for ((state, holder), claim) in sums {
        by_state.entry(state).or_default().push((holder, claim));
    }
    by_state.values_mut().for_each(|holders| holders.sort_by_key(|(_, claim)| Reverse(*claim)));
    by_state
}
