//! What each file was, and whether the files together can be read.

use crate::check::gaps::Gaps;
use crate::error::Error;
use crate::header::{Table, is_empty};
use crate::open::{Digested, FileSpec};
use crate::schema::Dialect;
use dyetrace_core::ledger::Columns;
use serde::{Deserialize, Serialize};

/// What one file was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFact {
    /// Its name, fit for outputs: as the user named it, without the path of this machine.
    pub name: String,
    /// The dialect as which it was read.
    pub dialect: String,
    /// The chains of its rows, in first-seen order.
    pub chains: Vec<String>,
    /// SHA-256 of its bytes as they lie on disk, in lower-case hex.
    pub sha256: String,
    /// Its size on disk, in bytes.
    pub size: u64,
    /// How many rows were taken.
    pub rows: u64,
    /// How many bad rows were left out.
    pub rejects: u64,
    /// How many good rows are no transfers: see the notes.
    pub left_out: u64,
    /// The lowest block number of the rows taken.
    pub first_block: Option<u64>,
    /// The highest block number of the rows taken.
    pub last_block: Option<u64>,
    /// The earliest block time of the rows taken, in Unix seconds.
    pub first_time: Option<i64>,
    /// The latest block time of the rows taken, in Unix seconds.
    pub last_time: Option<i64>,
    /// Columns that the dialect does not read, in lower case.
    pub passed_over: Vec<String>,
    /// Whether its native amounts are millionths of a US dollar.
    pub native_is_usd: bool,
    /// What was left out of it as no transfer, and what it cannot tell: a sentence each.
    pub notes: Vec<String>,
    /// Of a file of blocks: what is missing between them.
    #[serde(default)]
    pub gaps: Gaps,
}

/// A number of rows at which somebody may have cut a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit {
    /// The number.
    pub rows: u64,
    /// Who is known to cut there; else it is only a number at which queries are often cut.
    pub by: Option<&'static str>,
}

/// What an empty file is called among the dialects.
pub(crate) const EMPTY: &str = "empty";

/// The most rows that Etherscan's API returns to one query.
const ROWS_OF_ONE_QUERY: u64 = 10_000;

/// The most rows of one file that Etherscan's page exports.
const ROWS_OF_ONE_EXPORT: u64 = 5_000;

/// Numbers of rows at which queries and exports are often cut.
const ROUND: [u64; 6] = [1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000];

pub(crate) const OTHER_NUMBERS: &str =
    "its native transfers are numbered otherwise than those of another file: the numbers are not used";

pub(crate) const NO_RECEIPTS: &str = "no receipts: fees are unknown, and a failed transaction looks like the rest, unless \
                           another file tells of it";

pub(crate) fn fact_of(file: &FileSpec, dialect: &Dialect, table: &Table<'_>) -> InputFact {
    InputFact {
        name: file.output_name(),
        dialect: dialect.name.to_owned(),
        passed_over: dialect.passed_over(&table.header),
        notes: dialect.caveats.iter().map(|&caveat| caveat.to_owned()).collect(),
        ..InputFact::default()
    }
}

impl PageLimit {
    /// What to say of a file, where it is known who cuts there.
    pub(crate) fn reason(&self) -> Option<String> {
        Some(format!("the file has exactly {} rows, where {}", self.rows, self.by?))
    }
}

impl InputFact {
    /// The dialect as which it was read; `None` for an empty file.
    #[must_use]
    pub fn dialect(&self) -> Option<&'static Dialect> {
        Dialect::named(&self.dialect)
    }

    /// How many rows it has, of whatever worth.
    #[must_use]
    pub const fn all_rows(&self) -> u64 {
        self.rows + self.rejects + self.left_out
    }

    /// The limit at which it may have been cut: a file of transfers that has exactly so many rows. By chance alone
    /// that happens to few files.
    #[must_use]
    pub fn page_limit(&self) -> Option<PageLimit> {
        let form = self.dialect()?.form;
        let rows = self.all_rows();
        let by = match rows {
            ROWS_OF_ONE_QUERY if form.is_answer() => Some("Etherscan cuts an answer"),
            ROWS_OF_ONE_EXPORT if form.is_export() => Some("Etherscan's export ends"),
            _ => None,
        };
        (ROUND.contains(&rows) && !form.is_joined()).then_some(PageLimit { rows, by })
    }

    /// Takes what the file was as it lies on disk.
    pub(crate) fn digest(&mut self, digested: Digested) {
        (self.sha256, self.size) = (digested.sha256, digested.size);
    }

    /// Takes many rows of one chain; a time may be [`Columns::NO_TIME`].
    pub(crate) fn take_many(&mut self, chain: &str, blocks: &[u64], times: &[i64]) {
        let known = || times.iter().copied().filter(|&time| time != Columns::NO_TIME);
        let before = self.rows;
        self.take(chain, blocks.iter().copied().min(), known().min());
        self.take(chain, blocks.iter().copied().max(), known().max());
        self.rows = before + blocks.len() as u64;
    }

    /// Takes a row.
    pub(crate) fn take(&mut self, chain: &str, block: Option<u64>, time: Option<i64>) {
        self.rows += 1;
        if !self.chains.iter().any(|known| known == chain) {
            self.chains.push(chain.to_owned());
        }
        self.first_block = block.into_iter().chain(self.first_block).min();
        self.last_block = block.into_iter().chain(self.last_block).max();
        self.first_time = time.into_iter().chain(self.first_time).min();
        self.last_time = time.into_iter().chain(self.last_time).max();
    }
}

/// One of several files may hold nothing, but somewhere there has to be a row; and traces without hashes
/// stand beside no other file of native transfers. `hashless` are such files.
pub(crate) fn check_rows(
    facts: &[InputFact],
    hashless: &[usize],
    without_transfers: bool,
) -> Result<(), Error> {
    let is_joined = |fact: &&InputFact| Dialect::named(&fact.dialect).is_some_and(|it| it.form.is_joined());
    let transfers = || facts.iter().filter(|fact| !is_joined(fact));
    let Some(last) = transfers().next_back() else {
        if without_transfers {
            return Ok(());
        }
        let name = facts.last().map_or("", |fact| fact.name.as_str());
        let error = Error::file(name, "the file holds no transfers, only what is joined to them");
        return Err(error.with_hint("name a file of transfers beside it"));
    };
    if transfers().all(|fact| fact.rows + fact.rejects + fact.left_out == 0) {
        if last.dialect == EMPTY {
            return Err(is_empty(&last.name));
        }
        let hint = "an export that found nothing looks like this: check what was asked for";
        return Err(Error::file(&last.name, "the file holds a header, but no row").with_hint(hint));
    }
    let Some(&first) = hashless.first() else { return Ok(()) };
    let is_native = |fact: &InputFact| Dialect::named(&fact.dialect).is_some_and(Dialect::is_native);
    let is_other = |at: &usize| !hashless.contains(at) && facts[*at].rows > 0 && is_native(&facts[*at]);
    let Some(other) = (0..facts.len()).find(is_other) else { return Ok(()) };
    let what = format!(
        "the traces do not name their transactions: what stands in {} too would be counted twice",
        facts[other].name
    );
    let hint = "export them with transaction hashes (`ethereumetl export_traces`), or read them alone";
    Err(Error::file(&facts[first].name, what).with_hint(hint))
}
