//! The summary as JSON, for a script. Amounts are strings of base units: a JSON number loses digits.

use super::{HolderSum, Part, Summary, Whole};
use crate::finding::Finding;
use crate::manifest::{FORMAT, FORMAT_VERSION};
use crate::price::Cents;
use crate::worth::Worth;
use serde_json::{Value, json};

impl Summary<'_> {
    /// Returns the summary as a JSON value. Keys and lists stand in a fixed order; nothing is cut.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (trace, facts) = (self.report.input.trace, self.report.input.facts);
        let rules: Vec<&str> = trace.rules.iter().map(|rule| rule.as_str()).collect();
        let findings = (1_u64..).zip(self.report.findings()).map(|(rank, it)| self.finding(rank, it));
        let limitations = self.report.limitations().iter();
        let missing = self.report.missing().iter();
        json!({
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "version": facts.version,
            "case": facts.case,
            "rule": rules.first(),
            "compare": rules.get(1..),
            "complete": self.report.is_complete(),
            "missing": missing.map(|it| json!({"kind": it.kind, "detail": it.detail})).collect::<Vec<_>>(),
            "freezable": findings.collect::<Vec<_>>(),
            "holders": self.holders.iter().map(|sum| self.holder(sum)).collect::<Vec<_>>(),
            "where": self.wholes.iter().map(|whole| self.whole(whole)).collect::<Vec<_>>(),
            "limitations": limitations
                .map(|it| json!({"kind": it.kind, "subject": it.subject, "detail": it.detail}))
                .collect::<Vec<_>>(),
            "manifest_sha256": self.written.map(|written| &written.manifest_sha256),
        })
    }

    fn finding(&self, rank: u64, finding: &Finding) -> Value {
        let (ledger, trace) = (self.report.input.ledger, self.report.input.trace);
        let (holdings, row) = (&trace.holdings, finding.holding);
        let purse = holdings.purse[row];
        let asset = ledger.purses().asset(purse);
        let usd = |of: fn(&Worth) -> Option<Cents>| finding.worth.as_ref().and_then(of).map(Cents::to_plain);
        json!({
            "rank": rank,
            "theft": trace.theft_of(holdings.class[row]),
            "holder": finding.holder,
            "holder_kind": finding.holder_kind,
            "chain": ledger.purse_chain(purse),
            "address": ledger.purse_address(purse).to_string(),
            "asset": ledger.asset_name(asset),
            "symbol": self.report.input.tokens.get(asset).map(|token| &token.symbol),
            "decimals": self.report.input.tokens.get(asset).map(|token| token.decimals),
            "state": finding.state.as_str(),
            "amount_min": finding.least.to_string(),
            "amount_rule": holdings.shares.get(row, 0).units.to_string(),
            "amount_max": finding.most.to_string(),
            "robust": finding.robust.map(|amount| amount.to_string()),
            "usd_min": usd(Worth::least),
            "usd_rule": usd(Worth::of_rule),
            "usd_max": usd(Worth::most),
            "grade": holdings.grade[row].as_str(),
            "hops": holdings.hops[row],
            "route_id": format!("R{rank}"),
        })
    }

    fn holder(&self, sum: &HolderSum) -> Value {
        let usd = |of: fn(&Worth) -> Option<Cents>| sum.worth.as_ref().and_then(of).map(Cents::to_plain);
        json!({
            "holder": sum.holder,
            "holder_kind": sum.holder_kind,
            "asset": self.report.input.ledger.asset_name(sum.asset),
            "places": sum.places,
            "amount_min": sum.by_rule.iter().min().map(ToString::to_string),
            "amount_rule": sum.of_run.to_string(),
            "amount_max": sum.by_rule.iter().max().map(ToString::to_string),
            "usd_min": usd(Worth::least),
            "usd_rule": usd(Worth::of_rule),
            "usd_max": usd(Worth::most),
        })
    }

    fn whole(&self, whole: &Whole) -> Value {
        let (ledger, trace) = (self.report.input.ledger, self.report.input.trace);
        let part = |part: &Part| {
            let percent = format!("{}.{:02}", part.hundredths / 100, part.hundredths % 100);
            let holders = part.holders.iter();
            let holders = holders.map(|(name, claim)| json!({"holder": name, "claim": claim.to_string()}));
            json!({
                "state": part.name,
                "claim": part.claim.to_string(),
                "percent": percent,
                "holders": holders.collect::<Vec<_>>(),
            })
        };
        json!({
            "theft": trace.theft_of(whole.class),
            "stolen_asset": ledger.asset_name(trace.asset_of(whole.class)),
            "stolen": whole.stolen.to_string(),
            "unseen_inflow": whole.unseen.to_string(),
            "parts": whole.parts.iter().map(part).collect::<Vec<_>>(),
        })
    }
}
