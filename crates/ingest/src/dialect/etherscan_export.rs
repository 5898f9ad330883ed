//! What Etherscan's pages (and those of its sisters for other chains) export: transactions, internal
//! transfers, token transfers of one address.
//!
//! Amounts are decimal coins, read exactly with 18 decimals. `Value_IN` and `Value_OUT` are relative to the
//! address the file was exported for: one of them is 0, and the parties stand in `From` and `To`. A row with
//! the status `Error(…)` moves nothing; a transaction still pays its fee. The coin in `Value_IN(BNB)` names the
//! chain where the user does not.
//!
//! Token amounts need the token's decimals, which the file does not state: they come from the tables of
//! tokens. There is no log index.

use super::fields::{Fields, Grouping, Names, filled, optional, read_address, read_coins};
use super::traces::moves_value;
use super::{Absence, Context, Entry, Told};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use dyetrace_core::ledger::Kind;
use dyetrace_core::{Address, Amount, Row};

/// The decimals of the native coin on every EVM chain.
const COIN_DECIMALS: u8 = 18;

const NAMES: Names = Names {
    hash: "txhash|transaction hash",
    block: "blockno",
    time: "unixtimestamp",
    transaction_index: "",
    from: "from",
    to: "to",
    created: "contractaddress",
};

/// The coin that a header names, as in `Value_IN(BNB)`, in lower case.
pub(crate) fn coin_of(header: &Header) -> Option<String> {
    let column = header.find("value_in(*")?;
    let name = column.name().to_lowercase();
    name.strip_prefix("value_in(")?.strip_suffix(')').map(str::to_owned)
}

/// The columns that exports of the native coin share.
struct Coins {
    value_in: Column,
    value_out: Column,
    status: Option<Column>,
    error: Option<Column>,
}

impl Coins {
    fn of(header: &Header) -> Self {
        Self {
            value_in: header.required("value_in(*"),
            value_out: header.required("value_out(*"),
            status: header.find("status"),
            error: header.find("errcode"),
        }
    }

    /// What the row moves, whichever way.
    fn value(
        &self,
        record: &Record,
        is_to_itself: bool,
        context: &Context<'_>,
        doubts: &mut Vec<Fault>,
    ) -> Result<Amount, Fault> {
        let mut read = |column| read_coins(column, record, COIN_DECIMALS, Grouping::None, context, doubts);
        let (value_in, value_out) = (read(&self.value_in)?, read(&self.value_out)?);
        if value_in.is_zero() || (is_to_itself && value_in == value_out) {
            return Ok(value_out);
        }
        if value_out.is_zero() {
            return Ok(value_in);
        }
        let reason = format!("is not 0, but `{}` is not 0 either: a row moves one way", self.value_in.name());
        Err(self.value_out.fault(record, reason))
    }

    /// Whether the row failed: its status or its error says so.
    fn failed(&self, record: &Record) -> Result<bool, Fault> {
        let status = self.status.as_ref().map_or(Ok(""), |column| column.text(record))?.trim();
        let error = self.error.as_ref().map_or(Ok(""), |column| column.text(record))?.trim();
        let word = status.to_lowercase();
        if word.starts_with("error") || word.starts_with("fail") || !error.is_empty() {
            return Ok(true);
        }
        if matches!(word.as_str(), "" | "0" | "ok" | "success") {
            return Ok(false);
        }
        let column = self.status.as_ref().expect("a status was read");
        Err(column
            .fault(record, "is no status that is known: nothing, `0`, `Success` or `Error(…)` was expected"))
    }
}

/// The columns of an export of transactions.
pub(crate) struct Transactions {
    fields: Fields,
    coins: Coins,
    fee: Option<Column>,
}

