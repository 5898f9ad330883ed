//! Deposit accounts of exchanges, found in the transfers of a case.

use crate::assets::AssetTables;
use crate::bounds::{CENTURY, within};
use crate::error::Error;
use crate::inputs::{stated_labels, usual_options};
use crate::traced::CaseFiles;
use crate::watch::Watch;
use dyetrace_core::Labels;
use dyetrace_core::attribution::deposits::{DepositOptions, Deposits, find_deposits};
use dyetrace_core::trace::seed_accounts;
use dyetrace_ingest::case::parse_max_short;
use dyetrace_ingest::{Case, Reading};
use dyetrace_report::DepositList;
use std::sync::Arc;

/// Thresholds, as they were typed; none is the published one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedDeposits {
    /// The least share of transfers out that goes to the exchange, in percent.
    pub min_share: Option<u32>,
    /// Over how many receivers it is summed.
    pub destinations: Option<usize>,
    /// In so many transfers an account is none.
    pub max_transfers: Option<u64>,
    /// The most accounts that pay into it.
    pub max_senders: Option<u64>,
    /// The longest time to a sweep, in seconds.
    pub max_delay: Option<i64>,
    /// The same in blocks.
    pub max_delay_blocks: Option<u64>,
    /// `ASSET=N`: by how much a sweep may fall short.
    pub max_short: Vec<String>,
    /// Of how many accounts a gas wallet pays the fees.
    pub gas_accounts: Option<u64>,
    /// The least share of those that sweep to the one exchange, in percent.
    pub gas_share: Option<u32>,
}

impl TypedDeposits {
    /// Refuses what is out of bounds: before anything is read, where it is asked then.
    ///
    /// # Errors
    /// Names the option, what was typed and what may be.
    pub fn check(&self) -> Result<(), Error> {
        within("min-share", self.min_share, 1..=100)?;
        within("gas-share", self.gas_share, 51..=100)?;
        within("max-delay", self.max_delay, 0..=CENTURY)
    }

    /// Lays them over the usual ones.
    fn over(&self, usual: DepositOptions) -> Result<DepositOptions, Error> {
        self.check()?;
        let mut short = usual.short;
        for text in &self.max_short {
            short.push(parse_max_short(text)?);
        }
        Ok(DepositOptions {
            min_share: self.min_share.unwrap_or(usual.min_share),
            destinations: self.destinations.unwrap_or(usual.destinations),
            max_transfers: self.max_transfers.unwrap_or(usual.max_transfers),
            max_senders: self.max_senders.unwrap_or(usual.max_senders),
            max_delay: self.max_delay.unwrap_or(usual.max_delay),
            max_delay_blocks: self.max_delay_blocks.unwrap_or(usual.max_delay_blocks),
            short,
            gas_accounts: self.gas_accounts.unwrap_or(usual.gas_accounts),
            gas_share: self.gas_share.unwrap_or(usual.gas_share),
        })
    }
}

/// Deposit accounts with what is needed to list them.
#[derive(Debug)]
pub struct FoundDeposits {
    /// The transfers.
    pub reading: Arc<Reading>,
    labels: Labels,
    tables: AssetTables,
    deposits: Deposits,
}

impl CaseFiles {
    /// Reads the labels and the tables of a case, and looks for deposit accounts.
    ///
    /// # Errors
    /// What the readers say of the first file that cannot be read, and thresholds that cannot be understood.
    pub fn deposits(
        self,
        case: &Case,
        thresholds: &TypedDeposits,
        watch: &dyn Watch,
    ) -> Result<FoundDeposits, Error> {
        let Self { reading, token_files, log } = self;
        let (stated, _) = stated_labels(case, &reading, log.as_ref(), watch)?;
        let tables = AssetTables::read(&reading, token_files, case)?;
        let ledger = &reading.ledger;
        let labels = Labels::bind(ledger, stated);
        let options = thresholds.over(usual_options(ledger, &tables))?;
        let busy = watch.busy("looking for deposit accounts");
        let deposits = find_deposits(ledger, &labels, &seed_accounts(ledger, &case.thefts), &options);
        busy.finish_and_clear();
        Ok(FoundDeposits { reading, labels, tables, deposits })
    }
}

impl FoundDeposits {
    /// The list of them.
    #[must_use]
    pub fn list(&self) -> DepositList<'_> {
        DepositList {
            ledger: &self.reading.ledger,
            labels: &self.labels,
            tokens: &self.tables.tokens,
            deposits: &self.deposits,
        }
    }
}
