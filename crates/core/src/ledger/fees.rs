//! Fees: what transactions cost their senders.

use super::PurseId;
use crate::amount::{Amount, AmountColumn};
use crate::column::Column;

/// What a transaction costs its sender: spent before the transaction's transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fee {
    /// The place of the transaction's first transfer.
    pub place: u64,
    /// The native purse that pays.
    pub payer: PurseId,
    /// How much, in base units of the native coin. Never 0.
    pub amount: Amount,
}

/// The fees: one entry a fee in each column, sorted by place; at most one a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fees {
    /// The place of the transaction's first transfer.
    pub place: Column<u64>,
    /// The native purse that pays.
    pub payer: Column<PurseId>,
    /// How much. Never 0.
    pub amount: AmountColumn,
}

impl Fees {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.place.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.place.is_empty()
    }

    /// One of them.
    ///
    /// # Panics
    /// If there is none of this number.
    #[must_use]
    pub fn get(&self, number: usize) -> Fee {
        Fee { place: self.place[number], payer: self.payer[number], amount: self.amount.get(number) }
    }

    /// All of them, by place.
    pub fn iter(&self) -> impl Iterator<Item = Fee> {
        (0..self.len()).map(|number| self.get(number))
    }

    /// The fee of the transaction whose first transfer stands at this place.
    #[must_use]
    pub fn at(&self, place: u64) -> Option<Fee> {
        self.place.binary_search(&place).ok().map(|number| self.get(number))
    }
}

impl FromIterator<Fee> for Fees {
    /// The fees may come in any order.
    fn from_iter<I: IntoIterator<Item = Fee>>(fees: I) -> Self {
        let mut all: Vec<Fee> = fees.into_iter().collect();
        all.sort_unstable_by_key(|fee| fee.place);
        let mut columns = Self::default();
        for fee in all {
            columns.place.push(fee.place);
            columns.payer.push(fee.payer);
            columns.amount.push(fee.amount);
        }
        columns
    }
}
