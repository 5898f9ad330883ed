//! Who is on the chains at all: whoever ever received something.

use crate::party::{Kind, Party};
use std::collections::BTreeSet;

/// Kinds of which there are as many as wallets: a bit each.
const MANY: [Kind; 3] = [Kind::Person, Kind::Deposit, Kind::Lookalike];

/// A set of parties.
#[derive(Debug)]
pub(crate) struct Seen {
    many: [Vec<u64>; 3],
    others: BTreeSet<Party>,
    /// Invoices are numbered as they are made.
    invoices: u64,
}

impl Seen {
    pub(super) fn new(wallets: usize) -> Self {
        Self { many: MANY.map(|_| vec![0; wallets.div_ceil(64)]), others: BTreeSet::new(), invoices: 0 }
    }

    pub(super) fn see(&mut self, party: Party) {
        let kind = party.kind();
        if kind == Kind::Invoice {
            self.invoices = self.invoices.max(party.number() + 1);
            return;
        }
        let word = usize::try_from(party.number() / 64).unwrap_or(usize::MAX);
        let row = MANY.iter().position(|&many| many == kind);
        match row.and_then(|row| self.many[row].get_mut(word)) {
            Some(bits) => *bits |= 1 << (party.number() % 64),
            None => {
                self.others.insert(party);
            }
        }
    }

    pub(crate) fn parties(&self) -> impl Iterator<Item = Party> {
        let many = MANY.iter().zip(&self.many).flat_map(|(&kind, words)| {
            (0_u64..).zip(words).flat_map(move |(word, bits)| {
                (0..64)
                    .filter(move |bit| bits >> bit & 1 == 1)
                    .map(move |bit| Party::new(kind, word * 64 + bit))
            })
        });
        let invoices = (0..self.invoices).map(|number| Party::new(Kind::Invoice, number));
        many.chain(invoices).chain(self.others.iter().copied())
    }
}
