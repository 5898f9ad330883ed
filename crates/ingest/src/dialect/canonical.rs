//! The canonical transfer CSV.
//!
//! ```text
//! chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,asset,value,fee,kind
//! ```
//!
//! | column | holds |
//! | --- | --- |
//! | `chain` | a name such as `ethereum` (the default), any case |
//! | `block_number`, `transaction_index`, `event_index` | decimal digits |
//! | `block_timestamp` | Unix seconds, or `2022-06-23T11:06:00Z` |
//! | `asset` | `native` (the default), a token contract, or either with its chain before a colon |
//! | `value`, `fee` | base units, below 2^256 |
//! | `kind` | `external`, `internal`, `token`, `reward`, `withdrawal`; by default `token` or `external` |

use super::fields::{UNNUMBERED, filled, optional, read_address, read_time, read_units};
use super::{Context, Entry, is_chain_name};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use dyetrace_core::ledger::Kind;
use dyetrace_core::{Address, AddressKind, Row};
use std::borrow::Cow;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    chain: Option<Column>,
    block: Option<Column>,
    transaction_index: Option<Column>,
    event_index: Option<Column>,
    time: Option<Column>,
    hash: Option<Column>,
    from: Column,
    to: Column,
    asset: Option<Column>,
    value: Column,
    fee: Option<Column>,
    kind: Option<Column>,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        Self {
            chain: header.find("chain"),
            block: header.find("block_number"),
            transaction_index: header.find("transaction_index"),
            event_index: header.find("event_index"),
            time: header.find("block_timestamp"),
            hash: header.find("transaction_hash"),
            from: header.required("from_address"),
            to: header.required("to_address"),
            asset: header.find("asset"),
            value: header.required("value"),
            fee: header.find("fee"),
            kind: header.find("kind"),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let chain = self.chain(record, context)?;
        let mut doubts = Vec::new();
        let block = optional(self.block.as_ref(), record, Column::number)?;
        let time = optional(self.time.as_ref(), record, read_time)?;
        if block.is_none() && time.is_none() {
            let fault = Fault::of_row("the row has neither a block number nor a block time");
            return Err(fault.with_hint("fill `block_number` or `block_timestamp`: rows are ordered by them"));
        }
        let contract = self.contract(record, &chain)?;
        let kind = self.kind(record, contract.is_some())?;
        let from = self.sender(record, &chain, kind, &mut doubts)?;
        let to = read_address(&self.to, record, &chain, &mut doubts).map_err(|fault| {
            let hint = "of a contract creation, name the account that was created";
            if self.to.is_empty(record) { fault.with_hint(hint) } else { fault }
        })?;
        let value = read_units(&self.value, record, context, &mut doubts)?;
        let fee = filled(self.fee.as_ref(), record);
        if let Some(column) = fee.filter(|_| from.is_none()) {
            return Err(column.fault(record, "is a fee, but the row has no sender who could pay it"));
        }
        let fee = fee.map(|column| read_units(column, record, context, &mut doubts)).transpose()?;
        let row = Row {
            block,
            time,
            transaction_index: optional(self.transaction_index.as_ref(), record, Column::number)?,
            event_index: optional(self.event_index.as_ref(), record, Column::number)?,
            transaction_hash: self.hash.as_ref().map_or(Ok(None), |column| column.hash(record))?,
            from,
            to,
            contract,
            value,
            fee,
            kind,
            chain: UNNUMBERED,
        };
        Ok(Entry { chain, ..Entry::transfer(row, doubts, context) })
    }

    fn chain<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Cow<'c, str>, Fault> {
        let Some(column) = filled(self.chain.as_ref(), record) else { return Ok(context.chain.into()) };
        let name = column.text(record)?.to_ascii_lowercase();
        if name == context.chain {
            return Ok(context.chain.into());
        }
        if !is_chain_name(&name) {
            let reason = "is no name of a chain: letters, digits, `-` and `_` were expected";
            return Err(column.fault(record, reason));
        }
        if context.chain_is_given {
            let reason = format!("is another chain than the one given for this file, `{}`", context.chain);
            return Err(column.fault(record, reason));
        }
        Ok(name.into())
    }

    /// The token contract; `None` for the native coin.
    fn contract(&self, record: &Record, chain: &str) -> Result<Option<Address>, Fault> {
        let Some(column) = filled(self.asset.as_ref(), record) else { return Ok(None) };
        let text = column.text(record)?;
        let asset = match text.split_once(':') {
            Some((named, asset)) if named.eq_ignore_ascii_case(chain) => asset,
            Some(_) => {
                let reason = format!("is an asset of another chain than the row's, `{chain}`");
                return Err(column.fault(record, reason));
            }
            None => text,
        };
        if asset.eq_ignore_ascii_case("native") {
            return Ok(None);
        }
        let addresses = AddressKind::of_chain(chain);
        let contract = Address::parse(addresses, asset.as_bytes()).map_err(|_| {
            let fault = column.fault(record, "is no asset: `native` or a token contract was expected");
            fault.with_hint("a ticker names no asset: any contract can carry it")
        })?;
        Ok(Some(contract))
    }

    fn kind(&self, record: &Record, is_token: bool) -> Result<Kind, Fault> {
        let Some(column) = filled(self.kind.as_ref(), record) else {
            return Ok(if is_token { Kind::Token } else { Kind::External });
        };
        let word = column.text(record)?;
        let kinds = [Kind::External, Kind::Internal, Kind::Token, Kind::Reward, Kind::Withdrawal];
        let kind =
            kinds.into_iter().find(|kind| word.eq_ignore_ascii_case(kind.as_str())).ok_or_else(|| {
                let known = "external, internal, token, reward or withdrawal";
                column.fault(record, format!("is no kind of transfer: {known} was expected"))
            })?;
        match (kind == Kind::Token, is_token) {
            (true, false) => Err(column
                .fault(record, "is the kind of a token transfer, but the asset is the native coin")
                .with_hint("name the token's contract in `asset`")),
            (false, true) => Err(column
                .fault(record, "is a kind of the native coin, but the asset is a token")
                .with_hint("leave `kind` empty, or write `token`")),
            _ => Ok(kind),
        }
    }

    fn sender(
        &self,
        record: &Record,
        chain: &str,
        kind: Kind,
        doubts: &mut Vec<Fault>,
    ) -> Result<Option<Address>, Fault> {
        if !self.from.is_empty(record) {
            return read_address(&self.from, record, chain, doubts).map(Some);
        }
        if kind.may_lack_sender() {
            return Ok(None);
        }
        let fault = self.from.fault(record, "is empty, but only a reward or a withdrawal has no sender");
        Err(fault.with_hint("say so in `kind`, or give the sender"))
    }
}
