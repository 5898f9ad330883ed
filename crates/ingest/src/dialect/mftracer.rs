//! MFTracer: transfers valued in US dollars, with the names of both parties.
//!
//! `Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD`. The value counts as the native asset
//! with 6 decimals. Times come as `2022-06-28 20:02:03` and as `2022/6/28 20:02`, taken for UTC. Rows that
//! repeat an earlier one are kept: the ledger counts them.

use super::fields::{UNNUMBERED, read_address, time_fault};
use super::{Context, Entry};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use crate::time::{parse_spreadsheet_time, parse_time};
use dyetrace_core::ledger::Kind;
use dyetrace_core::{Address, Amount, Label, Row};

/// The decimals of the dollar amounts.
pub(crate) const USD_DECIMALS: u8 = 6;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    time: Column,
    block: Column,
    hash: Column,
    from: Column,
    from_label: Option<Column>,
    to: Column,
    to_label: Option<Column>,
    value: Column,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        Self {
            time: header.required("timestamp"),
            block: header.required("block"),
            hash: header.required("tx_hash"),
            from: header.required("from"),
            from_label: header.find("from_label"),
            to: header.required("to"),
            to_label: header.find("to_label"),
            value: header.required("value_in_usd"),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let block = self.block.number(record)?;
        let text = self.time.text(record)?;
        let time = if text.contains('/') { parse_spreadsheet_time(text) } else { parse_time(text) };
        let time = time.map_err(|error| time_fault(&self.time, record, error))?;
        let hash = self.hash.hash(record)?;
        let from = read_address(&self.from, record, context.chain, &mut doubts)?;
        let to = read_address(&self.to, record, context.chain, &mut doubts)?;
        let text = self.value.text(record)?;
        let value = Amount::parse_decimal(text.as_bytes(), USD_DECIMALS)
            .map_err(|error| self.value.amount_fault(record, error))?;
        let mut labels = Vec::new();
        for (column, address) in [(&self.from_label, from), (&self.to_label, to)] {
            if let Some(column) = column {
                labels.extend(read_label(column, record, address, context)?);
            }
        }
        let row = Row {
            block: Some(block),
            time: Some(time),
            transaction_index: None,
            event_index: None,
            transaction_hash: hash,
            from: Some(from),
            to,
            contract: None,
            value,
            fee: None,
            kind: Kind::External,
            chain: UNNUMBERED,
        };
        Ok(Entry { labels, ..Entry::transfer(row, doubts, context) })
    }
}

/// The label that names a party, where there is one.
fn read_label(
    column: &Column,
    record: &Record,
    address: Address,
    context: &Context<'_>,
) -> Result<Option<Label>, Fault> {
    let text = column.text(record)?.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let meaning = context.words.of_name(text);
    Ok(Some(Label {
        address,
        chain: Some(context.chain.to_owned()),
        text: text.to_owned(),
        category: meaning.category,
        entity: meaning.entity,
        source: context.source.to_owned(),
        as_of: String::new(),
        confidence: crate::labels::DEFAULT_CONFIDENCE,
    }))
}
