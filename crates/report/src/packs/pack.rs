//! What a freeze request says: the same values stand in its tables, its JSON and its page.
//!
//! Amounts are texts of whole base units, `…_shown` the same in whole coins; times are ISO 8601. A field that only the
//! user can fill is empty.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// What stands in place of another venue's account and label.
pub(crate) const OTHER_VENUE: &str = "other venue";

/// Amounts by rule, the run's own first.
#[derive(Clone, Debug, Default)]
pub(crate) struct ByRule(pub(crate) Vec<(&'static str, String)>);

impl Serialize for ByRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (rule, amount) in &self.0 {
            map.serialize_entry(rule, amount)?;
        }
        map.end()
    }
}

/// One request: to one exchange, bridge or issuer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Pack {
    pub(crate) format: &'static str,
    pub(crate) format_version: u32,
    pub(crate) holder: String,
    pub(crate) holder_kinds: Vec<&'static str>,
    pub(crate) case: String,
    pub(crate) requester: Requester,
    pub(crate) request: Request,
    pub(crate) engine: Engine,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) totals: Vec<Total>,
    pub(crate) targets: Vec<Target>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) path: Vec<Hop>,
    pub(crate) leads: Vec<LeadRow>,
    pub(crate) conservation: Vec<Conserved>,
    pub(crate) limitations: Vec<Known>,
    pub(crate) files: Vec<File>,
}

/// Who asks: the user's to fill.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Requester {
    pub(crate) agency: String,
    pub(crate) officer: String,
    pub(crate) badge: String,
    pub(crate) email: String,
    pub(crate) legal_basis: String,
    pub(crate) case_number: String,
    pub(crate) jurisdiction: String,
}

/// What is asked: the user's to fill.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Request {
    pub(crate) report_id: String,
    pub(crate) date: String,
    pub(crate) urgency: String,
    pub(crate) action: String,
    pub(crate) duration: String,
    pub(crate) sharing_level: String,
}

/// What computed the figures, and from what.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    pub(crate) rule: &'static str,
    pub(crate) compared: Vec<&'static str>,
    /// SHA-256 over the hashes of the transfer files, in order.
    pub(crate) inputs_sha256: String,
    /// The same of labels and other tables.
    pub(crate) labels_sha256: String,
    pub(crate) price_source: String,
}

/// What was stolen.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Incident {
    pub(crate) theft: String,
    pub(crate) stolen_asset: String,
    pub(crate) symbol: String,
    pub(crate) decimals: Option<u8>,
    pub(crate) stolen: String,
    pub(crate) stolen_shown: String,
    pub(crate) unseen_inflow: String,
    pub(crate) usd: Option<String>,
    pub(crate) first_time: String,
    pub(crate) last_time: String,
    pub(crate) seeds: Vec<String>,
    pub(crate) transactions: Vec<String>,
    /// How many transactions there are in all.
    pub(crate) transaction_count: usize,
}

/// What one holder has of one asset.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Total {
    pub(crate) asset: String,
    pub(crate) symbol: String,
    pub(crate) decimals: Option<u8>,
    pub(crate) targets: usize,
    pub(crate) by_rule: ByRule,
    pub(crate) shown_by_rule: ByRule,
    pub(crate) usd_by_rule: Option<ByRule>,
}

