//! Parquet files as tables: each row becomes a record of text fields, as a CSV would hold them.
//!
//! The header is the names of the columns; a record's line is the number of its row, counted from 1. NULL is an
//! empty field. How values become text says [`cell`]. Lists, structures and what else is not read keep their names
//! in the header; a dialect that reads such a column is refused at the first row.
//!
//! # What always holds
//!
//! A column that ends before the others, or goes on after them, is damage, not the end of the table. Columns that
//! nobody asked for are not decoded: their fields are empty. The file is hashed after its rows were read, through
//! the same handle, and refused if its size or time changed in between.
//!
//! # Cost
//!
//! **O(n)** for n values asked for. Memory is the table of contents, a page of each column asked for (what the file
//! says, at most 2 GiB), and 1024 rows of text: never the whole file.
//!
//! # Not handled here
//!
//! Encrypted files, brotli and LZO, pipes: refused by name. Folders of partitions: name the files.

mod cell;
mod pages;

use self::cell::{Cell, Form};
use self::pages::Checked;
use crate::error::{Error, cut};
use crate::header::{Header, NOT_READ};
use crate::open::{Digested, Progress, hash};
use crate::records::Record;
use ::parquet::basic::{Compression, Repetition};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use ::parquet::data_type::DataType;
use ::parquet::errors::{ParquetError, Result as Read};
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a Parquet file begins and ends.
pub(crate) const MAGIC: &[u8; 4] = b"PAR1";

/// How many rows are decoded at a time.
const BATCH: usize = 1024;

/// A Parquet file that is read row by row.
pub(crate) struct ParquetRows<'a> {
    name: String,
    file: File,
    facts: Metadata,
    reader: SerializedFileReader<File>,
    columns: Vec<Leaf>,
    /// The row group to be opened next.
    group: usize,
    /// Rows of the open group that are not decoded yet.
    left: u64,
    /// Rows that are decoded, and how many of them were given out.
    ready: usize,
    given: usize,
    row: u64,
    /// Bytes of the groups before the open one, and of that one.
    done: u64,
    size_of_group: u64,
    before: u64,
    progress: Progress<'a>,
}

/// One column of the header.
struct Leaf {
    /// Which leaf of the schema it is.
    index: usize,
    form: Option<Form>,
    optional: bool,
    asked: bool,
    reader: Option<ColumnReader>,
    cells: Cells,
}

/// The decoded texts of one column: text `i` is `bytes[ends[i - 1]..ends[i]]`.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }
}

impl<'a> ParquetRows<'a> {
    /// Reads the table of contents. Returns the rows and their header.
    pub(crate) fn open(
        name: &str,
        file: File,
        before: u64,
        progress: Progress<'a>,
    ) -> Result<(Self, Header), Error> {
        let facts = file.metadata().map_err(|error| Error::io(name, "cannot be read", error))?;
        if !is_whole(&file, &facts).map_err(|error| Error::io(name, "cannot be read", error))? {
            let hint = "the file was cut off: fetch it again and compare its size";
            return Err(Error::file(name, "the Parquet data end too early").with_hint(hint));
        }
        let handle = file.try_clone().map_err(|error| Error::io(name, "cannot be read", error))?;
        let opened = guarded(|| {
            let reader = SerializedFileReader::new(handle)?;
            check_counts(&reader, facts.len())?;
            Ok(reader)
        });
        let reader = opened.map_err(|error| fault(name, error))?;
        let columns = columns_of(&reader);
        let schema = reader.metadata().file_metadata().schema();
        let fields = schema.get_fields();
        let names = fields.iter().map(|field| field.name());
        let unread = columns.iter().map(|leaf| leaf.form.is_none()).collect();
        let header = Header::of_columns(names, unread).map_err(|reason| Error::file(name, reason))?;
        let rows = Self {
            name: name.to_owned(),
            file,
            facts,
            reader,
            columns,
            group: 0,
            left: 0,
            ready: 0,
            given: 0,
            row: 0,
            done: 0,
            size_of_group: 0,
            before,
            progress,
        };
        Ok((rows, header))
    }

    /// Reads the next row. Returns whether there was one.
    pub(crate) fn read(&mut self, header: &Header, record: &mut Record) -> Result<bool, Error> {
        while self.given == self.ready {
            let more = if self.left == 0 { self.open_group(header)? } else { self.decode()? };
            if !more {
                return Ok(false);
            }
        }
        self.row += 1;
        record.clear();
        record.line = self.row;
        for leaf in &self.columns {
            record.push(if leaf.asked { leaf.cells.get(self.given) } else { b"" });
        }
        self.given += 1;
        Ok(true)
    }

