//! What files are worth for a trace: fees, failures, and whose whole history they hold.

use crate::facts::NO_RECEIPTS;
use crate::read::Reading;
use dyetrace_core::{Amount, AssetId, Ledger, PurseId};
use std::collections::BTreeMap;

/// What is known of fees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeeFact {
    /// How many transactions state what they paid.
    pub stated: u64,
    /// The sum of what was paid, by native coin.
    pub sums: Vec<(AssetId, Amount)>,
}

impl FeeFact {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let mut sums: BTreeMap<AssetId, Amount> = BTreeMap::new();
        for fee in ledger.fees().iter() {
            let sum = sums.entry(ledger.purses().asset(fee.payer)).or_default();
            *sum = sum.plus(fee.amount);
        }
        let stated = (ledger.fees().len() + ledger.origin().unpaid.len()) as u64;
        Self { stated, sums: sums.into_iter().collect() }
    }
}

/// What is known of transactions that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Files that tell what failed, or to whose rows another file tells it.
    pub told: Vec<String>,
    /// Files in which a failed transaction looks like the rest.
    pub untold: Vec<String>,
}

impl Failures {
    pub(super) fn of(reading: &Reading) -> Self {
        let mut failures = Self::default();
        for fact in reading.source_facts() {
            let Some(dialect) = fact.dialect() else { continue };
            if fact.notes.iter().any(|note| note == NO_RECEIPTS) {
                failures.untold.push(fact.name.clone());
            } else if dialect.needs_failure || !dialect.tells_failure.is_empty() {
                failures.told.push(fact.name.clone());
            }
        }
        failures
    }
}

/// How many of how many accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Accounts whose whole history the files hold.
    pub whole: u64,
    /// Accounts that there are.
    pub of: u64,
}

/// Whose whole history the files hold, as far as their dialects say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Of accounts that hold a native coin.
    pub native: Share,
    /// Of accounts that hold tokens.
    pub tokens: Share,
}

impl History {
    /// # Cost
    /// **O(n)** for n purses.
    pub(super) fn of(ledger: &Ledger) -> Self {
        let (purses, mut history) = (ledger.purses(), Self::default());
        let mut last = None;
        let mut seen = [false; 2];
        for &purse in purses.by_account.iter() {
            let purse = PurseId(purse);
            let account = purses.account(purse);
            if last.replace(account) != Some(account) {
                seen = [false; 2];
            }
            let native = ledger.assets().get(purses.asset(purse)).is_native();
            if purses.is_void(purse) || std::mem::replace(&mut seen[usize::from(native)], true) {
                continue;
            }
            let share = if native { &mut history.native } else { &mut history.tokens };
            share.of += 1;
            share.whole += u64::from(ledger.is_covered(account, native));
        }
        history
    }
}