/// An account and an asset that is to be stopped.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Target {
    pub(crate) target: usize,
    pub(crate) rank: usize,
    pub(crate) holder_kind: &'static str,
    pub(crate) basis: String,
    pub(crate) theft: String,
    pub(crate) stolen_asset: String,
    pub(crate) chain: String,
    pub(crate) chain_id: &'static str,
    pub(crate) address: String,
    pub(crate) address_checksum: String,
    pub(crate) memo: String,
    pub(crate) uid: String,
    pub(crate) asset: String,
    pub(crate) symbol: String,
    pub(crate) decimals: Option<u8>,
    pub(crate) issuer_control: String,
    pub(crate) state: &'static str,
    pub(crate) state_in_words: String,
    pub(crate) still_there: &'static str,
    pub(crate) first_taint: String,
    pub(crate) first_block: Option<u64>,
    pub(crate) last_taint: String,
    pub(crate) last_block: Option<u64>,
    pub(crate) deposits: u64,
    pub(crate) gross_received: String,
    pub(crate) tainted_min: String,
    pub(crate) tainted_rule: String,
    pub(crate) tainted_max: String,
    pub(crate) tainted_min_shown: String,
    pub(crate) tainted_rule_shown: String,
    pub(crate) tainted_max_shown: String,
    pub(crate) robust: Option<String>,
    pub(crate) by_rule: ByRule,
    pub(crate) arrived_by_rule: ByRule,
    pub(crate) left_by_rule: ByRule,
    pub(crate) claim: Option<String>,
    pub(crate) usd_min: Option<String>,
    pub(crate) usd_rule: Option<String>,
    pub(crate) usd_max: Option<String>,
    /// The rule's amount in hundredths of a percent of all that the purse received.
    pub(crate) share_of_received: Option<String>,
    pub(crate) other_thefts: String,
    pub(crate) balance: String,
    pub(crate) balance_shown: String,
    pub(crate) data_end_block: Option<u64>,
    pub(crate) data_end_time: String,
    pub(crate) swept_to: String,
    pub(crate) swept_at: String,
    pub(crate) sweep_transaction: String,
    pub(crate) minutes_to_sweep: Option<i64>,
    pub(crate) grade: &'static str,
    pub(crate) weakest_link: String,
    pub(crate) measured_false_rate: String,
    pub(crate) hops: u32,
    pub(crate) route_id: String,
    pub(crate) same_payers: Vec<usize>,
    pub(crate) competing_explanation: String,
    pub(crate) question: &'static str,
}

/// A transfer that brought stolen money to a target, or took some of it away.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Transfer {
    pub(crate) target: usize,
    /// `in` or `out`.
    pub(crate) direction: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) chain: String,
    pub(crate) block_number: Option<u64>,
    pub(crate) transaction_index: Option<u64>,
    pub(crate) event_index: Option<u64>,
    pub(crate) block_timestamp: String,
    pub(crate) transaction_hash: String,
    pub(crate) from_address: String,
    pub(crate) to_address: String,
    pub(crate) asset: String,
    pub(crate) symbol: String,
    pub(crate) decimals: Option<u8>,
    pub(crate) value: String,
    pub(crate) value_shown: String,
    pub(crate) by_rule: ByRule,
    pub(crate) shown_by_rule: ByRule,
    pub(crate) price: Option<String>,
    pub(crate) price_time: Option<String>,
    pub(crate) price_source: Option<String>,
    pub(crate) usd_by_rule: Option<ByRule>,
    pub(crate) explorer: String,
}

/// A hop of the route from the theft to a target.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Hop {
    pub(crate) target: usize,
    pub(crate) route_id: String,
    pub(crate) hop: usize,
    pub(crate) chain: String,
    pub(crate) block_timestamp: String,
    pub(crate) transaction_hash: String,
    pub(crate) from_address: String,
    pub(crate) from_label: String,
    pub(crate) to_address: String,
    pub(crate) to_label: String,
    pub(crate) asset: String,
    pub(crate) symbol: String,
    pub(crate) decimals: Option<u8>,
    pub(crate) value: String,
    pub(crate) value_shown: String,
    pub(crate) taint: String,
    pub(crate) taint_shown: String,
    pub(crate) rule: &'static str,
    pub(crate) grade: &'static str,
    /// What joined it to the hop before: `swap`, or the word of a link; empty for a transfer.
    pub(crate) link: String,
    pub(crate) explorer: String,
}

/// A withdrawal of the same exchange that may be a target's way out: a question.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LeadRow {
    pub(crate) theft: String,
    pub(crate) deposit_address: String,
    pub(crate) deposit_transaction: String,
    pub(crate) deposited_at: String,
    pub(crate) deposited_asset: String,
    pub(crate) deposited: String,
    pub(crate) withdrawal_transaction: String,
    pub(crate) withdrawn_at: String,
    pub(crate) recipient: String,
    pub(crate) withdrawn_asset: String,
    pub(crate) withdrawn: String,
    pub(crate) candidates: u64,
    pub(crate) placebo: String,
}

/// Where all of a theft is, by one rule, in claims.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Conserved {
    pub(crate) theft: String,
    pub(crate) stolen_asset: String,
    pub(crate) rule: &'static str,
    pub(crate) stolen: String,
    pub(crate) unseen_inflow: String,
    /// In words, the claim, and how it is shown.
    pub(crate) parts: Vec<(String, String, String)>,
    pub(crate) total: String,
    pub(crate) difference: String,
}

/// Something that is not known.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Known {
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
}

/// A file that the figures rest on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) rows: u64,
}
