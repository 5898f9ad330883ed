//! GraphSense's TagPacks and ActorPacks.
//!
//! ```text
//! title: …                      every field of the header holds for all tags that lack it
//! confidence: service_data
//! tags:
//! - address: '0x…'
//!   label: Binance 14
//!   currency: ETH               or `network`: the chain on which the label holds
//!   category: exchange          or `concepts`, and `abuse`
//!   actor: binance              an ActorPack's id: its name is the holder's
//!   lastmod: 2023-01-31
//! ```
//!
//! A tag becomes one label by what its category and concepts say, and a further one where its abuse tells of a
//! sanction or a theft beside that. Where they say nothing of use, the words of its label decide, then the
//! categories of its actor. A tag of a transaction, or of a chain that is not known here, is left out and
//! counted.

mod full;
mod pack;
mod plain;

use self::pack::{Actor, Field, Fields, Pack, Text};
use super::gathered::Gathered;
use super::words::rows_of;
use super::{LabelSpec, Meaning, UNKNOWN_CONFIDENCE, Words, parse_address, source_of};
use crate::error::{Error, Fault};
use crate::open::{Digested, Opened};
use crate::time::is_day;
use dyetrace_core::{Address, AddressKind, Category, Label};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The chain of a currency; `*` where the form of the address tells.
static CURRENCIES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let rows = rows_of(include_str!("../../../data/currencies.csv"));
    rows.into_iter().map(|mut row| (row.swap_remove(0), row.swap_remove(1))).collect()
});

/// GraphSense's words for how sure a tag is.
static CONFIDENCE: LazyLock<HashMap<String, u8>> = LazyLock::new(|| {
    let rows = rows_of(include_str!("../../../data/confidence.csv"));
    rows.into_iter().map(|row| (row[0].clone(), row[1].parse().expect("a level"))).collect()
});

/// The form of a file that names actors alone.
pub(super) const ACTORS: &str = "actorpack";

/// What a label file in YAML is.
const EXPECTED: &str = "a TagPack (`tags:`) or an ActorPack (`actors:`) was expected";

/// Whether a text begins as YAML with fields does.
pub(super) fn is_yaml(first: &[u8]) -> bool {
    let key = first.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    first.starts_with(b"---")
        || first.starts_with(b"%YAML")
        || (key > 0 && first[key..].starts_with(b":") && matches!(first.get(key + 1), None | Some(b' ')))
}

pub(super) fn read(
    spec: &LabelSpec,
    opened: Opened<'_>,
    gathered: &mut Gathered,
) -> Result<(&'static str, Digested), Error> {
    let name = &spec.file.name;
    let (bytes, digested) = super::read_whole(name, opened)?;
    let text = super::utf8(name, &bytes)?;
    let pack = match plain::read(text) {
        Some(pack) => pack,
        None => full::read(name, text)?,
    };
    let form = take(spec, &pack, gathered)?;
    Ok((form, digested))
}

/// Turns what stands in a pack into labels and actors.
fn take(spec: &LabelSpec, pack: &Pack<'_>, gathered: &mut Gathered) -> Result<&'static str, Error> {
    let name = &spec.file.name;
    let form = match (&pack.tags, &pack.actors) {
        (Some(_), _) => "tagpack",
        (None, Some(_)) => ACTORS,
        (None, None) => {
            let error = Error::file(name, "the YAML has neither `tags` nor `actors`");
            return Err(error.with_hint(EXPECTED));
        }
    };
    for actor in pack.actors.iter().flatten() {
        add_actor(name, actor, gathered)?;
    }
    let mut reader = Tags { spec, pack, source: source_of(spec), names: HashMap::new(), words: Vec::new() };
    for tag in pack.tags.iter().flatten() {
        reader.read(tag, gathered)?;
    }
    for (word, count) in &reader.words {
        let note =
            format!("`{word}` is no category or concept that is known here: {count} times, read as `other`");
        gathered.file.notes.push(note);
    }
    gathered.file.passed_over = pack.unknown.iter().map(|(name, _)| name.clone()).collect();
    Ok(form)
}

fn add_actor(file: &str, actor: &Actor<'_>, gathered: &mut Gathered) -> Result<(), Error> {
    let line = actor.id.iter().chain(&actor.label).map(|it| it.line).min().unwrap_or(1);
    let lacks = |what: &str| Error::row(file, line, Fault::of_row(format!("the actor has no `{what}`")));
    let id = actor.id.as_ref().ok_or_else(|| lacks("id"))?;
    let label = actor.label.as_ref().ok_or_else(|| lacks("label"))?;
    let words = Words::built_in();
    let meant = actor.categories.iter().filter_map(|it| words.of_concept(&it.value));
    let category = meant.min().unwrap_or(Category::Other);
    gathered.actors.add(id.value.trim(), label.value.trim(), category);
    for alias in &actor.aliases {
        gathered.actors.add(alias.value.trim(), label.value.trim(), category);
    }
    Ok(())
}

/// The tags of one file.
struct Tags<'p> {
    spec: &'p LabelSpec,
    pack: &'p Pack<'p>,
    source: String,
    /// What labels mean by their words: a few labels stand on thousands of tags.
    names: HashMap<&'p str, Meaning>,
    /// Categories and concepts that the table lacks, and how often each was met.
    words: Vec<(String, u64)>,
}

