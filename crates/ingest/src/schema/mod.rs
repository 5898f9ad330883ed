//! Dialects and the columns by which each is known.
//!
//! A dialect fits a header that has all its required columns and none of its foreign ones. Foreign columns are
//! those of another format that would change what a row means: a trace that moves nothing, a token transfer
//! that looks like a native one. Any further column is passed over, and named in the facts.
//!
//! Files of a known format that hold no transfers are refused by name, with what to give instead.

mod table;

pub use table::*;

use crate::error::Error;
use crate::header::{Header, is_named};
use dyetrace_core::ledger::Source;
pub(crate) use table::DIALECTS;
use table::REFUSED;

/// A form of file.
#[derive(Debug)]
pub struct Dialect {
    /// Its name, as in `dialect = "canonical"`.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How its rows are read.
    pub form: Form,
    /// Columns that must be there, in lower case.
    pub required: &'static [&'static str],
    /// Of these, one at least must be there.
    pub one_of: &'static [&'static str],
    /// Columns that are read where they are there.
    pub optional: &'static [&'static str],
    /// Columns that make it another format, although the required ones are there.
    pub foreign: &'static [&'static str],
    /// Whose whole history a file holds, and of what, unless the user says otherwise.
    pub source: Source,
    /// By what its native events are numbered inside a transaction, where they are.
    pub native_numbers: Option<Numbering>,
    /// Columns that tell which transactions failed, the first that is there.
    pub tells_failure: &'static [&'static str],
    /// Whether a failed transaction looks like the rest unless one of these columns is there.
    pub needs_failure: bool,
    /// Whether its rows may have one empty field more than the header names.
    pub trails: bool,
    /// What the file cannot tell, and a reader of results has to know.
    pub caveats: &'static [&'static str],
}

/// How the rows of a dialect are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the dialect of its name")]
pub enum Form {
    Canonical,
    EtlTransactions,
    EtlTokenTransfers,
    EtlTraces,
    CryoTransactions,
    CryoErc20Transfers,
    CryoNativeTransfers,
    CryoTraces,
    EtherscanTxlist,
    EtherscanTxlistinternal,
    EtherscanTokentx,
    EtherscanExportTransactions,
    EtherscanExportInternal,
    EtherscanExportErc20,
    Nft,
    Blockscout,
    BlockchainSpider,
    MfTracer,
    /// Joined to transfers: times.
    Blocks,
    /// Joined to transfers: status, fee, created account.
    Receipts,
    /// Joined to transfers: symbols and decimals.
    Tokens,
}

impl Form {
    /// Whether the file holds no transfers, but what is joined to them.
    #[must_use]
    pub const fn is_joined(self) -> bool {
        matches!(self, Self::Blocks | Self::Receipts | Self::Tokens)
    }

    /// Whether its files hold what contracts sent inside transactions, and not the transactions.
    pub(crate) const fn is_internal_alone(self) -> bool {
        matches!(self, Self::EtherscanTxlistinternal | Self::EtherscanExportInternal)
    }

    /// Whether it is one of cryo's tables.
    pub(crate) const fn is_cryo(self) -> bool {
        matches!(
            self,
            Self::CryoTransactions | Self::CryoErc20Transfers | Self::CryoNativeTransfers | Self::CryoTraces
        )
    }

    /// Whether its files hold all rows of their kind of whole blocks.
    pub(crate) const fn is_of_whole_blocks(self) -> bool {
        self.is_cryo() || matches!(self, Self::EtlTransactions | Self::EtlTokenTransfers | Self::EtlTraces)
    }

    /// Whether its native transfers are those of transactions alone, without what contracts moved inside them.
    pub(crate) const fn is_of_transactions(self) -> bool {
        matches!(
            self,
            Self::EtlTransactions
                | Self::CryoTransactions
                | Self::EtherscanTxlist
                | Self::EtherscanExportTransactions
                | Self::Blockscout
        )
    }

    /// Whether it may hold what contracts moved inside transactions.
    pub(crate) const fn tells_internal(self) -> bool {
        matches!(
            self,
            Self::Canonical
                | Self::EtlTraces
                | Self::CryoNativeTransfers
                | Self::CryoTraces
                | Self::EtherscanTxlistinternal
                | Self::EtherscanExportInternal
                | Self::BlockchainSpider
                | Self::MfTracer
        )
    }

    /// Whether it is an export of Etherscan's page.
    pub(crate) const fn is_export(self) -> bool {
        matches!(
            self,
            Self::EtherscanExportTransactions | Self::EtherscanExportInternal | Self::EtherscanExportErc20
        )
    }

    /// Whether it is an answer of Etherscan's API, which is cut at a number of rows without a word.
    pub(crate) const fn is_answer(self) -> bool {
        matches!(self, Self::EtherscanTxlist | Self::EtherscanTxlistinternal | Self::EtherscanTokentx)
    }
}

