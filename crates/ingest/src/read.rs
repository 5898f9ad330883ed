//! Files to a ledger: the record loop.
//!
//! Files are read as named, folder entries in the order of their names by bytes, rows as they stand. By
//! default the first bad row ends it; with `skip_bad_rows` it becomes a [`Reject`] and reading goes on. What
//! makes a whole file unreadable always ends it.

use crate::dialect::{Context, DEFAULT_CHAIN, ROWS_OF_ONE_QUERY, RowReader, Unit, is_chain_name};
use crate::error::{Error, Fault, cut};
use crate::header::Table;
use crate::labels::Words;
use crate::open::{FileSpec, Progress, list_files};
use crate::records::Record;
use crate::reject::{Reject, Warning, Warnings};
use crate::snapshot::SnapshotFact;
use crate::schema::{Dialect, ETHERSCAN_TXLIST, recognise, unknown_dialect};
use dyetrace_core::ledger::{Covers, FaultKind, RowFault};
use dyetrace_core::{Address, Label, Ledger, LedgerBuilder, Row, RowPlace};
use std::collections::HashSet;

/// A file or folder of transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSpec {
    /// The file or folder.
    pub file: FileSpec,
    /// The dialect's name, where it is not to be recognised by the header.
    pub dialect: Option<String>,
    /// The chain of its rows, where they name none.
    pub chain: Option<String>,
    /// Whose whole history it holds; by default what its dialect says.
    pub covers: Option<Covers>,
}

impl InputSpec {
    /// A file or folder of which everything is to be recognised.
    #[must_use]
    pub const fn of(file: FileSpec) -> Self {
        Self { file, dialect: None, chain: None, covers: None }
    }
}

/// How to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Leave bad rows out and go on, instead of ending at the first.
    pub skip_bad_rows: bool,
}

/// What one file was.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
    /// How many rows were left out.
    pub rejects: u64,
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
}

/// All that was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// The transfers.
    pub ledger: Ledger,
    /// Labels that stand in the rows, each once, in first-seen order.
    pub labels: Vec<Label>,
    /// Rows left out, in input order.
    pub rejects: Vec<Reject>,
    /// The files, in the order in which they were read.
    pub facts: Vec<InputFact>,
    /// Rows read with a doubt.
    pub warnings: Vec<Warning>,
    /// The snapshot that it was read from, where it was.
    pub snapshot: Option<SnapshotFact>,
}

/// Reads transfers. `progress` is told how many bytes were read, as they lie on disk.
///
/// # Errors
/// An [`Error`] for a file that cannot be read, and, without `skip_bad_rows`, for the first bad row. A chain
/// whose rows have no common order is always an error.
///
/// # Cost
/// **O(n log n)** for n rows: the ledger is sorted.
pub fn read(inputs: &[InputSpec], options: &ReadOptions, progress: Progress<'_>) -> Result<Reading, Error> {
    let mut reader = Reader {
        options: *options,
        progress,
        builder: LedgerBuilder::new(),
        words: Words::built_in(),
        names: Vec::new(),
        units: Vec::new(),
        seen_labels: HashSet::new(),
        labels: Vec::new(),
        rejects: Vec::new(),
        facts: Vec::new(),
        warnings: Warnings::default(),
    };
    if inputs.is_empty() {
        return Err(Error::typed("no transfers were named: one file or folder at least was expected"));
    }
    for input in inputs {
        for file in list_files(&input.file)? {
            reader.read_file(input, &file)?;
        }
    }
    // One of several files may hold nothing, but somewhere there has to be a row.
    if let Some(last) = reader.facts.last()
        && reader.facts.iter().all(|fact| fact.rows == 0 && fact.rejects == 0)
    {
        let hint = "an export that found nothing looks like this: check what was asked for";
        return Err(Error::file(&last.name, "the file holds a header, but no row").with_hint(hint));
    }
    reader.finish()
}

struct Reader<'p> {
    options: ReadOptions,
    progress: Progress<'p>,
    builder: LedgerBuilder,
    words: &'static Words,
    /// One entry a source: the file's name in messages.
    names: Vec<String>,
    /// Chains with native amounts: what they are counted in, and the file that said so first.
    units: Vec<(String, Unit, String)>,
    seen_labels: HashSet<(Address, Option<String>, String)>,
    labels: Vec<Label>,
    rejects: Vec<Reject>,
    facts: Vec<InputFact>,
    warnings: Warnings,
}

/// One file while it is read.
struct Current<'f> {
    file: &'f FileSpec,
    source_name: String,
    rows: RowReader,
    source: u32,
    chain: String,
    chain_is_given: bool,
    fact: InputFact,
}

