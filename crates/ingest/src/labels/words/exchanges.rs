//! Names of exchanges, and whose they are.

use super::cut::CutWords;
use std::collections::HashMap;

/// Names of exchanges with their entities by their first word, the longest name first: `gate io` before `gate`.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    by_first_word: HashMap<String, Vec<(Vec<String>, String)>>,
}

impl Exchanges {
    /// Takes a name of an exchange; of names of the same length the one that was added first decides.
    pub(super) fn add(&mut self, name: &str, entity: &str) {
        let name: Vec<String> = CutWords::of(name).iter().map(str::to_owned).collect();
        let names = self.by_first_word.entry(name[0].clone()).or_default();
        let at = names.partition_point(|(other, _)| other.len() >= name.len());
        names.insert(at, (name, entity.to_owned()));
    }

    /// The exchange whose name these words begin with: how many words, and its entity.
    pub(super) fn at(&self, words: &[&str]) -> Option<(usize, &str)> {
        let mut names = self.by_first_word.get(*words.first()?)?.iter();
        let found = names.find(|(name, _)| words.len() >= name.len() && name.iter().eq(&words[..name.len()]));
        found.map(|(name, entity)| (name.len(), entity.as_str()))
    }

    /// The exchange that is named anywhere in these words.
    pub(super) fn within(&self, words: &[&str]) -> Option<&str> {
        (0..words.len()).find_map(|from| self.at(&words[from..])).map(|(_, entity)| entity)
    }

    /// The exchange of which a name is the whole name.
    pub(super) fn of_whole(&self, name: &str) -> Option<&str> {
        let name = CutWords::of(name);
        let words: Vec<&str> = name.iter().collect();
        self.at(&words).filter(|(length, _)| *length == words.len()).map(|(_, entity)| entity)
    }
}