/// By what native events are numbered inside a transaction. Numbers of two kinds say nothing about each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Numbering {
    /// By the trace address.
    TraceAddress,
    /// As the writer of the canonical file chose.
    Own,
    /// By their place among the transfers of a block.
    TransferIndex,
    /// By the explorer's own trace id.
    TraceId,
}

/// A file of a known format that holds no transfers.
#[derive(Debug)]
struct Refused {
    what: &'static str,
    hint: &'static str,
    columns: &'static [&'static str],
}

impl Dialect {
    /// Finds a dialect by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        DIALECTS.into_iter().find(|dialect| dialect.name == name)
    }

    /// Whether its rows move the native coin.
    pub(crate) fn is_native(&self) -> bool {
        let tokens_only = matches!(
            self.form,
            Form::EtlTokenTransfers
                | Form::CryoErc20Transfers
                | Form::EtherscanTokentx
                | Form::EtherscanExportErc20
                | Form::Nft
        );
        !tokens_only && !self.form.is_joined()
    }

    /// The required columns that a header lacks, each ready to be shown.
    fn missing(&self, header: &Header) -> Vec<String> {
        let lacking = self.required.iter().filter(|key| !header.has(key));
        let mut missing: Vec<String> = lacking.map(|key| shown(key)).collect();
        if !self.one_of.is_empty() && !self.one_of.iter().any(|key| header.has(key)) {
            let choices: Vec<String> = self.one_of.iter().map(|key| shown(key)).collect();
            missing.push(choices.join(" or "));
        }
        missing
    }

    fn foreign_in(&self, header: &Header) -> Vec<String> {
        self.foreign.iter().filter(|key| header.has(key)).map(|key| shown(key)).collect()
    }

    fn fits(&self, header: &Header) -> bool {
        self.missing(header).is_empty() && self.foreign_in(header).is_empty()
    }

    /// Whether a file of it tells by itself which transactions failed.
    pub(crate) fn tells_failure(&self, header: &Header) -> bool {
        self.tells_failure.iter().any(|key| header.has(key))
    }

    /// The columns of a header that the dialect does not read, in their order.
    pub(crate) fn passed_over(&self, header: &Header) -> Vec<String> {
        let is_any = |keys: &[&str], name: &str| {
            keys.iter().flat_map(|key| key.split('|')).any(|wanted| is_named(name, wanted))
        };
        let read =
            |name: &str| [self.required, self.one_of, self.optional].iter().any(|keys| is_any(keys, name));
        header.keys().filter(|key| !key.is_empty() && !read(key)).map(str::to_owned).collect()
    }
}

/// A wanted column, ready to be shown: `a|b` as "`a` or `b`".
fn shown(key: &str) -> String {
    let names: Vec<String> = key.split('|').map(|name| format!("`{}`", name.replace('*', "…"))).collect();
    names.join(" or ")
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
    let refused = REFUSED.iter().find(|refused| refused.columns.iter().all(|column| header.has(column)));
    if let Some(Refused { what, hint, .. }) = refused {
        return Err(Error::file(file, format!("is {what}")).with_hint(*hint));
    }
    Err(refusal(file, header))
}

/// Refuses a text that is no CSV, by what it seems to be: `head` is its beginning.
pub(crate) fn refuse_other_text(file: &str, head: &[u8]) -> Result<(), Error> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default();
    let has = |word: &str| first.contains(word);
    let later =
        "Bitcoin's inputs and outputs are no transfers between accounts, and its ledgers are not read yet";
    let refused = |what: &str, hint: &str| Err(Error::file(file, what).with_hint(hint));
    if text.starts_with(['{', '[']) {
        return match () {
            () if has("\"inputs\"") || has("\"lock_time\"") => {
                refused("is bitcoin-etl's transactions: JSON lines with inputs and outputs", later)
            }
            () if has("\"merkle_root\"") && has("\"coinbase_param\"") => {
                refused("is bitcoin-etl's blocks: JSON lines", later)
            }
            () => refused("is JSON, but a CSV file with a header was expected", "export it as CSV"),
        };
    }
    let blockchair = has("\t") && has("transaction_hash") && has("recipient");
    if blockchair {
        let what = if has("spending_transaction_hash") { "inputs" } else { "outputs" };
        return refused(
            &format!("is a Blockchair dump of Bitcoin's {what}, fields separated by tabs"),
            later,
        );
    }
    Ok(())
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
        "the nearest is `{}` ({}), which lacks {}; a file with one transfer a row is read by naming its columns: \
         `--map value=NAME`",
        nearest.name,
        nearest.about,
        nearest.missing(header).join(", ")
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
