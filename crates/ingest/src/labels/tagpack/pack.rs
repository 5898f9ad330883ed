//! What stands in a TagPack or ActorPack, before anybody asks what it means.

use std::borrow::Cow;

/// A text with the line on which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text<'t> {
    pub(super) value: Cow<'t, str>,
    pub(super) line: u64,
}

/// A field of a tag that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Address,
    TxHash,
    Label,
    Source,
    Currency,
    Network,
    Confidence,
    Actor,
    Category,
    Abuse,
    Lastmod,
    TagType,
}

/// The fields by their names in the file.
const FIELDS: [(&str, Field); 12] = [
    ("address", Field::Address),
    ("tx_hash", Field::TxHash),
    ("label", Field::Label),
    ("source", Field::Source),
    ("currency", Field::Currency),
    ("network", Field::Network),
    ("confidence", Field::Confidence),
    ("actor", Field::Actor),
    ("category", Field::Category),
    ("abuse", Field::Abuse),
    ("lastmod", Field::Lastmod),
    ("tag_type", Field::TagType),
];

/// Fields that are known and say nothing about whose an account is.
const PASSED_OVER: [&str; 11] = [
    "title",
    "creator",
    "description",
    "owner",
    "is_public",
    "is_cluster_definer",
    "context",
    "uri",
    "jurisdictions",
    "id",
    "inherit",
];

/// What a key means.
pub(super) enum Key {
    Field(Field),
    Concepts,
    /// A known field that is not read.
    PassedOver,
    Unknown,
}

impl Key {
    pub(super) fn of(name: &str) -> Self {
        if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) {
            return Self::Field(*field);
        }
        match name {
            "concepts" => Self::Concepts,
            _ if PASSED_OVER.contains(&name) => Self::PassedOver,
            _ => Self::Unknown,
        }
    }
}

impl Field {
    pub(super) fn name(self) -> &'static str {
        FIELDS[self as usize].0
    }
}

/// The fields of a tag, or those of the header that every tag inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields<'t> {
    texts: [Option<Text<'t>>; FIELDS.len()],
    pub(super) concepts: Vec<Text<'t>>,
}

impl<'t> Fields<'t> {
    pub(super) fn get(&self, field: Field) -> Option<&Text<'t>> {
        self.texts[field as usize].as_ref()
    }

    pub(super) fn set(&mut self, field: Field, text: Option<Text<'t>>) {
        self.texts[field as usize] = text;
    }

    /// The line of its first field.
    pub(super) fn line(&self) -> Option<u64> {
        self.texts.iter().flatten().chain(&self.concepts).map(|text| text.line).min()
    }
}

/// Somebody who holds accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Actor<'t> {
    pub(super) id: Option<Text<'t>>,
    pub(super) label: Option<Text<'t>>,
    pub(super) categories: Vec<Text<'t>>,
    pub(super) aliases: Vec<Text<'t>>,
}

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pack<'t> {
    pub(super) header: Fields<'t>,
    /// `None` where the file has no such list.
    pub(super) tags: Option<Vec<Fields<'t>>>,
    pub(super) actors: Option<Vec<Actor<'t>>>,
    /// Names of fields that nobody knows, in first-seen order, with how often each stands there.
    pub(super) unknown: Vec<(String, u64)>,
}

impl Pack<'_> {
    pub(super) fn count_unknown(&mut self, name: &str) {
        match self.unknown.iter_mut().find(|(known, _)| known == name) {
            Some((_, count)) => *count += 1,
            None => self.unknown.push((name.to_owned(), 1)),
        }
    }
}
