//! The header of a file, and its columns.
//!
//! Names are compared without regard to case and the spaces around them. Columns may stand in any order. A
//! column without a name (the row numbers that a data frame writes first) is passed over.
//!
//! Columns are looked up before the first row is read: of a Parquet file only those are decoded.

use crate::error::{Error, Fault, cut};
use crate::open::{Digested, FileSpec, Opened, Progress, Source, open_table};
use crate::parquet::ParquetRows;
use crate::records::{Record, Records};
use dyetrace_core::ledger::TxHash;
use dyetrace_core::{Address, AddressKind, Amount};
use std::cell::Cell;
use std::fs::File;
use std::io::BufRead;
use std::rc::Rc;

/// Said of what is known and not read.
pub(crate) const NOT_READ: &str = "which is not read";

/// A file with a header, open to be read row by row.
pub(crate) struct Table<'a> {
    name: String,
    rows: Rows<'a>,
    /// The header.
    pub(crate) header: Header,
    first: Record,
    /// Whether a row may have one empty field more than the header names.
    pub(crate) may_trail: bool,
}

/// A file that is open.
pub(crate) enum Opening<'a> {
    /// It has a header.
    Table(Box<Table<'a>>),
    /// It holds nothing.
    Nothing(Digested),
}

/// Where the rows come from.
enum Rows<'a> {
    Text { records: Records<Box<dyn BufRead + Send + 'a>>, opened: Opened<'a> },
    Parquet(Box<ParquetRows<'a>>),
}

/// The names of a file's columns, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    /// As they are spelled.
    names: Vec<Rc<str>>,
    /// In lower case.
    keys: Vec<String>,
    /// Which hold lists, structures or values of a type that is not read.
    unread: Vec<bool>,
    asked: Rc<Asked>,
}

/// Which columns were looked up.
#[derive(Debug)]
struct Asked {
    columns: Vec<Cell<bool>>,
    /// Rows are being read: no further column can be had.
    closed: Cell<bool>,
}

/// One column of a file.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    index: usize,
    name: Rc<str>,
    unread: bool,
}

impl<'a> Table<'a> {
    /// Opens a file and reads its header.
    pub(crate) fn open(file: &FileSpec, before: u64, progress: Progress<'a>) -> Result<Self, Error> {
        match open_table(file, before, progress)? {
            Source::Text(opened) => Self::of(opened, &file.name),
            Source::Parquet(opened) => Self::of_parquet(file, opened, before, progress),
        }
    }

    /// Reads the columns of an open Parquet file.
    pub(crate) fn of_parquet(
        file: &FileSpec,
        opened: File,
        before: u64,
        progress: Progress<'a>,
    ) -> Result<Self, Error> {
        let (rows, header) = ParquetRows::open(&file.name, opened, before, progress)?;
        let first = header.as_record();
        let rows = Rows::Parquet(Box::new(rows));
        Ok(Self { name: file.name.clone(), rows, header, first, may_trail: false })
    }

    /// Reads the header of an open file, which must hold something.
    pub(crate) fn of(opened: Opened<'a>, name: &str) -> Result<Self, Error> {
        match Self::begin(opened, name)? {
            Opening::Table(table) => Ok(*table),
            Opening::Nothing(_) => Err(is_empty(name)),
        }
    }