    /// Opens the next row group. Returns whether there is one.
    fn open_group(&mut self, header: &Header) -> Result<bool, Error> {
        self.done += self.size_of_group;
        if self.group == self.reader.num_row_groups() {
            return Ok(false);
        }
        let facts = self.reader.metadata().row_group(self.group);
        self.size_of_group = size_of(facts);
        self.left = u64::try_from(facts.num_rows()).expect("counts were checked");
        let asked = header.asked();
        for (leaf, asked) in self.columns.iter_mut().zip(asked) {
            leaf.asked = asked && leaf.form.is_some();
            if leaf.asked {
                check_compression(&self.name, facts, leaf.index)?;
            }
        }
        let Self { reader, columns, group, name, .. } = self;
        let opened = guarded(|| {
            let group = reader.get_row_group(*group)?;
            for leaf in columns.iter_mut().filter(|leaf| leaf.asked) {
                let pages = Checked(group.get_column_page_reader(leaf.index)?);
                let facts = group.metadata().column(leaf.index).column_descr_ptr();
                leaf.reader = Some(get_column_reader(facts, Box::new(pages)));
            }
            Ok(())
        });
        opened.map_err(|error| fault(name, error))?;
        self.group += 1;
        Ok(true)
    }

    /// Decodes further rows of the open group.
    fn decode(&mut self) -> Result<bool, Error> {
        let count = usize::try_from(self.left).map_or(BATCH, |left| left.min(BATCH));
        let last = count as u64 == self.left;
        let Self { columns, name, .. } = self;
        let decoded = guarded(|| columns.iter_mut().try_for_each(|leaf| leaf.decode(count, last)));
        decoded.map_err(|error| fault(name, error))?;
        self.left -= count as u64;
        (self.ready, self.given) = (count, 0);
        let rows = u64::try_from(self.reader.metadata().row_group(self.group - 1).num_rows()).unwrap_or(1);
        let share = u128::from(self.size_of_group) * u128::from(rows - self.left) / u128::from(rows.max(1));
        let read = self.done + u64::try_from(share).expect("a share is at most the whole");
        (self.progress)(self.before + read.min(self.facts.len()));
        Ok(true)
    }

    /// Returns what the file was.
    pub(crate) fn finish(self) -> Result<Digested, Error> {
        let Self { name, mut file, facts, before, progress, .. } = self;
        let cannot_read = |error| Error::io(&name, "cannot be read", error);
        let digested = hash(&mut file).map_err(cannot_read)?;
        let now = file.metadata().map_err(cannot_read)?;
        let same_time = now.modified().ok() == facts.modified().ok();
        if !same_time || digested.size != facts.len() {
            let hint = "copy it, so that nobody writes to it, and read the copy";
            return Err(Error::file(&name, "the file was changed while it was read").with_hint(hint));
        }
        progress(before + digested.size);
        Ok(digested)
    }
}

impl Leaf {
    /// Decodes the next `count` values; after the `last` there must be no more.
    fn decode(&mut self, count: usize, last: bool) -> Read<()> {
        let (Some(reader), Some(form), true) = (&mut self.reader, self.form, self.asked) else {
            return Ok(());
        };
        let (cells, optional) = (&mut self.cells, self.optional);
        let fill = Fill { count, last, optional };
        match reader {
            ColumnReader::BoolColumnReader(it) => fill.of(it, cells, |value, out| value.write(form, out)),
            ColumnReader::Int32ColumnReader(it) => fill.of(it, cells, |value, out| value.write(form, out)),
            ColumnReader::Int64ColumnReader(it) => fill.of(it, cells, |value, out| value.write(form, out)),
            ColumnReader::Int96ColumnReader(it) => fill.of(it, cells, |value, out| value.write(form, out)),
            ColumnReader::FloatColumnReader(it) => fill.of(it, cells, |value, out| value.write(form, out)),
            ColumnReader::DoubleColumnReader(it) => fill.of(it, cells, |value, out| value.write(form, out)),
            ColumnReader::ByteArrayColumnReader(it) => {
                fill.of(it, cells, |value, out| value.data().write(form, out))
            }
            ColumnReader::FixedLenByteArrayColumnReader(it) => {
                fill.of(it, cells, |value, out| value.data().write(form, out))
            }
        }
    }
}

/// How much to decode.
struct Fill {
    count: usize,
    last: bool,
    optional: bool,
}

