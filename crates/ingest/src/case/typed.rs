//! What is typed on the command line, and stands in a case file in the same words.
//!
//! | form | means |
//! | --- | --- |
//! | `ID=ADDRESS` | an address seed from the ledger's first row on |
//! | `ID=ADDRESS@2022-06-23T11:06:00Z` | from a time on, inclusive |
//! | `ID=ADDRESS@block:15010000` | from a block on, inclusive |
//! | `ID=tx:HASH`, `ID=HASH` (`0x` and 64 hex digits) | what a transaction brought its net receivers |
//! | `ID=tx:HASH/ADDRESS` | what a transaction brought an address |

use super::MixerMode;
use crate::decimal::parse_rounded;
use crate::error::{Error, cut};
use crate::schema::CANONICAL;
use crate::time::{TimeError, parse_time};
use dyetrace_core::asset::AssetName;
use dyetrace_core::attribution::deposits::Short;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::links::Link;
use dyetrace_core::trace::{AddressSeed, Rule, Seed, Since, StopRule, Theft, TransactionSeed, Until};
use dyetrace_core::{Address, Amount, Category};

/// The most characters of a theft's id.
const LONGEST_ID: usize = 64;

fn shown(text: &str) -> String {
    format!("`{}`", cut(text.as_bytes()))
}

/// Parses `--theft ID=…`, in any of the forms above.
///
/// # Errors
/// An [`Error`] that names the part at fault.
pub fn parse_theft(text: &str) -> Result<Theft, Error> {
    let Some((id, seed)) = text.split_once('=') else {
        let error = Error::typed(format!("{} names no theft: `ID=ADDRESS` was expected", shown(text)));
        return Err(error.with_hint("for example `--theft HARMONY=0x…@2022-06-23T11:06:00Z`"));
    };
    Ok(Theft { id: parse_id(id)?, seeds: vec![parse_seed(seed)?] })
}

/// Checks the id of a theft.
pub(super) fn parse_id(id: &str) -> Result<String, Error> {
    let fits = !id.trim().is_empty() && id.trim() == id && id.chars().count() <= LONGEST_ID;
    if !fits || id.chars().any(char::is_control) {
        let what =
            format!("{} is no id of a theft: 1 to {LONGEST_ID} visible characters were expected", shown(id));
        return Err(Error::typed(what));
    }
    Ok(id.to_owned())
}

fn parse_seed(text: &str) -> Result<Seed, Error> {
    let hash = text.strip_prefix("tx:").or_else(|| is_evm_hash(text).then_some(text));
    if let Some(hash) = hash {
        let (hash, address) = match hash.split_once('/') {
            Some((hash, address)) => (hash, Some(parse_address(address)?)),
            None => (hash, None),
        };
        let hash = parse_hash(hash)?;
        return Ok(Seed::Transaction(TransactionSeed { chain: None, hash, address, asset: None }));
    }
    let (address, since) = match text.split_once('@') {
        Some((address, since)) => (address, parse_since(since)?),
        None => (text, Since::Start),
    };
    Ok(Seed::Address(AddressSeed { chain: None, address: parse_address(address)?, since, asset: None }))
}

