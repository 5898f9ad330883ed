//! What a row of the table asks of a name or its tags: a pattern of words, or a tag.

use super::exchanges::Exchanges;

/// Stands for any exchange's name in a pattern, and for its entity in the entity column.
pub(super) const EXCHANGE: &str = "<exchange>";

/// What a row asks for.
#[derive(Debug)]
pub(super) enum Test {
    Name(Vec<Part>),
    Tag(String),
    TagOfExchange,
}

/// A part of a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    End,
    Word(String),
    Prefix(String),
    Number,
    Gap,
    Exchange,
}

impl Test {
    /// A pattern on names.
    pub(super) fn of_name(pattern: &str) -> Self {
        Self::Name(pattern.split(' ').map(part).collect())
    }

    /// A tag, or any tag that names an exchange.
    pub(super) fn of_tag(tag: &str) -> Self {
        if tag == EXCHANGE { Self::TagOfExchange } else { Self::Tag(tag.to_owned()) }
    }

    /// Returns the entity of the exchange that the test met, empty for none, where the test fits.
    pub(super) fn fits<'e>(&self, exchanges: &'e Exchanges, name: &[&str], tags: &[&str]) -> Option<&'e str> {
        match self {
            Self::Name(parts) => (0..=name.len()).find_map(|at| matches(exchanges, parts, name, at)),
            Self::Tag(word) => tags.contains(&word.as_str()).then_some(""),
            Self::TagOfExchange => tags.iter().find_map(|tag| exchanges.of_whole(tag)),
        }
    }
}

/// Whether the parts fit the words from `at` on: the entity of the exchange met, empty for none.
fn matches<'e>(exchanges: &'e Exchanges, parts: &[Part], name: &[&str], at: usize) -> Option<&'e str> {
    let Some((part, rest)) = parts.split_first() else { return Some("") };
    let word = name.get(at).copied();
    let next = |fits: bool| if fits { matches(exchanges, rest, name, at + 1) } else { None };
    match part {
        Part::Start if at == 0 => matches(exchanges, rest, name, at),
        Part::Start => None,
        Part::End => (at == name.len()).then_some(""),
        Part::Gap => (at..=name.len()).find_map(|later| matches(exchanges, rest, name, later)),
        Part::Word(wanted) => next(word == Some(wanted.as_str())),
        Part::Prefix(wanted) => next(word.is_some_and(|word| word.starts_with(wanted.as_str()))),
        Part::Number => next(word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))),
        Part::Exchange => {
            let (length, entity) = exchanges.at(name.get(at..)?)?;
            matches(exchanges, rest, name, at + length).map(|_| entity)
        }
    }
}

/// Reads one word of a pattern.
fn part(word: &str) -> Part {
    match word {
        "^" => Part::Start,
        "$" => Part::End,
        "#" => Part::Number,
        "..." => Part::Gap,
        EXCHANGE => Part::Exchange,
        _ => match word.strip_suffix('*') {
            Some(prefix) => Part::Prefix(prefix.to_owned()),
            None => Part::Word(word.to_owned()),
        },
    }
}
