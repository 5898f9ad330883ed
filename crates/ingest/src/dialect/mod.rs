//! Rows of each dialect to rows of the ledger. One file a dialect.

mod canonical;
mod etherscan_txlist;
mod mftracer;

pub(crate) use etherscan_txlist::ROWS_OF_ONE_QUERY;
pub(crate) use mftracer::USD_DECIMALS;

use crate::error::Fault;
use crate::header::{Column, Header};
use crate::labels::Words;
use crate::records::Record;
use crate::schema::{CANONICAL, Dialect, ETHERSCAN_TXLIST};
use dyetrace_core::ledger::{Covers, Source};
use dyetrace_core::{Address, AddressKind, Label, LedgerBuilder, Row};

/// What a dialect knows beside the row itself.
pub(crate) struct Context<'a> {
    /// Where rows go; it numbers the chains.
    pub(crate) builder: &'a mut LedgerBuilder,
    /// The chain of rows that name none.
    pub(crate) chain: &'a str,
    /// Whether every row must be of that chain.
    pub(crate) chain_is_given: bool,
    /// The file's short name: the source of labels that ride in it.
    pub(crate) source: &'a str,
    /// How names become categories.
    pub(crate) words: &'a Words,
    /// Labels found in the row.
    pub(crate) labels: &'a mut Vec<Label>,
    /// Doubts about the row: the column, and why.
    pub(crate) doubts: &'a mut Vec<Fault>,
}

/// What the native coin's amounts are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Base units of the coin.
    Coin,
    /// Millionths of a US dollar.
    MicroUsd,
}

/// A dialect with the columns of one file.
pub(crate) enum RowReader {
    Canonical(canonical::Columns),
    Txlist(etherscan_txlist::Columns),
    MfTracer(mftracer::Columns),
}

impl RowReader {
    /// Finds the columns of a dialect in a header that fits it.
    pub(crate) fn of(dialect: &Dialect, header: &Header) -> Self {
        if dialect.name == CANONICAL.name {
            Self::Canonical(canonical::Columns::of(header))
        } else if dialect.name == ETHERSCAN_TXLIST.name {
            Self::Txlist(etherscan_txlist::Columns::of(header))
        } else {
            Self::MfTracer(mftracer::Columns::of(header))
        }
    }

    /// Reads a row.
    pub(crate) fn read(&self, record: &Record, context: &mut Context<'_>) -> Result<Row, Fault> {
        match self {
            Self::Canonical(columns) => columns.read(record, context),
            Self::Txlist(columns) => columns.read(record, context),
            Self::MfTracer(columns) => columns.read(record, context),
        }
    }

    /// Whose whole history a file holds, and of what, unless the user says otherwise.
    pub(crate) const fn source(&self) -> Source {
        match self {
            Self::Canonical(_) => Source { covers: Covers::All, native: true, tokens: true },
            Self::Txlist(_) => Source { covers: Covers::Senders, native: true, tokens: false },
            Self::MfTracer(_) => Source { covers: Covers::All, native: true, tokens: false },
        }
    }

    /// What the native amounts are counted in.
    pub(crate) const fn unit(&self) -> Unit {
        match self {
            Self::MfTracer(_) => Unit::MicroUsd,
            _ => Unit::Coin,
        }
    }
}

/// The chain of a row that names none.
pub(crate) const DEFAULT_CHAIN: &str = "ethereum";

impl Context<'_> {
    /// Reads an address, and notes a wrong checksum.
    fn address(&mut self, column: &Column, record: &Record, kind: AddressKind) -> Result<Address, Fault> {
        let address = column.address(record, kind)?;
        if kind == AddressKind::Evm && column.has_wrong_checksum(record) {
            let doubt = "mixes cases, but its EIP-55 checksum is wrong: a digit may have been mistyped";
            self.doubts.push(column.fault(record, doubt));
        }
        Ok(address)
    }
}

/// Whether a text is a chain's name: lower-case letters, digits, `-` and `_`.
pub(crate) fn is_chain_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    !name.is_empty() && name.len() <= 40 && name.bytes().all(allowed)
}

/// A fault of a time, with what to do about it.
fn time_fault(column: &Column, record: &Record, error: crate::time::TimeError) -> Fault {
    let fault = column.fault(record, error);
    match error.hint() {
        Some(hint) => fault.with_hint(hint),
        None => fault,
    }
}
