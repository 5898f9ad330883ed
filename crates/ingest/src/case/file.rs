//! `case.toml`.
//!
//! Unknown keys are refused: a misspelled option that is passed over would change a result in silence. Every
//! refusal names the line.

use super::stated::{OwnTable, StatusTable, read_own, read_status};
use super::typed::{
    add_mapping, merge_thefts, min_amount, parse_address, parse_asset, parse_confidence, parse_hash,
    parse_id, parse_mixers, parse_rule, parse_until, stop_rule, time_error,
};
use super::{Case, MixerMode, StatedPool};
use crate::dialect::is_chain_name;
use crate::error::Error;
use crate::input::InputSpec;
use crate::labels::LabelSpec;
use crate::open::{FileSpec, cannot_read, open};
use crate::pool_events::{PoolEventsSpec, parse_pool};
use crate::read::{check_dialect, unknown_chain};
use crate::schema::CANONICAL;
use crate::time::parse_time;
use dyetrace_core::Amount;
use dyetrace_core::ledger::Covers;
use dyetrace_core::links::bridges::BridgeOptions;
use dyetrace_core::trace::{AddressSeed, Seed, Since, StopRule, Theft, TraceOptions, TransactionSeed, Until};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use toml::{Spanned, Value};

/// The largest case file.
const LARGEST: u64 = 16 << 20;

pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(default)]
    name: String,
    #[serde(default)]
    input: Vec<Input>,
    #[serde(default)]
    labels: Vec<Labels>,
    #[serde(default)]
    tokens: Vec<File>,
    #[serde(default)]
    issuers: Vec<File>,
    #[serde(default)]
    prices: Vec<File>,
    #[serde(default)]
    links: Vec<File>,
    #[serde(default)]
    theft: Vec<TheftTable>,
    #[serde(default)]
    own: Vec<Spanned<OwnTable>>,
    #[serde(default)]
    status: Vec<Spanned<StatusTable>>,
    decisions: Option<File>,
    #[serde(default)]
    pool_events: Vec<PoolEventsTable>,
    #[serde(default)]
    pool: Vec<PoolTable>,
    #[serde(default)]
    known_exit: Vec<KnownExit>,
    #[serde(default)]
    trace: TraceTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    path: Text,
    dialect: Option<Text>,
    chain: Option<Text>,
    covers: Option<Words>,
    #[serde(default)]
    inexact: bool,
    #[serde(default)]
    map: BTreeMap<String, Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    path: Text,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolEventsTable {
    path: Text,
    pool: Text,
    outstanding: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolTable {
    address: Text,
    chain: Option<Text>,
    asset: Option<Text>,
    outstanding: Spanned<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownExit {
    address: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TheftTable {
    id: Text,
    #[serde(default)]
    seed: Vec<Spanned<SeedTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedTable {
    address: Option<Text>,
    transaction: Option<Text>,
    chain: Option<Text>,
    asset: Option<Text>,
    since: Option<Spanned<Value>>,
    since_block: Option<Spanned<u64>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TraceTable {
    rule: Option<Text>,
    compare: Option<Vec<Text>>,
    stop: Option<Words>,
    hub_transfers: Option<u64>,
    max_hops: Option<u32>,
    until: Option<Spanned<Value>>,
    min_amount: Option<Spanned<toml::Table>>,
    follow_noise: bool,
    swaps: Option<bool>,
    bridges: Option<bool>,
    link_confidence: Option<Spanned<Value>>,
    mixers: Option<Text>,
    mixer_probability: Option<Spanned<Value>>,
    detected_deposits: Option<bool>,
    skip_bad_rows: bool,
}

/// A number as it was written, in quotes or not.
fn text_of(value: &Spanned<Value>) -> String {
    value.get_ref().as_str().map_or_else(|| value.get_ref().to_string(), str::to_owned)
}

/// One word that stands for all or none, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<String>),
}

/// Where messages about a case file point.
pub(super) struct Place<'a> {
    name: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn line(&self, at: usize) -> u64 {
        1 + self.text.bytes().take(at).filter(|&byte| byte == b'\n').count() as u64
    }

    /// Takes a part, or says on which line it stands.
    pub(super) fn of<T, U>(&self, part: &Spanned<T>, result: Result<U, Error>) -> Result<U, Error> {
        result.map_err(|error| error.into_row(self.name, self.line(part.span().start)))
    }

    /// Takes a part that is given by its key alone.
    fn of_key<U>(&self, key: &str, result: Result<U, Error>) -> Result<U, Error> {
        let lines = self.text.lines().zip(1_u64..);
        let has_key = |line: &str| {
            line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let found = lines.into_iter().find(|(line, _)| has_key(line)).map_or(1, |(_, number)| number);
        result.map_err(|error| error.into_row(self.name, found))
    }
}

/// Reads a case file. Nothing that it names is opened.
///
/// # Errors
/// An [`Error`] with the line, for an unknown key, a wrong value, or a theft without seeds.
pub fn read_case(file: &FileSpec) -> Result<Case, Error> {
    let mut opened = open(file, 0, &|_| {})?;
    let mut bytes = Vec::new();
    let mut limited = opened.text.by_ref().take(LARGEST + 1);
    limited.read_to_end(&mut bytes).map_err(|error| cannot_read(&file.name, error))?;
    if bytes.len() as u64 > LARGEST {
        // What stands after the limit must not be passed over.
        return Err(Error::file(
            &file.name,
            format!("is larger than {LARGEST} bytes, too large for a case file"),
        ));
    }
    let text = String::from_utf8(bytes).map_err(|_| Error::file(&file.name, "is not UTF-8 text"))?;
    let place = Place { name: &file.name, text: &text };
    let case: CaseFile = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| place.line(span.start));
        Error::typed(error.message().replace('\n', ", ")).into_row(&file.name, line)
    })?;
    let folder = file.path.parent().unwrap_or(Path::new("")).to_owned();
    let beside = |path: &Text| {
        let empty = || Error::typed("the path is empty");
        let path_text = path.get_ref();
        place.of(
            path,
            if path_text.is_empty() { Err(empty()) } else { Ok(FileSpec::beside(&folder, path_text)) },
        )
    };
    let inputs = case.input.iter().map(|input| read_input(&place, input, beside(&input.path)?));
    let labels =
        case.labels.iter().map(|it| Ok(LabelSpec { file: beside(&it.path)?, name: it.name.clone() }));
    let thefts: Result<Vec<Theft>, Error> =
        case.theft.iter().map(|theft| read_theft(&place, theft)).collect();
    Ok(Case {
        name: case.name.clone(),
        inputs: inputs.collect::<Result<_, Error>>()?,
        labels: labels.collect::<Result<_, Error>>()?,
        tokens: case.tokens.iter().map(|it| beside(&it.path)).collect::<Result<_, Error>>()?,
        issuers: case.issuers.iter().map(|it| beside(&it.path)).collect::<Result<_, Error>>()?,
        prices: case.prices.iter().map(|it| beside(&it.path)).collect::<Result<_, Error>>()?,
        thefts: merge_thefts(thefts?),
        own: read_own(&place, &case.own)?,
        status: read_status(&place, &case.status)?,
        links: case.links.iter().map(|it| beside(&it.path)).collect::<Result<_, Error>>()?,
        bridges: case.trace.bridges.unwrap_or(true),
        link_confidence: match &case.trace.link_confidence {
            Some(value) => place.of(value, parse_confidence(&text_of(value)))?,
            None => BridgeOptions::FOLLOW,
        },
        mixers: match (&case.trace.mixers, &case.trace.mixer_probability) {
            (Some(mode), probability) => {
                let probability = probability.as_ref().map(text_of);
                place.of(mode, parse_mixers(mode.get_ref(), probability.as_deref()))?
            }
            (None, Some(value)) => place.of(value, parse_mixers("stop", Some(&text_of(value))))?,
            (None, None) => MixerMode::Stop,
        },
        decisions: case.decisions.as_ref().map(|it| beside(&it.path)).transpose()?,
        pool_events: case
            .pool_events
            .iter()
            .map(|it| {
                let pool = place.of(&it.pool, parse_pool(it.pool.get_ref()))?;
                Ok(PoolEventsSpec { file: beside(&it.path)?, pool, outstanding: it.outstanding })
            })
            .collect::<Result<_, Error>>()?,
        pools: case.pool.iter().map(|it| read_pool(&place, it)).collect::<Result<_, Error>>()?,
        known_exits: case
            .known_exit
            .iter()
            .map(|it| place.of(&it.address, parse_address(it.address.get_ref())))
            .collect::<Result<_, Error>>()?,
        options: read_options(&place, &case.trace)?,
        detected_deposits: case.trace.detected_deposits.unwrap_or(true),
        skip_bad_rows: case.trace.skip_bad_rows,
        folder,
    })
}

fn read_input(place: &Place<'_>, input: &Input, file: FileSpec) -> Result<InputSpec, Error> {
    if let Some(dialect) = &input.dialect {
        place.of(dialect, check_dialect(dialect.get_ref()))?;
    }
    let covers = match &input.covers {
        None => None,
        Some(Words::One(word)) if word == "all" => Some(Covers::All),
        Some(Words::One(_)) => {
            let wrong = Error::typed("`covers` is `\"all\"` or a list of addresses");
            return place.of_key("covers", Err(wrong));
        }
        Some(Words::Many(addresses)) => {
            let parsed = addresses.iter().map(|address| parse_address(address)).collect();
            Some(Covers::These(place.of_key("covers", parsed)?))
        }
    };
    let chain = input.chain.as_ref().map(|chain| read_chain(place, chain)).transpose()?;
    let mut map = Vec::new();
    for (column, name) in &input.map {
        add_mapping(&mut map, column, name.get_ref()).or_else(|error| place.of(name, Err(error)))?;
    }
    let dialect = input.dialect.as_ref().map(|it| it.get_ref().clone());
    if let Some(named) = input.dialect.as_ref().filter(|it| !map.is_empty() && it.get_ref() != CANONICAL.name)
    {
        let what = format!("columns are mapped to those of `{}`, no other dialect", CANONICAL.name);
        return place.of(named, Err(Error::typed(what).with_hint("leave out `dialect` or `map`")));
    }
    Ok(InputSpec { file, dialect, chain, covers, map, inexact: input.inexact })
}

pub(super) fn read_chain(place: &Place<'_>, chain: &Text) -> Result<String, Error> {
    let name = chain.get_ref().to_ascii_lowercase();
    place.of(chain, if is_chain_name(&name) { Ok(name) } else { Err(unknown_chain(&name)) })
}

fn read_theft(place: &Place<'_>, theft: &TheftTable) -> Result<Theft, Error> {
    let id = place.of(&theft.id, parse_id(theft.id.get_ref()))?;
    if theft.seed.is_empty() {
        let error = Error::typed(format!("the theft `{id}` has no seed"));
        return place.of(
            &theft.id,
            Err(error.with_hint("add `[[theft.seed]]` with an `address` or a `transaction`")),
        );
    }
    let seeds = theft.seed.iter().map(|seed| read_seed(place, seed));
    Ok(Theft { id, seeds: seeds.collect::<Result<_, Error>>()? })
}

fn read_seed(place: &Place<'_>, table: &Spanned<SeedTable>) -> Result<Seed, Error> {
    let SeedTable { address, transaction, chain, asset, since, since_block } = table.get_ref();
    let chain = chain.as_ref().map(|chain| read_chain(place, chain)).transpose()?;
    let asset = match asset {
        Some(asset) => place.of(asset, parse_asset(asset.get_ref()))?,
        None => None,
    };
    let parsed = address.as_ref().map(|text| place.of(text, parse_address(text.get_ref()))).transpose()?;
    let since = match (since, since_block) {
        (Some(_), Some(block)) => {
            let both = Error::typed("a seed has `since` or `since_block`, not both");
            return place.of(block, Err(both));
        }
        (Some(time), None) => Since::Time(place.of(time, read_time(time.get_ref()))?),
        (None, Some(block)) => Since::Block(*block.get_ref()),
        (None, None) => Since::Start,
    };
    match (transaction, parsed) {
        (Some(hash), address) => {
            if since != Since::Start {
                let error =
                    Error::typed("a transaction seed holds in its transaction alone: `since` says nothing");
                return place.of(hash, Err(error));
            }
            let hash = place.of(hash, parse_hash(hash.get_ref()))?;
            Ok(Seed::Transaction(TransactionSeed { chain, hash, address, asset }))
        }
        (None, Some(address)) => Ok(Seed::Address(AddressSeed { chain, address, since, asset })),
        (None, None) => place.of(table, Err(Error::typed("a seed needs an `address` or a `transaction`"))),
    }
}

/// A time, as TOML writes one or as text. Returns Unix seconds.
fn read_time(value: &Value) -> Result<i64, Error> {
    let text = match value {
        Value::Datetime(time) => time.to_string(),
        Value::String(text) => text.clone(),
        Value::Integer(seconds) => seconds.to_string(),
        other => {
            return Err(Error::typed(format!(
                "`{other}` is not a time: `2022-06-23T11:06:00Z` was expected"
            )));
        }
    };
    parse_time(&text).map_err(|error| time_error(&text, error))
}

fn read_pool(place: &Place<'_>, table: &PoolTable) -> Result<StatedPool, Error> {
    let (asset, text) = (table.asset.as_ref(), text_of(&table.outstanding));
    let name = asset.map_or("native", |asset| asset.get_ref());
    let asset = match parse_asset(name)? {
        Some(asset) => asset,
        None => return Err(Error::typed("a pool holds one asset, not all: `native` or `0x…` was expected")),
    };
    let outstanding = Amount::parse(text.as_bytes())
        .map_err(|error| Error::typed(format!("`outstanding` is {text:?}: {error}")));
    Ok(StatedPool {
        address: place.of(&table.address, parse_address(table.address.get_ref()))?,
        chain: table.chain.as_ref().map(|chain| chain.get_ref().clone()),
        asset,
        outstanding: place.of(&table.outstanding, outstanding)?,
    })
}

fn read_options(place: &Place<'_>, table: &TraceTable) -> Result<TraceOptions, Error> {
    let mut options = TraceOptions::default();
    if let Some(rule) = &table.rule {
        options.rule = place.of(rule, parse_rule(rule.get_ref()))?;
    }
    if let Some(compare) = &table.compare {
        let rules = compare.iter().map(|rule| place.of(rule, parse_rule(rule.get_ref())));
        options.compare = rules.collect::<Result<_, Error>>()?;
    }
    options.stop = match &table.stop {
        None => StopRule::default(),
        Some(Words::One(word)) if word == "none" => StopRule::none(),
        Some(Words::One(word)) => place.of_key("stop", stop_rule([word.as_str()]))?,
        Some(Words::Many(words)) => place.of_key("stop", stop_rule(words.iter().map(String::as_str)))?,
    };
    if let Some(count) = table.hub_transfers {
        options.hub_transfers = count;
    }
    options.max_hops = table.max_hops;
    options.follow_noise = table.follow_noise;
    options.swaps = table.swaps.unwrap_or(options.swaps);
    if let Some(until) = &table.until {
        options.until = Some(place.of(until, read_until(until.get_ref()))?);
    }
    if let Some(least) = &table.min_amount {
        for (asset, amount) in least.get_ref() {
            let amount = match amount {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            options.min_amount.push(place.of(least, min_amount(asset, &amount))?);
        }
    }
    Ok(options)
}

fn read_until(value: &Value) -> Result<Until, Error> {
    match value {
        Value::String(text) => parse_until(text),
        other => read_time(other).map(Until::Time),
    }
}
