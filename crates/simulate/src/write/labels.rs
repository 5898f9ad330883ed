//! `labels.csv`: as much of the truth as labels tell, which is little.

use super::Order;
use super::file::Lines;
use super::folder::Folder;
use crate::error::Error;
use crate::params::LabelShares;
use crate::party::{Kind, Party, address};
use crate::truth::Outcome;

/// The question that decides whether an account bears a label.
const QUESTION: u64 = 7;

pub(super) fn write(folder: &Folder, order: &Order<'_>, outcome: &Outcome) -> Result<(), Error> {
    let seed = order.scope.seed;
    let path = folder.path("labels.csv");
    let mut lines = Lines::create(&path, "address,chain,label,category,entity,source,as_of,confidence")?;
    let exchanges = order.parameters.economy.exchanges;
    for party in outcome.parties() {
        let Some((share, label, category, entity)) = label(order, party, exchanges) else { continue };
        if party.fate(seed, QUESTION) % 1000 < share {
            lines.hex(&address(seed, party)).text(",,").text(&label).comma().text(category).comma();
            lines.text(&entity).text(",simulated,2022-06-01,70").end()?;
        }
    }
    for theft in &outcome.thefts {
        lines.hex(&address(seed, theft.seed)).text(",,").text(&theft.id).text(" thief,theft,");
        lines.text(&theft.id).text(",simulated,2022-06-01,95").end()?;
    }
    lines.finish()
}

/// How often a party is labelled, in thousandths, and how: label, category, entity.
fn label(order: &Order<'_>, party: Party, exchanges: u64) -> Option<(u64, String, &'static str, String)> {
    let LabelShares { hot, cold, deposit, dex, bridge, mixer, processor, business } = order.parameters.labels;
    let number = party.number();
    let of_exchange = |share: u64, what: &str, category: &'static str| {
        let name = exchange_name(exchange_of(order.scope.seed, party, exchanges));
        Some((share, format!("{name} {what}"), category, name))
    };
    match party.kind() {
        Kind::Hot => of_exchange(hot, "hot wallet", "exchange"),
        Kind::Cold => of_exchange(cold, "cold wallet", "exchange"),
        Kind::Deposit => of_exchange(deposit, "deposit", "exchange_deposit"),
        Kind::Pool => Some((dex, format!("Pool {number}"), "dex", "Swaps".to_owned())),
        Kind::Router => Some((dex, format!("Router {number}"), "dex", "Swaps".to_owned())),
        Kind::Bridge => Some((bridge, "Bridge".to_owned(), "bridge", "Bridge".to_owned())),
        Kind::Mixer => Some((mixer, format!("Mixer {number}"), "mixer", "Mixer".to_owned())),
        Kind::Processor => {
            Some((processor, format!("Processor {number}"), "payment", format!("Processor {number}")))
        }
        Kind::Merchant => Some((business, format!("Shop {number}"), "other", format!("Shop {number}"))),
        Kind::Desk => Some((business, format!("Desk {number}"), "service", format!("Desk {number}"))),
        _ => None,
    }
}

/// The exchange of a hot or cold wallet, or of a deposit account.
pub(super) fn exchange_of(seed: u64, party: Party, exchanges: u64) -> u64 {
    match party.kind() {
        Kind::Deposit => party.as_kind(Kind::Person).fate(seed, 2) % exchanges,
        _ => party.number(),
    }
}

/// What an exchange is called.
pub(super) fn exchange_name(exchange: u64) -> String {
    format!("Exchange {}", exchange + 1)
}
