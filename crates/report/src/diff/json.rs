//! What is new, for a script. Amounts are strings of base units: a JSON number loses digits.

use super::{Changes, HolderChange, Moved, MovedSum, PurseChange, Rested, Setting, Side, StolenChange};
use serde_json::{Value, json};

/// What the key `format` says.
const FORMAT: &str = "dyetrace-diff";
/// The version of the form.
const FORMAT_VERSION: u32 = 1;

impl Changes {
    /// Returns what is new as a JSON value. Keys and lists stand in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "anything_new": self.any(),
            "before": side(&self.before),
            "after": side(&self.after),
            "rule": self.rule,
            "settings": self.settings.iter().map(setting).collect::<Vec<_>>(),
            "stolen": self.stolen.iter().map(stolen).collect::<Vec<_>>(),
            "holders": self.holders.iter().map(holder).collect::<Vec<_>>(),
            "purses": self.purses.iter().map(|purse| self.purse(purse)).collect::<Vec<_>>(),
            "reached": self
                .reached
                .iter()
                .map(|(chain, address)| json!({"chain": chain, "address": address}))
                .collect::<Vec<_>>(),
            "transfers": {
                "new": self.moves.new,
                "changed": self.moves.changed,
                "gone": self.moves.gone,
                "sums": self.moves.sums.iter().map(sum).collect::<Vec<_>>(),
                "listed": self.moves.listed.iter().map(moved).collect::<Vec<_>>(),
            },
        })
    }

    fn purse(&self, purse: &PurseChange) -> Value {
        let token = self.tokens.get(&purse.asset);
        json!({
            "theft": purse.theft,
            "stolen_asset": purse.stolen_asset,
            "chain": purse.chain,
            "address": purse.address,
            "asset": purse.asset,
            "symbol": token.map(|token| &token.symbol),
            "decimals": token.map(|token| token.decimals),
            "changes": purse.changes.iter().map(|change| change.as_str()).collect::<Vec<_>>(),
            "before": purse.before.as_ref().map(rested),
            "after": purse.after.as_ref().map(rested),
        })
    }
}

fn side(side: &Side) -> Value {
    json!({
        "folder": side.folder,
        "case": side.case,
        "version": side.version,
        "rule": side.rule,
        "manifest_sha256": side.manifest_sha256,
    })
}

fn setting(setting: &Setting) -> Value {
    json!({"what": setting.what, "before": setting.before, "after": setting.after})
}

fn stolen(it: &StolenChange) -> Value {
    let [before, after] = [it.before, it.after].map(|amount| amount.map(|amount| amount.to_string()));
    json!({"theft": it.theft, "stolen_asset": it.stolen_asset, "before": before, "after": after})
}

fn holder(it: &HolderChange) -> Value {
    let change = if it.is_new { "new" } else { "gone" };
    json!({"change": change, "holder": it.holder, "holder_kind": it.holder_kind, "places": it.places})
}

fn rested(it: &Rested) -> Value {
    let place = it.place.as_ref().map(|place| {
        json!({
            "holder": place.holder,
            "holder_kind": place.holder_kind,
            "swept_to": place.swept_to,
            "swept_at": place.swept_at,
            "route_id": place.route_id,
        })
    });
    json!({
        "state": it.state,
        "stop": it.stop,
        "label": it.label,
        "category": it.category,
        "amount": it.amount.to_string(),
        "claim": it.claim.to_string(),
        "hops": it.hops,
        "grade": it.grade,
        "place": place,
    })
}

fn sum(it: &MovedSum) -> Value {
    json!({
        "theft": it.theft,
        "stolen_asset": it.stolen_asset,
        "asset": it.asset,
        "count": it.count,
        "amount": it.amount.to_string(),
    })
}

fn moved(it: &Moved) -> Value {
    json!({
        "theft": it.theft,
        "stolen_asset": it.stolen_asset,
        "chain": it.chain,
        "block_number": it.block_number,
        "block_timestamp": it.block_timestamp,
        "transaction_hash": it.transaction_hash,
        "from_address": it.from_address,
        "to_address": it.to_address,
        "asset": it.asset,
        "value": it.value.to_string(),
        "amount": it.amount.to_string(),
    })
}
