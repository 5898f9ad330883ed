//! What is joined to rows of transfers: block times, receipts, tokens, and what failed.
//!
//! ethereum-etl spreads what belongs to a transfer over several files. `blocks.csv`, `receipts.csv` and
//! `tokens.csv` are known by their headers, are read before all transfers, in whatever order they are named,
//! and are read-only after that: a row's reading depends on no other row.
//!
//! Whether a transaction or a call failed may also stand in a file of transfers, other than the one that has
//! to know it: such files are read twice (see `survey`).

use crate::dialect::fields::{filled, optional, read_fee, read_flag, read_time};
use crate::dialect::{Told, TraceKey, TracePath, is_chain_name};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use crate::schema::Form;
use crate::tokens::{Rank, Tokens, read_token};
use dyetrace_core::ledger::{Columns, TxHash};
use dyetrace_core::{Address, AddressKind, Amount, Row};
use std::collections::{HashMap, HashSet};

/// The doubt about a row whose block no file of blocks holds.
pub(crate) const NO_TIME: &str = "is a block that no file of blocks holds: the row has no time";

/// Tables joined to rows.
pub(crate) struct Joined {
    blocks: HashMap<String, Blocks>,
    receipts: HashMap<String, HashMap<TxHash, Receipt>>,
    /// Symbols and decimals.
    pub(crate) tokens: Tokens,
    failed: HashMap<String, HashSet<TxHash>>,
    undone: HashMap<String, HashMap<TraceKey, Vec<TracePath>>>,
}

/// The blocks of one chain.
#[derive(Default)]
struct Blocks {
    /// Block number → Unix seconds.
    time: HashMap<u64, i64>,
    /// Unix seconds → block number; `None` where several blocks have that time.
    number: HashMap<i64, Option<u64>>,
}

/// What a receipt says about its transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Whether it failed, where the receipt says so.
    pub(crate) failed: Option<bool>,
    /// What it paid, in base units, where gas used and its price are both stated.
    pub(crate) fee: Option<Amount>,
    /// The account it created.
    pub(crate) created: Option<Address>,
}

impl Joined {
    /// Nothing but the tokens that are known anyway.
    pub(crate) fn new(tokens: Tokens) -> Self {
        Self {
            blocks: HashMap::new(),
            receipts: HashMap::new(),
            tokens,
            failed: HashMap::new(),
            undone: HashMap::new(),
        }
    }

    /// The receipt of a transaction.
    pub(crate) fn receipt(&self, chain: &str, hash: &TxHash) -> Option<&Receipt> {
        self.receipts.get(chain)?.get(hash)
    }

    /// Whether any receipts are there.
    pub(crate) fn has_receipts(&self) -> bool {
        !self.receipts.is_empty()
    }

    /// Whether another file of transfers says that this transaction failed.
    pub(crate) fn failed_elsewhere(&self, chain: &str, hash: &TxHash) -> bool {
        self.failed.get(chain).is_some_and(|failed| failed.contains(hash))
    }

    /// Whether this trace, or one that it stands below, failed.
    pub(crate) fn is_undone(&self, chain: &str, key: &TraceKey, path: &TracePath) -> bool {
        let failed = self.undone.get(chain).and_then(|undone| undone.get(key));
        failed.is_some_and(|failed| failed.iter().any(|failed| path.is_within(failed)))
    }

    /// Gives a row the time of its block, or the block of its time. Returns a doubt where the files of blocks
    /// lack its block.
    pub(crate) fn fill(&self, chain: &str, row: &mut Row) -> Option<Fault> {
        let blocks = self.blocks.get(chain)?;
        match (row.block, row.time) {
            (Some(block), None) => {
                row.time = blocks.time.get(&block).copied();
                row.time.is_none().then(|| Self::no_time(block))
            }
            (None, Some(time)) => {
                row.block = blocks.number.get(&time).copied().flatten();
                None
            }
            _ => None,
        }
    }

    /// Gives rows without a time those of their blocks. Returns the rows whose block the files of blocks lack.
    pub(crate) fn fill_times(&self, chain: &str, blocks: &[u64], times: &mut [i64]) -> Vec<usize> {
        let Some(known) = self.blocks.get(chain) else { return Vec::new() };
        let mut lacking = Vec::new();
        let mut last = None;
        for (row, (&block, time)) in
            blocks.iter().zip(times).enumerate().filter(|(_, (_, time))| **time == Columns::NO_TIME)
        {
            let found = match last {
                Some((before, found)) if before == block => found,
                _ => known.time.get(&block).copied(),
            };
            last = Some((block, found));
            match found {
                Some(found) => *time = found,
                None => lacking.push(row),
            }
        }
        lacking
    }

    /// The doubt about a row whose block no file of blocks holds.
    pub(crate) fn no_time(block: u64) -> Fault {
        Fault::of_field("", block.to_string(), NO_TIME)
    }

    /// Takes what a row of transfers tells about others.
    pub(crate) fn take(&mut self, chain: &str, told: Told) {
        match told {
            Told::FailedTransaction(hash) => {
                self.failed.entry(chain.to_owned()).or_default().insert(hash);
            }
            Told::FailedTrace(key, path) => {
                self.undone.entry(chain.to_owned()).or_default().entry(key).or_default().push(path);
            }
            Told::Token(contract, token) => {
                self.tokens.insert(chain.to_owned(), Some(contract), token, Rank::Row);
            }
        }
    }

