//! Rows in, ledger out.
//!
//! Rows are pushed in input order (files as named, then rows). [`LedgerBuilder::finish`] drops events that
//! stand in several files, sorts by position, and settles which transaction pays which fee.
mod finish;
mod resume;
mod row;
mod rows;

pub use row::{Covers, EvmRows, FaultKind, Row, RowFault, RowPlace, Source};
pub(super) use rows::Rows;

use super::PurseId;
use super::columns::{Columns, Kind, flag};
use super::purses::PurseTable;
use super::transactions::TransactionTable;
use crate::account::{Accounts, Address, AddressKind, ChainId, Key};
use crate::amount::Amount;
use crate::asset::{Asset, AssetId, Assets};
use std::fmt;
use std::ops::Range;

/// Collects rows and puts the ledger together.
#[derive(Default)]
pub struct LedgerBuilder {
    chains: Vec<String>,
    accounts: Accounts,
    assets: Assets,
    purses: PurseTable,
    pub(super) transactions: TransactionTable,
    /// One entry a transaction, from the first stated fee on: the number of its fee in `fees`, plus one.
    fee_of: Vec<u32>,
    /// The fees that rows state, and the row that does so first.
    fees: Vec<(Amount, u64)>,
    pub(super) rows: Rows,
    sources: Vec<Source>,
    /// Of a ledger that is added to: per account, what its sources cover; and what they left out.
    covered: Vec<u8>,
    repeated_across_files: u64,
    /// Of a ledger that is added to: the chains that each source speaks of.
    spoken: Vec<Vec<ChainId>>,
}

impl fmt::Debug for LedgerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerBuilder({} rows)", self.row_count())
    }
}