impl Fill {
    fn of<T: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<T>,
        cells: &mut Cells,
        write: impl Fn(&T::T, &mut Vec<u8>),
    ) -> Read<()> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let (rows, ..) = reader.read_records(self.count, Some(&mut levels), None, &mut values)?;
        cells.bytes.clear();
        cells.ends.clear();
        let mut next = values.iter();
        for row in 0..rows {
            if !self.optional || levels.get(row) == Some(&1) {
                let value = next.next().ok_or_else(|| damaged("a column has fewer values than rows"))?;
                write(value, &mut cells.bytes);
            }
            cells.ends.push(cells.bytes.len());
        }
        if rows != self.count || next.next().is_some() {
            return Err(damaged("a column has not as many values as there are rows"));
        }
        if self.last && reader.read_records(1, Some(&mut Vec::new()), None, &mut Vec::new())?.0 != 0 {
            return Err(damaged("a column has more values than there are rows"));
        }
        Ok(())
    }
}

/// Whether the file ends as a Parquet file does.
fn is_whole(mut file: &File, facts: &Metadata) -> io::Result<bool> {
    if facts.len() < 12 {
        return Ok(false);
    }
    let mut end = [0; 4];
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut end)?;
    Ok(end == *MAGIC)
}

/// Checks what the table of contents says of itself and of a file of this size: a wrong count would lose rows in
/// silence.
fn check_counts(reader: &SerializedFileReader<File>, size: u64) -> Read<()> {
    let facts = reader.metadata();
    let mut rows = 0_i64;
    for group in facts.row_groups() {
        let count = group.num_rows();
        rows = rows
            .checked_add(count)
            .filter(|_| count >= 0)
            .ok_or_else(|| damaged("a count of rows is wrong"))?;
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let end = end.filter(|&end| 0 <= start && start <= end).and_then(|end| u64::try_from(end).ok());
            if end.is_none_or(|end| end > size) {
                return Err(damaged("a column lies outside the file"));
            }
            let flat = column.column_descr().max_rep_level() == 0;
            if flat && column.num_values() != count {
                return Err(damaged("a column has not as many values as there are rows"));
            }
        }
    }
    if rows == facts.file_metadata().num_rows() { Ok(()) } else { Err(damaged("the counts of rows differ")) }
}

/// The columns of the header: the fields at the root of the schema.
fn columns_of(reader: &SerializedFileReader<File>) -> Vec<Leaf> {
    let schema = reader.metadata().file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    let leaf_of =
        |field: usize| (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == field);
    let column = |(place, field): (usize, &::parquet::schema::types::TypePtr)| {
        let info = field.get_basic_info();
        let repeated = info.has_repetition() && info.repetition() == Repetition::REPEATED;
        let index = leaf_of(place).filter(|_| !repeated);
        Leaf {
            index: index.unwrap_or_default(),
            form: index.and_then(|_| Form::of(field)),
            optional: info.has_repetition() && info.repetition() == Repetition::OPTIONAL,
            asked: false,
            reader: None,
            cells: Cells::default(),
        }
    };
    fields.iter().enumerate().map(column).collect()
}

fn check_compression(name: &str, group: &RowGroupMetaData, leaf: usize) -> Result<(), Error> {
    let other = match group.column(leaf).compression() {
        Compression::BROTLI(_) => "brotli",
        Compression::LZO => "LZO",
        _ => return Ok(()),
    };
    let column = cut(group.column(leaf).column_descr().name().as_bytes());
    let error = Error::file(name, format!("the column `{column}` is compressed with {other}, {NOT_READ}"));
    Err(error.with_hint("write the file again with zstd or snappy"))
}

fn size_of(group: &RowGroupMetaData) -> u64 {
    let sizes = group.columns().iter().map(|column| u64::try_from(column.compressed_size()).unwrap_or(0));
    sizes.fold(0, u64::saturating_add)
}

fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

/// Says what an error of the `parquet` crate means.
fn fault(name: &str, error: ParquetError) -> Error {
    let error = match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(disk) if disk.raw_os_error().is_some() => return Error::io(name, "cannot be read", *disk),
            Ok(other) => *other,
            Err(source) => io::Error::other(source),
        },
        other => io::Error::other(other),
    };
    Error::io(name, "the Parquet data are damaged", error).with_hint("fetch the file again")
}

/// Calls the `parquet` crate: of damaged data it asserts some things that do not hold. That is damage too.
///
/// What was being read is in no state to go on after an error; the error ends the reading.
fn guarded<T>(read: impl FnOnce() -> Read<T>) -> Read<T> {
    let caught = catch_unwind(AssertUnwindSafe(read));
    caught.unwrap_or_else(|_| Err(damaged("what is not possible in a sound file was met")))
}
