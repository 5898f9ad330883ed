//! What the files are, before any row is read: which hold transfers, which are joined to them, and which have
//! to be read twice.
//!
//! Whether a transaction failed stands in some files and not in others: a failed one in ethereum-etl's
//! `transactions.csv` looks like the rest. Where such a file stands beside one that tells, that one is read
//! first for what it tells. A file of traces without status is read first for its own errors: a call that
//! failed undoes those below it. `tokentx` is read first for the decimals that an export of ERC-20 transfers
//! needs.

use crate::dialect::DEFAULT_CHAIN;
use crate::error::Error;
use crate::header::{Opening, Table};
use crate::input::InputSpec;
use crate::open::{Digested, FileSpec, Progress, Source, list_files, open_table};
use crate::read::unknown_chain;
use crate::records::Record;
use crate::schema::{CANONICAL, Dialect, Form, Numbering, recognise, refuse_other_text};

/// A file and what it is.
pub(crate) struct Planned<'i> {
    pub(crate) input: &'i InputSpec,
    pub(crate) file: FileSpec,
    /// The chain of rows that name none.
    pub(crate) chain: String,
    pub(crate) content: Content,
    /// The file, open, where it can be read once only.
    pub(crate) table: Option<Table<'i>>,
}

/// What a file holds.
pub(crate) enum Content {
    /// Rows of a dialect.
    Rows(Rows),
    /// Nothing at all.
    Nothing(Digested),
}

/// The rows of a file, as far as its header tells.
pub(crate) struct Rows {
    pub(crate) dialect: &'static Dialect,
    /// Whether it tells which transactions failed.
    pub(crate) tells_failure: bool,
    /// Whether a call above may have failed without a word in the row.
    pub(crate) has_no_status: bool,
}

impl<'i> Planned<'i> {
    /// Lists the files of the inputs and says what each is.
    pub(crate) fn list(inputs: &'i [InputSpec], progress: Progress<'i>) -> Result<Vec<Self>, Error> {
        let mut planned = Vec::new();
        for input in inputs {
            for file in list_files(&input.file)? {
                planned.push(Self::of(input, file, progress)?);
            }
        }
        Ok(planned)
    }

    fn of(input: &'i InputSpec, file: FileSpec, progress: Progress<'i>) -> Result<Self, Error> {
        let is_read_once = file.is_read_once();
        let progress = if is_read_once { progress } else { &|_| {} };
        let opening = match open_table(&file, 0, progress)? {
            Source::Text(opened) => {
                refuse_other_text(&file.name, &opened.head)?;
                Table::begin(opened, &file.name)?
            }
            Source::Parquet(opened) => {
                Opening::Table(Box::new(Table::of_parquet(&file, opened, 0, progress)?))
            }
        };
        let mut table = match opening {
            Opening::Table(table) => *table,
            Opening::Nothing(digested) => {
                let chain = chain_of(input, None, &file)?;
                return Ok(Self { input, file, chain, content: Content::Nothing(digested), table: None });
            }
        };
        let dialect = recognise_table(input, &file, &mut table)?;
        let chain = chain_of(input, Some((dialect, &table)), &file)?;
        let tells_failure = dialect.tells_failure(&table.header);
        let has_no_status = is_traces(dialect)
            && if is_read_once { !table.header.has("status") } else { !first_row_has_status(&mut table)? };
        let content = Content::Rows(Rows { dialect, tells_failure, has_no_status });
        let table = is_read_once.then_some(table);
        Ok(Self { input, file, chain, content, table })
    }

    /// Whether it holds no transfers, but what is joined to them.
    pub(crate) fn is_joined(&self) -> bool {
        self.rows().is_some_and(|rows| rows.dialect.form.is_joined())
    }

    /// Its rows, where it has any.
    pub(crate) fn rows(&self) -> Option<&Rows> {
        match &self.content {
            Content::Rows(rows) => Some(rows),
            Content::Nothing(_) => None,
        }
    }
}

fn is_traces(dialect: &Dialect) -> bool {
    matches!(dialect.form, Form::EtlTraces | Form::CryoTraces)
}

/// Whether the first row of a file of traces states its status. Reads that row.
fn first_row_has_status(table: &mut Table<'_>) -> Result<bool, Error> {
    let Some(status) = table.header.find("status") else { return Ok(false) };
    let mut record = Record::default();
    let filled = table.read(&mut record)? && table.check_shape(&record).is_ok() && !status.is_empty(&record);
    Ok(filled)
}

