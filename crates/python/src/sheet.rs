//! Takes the cells of a table of a report into columns.

use crate::column::{Amounts, Column};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use dyetrace_core::Amount;
use dyetrace_report::{ColumnKind, Sheet, Target};
use dyetrace_run::Error;
use std::sync::Arc;
use std::{fmt, io};

/// Where a table goes: its columns, when it is done.
#[derive(Debug)]
pub(crate) struct Batch {
    amounts: Amounts,
    made: Option<RecordBatch>,
}

impl Batch {
    /// The table that is written into it.
    pub(crate) fn of<E: fmt::Display>(
        amounts: Amounts,
        write: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<RecordBatch, Error> {
        let mut batch = Self { amounts, made: None };
        let bug =
            |what: String| Error::Output { what, hint: "this is a bug of dyetrace: report it".to_owned() };
        write(&mut batch).map_err(|error| bug(error.to_string()))?;
        batch.made.ok_or_else(|| bug("the table was not finished".to_owned()))
    }
}

/// A table under way.
pub(crate) struct ColumnSheet<'b> {
    names: Vec<String>,
    columns: Vec<Column>,
    /// The column of the next cell.
    next: usize,
    rows: usize,
    /// The first column that was given what it cannot hold.
    misfit: Option<usize>,
    batch: &'b mut Batch,
}

impl<'b> Target for &'b mut Batch {
    type Sheet = ColumnSheet<'b>;

    fn begin(self, columns: &[&str]) -> io::Result<ColumnSheet<'b>> {
        Ok(ColumnSheet {
            names: columns.iter().map(|&name| name.to_owned()).collect(),
            columns: columns.iter().map(|name| Column::new(ColumnKind::of(name), self.amounts)).collect(),
            next: 0,
            rows: 0,
            misfit: None,
            batch: self,
        })
    }
}

impl ColumnSheet<'_> {
    fn push(&mut self, push: impl FnOnce(&mut Column) -> bool) {
        let fits = self.columns.get_mut(self.next).is_some_and(push);
        if !fits && self.misfit.is_none() {
            self.misfit = Some(self.next);
        }
        self.next += 1;
    }
}

impl Sheet for ColumnSheet<'_> {
    fn text(&mut self, text: &str) {
        self.push(|column| column.push_text(text));
    }

    fn digits(&mut self, text: &str) {
        self.text(text);
    }

    fn empty(&mut self) {
        self.push(|column| {
            column.push_empty();
            true
        });
    }

    fn number(&mut self, number: u64) {
        self.push(|column| column.push_number(number));
    }

    fn amount(&mut self, amount: Amount, negative: bool) {
        self.push(|column| column.push_amount(amount, negative));
    }

    fn time(&mut self, seconds: i64) {
        self.push(|column| column.push_time(seconds));
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(column) = self.misfit {
            let name = self.names.get(column).map_or("beyond the last", String::as_str);
            return Err(io::Error::other(format!(
                "column `{name}` cannot hold this cell, a bug of dyetrace"
            )));
        }
        self.next = 0;
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> io::Result<()> {
        let columns = self.names.iter().zip(self.columns).map(|(name, column)| column.finish(name));
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.unzip();
        let made = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(io::Error::other)?;
        self.batch.made = Some(made);
        Ok(())
    }
}