/// Why a tag is no label.
enum Not {
    /// It is wrong.
    Bad(u64, Fault),
    /// It is right, and of no account here.
    LeftOut(u64, Fault),
}

/// Where a label holds.
type Place = (Address, Option<String>);

impl<'p> Tags<'p> {
    fn read(&mut self, tag: &'p Fields<'p>, gathered: &mut Gathered) -> Result<(), Error> {
        let file = &self.spec.file.name;
        let (address, chain) = match self.place(tag) {
            Ok(place) => place,
            Err(Not::Bad(line, fault)) => return Err(Error::row(file, line, fault)),
            Err(Not::LeftOut(line, fault)) => {
                gathered.leave_out(line, fault);
                return Ok(());
            }
        };
        let bad = |not: (u64, Fault)| Error::row(file, not.0, not.1);
        let text = self
            .get(tag, Field::Label)
            .ok_or_else(|| bad((line_of(tag), Fault::of_row("the tag has no `label`"))))?;
        let (category, named, further) = self.meaning(tag, text);
        let source = self.get(tag, Field::Source).map_or(self.source.as_str(), |it| it.value.trim());
        let label = Label {
            address,
            chain,
            text: text.value.trim().to_owned(),
            category,
            entity: named,
            source: if source.is_empty() { &self.source } else { source }.to_owned(),
            as_of: self.as_of(tag).map_err(bad)?.to_owned(),
            confidence: self.confidence(tag).map_err(bad)?,
        };
        if let Some(category) = further {
            gathered.labels.push(Label { category, entity: String::new(), ..label.clone() });
        }
        if let Some(actor) = self.get(tag, Field::Actor).filter(|it| !it.value.trim().is_empty()) {
            gathered.actors.use_at(gathered.labels.len(), actor.value.trim());
        }
        gathered.labels.push(label);
        Ok(())
    }

    /// A field of the tag, or of the header.
    fn get(&self, tag: &'p Fields<'p>, field: Field) -> Option<&'p Text<'p>> {
        tag.get(field).or_else(|| self.pack.header.get(field))
    }

    fn place(&self, tag: &'p Fields<'p>) -> Result<Place, Not> {
        let Some(address) = self.get(tag, Field::Address) else {
            return Err(match self.get(tag, Field::TxHash) {
                Some(hash) => {
                    let reason = "is a transaction: its label is of no account";
                    Not::LeftOut(hash.line, Fault::of_field("tx_hash", hash.value.as_ref(), reason))
                }
                None => Not::Bad(line_of(tag), Fault::of_row("the tag has neither `address` nor `tx_hash`")),
            });
        };
        let (line, text) = (address.line, address.value.trim());
        let is_evm = text.starts_with("0x") || text.starts_with("0X");
        let known =
            |field| self.get(tag, field).filter(|it| !it.value.trim().is_empty()).map(|it| (field, it));
        let chain = match known(Field::Network).or_else(|| known(Field::Currency)) {
            None => None,
            Some((field, word)) => Some(chain_of(word.value.trim()).ok_or_else(|| {
                let reason = "is of no chain that is known here";
                Not::LeftOut(word.line, Fault::of_field(field.name(), word.value.as_ref(), reason))
            })?),
        };
        // Not whose it is, but of what form: a token lies on many chains.
        let chain = match chain {
            Some("*") if is_evm => None,
            Some("*") => Some(chain_by_form(text).ok_or_else(|| {
                let reason = "is an address of no chain that is known here";
                Not::LeftOut(line, Fault::of_field(Field::Address.name(), text, reason))
            })?),
            Some(chain) if AddressKind::of_chain(chain) == AddressKind::Evm && !is_evm => {
                let reason = format!("is no address of its chain, {chain}");
                return Err(Not::LeftOut(line, Fault::of_field(Field::Address.name(), text, reason)));
            }
            other => other,
        };
        if text.len() > Address::MOST {
            let reason =
                format!("is longer than the {} characters of an address that are kept", Address::MOST);
            return Err(Not::LeftOut(line, Fault::of_field(Field::Address.name(), text, reason)));
        }
        match parse_address(text, chain) {
            Ok(address) => Ok((address, chain.map(str::to_owned))),
            Err(reason) => Err(Not::Bad(line, Fault::of_field(Field::Address.name(), text, reason))),
        }
    }

