//! Sums of amounts that nearly always fit 128 bits.

use crate::amount::{Amount, AmountColumn};

/// A sum: 128 bits, and what went beyond them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AmountSum {
    low: u128,
    high: Amount,
}

impl AmountSum {
    /// Adds the amount of a row of a column.
    #[inline]
    pub(super) fn add(&mut self, column: &AmountColumn, row: usize) {
        match column.narrow[row] {
            AmountColumn::WIDE => self.high = self.high.plus(column.get(row)),
            units => self.add_units(units),
        }
    }

    /// Adds one amount.
    pub(super) fn add_amount(&mut self, amount: Amount) {
        match amount.to_u128() {
            Some(units) => self.add_units(units),
            None => self.high = self.high.plus(amount),
        }
    }

    /// Adds another sum.
    pub(super) fn join(&mut self, other: Self) {
        self.add_units(other.low);
        self.high = self.high.plus(other.high);
    }

    /// All that was added.
    pub(super) fn total(self) -> Amount {
        self.high.plus(Amount::from(self.low))
    }

    fn add_units(&mut self, units: u128) {
        if let Some(sum) = self.low.checked_add(units) {
            self.low = sum;
        } else {
            self.high = self.high.plus(Amount::from(self.low));
            self.low = units;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AmountSum;
    use crate::amount::{Amount, AmountColumn};

    #[test]
    fn a_sum_goes_beyond_128_bits_without_loss() {
        let amounts = [u128::MAX - 1, 7, u128::MAX, u128::MAX - 9, 1].map(Amount::from);
        let mut column = AmountColumn::default();
        amounts.iter().for_each(|amount| column.push(*amount));
        let mut halves = [AmountSum::default(); 2];
        (0..column.len()).for_each(|row| halves[row % 2].add(&column, row));
        let [mut sum, other] = halves;
        sum.join(other);
        assert_eq!(sum.total(), amounts.into_iter().sum());
    }
}
