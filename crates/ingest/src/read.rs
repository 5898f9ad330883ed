//! Files to a ledger: the record loop.
//!
//! Files are read as named, folder entries in the order of their names by bytes, rows as they stand. By
//! default the first bad row ends it; with `skip_bad_rows` it becomes a [`Reject`] and reading goes on. What
//! makes a whole file unreadable always ends it.

use crate::append::{self, Settled};
use crate::check::gaps::Distances;
use crate::dialect::{Absence, Context, Entry, Event, RowReader, Unit};
use crate::error::{Error, Fault, cut};
use crate::facts::{EMPTY, InputFact, NO_RECEIPTS, OTHER_NUMBERS, check_rows, fact_of};
use crate::header::Table;
use crate::input::{InputSpec, ReadOptions};
use crate::joined::{Joined, JoinedRows};
use crate::labels::Words;
use crate::open::{FileSpec, Progress};
use crate::plain::{CHUNK, Decoded, Piece, Plan, Task, read_rows};
use crate::records::Record;
use crate::reject::{Reject, Warning, Warnings};
use crate::schema::{Dialect, unknown_dialect};
use crate::sink::Sink;
use crate::snapshot::SnapshotFact;
use crate::survey::{Content, Planned, Survey, check_floats, recognise_table, refuse_second_reading};
use crate::tokens::Tokens;
use dyetrace_core::ledger::{EvmRows, FaultKind, RowFault};
use dyetrace_core::{Address, AddressKind, Label, Ledger, LedgerBuilder, Row, RowPlace};
use std::collections::HashSet;
use std::io::BufRead;
use std::ops::Range;

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
    /// Symbols and decimals, with what the files say of them.
    pub tokens: Tokens,
    /// The snapshot that it was read from, or that files were added to.
    pub snapshot: Option<SnapshotFact>,
    /// What further files are read by.
    pub settled: Settled,
}

/// What makes two labels of rows one.
type LabelKey = (Address, Option<String>, String);

fn label_key(label: &Label) -> LabelKey {
    (label.address, label.chain.clone(), label.text.clone())
}

impl Reading {
    /// Lays what is known about tokens over what the files say.
    pub(crate) fn with_tokens(mut self, tokens: Option<&Tokens>) -> Self {
        self.tokens = tokens.cloned().unwrap_or_else(Tokens::built_in).with_learned(&self.tokens);
        self
    }
}

/// Reads transfers; a snapshot may stand before the files, which are then added to it. `progress` is told how many
/// bytes were read, as they lie on disk.
///
/// # Errors
/// An [`Error`] for a file that cannot be read, and, without `skip_bad_rows`, for the first bad row. A chain
/// whose rows have no common order is always an error, and so is a damaged snapshot to which files are added.
///
/// # Cost
/// **O(n log n)** for n rows: the ledger is sorted.
pub fn read<'a>(
    inputs: &'a [InputSpec],
    options: &ReadOptions<'_>,
    progress: Progress<'a>,
) -> Result<Reading, Error> {
    read_in_chunks(inputs, options, progress, CHUNK)
}

/// As [`read()`], with plain rows cut into chunks of about so many bytes: no length changes a result.
pub(crate) fn read_in_chunks<'a>(
    inputs: &'a [InputSpec],
    options: &ReadOptions<'_>,
    progress: Progress<'a>,
    chunk: usize,
) -> Result<Reading, Error> {
    let (snapshot, files) = append::split(inputs)?;
    let known = match snapshot {
        Some(snapshot) if files.is_empty() => return Ok(snapshot.reading.with_tokens(options.tokens)),
        Some(snapshot) => Some(snapshot.into_whole()?),
        None => None,
    };
    let sink = match &known {
        Some(known) => LedgerBuilder::resume(&known.ledger),
        None => LedgerBuilder::new(),
    };
    let snapshot = known.as_ref().and_then(|known| known.snapshot.clone());
    let reading =
        read_into(Sink::Memory(Box::new(sink)), known, files, options, progress, chunk)?.finish()?;
    Ok(Reading { snapshot, ..reading })
}

