//! Noise in the ledger: what was found, what of it no seed took for stolen, and payments that met a trap.

use crate::cell::when_in_words;
use crate::display::plain;
use crate::input::{Input, Limitation};
use crate::missing::counted;
use dyetrace_core::attribution::{Lure, NoiseReason};
use dyetrace_core::{AccountId, AssetId, PurseId};
use std::collections::BTreeSet;

/// How many rows of one kind are listed where nothing hangs on them; all are counted.
const LISTED: usize = 20;

/// The most letters of a token's symbol.
const MOST_LETTERS: usize = 40;

/// The rows about noise. What was set aside is listed whole: it changes the answer.
pub(crate) fn limitations(input: &Input<'_>) -> Vec<Limitation> {
    let mut rows = set_aside(input);
    rows.extend(lures(input));
    rows.extend(by_reason(input));
    rows.extend(bounded("noise_token", tokens(input)));
    rows.extend(bounded("poisoner", imitators(input)));
    rows
}

fn row(kind: &str, subject: String, detail: String) -> Limitation {
    Limitation { kind: kind.to_owned(), subject, detail }
}

/// The first rows of a kind, and how many more there are.
fn bounded(kind: &str, all: Vec<(String, String)>) -> Vec<Limitation> {
    let more = all.len().saturating_sub(LISTED);
    let mut rows: Vec<Limitation> =
        all.into_iter().take(LISTED).map(|(subject, detail)| row(kind, subject, detail)).collect();
    if more > 0 {
        rows.push(row(kind, "more".to_owned(), format!("and {more} more")));
    }
    rows
}

/// Seeds' purses into which nothing but noise came.
fn set_aside(input: &Input<'_>) -> Vec<Limitation> {
    let (ledger, noise) = (input.ledger, &input.facts.noise);
    let columns = ledger.columns();
    let of = |&(theft, purse): &(u32, PurseId)| {
        let mut reasons = BTreeSet::new();
        let (mut count, mut sum) = (0, dyetrace_core::Amount::ZERO);
        for (&place, reason) in noise.places.iter().zip(&noise.reasons) {
            let at = usize::try_from(place).expect("rows are in memory");
            if columns.to[at] == purse && ledger.moves(at) {
                reasons.insert(reason.as_str());
                count += 1;
                sum = sum.plus(columns.value.get(at));
            }
        }
        let reasons: Vec<&str> = reasons.into_iter().collect();
        let theft = &input.trace.thefts[theft as usize];
        let asset = ledger.purses().asset(purse);
        let subject = format!("{theft} {} {}", ledger.purse_address(purse), ledger.asset_name(asset));
        let detail = format!(
            "{}{sum} base units came in by {}, nothing but noise ({}): not taken for stolen. A seed that names this \
             asset takes it, and so does `--follow-noise`",
            symbol(input, asset),
            counted(count, "transfer", "transfers"),
            reasons.join(", ")
        );
        row("set_aside", subject, detail)
    };
    input.trace.set_aside.iter().map(of).collect()
}

fn symbol(input: &Input<'_>, asset: AssetId) -> String {
    let known = input.tokens.get(asset).filter(|token| !token.symbol.is_empty());
    known.map_or_else(String::new, |token| format!("symbol `{}`: ", plain(&token.symbol, MOST_LETTERS)))
}

fn account(input: &Input<'_>, account: AccountId) -> String {
    let accounts = input.ledger.accounts();
    format!("{}:{}", input.ledger.chain_name(accounts.chain(account)), accounts.address(account))
}

/// Payments to look-alikes: those that carry taint, and how many others there are. In a ledger of many accounts some look
/// alike by chance.
fn lures(input: &Input<'_>) -> Vec<Limitation> {
    let tainted: BTreeSet<u64> = input.trace.flows.place.iter().copied().collect();
    let (ours, others): (Vec<&Lure>, Vec<&Lure>) =
        input.facts.noise.lures.iter().partition(|lure| tainted.contains(&lure.place));
    let of = |lure: &Lure| {
        let columns = input.ledger.columns();
        let at = usize::try_from(lure.place).expect("rows are in memory");
        let asset = input.ledger.asset_name(input.ledger.purses().asset(columns.to[at]));
        let detail = format!(
            "was paid {} base units of {asset} by {} at {}, and looks like {}, with whom the payer had dealt before: \
             perhaps a second theft, by a trap. The payment carries taint and is followed",
            columns.value.get(at),
            input.ledger.accounts().address(lure.victim),
            when_in_words(input.ledger, lure.place),
            input.ledger.accounts().address(lure.real),
        );
        (account(input, lure.lookalike), detail)
    };
    let mut rows = bounded("lookalike", ours.into_iter().map(of).collect());
    if !others.is_empty() {
        let count = counted(others.len(), "payment", "payments");
        let detail = format!(
            "{count} to an account that looks like an earlier counterparty, without taint: two random addresses look alike \
             once in 2^28, and a large ledger holds such pairs by chance"
        );
        rows.push(row("noise", "lookalike".to_owned(), detail));
    }
    rows
}

/// How many transfers there are for each reason.
fn by_reason(input: &Input<'_>) -> Vec<Limitation> {
    let counts = input.facts.noise.counts();
    let some = NoiseReason::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    let detail = |reason: NoiseReason, count: u64| {
        let count = counted(usize::try_from(count).unwrap_or(usize::MAX), "transfer", "transfers");
        let what = match reason {
            NoiseReason::Poisoning => {
                "with an account that looks like an earlier counterparty, of nothing, next to nothing or an unknown token"
            }
            NoiseReason::Counterfeit => {
                "of tokens that bear the symbol of a known one under another contract"
            }
            NoiseReason::ZeroValue => {
                "of no units of a token, which anybody can make from anybody: they carry no taint"
            }
            NoiseReason::Airdrop => {
                "of tokens that were handed out unasked, or are named like an advertisement"
            }
            NoiseReason::Dust => "of less than `--min-amount`",
        };
        format!("{count} {what}")
    };
    some.map(|(reason, count)| row("noise", reason.to_string(), detail(reason, count))).collect()
}

/// Tokens that are noise as a whole.
fn tokens(input: &Input<'_>) -> Vec<(String, String)> {
    let of = |&(asset, reason): &(AssetId, NoiseReason)| {
        (input.ledger.asset_name(asset).to_string(), format!("{}{reason}", symbol(input, asset)))
    };
    input.facts.noise.tokens.iter().map(of).collect()
}

/// Who poisoned, those first who are, or look like, somebody who held taint.
fn imitators(input: &Input<'_>) -> Vec<(String, String)> {
    let holdings = input.trace.holdings.purse.iter().map(|&purse| input.ledger.purses().account(purse));
    let columns = input.ledger.columns();
    let places =
        input.trace.flows.place.iter().map(|&place| usize::try_from(place).expect("rows are in memory"));
    let passed = places.flat_map(|at| [columns.from[at], columns.to[at]]).filter(|&it| it != PurseId::NONE);
    let touched: BTreeSet<AccountId> =
        holdings.chain(passed.map(|purse| input.ledger.purses().account(purse))).collect();
    let mut imitators = input.facts.noise.imitators.clone();
    imitators.sort_by_key(|pair| (!touched.contains(&pair.0) && !touched.contains(&pair.1), *pair));
    let of = |(imitator, real)| {
        let real = input.ledger.accounts().address(real);
        (account(input, imitator), format!("looks like {real}: compare whole addresses"))
    };
    imitators.into_iter().map(of).collect()
}
