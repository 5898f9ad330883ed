//! The evidence of a request: the transfers that brought the money, the way it came, and what may have left again.

use super::explorer::transaction_link;
use super::gather::Asked;
use super::incident::transaction_hash;
use super::pack::{Hop, LeadRow, OTHER_VENUE, Transfer};
use crate::cell::{iso, when};
use crate::price::{Cents, price_text};
use crate::step::{Step, steps};
use crate::table::{at, chain_of};
use crate::worth::of_holding;
use dyetrace_core::{AccountId, PurseId};

/// What brought stolen money to the targets, in their order, and what took some of it away again.
pub(super) fn transfers(asked: &Asked<'_>) -> Vec<Transfer> {
    let (input, columns) = (&asked.report.input, asked.report.input.ledger.columns());
    let ledger = input.ledger;
    let mut rows = Vec::new();
    for (number, &finding) in (1..).zip(asked.findings) {
        let holding = asked.report.findings()[finding].holding;
        let came = asked.report.arrivals_at(holding).iter().map(|arrival| (arrival, true));
        let went = of_holding(asked.departures, holding).iter().map(|arrival| (arrival, false));
        for (arrival, comes) in came.chain(went) {
            let place = at(arrival.place);
            let chain = ledger.chain_name(chain_of(ledger, place));
            let asset = ledger.purses().asset(input.trace.holdings.purse[holding]);
            let value = arrival.exchanged.unwrap_or_else(|| columns.value.get(place));
            // An exchange is from the account to itself, as in flows.csv.
            let own = arrival.exchanged.map(|_| input.trace.holdings.purse[holding]);
            let hash = transaction_hash(asked, place);
            let quote = arrival.quote.as_ref().map(|(quote, _)| quote);
            let dollars: Option<Vec<Cents>> =
                (0..arrival.units.len()).map(|rule| arrival.worth(rule)).collect();
            rows.push(Transfer {
                target: number,
                direction: if comes { "in" } else { "out" },
                kind: arrival.posted.map_or("transfer", |kind| kind.as_str()),
                chain: chain.to_owned(),
                block_number: columns.block(place),
                transaction_index: ledger.transactions().index(columns.transaction[place]),
                event_index: columns.event_index(place),
                block_timestamp: when(ledger, arrival.place),
                explorer: transaction_link(chain, &hash),
                transaction_hash: hash,
                from_address: address(asked, own.unwrap_or(columns.from[place])),
                to_address: address(asked, own.unwrap_or(columns.to[place])),
                asset: asked.asset_name(asset),
                symbol: asked.symbol(asset),
                decimals: asked.decimals(asset),
                value: value.to_string(),
                value_shown: asked.shown(asset, value),
                by_rule: asked.by_rule(arrival.units.iter().map(ToString::to_string)),
                shown_by_rule: asked.by_rule(arrival.units.iter().map(|&units| asked.shown(asset, units))),
                price: quote.map(|quote| price_text(quote.usd)),
                price_time: quote.map(|quote| iso(quote.time)),
                price_source: quote.map(|quote| quote.source.clone()),
                usd_by_rule: dollars.map(|all| asked.by_rule(all.into_iter().map(Cents::to_plain))),
            });
        }
    }
    rows
}

/// How the money came from the theft to each target.
pub(super) fn path(asked: &Asked<'_>) -> Vec<Hop> {
    let input = &asked.report.input;
    let ledger = input.ledger;
    let mut hops = Vec::new();
    for (number, &at_finding) in (1..).zip(asked.findings) {
        let finding = &asked.report.findings()[at_finding];
        let rule = input.trace.holdings.shares.telling_rule(finding.holding);
        let mut number_of_hop = 0;
        for evidence in &finding.route {
            for Step { place, from, to, value, taint, link } in steps(input, evidence, rule) {
                let chain = ledger.chain_name(chain_of(ledger, place));
                let hash = transaction_hash(asked, place);
                let asset = ledger.purses().asset(to);
                number_of_hop += 1;
                hops.push(Hop {
                    target: number,
                    route_id: format!("R{}", at_finding + 1),
                    hop: number_of_hop,
                    chain: chain.to_owned(),
                    block_timestamp: when(ledger, place as u64),
                    explorer: transaction_link(chain, &hash),
                    transaction_hash: hash.clone(),
                    from_address: address(asked, from),
                    from_label: label(asked, from),
                    to_address: address(asked, to),
                    to_label: label(asked, to),
                    asset: asked.asset_name(asset),
                    symbol: asked.symbol(asset),
                    decimals: asked.decimals(asset),
                    value: value.to_string(),
                    value_shown: asked.shown(asset, value),
                    taint: taint.to_string(),
                    taint_shown: asked.shown(asset, taint),
                    rule: input.trace.rules[rule].as_str(),
                    grade: evidence.grade.as_str(),
                    link: link.to_owned(),
                });
            }
        }
    }
    hops
}

/// The address behind a purse as the addressee may see it; empty for none.
fn address(asked: &Asked<'_>, purse: PurseId) -> String {
    let shown = |account: AccountId| {
        let hidden = asked.is_of_another_venue(account);
        let address = || asked.report.input.ledger.purse_address(purse).to_string();
        if hidden { OTHER_VENUE.to_owned() } else { address() }
    };
    asked.account(purse).map(shown).unwrap_or_default()
}

/// The strongest label of an account as the addressee may see it; empty for none.
fn label(asked: &Asked<'_>, purse: PurseId) -> String {
    let shown = |account: AccountId| {
        if asked.is_of_another_venue(account) {
            return OTHER_VENUE.to_owned();
        }
        let label = asked.report.input.labels.strongest(account);
        label.map(|label| label.holder().to_owned()).unwrap_or_default()
    };
    asked.account(purse).map(shown).unwrap_or_default()
}

/// What the addressee paid out soon after, about as much: questions.
pub(super) fn leads(asked: &Asked<'_>) -> Vec<LeadRow> {
    let (report, ledger) = (asked.report, asked.report.input.ledger);
    let columns = ledger.columns();
    let wanted: Vec<PurseId> = asked
        .findings
        .iter()
        .map(|&at| report.input.trace.holdings.purse[report.findings()[at].holding])
        .collect();
    let theirs = report.leads.rows.iter().filter(|lead| wanted.contains(&columns.to[lead.deposit]));
    let row = |lead: &crate::leads::Lead| {
        let time = |place: usize| columns.time(place).map(iso).unwrap_or_default();
        let asset = |place: usize| ledger.purses().asset(columns.to[place]);
        LeadRow {
            theft: report.input.trace.theft_of(lead.class).to_owned(),
            deposit_address: address(asked, columns.to[lead.deposit]),
            deposit_transaction: transaction_hash(asked, lead.deposit),
            deposited_at: time(lead.deposit),
            deposited_asset: asked.asset_name(asset(lead.deposit)),
            deposited: columns.value.get(lead.deposit).to_string(),
            withdrawal_transaction: transaction_hash(asked, lead.withdrawal),
            withdrawn_at: time(lead.withdrawal),
            recipient: address(asked, columns.to[lead.withdrawal]),
            withdrawn_asset: asked.asset_name(asset(lead.withdrawal)),
            withdrawn: columns.value.get(lead.withdrawal).to_string(),
            candidates: lead.candidates,
            placebo: report.leads.venues[lead.venue].placebo.rate(),
        }
    };
    theirs.map(row).collect()
}