/// Reads all rows into a sink, on from what a snapshot knows; plain ones in chunks of about so many bytes.
pub(crate) fn read_into<'a>(
    sink: Sink,
    known: Option<Reading>,
    inputs: &'a [InputSpec],
    options: &ReadOptions<'_>,
    progress: Progress<'a>,
    chunk: usize,
) -> Result<Reader<'a>, Error> {
    if inputs.is_empty() {
        return Err(Error::typed("no transfers were named: one file or folder at least was expected"));
    }
    let planned = Planned::list(inputs, progress)?;
    let survey = Survey::of(&planned);
    if let Some(known) = &known {
        append::check(known, &planned, &survey)?;
    }
    let known = known.unwrap_or_default().with_tokens(options.tokens);
    let is_dollar = |usd| if usd { Unit::MicroUsd } else { Unit::Coin };
    let mut reader = Reader {
        skip_bad_rows: options.skip_bad_rows,
        reference: options.reference,
        chunk,
        without_sha256: options.without_sha256,
        progress,
        sink,
        joined: Joined::new(known.tokens),
        words: Words::built_in(),
        names: known.settled.names,
        units: known
            .settled
            .units
            .into_iter()
            .map(|(chain, usd, name)| (chain, is_dollar(usd), name))
            .collect(),
        seen_labels: known.labels.iter().map(label_key).collect(),
        labels: known.labels,
        rejects: known.rejects,
        before: known.facts.len(),
        facts: known.facts,
        warnings: Warnings::of(known.warnings),
        hashless: Vec::new(),
    };
    // Times, receipts and tokens come first, in whatever order they are named.
    let (first, mut then): (Vec<_>, Vec<_>) = planned.into_iter().partition(Planned::is_joined);
    then.sort_by_key(|planned| survey.comes_last(planned));
    for planned in first {
        reader.read_joined(planned)?;
    }
    for planned in &then {
        reader.survey(planned, &survey)?;
    }
    for planned in then {
        reader.read_transfers(planned, &survey)?;
    }
    check_rows(&reader.facts, &reader.hashless, options.without_transfers)?;
    Ok(reader)
}

pub(crate) struct Reader<'p> {
    skip_bad_rows: bool,
    reference: bool,
    /// About how many bytes of plain rows are decoded at a time.
    chunk: usize,
    without_sha256: bool,
    progress: Progress<'p>,
    sink: Sink,
    joined: Joined,
    words: &'static Words,
    /// One entry a source: the file's name in messages.
    names: Vec<String>,
    /// Chains with native amounts: what they are counted in, and the file that said so first.
    units: Vec<(String, Unit, String)>,
    seen_labels: HashSet<LabelKey>,
    labels: Vec<Label>,
    rejects: Vec<Reject>,
    facts: Vec<InputFact>,
    /// How many of the facts come from a snapshot.
    before: usize,
    warnings: Warnings,
    /// Files of traces that do not name their transactions, by their numbers among the facts.
    hashless: Vec<usize>,
}

/// One file of transfers while it is read.
struct Current<'f> {
    file: &'f FileSpec,
    source_name: String,
    rows: RowReader,
    source: u32,
    chain: &'f str,
    chain_is_given: bool,
    inexact: bool,
    drops_numbers: bool,
    has_no_status: bool,
    fact: InputFact,
    left_out: Vec<(Absence, u64)>,
}

impl<'p> Reader<'p> {
    /// Opens a planned file again, or takes standard input as it stands.
    fn table(&self, planned: &mut Planned<'p>) -> Result<(Table<'p>, &'static Dialect), Error> {
        let before = self.facts[self.before..].iter().map(|fact| fact.size).sum();
        let wanted = planned.rows().map(|rows| rows.dialect);
        if let Some(table) = planned.table.take() {
            return Ok((table, wanted.expect("a pipe is kept open where it has rows")));
        }
        let mut table = Table::open(&planned.file, before, self.progress)?;
        let dialect = recognise_table(planned.input, &planned.file, &mut table)?;
        if wanted.is_none_or(|wanted| wanted.form != dialect.form) {
            return Err(Error::file(&planned.file.name, "the file was changed while it was read"));
        }
        Ok((table, dialect))
    }

