//! The answer for a script. Amounts are strings of base units: a JSON number loses digits.

use super::{AskedTransfer, FromOrigin, PartOf, RouteHop, SourcePurse, Sources};
use crate::input::Token;
use dyetrace_core::Amount;
use dyetrace_core::trace::{Cut, Share};
use serde_json::{Value, json};

impl Sources {
    /// Returns the answer as a JSON value. Keys and lists stand in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let [thefts, labelled] = self.asked;
        json!({
            "address": self.address,
            "chain": self.chain,
            "rule": self.rule,
            "cut": {"thefts": cut(self.cut[0]), "labelled": cut(self.cut[1])},
            "purses": self.purses.iter().map(|it| purse(it, thefts, labelled)).collect::<Vec<_>>(),
            "transfers": self.transfers.iter().map(transfer).collect::<Vec<_>>(),
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
    json!({
        "asset": it.asset,
        "symbol": symbol(&it.token),
        "decimals": decimals(&it.token),
        "received": it.received.to_string(),
        "gap": it.gap.map(|gap| gap.to_string()),
        "thefts": thefts.then(|| part(&it.thefts, it.received)),
        "labelled": labelled.then(|| part(&it.labelled, it.received)),
    })
}

fn part(part: &PartOf, received: Amount) -> Value {
    json!({
        "origins": part.origins.iter().map(|it| origin(it, received)).collect::<Vec<_>>(),
        "rest": part.rest.map(|rest| rest.to_string()),
    })
}

fn share(share: Share) -> Value {
    json!({"units": share.units.to_string(), "claim": share.claim.to_string()})
}

fn origin(it: &FromOrigin, received: Amount) -> Value {
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
        "transfers": it.transfers,
        "hops": it.hops,
        "first": it.first,
        "last": it.last,
        "route": it.route.iter().map(hop).collect::<Vec<_>>(),
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
    let parts = |parts: &[(String, String, Share)]| -> Vec<Value> {
        let one = |(origin, asset, it): &(String, String, Share)| json!({"origin": origin, "origin_asset": asset, "units": it.units.to_string(), "claim": it.claim.to_string()});
        parts.iter().map(one).collect()
    };
    json!({
        "from": it.from,
        "asset": it.asset,
        "value": it.value.to_string(),
        "when": it.when,
        "thefts": parts(&it.thefts),
        "labelled": parts(&it.labelled),
    })
}
