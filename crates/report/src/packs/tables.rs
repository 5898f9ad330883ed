//! The tables of a request, in the form of all our tables: text that a spreadsheet would run is defused.

use super::pack::{ByRule, Pack};
use crate::cell::Table;
use std::io::{self, Write};

/// `request.csv`: a row is an account and asset to be stopped.
pub(super) fn write_targets(pack: &Pack, to: impl Write) -> io::Result<()> {
    let names = |of: fn(&str) -> String| {
        let rules = pack.targets.first().map_or(&[][..], |target| &target.by_rule.0);
        rules.iter().map(move |(rule, _)| of(rule)).collect::<Vec<_>>()
    };
    let mut columns: Vec<String> = [
        "target",
        "rank",
        "holder",
        "holder_kind",
        "theft",
        "chain",
        "chain_id",
        "address",
        "address_checksum",
        "memo",
        "uid",
        "asset",
        "symbol",
        "decimals",
        "issuer_control",
        "state",
        "state_in_words",
        "still_there",
        "rule",
        "tainted_min",
        "tainted_rule",
        "tainted_max",
        "robust",
        "tainted_min_shown",
        "tainted_rule_shown",
        "tainted_max_shown",
        "usd_min",
        "usd_rule",
        "usd_max",
    ]
    .map(str::to_owned)
    .into();
    columns.extend(names(str::to_owned));
    columns.extend(names(|rule| format!("arrived_{rule}")));
    columns.extend(names(|rule| format!("left_{rule}")));
    columns.extend(
        [
            "claim",
            "stolen_asset",
            "share_of_received",
            "gross_received",
            "other_thefts",
            "balance",
            "data_end_block",
            "data_end_time",
            "first_taint",
            "first_block",
            "last_taint",
            "last_block",
            "deposits",
            "swept_to",
            "swept_at",
            "sweep_transaction",
            "minutes_to_sweep",
            "grade",
            "weakest_link",
            "measured_false_rate",
            "hops",
            "route_id",
            "same_payers",
            "basis",
            "competing_explanation",
            "question",
        ]
        .map(str::to_owned),
    );
    let mut table = Table::new(to, columns)?;
    for it in &pack.targets {
        table.number(it.target as u64);
        table.number(it.rank as u64);
        table.text(&pack.holder);
        table.text(it.holder_kind);
        for text in [&it.theft, &it.chain, it.chain_id, &it.address, &it.address_checksum, &it.memo, &it.uid]
        {
            table.text(text);
        }
        table.text(&it.asset);
        table.text(&it.symbol);
        table.known(it.decimals.map(u64::from));
        for text in [&it.issuer_control, it.state, &it.state_in_words, it.still_there, pack.engine.rule] {
            table.text(text);
        }
        for text in [&it.tainted_min, &it.tainted_rule, &it.tainted_max] {
            table.text(text);
        }
        table.perhaps(it.robust.as_deref());
        for text in [&it.tainted_min_shown, &it.tainted_rule_shown, &it.tainted_max_shown] {
            table.text(text);
        }
        for text in [&it.usd_min, &it.usd_rule, &it.usd_max] {
            table.perhaps(text.as_deref());
        }
        for by_rule in [&it.by_rule, &it.arrived_by_rule, &it.left_by_rule] {
            by_rule.0.iter().for_each(|(_, amount)| table.text(amount));
        }
        table.perhaps(it.claim.as_deref());
        table.text(&it.stolen_asset);
        table.perhaps(it.share_of_received.as_deref());
        for text in [&it.gross_received, &it.other_thefts, &it.balance] {
            table.text(text);
        }
        table.known(it.data_end_block);
        table.text(&it.data_end_time);
        table.text(&it.first_taint);
        table.known(it.first_block);
        table.text(&it.last_taint);
        table.known(it.last_block);
        table.number(it.deposits);
        for text in [&it.swept_to, &it.swept_at, &it.sweep_transaction] {
            table.text(text);
        }
        table.known(it.minutes_to_sweep.and_then(|minutes| u64::try_from(minutes).ok()));
        for text in [it.grade, &it.weakest_link, &it.measured_false_rate] {
            table.text(text);
        }
        table.number(u64::from(it.hops));
        table.text(&it.route_id);
        let same: Vec<String> = it.same_payers.iter().map(ToString::to_string).collect();
        table.text(&same.join(" "));
        for text in [&it.basis, &it.competing_explanation, it.question] {
            table.text(text);
        }
        table.end()?;
    }
    table.finish()
}

