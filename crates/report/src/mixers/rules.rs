//! `mixer_rules.csv`: a row a rule, with its worth on these data beside the published one.

use super::{MixerReport, millionths};
use crate::cell::Table;
use crate::sheet::Target;
use dyetrace_core::links::mixers::{LeadOptions, Ratio, Rule};
use std::io;

const COLUMNS: [&str; 24] = [
    "rule",
    "family",
    "use",
    "parameters",
    "searched",
    "not_searched_beyond_data",
    "not_searched_no_decoys",
    "decoys_per_target",
    "target_hits",
    "decoy_hits",
    "target_exits",
    "decoy_exits",
    "leads",
    "ratio",
    "ratio_low",
    "ratio_high",
    "verdict",
    "published_ratio",
    "published_low",
    "published_high",
    "used",
    "probability",
    "probability_low",
    "published_hits",
];

pub(super) fn write(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, COLUMNS)?;
    for it in &report.leads.records {
        let published = it.rule.published();
        table.text(it.rule.as_str());
        table.text(it.rule.family());
        table.text(if it.rule.is_lead() { "lead" } else { "context" });
        table.text(&parameters(it.rule, report.lead_options));
        let counts = [
            it.searched,
            it.beyond_data,
            it.without_decoys,
            it.decoys,
            it.target_hits,
            it.decoy_hits,
            it.seen[0],
            it.seen[1],
            it.leads,
        ];
        counts.into_iter().for_each(|count| table.number(count));
        let found = it.target_hits + it.decoy_hits > 0;
        for side in [it.ratio.value, it.ratio.low, it.ratio.high] {
            table.perhaps(bounded(side).filter(|_| found).as_deref());
        }
        table.text(it.verdict.as_str());
        for side in [published.ratio.value, published.ratio.low, published.ratio.high] {
            table.perhaps(bounded(side).as_deref());
        }
        table.text(it.used.as_str());
        for side in 0..2 {
            table.perhaps(it.probability.map(|it| millionths(it[side])).as_deref());
        }
        let [target, decoy] = published.hits;
        table.perhaps(Some(format!("{target}/{decoy}")).filter(|_| target > 0).as_deref());
        table.end()?;
    }
    table.finish()
}

/// A ratio as a decimal number; nothing where nothing bounds it.
pub(super) fn bounded(ratio: u64) -> Option<String> {
    (ratio != Ratio::NONE).then(|| millionths(ratio))
}

/// The parameters that decide what a rule finds.
pub(super) fn parameters(rule: Rule, options: &LeadOptions) -> String {
    let gap = format!("voucher_gap={}", options.voucher_gap);
    let window = options.window;
    match rule {
        Rule::EarlyDirect | Rule::SharedDeposit | Rule::SentByKnown | Rule::SameCount => {
            format!("{gap} window={window}")
        }
        Rule::LateDirect => format!("{gap} window={window} late_window={}", options.late_window),
        Rule::EarlyProfile => {
            let (pools, notes) = (options.profile_pools, options.profile_notes);
            format!("{gap} window={window} profile_pools={pools} profile_notes={notes}")
        }
        Rule::WeakProfile => {
            let (pools, notes) = (options.profile_pools, options.weak_profile_notes);
            let below = options.profile_notes;
            format!("{gap} window={window} profile_pools={pools} profile_notes={notes}..{below}")
        }
    }
}
