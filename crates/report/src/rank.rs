//! The order of findings: what can be stopped first, then how much of the theft it is at the least.
//!
//! Findings rank by state, in the order of [`State`]. Inside a state, with prices, the more dollars there are at the
//! least the earlier; those without a price come after them. Then the larger share ranks first: the least
//! claim over the asked rules, as a share of all that was stolen of that asset in that theft under the run's
//! rule. Shares are compared as fractions, by cross multiplication, without rounding. Then the one that was
//! tainted first, then the address, chain, asset and class.

use crate::price::Cents;
use crate::state::State;
use dyetrace_core::{Amount, Ledger};
use ruint::Uint;
use std::cmp::{Ordering, Reverse};

/// A fraction of two amounts, compared exactly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    part: Amount,
    whole: Amount,
}

impl Share {
    /// A part of a whole. Nothing of nothing counts as 0.
    pub(crate) fn new(part: Amount, whole: Amount) -> Self {
        let whole = if whole.is_zero() { Amount::from(1) } else { whole };
        Self { part, whole }
    }

    /// The part, and the whole, which is not 0.
    pub(crate) const fn parts(self) -> (Amount, Amount) {
        (self.part, self.whole)
    }
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        product(self.part, other.whole).cmp(&product(other.part, self.whole))
    }
}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Share {}

/// Multiplies two amounts of 320 bits at twice the width, so that nothing can overflow.
pub(crate) fn product(a: Amount, b: Amount) -> Uint<640, 10> {
    a.to_wide().widening_mul::<320, 5, 640, 10>(b.to_wide())
}

/// What decides a finding's rank: smaller ranks first.
pub(crate) type Rank =
    (State, Reverse<Option<Cents>>, Reverse<Share>, Option<i64>, String, String, String, u32);

/// The time of the first taint: equal times are told apart by address. Where a transfer has no time, the last one
/// known among the thousand before it stands in, so that a ledger without times costs nothing.
pub(crate) fn first_time(ledger: &Ledger, place: u64) -> Option<i64> {
    let place = usize::try_from(place).expect("rows are in memory");
    ledger.columns().blocks.last_time(place, 1_000)
}

/// Splits a whole into hundredths of a percent that add up to 10,000: each part's floor, and the missing ones
/// by largest remainder, ties to the first. All 0 if the whole is.
pub(crate) fn hundredths(parts: &[Amount]) -> Vec<u32> {
    let whole: Amount = parts.iter().copied().sum();
    if whole.is_zero() {
        return vec![0; parts.len()];
    }
    let wide = Uint::<640, 10>::from(whole.to_wide());
    let scaled = parts.iter().map(|&part| product(part, Amount::from(10_000)).div_rem(wide));
    let (mut floors, rests): (Vec<u32>, Vec<_>) =
        scaled.map(|(floor, rest)| (u32::try_from(floor).expect("at most 10,000"), rest)).unzip();
    let missing = 10_000 - floors.iter().sum::<u32>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| rests[b].cmp(&rests[a]));
    for &part in order.iter().take(missing as usize) {
        floors[part] += 1;
    }
    floors
}

#[cfg(test)]
mod tests {
    use super::{Share, hundredths};
    use dyetrace_core::Amount;

    #[test]
    fn percentages_add_up_to_a_hundred() {
        let parts = [1, 1, 1].map(Amount::from);
        assert_eq!(hundredths(&parts), [3_334, 3_333, 3_333]);
        assert_eq!(hundredths(&[0, 5].map(Amount::from)), [0, 10_000]);
        assert_eq!(hundredths(&[Amount::ZERO]), [0]);
        // A third of a unit in a hundred thousand still leaves the sum whole.
        assert_eq!(hundredths(&[99_999, 1].map(Amount::from)).iter().sum::<u32>(), 10_000);
    }

    #[test]
    fn shares_are_compared_without_rounding() {
        let share = |part: u128, whole: u128| Share::new(Amount::from(part), Amount::from(whole));
        assert!(share(u128::MAX - 1, u128::MAX) < share(u128::MAX, u128::MAX));
        assert_eq!(share(1, 3), share(2, 6));
        assert_eq!(share(0, 0), share(0, 7));
    }
}
