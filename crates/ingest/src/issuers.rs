//! Which tokens an issuer can freeze, and how: by chain and contract, never by symbol.
//!
//! The project's own facts (`data/issuer_control.csv`) are extended or overruled by the user's files of the
//! same columns: `chain,contract,symbol,issuer,control,status_function,wipe,legal_threshold,note,as_of,channel,source`.

use crate::error::Error;
use crate::facts::InputFact;
use crate::header::{Header, Table};
use crate::labels::rows_of;
use crate::open::FileSpec;
use crate::records::Record;
use crate::tokens::read_asset;
use dyetrace_core::{Address, AddressKind};
use std::collections::HashMap;

/// What an issuer can do to a token. Each text is empty where not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issuer {
    /// The token's symbol.
    pub symbol: String,
    /// Who issues it.
    pub issuer: String,
    /// The kind of control, such as `blacklist`; `none`; or `pause of all only`.
    pub control: String,
    /// The function of the contract that tells an account's status.
    pub status_function: String,
    /// The function that destroys frozen units.
    pub wipe: String,
    /// What the issuer asks for before it acts.
    pub legal_threshold: String,
    /// Anything else.
    pub note: String,
    /// When this was true.
    pub as_of: String,
    /// How the issuer is asked.
    pub channel: String,
    /// Where all this is from.
    pub source: String,
}

impl Issuer {
    /// Whether the issuer can stop one account.
    #[must_use]
    pub fn has_control(&self) -> bool {
        !matches!(self.control.as_str(), "" | "none" | "pause of all only")
    }
}

/// Issuers by chain and contract.
#[derive(Clone, Debug)]
pub struct IssuerTable {
    known: HashMap<(String, Address), Issuer>,
}

const ISSUERS: &str = include_str!("../data/issuer_control.csv");

impl IssuerTable {
    /// The project's own facts.
    ///
    /// # Panics
    /// Never: the table is tested.
    #[must_use]
    pub fn built_in() -> Self {
        let mut known = HashMap::new();
        for row in rows_of(ISSUERS) {
            let row: [String; 12] = row.try_into().expect("issuer_control.csv has twelve columns");
            let [
                chain,
                contract,
                symbol,
                issuer,
                control,
                status_function,
                wipe,
                legal_threshold,
                note,
                as_of,
                channel,
                source,
            ] = row;
            let contract = Address::parse(AddressKind::of_chain(&chain), contract.as_bytes());
            let contract = contract.expect("issuer_control.csv holds addresses");
            let entry = Issuer {
                symbol,
                issuer,
                control,
                status_function,
                wipe,
                legal_threshold,
                note,
                as_of,
                channel,
                source,
            };
            let before = known.insert((chain, contract), entry);
            assert!(before.is_none(), "issuer_control.csv names each token once");
        }
        Self { known }
    }

    /// What the issuer of a token can do, where that is known.
    #[must_use]
    pub fn get(&self, chain: &str, contract: &Address) -> Option<&Issuer> {
        self.known.get(&(chain.to_owned(), *contract))
    }

    /// Takes a user's file; what it says overrules what was known. Returns what the file was.
    ///
    /// # Errors
    /// An [`Error`] for a file that cannot be read and for the first bad row.
    pub fn add_file(&mut self, file: &FileSpec) -> Result<InputFact, Error> {
        let mut table = Table::open(file, 0, &|_| {})?;
        let header = table.header.clone();
        let missing: Vec<&str> = ["contract", "control"].into_iter().filter(|key| !header.has(key)).collect();
        if !missing.is_empty() {
            let what = format!("the header is no issuer file's: it lacks `{}`", missing.join("`, `"));
            return Err(Error::file(&file.name, what).with_hint(format!("the header is {}", header.shown())));
        }
        let (chain, contract) = (header.find("chain"), header.required("contract"));
        let mut fact =
            InputFact { name: file.output_name(), dialect: "issuers".to_owned(), ..InputFact::default() };
        let mut record = Record::default();
        while table.read(&mut record)? {
            let read = || {
                table.check_shape(&record)?;
                let (chain, address) = read_asset(chain.as_ref(), &contract, &record)?;
                let native = || contract.fault(&record, "is the native coin, which nobody issues");
                Ok(((chain, address.ok_or_else(native)?), read_issuer(&header, &record)?))
            };
            let (key, entry) = read().map_err(|fault| Error::row(&file.name, record.line, fault))?;
            self.known.insert(key, entry);
            fact.rows += 1;
        }
        let digested = table.finish()?;
        (fact.sha256, fact.size) = (digested.sha256, digested.size);
        Ok(fact)
    }
}

fn read_issuer(header: &Header, record: &Record) -> Result<Issuer, crate::error::Fault> {
    let text = |key: &str| match header.find(key) {
        Some(column) => column.text(record).map(|text| text.trim().to_owned()),
        None => Ok(String::new()),
    };
    Ok(Issuer {
        symbol: text("symbol")?,
        issuer: text("issuer")?,
        control: text("control")?.to_lowercase(),
        status_function: text("status_function")?,
        wipe: text("wipe")?,
        legal_threshold: text("legal_threshold")?,
        note: text("note")?,
        as_of: text("as_of")?,
        channel: text("channel")?,
        source: text("source")?,
    })
}

#[cfg(test)]
mod tests {
    use super::IssuerTable;
    use dyetrace_core::{Address, AddressKind};

    #[test]
    fn control_is_by_contract_and_not_every_stablecoin_has_it() {
        let table = IssuerTable::built_in();
        let control = |chain: &str, contract: &str| {
            let contract = Address::parse(AddressKind::of_chain(chain), contract.as_bytes()).unwrap();
            table.get(chain, &contract).map(super::Issuer::has_control)
        };
        assert_eq!(control("ethereum", "0xdAC17F958D2ee523a2206206994597C13D831ec7"), Some(true));
        assert_eq!(control("tron", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"), Some(true));
        assert_eq!(control("bsc", "0x55d398326f99059fF775485246999027B3197955"), Some(false));
        assert_eq!(control("ethereum", "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599"), Some(false));
        assert_eq!(control("polygon", "0xdAC17F958D2ee523a2206206994597C13D831ec7"), None);
    }
}
