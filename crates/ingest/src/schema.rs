//! Dialects and the columns by which each is known.
//!
//! A dialect fits a header that has all its required columns and none of its foreign ones. Foreign columns are
//! those of another format that would change what a row means: a trace that moves nothing, a token transfer
//! that looks like a native one. Any further column is passed over, and named in the facts.

use crate::error::Error;
use crate::header::Header;

/// A form of transfer file.
#[derive(Debug)]
pub struct Dialect {
    /// Its name, as in `dialect = "canonical"`.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Columns that must be there, in lower case.
    pub required: &'static [&'static str],
    /// Of these, one at least must be there.
    pub one_of: &'static [&'static str],
    /// Columns that are read where they are there.
    pub optional: &'static [&'static str],
    /// Columns that make it another format, although the required ones are there.
    pub foreign: &'static [&'static str],
}

/// The documented form: one transfer a row.
pub const CANONICAL: Dialect = Dialect {
    name: "canonical",
    about: "dyetrace's own transfer CSV",
    required: &["from_address", "to_address", "value"],
    one_of: &["block_number", "block_timestamp"],
    optional: &["chain", "transaction_index", "event_index", "transaction_hash", "asset", "fee", "kind"],
    foreign: &[
        "call_type",
        "contract_address",
        "erc20",
        "gas_price",
        "hash",
        "log_index",
        "status",
        "token_address",
        "token_id",
        "trace_address",
        "trace_type",
        "transfer_index",
    ],
};

/// Etherscan's API, `txlist`: the transactions of one address.
pub const ETHERSCAN_TXLIST: Dialect = Dialect {
    name: "etherscan-txlist",
    about: "transactions of an address from the Etherscan API (`txlist`)",
    required: &["hash", "blocknumber", "from", "to", "value", "iserror", "gasused", "gasprice"],
    one_of: &[],
    optional: &["timestamp", "transactionindex", "contractaddress", "txreceipt_status"],
    foreign: &["tokensymbol", "tokendecimal", "tokenid", "traceid", "type"],
};

/// MFTracer: transfers in US dollars, with labels.
pub const MFTRACER: Dialect = Dialect {
    name: "mftracer",
    about: "MFTracer's transfers in US dollars, with labels",
    required: &["timestamp", "block", "tx_hash", "from", "to", "value_in_usd"],
    one_of: &[],
    optional: &["from_label", "to_label"],
    foreign: &[],
};

/// Every dialect that is read, in the order in which they are tried.
pub const DIALECTS: [&Dialect; 3] = [&CANONICAL, &ETHERSCAN_TXLIST, &MFTRACER];

impl Dialect {
    /// Finds a dialect by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        DIALECTS.into_iter().find(|dialect| dialect.name == name)
    }

    /// The required columns that a header lacks, each ready to be shown.
    fn missing(&self, header: &Header) -> Vec<String> {
        let lacking = self.required.iter().filter(|key| !header.has(key));
        let mut missing: Vec<String> = lacking.map(|key| format!("`{key}`")).collect();
        if !self.one_of.is_empty() && !self.one_of.iter().any(|key| header.has(key)) {
            let choices: Vec<String> = self.one_of.iter().map(|key| format!("`{key}`")).collect();
            missing.push(choices.join(" or "));
        }
        missing
    }

    fn foreign_in(&self, header: &Header) -> Vec<String> {
        self.foreign.iter().filter(|key| header.has(key)).map(|key| format!("`{key}`")).collect()
    }

    fn fits(&self, header: &Header) -> bool {
        self.missing(header).is_empty() && self.foreign_in(header).is_empty()
    }

    /// The columns of a header that the dialect does not read, in their order.
    pub(crate) fn passed_over(&self, header: &Header) -> Vec<String> {
        let read =
            |key: &str| [self.required, self.one_of, self.optional].iter().any(|keys| keys.contains(&key));
        header.keys().filter(|key| !key.is_empty() && !read(key)).map(str::to_owned).collect()
    }
}

fn names() -> String {
    DIALECTS.map(|dialect| format!("`{}`", dialect.name)).join(", ")
}

/// Returns the dialect of a header: the named one, or the first that fits.
pub(crate) fn recognise(
    file: &str,
    header: &Header,
    wanted: Option<&str>,
) -> Result<&'static Dialect, Error> {
    if let Some(wanted) = wanted {
        let dialect = Dialect::named(wanted).ok_or_else(|| unknown_dialect(wanted))?;
        let missing = dialect.missing(header);
        if missing.is_empty() {
            return Ok(dialect);
        }
        let what = format!("the header lacks {}, which `{wanted}` needs", missing.join(", "));
        return Err(Error::file(file, what).with_hint(format!("the header is {}", header.shown())));
    }
    if let Some(dialect) = DIALECTS.into_iter().find(|dialect| dialect.fits(header)) {
        return Ok(dialect);
    }
    Err(refusal(file, header))
}

/// The error for a dialect that there is not.
pub(crate) fn unknown_dialect(name: &str) -> Error {
    Error::typed(format!("`{}` is no dialect: {} were expected", crate::error::cut(name.as_bytes()), names()))
}

/// Says why no dialect fits, and which is the nearest.
fn refusal(file: &str, header: &Header) -> Error {
    if let Some(dialect) = DIALECTS.into_iter().find(|dialect| dialect.missing(header).is_empty()) {
        let what = format!(
            "the header has the columns of `{}`, but also {}, which belong to another format",
            dialect.name,
            dialect.foreign_in(header).join(", ")
        );
        let hint = format!(
            "read as `{0}` its rows could mean something else; if they do not, say so: `dialect = \"{0}\"`",
            dialect.name
        );
        return Error::file(file, what).with_hint(hint);
    }
    let nearest = DIALECTS.into_iter().min_by_key(|dialect| {
        let missing = dialect.missing(header).len();
        let wanted = dialect.required.len() + usize::from(!dialect.one_of.is_empty());
        // The share that is missing, in thousandths: a long list is not worse than a short one.
        missing * 1000 / wanted
    });
    let nearest = nearest.expect("there are dialects");
    let what = format!("the header fits no dialect that is known: {}", header.shown());
    let mut hint = format!(
        "the nearest is `{}` ({}), which lacks {}; known are {}",
        nearest.name,
        nearest.about,
        nearest.missing(header).join(", "),
        names()
    );
    let only = header.keys().next().filter(|_| header.keys().count() == 1).unwrap_or_default();
    if only.contains([';', '\t', '|']) {
        hint.push_str("; fields are separated by commas here, and this file seems to use another character");
    }
    Error::file(file, what).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::DIALECTS;

    #[test]
    fn column_names_are_in_lower_case_and_stand_once() {
        for dialect in DIALECTS {
            let all = [dialect.required, dialect.one_of, dialect.optional, dialect.foreign].concat();
            for (index, key) in all.iter().enumerate() {
                assert_eq!(*key, key.to_lowercase());
                assert!(!all[..index].contains(key), "{key} stands twice in {}", dialect.name);
            }
        }
    }
}
