//! What a check found, in words: the same in text and JSON.

use dyetrace_core::AssetId;
use dyetrace_core::ledger::Ambiguity;
use dyetrace_ingest::check::gaps::{Gap, Gaps};
use dyetrace_ingest::check::{AssetFact, Doubt, RunsBack, Share, Verdict};
use dyetrace_ingest::time::format_time;
use dyetrace_ingest::{Check, PageLimit};
use dyetrace_report::display::{coins, grouped, plain};

/// How many files are named in a sentence.
const NAMED: usize = 3;

/// A count with the word for what is counted.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{} {many}", number_of(number)),
    }
}

/// A number with a comma before every three digits.
pub(super) fn number_of(number: u64) -> String {
    grouped(&number.to_string())
}

/// A sum of an asset in whole coins with its symbol, or in base units.
pub(super) fn sum(asset: &AssetFact) -> String {
    match &asset.token {
        Some((symbol, decimals)) => format!("{} {}", coins(asset.units, *decimals), plain(symbol, 12)),
        None => format!("{} base units", grouped(&asset.units.to_string())),
    }
}

/// The sum of fees of one coin.
fn fee_sum(check: &Check<'_>, coin: AssetId, units: dyetrace_core::Amount) -> String {
    let ledger = &check.reading.ledger;
    let asset = ledger.assets().get(coin);
    match check.reading.tokens.get(ledger.chain_name(asset.chain), None) {
        Some(token) => format!("{} {}", coins(units, token.decimals), plain(&token.symbol, 12)),
        None => format!("{} base units of {}", grouped(&units.to_string()), ledger.asset_name(coin)),
    }
}

/// Some names, the first few of many.
fn names(files: &[String]) -> String {
    let mut text = files.iter().take(NAMED).map(|name| plain(name, 80)).collect::<Vec<_>>().join(", ");
    if files.len() > NAMED {
        text.push_str(&format!(" and {} more", number_of((files.len() - NAMED) as u64)));
    }
    text
}

/// Some files with their verb: `a.csv ends`, `3 files (a.csv, …) end`.
fn files_do(files: &[String], does: &str, all_do: &str) -> String {
    match files {
        [file] => format!("{} {does}", plain(file, 80)),
        _ => format!("{} files ({}) {all_do}", number_of(files.len() as u64), names(files)),
    }
}

/// What the order of transfers rests on.
pub(super) fn order(order: &Ambiguity) -> String {
    if order.transfers == 0 {
        return "known wherever it matters".to_owned();
    }
    format!(
        "not told for {} of one purse in the same {}",
        count(order.transfers, "transfer", "transfers"),
        if order.without_block > 0 { "second" } else { "block" }
    )
}

/// What fees are stated.
pub(super) fn fees(check: &Check<'_>) -> String {
    if check.fees.stated == 0 {
        return if check.moves_native() {
            "not stated".to_owned()
        } else {
            "not stated; they are paid in native coins, which these files do not hold".to_owned()
        };
    }
    let of = check.reading.ledger.transactions().len() as u64;
    let mut text = format!("stated for {} of {} transactions", number_of(check.fees.stated), number_of(of));
    for (coin, units) in &check.fees.sums {
        text.push_str(&format!(", {}", fee_sum(check, *coin, *units)));
    }
    text
}

/// Whether failed transactions can be told.
pub(super) fn failures(check: &Check<'_>) -> String {
    let failures = &check.failures;
    match (failures.told.is_empty(), failures.untold.is_empty()) {
        (_, false) => format!("cannot be told in {}", names(&failures.untold)),
        (false, true) => "told by the files: what failed moves nothing".to_owned(),
        (true, true) if check.moves_native() => {
            "not spoken of: every row counts as having happened".to_owned()
        }
        (true, true) => "no question: what failed leaves no token transfer".to_owned(),
    }
}

/// Whose whole history the files hold.
pub(super) fn history(check: &Check<'_>) -> String {
    let share = |share: Share, what: &str| match share {
        Share { of: 0, .. } => None,
        Share { whole, of } if whole == of => {
            Some(format!("{what}: taken as whole for all {}", count(of, "account", "accounts")))
        }
        Share { whole, of } => Some(format!(
            "{what}: taken as whole for {} of {}",
            number_of(whole),
            count(of, "account", "accounts")
        )),
    };
    let parts = [share(check.history.native, "native coin"), share(check.history.tokens, "tokens")];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    if text.is_empty() { "no accounts".to_owned() } else { text }
}