    /// Reads the header of an open file, if it holds anything.
    pub(crate) fn begin(mut opened: Opened<'a>, name: &str) -> Result<Opening<'a>, Error> {
        let text = std::mem::replace(&mut opened.text, Box::new(std::io::empty()));
        let mut records = Records::new(text);
        let mut first = Record::default();
        if !records.read(&mut first).map_err(|error| error.into_error(name))? {
            opened.text = records.into_inner();
            return opened.finish(name).map(Opening::Nothing);
        }
        let header = Header::of(&first).map_err(|fault| Error::row(name, first.line, fault))?;
        let rows = Rows::Text { records, opened };
        let table = Self { name: name.to_owned(), rows, header, first, may_trail: false };
        Ok(Opening::Table(Box::new(table)))
    }

    /// Reads the next row. Returns whether there was one.
    pub(crate) fn read(&mut self, record: &mut Record) -> Result<bool, Error> {
        match &mut self.rows {
            Rows::Text { records, .. } => records.read(record).map_err(|error| error.into_error(&self.name)),
            Rows::Parquet(rows) => rows.read(&self.header, record),
        }
    }

    /// Checks the shape of a row: as many fields as the header, and not the header again.
    pub(crate) fn check_shape(&self, record: &Record) -> Result<(), Fault> {
        let (seen, expected) = (record.len(), self.header.names.len());
        let trails = self.may_trail && seen == expected + 1 && record.field(expected).is_empty();
        if seen != expected && !trails {
            let reason = format!("the row has {seen} fields, but the header names {expected} columns");
            let fault = Fault::of_row(reason);
            return Err(if seen < expected {
                fault.with_hint("a line that was cut off, or a newline inside a field without quotes")
            } else {
                fault.with_hint("a field that holds a comma must stand in double quotes")
            });
        }
        if record.goes_on_after_quote {
            let fault = Fault::of_row("a field goes on after its closing double quote");
            return Err(fault.with_hint("a double quote inside a quoted field is written twice"));
        }
        if record.fields().eq(self.first.fields()) {
            let fault = Fault::of_row("the row repeats the header");
            return Err(fault.with_hint("were two files put together? name them one after the other instead"));
        }
        Ok(())
    }

    /// Computes no hash of a text.
    pub(crate) fn skip_hash(&self) {
        if let Rows::Text { opened, .. } = &self.rows {
            opened.skip_hash();
        }
    }

    /// Takes the text of the rows away, to be read otherwise, with the line on which it begins: where it is text, and
    /// no row was read.
    pub(crate) fn take_text(&mut self) -> Option<(Box<dyn BufRead + Send + 'a>, u64)> {
        match &mut self.rows {
            Rows::Text { records, .. } => {
                let empty: Box<dyn BufRead + Send + 'a> = Box::new(std::io::empty());
                Some(std::mem::replace(records, Records::new(empty)).into_rest())
            }
            Rows::Parquet(_) => None,
        }
    }

    /// Puts back what is left of a text that was taken away.
    pub(crate) fn put_text(&mut self, text: Box<dyn BufRead + Send + 'a>) {
        if let Rows::Text { records, .. } = &mut self.rows {
            *records = Records::new(text);
        }
    }

    /// Reads what is left and returns what the file was.
    pub(crate) fn finish(self) -> Result<Digested, Error> {
        match self.rows {
            Rows::Text { records, mut opened } => {
                opened.text = records.into_inner();
                opened.finish(&self.name)
            }
            Rows::Parquet(rows) => rows.finish(),
        }
    }
}

impl Header {
    fn of(record: &Record) -> Result<Self, Fault> {
        let mut names: Vec<&str> = Vec::new();
        for field in record.fields() {
            let name = std::str::from_utf8(field)
                .map_err(|_| Fault::of_row(format!("the column name `{}` is not UTF-8", cut(field))))?;
            names.push(name);
        }
        let unread = vec![false; names.len()];
        Self::of_columns(names.into_iter(), unread).map_err(Fault::of_row)
    }

    /// Makes a header of names, and of which columns are not read.
    pub(crate) fn of_columns<'n>(
        names: impl Iterator<Item = &'n str>,
        unread: Vec<bool>,
    ) -> Result<Self, String> {
        let names: Vec<Rc<str>> = names.map(|name| Rc::from(name.trim())).collect();
        let keys: Vec<String> = names.iter().map(|name: &Rc<str>| name.to_lowercase()).collect();
        for (index, key) in keys.iter().enumerate() {
            if !key.is_empty() && keys[..index].contains(key) {
                let name = cut(names[index].as_bytes());
                return Err(format!("the column `{name}` is named twice in the header"));
            }
        }
        let asked = Asked { columns: vec![Cell::new(false); names.len()], closed: Cell::new(false) };
        Ok(Self { names, keys, unread, asked: Rc::new(asked) })
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The header as a row.
    fn as_record(&self) -> Record {
        let mut record = Record::default();
        self.names.iter().for_each(|name| record.push(name.as_bytes()));
        record
    }

    /// Which columns were looked up. After this, no other can be.
    pub(crate) fn asked(&self) -> impl Iterator<Item = bool> {
        self.asked.closed.set(true);
        self.asked.columns.iter().map(Cell::get)
    }

    /// Finds a column by its name in lower case. Several names stand between `|`, the first that is there is
    /// taken; a name that ends in `*` is the beginning of one.
    pub(crate) fn find(&self, wanted: &str) -> Option<Column> {
        let of = |wanted: &str| self.keys.iter().position(|key| is_named(key, wanted));
        let index = wanted.split('|').find_map(of)?;
        let known = self.asked.columns[index].replace(true);
        assert!(known || !self.asked.closed.get(), "columns are looked up before the first row is read");
        Some(Column { index, name: Rc::clone(&self.names[index]), unread: self.unread[index] })
    }

    /// Finds a column that the dialect requires.
    pub(crate) fn required(&self, wanted: &str) -> Column {
        self.find(wanted).expect("a dialect is chosen only where its required columns are there")
    }

    /// Whether there is a column of this name.
    pub(crate) fn has(&self, wanted: &str) -> bool {
        self.find(wanted).is_some()
    }

    /// Calls columns by other names: each pair is the name that is wanted and the one in the file. A column
    /// that had a wanted name of its own is passed over.
    pub(crate) fn rename(&mut self, pairs: &[(String, String)]) -> Result<(), String> {
        let mut keys = self.keys.clone();
        for (wanted, _) in pairs {
            if let Some(index) = self.keys.iter().position(|key| key == wanted) {
                keys[index] = String::new();
            }
        }
        for (wanted, name) in pairs {
            let found = self.keys.iter().position(|key| *key == name.trim().to_lowercase());
            keys[found.ok_or_else(|| name.clone())?].clone_from(wanted);
        }
        self.keys = keys;
        Ok(())
    }

    /// The names in lower case; empty for a column without a name.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    /// The header as it is spelled, to be shown: one name in backticks each.
    pub(crate) fn shown(&self) -> String {
        let shown: Vec<String> =
            self.names.iter().take(24).map(|it| format!("`{}`", cut(it.as_bytes()))).collect();
        let rest = self.names.len().saturating_sub(24);
        let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        shown.join(", ") + &more
    }
}

/// Whether a column of this name, in lower case, is the one wanted: by name, or by its beginning before a `*`.
pub(crate) fn is_named(key: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(beginning) => key.starts_with(beginning),
        None => key == wanted,
    }
}

