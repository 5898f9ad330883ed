//! Token transfers with their log index: ethereum-etl's `token_transfers.csv` (BigQuery and AWS too) and
//! cryo's `erc20_transfers`.
//!
//! The value is in base units of the token. ERC-721 transfers look the same in ethereum-etl's file: their
//! value is then a token id, which only a `token_id` column tells apart.

use super::fields::{Fields, Names, filled, optional, read_address};
use super::{Absence, Context, Entry};
use crate::dialect::cryo::{ChainIds, Value};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::plain::{Plan, Role};
use crate::records::Record;
use dyetrace_core::Row;
use dyetrace_core::ledger::Kind;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    pub(super) fields: Fields,
    pub(super) contract: Column,
    pub(super) value: Value,
    pub(super) log_index: Column,
    pub(super) token_id: Option<Column>,
    pub(super) chain_ids: ChainIds,
}

impl Columns {
    pub(super) fn of_etl(header: &Header) -> Self {
        let names = Names {
            hash: "transaction_hash",
            block: "block_number",
            time: "block_timestamp",
            transaction_index: "transaction_index",
            from: "from_address",
            to: "to_address",
            created: "",
        };
        Self {
            fields: Fields::of(header, &names),
            contract: header.required("token_address"),
            value: Value::Digits(header.required("value")),
            log_index: header.required("log_index"),
            token_id: header.find("token_id"),
            chain_ids: ChainIds::none(),
        }
    }

    /// How its plain rows are read; `None` where the file has columns that only the row reader knows.
    pub(super) fn plan(&self, columns: usize) -> Option<Plan> {
        let Self { fields, contract, value: Value::Digits(value), log_index, token_id: None, chain_ids } =
            self
        else {
            return None;
        };
        if !chain_ids.is_none() || fields.has_transaction_index() {
            return None;
        }
        let roles = [
            (Some(contract), Role::Contract),
            (Some(value), Role::Value),
            (Some(log_index), Role::EventIndex),
            (Some(&fields.from), Role::From),
            (Some(&fields.to), Role::To),
            (fields.hash.as_ref(), Role::Hash),
            (fields.block.as_ref(), Role::Block),
            (fields.time.as_ref(), Role::Time),
        ];
        let mut plan = vec![Role::Skipped; columns];
        for (column, role) in roles {
            if let Some(column) = column {
                plan[column.index()] = role;
            }
        }
        Plan::new(plan)
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let chain = self.chain_ids.chain(record, context)?;
        self.fields.required_hash(record)?;
        if filled(self.token_id.as_ref(), record).is_some() {
            return Ok(Entry::absent(Absence::Nft, context));
        }
        let context = &Context { chain, ..*context };
        let row = self.fields.row(record, context, &mut doubts)?;
        let contract = read_address(&self.contract, record, chain, &mut doubts)?;
        let value = self.value.read(record, context, &mut doubts)?;
        let event_index = optional(Some(&self.log_index), record, Column::number)?;
        let row = Row { contract: Some(contract), value, event_index, kind: Kind::Token, ..row };
        Ok(Entry::transfer(row, doubts, context))
    }
}