    /// Its category; who holds it, where the words of the label tell; and a sanction or theft beside that.
    fn meaning(&mut self, tag: &'p Fields<'p>, text: &'p Text<'p>) -> (Category, String, Option<Category>) {
        let words = Words::built_in();
        let named =
            self.names.entry(text.value.as_ref()).or_insert_with(|| words.of_name(&text.value)).clone();
        if let Some(of) = self.get(tag, Field::TagType)
            && matches!(of.value.trim(), "mention" | "event")
        {
            return (Category::Other, String::new(), None);
        }
        let concepts = if tag.concepts.is_empty() { &self.pack.header.concepts } else { &tag.concepts };
        let said: Vec<&str> =
            concepts.iter().chain(self.get(tag, Field::Category)).map(|it| it.value.trim()).collect();
        let said = said.into_iter().filter_map(|word| self.concept(word)).min();
        let abuse = self.get(tag, Field::Abuse).and_then(|it| self.concept(it.value.trim()));
        let abuse = abuse.filter(|it| matches!(it, Category::Sanctioned | Category::Theft));
        let category = match (said, abuse) {
            // The source's `exchange` is wider than ours.
            (Some(Category::Exchange), _)
                if matches!(named.category, Category::ExchangeDeposit | Category::Dex | Category::Token) =>
            {
                named.category
            }
            (None | Some(Category::Other), Some(abuse)) => abuse,
            (None | Some(Category::Other), None) => named.category,
            (Some(said), _) => said,
        };
        let is_exchange = matches!(category, Category::Exchange | Category::ExchangeDeposit);
        let entity = match words.exchange_in(&text.value).filter(|_| is_exchange) {
            Some(exchange) if named.category != category => exchange.to_owned(),
            _ if named.category == category => named.entity,
            _ => String::new(),
        };
        (category, entity, abuse.filter(|abuse| *abuse != category))
    }

    /// What a category, abuse or concept means; counted where nobody knows.
    fn concept(&mut self, word: &str) -> Option<Category> {
        let meant = Words::built_in().of_concept(word);
        if meant.is_none() && !word.is_empty() {
            let word = crate::error::cut(word.as_bytes());
            match self.words.iter_mut().find(|(known, _)| *known == word) {
                Some((_, count)) => *count += 1,
                None => self.words.push((word, 1)),
            }
        }
        meant
    }

    /// The day of the last change, whatever time of day stands behind it.
    fn as_of(&self, tag: &'p Fields<'p>) -> Result<&'p str, (u64, Fault)> {
        let Some(text) = self.get(tag, Field::Lastmod) else { return Ok("") };
        let stated = text.value.trim();
        let (day, rest) = stated.split_at_checked(10).unwrap_or((stated, ""));
        if day.is_empty() || (is_day(day) && (rest.is_empty() || rest.starts_with([' ', 'T']))) {
            return Ok(day);
        }
        let reason = "is not a day: `YYYY-MM-DD` was expected";
        Err((text.line, Fault::of_field(Field::Lastmod.name(), stated, reason)))
    }

    fn confidence(&self, tag: &'p Fields<'p>) -> Result<u8, (u64, Fault)> {
        let Some(text) = self.get(tag, Field::Confidence) else { return Ok(UNKNOWN_CONFIDENCE) };
        let word = text.value.trim();
        let number =
            || word.parse::<u8>().ok().filter(|&it| it <= 100 && word.bytes().all(|it| it.is_ascii_digit()));
        CONFIDENCE.get(word).copied().or_else(number).ok_or_else(|| {
            let mut known: Vec<_> =
                CONFIDENCE.iter().map(|(word, level)| (u8::MAX - level, word.as_str())).collect();
            known.sort_unstable();
            let known = known.into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(", ");
            let reason =
                format!("is no confidence: one of {known}, or a whole number from 0 to 100 was expected");
            (text.line, Fault::of_field(Field::Confidence.name(), word, reason))
        })
    }
}

fn line_of(tag: &Fields<'_>) -> u64 {
    tag.line().unwrap_or(1)
}

/// The chain of a currency or network: `BTC`, `ethereum`.
pub(super) fn chain_of(word: &str) -> Option<&'static str> {
    if let Some(chain) = CURRENCIES.get(word) {
        return Some(chain);
    }
    let upper = word.to_uppercase();
    if let Some(chain) = CURRENCIES.get(&upper) {
        return Some(chain);
    }
    let name = crate::tokens::chain_of_key(&word.to_lowercase()).to_owned();
    let chains = CURRENCIES.values().filter(|chain| **chain == name);
    chains.map(String::as_str).min()
}

/// The chain whose addresses look like this, among those that carry tokens of many chains.
fn chain_by_form(text: &str) -> Option<&'static str> {
    let base58 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte));
    match text.as_bytes().first()? {
        b'T' if base58 && text.len() == 34 => Some("tron"),
        b'1' | b'3' if base58 && (26..=35).contains(&text.len()) => Some("bitcoin"),
        _ => None,
    }
}
