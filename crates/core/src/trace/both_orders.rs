//! The two orders of a ledger, to be asked more than once.

use super::error::TraceError;
use super::exposure::{Exposures, Origins, Source, exposures_once, source_once};
use super::options::TraceOptions;
use crate::account::AccountId;
use crate::label::Labels;
use crate::ledger::Ledger;

/// A ledger, and the other order of its transfers where there is one: made once, asked as often as wanted.
#[derive(Debug)]
pub struct BothOrders<'a> {
    ledger: &'a Ledger,
    /// Where the input does not tell the order of some transfers that touch one purse.
    reversed: Option<Ledger>,
}

impl<'a> BothOrders<'a> {
    /// Makes the other order where there is one.
    ///
    /// # Cost
    /// That of [`Ledger::with_ties_reversed`], or nothing.
    #[must_use]
    pub fn of(ledger: &'a Ledger) -> Self {
        Self { ledger, reversed: ledger.notes().order_ambiguous.then(|| ledger.with_ties_reversed()) }
    }

    /// As [`super::exposures`].
    ///
    /// # Errors
    /// As [`super::trace`].
    ///
    /// # Panics
    /// As [`super::trace`]; and if the two orders do not have the same origins and purses: money would be another's.
    pub fn exposures(
        &self,
        labels: &Labels,
        origins: Origins<'_>,
        options: &TraceOptions,
        accounts: &[AccountId],
    ) -> Result<Exposures, TraceError> {
        let mut accounts = accounts.to_vec();
        accounts.sort_unstable();
        accounts.dedup();
        let mut told = exposures_once(self.ledger, labels, origins, options, &accounts)?;
        if let Some(reversed) = &self.reversed {
            let turned = options.with_ties_reversed(self.ledger);
            let other = exposures_once(reversed, labels, origins, &turned, &accounts)?;
            told.set_beside(other, self.ledger);
        }
        Ok(told)
    }

    /// As [`super::source`].
    ///
    /// # Errors
    /// As [`super::trace`].
    ///
    /// # Panics
    /// As [`Self::exposures`].
    pub fn source(
        &self,
        labels: &Labels,
        origins: Origins<'_>,
        options: &TraceOptions,
        account: AccountId,
    ) -> Result<Source, TraceError> {
        let mut told = source_once(self.ledger, labels, origins, options, account)?;
        if let Some(reversed) = &self.reversed {
            let turned = options.with_ties_reversed(self.ledger);
            let other = source_once(reversed, labels, origins, &turned, account)?;
            told.set_beside(other, self.ledger);
        }
        Ok(told)
    }
}