fn is_evm_hash(text: &str) -> bool {
    let hash = text.split('/').next().unwrap_or_default();
    let digits = hash.strip_prefix("0x").or_else(|| hash.strip_prefix("0X"));
    digits.is_some_and(|it| it.len() == 64 && it.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Parses a transaction's hash.
pub(super) fn parse_hash(text: &str) -> Result<TxHash, Error> {
    let hash = TxHash::parse(text.as_bytes());
    hash.ok_or_else(|| Error::typed(format!("{} is no transaction hash", shown(text))))
}

/// Parses an address whose chain is not known, or not to be an EVM chain.
pub(crate) fn parse_address(text: &str) -> Result<Address, Error> {
    Address::parse_any(text.as_bytes()).map_err(|error| Error::typed(format!("{} {error}", shown(text))))
}

fn parse_since(text: &str) -> Result<Since, Error> {
    Ok(match parse_until(text)? {
        Until::Time(time) => Since::Time(time),
        Until::Block(block) => Since::Block(block),
    })
}

/// Parses `--until`: a time, or `block:N`.
///
/// # Errors
/// An [`Error`] for anything else.
pub fn parse_until(text: &str) -> Result<Until, Error> {
    if let Some(block) = text.strip_prefix("block:") {
        let digits = !block.is_empty() && block.bytes().all(|byte| byte.is_ascii_digit());
        let number = block.parse().ok().filter(|_| digits);
        let wrong =
            || Error::typed(format!("{} is no block: `block:` and a number were expected", shown(text)));
        return number.map(Until::Block).ok_or_else(wrong);
    }
    if text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        let error = Error::typed(format!("{} is no time after 1973, and no block", shown(text)));
        return Err(error.with_hint(format!("a block is written `block:{text}`")));
    }
    parse_time(text).map(Until::Time).map_err(|error| time_error(text, error))
}

pub(super) fn time_error(text: &str, error: TimeError) -> Error {
    let refused = Error::typed(format!("{} {error}", shown(text)));
    match error.hint() {
        Some(hint) => refused.with_hint(hint),
        None => refused,
    }
}

/// Parses the name of an asset: `native`, a token contract, or either with its chain before a colon. `*` is
/// every asset.
///
/// # Errors
/// An [`Error`] for anything else, such as a ticker.
pub fn parse_asset(text: &str) -> Result<Option<AssetName>, Error> {
    if text == "*" {
        return Ok(None);
    }
    AssetName::parse(text).map(Some).ok_or_else(|| {
        let what = format!("{} is no asset: `native`, `0x…` or `chain:0x…` was expected", shown(text));
        Error::typed(what).with_hint("a ticker names no asset: any contract can carry it")
    })
}

/// Parses `--min-amount ASSET=N`, N in base units.
///
/// # Errors
/// An [`Error`] that names the part at fault.
pub fn parse_min_amount(text: &str) -> Result<(AssetName, Amount), Error> {
    let Some((asset, amount)) = text.split_once('=') else {
        return Err(Error::typed(format!("{} sets no least amount: `ASSET=N` was expected", shown(text))));
    };
    min_amount(asset, amount)
}

/// Parses `--max-short ASSET=N` in base units, or `ASSET=N%` of the deposit.
///
/// # Errors
/// An [`Error`] for what is no such pair.
pub fn parse_max_short(text: &str) -> Result<(AssetName, Short), Error> {
    let wrong = || Error::typed(format!("{} is no `ASSET=N` or `ASSET=N%`", shown(text)));
    let (asset, amount) = text.split_once('=').ok_or_else(wrong)?;
    let name = parse_asset(asset)?.ok_or_else(wrong)?;
    let short = match amount.strip_suffix('%') {
        Some(percent) => {
            let whole = percent.parse().ok().filter(|_| percent.bytes().all(|byte| byte.is_ascii_digit()));
            Short::Percent(whole.filter(|&percent| percent <= 100).ok_or_else(wrong)?)
        }
        None => Short::Units(Amount::parse(amount.as_bytes()).map_err(|_| wrong())?),
    };
    Ok((name, short))
}

/// A least amount, as an asset and base units.
pub(super) fn min_amount(asset: &str, amount: &str) -> Result<(AssetName, Amount), Error> {
    let name = parse_asset(asset)?;
    let name = name.ok_or_else(|| Error::typed("`*` is every asset, but a least amount is of one"))?;
    let units = Amount::parse(amount.as_bytes())
        .map_err(|error| Error::typed(format!("{} {error}", shown(amount))))?;
    Ok((name, units))
}

/// Parses `--map COLUMN=NAME`, a canonical column and the name that it has in the file, and adds it.
///
/// # Errors
/// An [`Error`] for what is no canonical column, or one that is mapped already.
pub fn parse_mapping(map: &mut Vec<(String, String)>, text: &str) -> Result<(), Error> {
    let Some((column, name)) = text.split_once('=') else {
        let error = Error::typed(format!("{} maps no column: `COLUMN=NAME` was expected", shown(text)));
        return Err(error.with_hint("for example `--map from_address=sender`"));
    };
    add_mapping(map, column, name)
}

/// Adds a mapping: a canonical column and the name that it has in the file.
pub(super) fn add_mapping(map: &mut Vec<(String, String)>, column: &str, name: &str) -> Result<(), Error> {
    let column = column.trim().to_lowercase();
    let name = name.trim();
    let known = [CANONICAL.required, CANONICAL.one_of, CANONICAL.optional].concat();
    if !known.contains(&column.as_str()) {
        let what =
            format!("{} is no column of ours: one of {} was expected", shown(&column), known.join(", "));
        return Err(Error::typed(what).with_hint("our name stands first, then the file's"));
    }
    if name.is_empty() {
        return Err(Error::typed(format!("{} is mapped to no name", shown(&column))));
    }
    if let Some((_, before)) = map.iter().find(|(known, _)| *known == column) {
        let what = format!("{} is mapped twice: to {} and to {}", shown(&column), shown(before), shown(name));
        return Err(Error::typed(what));
    }
    if let Some((before, _)) = map.iter().find(|(_, other)| other.eq_ignore_ascii_case(name)) {
        let what = format!("{} is mapped twice: as {} and as {}", shown(name), shown(before), shown(&column));
        return Err(Error::typed(what));
    }
    map.push((column, name.to_owned()));
    Ok(())
}

/// Parses how sure a link is, a decimal from 0 to 1, into millionths.
///
/// # Errors
/// An [`Error`] that says what was expected.
pub fn parse_confidence(text: &str) -> Result<u32, Error> {
    let parsed = parse_rounded(text.trim().as_bytes(), 6).ok().and_then(Amount::to_u128);
    let parsed = parsed.and_then(|it| u32::try_from(it).ok()).filter(|it| *it <= Link::CERTAIN);
    parsed.ok_or_else(|| {
        Error::typed(format!(
            "{} is no confidence: a decimal from 0 to 1 with at most 6 digits behind the point was expected",
            shown(text)
        ))
    })
}

/// Parses `--mixers MODE`, with the least probability of a link where links are followed.
///
/// # Errors
/// An [`Error`] that says what was expected.
pub fn parse_mixers(mode: &str, probability: Option<&str>) -> Result<MixerMode, Error> {
    match (mode, probability) {
        ("stop", None) => Ok(MixerMode::Stop),
        ("expected", None) => Ok(MixerMode::Expected { bound: false }),
        ("expected_bound", None) => Ok(MixerMode::Expected { bound: true }),
        ("links", Some(text)) => match parse_confidence(text) {
            Ok(least) if least > 0 => Ok(MixerMode::Links(least)),
            _ => Err(Error::typed(format!("{} is no probability above 0 and up to 1", shown(text)))
                .with_hint("name the least probability of a link that is followed, such as 0.9")),
        },
        ("links", None) => Err(Error::typed("links through mixers need a least probability")
            .with_hint("name one, such as `--mixer-probability 0.9` or `mixer_probability = 0.9`")),
        ("stop" | "expected" | "expected_bound", Some(_)) => {
            Err(Error::typed("a probability of links through mixers, but none is followed")
                .with_hint("`--mixers links` follows them"))
        }
        _ => Err(Error::typed(format!(
            "{} is nothing that taint does at a mixer: `stop`, `expected`, `expected_bound` or `links` was expected",
            shown(mode)
        ))),
    }
}

/// Parses the name of a rule.
///
/// # Errors
/// An [`Error`] that lists the rules.
pub fn parse_rule(word: &str) -> Result<Rule, Error> {
    word.parse().map_err(|()| {
        let known = Rule::ALL.map(Rule::as_str).join(", ");
        Error::typed(format!("{} is no rule: one of {known} was expected", shown(word)))
    })
}

/// Parses `--compare R,R`. `none` compares with nothing.
///
/// # Errors
/// An [`Error`] that lists the rules.
pub fn parse_rules(text: &str) -> Result<Vec<Rule>, Error> {
    if text == "none" {
        return Ok(Vec::new());
    }
    text.split(',').map(|word| parse_rule(word.trim())).collect()
}

/// Parses `--stop A,B`: these categories and the hub guard. `none` stops nowhere.
///
/// # Errors
/// An [`Error`] for what is no category, or one that never stops.
pub fn parse_stop(text: &str) -> Result<StopRule, Error> {
    if text.trim() == "none" {
        return Ok(StopRule::none());
    }
    stop_rule(text.split(',').map(str::trim))
}

/// The stops of these categories, and the hub guard.
pub(super) fn stop_rule<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<StopRule, Error> {
    let mut categories = Vec::new();
    for word in words {
        if word == "none" {
            return Err(Error::typed("`none` stands beside no category: it stops nowhere"));
        }
        let category = crate::labels::parse_category(word)
            .map_err(|reason| Error::typed(format!("{} {reason}", shown(word))))?;
        if matches!(category, Category::Theft | Category::Sanctioned) {
            let what =
                format!("`{category}` cannot stop a trace: it says what an account did, not who holds it");
            return Err(Error::typed(what).with_hint("stolen money is followed through thieves' accounts"));
        }
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    Ok(StopRule { categories, ..StopRule::default() })
}

/// Puts the seeds of one theft together: each id once, in the order in which they first stand.
#[must_use]
pub fn merge_thefts(thefts: impl IntoIterator<Item = Theft>) -> Vec<Theft> {
    let mut merged: Vec<Theft> = Vec::new();
    for theft in thefts {
        match merged.iter_mut().find(|known| known.id == theft.id) {
            Some(known) => {
                for seed in theft.seeds {
                    if !known.seeds.contains(&seed) {
                        known.seeds.push(seed);
                    }
                }
            }
            None => merged.push(theft),
        }
    }
    merged
}
