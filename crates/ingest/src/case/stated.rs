//! `[[own]]` and `[[status]]`: what a person states about accounts, beside the transfers.

use super::file::{Place, Text, read_chain};
use super::typed::{parse_address, parse_asset};
use crate::error::Error;
use dyetrace_core::asset::AssetName;
use dyetrace_core::{Amount, OwnAccount, Status};
use serde::Deserialize;
use toml::{Spanned, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnTable {
    chain: Text,
    address: Text,
    memo: Option<Text>,
    uid: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusTable {
    chain: Text,
    address: Text,
    asset: Text,
    block: u64,
    balance: Option<Spanned<Value>>,
    frozen: Option<bool>,
}

/// Reads the customers' accounts. One address and memo is one customer's.
pub(super) fn read_own(place: &Place<'_>, tables: &[Spanned<OwnTable>]) -> Result<Vec<OwnAccount>, Error> {
    let mut all: Vec<OwnAccount> = Vec::new();
    for table in tables {
        let OwnTable { chain, address, memo, uid } = table.get_ref();
        let word =
            |text: &Option<Text>| text.as_ref().map_or(Ok(String::new()), |text| read_word(place, text));
        let own = OwnAccount {
            chain: read_chain(place, chain)?,
            address: place.of(address, parse_address(address.get_ref()))?,
            memo: word(memo)?,
            uid: word(uid)?,
        };
        if own.memo.is_empty() && own.uid.is_empty() {
            let nothing = Error::typed("says nothing of the account: a `memo` or a `uid` was expected");
            return place.of(table, Err(nothing));
        }
        let same =
            |it: &&OwnAccount| (&it.chain, it.address, &it.memo) == (&own.chain, own.address, &own.memo);
        if all.iter().any(|it| same(&it)) {
            let again =
                Error::typed("the same account stands above already: one address and memo has one row");
            return place.of(table, Err(again));
        }
        all.push(own);
    }
    Ok(all)
}

/// Reads how addresses stand.
pub(super) fn read_status(place: &Place<'_>, tables: &[Spanned<StatusTable>]) -> Result<Vec<Status>, Error> {
    let mut all: Vec<Status> = Vec::new();
    for table in tables {
        let StatusTable { chain, address, asset, block, balance, frozen } = table.get_ref();
        let chain = read_chain(place, chain)?;
        let balance = balance.as_ref().map(|it| place.of(it, read_balance(it.get_ref()))).transpose()?;
        let status = Status {
            asset: place.of(asset, read_asset(asset.get_ref(), &chain))?,
            chain,
            address: place.of(address, parse_address(address.get_ref()))?,
            block: *block,
            balance,
            frozen: *frozen,
        };
        if status.balance.is_none() && status.frozen.is_none() {
            let nothing = Error::typed("says nothing of the address: a `balance` or `frozen` was expected");
            return place.of(table, Err(nothing));
        }
        let is_same = |it: &Status| {
            (&it.chain, it.address, &it.asset, it.block)
                == (&status.chain, status.address, &status.asset, *block)
        };
        if all.iter().any(is_same) {
            let again = Error::typed("the same address, asset and block stand above already");
            return place.of(table, Err(again));
        }
        all.push(status);
    }
    Ok(all)
}

/// A word that says something: it is shown, so nothing in it may hide.
fn read_word(place: &Place<'_>, text: &Text) -> Result<String, Error> {
    let word = text.get_ref().trim();
    let fits = !word.is_empty() && !word.chars().any(char::is_control);
    let wrong = || Error::typed("visible characters were expected, or no such key");
    place.of(text, if fits { Ok(word.to_owned()) } else { Err(wrong()) })
}

/// One asset, on the chain that the row names.
fn read_asset(text: &str, chain: &str) -> Result<AssetName, Error> {
    let name = parse_asset(text)?;
    let name = name.ok_or_else(|| Error::typed("`*` is every asset, but a status is of one"))?;
    if name.chain.as_ref().is_some_and(|it| it != chain) {
        return Err(Error::typed(format!("`{text}` is on another chain than `{chain}`")));
    }
    Ok(AssetName { chain: None, contract: name.contract })
}

fn read_balance(value: &Value) -> Result<Amount, Error> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Amount::parse(text.as_bytes()).map_err(|error| {
        Error::typed(format!("`{text}` {error}")).with_hint("a balance is a whole number of base units")
    })
}
