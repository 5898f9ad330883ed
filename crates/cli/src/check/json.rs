//! A check for a script. Amounts are strings of base units: a JSON number loses digits.

use super::words;
use dyetrace_ingest::check::gaps::{Gap, Gaps};
use dyetrace_ingest::check::{AssetFact, ChainFact, Doubt, Share, Verdict};
use dyetrace_ingest::time::format_time;
use dyetrace_ingest::{Check, InputFact};
use serde_json::{Map, Value, json};

/// Everything that the text says, and all that it cuts off.
pub(super) fn of(check: &Check<'_>) -> Value {
    let reading = check.reading;
    let ledger = &reading.ledger;
    let notes = ledger.notes();
    let share = |share: Share| json!({ "whole": share.whole, "accounts": share.of });
    let sums = check.fees.sums.iter();
    let sums: Map<_, _> =
        sums.map(|(coin, units)| (ledger.asset_name(*coin), Value::from(units.to_string()))).collect();
    let bad_row = |it: &dyetrace_ingest::Reject| json!({ "file": it.file, "line": it.line, "column": it.column, "seen": it.seen, "reason": it.reason });
    json!({
        "files": reading.facts.iter().map(file).collect::<Vec<_>>(),
        "snapshot": reading.snapshot.as_ref().map(|it| json!({ "name": it.name, "bytes": it.size, "seal": it.seal, "files": it.files, "checksums": "agree" })),
        "transfers": ledger.transfer_count(),
        "accounts": ledger.accounts().len(),
        "transactions": ledger.transactions().len(),
        "purses": ledger.purses().len(),
        "chains": check.chains.iter().map(chain).collect::<Vec<_>>(),
        "assets": check.assets.iter().map(asset).collect::<Vec<_>>(),
        "order_ambiguous": notes.order_ambiguous,
        "order": {
            "transfers": check.order.transfers, "blocks": check.order.blocks,
            "without_block": check.order.without_block,
            "without_transaction_index": check.order.without_transaction_index,
            "without_event_index": check.order.without_event_index,
        },
        "times_filled": notes.time_filled,
        "fees": sums,
        "fees_stated": check.fees.stated,
        "failures": { "told": check.failures.told, "untold": check.failures.untold },
        "history": { "native": share(check.history.native), "tokens": share(check.history.tokens) },
        "repeats": { "across_files": notes.repeated_across_files, "in_file": notes.repeated_in_file },
        "doubts": check.doubts.iter().map(doubt).collect::<Vec<_>>(),
        "bad_rows": reading.rejects.iter().map(bad_row).collect::<Vec<_>>(),
        "verdict": verdict(check.verdict()),
        "verdict_in_words": words::verdict(check),
    })
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NoTransfers => "no_transfers",
        Verdict::Good => "good",
        Verdict::Doubts(_) => "usable",
        Verdict::Bad(_) => "bad",
        Verdict::LeftOut(_) => "incomplete",
    }
}

fn file(fact: &InputFact) -> Value {
    json!({
        "name": fact.name, "dialect": fact.dialect, "about": fact.dialect().map(|it| it.about),
        "chains": fact.chains,
        "rows": fact.rows, "bad_rows": fact.rejects, "left_out": fact.left_out, "bytes": fact.size,
        "sha256": Some(&fact.sha256).filter(|hash| !hash.is_empty()),
        "first_block": fact.first_block, "last_block": fact.last_block,
        "first_time": fact.first_time.map(format_time), "last_time": fact.last_time.map(format_time),
        "columns_not_read": fact.passed_over, "notes": fact.notes,
    })
}

fn chain(fact: &ChainFact) -> Value {
    let in_files = fact.gaps.iter();
    let in_files = in_files.map(|(dialect, gaps)| json!({ "dialect": dialect, "usual_distance": gaps.usual, "count": gaps.count, "longest": longest(gaps) }));
    json!({
        "chain": fact.chain, "transfers": fact.transfers, "blocks": fact.blocks,
        "first_block": fact.block_span.map(|span| span.0), "last_block": fact.block_span.map(|span| span.1),
        "first_time": fact.time_span.map(|span| format_time(span.0)),
        "last_time": fact.time_span.map(|span| format_time(span.1)),
        "blocks_without_time": fact.untimed_blocks, "transfers_without_time": fact.untimed_transfers,
        "longest_silence": fact.silence.map(|it| json!({ "seconds": it.to - it.from, "from": format_time(it.from), "to": format_time(it.to) })),
        "gaps": in_files.collect::<Vec<_>>(),
    })
}

fn longest(gaps: &Gaps) -> Vec<Value> {
    let gap = |gap: &Gap| {
        json!({
            "first_block": gap.first, "last_block": gap.last, "blocks": gap.blocks(),
            "after": gap.after.map(format_time), "before": gap.before.map(format_time),
        })
    };
    gaps.longest.iter().map(gap).collect()
}

fn asset(fact: &AssetFact) -> Value {
    json!({
        "asset": fact.name, "symbol": fact.token.as_ref().map(|token| &token.0),
        "decimals": fact.token.as_ref().map(|token| token.1),
        "transfers": fact.transfers, "units": fact.units.to_string(),
    })
}

fn doubt(doubt: &Doubt) -> Value {
    let places = words::places(doubt).into_iter().map(|(file, line)| json!({ "file": file, "line": line }));
    let mut value = json!({
        "kind": doubt.kind(),
        "detail": words::doubt(doubt),
        "files": doubt.files(),
        "places": places.collect::<Vec<_>>(),
    });
    if let Doubt::Gaps { gaps, .. } = doubt {
        value["longest"] = longest(gaps).into();
    }
    value
}
