//! BlockchainSpider: native and token transfers of a crawl, in base units.
//!
//! A row without `contract_address` moves the native coin. A row with a `token_id` moves an NFT. `gas` is the
//! limit of the transaction, not what it used: no fee is read.

use super::fields::{Fields, Names, filled, read_address, read_units};
use super::{Absence, Context, Entry};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use dyetrace_core::Row;
use dyetrace_core::ledger::Kind;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    fields: Fields,
    contract: Column,
    token_id: Option<Column>,
    value: Column,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        let names = Names {
            hash: "hash",
            block: "block_number",
            time: "timestamp",
            from: "address_from",
            to: "address_to",
            ..Names::default()
        };
        Self {
            fields: Fields::of(header, &names),
            contract: header.required("contract_address"),
            token_id: header.find("token_id"),
            value: header.required("value"),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        if filled(self.token_id.as_ref(), record).is_some() {
            return Ok(Entry::absent(Absence::Nft, context));
        }
        let row = self.fields.row(record, context, &mut doubts)?;
        let value = read_units(&self.value, record, context, &mut doubts)?;
        let contract = filled(Some(&self.contract), record)
            .map(|column| read_address(column, record, context.chain, &mut doubts))
            .transpose()?;
        // Some crawls write the zero address for the coin.
        let contract = contract.filter(|contract| !contract.is_zero());
        let kind = if contract.is_some() { Kind::Token } else { Kind::External };
        Ok(Entry::transfer(Row { value, contract, kind, ..row }, doubts, context))
    }
}