    /// Takes a row's fault: ends the reading, or leaves the row out.
    fn reject(&mut self, file: &FileSpec, record: &Record, fault: Fault) -> Result<(), Error> {
        let error = Error::row(&file.name, record.line, fault);
        if !self.skip_bad_rows {
            return Err(error);
        }
        let mut reject = error.as_reject().expect("made of a row").clone();
        reject.file = file.output_name();
        self.rejects.push(reject);
        Ok(())
    }

    /// Reads a file that is joined to transfers.
    fn read_joined(&mut self, mut planned: Planned<'p>) -> Result<(), Error> {
        let (mut table, dialect) = self.table(&mut planned)?;
        let rows = JoinedRows::of(dialect.form, &table.header);
        let mut fact = fact_of(&planned.file, dialect, &table);
        let mut record = Record::default();
        let mut blocks = Vec::new();
        while table.read(&mut record)? {
            let checked = table.check_shape(&record);
            match checked.and_then(|()| rows.take(&record, &planned.chain, &mut self.joined)) {
                Ok(None) => fact.rows += 1,
                Ok(Some((block, time))) => {
                    fact.take(&planned.chain, Some(block), Some(time));
                    blocks.push((block, Some(time)));
                }
                Err(fault) => {
                    self.reject(&planned.file, &record, fault)?;
                    fact.rejects += 1;
                }
            }
        }
        blocks.sort_unstable();
        let mut distances = Distances::default();
        blocks.into_iter().for_each(|(block, time)| distances.take(block, time));
        fact.gaps = distances.finish();
        fact.digest(table.finish()?);
        self.facts.push(fact);
        Ok(())
    }

    /// Reads a file of transfers for what it tells about the rows of others, where that is wanted. What is
    /// wrong with its rows is said when they are read as transfers.
    fn survey(&mut self, planned: &Planned<'_>, survey: &Survey) -> Result<(), Error> {
        let Some(rows) = planned.rows().filter(|rows| survey.wants(rows)) else { return Ok(()) };
        if planned.table.is_some() {
            return Err(refuse_second_reading(&planned.file));
        }
        let mut table = Table::open(&planned.file, 0, &|_| {})?;
        let dialect = recognise_table(planned.input, &planned.file, &mut table)?;
        let reader = RowReader::of(dialect, &table.header);
        let mut told = Vec::new();
        let mut record = Record::default();
        let context = Context {
            chain: &planned.chain,
            chain_is_given: planned.input.chain.is_some(),
            source: "",
            words: self.words,
            joined: &self.joined,
            inexact: planned.input.inexact,
            is_survey: true,
            has_no_status: rows.has_no_status,
        };
        while table.read(&mut record)? {
            if table.check_shape(&record).is_ok()
                && let Ok(entry) = reader.read(&record, &context)
                && let Some(fact) = entry.told
            {
                told.push((entry.chain.into_owned(), fact));
            }
        }
        for (chain, fact) in told {
            self.joined.take(&chain, fact);
        }
        Ok(())
    }

    fn read_transfers(&mut self, mut planned: Planned<'p>, survey: &Survey) -> Result<(), Error> {
        if let Content::Nothing(digested) = planned.content {
            let dialect = EMPTY.to_owned();
            let mut fact = InputFact { name: planned.file.output_name(), dialect, ..InputFact::default() };
            fact.digest(digested);
            fact.notes.push("the file is empty: an export that found nothing, or one that failed".to_owned());
            self.facts.push(fact);
            return Ok(());
        }
        let (mut table, dialect) = self.table(&mut planned)?;
        if self.without_sha256 {
            table.skip_hash();
        }
        let mut current = self.begin(&planned, dialect, &table, survey)?;
        let evm = AddressKind::of_chain(current.chain) == AddressKind::Evm;
        let plan = current.rows.plan(table.header.len()).filter(|_| evm && !self.reference);
        match plan.and_then(|plan| Some((plan, table.take_text()?))) {
            Some((plan, (text, line))) => self.read_plain(&mut table, &mut current, &plan, text, line)?,
            None if matches!(self.sink, Sink::Snapshot(_)) => return Err(Error::unfit()),
            None => {
                let mut record = Record::default();
                while table.read(&mut record)? {
                    self.take_or_reject(&table, &mut current, &record)?;
                }
            }
        }
        let Current { mut fact, left_out, .. } = current;
        fact.digest(table.finish()?);
        fact.left_out = left_out.iter().map(|(_, count)| count).sum();
        fact.notes.extend(left_out.iter().map(|(absence, count)| format!("{count} {}", absence.reason())));
        if let Some(reason) = fact.page_limit().and_then(|limit| limit.reason()) {
            self.doubt_row_count(&fact, reason);
        }
        self.facts.push(fact);
        Ok(())
    }