impl Reader<'_> {
    fn read_file(&mut self, input: &InputSpec, file: &FileSpec) -> Result<(), Error> {
        let before = self.facts.iter().map(|fact| fact.size).sum();
        let mut table = Table::open(file, before, self.progress)?;
        let dialect = recognise(&file.name, &table.header, input.dialect.as_deref())?;
        let mut current = self.begin(input, file, dialect, &table)?;
        let mut record = Record::default();
        while table.read(&mut record)? {
            let taken = table.check_shape(&record).and_then(|()| self.take(&mut current, &record));
            if let Err(fault) = taken {
                let error = Error::row(&file.name, record.line, fault);
                if !self.options.skip_bad_rows {
                    return Err(error);
                }
                let mut reject = error.as_reject().expect("made of a row").clone();
                reject.file = file.output_name();
                self.rejects.push(reject);
                current.fact.rejects += 1;
            }
        }
        let mut fact = current.fact;
        let digested = table.finish()?;
        (fact.sha256, fact.size) = (digested.sha256, digested.size);
        if fact.dialect == ETHERSCAN_TXLIST.name && fact.rows + fact.rejects == ROWS_OF_ONE_QUERY {
            self.doubt_row_count(&fact);
        }
        self.facts.push(fact);
        Ok(())
    }

    fn begin<'f>(
        &mut self,
        input: &InputSpec,
        file: &'f FileSpec,
        dialect: &Dialect,
        table: &Table<'_>,
    ) -> Result<Current<'f>, Error> {
        let rows = RowReader::of(dialect, &table.header);
        let chain = input.chain.clone().unwrap_or_else(|| DEFAULT_CHAIN.to_owned()).to_ascii_lowercase();
        if !is_chain_name(&chain) {
            return Err(unknown_chain(&chain));
        }
        let mut source = rows.source();
        if let Some(covers) = &input.covers {
            source.covers = covers.clone();
        }
        let fact = InputFact {
            name: file.output_name(),
            dialect: dialect.name.to_owned(),
            passed_over: dialect.passed_over(&table.header),
            native_is_usd: rows.unit() == Unit::MicroUsd,
            ..InputFact::default()
        };
        self.names.push(file.name.clone());
        Ok(Current {
            file,
            source_name: file.short_name(),
            rows,
            source: self.builder.add_source(source),
            chain,
            chain_is_given: input.chain.is_some(),
            fact,
        })
    }

    /// Reads one record and gives it to the ledger.
    fn take(&mut self, current: &mut Current<'_>, record: &Record) -> Result<(), Fault> {
        let (mut labels, mut doubts) = (Vec::new(), Vec::new());
        let mut context = Context {
            builder: &mut self.builder,
            chain: &current.chain,
            chain_is_given: current.chain_is_given,
            source: &current.source_name,
            words: self.words,
            labels: &mut labels,
            doubts: &mut doubts,
        };
        let row = current.rows.read(record, &mut context)?;
        let chain = self.builder.chain_name(row.chain).to_owned();
        self.check_unit(current, &row, &chain)?;
        let (block, time) = (row.block, row.time);
        let place = RowPlace { source: current.source, line: record.line };
        self.builder.push(place, row).map_err(|fault| self.as_fault(&fault))?;
        for doubt in doubts {
            let error = Error::row(&current.file.output_name(), record.line, doubt);
            self.warnings.add(error.as_reject().expect("made of a row").clone());
        }
        for label in labels {
            let key = (label.address, label.chain.clone(), label.text.clone());
            if self.seen_labels.insert(key) {
                self.labels.push(label);
            }
        }
        current.fact.take(&chain, block, time);
        Ok(())
    }

    /// Dollars and coins cannot be added: one chain's native amounts are all of one unit.
    fn check_unit(&mut self, current: &Current<'_>, row: &Row, chain: &str) -> Result<(), Fault> {
        if row.contract.is_some() {
            return Ok(());
        }
        let unit = current.rows.unit();
        match self.units.iter().find(|(known, ..)| known == chain) {
            None => self.units.push((chain.to_owned(), unit, current.file.name.clone())),
            Some((_, known, other)) if *known != unit => {
                let (this, that) = if unit == Unit::MicroUsd {
                    ("US dollars", "units of the coin")
                } else {
                    ("units of the coin", "US dollars")
                };
                let reason = format!("native amounts of `{chain}` are {this} here, but {that} in {other}");
                return Err(Fault::of_row(reason).with_hint("they cannot be added: trace them in two runs"));
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn place(&self, place: RowPlace) -> String {
        format!("{}, line {}", self.names[place.source as usize], place.line)
    }

    /// Says what the ledger found wrong with a row beside others.
    fn as_fault(&self, fault: &RowFault) -> Fault {
        match &fault.kind {
            FaultKind::TwoFees { seen, expected, before } => {
                let reason = format!(
                    "is a second fee of this transaction: {} states `{expected}`",
                    self.place(*before)
                );
                Fault::of_field("fee", seen.to_string(), reason)
            }
            FaultKind::NoCommonOrder { chain, before } => {
                let reason = format!(
                    "this row of `{chain}` has only a time, but {} has only a block number: they have no order",
                    self.place(*before)
                );
                Fault::of_row(reason)
                    .with_hint("give the rows of a chain block numbers, or all of them times")
            }
        }
    }

    fn doubt_row_count(&mut self, fact: &InputFact) {
        self.warnings.add(Reject {
            file: fact.name.clone(),
            line: fact.rows,
            column: String::new(),
            seen: String::new(),
            reason: format!("the file has exactly {ROWS_OF_ONE_QUERY} rows, where Etherscan cuts an answer"),
        });
    }

    fn finish(mut self) -> Result<Reading, Error> {
        let builder = std::mem::take(&mut self.builder);
        let ledger = builder.finish().map_err(|fault| {
            let name = &self.names[fault.place.source as usize];
            Error::row(name, fault.place.line, self.as_fault(&fault))
        })?;
        let Self { labels, rejects, facts, warnings, .. } = self;
        Ok(Reading { ledger, labels, rejects, facts, warnings: warnings.into_vec(), snapshot: None })
    }
}

impl InputFact {
    fn take(&mut self, chain: &str, block: Option<u64>, time: Option<i64>) {
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

/// The error for what is no name of a chain.
pub(crate) fn unknown_chain(name: &str) -> Error {
    let name = cut(name.as_bytes());
    Error::typed(format!("`{name}` is no name of a chain: letters, digits, `-` and `_` were expected"))
}

/// Checks a dialect's name before anything is opened.
pub(crate) fn check_dialect(name: &str) -> Result<(), Error> {
    Dialect::named(name).map(|_| ()).ok_or_else(|| unknown_dialect(name))
}