/// What stands more than once.
pub(super) fn repeats(check: &Check<'_>) -> String {
    let notes = check.reading.ledger.notes();
    let across = match notes.repeated_across_files {
        0 => None,
        rows => {
            Some(format!("{} in another file too: counted once", count(rows, "row stands", "rows stand")))
        }
    };
    let within = match notes.repeated_in_file {
        0 => None,
        rows => Some(format!("{} another row of the same file", count(rows, "row repeats", "rows repeat"))),
    };
    let text = [across, within].into_iter().flatten().collect::<Vec<_>>().join("; ");
    if text.is_empty() { "no row stands twice".to_owned() } else { text }
}

/// What times there are.
pub(super) fn times(check: &Check<'_>) -> String {
    let [untimed, transfers] = check
        .chains
        .iter()
        .fold([0, 0], |[untimed, all], chain| [untimed + chain.untimed_transfers, all + chain.transfers]);
    let filled = check.reading.ledger.notes().time_filled;
    let text = match untimed {
        0 => "every transfer has one".to_owned(),
        _ if untimed == transfers => "none: a theft can be dated by its block only".to_owned(),
        _ => format!("missing for {} of {} transfers", number_of(untimed), number_of(transfers)),
    };
    match filled {
        0 => text,
        _ => format!("{text}; {} from another row of the same block", count(filled, "is taken", "are taken")),
    }
}

/// A doubt in one or two sentences, without its places.
pub(super) fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Cut { limit: PageLimit { rows, by: Some(by) }, files } => {
            let ends = format!("exactly {} rows, where {by} without a word", number_of(*rows));
            let look = "The rest may be missing, unless it stands in a further file.";
            format!("{}. {look}", files_do(files, &format!("has {ends}"), &format!("have {ends}")))
        }
        Doubt::Cut { limit: PageLimit { rows, by: None }, files } => {
            let ends = format!("exactly {} rows", number_of(*rows));
            let has = files_do(files, &format!("has {ends}"), &format!("have {ends}"));
            format!("{has}: it looks cut. Queries and exports often stop at round numbers, data seldom do.")
        }
        Doubt::NoRows { files } => format!(
            "{} no row: an export that found nothing, or one that failed",
            files_do(files, "holds", "hold")
        ),
        Doubt::Gaps { of, dialect, gaps } => gaps_in(of, dialect, gaps),
        Doubt::TimesRunBack { rows, first } => times_run_back(*rows, first.as_ref()),
        Doubt::NoTimes { chain, transfers, of } => {
            let which = if transfers == of {
                format!("no transfer of {chain} has a time")
            } else {
                format!(
                    "a time is missing for {} of {} transfers of {chain}",
                    number_of(*transfers),
                    number_of(*of)
                )
            };
            format!("{which}. Name the file of blocks (`blocks.csv`) beside the transfers.")
        }
        Doubt::Repeats { rows, transfers, .. } => format!(
            "{} another row of the same file word for word ({}): kept, as real. Look whether the export wrote \
             rows twice.",
            count(*rows, "row repeats", "rows repeat"),
            count(*transfers, "transfer", "transfers")
        ),
        Doubt::Order(order) => doubtful_order(order),
        Doubt::NoFees => {
            "native coins move, but no fee is stated: balances come out higher than they were".to_owned()
        }
        Doubt::FailuresUntold { files } => format!(
            "in {} a failed transaction looks like the rest and would move money. Name the receipts beside it.",
            names(files)
        ),
        Doubt::NoInternal { files } => format!(
            "{} transactions alone, and no file what contracts moved inside them (internal transfers): name traces, \
             or the export of internal transfers, beside it",
            files_do(files, "tells", "tell")
        ),
        Doubt::CountedTwice { files } => format!(
            "{} delegate calls, which move nothing, as amounts like the others: use cryo's traces instead",
            files_do(files, "holds", "hold")
        ),
        Doubt::NobodyWhole => {
            "the files hold nobody's whole history: what an account did beside is not known".to_owned()
        }
        Doubt::Rows(warning) => {
            format!("{}: what stands there {}", count(warning.count, "row", "rows"), warning.reason)
        }
    }
}