/// Says which dialect a table is, with its columns called by the names the user maps.
pub(crate) fn recognise_table(
    input: &InputSpec,
    file: &FileSpec,
    table: &mut Table<'_>,
) -> Result<&'static Dialect, Error> {
    let named = input.dialect.as_deref();
    let known = recognise(&file.name, &table.header, named);
    let dialect = match known {
        // Times, receipts and tokens beside a file whose columns are mapped are what they are.
        Ok(dialect) if input.map.is_empty() || dialect.form.is_joined() => dialect,
        Err(error) if input.map.is_empty() => return Err(error),
        _ => {
            table.header.rename(&input.map).map_err(|name| {
                let what = format!("the header has no column `{name}`, which the mapping names");
                Error::file(&file.name, what).with_hint(format!("the header is {}", table.header.shown()))
            })?;
            recognise(&file.name, &table.header, Some(CANONICAL.name))?
        }
    };
    table.may_trail = dialect.trails;
    Ok(dialect)
}

/// The chain of rows that name none: the one that the user gives, the one of the coin in the header, else
/// Ethereum.
fn chain_of(
    input: &InputSpec,
    table: Option<(&Dialect, &Table<'_>)>,
    file: &FileSpec,
) -> Result<String, Error> {
    if let Some(chain) = &input.chain {
        let chain = chain.to_ascii_lowercase();
        return if crate::dialect::is_chain_name(&chain) { Ok(chain) } else { Err(unknown_chain(&chain)) };
    }
    let coin = table.and_then(|(_, table)| crate::dialect::coin_of(&table.header));
    let Some(coin) = coin else { return Ok(DEFAULT_CHAIN.to_owned()) };
    let chain = crate::tokens::chain_of_coin(&coin).ok_or_else(|| {
        let what = format!("the header names the coin `{coin}`, which is no chain's that is known here");
        Error::file(&file.name, what)
            .with_hint("name the chain: `--chain NAME`, or `chain = \"…\"` in the case file")
    })?;
    Ok(chain.to_owned())
}

/// What has to be read twice, and which numbers count.
pub(crate) struct Survey {
    needs_failure: bool,
    needs_decimals: bool,
    /// The numbering of native events that is kept where several meet.
    numbering: Option<Numbering>,
}

impl Survey {
    pub(crate) fn of(planned: &[Planned<'_>]) -> Self {
        let rows = || planned.iter().filter_map(Planned::rows);
        let needs_failure = |rows: &Rows| rows.dialect.needs_failure && !rows.tells_failure;
        Self {
            needs_failure: rows().any(needs_failure),
            needs_decimals: rows().any(|rows| rows.dialect.form == Form::EtherscanExportErc20),
            numbering: rows().filter_map(|rows| rows.dialect.native_numbers).min(),
        }
    }

    /// Whether a file is read first for what it tells about others' rows.
    pub(crate) fn wants(&self, rows: &Rows) -> bool {
        rows.has_no_status
            || self.needs_failure && rows.tells_failure
            || self.needs_decimals && rows.dialect.form == Form::EtherscanTokentx
    }

    /// Whether a file is read after those that tell more of the same events: internal transfers alone come
    /// after the transactions that they stand in, and numbers that are not used after those that are. Where
    /// nothing else orders rows of a transaction, its own transfer then stands first, as it happened.
    pub(crate) fn comes_last(&self, planned: &Planned<'_>) -> bool {
        let comes_last = |dialect: &Dialect| dialect.form.is_internal_alone() || self.drops_numbers(dialect);
        planned.rows().is_some_and(|rows| comes_last(rows.dialect))
    }

    /// Whether native events are numbered otherwise in this dialect than in the files surveyed.
    pub(crate) fn numbers_differ(&self, dialect: &Dialect) -> bool {
        self.numbering.is_some() && dialect.native_numbers != self.numbering
    }

    /// Whether the numbers of a dialect's native events are of another kind than those of another file.
    pub(crate) fn drops_numbers(&self, dialect: &Dialect) -> bool {
        dialect.native_numbers.is_some() && dialect.native_numbers != self.numbering
    }
}

/// Refuses standard input, or a pipe, where it would have to be read twice.
pub(crate) fn refuse_second_reading(file: &FileSpec) -> Error {
    let what =
        "has to be read twice, for what failed or how tokens are counted, but a pipe can be read once only";
    Error::file(&file.name, what).with_hint("save it to a file and name that")
}

/// Refuses a file whose amounts are floats alone, unless the user takes them as they are.
pub(crate) fn check_floats(planned: &Planned<'_>, dialect: &Dialect, table: &Table<'_>) -> Result<(), Error> {
    let exact = table.header.has("value|value_string|value_str|value_binary");
    let floats = table.header.find("value_f64|value_float");
    let Some(column) = floats.filter(|_| dialect.form.is_cryo() && !exact) else { return Ok(()) };
    if planned.input.inexact {
        return Ok(());
    }
    let what = format!("the amounts stand in `{}` alone, a float, which has lost digits", column.name());
    let hint = "export `value_string` (cryo: `--u256-types string`), or take the amounts as they are written with \
                `--inexact` (`inexact = true` in the case file)";
    Err(Error::file(&planned.file.name, what).with_hint(hint))
}
