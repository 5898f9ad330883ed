//! cryo's tables as CSV: how its values and chain ids are written, and its `native_transfers`.
//!
//! A value comes as text (`value_string`), as 32 bytes in hex (`value_binary`) or as a float (`value_f64`). The
//! first two are exact, and preferred in this order; the float has lost digits and is read only where the user
//! says so. `chain_id` names the chain.
//!
//! `native_transfers` holds every call that did not fail, with its value, and does not tell delegate calls
//! apart, which move nothing.

use super::fields::{Fields, Names, filled, read_units};
use super::{Absence, Context, Entry, token_transfers, traces, transactions};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use crate::tokens::chain_of_id;
use dyetrace_core::ledger::Kind;
use dyetrace_core::{Amount, Row};

/// How a file writes amounts.
pub(crate) enum Value {
    /// Digits; a float is read by [`read_units`] where the user says so.
    Digits(Column),
    /// 32 bytes in hex, the highest first.
    Hex(Column),
}

impl Value {
    fn of(header: &Header, name: &str) -> Self {
        if let Some(column) = header.find(&format!("{name}_string|{name}_str")) {
            return Self::Digits(column);
        }
        if let Some(column) = header.find(&format!("{name}_binary")) {
            return Self::Hex(column);
        }
        Self::Digits(header.required(&format!("{name}_f64|{name}_float|{name}")))
    }

    pub(super) fn read(
        &self,
        record: &Record,
        context: &Context<'_>,
        doubts: &mut Vec<Fault>,
    ) -> Result<Amount, Fault> {
        match self {
            Self::Digits(column) => read_units(column, record, context, doubts),
            Self::Hex(column) => read_hex(column, record),
        }
    }
}

/// Reads an amount from its bytes in hex.
fn read_hex(column: &Column, record: &Record) -> Result<Amount, Fault> {
    let text = column.text(record)?;
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex || digits.len() > 64 {
        return Err(column.fault(record, "is not a number of up to 32 bytes in hex"));
    }
    let mut bytes = [0_u8; 40];
    for (place, digit) in digits.bytes().rev().enumerate() {
        let value = char::from(digit).to_digit(16).expect("hex digits were checked");
        let value = u8::try_from(value).expect("a hex digit is below 16");
        bytes[39 - place / 2] |= value << (4 * (place % 2));
    }
    Ok(Amount::from_wide(dyetrace_core::amount::Wide::from_be_bytes(bytes)))
}

/// The column that numbers the chain of a row, where there is one.
pub(crate) struct ChainIds(Option<Column>);

impl ChainIds {
    pub(super) const fn none() -> Self {
        Self(None)
    }

    pub(super) fn of(header: &Header) -> Self {
        Self(header.find("chain_id"))
    }

    /// Whether the file has no such column.
    pub(super) const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The chain of a row: the one that its id names, which must be the one the user gave.
    pub(super) fn chain<'c>(&self, record: &Record, context: &Context<'c>) -> Result<&'c str, Fault> {
        let Some(column) = filled(self.0.as_ref(), record) else { return Ok(context.chain) };
        let id = column.number(record)?;
        match chain_of_id(id) {
            Some(chain) if context.chain_is_given && chain != context.chain => {
                let reason = format!("is `{chain}`, another chain than the one given, `{}`", context.chain);
                Err(column.fault(record, reason))
            }
            Some(chain) => Ok(chain),
            None if context.chain_is_given => Ok(context.chain),
            None => {
                let fault = column.fault(record, "is the number of no chain that is known here");
                Err(fault.with_hint("name it: `chain = \"…\"` in the case file"))
            }
        }
    }
}

const NAMES: Names = Names {
    hash: "transaction_hash",
    block: "block_number",
    time: "timestamp|block_timestamp",
    transaction_index: "transaction_index|transaction_position",
    from: "from_address",
    to: "to_address",
    created: "",
};

pub(super) fn transactions(header: &Header) -> transactions::Columns {
    transactions::Columns {
        fields: Fields::of(header, &NAMES),
        value: Value::of(header, "value"),
        nonce: header.find("nonce"),
        status: header.find("success").map(transactions::Status::Word),
        gas_used: header.find("gas_used"),
        gas_price: header.find("gas_price"),
        chain_ids: ChainIds::of(header),
    }
}

pub(super) fn erc20_transfers(header: &Header) -> token_transfers::Columns {
    token_transfers::Columns {
        fields: Fields::of(header, &NAMES),
        contract: header.required("erc20"),
        value: Value::of(header, "value"),
        log_index: header.required("log_index"),
        token_id: None,
        chain_ids: ChainIds::of(header),
    }
}

pub(super) fn traces(header: &Header) -> traces::Columns {
    let names = Names { from: "action_from", to: "action_to", created: "result_address", ..NAMES };
    traces::Columns {
        fields: Fields::of(header, &names),
        value: header.required("action_value"),
        trace_type: header.required("action_type"),
        call_type: header.required("action_call_type"),
        trace_address: header.required("trace_address"),
        error: header.find("error"),
        status: None,
        reward_in_sender: true,
        chain_ids: ChainIds::of(header),
    }
}

/// The columns of `native_transfers`.
pub(crate) struct NativeTransfers {
    fields: Fields,
    value: Value,
    transfer_index: Column,
    chain_ids: ChainIds,
}

impl NativeTransfers {
    pub(super) fn of(header: &Header) -> Self {
        Self {
            fields: Fields::of(header, &NAMES),
            value: Value::of(header, "value"),
            transfer_index: header.required("transfer_index"),
            chain_ids: ChainIds::of(header),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let chain = self.chain_ids.chain(record, context)?;
        let context = &Context { chain, ..*context };
        let value = self.value.read(record, context, &mut doubts)?;
        if value.is_zero() {
            return Ok(Entry::absent(Absence::MovesNothing, context));
        }
        let row = self.fields.row(record, context, &mut doubts)?;
        let event_index = Some(self.transfer_index.number(record)?);
        // Rewards come from the zero address, which is no purse.
        let kind = if row.transaction_hash.is_none() { Kind::Reward } else { Kind::Internal };
        Ok(Entry::transfer(Row { value, event_index, kind, ..row }, doubts, context))
    }
}
