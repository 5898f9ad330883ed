//! Blockscout's export: the transactions of one address, native coin only, in wei.
//!
//! A transaction that did not end with the status `ok` (or `1`) moves nothing and pays its fee. A fee written
//! `Max of …` is a bound, not the fee: it is taken for not stated.

use super::fields::{Fields, Names, filled, read_units};
use super::{Context, Entry, Told};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use dyetrace_core::{Amount, Row};

/// Where the columns stand in one file.
pub(crate) struct Columns {
    fields: Fields,
    value: Column,
    fee: Column,
    status: Column,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        let names = Names {
            hash: "txhash",
            block: "blocknumber",
            time: "unixtimestamp",
            from: "fromaddress",
            to: "toaddress",
            created: "contractaddress",
            ..Names::default()
        };
        Self {
            fields: Fields::of(header, &names),
            value: header.required("value"),
            fee: header.required("fee"),
            status: header.required("status"),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let hash = self.fields.required_hash(record)?;
        let row = self.fields.row(record, context, &mut doubts)?;
        let stated = read_units(&self.value, record, context, &mut doubts)?;
        let failed = self.failed(record)?;
        let value = if failed { Amount::ZERO } else { stated };
        let fee = filled(Some(&self.fee), record)
            .filter(|column| !column.bytes(record).starts_with(b"Max of "))
            .map(|column| read_units(column, record, context, &mut doubts))
            .transpose()?;
        let told = failed.then_some(Told::FailedTransaction(hash));
        Ok(Entry::transfer(Row { value, fee, ..row }, doubts, context).with_told(told))
    }

    fn failed(&self, record: &Record) -> Result<bool, Fault> {
        match self.status.text(record)?.to_lowercase().as_str() {
            "ok" | "1" | "success" => Ok(false),
            "error" | "0" | "failed" => Ok(true),
            _ => Err(self.status.fault(record, "is no status that is known: `ok` or `error` was expected")),
        }
    }
}
