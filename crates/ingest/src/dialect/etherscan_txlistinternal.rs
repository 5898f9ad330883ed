//! Etherscan's API, `txlistinternal`: what contracts sent an address or it sent as one, native coin only.
//!
//! A failed call (`isError` 1) moves nothing. Of a creation the receiver stands in `contractAddress`. The file
//! says nothing about fees, and it holds nobody's whole history: transactions stand in `txlist`.

use super::etherscan_txlist::API_NAMES;
use super::fields::{Fields, filled, read_flag, read_units};
use super::traces::{TracePath, moves_value};
use super::{Absence, Context, Entry};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use dyetrace_core::Row;
use dyetrace_core::ledger::Kind;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    fields: Fields,
    value: Column,
    call_type: Option<Column>,
    is_error: Column,
    trace_id: Option<Column>,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        Self {
            fields: Fields::of(header, &API_NAMES),
            value: header.required("value"),
            call_type: header.find("type"),
            is_error: header.required("iserror"),
            trace_id: header.find("traceid"),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        self.fields.required_hash(record)?;
        let moves = match filled(self.call_type.as_ref(), record) {
            Some(column) => moves_value(column, record)?,
            None => true,
        };
        let value = read_units(&self.value, record, context, &mut doubts)?;
        if !moves || read_flag(&self.is_error, record)? || value.is_zero() {
            return Ok(Entry::absent(Absence::MovesNothing, context));
        }
        let row = self.fields.row(record, context, &mut doubts)?;
        let path =
            filled(self.trace_id.as_ref(), record).map(|it| TracePath::read(it, record)).transpose()?;
        let event_index = path.filter(|path| !path.is_root()).map(|path| path.index());
        let row = Row { value, event_index, kind: Kind::Internal, ..row };
        Ok(Entry::transfer(row, doubts, context))
    }
}
