//! The explanation for a script. Amounts are strings of base units: a JSON number loses digits.

use super::purse::{Crossing, Explanation, Hop, Origin, PurseStory, Rest, Route, Sums};
use serde_json::{Value, json};

impl Explanation {
    /// Returns the explanation as a JSON value. Keys and lists stand in a fixed order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "format": "dyetrace-explain",
            "format_version": 1,
            "address": self.address,
            "rules": self.rules,
            "purses": self.purses.iter().map(|story| self.story(story)).collect::<Vec<_>>(),
            "notes": self.notes,
        })
    }

    fn story(&self, story: &PurseStory) -> Value {
        let holding = story.holding.as_ref().map(|it| {
            let place = it.place.as_ref();
            let place = place
                .map(|[route, holder, basis]| json!({"route_id": route, "holder": holder, "basis": basis}));
            json!({
                "label": it.label, "category": it.category, "state": it.state, "stop": it.stop,
                "balance": it.balance.to_string(), "hops": it.hops, "grade": it.grade, "place": place,
            })
        });
        let sums: serde_json::Map<String, Value> =
            self.rules.iter().cloned().zip(story.sums.iter().map(sums)).collect();
        let moves = story.moves.iter().map(|it| {
            let mut hop = hop(&it.transfer);
            hop["direction"] = if it.came { "in" } else { "out" }.into();
            hop
        });
        let Rest { count, came, went } = story.more;
        json!({
            "theft": story.theft,
            "stolen_asset": story.stolen_asset,
            "stolen_symbol": story.stolen_token.as_ref().map(|token| &token.symbol),
            "stolen_decimals": story.stolen_token.as_ref().map(|token| token.decimals),
            "chain": story.chain,
            "asset": story.asset,
            "symbol": story.token.as_ref().map(|token| &token.symbol),
            "decimals": story.token.as_ref().map(|token| token.decimals),
            "holding": holding,
            "sums": sums,
            "rule": self.rules[story.rule],
            "transfers": moves.collect::<Vec<_>>(),
            "more_transfers": {"count": count, "in": came.to_string(), "out": went.to_string()},
            "claim": story.claims.came.to_string(),
            "without_claim": story.claims.without.to_string(),
            "routes": story.routes.iter().map(route).collect::<Vec<_>>(),
            "names": story
                .names
                .iter()
                .map(|it| json!({"chain": it.chain, "address": it.address, "label": it.label, "category": it.category}))
                .collect::<Vec<_>>(),
        })
    }
}

fn sums(sums: &Sums) -> Value {
    json!({
        "came": sums.came.to_string(),
        "received": sums.received.to_string(),
        "unseen": sums.unseen.to_string(),
        "got_in_exchanges": sums.got.to_string(),
        "given_in_exchanges": sums.given.to_string(),
        "went": sums.went.to_string(),
        "fees": sums.fees.to_string(),
        "burned": sums.burned.to_string(),
        "dust": sums.dust.to_string(),
        "rests": sums.rests.to_string(),
    })
}

fn route(route: &Route) -> Value {
    let origin = match &route.origin {
        Origin::Here => json!({"kind": "here"}),
        Origin::Theft { kind, transaction } => json!({"kind": kind, "transaction": transaction}),
    };
    json!({
        "amount": route.amount.to_string(),
        "claim": route.claim.to_string(),
        "grade": route.grade,
        "origin": origin,
        "hops": route.hops.iter().map(hop).collect::<Vec<_>>(),
    })
}

fn hop(hop: &Hop) -> Value {
    let crossing = hop.leg.as_ref().map(|leg| &leg.crossing);
    let side = hop.leg.as_ref().map(|leg| if leg.gives { "given" } else { "got" });
    let (word, link) = match crossing {
        None => ("", None),
        Some(Crossing::Exchange) => ("swap", None),
        Some(Crossing::Link(link)) => {
            let said = json!({
                "method": link.method, "band": link.band, "link_confidence": link.confidence, "grade": link.grade,
                "candidates": link.candidates, "told_by": link.told_by,
            });
            (link.method.as_str(), Some(said))
        }
    };
    json!({
        "chain": hop.chain,
        "transaction": hop.transaction,
        "block": hop.block,
        "time": hop.time,
        "from": hop.from,
        "to": hop.to,
        "asset": hop.asset,
        "symbol": hop.token.as_ref().map(|token| &token.symbol),
        "decimals": hop.token.as_ref().map(|token| token.decimals),
        "value": hop.value.to_string(),
        "taint": hop.taint.to_string(),
        "claim": hop.claim.to_string(),
        "grade": hop.grade,
        "link": word,
        "side": side,
        "followed_link": link,
    })
}
