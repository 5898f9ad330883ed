//! Which rules are worth trying on a name: of hundreds those few that share a word with it.

use super::rule::{Part, Test};
use std::collections::HashMap;

/// Which rules a name or tag can meet at all: few of the hundreds, in the table's order.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By a word that has to stand in the name.
    by_word: HashMap<String, Vec<usize>>,
    /// By a tag.
    by_tag: HashMap<String, Vec<usize>>,
    /// By the beginning of a word that has to stand in the name.
    by_prefix: Vec<(String, usize)>,
    /// Rules on names that hold an exchange's name and no certain word.
    of_exchange: Vec<usize>,
    /// Rules on any tag.
    of_any_tag: Vec<usize>,
}

impl Index {
    pub(super) fn add(&mut self, test: &Test, at: usize) {
        let parts = match test {
            Test::Tag(tag) => return self.by_tag.entry(tag.clone()).or_default().push(at),
            Test::TagOfExchange => return self.of_any_tag.push(at),
            Test::Name(parts) => parts,
        };
        let word = parts.iter().find_map(|part| if let Part::Word(word) = part { Some(word) } else { None });
        let prefix = parts.iter().find_map(|part| if let Part::Prefix(it) = part { Some(it) } else { None });
        match (word, prefix) {
            (Some(word), _) => self.by_word.entry(word.clone()).or_default().push(at),
            (None, Some(prefix)) => self.by_prefix.push((prefix.clone(), at)),
            (None, None) if parts.contains(&Part::Exchange) => self.of_exchange.push(at),
            (None, None) => panic!("data/words.csv: a pattern without a word would be tried on every name"),
        }
    }

    /// The rules that may fit, in the table's order.
    pub(super) fn candidates(&self, name: &[&str], tags: &[&str], names_exchange: bool) -> Vec<usize> {
        let mut found = Vec::new();
        found.extend(name.iter().filter_map(|word| self.by_word.get(*word)).flatten());
        found.extend(tags.iter().filter_map(|tag| self.by_tag.get(*tag)).flatten());
        let begins = |prefix: &str| name.iter().any(|word| word.starts_with(prefix));
        found.extend(self.by_prefix.iter().filter(|(prefix, _)| begins(prefix)).map(|(_, at)| *at));
        if names_exchange {
            found.extend(&self.of_exchange);
        }
        if !tags.is_empty() {
            found.extend(&self.of_any_tag);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