/// `transfers.csv`: a row is a transfer that brought stolen money to a target, or took some of it away.
pub(super) fn write_transfers(pack: &Pack, to: impl Write) -> io::Result<()> {
    let rules = pack.targets.first().map_or(&[][..], |target| &target.by_rule.0);
    let fixed = [
        "target",
        "direction",
        "kind",
        "chain",
        "block_number",
        "transaction_index",
        "event_index",
        "block_timestamp",
        "transaction_hash",
        "from_address",
        "to_address",
        "asset",
        "symbol",
        "decimals",
        "value",
        "value_shown",
    ];
    let units = rules.iter().map(|(rule, _)| (*rule).to_owned());
    let dollars = rules.iter().map(|(rule, _)| format!("usd_{rule}"));
    let prices = ["price", "price_time", "price_source"].map(str::to_owned);
    let columns = fixed.map(str::to_owned).into_iter().chain(units).chain(prices).chain(dollars);
    let mut table = Table::new(to, columns.chain(["explorer".to_owned()]))?;
    for it in &pack.transfers {
        table.number(it.target as u64);
        table.text(it.direction);
        table.text(it.kind);
        table.text(&it.chain);
        table.known(it.block_number);
        table.known(it.transaction_index);
        table.known(it.event_index);
        for text in [
            &it.block_timestamp,
            &it.transaction_hash,
            &it.from_address,
            &it.to_address,
            &it.asset,
            &it.symbol,
        ] {
            table.text(text);
        }
        table.known(it.decimals.map(u64::from));
        table.text(&it.value);
        table.text(&it.value_shown);
        it.by_rule.0.iter().for_each(|(_, amount)| table.text(amount));
        for text in [&it.price, &it.price_time, &it.price_source] {
            table.perhaps(text.as_deref());
        }
        match &it.usd_by_rule {
            Some(ByRule(dollars)) => dollars.iter().for_each(|(_, cents)| table.text(cents)),
            None => it.by_rule.0.iter().for_each(|_| table.empty()),
        }
        table.text(&it.explorer);
        table.end()?;
    }
    table.finish()
}

/// `path.csv`: a row is a hop of the route from the theft to a target: the flow of funds as a table.
pub(super) fn write_path(pack: &Pack, to: impl Write) -> io::Result<()> {
    let columns = [
        "target",
        "route_id",
        "hop",
        "chain",
        "block_timestamp",
        "transaction_hash",
        "from_address",
        "from_label",
        "to_address",
        "to_label",
        "asset",
        "symbol",
        "decimals",
        "value",
        "value_shown",
        "taint",
        "taint_shown",
        "rule",
        "grade",
        "link",
        "explorer",
    ];
    let mut table = Table::new(to, columns)?;
    for it in &pack.path {
        table.number(it.target as u64);
        table.text(&it.route_id);
        table.number(it.hop as u64);
        for text in [
            &it.chain,
            &it.block_timestamp,
            &it.transaction_hash,
            &it.from_address,
            &it.from_label,
            &it.to_address,
            &it.to_label,
            &it.asset,
            &it.symbol,
        ] {
            table.text(text);
        }
        table.known(it.decimals.map(u64::from));
        for text in [
            &it.value,
            &it.value_shown,
            &it.taint,
            &it.taint_shown,
            it.rule,
            it.grade,
            &it.link,
            &it.explorer,
        ] {
            table.text(text);
        }
        table.end()?;
    }
    table.finish()
}
