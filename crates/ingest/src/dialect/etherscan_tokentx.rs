//! Etherscan's API, `tokentx`: the token transfers of one address.
//!
//! `value` is in base units of the token `contractAddress`, `tokenDecimal` says how it is counted. The gas
//! columns are those of the transaction, whose sender the row does not name: no fee is read from them. There
//! is no log index: an event that stands in several files counts as often as in the one that has it most.

use super::etherscan_txlist::API_NAMES;
use super::fields::{Fields, Names, filled, optional, read_address, read_units};
use super::{Absence, Context, Entry, Told};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use crate::tokens::Token;
use dyetrace_core::Row;
use dyetrace_core::ledger::Kind;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    fields: Fields,
    contract: Column,
    value: Column,
    log_index: Option<Column>,
    symbol: Option<Column>,
    decimals: Option<Column>,
    token_id: Option<Column>,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        // Here `contractAddress` is the token, no created account.
        let names = Names { created: "", ..API_NAMES };
        Self {
            fields: Fields::of(header, &names),
            contract: header.required("contractaddress"),
            value: header.required("value"),
            log_index: header.find("logindex"),
            symbol: header.find("tokensymbol"),
            decimals: header.find("tokendecimal"),
            token_id: header.find("tokenid"),
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
        let value = read_units(&self.value, record, context, &mut doubts)?;
        let event_index = optional(self.log_index.as_ref(), record, Column::number)?;
        let told =
            if context.is_survey { self.token(record)?.map(|it| Told::Token(contract, it)) } else { None };
        let row = Row { contract: Some(contract), value, event_index, kind: Kind::Token, ..row };
        Ok(Entry::transfer(row, doubts, context).with_told(told))
    }

    fn token(&self, record: &Record) -> Result<Option<Token>, Fault> {
        let Some(column) = filled(self.decimals.as_ref(), record) else { return Ok(None) };
        let decimals = crate::tokens::read_decimals(column, record)?;
        let symbol = self.symbol.as_ref().map_or(Ok(""), |column| column.text(record))?.trim().to_owned();
        Ok(Some(Token { symbol, decimals }))
    }
}
