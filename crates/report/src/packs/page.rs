//! `request.html`: the request as a page that prints. Filled in from a template that escapes all it is given.

use super::pack::{Hop, Pack, Target, Total, Transfer};
use super::words::{GLOSSARY, METHOD};
use crate::rule_words::rule_words;
use askama::Template;
use dyetrace_core::Amount;
use dyetrace_core::trace::Rule;

/// Most targets, and most transfers of one, that the page shows; the tables hold all.
const TARGETS: usize = 200;
const TRANSFERS: usize = 50;

#[derive(Template)]
#[template(path = "request.html")]
struct Page<'a> {
    pack: &'a Pack,
    /// How many accounts of what kind, in words.
    places: String,
    targets: Vec<Shown<'a>>,
    more_targets: usize,
    totals: Vec<RuleTotal<'a>>,
    method: &'static [&'static str],
    glossary: &'static [(&'static str, &'static str)],
    /// The name of each rule, what it says, and where it comes from.
    rules: Vec<(&'static str, (&'static str, &'static str))>,
}

/// What an asset comes to under one rule.
struct RuleTotal<'a> {
    it: &'a Total,
    /// The declared rule's row.
    first: bool,
    rule: &'static str,
    shown: &'a str,
    usd: Option<&'a str>,
}

/// A transfer with its stolen part in coins.
struct ShownTransfer<'a> {
    it: &'a Transfer,
    of_rule: String,
    least: String,
    most: String,
    usd: Option<&'a str>,
}

struct Shown<'a> {
    it: &'a Target,
    /// What the addressee is asked to do, with the amounts.
    asked: String,
    /// Whether stolen money came after the first sweep.
    later: bool,
    transfers: Vec<ShownTransfer<'a>>,
    more: usize,
    /// What left again.
    went: Vec<ShownTransfer<'a>>,
    more_went: usize,
    path: &'a [Hop],
    /// Rule, arrived, left, rests: in coins.
    sums: Vec<[String; 4]>,
}

/// Writes the page of a request.
pub(super) fn page(pack: &Pack) -> String {
    let of_one =
        |one: &Transfer, next: &Transfer| (one.target, one.direction) == (next.target, next.direction);
    let transfers = pack.transfers.chunk_by(of_one);
    let transfers: Vec<&[Transfer]> = transfers.collect();
    let hops: Vec<&[Hop]> = pack.path.chunk_by(|one, next| one.target == next.target).collect();
    let shown = |it| -> Shown<'_> {
        let target: &Target = it;
        let of = |direction| {
            let theirs = transfers
                .iter()
                .find(|rows| (rows[0].target, rows[0].direction) == (target.target, direction));
            theirs.map_or(&[][..], |rows| *rows)
        };
        let (theirs, went) = (of("in"), of("out"));
        let path = hops.iter().find(|rows| rows[0].target == target.target);
        let cut = theirs.len().min(TRANSFERS);
        let sums = (0..target.by_rule.0.len()).map(|at| {
            let of = |amounts: &super::pack::ByRule| in_coins(target.decimals, &amounts.0[at].1);
            let name = target.by_rule.0[at].0.to_owned();
            [name, of(&target.arrived_by_rule), of(&target.left_by_rule), of(&target.by_rule)]
        });
        Shown {
            it: target,
            asked: asked(target, pack.engine.rule),
            later: !target.swept_at.is_empty() && target.last_taint > target.swept_at,
            transfers: theirs[..cut].iter().map(|it| transfer(target, it)).collect(),
            more: theirs.len() - cut,
            went: went.iter().take(TRANSFERS).map(|it| transfer(target, it)).collect(),
            more_went: went.len().saturating_sub(TRANSFERS),
            path: path.map_or(&[][..], |rows| *rows),
            sums: sums.collect(),
        }
    };
    let names = std::iter::once(&pack.engine.rule).chain(&pack.engine.compared);
    let page = Page {
        pack,
        places: places(pack),
        targets: pack.targets.iter().take(TARGETS).map(shown).collect(),
        more_targets: pack.targets.len().saturating_sub(TARGETS),
        totals: pack.totals.iter().flat_map(rule_totals).collect(),
        method: &METHOD,
        glossary: &GLOSSARY,
        rules: names
            .filter_map(|name| name.parse().ok())
            .map(|rule: Rule| (rule.as_str(), rule_words(rule)))
            .collect(),
    };
    page.render().expect("text is written without fail")
}

