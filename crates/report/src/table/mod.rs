//! The written tables: one file each, with its columns and order of rows in the file's head.
//!
//! All are CSV with `,`, LF and a head. Amounts are whole base units, times ISO 8601 in UTC (nothing
//! where no time is known), assets `chain:native` or `chain:0x…`. Columns of rules bear the rule's name, the run's own
//! first; all units come before all claims.

pub(crate) mod conservation;
pub(crate) mod decisions;
pub(crate) mod dollars;
pub(crate) mod flows;
pub(crate) mod freezable;
pub(crate) mod holdings;
pub(crate) mod leads;
pub(crate) mod links;
pub(crate) mod lists;
pub(crate) mod next;
pub(crate) mod postings;
pub(crate) mod routes;

use crate::cell::Table;
use crate::conservation::recompute;
use crate::error::Error;
use crate::report::Report;
use crate::sheet::{Sheet, Target};
use dyetrace_core::ledger::TxHash;
use dyetrace_core::trace::{ShareColumns, Trace};
use dyetrace_core::{AddressKind, AssetId, ChainId, Ledger, PurseId};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek};
use std::path::Path;

/// The tables of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named as its file")]
pub enum TableName {
    Freezable,
    Holdings,
    Flows,
    Postings,
    Conservation,
    Routes,
    Dollars,
    Next,
    Leads,
    Links,
    Decisions,
    Rejects,
    Limitations,
}

impl TableName {
    /// All, in the order in which they are written.
    pub const ALL: [Self; 13] = [
        Self::Freezable,
        Self::Holdings,
        Self::Flows,
        Self::Postings,
        Self::Conservation,
        Self::Routes,
        Self::Dollars,
        Self::Next,
        Self::Leads,
        Self::Links,
        Self::Decisions,
        Self::Rejects,
        Self::Limitations,
    ];

    /// The name of its file, without `.csv`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Freezable => "freezable",
            Self::Holdings => "holdings",
            Self::Flows => "flows",
            Self::Postings => "postings",
            Self::Conservation => "conservation",
            Self::Routes => "routes",
            Self::Dollars => "dollars",
            Self::Next => "next",
            Self::Leads => "leads",
            Self::Links => "links",
            Self::Decisions => "decisions",
            Self::Rejects => "rejects",
            Self::Limitations => "limitations",
        }
    }
}

impl Report<'_> {
    /// Writes one table: the rows and columns that its file has, in the same order.
    ///
    /// # Cost
    /// **O(n)** for n rows. `conservation` is summed from what `holdings` and `postings` would hold as CSV, as it is in a folder.
    ///
    /// # Errors
    /// Where the target takes no more, or the amounts do not add up.
    pub fn write_table(&self, table: TableName, to: impl Target) -> Result<(), Error> {
        let written = match table {
            TableName::Freezable => freezable::write(self, to),
            TableName::Holdings => holdings::write(self, to),
            TableName::Flows => flows::write(self, to),
            TableName::Postings => postings::write(self, to),
            TableName::Conservation => {
                let holdings = aside(|file| holdings::write(self, file))?;
                let postings = aside(|file| postings::write(self, file))?;
                let balances = conservation::rows(self, recompute(holdings, postings)?)?;
                conservation::write(&balances, to)
            }
            TableName::Routes => routes::write(self, to),
            TableName::Dollars => dollars::write(self, to),
            TableName::Next => next::write(self, to),
            TableName::Leads => leads::write(self, to),
            TableName::Links => links::write(self, &links::rows(self), to),
            TableName::Decisions => decisions::write(self, to),
            TableName::Rejects => lists::write_rejects(&self.input.facts.rejects, to),
            TableName::Limitations => lists::write_limitations(self, to),
        };
        written.map_err(|error| Error::io("make the table", Path::new(table.as_str()), error))
    }
}

/// Writes into a file without a name, and goes back to its beginning.
fn aside(write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<BufReader<File>, Error> {
    let failed = |error| Error::io("write a table aside", &std::env::temp_dir(), error);
    let mut file = BufWriter::new(tempfile::tempfile().map_err(failed)?);
    write(&mut file).map_err(failed)?;
    let mut file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.rewind().map_err(failed)?;
    Ok(BufReader::new(file))
}

/// The names of the rule columns: units of every rule, then claims of every rule.
pub(crate) fn rule_columns(trace: &Trace) -> impl Iterator<Item = String> + '_ {
    let units = trace.rules.iter().map(|rule| rule.as_str().to_owned());
    units.chain(trace.rules.iter().map(|rule| format!("claim_{rule}")))
}

/// Joins fixed columns with further ones.
pub(crate) fn columns(parts: &[&[&str]], rules: &Trace, last: &[&str]) -> Vec<String> {
    let fixed = parts.iter().flat_map(|part| part.iter().map(|&name| name.to_owned()));
    fixed.chain(rule_columns(rules)).chain(last.iter().map(|&name| name.to_owned())).collect()
}

/// Cells that many tables share.
impl<S: Sheet> Table<S> {
    /// Adds the rule columns of a row; poison has no claim.
    pub(crate) fn shares(&mut self, trace: &Trace, shares: &ShareColumns, row: usize, leaves: bool) {
        for rule in 0..trace.rules.len() {
            self.signed(shares.get(row, rule).units, leaves);
        }
        for (rule, name) in trace.rules.iter().enumerate() {
            if name.is_exact() {
                self.signed(shares.get(row, rule).claim, leaves);
            } else {
                self.empty();
            }
        }
    }

    /// Adds an asset's name.
    pub(crate) fn asset(&mut self, report: &Report<'_>, asset: AssetId) {
        self.text(&report.asset_names[asset.index()]);
    }

    /// Adds the address of a purse; an empty cell for no purse.
    pub(crate) fn holder(&mut self, ledger: &Ledger, purse: PurseId) {
        if purse == PurseId::NONE {
            self.empty();
        } else {
            self.address(&ledger.purse_address(purse));
        }
    }

    /// Adds the block time of a transfer, where known.
    pub(crate) fn time(&mut self, ledger: &Ledger, place: usize) {
        self.perhaps_moment(ledger.columns().time(place));
    }

    /// Adds the hash of a transaction, as its chain writes it.
    pub(crate) fn hash(&mut self, ledger: &Ledger, chain: ChainId, transaction: u32) {
        match ledger.transactions().hash(transaction) {
            Some(TxHash::Bytes(raw)) => {
                let evm = AddressKind::of_chain(ledger.chain_name(chain)) == AddressKind::Evm;
                self.hex(if evm { "0x" } else { "" }, &raw);
            }
            Some(TxHash::Text(text)) => self.text(&text),
            None => self.empty(),
        }
    }
}

/// The chain of a transfer.
pub(crate) fn chain_of(ledger: &Ledger, place: usize) -> ChainId {
    ledger.accounts().chain(ledger.purses().account(ledger.columns().to[place]))
}

/// A place as an index.
pub(crate) fn at(place: u64) -> usize {
    usize::try_from(place).expect("rows are in memory")
}