/// The error for a file that holds nothing.
pub(crate) fn is_empty(name: &str) -> Error {
    let hint = "an export that failed leaves one: fetch it again";
    Error::file(name, "the file is empty").with_hint(hint)
}

impl Column {
    /// The number of the field.
    pub(crate) const fn index(&self) -> usize {
        self.index
    }

    /// Its name, as the header spells it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The field as it stands.
    pub(crate) fn bytes<'r>(&self, record: &'r Record) -> &'r [u8] {
        record.field(self.index)
    }

    /// A fault of this column's field.
    pub(crate) fn fault(&self, record: &Record, reason: impl std::fmt::Display) -> Fault {
        Fault::of_field(&self.name, record.field(self.index), reason)
    }

    /// The field as text.
    pub(crate) fn text<'r>(&self, record: &'r Record) -> Result<&'r str, Fault> {
        if self.unread {
            let reason = format!("holds lists, structures or values of a type {NOT_READ}");
            return Err(self.fault(record, reason).with_hint("write the column as text or as numbers"));
        }
        let text = std::str::from_utf8(record.field(self.index));
        text.map_err(|_| self.fault(record, "is not UTF-8 text").with_hint("save the file as UTF-8"))
    }

    /// The field as whole base units.
    pub(crate) fn amount(&self, record: &Record) -> Result<Amount, Fault> {
        self.text(record)?;
        Amount::parse(record.field(self.index)).map_err(|error| self.amount_fault(record, error))
    }

    /// A fault of an amount, with what to do about it.
    pub(crate) fn amount_fault(&self, record: &Record, error: dyetrace_core::AmountError) -> Fault {
        use dyetrace_core::AmountError as E;
        let fault = self.fault(record, error);
        let text = record.field(self.index);
        let hint = match error {
            E::Fraction => "write amounts in base units (wei, satoshi): nothing is rounded here",
            E::Exponent => {
                "a spreadsheet or data frame wrote it: export the column as text, with all digits, or take it \
                 as it is written with `--inexact` (`inexact = true` in the case file)"
            }
            E::Negative => "sender and receiver tell the direction: swap them",
            E::TooLarge => "look whether two columns ran together, or the number is not in base units",
            E::NotADigit if text.starts_with(b"0x") => "write the number in decimal digits",
            E::NotADigit if text.iter().any(|byte| b",_ '".contains(byte)) => {
                "write digits only, no separators"
            }
            _ => return fault,
        };
        fault.with_hint(hint)
    }

    /// The field as a count below 2^64 - 1.
    pub(crate) fn number(&self, record: &Record) -> Result<u64, Fault> {
        let text = self.text(record)?;
        if text.is_empty() {
            return Err(self.fault(record, "is empty, but a number was expected"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.fault(record, "is not a number of decimal digits"));
        }
        // The largest number stands for "none" in the ledger.
        let number = text.parse().ok().filter(|&number| number != u64::MAX);
        number.ok_or_else(|| self.fault(record, "is too large a number"))
    }

    /// The field as an address of this kind.
    pub(crate) fn address(&self, record: &Record, kind: AddressKind) -> Result<Address, Fault> {
        let text = self.text(record)?;
        Address::parse(kind, text.as_bytes()).map_err(|error| self.fault(record, error))
    }

    /// The field as a transaction hash; `None` where it is empty.
    pub(crate) fn hash(&self, record: &Record) -> Result<Option<TxHash>, Fault> {
        let text = self.text(record)?;
        if text.is_empty() {
            return Ok(None);
        }
        let hash = TxHash::parse(text.as_bytes());
        let refused = || self.fault(record, "is not a transaction hash: visible characters were expected");
        hash.map(Some).ok_or_else(refused)
    }

    /// Whether the field is empty. What is not read is not: who goes on to read it is told.
    pub(crate) fn is_empty(&self, record: &Record) -> bool {
        !self.unread && record.field(self.index).is_empty()
    }

    /// Whether the field, an address, mixes cases and its checksum is wrong.
    pub(crate) fn has_wrong_checksum(&self, record: &Record) -> bool {
        self.text(record).is_ok_and(Address::has_wrong_checksum)
    }
}