fn transfer<'a>(target: &Target, it: &'a Transfer) -> ShownTransfer<'a> {
    let amounts = || it.by_rule.0.iter().filter_map(|(_, digits)| Amount::parse(digits.as_bytes()).ok());
    let shown = |amount: Option<Amount>| in_coins(target.decimals, &amount.unwrap_or_default().to_string());
    ShownTransfer {
        it,
        of_rule: shown(amounts().next()),
        least: shown(amounts().min()),
        most: shown(amounts().max()),
        usd: it.usd_by_rule.as_ref().map(|dollars| dollars.0[0].1.as_str()),
    }
}

fn rule_totals(total: &Total) -> impl Iterator<Item = RuleTotal<'_>> {
    total.shown_by_rule.0.iter().enumerate().map(move |(at, (rule, shown))| {
        let usd = total.usd_by_rule.as_ref().map(|dollars| dollars.0[at].1.as_str());
        RuleTotal { it: total, first: at == 0, rule, shown, usd }
    })
}

/// Says what the addressee has to do with the accounts.
fn places(pack: &Pack) -> String {
    let by_rule = pack.targets.iter().filter(|target| target.tainted_rule != "0").count();
    let others = pack.targets.len() - by_rule;
    let count = if by_rule == 0 { others } else { by_rule };
    let more = match (by_rule, others) {
        (_, 0) => String::new(),
        (0, _) => ", under another rule than the declared one alone".to_owned(),
        _ => format!(" (and {others} more under another rule than the declared one alone)"),
    };
    let places = match pack.holder_kinds.as_slice() {
        ["exchange"] if count == 1 => "a customer's account".to_owned(),
        ["exchange"] => format!("{count} of your customers' accounts"),
        ["issuer"] if count == 1 => "1 address that holds your token".to_owned(),
        ["issuer"] => format!("{count} addresses that hold your token"),
        _ if count == 1 => "1 address".to_owned(),
        _ => format!("{count} addresses"),
    };
    places + &more
}

/// Says what is asked of the addressee, with the amounts.
fn asked(target: &Target, rule: &str) -> String {
    let unit = if target.symbol.is_empty() { "base units".to_owned() } else { target.symbol.clone() };
    let shown = |digits: &str| format!("{} {unit}", in_coins(target.decimals, digits));
    if target.tainted_rule == "0" {
        return format!(
            "Please keep the records and review the account: by the declared rule, {rule}, none of what it holds is stolen; \
             another rule gives up to {}.",
            shown(&target.tainted_max)
        );
    }
    let verb = if target.state == "ALREADY_FROZEN" { "keep frozen" } else { "hold" };
    format!(
        "Please {verb} {} (by the declared rule, {rule}; at least {}, at most {}), and keep the records.",
        shown(&target.tainted_rule),
        shown(&target.tainted_min),
        shown(&target.tainted_max)
    )
}

/// Digits of base units as whole coins.
fn in_coins(decimals: Option<u8>, digits: &str) -> String {
    let amount = Amount::parse(digits.as_bytes()).unwrap_or_default();
    match decimals {
        Some(decimals) => crate::display::coins(amount, decimals),
        None => crate::display::grouped(digits),
    }
}

/// What templates apply to foreign texts.
#[expect(unreachable_pub, reason = "the macro writes it so")]
mod filters {
    use askama::{Result, Values};

    /// A number of ours with a comma before every three of its whole digits.
    #[askama::filter_fn]
    pub(super) fn grouped(number: impl std::fmt::Display, _: &dyn Values) -> Result<String> {
        let number = number.to_string();
        let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
        Ok(format!("{}{rest}", crate::display::grouped(whole)))
    }

    /// A foreign text whose control characters and turns of the reading direction are seen and do nothing.
    #[askama::filter_fn]
    pub(super) fn seen(text: impl std::fmt::Display, _: &dyn Values) -> Result<String> {
        Ok(crate::visible::visible(&text.to_string()))
    }
}
