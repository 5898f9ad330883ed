//! Etherscan's API, `txlist`: the transactions of one address, native coin only.
//!
//! `value` is in wei. A failed transaction (`isError` 1, or `txreceipt_status` 0) moves nothing and still pays
//! its fee, `gasUsed` × `gasPrice`. An empty `to` is a contract creation: the receiver is then
//! `contractAddress`. Internal transfers and tokens stand in other files of the API.

use super::fields::{Fields, Names, filled, read_fee, read_flag, read_units};
use super::{Context, Entry, Told};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use dyetrace_core::{Amount, Row};

/// The names that the API's files share.
pub(super) const API_NAMES: Names = Names {
    hash: "hash",
    block: "blocknumber",
    time: "timestamp",
    transaction_index: "transactionindex",
    from: "from",
    to: "to",
    created: "contractaddress",
};

/// Where the columns stand in one file.
pub(crate) struct Columns {
    fields: Fields,
    value: Column,
    is_error: Column,
    receipt_status: Option<Column>,
    gas_used: Column,
    gas_price: Column,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        Self {
            fields: Fields::of(header, &API_NAMES),
            value: header.required("value"),
            is_error: header.required("iserror"),
            receipt_status: header.find("txreceipt_status"),
            gas_used: header.required("gasused"),
            gas_price: header.required("gasprice"),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let hash = self.fields.required_hash(record)?;
        let row = self.fields.row(record, context, &mut doubts)?;
        let stated = read_units(&self.value, record, context, &mut doubts)?;
        let failed = self.failed(record)?;
        let value = if failed { Amount::ZERO } else { stated };
        let fee = Some(read_fee(&self.gas_used, &self.gas_price, record)?);
        let told = failed.then_some(Told::FailedTransaction(hash));
        Ok(Entry::transfer(Row { value, fee, ..row }, doubts, context).with_told(told))
    }

    fn failed(&self, record: &Record) -> Result<bool, Fault> {
        let failed = read_flag(&self.is_error, record)?;
        // Empty before the fork that brought it.
        match filled(self.receipt_status.as_ref(), record) {
            Some(status) => Ok(failed || !read_flag(status, record)?),
            None => Ok(failed),
        }
    }
}