impl LedgerBuilder {
    /// Starts with nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows were taken.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.rows.from.len()
    }

    /// Returns the number of a chain, a new one where the name was not seen before.
    ///
    /// # Panics
    /// On more than 32,768 chains.
    pub fn chain(&mut self, name: &str) -> ChainId {
        let at = self.chains.iter().position(|known| known == name).unwrap_or_else(|| {
            self.chains.push(name.to_owned());
            self.chains.len() - 1
        });
        assert!(at < 1 << 15, "a ledger holds at most 32,768 chains");
        ChainId(u16::try_from(at).expect("less than 2^15"))
    }

    /// The name of a chain.
    #[must_use]
    pub fn chain_name(&self, chain: ChainId) -> &str {
        &self.chains[usize::from(chain.0)]
    }

    /// How a chain writes its addresses.
    #[must_use]
    pub fn address_kind(&self, chain: ChainId) -> AddressKind {
        AddressKind::of_chain(&self.chains[usize::from(chain.0)])
    }

    /// Announces a source of rows; its number goes with each of its rows.
    ///
    /// # Panics
    /// On more than 2^32 sources.
    pub fn add_source(&mut self, source: Source) -> u32 {
        self.sources.push(source);
        u32::try_from(self.sources.len() - 1).expect("fewer than 2^32 sources")
    }

    /// Takes a row. Rows come in input order.
    ///
    /// # Errors
    /// A [`RowFault`] where its fee differs from that of an earlier row of the transaction; the row is then
    /// not taken.
    pub fn push(&mut self, place: RowPlace, row: Row) -> Result<(), RowFault> {
        let number = self.row_count() as u64;
        let transaction = self.transactions.intern(
            row.chain,
            row.transaction_hash.as_ref(),
            row.transaction_index,
            row.block,
            row.time,
        );
        if let Some(fee) = row.fee {
            self.state_fee(transaction, fee, number, place)?;
        }
        if let Some(index) = row.transaction_index
            && self.transactions.state_index(transaction, index)
        {
            self.rows.other_index.push((number, index));
        }
        let asset = self.assets.intern(Asset { chain: row.chain, contract: row.contract });
        let from = match row.from {
            None => PurseId::NONE,
            Some(address) => self.purses.intern(&mut self.accounts, row.chain, &address, asset),
        };
        let to = self.purses.intern(&mut self.accounts, row.chain, &row.to, asset);
        let rows = &mut self.rows;
        rows.from.push(from);
        rows.to.push(to);
        rows.value.push(row.value);
        rows.transaction.push(transaction);
        rows.block.push(row.block.unwrap_or(Columns::NO_BLOCK));
        rows.time.push(row.time.unwrap_or(Columns::NO_TIME));
        rows.event.push(row.event_index.unwrap_or(Rows::NO_EVENT));
        rows.chain.push(row.chain);
        rows.flags.push(row.kind.as_flag() | if row.fee.is_some() { flag::STATES_FEE } else { 0 });
        rows.lines.push(number, place);
        Ok(())
    }

    /// Takes rows `range` of a batch of token transfers, which stand on one line after the other from `place` on, as
    /// [`LedgerBuilder::push`] takes one row after the other.
    ///
    /// # Panics
    /// If the arrays differ in length.
    ///
    /// # Cost
    /// **O(n)** for n rows: a few hundred lookups at a time, so that their waits for memory overlap.
    pub fn push_many(&mut self, chain: ChainId, place: RowPlace, batch: &EvmRows, range: Range<usize>) {
        let number = self.row_count() as u64;
        self.transactions.intern_many(chain, &batch.hash[range.clone()], &mut self.rows.transaction);
        let mut last: Option<(Key, AssetId)> = None;
        let assets: Vec<AssetId> = batch.contract[range.clone()]
            .iter()
            .map(|contract| match last {
                Some((known, asset)) if known == *contract => asset,
                _ => {
                    let contract_address = Some(Address::from_evm(*contract));
                    let asset = self.assets.intern(Asset { chain, contract: contract_address });
                    last = Some((*contract, asset));
                    asset
                }
            })
            .collect();
        let rows = &mut self.rows;
        let ends = (&mut rows.from, &mut rows.to);
        self.purses.intern_evm(&mut self.accounts, chain, &batch.ends[range.clone()], &assets, ends);
        rows.value.narrow.to_mut().extend_from_slice(&batch.value[range.clone()]);
        rows.block.extend_from_slice(&batch.block[range.clone()]);
        rows.time.extend_from_slice(&batch.time[range.clone()]);
        rows.event.extend(batch.event_index[range.clone()].iter().map(|&index| u64::from(index)));
        rows.chain.resize(rows.from.len(), chain);
        rows.flags.resize(rows.from.len(), Kind::Token.as_flag());
        let lengths = [
            rows.to.len(),
            rows.value.len(),
            rows.transaction.len(),
            rows.block.len(),
            rows.time.len(),
            rows.event.len(),
        ];
        assert!(lengths.iter().all(|&length| length == rows.from.len()), "arrays have one entry a row");
        if !range.is_empty() {
            rows.lines.push(number, place);
        }
    }

    fn state_fee(
        &mut self,
        transaction: u32,
        fee: Amount,
        row: u64,
        place: RowPlace,
    ) -> Result<(), RowFault> {
        self.fee_of.resize(self.transactions.len(), 0);
        let of = &mut self.fee_of[transaction as usize];
        if *of == 0 {
            self.fees.push((fee, row));
            *of = u32::try_from(self.fees.len()).expect("fewer than 2^32 transactions");
            return Ok(());
        }
        let (stated, before) = self.fees[*of as usize - 1];
        if stated == fee {
            return Ok(());
        }
        let before = self.rows.lines.get(before);
        Err(RowFault { place, kind: FaultKind::TwoFees { seen: fee, expected: stated, before } })
    }

    fn fee(&self, transaction: usize) -> Option<Amount> {
        let of = self.fee_of.get(transaction).copied().unwrap_or(0);
        (of != 0).then(|| self.fees[of as usize - 1].0)
    }
}
