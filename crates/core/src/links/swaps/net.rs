//! What accounts received of an asset less what they sent, in numbers that are as small as a transaction allows.

use crate::account::AccountId;
use crate::amount::{Amount, AmountColumn};
use crate::asset::AssetId;
use crate::ledger::PurseId;
use std::cmp::Ordering;

/// A sum with a sign.
pub(super) trait Net: Copy + Default {
    /// What is summed.
    type Units: Copy;

    fn units(column: &AmountColumn, row: usize) -> Self::Units;
    fn add(&mut self, units: Self::Units, comes: bool);
    fn join(&mut self, other: Self);
    /// Against another sum.
    fn order(self, other: Self) -> Ordering;
    /// How much it is, whatever the sign.
    fn size(self) -> Amount;

    fn is_gain(self) -> bool {
        self.order(Self::default()) == Ordering::Greater
    }

    fn is_loss(self) -> bool {
        self.order(Self::default()) == Ordering::Less
    }
}

/// The sum of so few transfers of so little that it cannot overflow: nearly all.
pub(super) type Narrow = i128;

/// No more transfers than this, each below that, are summed as [`Narrow`].
pub(super) const NARROW_ROWS: usize = 1 << 14;
pub(super) const NARROW_UNITS: u128 = 1 << 110;

impl Net for Narrow {
    type Units = i128;

    fn units(column: &AmountColumn, row: usize) -> i128 {
        i128::try_from(column.narrow[row]).expect("it is below the limit")
    }

    fn add(&mut self, units: i128, comes: bool) {
        *self += if comes { units } else { -units };
    }

    fn join(&mut self, other: Self) {
        *self += other;
    }

    fn order(self, other: Self) -> Ordering {
        self.cmp(&other)
    }

    fn size(self) -> Amount {
        Amount::from(self.unsigned_abs())
    }
}

/// Any sum: both sides of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Both {
    into: Amount,
    out: Amount,
}

impl Net for Both {
    type Units = Amount;

    fn units(column: &AmountColumn, row: usize) -> Amount {
        column.get(row)
    }

    fn add(&mut self, units: Amount, comes: bool) {
        let side = if comes { &mut self.into } else { &mut self.out };
        *side = side.plus(units);
    }

    fn join(&mut self, other: Self) {
        (self.into, self.out) = (self.into.plus(other.into), self.out.plus(other.out));
    }

    fn order(self, other: Self) -> Ordering {
        self.into.plus(other.out).cmp(&other.into.plus(self.out))
    }

    fn size(self) -> Amount {
        let gain = self.into.minus(self.out).or_else(|| self.out.minus(self.into));
        gain.expect("one side is the larger")
    }
}

/// What an account moved of an asset, net.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<N> {
    pub(super) account: AccountId,
    pub(super) asset: AssetId,
    pub(super) net: N,
    /// The account's purse of that asset; nothing that counts for a contract that minted or burned.
    pub(super) purse: PurseId,
    pub(super) sends: bool,
    pub(super) receives: bool,
}

/// Sorts entries by account, then asset, and makes one of those of both.
pub(super) fn sum<N: Net>(entries: &mut Vec<Entry<N>>) {
    let key = |it: &Entry<N>| (it.account, it.asset);
    entries.sort_unstable_by_key(key);
    entries.dedup_by(|next, first| {
        let is_same = key(next) == key(first);
        if is_same {
            first.net.join(next.net);
            first.sends |= next.sends;
            first.receives |= next.receives;
        }
        is_same
    });
}

#[cfg(test)]
mod tests {
    use super::{Both, Narrow, Net};
    use crate::amount::{Amount, AmountColumn};

    #[test]
    fn both_kinds_of_sums_agree() {
        let mut column = AmountColumn::default();
        [7, 5, 9, 2, 1 << 100].into_iter().for_each(|units| column.push_units(units));
        let sum = |rows: &[(usize, bool)]| {
            let (mut narrow, mut both) = (Narrow::default(), Both::default());
            for &(row, comes) in rows {
                narrow.add(Narrow::units(&column, row), comes);
                both.add(Both::units(&column, row), comes);
            }
            assert_eq!(narrow.size(), both.size());
            assert_eq!((narrow.is_gain(), narrow.is_loss()), (both.is_gain(), both.is_loss()));
            (narrow, both)
        };
        let (gain, loss) = (sum(&[(0, true), (1, false)]), sum(&[(2, false), (3, true)]));
        assert_eq!((gain.0.size(), loss.0.size()), (Amount::from(2), Amount::from(7)));
        let even = sum(&[(4, true), (4, false)]);
        for (one, other) in [(gain, loss), (loss, gain), (gain, even), (even, even)] {
            assert_eq!(one.0.order(other.0), one.1.order(other.1));
            let (mut narrow, mut both) = (one.0, one.1);
            narrow.join(other.0);
            both.join(other.1);
            assert_eq!(narrow.size(), both.size());
        }
    }
}
