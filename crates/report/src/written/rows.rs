//! Rows of a written table, as texts under the names of their columns.

use super::{Fault, no_plain_file};
use crate::display::plain;
use crate::write::folder::open;
use csv::{Reader, StringRecord};
use dyetrace_core::Amount;
use dyetrace_core::amount::Wide;
use std::fs::File;
use std::path::Path;

/// The most letters of a cell that a fault shows.
const MOST: usize = 80;

/// A table, read row by row.
pub(crate) struct Rows {
    name: String,
    csv: Reader<File>,
    columns: StringRecord,
    row: StringRecord,
}

impl Rows {
    pub(crate) fn open(folder: &Path, name: &str) -> Result<Self, Fault> {
        let fault = |what: String| Fault { file: name.to_owned(), what };
        if let Some(what) = no_plain_file(&folder.join(name)) {
            return Err(fault(what.to_owned()));
        }
        let file = open(&folder.join(name)).map_err(|error| fault(format!("cannot be read: {error}")))?;
        let mut csv = Reader::from_reader(file);
        let columns = csv.headers().map_err(|error| fault(format!("is no table: {error}")))?.clone();
        Ok(Self { name: name.to_owned(), csv, columns, row: StringRecord::new() })
    }

    /// Goes to the next row; false at the end.
    pub(crate) fn next(&mut self) -> Result<bool, Fault> {
        let line = self.csv.position().line();
        self.csv.read_record(&mut self.row).map_err(|error| Fault {
            file: self.name.clone(),
            what: format!("line {line} is no row of the table: {error}"),
        })
    }

    /// The next row's place in the file.
    pub(crate) fn here(&self) -> u64 {
        self.csv.position().byte()
    }

    /// Goes to the row at a place that [`Rows::here`] gave.
    pub(crate) fn go_to(&mut self, place: u64) -> Result<(), Fault> {
        let mut position = csv::Position::new();
        position.set_byte(place);
        let moved = self.csv.seek(position);
        moved.map_err(|error| self.fault(&format!("cannot be read again: {error}")))?;
        if self.next()? { Ok(()) } else { Err(self.fault("ends before a row that was read before")) }
    }

    /// The place of a column.
    pub(crate) fn column(&self, name: &str) -> Result<usize, Fault> {
        let place = self.columns.iter().position(|column| column == name);
        place.ok_or_else(|| Fault { file: self.name.clone(), what: format!("has no column `{name}`") })
    }

    /// The places of some columns.
    pub(crate) fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], Fault> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = self.column(name)?;
        }
        Ok(places)
    }

    /// The text of a cell.
    pub(crate) fn text(&self, column: usize) -> &str {
        &self.row[column]
    }

    /// The texts of some cells.
    pub(crate) fn texts<const N: usize>(&self, columns: [usize; N]) -> [String; N] {
        columns.map(|column| self.row[column].to_owned())
    }

    /// All cells of the row, each with its column.
    pub(crate) fn cells(&self) -> Vec<(String, String)> {
        self.columns
            .iter()
            .zip(&self.row)
            .map(|(column, text)| (column.to_owned(), text.to_owned()))
            .collect()
    }

    /// The amount of a cell.
    pub(crate) fn amount(&self, column: usize) -> Result<Amount, Fault> {
        parse(self.text(column)).ok_or_else(|| self.expected(column, "an amount"))
    }

    /// The amount of a cell, and whether a minus stands before it.
    pub(crate) fn signed(&self, column: usize) -> Result<(bool, Amount), Fault> {
        let text = self.text(column);
        let digits = text.strip_prefix('-');
        let amount = parse(digits.unwrap_or(text)).ok_or_else(|| self.expected(column, "an amount"))?;
        Ok((digits.is_some(), amount))
    }

    /// The whole number of a cell.
    pub(crate) fn number(&self, column: usize) -> Result<u64, Fault> {
        self.text(column).parse().map_err(|_| self.expected(column, "a whole number"))
    }

    /// A fault of the row at hand.
    pub(crate) fn fault(&self, what: &str) -> Fault {
        let line = self.row.position().map_or(0, csv::Position::line);
        Fault { file: self.name.clone(), what: format!("line {line}: {what}") }
    }

    /// A fault of a cell.
    pub(crate) fn expected(&self, column: usize, what: &str) -> Fault {
        let name = &self.columns[column];
        self.fault(&format!(
            "column `{name}`: `{}` was seen, {what} was expected",
            plain(self.text(column), MOST)
        ))
    }
}

/// An amount of digits alone. A sum may be larger than any one transfer.
pub(crate) fn parse(text: &str) -> Option<Amount> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Wide::from_str_radix(text, 10).ok()).flatten().map(Amount::from_wide)
}
