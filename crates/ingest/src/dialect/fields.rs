//! Fields that dialects share: where a row stands, between whom, how much.
//!
//! A dialect names its columns (see [`Names`]); how each is read, and what is wrong with it, is said here
//! once. An address with a wrong EIP-55 checksum is read and doubted, never corrected.

use super::Context;
use crate::decimal::{parse_grouped, parse_rounded};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use crate::time::{TimeError, parse_time};
use dyetrace_core::ledger::{Kind, TxHash};
use dyetrace_core::{Address, AddressKind, Amount, AmountError, ChainId, Row};

/// What a dialect calls the columns that say where a row stands and between whom. An empty name is a column
/// that the dialect does not have.
#[derive(Clone, Copy, Default)]
pub(super) struct Names {
    pub(super) hash: &'static str,
    pub(super) block: &'static str,
    pub(super) time: &'static str,
    pub(super) transaction_index: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// The account that a contract creation made.
    pub(super) created: &'static str,
}

/// Where these columns stand in one file.
pub(super) struct Fields {
    pub(super) hash: Option<Column>,
    pub(super) block: Option<Column>,
    pub(super) time: Option<Column>,
    transaction_index: Option<Column>,
    pub(super) from: Column,
    pub(super) to: Column,
    pub(super) created: Option<Column>,
}

impl Fields {
    /// Finds the columns. The sender and the receiver are there in every header that a dialect fits.
    pub(super) fn of(header: &Header, names: &Names) -> Self {
        let find = |name: &str| if name.is_empty() { None } else { header.find(name) };
        Self {
            hash: find(names.hash),
            block: find(names.block),
            time: find(names.time),
            transaction_index: find(names.transaction_index),
            from: header.required(names.from),
            to: header.required(names.to),
            created: find(names.created),
        }
    }

    /// Whether the file has a column of transaction indices.
    pub(super) const fn has_transaction_index(&self) -> bool {
        self.transaction_index.is_some()
    }

    /// The row without its parties and its amount: a native transfer of nothing to nobody in particular.
    pub(super) fn place(&self, record: &Record) -> Result<Row, Fault> {
        let block = optional(self.block.as_ref(), record, Column::number)?;
        let time = optional(self.time.as_ref(), record, read_time)?;
        if block.is_none() && time.is_none() {
            let column = self.block.as_ref().or(self.time.as_ref()).expect("a dialect has one of both");
            return Err(column.fault(record, "is empty, but a number was expected"));
        }
        Ok(Row {
            block,
            time,
            transaction_index: optional(self.transaction_index.as_ref(), record, Column::number)?,
            event_index: None,
            transaction_hash: self.hash.as_ref().map_or(Ok(None), |column| column.hash(record))?,
            from: None,
            to: Address::from_evm([0; 20]),
            contract: None,
            value: Amount::ZERO,
            fee: None,
            kind: Kind::External,
            chain: UNNUMBERED,
        })
    }

    /// The transaction's hash, which must be there.
    pub(super) fn required_hash(&self, record: &Record) -> Result<TxHash, Fault> {
        let column = self.hash.as_ref().expect("the dialect requires a hash");
        let missing = || column.fault(record, "is empty, but a transaction hash was expected");
        column.hash(record)?.ok_or_else(missing)
    }

    /// The row with both parties. An empty receiver is a contract creation: the created account is then named
    /// by its own column.
    pub(super) fn row(
        &self,
        record: &Record,
        context: &Context<'_>,
        doubts: &mut Vec<Fault>,
    ) -> Result<Row, Fault> {
        let place = self.place(record)?;
        let from = Some(read_address(&self.from, record, context.chain, doubts)?);
        let to = match self.receiver(record) {
            Some(column) => read_address(column, record, context.chain, doubts)?,
            None => return Err(self.no_receiver(record)),
        };
        Ok(Row { from, to, ..place })
    }

    /// The column that names the receiver, where one is filled.
    pub(super) fn receiver(&self, record: &Record) -> Option<&Column> {
        filled(Some(&self.to), record).or_else(|| filled(self.created.as_ref(), record))
    }

    /// The fault of a creation whose account is not named.
    pub(super) fn no_receiver(&self, record: &Record) -> Fault {
        let reason = "is empty: a contract creation, whose account the row does not name";
        let fault = self.to.fault(record, reason);
        match &self.created {
            Some(column) => fault.with_hint(format!("the account stands in `{}`: fill it", column.name())),
            None => fault.with_hint("fetch the file with the column that names the created account"),
        }
    }
}

