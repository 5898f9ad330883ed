//! Where a posting stands: what a link takes out of the purse that its source entered stands with that source, on its chain.

use crate::input::Input;
use crate::table::at;
use hashbrown::{HashMap, HashSet};

/// The links that a trace followed, by the places of their destinations.
#[derive(Debug, Default)]
pub(crate) struct Crossings {
    /// The index of the link.
    of: HashMap<u64, usize>,
}

impl Crossings {
    pub(crate) fn of(input: &Input<'_>) -> Self {
        let left_out: HashSet<usize> = input.trace.unlinked.iter().map(|it| it.0 as usize).collect();
        let links = input.facts.options.links.iter().enumerate();
        let links = links.filter(|(number, _)| !left_out.contains(number));
        let of = links.flat_map(|(number, link)| link.destinations.iter().map(move |&it| (it, number)));
        Self { of: of.collect() }
    }

    /// The link whose destination a place is; an index into the links of the options.
    pub(crate) fn link(&self, place: u64) -> Option<usize> {
        self.of.get(&place).copied()
    }

    /// The transfer that tells where a posting stands.
    pub(crate) fn place(&self, input: &Input<'_>, posting: usize) -> usize {
        let postings = &input.trace.postings;
        let place = postings.place[posting];
        let Some(&number) = self.of.get(&place) else { return at(place) };
        let source = input.facts.options.links[number].source;
        let is_theirs = input.ledger.columns().to[at(source)] == postings.purse[posting];
        if is_theirs && !postings.kind[posting].enters() { at(source) } else { at(place) }
    }
}
