//! Symbols and decimals of assets: for people. An asset's identity is its chain and contract, never these.
//!
//! The project's own table of common assets (`data/assets.csv`) is extended or overruled by the user's files,
//! with the columns `chain,contract,symbol,decimals` (`address` for `contract` is taken too; `native` or empty
//! is the native coin). An asset that stands in neither is shown in base units.

use crate::dialect::{DEFAULT_CHAIN, USD_DECIMALS, is_chain_name};
use crate::error::{Error, Fault};
use crate::facts::InputFact;
use crate::header::{Column, Table};
use crate::labels::rows_of;
use crate::open::{FileSpec, list_files};
use crate::records::Record;
use dyetrace_core::{Address, AddressKind};
use std::collections::HashMap;
use std::sync::LazyLock;

/// How an asset is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its symbol. Any contract can carry any symbol.
    pub symbol: String,
    /// How many of the last digits of its base units stand after the point.
    pub decimals: u8,
}

/// Symbols and decimals by chain and contract.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    known: HashMap<(String, Option<Address>), (Rank, Token)>,
}

/// Who says how an asset is shown: the later overrules the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// A row of transfers.
    Row,
    /// The project's own table.
    BuiltIn,
    /// A file of tokens that lies among the transfers.
    Joined,
    /// A file that the user gave for this.
    User,
}

const ASSETS: &str = include_str!("../data/assets.csv");
const CHAINS: &str = include_str!("../data/chains.csv");
const CHAIN_IDS: &str = include_str!("../data/chain_ids.csv");
const COINS: &str = include_str!("../data/coins.csv");

static BUILT_IN: LazyLock<Tokens> = LazyLock::new(Tokens::built_in);

/// The most decimals that a number of 256 bits can have.
const MOST_DECIMALS: u8 = 77;

impl Tokens {
    /// The project's own table of common assets.
    ///
    /// # Panics
    /// Never: the table is tested.
    #[must_use]
    pub fn built_in() -> Self {
        let mut known = HashMap::new();
        for row in rows_of(ASSETS) {
            let [chain, contract, symbol, decimals] = row.try_into().expect("assets.csv has four columns");
            let contract = (contract != "native").then(|| {
                Address::parse(AddressKind::of_chain(&chain), contract.as_bytes())
                    .expect("assets.csv holds addresses")
            });
            let token = Token { symbol, decimals: decimals.parse().expect("assets.csv holds decimals") };
            let before = known.insert((chain, contract), (Rank::BuiltIn, token));
            assert!(before.is_none(), "assets.csv names each asset once");
        }
        Self { known }
    }

    /// How an asset is shown, where that is known. The contract is `None` for the native coin.
    #[must_use]
    pub fn get(&self, chain: &str, contract: Option<&Address>) -> Option<&Token> {
        self.known.get(&(chain.to_owned(), contract.copied())).map(|(_, token)| token)
    }

    /// Whether the project's own table has an asset.
    #[must_use]
    pub fn is_common(chain: &str, contract: &Address) -> bool {
        BUILT_IN.get(chain, Some(contract)).is_some()
    }

    /// The symbols of the project's own table with their chains, sorted.
    #[must_use]
    pub fn common_symbols() -> Vec<(String, String)> {
        let known = BUILT_IN.known.iter();
        let mut symbols: Vec<_> =
            known.map(|((chain, _), (_, token))| (chain.clone(), token.symbol.clone())).collect();
        symbols.sort_unstable();
        symbols
    }

    /// Takes what is said about an asset, unless somebody of higher rank has said it.
    pub(crate) fn insert(&mut self, chain: String, contract: Option<Address>, token: Token, rank: Rank) {
        let known = self.known.entry((chain, contract)).or_insert_with(|| (rank, token.clone()));
        if known.0 <= rank {
            *known = (rank, token);
        }
    }

    /// Adds what files among the transfers said, at its rank.
    pub(crate) fn with_learned(mut self, other: &Self) -> Self {
        for (chain, contract, token, rank) in other.learned() {
            self.insert(chain, contract, token, rank);
        }
        self
    }

    /// What files among the transfers said, in order of chain and contract.
    pub(crate) fn learned(&self) -> Vec<(String, Option<Address>, Token, Rank)> {
        let learned = self.known.iter().filter(|(_, (rank, _))| matches!(rank, Rank::Row | Rank::Joined));
        let learned = learned
            .map(|((chain, contract), (rank, token))| (chain.clone(), *contract, token.clone(), *rank));
        let mut learned: Vec<_> = learned.collect();
        learned.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        learned
    }

    /// Takes a user's file; what it says overrules what was known. Returns what the file was.
    ///
    /// # Errors
    /// An [`Error`] for a file that cannot be read and for the first bad row.
    pub fn add_file(&mut self, named: &FileSpec) -> Result<Vec<InputFact>, Error> {
        list_files(named)?.iter().map(|file| self.add_one_file(file)).collect()
    }

