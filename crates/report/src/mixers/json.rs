//! What was found, for a script. Shares and probabilities are decimal texts, amounts base units as texts.

use super::rules::{bounded, parameters};
use super::{MixerReport, millionths};
use crate::cell::iso;
use dyetrace_core::links::mixers::{Band, CommonEnd};
use serde_json::{Value, json};

impl MixerReport<'_> {
    /// The answer as JSON: pools, rules, links that count, groups with their members, thefts, and counts of the rest.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "pools": self.json_pools(),
            "rules": self.json_rules(),
            "links": self.json_links(),
            "context_links": self.links.iter().filter(|it| it.band == Band::Weak).count(),
            "groups": self.json_groups(),
            "thefts": self.json_thefts(),
            "depositor_clusters": self.clusters.len(),
            "shieldings": self.shieldings.len(),
            "unfit": self.misfits.len(),
            "notes_without_depositor": self.leads.notes_without_depositor,
            "without_time": self.without_time,
            "beside_events": self.beside_events,
            "rejects": self.facts.rejects.len(),
        })
    }

    fn json_pools(&self) -> Vec<Value> {
        let pools = self.histories.iter().zip(self.censuses());
        let row = |(history, it): (&dyetrace_core::links::mixers::PoolHistory, _)| {
            let pool = &self.table.pools[history.pool];
            let it: dyetrace_core::links::mixers::Census = it;
            json!({
                "chain": pool.chain,
                "pool": pool.name,
                "notes": it.notes,
                "exits": it.exits,
                "unspent": it.unspent,
                "base": it.base.map(|it| it.as_str()),
                "base_notes": it.base.map(|it| it.notes()),
                "set": it.set_range,
                "recipients": it.recipients,
                "to_repeated_recipients": millionths(it.to_repeated),
                "self_relayed": millionths(it.self_relayed),
                "fee_below_half_percent": millionths(it.fee_below_half_percent),
                "in_value_band": millionths(it.in_band),
                "fee_over_half": millionths(it.fee_over_half),
                "fee": it.fee_quantiles.map(millionths),
                "overdrawn": it.overdrawn,
            })
        };
        pools.map(row).collect()
    }

    fn json_rules(&self) -> Vec<Value> {
        let rules = self.leads.records.iter().map(|it| {
            let published = it.rule.published().ratio;
            json!({
                "rule": it.rule.as_str(),
                "family": it.rule.family(),
                "use": if it.rule.is_lead() { "lead" } else { "context" },
                "parameters": parameters(it.rule, self.lead_options),
                "searched": it.searched,
                "not_searched_beyond_data": it.beyond_data,
                "not_searched_no_decoys": it.without_decoys,
                "decoys_per_target": it.decoys,
                "target_hits": it.target_hits,
                "decoy_hits": it.decoy_hits,
                "target_exits": it.seen[0],
                "decoy_exits": it.seen[1],
                "leads": it.leads,
                "ratio": ([it.ratio.value, it.ratio.low, it.ratio.high].map(bounded)),
                "published": ([published.value, published.low, published.high].map(bounded)),
                "verdict": it.verdict.as_str(),
                "used": it.used.as_str(),
                "probability": it.probability.map(|it| it.map(millionths)),
            })
        });
        rules.collect()
    }

    fn json_links(&self) -> Vec<Value> {
        let counted = self.links.iter().filter(|it| it.band != Band::Weak);
        let links = counted.map(|it| {
            json!({
                "chain": self.chain(it.chain),
                "depositor": it.depositor.to_string(),
                "recipient": it.recipient.to_string(),
                "band": it.band.as_str(),
                "probability": it.probability.map(|it| it.map(millionths)),
                "rules": it.rules.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
                "exits": it.exits.len(),
            })
        });
        links.collect()
    }

    fn json_groups(&self) -> Vec<Value> {
        let ends = |ends: &[CommonEnd]| -> Vec<Value> {
            ends.iter().map(|it| json!({"address": it.address.to_string(), "members": it.members})).collect()
        };
        let groups = self.groups.iter().zip(self.common).map(|(group, common)| {
            let at = self.history_of(group.pool);
            let pool = &self.table.pools[group.pool];
            let members = group.members.iter().map(|it| {
                let times = || it.exits.iter().filter_map(|&exit| self.histories[at].exits[exit].time);
                json!({
                    "recipient": it.recipient.to_string(),
                    "role": if it.steps == 0 { "anchor" } else { "candidate" },
                    "steps": it.steps,
                    "joined": it.joined.map(|(over, _)| over.to_string()),
                    "joins": it.joined.map(|(_, joins)| joins),
                    "exits": it.exits.len(),
                    "first_exit": times().min().map(iso),
                    "last_exit": times().max().map(iso),
                })
            });
            json!({
                "chain": pool.chain,
                "pool": pool.name,
                "joined_by_anchors": group.direct,
                "joined_by_shifted_anchors": group.shifted,
                "shifts": group.shifts,
                "chance": group.chance().map(millionths),
                "common_funders": ends(&common.funders),
                "common_receivers": ends(&common.receivers),
                "members": members.collect::<Vec<_>>(),
            })
        });
        groups.collect()
    }

    fn json_thefts(&self) -> Vec<Value> {
        let thefts = self.thefts.iter().map(|it| {
            let pool = &self.table.pools[self.histories[it.history].pool];
            json!({
                "theft": it.theft,
                "chain": pool.chain,
                "pool": pool.name,
                "notes": it.notes.len(),
                "taint": it.units.to_string(),
                "depositors": it.depositors.len(),
            })
        });
        thefts.collect()
    }
}