    fn take_or_reject(
        &mut self,
        table: &Table<'_>,
        current: &mut Current<'_>,
        record: &Record,
    ) -> Result<(), Error> {
        let taken = table.check_shape(record).and_then(|()| self.take(current, record));
        taken.or_else(|fault| {
            current.fact.rejects += 1;
            self.reject(current.file, record, fault)
        })
    }

    /// Reads a text of mostly plain rows, which begins on this line.
    fn read_plain(
        &mut self,
        table: &mut Table<'p>,
        current: &mut Current<'_>,
        plan: &Plan,
        text: Box<dyn BufRead + Send + 'p>,
        line: u64,
    ) -> Result<(), Error> {
        let mut base = line;
        let (rest, ended) = read_rows(text, plan, self.chunk, |decoded| -> Result<Option<Task<'_>>, Error> {
            let Decoded { rows, pieces, lines, bytes } = decoded;
            for piece in pieces.drain(..) {
                match piece {
                    Piece::Plain { rows: range, line } => {
                        self.take_plain(current, rows, range, base + line);
                    }
                    Piece::Other(mut record) => {
                        record.line += base;
                        self.take_or_reject(table, current, &record)?;
                    }
                }
            }
            base += *lines;
            if self.sink.is_unfit() {
                return Err(Error::unfit());
            }
            Ok(self.sink.flush(*bytes))
        });
        table.put_text(rest);
        match ended? {
            Some(error) => Err(error.at_line(base).into_error(&current.file.name)),
            None => Ok(()),
        }
    }

    /// Gives plain rows to the ledger, which stand on one line after the other.
    fn take_plain(&mut self, current: &mut Current<'_>, rows: &mut EvmRows, range: Range<usize>, line: u64) {
        let times = &mut rows.time[range.clone()];
        for row in self.joined.fill_times(current.chain, &rows.block[range.clone()], times) {
            let block = rows.block[range.start + row];
            let error = Error::row(&current.file.output_name(), line + row as u64, Joined::no_time(block));
            self.warnings.add(error.as_reject().expect("made of a row").clone());
        }
        let place = RowPlace { source: current.source, line };
        self.sink.push_many(place, current.chain, rows, range.clone());
        current.fact.take_many(current.chain, &rows.block[range.clone()], &rows.time[range]);
    }

    fn begin<'f>(
        &mut self,
        planned: &'f Planned<'_>,
        dialect: &Dialect,
        table: &Table<'_>,
        survey: &Survey,
    ) -> Result<Current<'f>, Error> {
        let input = planned.input;
        check_floats(planned, dialect, table)?;
        let rows = RowReader::of(dialect, &table.header);
        let mut source = dialect.source.clone();
        if let Some(covers) = &input.covers {
            source.covers = covers.clone();
        }
        let mut fact = fact_of(&planned.file, dialect, table);
        fact.native_is_usd = rows.unit() == Unit::MicroUsd;
        let drops_numbers = survey.drops_numbers(dialect);
        if drops_numbers {
            fact.notes.push(OTHER_NUMBERS.to_owned());
        }
        if dialect.needs_failure && !dialect.tells_failure(&table.header) && !self.joined.has_receipts() {
            fact.notes.push(NO_RECEIPTS.to_owned());
        }
        self.names.push(planned.file.name.clone());
        Ok(Current {
            file: &planned.file,
            source_name: planned.file.short_name(),
            rows,
            source: self.sink.add_source(&planned.chain, source),
            chain: &planned.chain,
            chain_is_given: input.chain.is_some(),
            inexact: input.inexact,
            drops_numbers,
            has_no_status: planned.rows().is_some_and(|rows| rows.has_no_status),
            fact,
            left_out: Vec::new(),
        })
    }

    /// Reads one record and gives it to the ledger.
    fn take(&mut self, current: &mut Current<'_>, record: &Record) -> Result<(), Fault> {
        let context = Context {
            chain: current.chain,
            chain_is_given: current.chain_is_given,
            source: &current.source_name,
            words: self.words,
            joined: &self.joined,
            inexact: current.inexact,
            is_survey: false,
            has_no_status: current.has_no_status,
        };
        let Entry { event, chain, labels, doubts, .. } = current.rows.read(record, &context)?;
        let mut row = match event {
            Event::Transfer(row) => row,
            Event::Absent(absence) => {
                match current.left_out.iter_mut().find(|(known, _)| *known == absence) {
                    Some((_, count)) => *count += 1,
                    None => current.left_out.push((absence, 1)),
                }
                return Ok(());
            }
        };
        let chain = chain.into_owned();
        let no_time = self.joined.fill(&chain, &mut row);
        if current.drops_numbers && row.contract.is_none() {
            row.event_index = None;
        }
        let is_hashless = row.transaction_hash.is_none() && row.transaction_index.is_some();
        if is_hashless && matches!(current.rows, RowReader::Traces(_)) {
            let this = self.facts.len();
            if self.hashless.last() != Some(&this) {
                self.hashless.push(this);
            }
        }
        self.check_unit(current, &row, &chain)?;
        let (block, time) = (row.block, row.time);
        let place = RowPlace { source: current.source, line: record.line };
        self.sink.push(place, &chain, row).map_err(|fault| self.as_fault(&fault))?;
        for doubt in doubts.into_iter().chain(no_time) {
            let error = Error::row(&current.file.output_name(), record.line, doubt);
            self.warnings.add(error.as_reject().expect("made of a row").clone());
        }
        for label in labels {
            if self.seen_labels.insert(label_key(&label)) {
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

    fn doubt_row_count(&mut self, fact: &InputFact, reason: String) {
        self.warnings.add(Reject {
            file: fact.name.clone(),
            line: fact.rows,
            column: String::new(),
            seen: String::new(),
            reason,
        });
    }

    /// Completes a snapshot that was written along. Returns `None` where its rows were not fit for that.
    pub(crate) fn finish_snapshot(mut self) -> Result<Option<SnapshotFact>, Error> {
        let Sink::Snapshot(stream) = std::mem::replace(&mut self.sink, Sink::Memory(Box::default())) else {
            return Ok(None);
        };
        stream.finish(&self.into_reading())
    }

    /// What was read, without the ledger.
    fn into_reading(self) -> Reading {
        let Self { labels, rejects, facts, warnings, joined, names, units, .. } = self;
        // What is kept holds no path of this machine.
        let kept = |name: String| FileSpec::typed(name).output_name();
        let units = units.into_iter().map(|(chain, unit, name)| (chain, unit == Unit::MicroUsd, kept(name)));
        Reading {
            labels,
            rejects,
            facts,
            warnings: warnings.into_vec(),
            tokens: joined.tokens,
            settled: Settled { names: names.into_iter().map(kept).collect(), units: units.collect() },
            ..Reading::default()
        }
    }

    pub(crate) fn finish(mut self) -> Result<Reading, Error> {
        let Sink::Memory(builder) = std::mem::replace(&mut self.sink, Sink::Memory(Box::default())) else {
            unreachable!("a reading into memory ends in memory")
        };
        let ledger = builder.finish().map_err(|fault| {
            let name = &self.names[fault.place.source as usize];
            Error::row(name, fault.place.line, self.as_fault(&fault))
        })?;
        Ok(Reading { ledger, ..self.into_reading() })
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