/// The number of a chain before the ledger has numbered it.
pub(super) const UNNUMBERED: ChainId = ChainId(0);

/// The column, where it is there and the row fills it.
pub(crate) fn filled<'c>(column: Option<&'c Column>, record: &Record) -> Option<&'c Column> {
    column.filter(|column| !column.is_empty(record))
}

/// Reads a field where it is there and filled.
pub(crate) fn optional<T>(
    column: Option<&Column>,
    record: &Record,
    read: impl Fn(&Column, &Record) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    filled(column, record).map(|column| read(column, record)).transpose()
}

/// Reads a time in Unix seconds or ISO 8601.
pub(crate) fn read_time(column: &Column, record: &Record) -> Result<i64, Fault> {
    parse_time(column.text(record)?).map_err(|error| time_fault(column, record, error))
}

/// A fault of a time, with what to do about it.
pub(crate) fn time_fault(column: &Column, record: &Record, error: TimeError) -> Fault {
    let fault = column.fault(record, error);
    match error.hint() {
        Some(hint) => fault.with_hint(hint),
        None => fault,
    }
}

/// Reads an address, and doubts a wrong checksum.
pub(super) fn read_address(
    column: &Column,
    record: &Record,
    chain: &str,
    doubts: &mut Vec<Fault>,
) -> Result<Address, Fault> {
    let kind = AddressKind::of_chain(chain);
    let address = column.address(record, kind)?;
    if kind == AddressKind::Evm && column.has_wrong_checksum(record) {
        let doubt = "mixes cases, but its EIP-55 checksum is wrong: a digit may have been mistyped";
        doubts.push(column.fault(record, doubt));
    }
    Ok(address)
}

/// What is said about a column of which somebody rounded the amounts.
const ROUNDED: &str =
    "is written as a rounded number: amounts of this column are rounded by whoever wrote it";

/// Reads whole base units. A number with an exponent or a point is taken where the user says so, and doubted.
pub(super) fn read_units(
    column: &Column,
    record: &Record,
    context: &Context<'_>,
    doubts: &mut Vec<Fault>,
) -> Result<Amount, Fault> {
    column.amount(record).or_else(|fault| {
        if !context.inexact {
            return Err(fault);
        }
        let Ok(amount) = parse_rounded(column.bytes(record), 0) else { return Err(fault) };
        doubts.push(column.fault(record, ROUNDED));
        Ok(amount)
    })
}

/// How a column of decimal coins is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Digits and a point.
    None,
    /// A comma before every third digit, where the writer set any.
    Thousands,
}

/// Reads decimal coins into base units, exactly.
pub(super) fn read_coins(
    column: &Column,
    record: &Record,
    decimals: u8,
    grouping: Grouping,
    context: &Context<'_>,
    doubts: &mut Vec<Fault>,
) -> Result<Amount, Fault> {
    column.text(record)?;
    let text = column.bytes(record);
    let parsed = match grouping {
        Grouping::Thousands if text.contains(&b',') => parse_grouped(text, decimals),
        _ => Amount::parse_decimal(text, decimals),
    };
    parsed.or_else(|error| {
        if context.inexact
            && error == AmountError::Exponent
            && let Ok(amount) = parse_rounded(text, decimals)
        {
            doubts.push(column.fault(record, ROUNDED));
            return Ok(amount);
        }
        Err(column.amount_fault(record, error))
    })
}

/// The fee of a transaction: gas used times the price of a unit of gas in base units.
pub(crate) fn read_fee(used: &Column, price: &Column, record: &Record) -> Result<Amount, Fault> {
    let gas = used.number(record)?;
    let each = price.amount(record)?;
    let fee = each.to_u128().and_then(|each| each.checked_mul(u128::from(gas)));
    fee.map(Amount::from).ok_or_else(|| {
        let reason = format!("times the gas used, {gas}, is more than any fee can be");
        let hint = format!("`{}` is in base units of the coin (wei)", price.name());
        price.fault(record, reason).with_hint(hint)
    })
}

/// Reads a field that is `0` or `1`.
pub(crate) fn read_flag(column: &Column, record: &Record) -> Result<bool, Fault> {
    match column.text(record)? {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(column.fault(record, "is neither `0` nor `1`")),
    }
}
