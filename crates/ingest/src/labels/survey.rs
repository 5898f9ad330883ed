//! What label files hold together: how many labels from whom, of what, about how many accounts.

use super::LabelReading;
use dyetrace_core::label::contradictions;
use dyetrace_core::{Category, Label};
use std::cmp::Reverse;
use std::collections::HashMap;

/// How many labels there are of each category, in the order of [`Category::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByCategory([u64; Category::ALL.len()]);

impl ByCategory {
    fn add(&mut self, category: Category) {
        self.0[category as usize] += 1;
    }

    /// The number of one category.
    #[must_use]
    pub fn of(&self, category: Category) -> u64 {
        self.0[category as usize]
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Those that there are, in the order of [`Category::ALL`].
    pub fn some(&self) -> impl Iterator<Item = (Category, u64)> + '_ {
        Category::ALL.into_iter().map(|it| (it, self.of(it))).filter(|(_, count)| *count > 0)
    }
}

impl<'l> FromIterator<&'l Label> for ByCategory {
    fn from_iter<I: IntoIterator<Item = &'l Label>>(labels: I) -> Self {
        let mut counts = Self::default();
        labels.into_iter().for_each(|label| counts.add(label.category));
        counts
    }
}

/// What label files hold together.
#[derive(Debug)]
pub struct LabelSurvey<'r> {
    /// Labels by category.
    pub categories: ByCategory,
    /// Labels by what they name as their source, most first, then by name.
    pub sources: Vec<(&'r str, ByCategory)>,
    /// Labels by the chain on which they hold, `None` for all chains: most first, then by name.
    pub chains: Vec<(Option<&'r str>, u64)>,
    /// How many addresses have a label.
    pub addresses: u64,
    /// How many addresses have more than one.
    pub with_several: u64,
    /// Of each address whose labels disagree the two strongest that do: by address.
    pub contradictions: Vec<[&'r Label; 2]>,
}

impl<'r> LabelSurvey<'r> {
    /// Surveys what was read.
    ///
    /// # Cost
    /// **O(n log n)** for n labels.
    #[must_use]
    pub fn of(reading: &'r LabelReading) -> Self {
        let mut categories = ByCategory::default();
        let mut sources: HashMap<&str, ByCategory> = HashMap::new();
        let mut chains: HashMap<Option<&str>, u64> = HashMap::new();
        let mut addresses: HashMap<_, u64> = HashMap::with_capacity(reading.labels.len());
        for label in &reading.labels {
            categories.add(label.category);
            sources.entry(&label.source).or_default().add(label.category);
            *chains.entry(label.chain.as_deref()).or_default() += 1;
            *addresses.entry(label.address.as_bytes()).or_default() += 1;
        }
        let mut sources: Vec<_> = sources.into_iter().collect();
        sources.sort_by_key(|(name, counts)| (Reverse(counts.all()), *name));
        let mut chains: Vec<_> = chains.into_iter().collect();
        chains.sort_by_key(|(name, count)| (Reverse(*count), *name));
        Self {
            categories,
            sources,
            chains,
            addresses: addresses.len() as u64,
            with_several: addresses.values().filter(|count| **count > 1).count() as u64,
            contradictions: contradictions(&reading.labels),
        }
    }
}