/// The file and line of the first few rows of a doubt.
pub(super) fn places(doubt: &Doubt) -> Vec<(String, u64)> {
    match doubt {
        Doubt::Repeats { first, .. } => first.iter().map(|[place, _]| place.clone()).collect(),
        Doubt::TimesRunBack { first: Some(first), .. } => vec![first.place.clone()],
        Doubt::Rows(warning) => warning.first.iter().map(|it| (it.file.clone(), it.line)).collect(),
        _ => Vec::new(),
    }
}

/// The places of a doubt, each with what is to be seen there.
pub(super) fn places_in_words(doubt: &Doubt) -> Vec<String> {
    match doubt {
        Doubt::Repeats { first, .. } => {
            first.iter().map(|[(file, line), (_, of)]| format!("{file}, line {line}: as line {of}")).collect()
        }
        Doubt::TimesRunBack { .. } => {
            places(doubt).iter().map(|(file, line)| format!("{file}, line {line}")).collect()
        }
        Doubt::Gaps { gaps, .. } => gaps.longest.iter().map(gap).collect(),
        Doubt::Rows(warning) => {
            let shown = warning.first.iter().take(dyetrace_ingest::check::PLACES);
            let seen = |seen: &str| if seen.is_empty() { String::new() } else { format!(": {seen}") };
            shown.map(|it| format!("{}, line {}{}", it.file, it.line, seen(&it.seen))).collect()
        }
        _ => Vec::new(),
    }
}

fn gaps_in(of: &str, dialect: &str, gaps: &Gaps) -> String {
    let stretches = count(gaps.count, "long stretch of blocks", "long stretches of blocks");
    let usual = match gaps.usual {
        1 => "elsewhere every block, or nearly every one, has rows".to_owned(),
        usual => format!("elsewhere blocks with rows are {} apart", number_of(usual)),
    };
    if dialect == "blocks" {
        return format!("{of} lacks {stretches}; {usual}. What moved there has no time.");
    }
    format!("{of}: {stretches} without a row of {dialect}; {usual}. A part of the export may be missing.")
}

fn gap(gap: &Gap) -> String {
    let times = gap.after.zip(gap.before);
    let times = times.map(|(after, before)| format!(", {} to {}", format_time(after), format_time(before)));
    format!("blocks {} to {} ({}){}", gap.first, gap.last, number_of(gap.blocks()), times.unwrap_or_default())
}

fn times_run_back(rows: u64, first: Option<&RunsBack>) -> String {
    let first = first.map_or_else(String::new, |first| {
        let block = first.block.map_or_else(String::new, |block| format!("block {block}, "));
        format!(" First: {block}{} after {}.", format_time(first.time), format_time(first.before))
    });
    let have = count(rows, "transfer has", "transfers have");
    format!("{have} an earlier time than a block before it. Order is by block, not by time.{first}")
}

fn doubtful_order(order: &Ambiguity) -> String {
    let mut columns = Vec::new();
    let mut needs = |without: u64, column| {
        if without > 0 {
            columns.push(column);
        }
    };
    needs(order.without_block, "block numbers");
    needs(order.without_transaction_index, "`transaction_index`");
    needs(order.without_event_index, "`log_index` (or `event_index`)");
    let settles = if columns.is_empty() {
        String::new()
    } else {
        format!(" A file with {} would settle it.", columns.join(" and "))
    };
    format!(
        "the order of {} that touch one purse, in {}, is not told: the order of the rows is taken, and a trace is \
         made both ways.{settles}",
        count(order.transfers, "transfer", "transfers"),
        if order.without_block > 0 {
            count(order.blocks, "block or second", "blocks or seconds")
        } else {
            count(order.blocks, "block", "blocks")
        }
    )
}

/// The last line.
pub(super) fn verdict(check: &Check<'_>) -> String {
    let doubts = match check.doubts.len() as u64 {
        0 => String::new(),
        doubts => format!(", and {}", count(doubts, "doubt", "doubts")),
    };
    match check.verdict() {
        Verdict::NoTransfers => format!("no transfers: nothing to trace by itself{doubts}"),
        Verdict::Good => "good for a trace".to_owned(),
        Verdict::Doubts(doubts) => format!("usable, with {}", count(doubts as u64, "doubt", "doubts")),
        Verdict::Bad(rows) => {
            format!("{}: a trace would stop at the first{doubts}", count(rows as u64, "bad row", "bad rows"))
        }
        Verdict::LeftOut(rows) => format!(
            "{} left out of the snapshot: a trace would not be complete{doubts}",
            count(rows as u64, "bad row was", "bad rows were")
        ),
    }
}
