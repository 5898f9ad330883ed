//! What is gathered from label files on the way: labels, what was left out, and who stands behind an actor's id.

use super::Words;
use crate::error::Fault;
use crate::reject::{Warning, Warnings};
use dyetrace_core::{Category, Label};
use std::collections::HashMap;

/// The most entries left out for one reason whose places are kept; all are counted.
const PLACES: usize = 1000;

/// All that was read so far.
pub(super) struct Gathered {
    pub(super) labels: Vec<Label>,
    pub(super) actors: Actors,
    left_out: Warnings,
    /// Of the file that is being read.
    pub(super) file: OfFile,
}

/// What a file has beside labels.
#[derive(Default)]
pub(super) struct OfFile {
    /// Its name, without the folders of this machine.
    pub(super) name: String,
    /// How many entries were left out.
    pub(super) left_out: u64,
    /// Fields that are not known.
    pub(super) passed_over: Vec<String>,
    /// What is to be said of it: a sentence each.
    pub(super) notes: Vec<String>,
}

impl Gathered {
    pub(super) fn new() -> Self {
        Self {
            labels: Vec::new(),
            actors: Actors::default(),
            left_out: Warnings::keeping(PLACES),
            file: OfFile::default(),
        }
    }

    /// Leaves out an entry that is good, but can be no label of an account here.
    pub(super) fn leave_out(&mut self, line: u64, fault: Fault) {
        self.file.left_out += 1;
        self.left_out.add(fault.at(&self.file.name, line));
    }

    /// Names the holders, now that every actor is known.
    pub(super) fn finish(mut self) -> (Vec<Label>, Vec<Warning>) {
        self.actors.name_holders(&mut self.labels);
        (self.labels, self.left_out.into_vec())
    }
}

/// Actors by their ids. A tag may name an actor of whom a later file tells.
#[derive(Default)]
pub(super) struct Actors {
    known: HashMap<String, Known>,
    ids: HashMap<String, u32>,
    /// Which label names which actor.
    uses: Vec<(usize, u32)>,
}

struct Known {
    name: String,
    category: Category,
}

impl Actors {
    /// Takes an actor, unless an actor of this id was told of before. An alias yields to an id.
    pub(super) fn add(&mut self, id: &str, name: &str, category: Category) {
        self.known.entry(id.to_owned()).or_insert_with(|| Known { name: name.to_owned(), category });
    }

    /// Notes that the label at `at` speaks of this actor.
    pub(super) fn use_at(&mut self, at: usize, id: &str) {
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let number = match self.ids.get(id) {
            Some(&number) => number,
            None => *self.ids.entry(id.to_owned()).or_insert(next),
        };
        self.uses.push((at, number));
    }

    fn name_holders(&self, labels: &mut [Label]) {
        let words = Words::built_in();
        let mut holders = vec![(String::new(), Category::Other); self.ids.len()];
        #[expect(clippy::iter_over_hash_type, reason = "each goes to its own place")]
        for (id, &number) in &self.ids {
            let known = self.known.get(id).or_else(|| self.known.get(&id.to_lowercase()));
            let name = known.map_or(id.as_str(), |known| &known.name);
            // The names that the other sources use: `OKEx` is `OKX`.
            let name = words.exchange_of(name).or_else(|| words.exchange_of(id)).unwrap_or(name);
            holders[number as usize] = (name.to_owned(), known.map_or(Category::Other, |it| it.category));
        }
        for &(at, number) in &self.uses {
            let (name, category) = &holders[number as usize];
            let label = &mut labels[at];
            label.entity.clone_from(name);
            if label.category == Category::Other {
                label.category = *category;
            }
        }
    }
}