impl Transactions {
    pub(super) fn of(header: &Header) -> Self {
        let coin = coin_of(header).unwrap_or_default();
        // Beside it stands the fee in dollars.
        let fee = header.find(&format!("txnfee({coin})"));
        Self { fields: Fields::of(header, &NAMES), coins: Coins::of(header), fee }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let hash = self.fields.required_hash(record)?;
        let row = self.fields.row(record, context, &mut doubts)?;
        let stated = self.coins.value(record, row.from == Some(row.to), context, &mut doubts)?;
        let failed = self.coins.failed(record)?;
        let value = if failed { Amount::ZERO } else { stated };
        let fee = filled(self.fee.as_ref(), record)
            .map(|column| read_coins(column, record, COIN_DECIMALS, Grouping::None, context, &mut doubts))
            .transpose()?;
        let told = failed.then_some(Told::FailedTransaction(hash));
        Ok(Entry::transfer(Row { value, fee, ..row }, doubts, context).with_told(told))
    }
}

/// The columns of an export of internal transfers.
pub(crate) struct Internal {
    fields: Fields,
    coins: Coins,
    call_type: Option<Column>,
}

impl Internal {
    pub(super) fn of(header: &Header) -> Self {
        let names = Names { to: "txto", ..NAMES };
        Self { fields: Fields::of(header, &names), coins: Coins::of(header), call_type: header.find("type") }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        self.fields.required_hash(record)?;
        let moves = match filled(self.call_type.as_ref(), record) {
            Some(column) => moves_value(column, record)?,
            None => true,
        };
        if !moves || self.coins.failed(record)? {
            return Ok(Entry::absent(Absence::MovesNothing, context));
        }
        let row = self.fields.row(record, context, &mut doubts)?;
        let value = self.coins.value(record, row.from == Some(row.to), context, &mut doubts)?;
        if value.is_zero() {
            return Ok(Entry::absent(Absence::MovesNothing, context));
        }
        Ok(Entry::transfer(Row { value, kind: Kind::Internal, ..row }, doubts, context))
    }
}

/// The columns of an export of ERC-20 transfers.
pub(crate) struct Erc20 {
    fields: Fields,
    contract: Column,
    value: Column,
    token_id: Option<Column>,
}

impl Erc20 {
    pub(super) fn of(header: &Header) -> Self {
        let names = Names { created: "", ..NAMES };
        Self {
            fields: Fields::of(header, &names),
            contract: header.required("contractaddress"),
            value: header.required("tokenvalue"),
            token_id: header.find("tokenid|token_id"),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        self.fields.required_hash(record)?;
        if filled(self.token_id.as_ref(), record).is_some() {
            return Ok(Entry::absent(Absence::Nft, context));
        }
        let row = self.fields.row(record, context, &mut doubts)?;
        let contract = read_address(&self.contract, record, context.chain, &mut doubts)?;
        let decimals = self.decimals(record, &contract, context)?;
        let value = read_coins(&self.value, record, decimals, Grouping::Thousands, context, &mut doubts)?;
        let row = Row { contract: Some(contract), value, kind: Kind::Token, ..row };
        Ok(Entry::transfer(row, doubts, context))
    }

    /// The decimals of the token. Without them an amount of coins says nothing about base units, but for 0.
    fn decimals(&self, record: &Record, contract: &Address, context: &Context<'_>) -> Result<u8, Fault> {
        if let Some(token) = context.joined.tokens.get(context.chain, Some(contract)) {
            return Ok(token.decimals);
        }
        let is_nothing = |column: &Column, record: &Record| {
            Ok(!column.is_empty(record) && column.bytes(record).iter().all(|byte| b"0.".contains(byte)))
        };
        if optional(Some(&self.value), record, is_nothing)? == Some(true) {
            return Ok(0);
        }
        let fault = self.contract.fault(
            record,
            "is a token whose decimals are not known: the amount, in coins, cannot be turned into base units",
        );
        Err(fault.with_hint(
            "give `chain,contract,symbol,decimals` of it in a file of tokens (`--tokens FILE`, `[[tokens]]`), or \
             the address's `tokentx` file beside this one",
        ))
    }
}
