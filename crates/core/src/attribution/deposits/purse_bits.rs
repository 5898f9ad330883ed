//! A bit a purse: a million purses fit into a core's own cache, so that most transfers cost one look at two bits.

use super::parties::Parties;
use crate::account::AccountId;
use crate::ledger::{Ledger, PurseId};
use rayon::prelude::*;

/// A set of purses.
pub(super) struct PurseBits(Vec<u64>);

impl PurseBits {
    /// The purses whose holder is meant. The zero address is never meant.
    ///
    /// # Cost
    /// **O(p)** for p purses, in parallel.
    pub(super) fn of(ledger: &Ledger, is_meant: impl Fn(AccountId) -> bool + Sync) -> Self {
        Self::of_purses(ledger, |purse| Parties::holder(ledger, purse).is_some_and(&is_meant))
    }

    /// The purses that are meant themselves.
    pub(super) fn of_purses(ledger: &Ledger, is_meant: impl Fn(PurseId) -> bool + Sync) -> Self {
        let count = ledger.purses().len();
        let word = |first: usize| {
            let purses =
                (first..count.min(first + 64)).map(|at| PurseId(u32::try_from(at).unwrap_or(u32::MAX)));
            (0..).zip(purses).fold(0, |word, (at, purse)| word | u64::from(is_meant(purse)) << at)
        };
        Self((0..count.div_ceil(64)).into_par_iter().map(|at| word(at * 64)).collect())
    }

    /// Whether a purse is in the set; [`PurseId::NONE`] never is.
    #[inline]
    pub(super) fn has(&self, purse: PurseId) -> bool {
        let word = self.0.get(purse.index() / 64);
        word.is_some_and(|word| word >> (purse.index() % 64) & 1 != 0)
    }
}