    /// Takes a row of `blocks.csv`.
    fn take_block(&mut self, chain: &str, number: u64, time: i64) -> Result<(), String> {
        let blocks = self.blocks.entry(chain.to_owned()).or_default();
        match blocks.time.insert(number, time) {
            Some(before) if before != time => {
                blocks.time.insert(number, before);
                return Err(format!(
                    "is another time of block {number} than an earlier row gives, `{before}`"
                ));
            }
            Some(_) => {}
            None => {
                blocks.number.entry(time).and_modify(|known| *known = None).or_insert(Some(number));
            }
        }
        Ok(())
    }
}

/// A file that is joined, with its columns.
pub(crate) enum JoinedRows {
    /// ethereum-etl's `blocks.csv`; cryo's and BigQuery's blocks have the same two columns.
    Blocks { number: Column, time: Column },
    /// ethereum-etl's `receipts.csv`.
    Receipts(Box<ReceiptColumns>),
    /// ethereum-etl's `tokens.csv`, or a table of tokens of our own form.
    Tokens { chain: Option<Column>, contract: Column, symbol: Column, decimals: Column },
}

/// The columns of a file of receipts.
pub(crate) struct ReceiptColumns {
    hash: Column,
    status: Option<Column>,
    gas_used: Option<Column>,
    price: Option<Column>,
    created: Option<Column>,
    /// Fees beside that of gas used × price: what a rollup pays for its place on the chain below.
    other_fee: Option<Column>,
    /// What the transaction's blobs used, and their price.
    blob: Option<(Column, Column)>,
}

impl JoinedRows {
    /// Finds the columns of such a file.
    pub(crate) fn of(form: Form, header: &Header) -> Self {
        match form {
            Form::Blocks => Self::blocks(header),
            Form::Receipts => Self::receipts(header),
            _ => Self::tokens(header),
        }
    }

    fn blocks(header: &Header) -> Self {
        Self::Blocks { number: header.required("number|block_number"), time: header.required("timestamp") }
    }

    fn receipts(header: &Header) -> Self {
        Self::Receipts(Box::new(ReceiptColumns {
            hash: header.required("transaction_hash"),
            status: header.find("status"),
            gas_used: header.find("gas_used"),
            price: header.find("effective_gas_price"),
            created: header.find("contract_address"),
            other_fee: header.find("l1_fee"),
            blob: header.find("blob_gas_used").zip(header.find("blob_gas_price")),
        }))
    }

    fn tokens(header: &Header) -> Self {
        Self::Tokens {
            chain: header.find("chain"),
            contract: header.required("address|contract"),
            symbol: header.required("symbol"),
            decimals: header.required("decimals"),
        }
    }

    /// Reads a row into the tables. Returns block number and time, where the row is a block.
    pub(crate) fn take(
        &self,
        record: &Record,
        chain: &str,
        joined: &mut Joined,
    ) -> Result<Option<(u64, i64)>, Fault> {
        match self {
            Self::Blocks { number, time } => {
                let at = number.number(record)?;
                let parsed = read_time(time, record)?;
                joined.take_block(chain, at, parsed).map_err(|reason| time.fault(record, reason))?;
                Ok(Some((at, parsed)))
            }
            Self::Receipts(columns) => {
                let (hash, receipt) = columns.read(record, chain)?;
                let receipts = joined.receipts.entry(chain.to_owned()).or_default();
                match receipts.insert(hash.clone(), receipt.clone()) {
                    Some(before) if before != receipt => {
                        receipts.insert(hash, before);
                        let reason = "is the hash of an earlier receipt, which says something else";
                        Err(columns.hash.fault(record, reason))
                    }
                    _ => Ok(None),
                }
            }
            Self::Tokens { chain: named, contract, symbol, decimals } => {
                let chain = match named {
                    Some(column) if !column.is_empty(record) => column.text(record)?.to_ascii_lowercase(),
                    _ => chain.to_owned(),
                };
                if !is_chain_name(&chain) {
                    return Err(Fault::of_field("chain", chain, "is no name of a chain"));
                }
                let address = contract.address(record, AddressKind::of_chain(&chain))?;
                // A contract that does not say how it is counted stays in base units.
                if !decimals.is_empty(record) {
                    let token = read_token(symbol, decimals, record)?;
                    joined.tokens.insert(chain, Some(address), token, Rank::Joined);
                }
                Ok(None)
            }
        }
    }
}

impl ReceiptColumns {
    fn read(&self, record: &Record, chain: &str) -> Result<(TxHash, Receipt), Fault> {
        let missing = || self.hash.fault(record, "is empty, but a transaction hash was expected");
        let hash = self.hash.hash(record)?.ok_or_else(missing)?;
        let status = optional(self.status.as_ref(), record, read_flag)?;
        let kind = AddressKind::of_chain(chain);
        let created = optional(self.created.as_ref(), record, |column, record| column.address(record, kind))?;
        Ok((hash, Receipt { failed: status.map(|good| !good), fee: self.fee(record)?, created }))
    }

    fn fee(&self, record: &Record) -> Result<Option<Amount>, Fault> {
        let used = filled(self.gas_used.as_ref(), record);
        let price = filled(self.price.as_ref(), record);
        let Some((used, price)) = used.zip(price) else { return Ok(None) };
        let mut fee = read_fee(used, price, record)?;
        if let Some(other) = optional(self.other_fee.as_ref(), record, Column::amount)? {
            fee = fee.plus(other);
        }
        if let Some((used, price)) = self.blob.as_ref().filter(|(used, _)| !used.is_empty(record)) {
            fee = fee.plus(read_fee(used, price, record)?);
        }
        Ok(Some(fee))
    }
}