    fn add_one_file(&mut self, file: &FileSpec) -> Result<InputFact, Error> {
        let mut table = Table::open(file, 0, &|_| {})?;
        let find = |key: &str| {
            table.header.find(key).ok_or_else(|| {
                let error =
                    Error::file(&file.name, format!("the header is no token file's: it lacks `{key}`"));
                error.with_hint(format!("the header is {}", table.header.shown()))
            })
        };
        let contract = find("contract").or_else(|error| find("address").map_err(|_| error))?;
        let (symbol, decimals) = (find("symbol")?, find("decimals")?);
        let chain = table.header.find("chain");
        let mut fact =
            InputFact { name: file.output_name(), dialect: "tokens".to_owned(), ..InputFact::default() };
        let mut record = Record::default();
        while table.read(&mut record)? {
            let read = || {
                table.check_shape(&record)?;
                let key = read_asset(chain.as_ref(), &contract, &record)?;
                Ok((key, read_token(&symbol, &decimals, &record)?))
            };
            let (key, token) = read().map_err(|fault| Error::row(&file.name, record.line, fault))?;
            self.insert(key.0, key.1, token, Rank::User);
            fact.rows += 1;
        }
        let digested = table.finish()?;
        (fact.sha256, fact.size) = (digested.sha256, digested.size);
        Ok(fact)
    }

    /// Shows the native amounts of dollar files as dollars.
    pub fn mark_dollars(&mut self, facts: &[InputFact]) {
        for chain in facts.iter().filter(|fact| fact.native_is_usd).flat_map(|fact| &fact.chains) {
            let token = Token { symbol: "USD".to_owned(), decimals: USD_DECIMALS };
            self.known.insert((chain.clone(), None), (Rank::User, token));
        }
    }
}

/// Reads the chain and the contract of a row; `None` for the native coin.
pub(crate) fn read_asset(
    chain: Option<&Column>,
    contract: &Column,
    record: &Record,
) -> Result<(String, Option<Address>), Fault> {
    let name = match chain {
        Some(column) => {
            let name = column.text(record)?.to_ascii_lowercase();
            if !name.is_empty() && !is_chain_name(&name) {
                return Err(column.fault(record, "is no name of a chain"));
            }
            name
        }
        None => String::new(),
    };
    let name = if name.is_empty() { DEFAULT_CHAIN.to_owned() } else { name };
    let text = contract.text(record)?;
    let native = text.is_empty() || text.eq_ignore_ascii_case("native");
    let kind = AddressKind::of_chain(&name);
    let address = if native { None } else { Some(contract.address(record, kind)?) };
    Ok((name, address))
}

/// Reads how a token is shown.
pub(crate) fn read_token(symbol: &Column, decimals: &Column, record: &Record) -> Result<Token, Fault> {
    let decimals = read_decimals(decimals, record)?;
    Ok(Token { symbol: symbol.text(record)?.trim().to_owned(), decimals })
}

/// Reads how many decimals an asset has.
pub(crate) fn read_decimals(column: &Column, record: &Record) -> Result<u8, Fault> {
    let number = column.number(record)?;
    let fits = u8::try_from(number).ok().filter(|&number| number <= MOST_DECIMALS);
    fits.ok_or_else(|| column.fault(record, "is more decimals than an amount has digits"))
}

/// The chain of an EVM chain id, where it is known here.
pub(crate) fn chain_of_id(id: u64) -> Option<&'static str> {
    rows_by_key(CHAIN_IDS).find(|(known, _)| known.parse() == Ok(id)).map(|(_, chain)| chain)
}

/// The chain of a native coin, such as `BNB` in any case, where an explorer writes it.
pub(crate) fn chain_of_coin(coin: &str) -> Option<&'static str> {
    rows_by_key(COINS).find(|(known, _)| known.eq_ignore_ascii_case(coin)).map(|(_, chain)| chain)
}

fn rows_by_key(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().skip(1).filter_map(|line| line.split_once(','))
}

/// The chain that a foreign key means, such as `avax`; the key itself where none is known.
pub(crate) fn chain_of_key(key: &str) -> &str {
    rows_by_key(CHAINS).find(|(known, _)| *known == key).map_or(key, |(_, chain)| chain)
}

#[cfg(test)]
mod tests {
    use super::{Tokens, chain_of_key};
    use dyetrace_core::{Address, AddressKind};

    #[test]
    fn common_assets_are_known_by_chain_and_contract() {
        let tokens = Tokens::built_in();
        assert_eq!(tokens.get("bitcoin", None).unwrap().decimals, 8);
        let usdt = Address::parse(AddressKind::Evm, b"0xdAC17F958D2ee523a2206206994597C13D831ec7").unwrap();
        assert_eq!(tokens.get("ethereum", Some(&usdt)).unwrap().decimals, 6);
        assert_eq!(tokens.get("bsc", Some(&usdt)), None);
        assert_eq!(chain_of_key("avax"), "avalanche");
        assert_eq!(chain_of_key("harmony"), "harmony");
    }
}
