//! The answer for a script. Amounts are strings of base units: a JSON number loses digits.

use super::{AskedTransfer, AskedWay, FromOrigin, PartOf, Parts, RouteHop, SourcePurse, Sources};
use crate::input::Token;
use crate::screening::share_of;
use dyetrace_core::Amount;
use dyetrace_core::trace::{Cut, Exposure, Share};
use serde_json::{Value, json};

impl Sources {
    /// Returns the answer as a JSON value. Keys and lists stand in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let [thefts, labelled] = self.asked;
        let of_way =
            |exchange| self.transfers.iter().filter(move |it| (it.way == AskedWay::Exchange) == exchange);
        json!({
            "address": self.address,
            "chain": self.chain,
            "rule": self.rule,
            "order_told": self.is_order_told,
            "cut": {"thefts": cut(self.cut[0]), "labelled": cut(self.cut[1])},
            "purses": self.purses.iter().map(|it| purse(it, thefts, labelled)).collect::<Vec<_>>(),
            "transfers": of_way(false).map(transfer).collect::<Vec<_>>(),
            "exchanges": of_way(true).map(transfer).collect::<Vec<_>>(),
        })
    }
}

fn cut(cut: Cut) -> Value {
    json!({"hubs": cut.hubs, "hops": cut.hops, "dust": cut.dust})
}

fn symbol(token: &Option<Token>) -> Option<&String> {
    token.as_ref().map(|token| &token.symbol)
}

fn decimals(token: &Option<Token>) -> Option<u8> {
    token.as_ref().map(|token| token.decimals)
}

fn purse(it: &SourcePurse, thefts: bool, labelled: bool) -> Value {
    let received = [it.received, it.other_received.unwrap_or(it.received)];
    json!({
        "asset": it.asset,
        "symbol": symbol(&it.token),
        "decimals": decimals(&it.token),
        "received": it.received.to_string(),
        "other_order_received": it.other_received.map(|received| received.to_string()),
        "gap": it.gap.map(|gap| gap.to_string()),
        "other_order_gap": it.other_gap.map(|gap| gap.to_string()),
        "thefts": thefts.then(|| part(&it.thefts, received)),
        "labelled": labelled.then(|| part(&it.labelled, received)),
    })
}

/// What origins brought of what was received, in input order and in the other.
fn part(part: &PartOf, received: [Amount; 2]) -> Value {
    json!({
        "origins": part.origins.iter().map(|it| origin(it, received)).collect::<Vec<_>>(),
        "rest": part.rest.map(|rest| rest.to_string()),
        "other_order_rest": part.other_rest.map(|rest| rest.to_string()),
    })
}

fn share(share: Share) -> Value {
    json!({"units": share.units.to_string(), "claim": share.claim.to_string()})
}

fn origin(it: &FromOrigin, [received, other_received]: [Amount; 2]) -> Value {
    json!({
        "origin": it.origin,
        "origin_asset": it.origin_asset,
        "came": share(it.exposure.came()),
        "per_mille": it.per_mille(received),
        "direct": share(it.exposure.direct),
        "indirect": share(it.exposure.indirect),
        "exchanged": share(it.exposure.exchanged),
        "stolen_here": share(it.exposure.here),
        "rests": share(it.exposure.rests),
        "other_order": it.other.as_ref().map(|it| other_order(it, other_received)),
        "transfers": it.transfers,
        "hops": it.hops,
        "first": it.first,
        "last": it.last,
        "route": it.route.iter().map(hop).collect::<Vec<_>>(),
    })
}

/// What comes in the other order, by the same keys.
fn other_order(it: &Exposure, received: Amount) -> Value {
    json!({
        "came": share(it.came()),
        "per_mille": share_of(it.came().units, received, 1_000),
        "direct": share(it.direct),
        "indirect": share(it.indirect),
        "exchanged": share(it.exchanged),
        "stolen_here": share(it.here),
        "rests": share(it.rests),
    })
}

fn hop(hop: &RouteHop) -> Value {
    json!({
        "transaction": hop.transaction,
        "when": hop.when,
        "from": hop.from,
        "to": hop.to,
        "asset": hop.asset,
        "value": hop.value.to_string(),
        "part": hop.part.to_string(),
        "link": if hop.is_exchange { "swap" } else { "transfer" },
    })
}

fn transfer(it: &AskedTransfer) -> Value {
    let parts = |parts: &Parts| -> Vec<Value> {
        let one = |(origin, asset, it): &(String, String, Share)| json!({"origin": origin, "origin_asset": asset, "units": it.units.to_string(), "claim": it.claim.to_string()});
        parts.iter().map(one).collect()
    };
    let [thefts, labelled] = &it.other;
    json!({
        "way": it.way.as_str(),
        "from": it.from,
        "asset": it.asset,
        "value": it.value.to_string(),
        "other_order_value": it.other_value.map(|value| value.to_string()),
        "when": it.when,
        "thefts": parts(&it.thefts),
        "labelled": parts(&it.labelled),
        "other_order_thefts": thefts.as_ref().map(parts),
        "other_order_labelled": labelled.as_ref().map(parts),
    })
}
