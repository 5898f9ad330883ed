//! Any YAML, by a parser with budgets: the reference for the reader of plain files.
//!
//! Every value is asked for as text: an unquoted `0x12` would else become a number. Anchors, merge keys, block
//! and flow style, comments and tags are the parser's matter; so is the limit on what aliases may unfold to.

use super::pack::{Actor, Fields, Key, Pack, Text};
use crate::error::{Error, Fault, cut};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The most events and nodes of a file: of the largest label file, not of what aliases unfold to.
const MOST: usize = 1 << 30;

/// Reads a pack.
///
/// # Errors
/// The place at which the text is no YAML, or no pack.
pub(super) fn read(file: &str, text: &str) -> Result<Pack<'static>, Error> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_events: MOST,
            max_nodes: MOST,
            max_total_scalar_bytes: MOST,
        },
    };
    let found: Found<Pack<'static>> =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| refuse(file, &error))?;
    Ok(found.0)
}

fn refuse(file: &str, error: &serde_saphyr::Error) -> Error {
    let (line, column) = error.location().map_or((1, 1), |it| (it.line(), it.column()));
    let told = error.to_string();
    // The place stands before the message here.
    let message = told.split(" at line ").next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let what = format!("the YAML cannot be read at character {column}: {}", cut(message.trim().as_bytes()));
    Error::row(file, line, Fault::of_row(what)).with_hint(super::EXPECTED)
}

type Value = Option<Spanned<String>>;

fn text_of(value: Value) -> Option<Text<'static>> {
    let Spanned { value, referenced, .. } = value?;
    Some(Text { value: Cow::Owned(value), line: referenced.line() })
}

/// Nothing, one text, or many.
struct Texts(Vec<Text<'static>>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values: Option<Vec<Value>> = Option::deserialize(deserializer)?;
        Ok(Self(values.unwrap_or_default().into_iter().filter_map(text_of).collect()))
    }
}

/// A pack, a tag or an actor as it is read, with the names of the fields that nobody knows.
#[derive(Default)]
struct Found<T>(T, Vec<String>);

/// What takes the fields of a map one by one.
trait Takes<'de>: Default {
    /// Takes the value of a key.
    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

impl<'de, T> Deserialize<'de> for Found<T>
where
    Self: Takes<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<T>(PhantomData<T>);
        impl<'de, T> Visitor<'de> for Collect<T>
        where
            Found<T>: Takes<'de>,
        {
            type Value = Found<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields, each `name: value`,")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<T>, A::Error> {
                let mut found = Found::default();
                while let Some(key) = map.next_key::<String>()? {
                    found.take(&key, &mut map)?;
                }
                Ok(found)
            }
        }
        deserializer.deserialize_map(Collect(PhantomData))
    }
}

impl<'de> Takes<'de> for Found<Fields<'static>> {
    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match Key::of(key) {
            Key::Field(field) => self.0.set(field, text_of(map.next_value()?)),
            Key::Concepts => self.0.concepts = map.next_value::<Texts>()?.0,
            of => {
                map.next_value::<IgnoredAny>()?;
                self.1.extend(matches!(of, Key::Unknown).then(|| key.to_owned()));
            }
        }
        Ok(())
    }
}

impl<'de> Takes<'de> for Found<Actor<'static>> {
    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "id" => self.0.id = text_of(map.next_value()?),
            "label" => self.0.label = text_of(map.next_value()?),
            "categories" => self.0.categories = map.next_value::<Texts>()?.0,
            "aliases" => self.0.aliases = map.next_value::<Texts>()?.0,
            _ => {
                map.next_value::<IgnoredAny>()?;
                self.1.extend(matches!(Key::of(key), Key::Unknown).then(|| key.to_owned()));
            }
        }
        Ok(())
    }
}

impl<'de> Takes<'de> for Found<Pack<'static>> {
    fn take<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        fn list<'de, T, A: MapAccess<'de>>(
            map: &mut A,
            pack: &mut Pack<'_>,
        ) -> Result<Option<Vec<T>>, A::Error>
        where
            Found<T>: Takes<'de>,
        {
            let entries: Vec<Found<T>> = map.next_value()?;
            let mut list = Vec::with_capacity(entries.len());
            for Found(entry, unknown) in entries {
                list.push(entry);
                unknown.iter().for_each(|name| pack.count_unknown(name));
            }
            Ok(Some(list))
        }
        let pack = &mut self.0;
        match key {
            "tags" => pack.tags = list(map, pack)?,
            "actors" => pack.actors = list(map, pack)?,
            _ => {
                let mut header = Found(std::mem::take(&mut pack.header), Vec::new());
                header.take(key, map)?;
                pack.header = header.0;
                header.1.iter().for_each(|name| pack.count_unknown(name));
            }
        }
        Ok(())
    }
}
