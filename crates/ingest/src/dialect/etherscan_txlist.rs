//! Etherscan's API, `txlist`: the transactions of one address, native coin only.
//!
//! `value` is in wei. A failed transaction (`isError` 1, or `txreceipt_status` 0) moves nothing and still pays
//! its fee, `gasUsed` × `gasPrice`. An empty `to` is a contract creation: the receiver is then
//! `contractAddress`. Internal transfers and tokens stand in other files of the API.
//!
//! The API returns 10,000 rows a query at most and does not say when it cuts: a file with exactly that many
//! rows is doubtful (see [`ROWS_OF_ONE_QUERY`]).

use super::{Context, time_fault};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use crate::time::parse_time;
use dyetrace_core::ledger::Kind;
use dyetrace_core::{AddressKind, Amount, Row};

/// The most rows that the API returns.
pub(crate) const ROWS_OF_ONE_QUERY: u64 = 10_000;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    hash: Column,
    block: Column,
    transaction_index: Option<Column>,
    time: Option<Column>,
    from: Column,
    to: Column,
    contract_address: Option<Column>,
    value: Column,
    is_error: Column,
    receipt_status: Option<Column>,
    gas_used: Column,
    gas_price: Column,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        Self {
            hash: header.required("hash"),
            block: header.required("blocknumber"),
            transaction_index: header.find("transactionindex"),
            time: header.find("timestamp"),
            from: header.required("from"),
            to: header.required("to"),
            contract_address: header.find("contractaddress"),
            value: header.required("value"),
            is_error: header.required("iserror"),
            receipt_status: header.find("txreceipt_status"),
            gas_used: header.required("gasused"),
            gas_price: header.required("gasprice"),
        }
    }

    pub(super) fn read(&self, record: &Record, context: &mut Context<'_>) -> Result<Row, Fault> {
        let addresses = AddressKind::of_chain(context.chain);
        let hash = self.hash.hash(record)?;
        if hash.is_none() {
            return Err(self.hash.fault(record, "is empty, but a transaction hash was expected"));
        }
        let block = self.block.number(record)?;
        let time = match &self.time {
            Some(column) => {
                Some(parse_time(column.text(record)?).map_err(|error| time_fault(column, record, error))?)
            }
            None => None,
        };
        let index = self.transaction_index.as_ref().map(|column| column.number(record)).transpose()?;
        let from = context.address(&self.from, record, addresses)?;
        let receiver = self.receiver(record)?;
        let to = context.address(receiver, record, addresses)?;
        let stated = self.value.amount(record)?;
        let value = if self.failed(record)? { Amount::ZERO } else { stated };
        Ok(Row {
            block: Some(block),
            time,
            transaction_index: index,
            event_index: None,
            transaction_hash: hash,
            from: Some(from),
            to,
            contract: None,
            value,
            fee: Some(self.fee(record)?),
            kind: Kind::External,
            chain: context.builder.chain(context.chain),
        })
    }

    /// The column that names the receiver.
    fn receiver(&self, record: &Record) -> Result<&Column, Fault> {
        if !self.to.is_empty(record) {
            return Ok(&self.to);
        }
        self.contract_address.as_ref().filter(|column| !column.is_empty(record)).ok_or_else(|| {
            let fault =
                self.to.fault(record, "is empty: a contract creation, whose account the row does not name");
            fault.with_hint("fetch the file with the column `contractAddress`")
        })
    }

    fn failed(&self, record: &Record) -> Result<bool, Fault> {
        let failed = flag(&self.is_error, record)?;
        match &self.receipt_status {
            // Empty before the fork that brought it.
            Some(status) if !status.is_empty(record) => Ok(failed || !flag(status, record)?),
            _ => Ok(failed),
        }
    }

    fn fee(&self, record: &Record) -> Result<Amount, Fault> {
        let used = self.gas_used.number(record)?;
        let price = self.gas_price.amount(record)?;
        let fee = price.to_u128().and_then(|price| price.checked_mul(u128::from(used)));
        fee.map(Amount::from).ok_or_else(|| {
            let reason = format!("times the gas used, {used}, is more than any fee can be");
            self.gas_price.fault(record, reason).with_hint("`gasPrice` is in wei")
        })
    }
}

fn flag(column: &Column, record: &Record) -> Result<bool, Fault> {
    match column.text(record)? {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(column.fault(record, "is neither `0` nor `1`")),
    }
}
