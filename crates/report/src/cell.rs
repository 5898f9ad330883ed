//! Cells of the written tables: text that cannot be a formula, amounts, times.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula.
//! Text that is not ours is then written with `'` before it. Amounts are ours: a minus before their digits is
//! a sign.

use crate::sheet::{Sheet, Target};
use dyetrace_core::{Address, AddressKind, Amount, Ledger};
use jiff::Timestamp;
use std::io;

/// Returns a text as a cell that no spreadsheet takes for a formula.
#[must_use]
pub fn defused(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

pub(crate) fn is_formula(text: &str) -> bool {
    // A minus before digits is a number.
    let negative = text
        .strip_prefix('-')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|it| it.is_ascii_digit()));
    !negative && text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Writes a time in Unix seconds as ISO 8601, UTC.
#[must_use]
pub fn iso(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| format!("unix:{seconds}"), |time| time.to_string())
}

/// When a transfer happened, in Unix seconds, where that is known.
pub(crate) fn time_of(ledger: &Ledger, place: u64) -> Option<i64> {
    let place = usize::try_from(place).expect("rows are in memory");
    ledger.columns().time(place)
}

/// Writes when a transfer happened; nothing where no time is known.
pub(crate) fn when(ledger: &Ledger, place: u64) -> String {
    time_of(ledger, place).map(iso).unwrap_or_default()
}

/// Says when a transfer happened in a sentence: its time, or its block where no time is known.
pub(crate) fn when_in_words(ledger: &Ledger, place: u64) -> String {
    let row = usize::try_from(place).expect("rows are in memory");
    let columns = ledger.columns();
    let block = || columns.block(row).map(|block| format!("block {block}")).unwrap_or_default();
    columns.time(row).map_or_else(block, iso)
}

/// A table under way: cells are added one by one, then the row is ended.
pub(crate) struct Table<S: Sheet> {
    sheet: S,
    text: String,
}

impl<S: Sheet> Table<S> {
    /// Starts a table with the names of its columns.
    pub(crate) fn new<T, N>(to: T, columns: impl IntoIterator<Item = N>) -> io::Result<Self>
    where
        T: Target<Sheet = S>,
        N: AsRef<str>,
    {
        let names: Vec<N> = columns.into_iter().collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        Ok(Self { sheet: to.begin(&names)?, text: String::new() })
    }

    /// Adds a text that is not ours, defused.
    pub(crate) fn text(&mut self, text: &str) {
        self.sheet.text(text);
    }

    /// Adds an empty cell.
    pub(crate) fn empty(&mut self) {
        self.sheet.empty();
    }

    /// Adds a text that is not ours, or an empty cell.
    pub(crate) fn perhaps(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.empty(),
        }
    }

    /// Adds a number of ours.
    pub(crate) fn number(&mut self, number: u64) {
        self.sheet.number(number);
    }

    /// Adds a number of ours, or an empty cell.
    pub(crate) fn known(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.number(number),
            None => self.empty(),
        }
    }

    /// Adds an amount, in base units.
    pub(crate) fn amount(&mut self, amount: Amount) {
        self.signed(amount, false);
    }

    /// Adds an amount with its sign, in base units.
    pub(crate) fn signed(&mut self, amount: Amount, negative: bool) {
        self.sheet.amount(amount, negative && !amount.is_zero());
    }

    /// Adds a time in Unix seconds.
    pub(crate) fn moment(&mut self, seconds: i64) {
        self.sheet.time(seconds);
    }

    /// Adds a time in Unix seconds, or an empty cell.
    pub(crate) fn perhaps_moment(&mut self, seconds: Option<i64>) {
        match seconds {
            Some(seconds) => self.moment(seconds),
            None => self.empty(),
        }
    }

    /// Adds when a transfer happened; an empty cell where no time is known.
    pub(crate) fn when(&mut self, ledger: &Ledger, place: u64) {
        self.perhaps_moment(time_of(ledger, place));
    }

    /// Adds an address, in the form for data.
    pub(crate) fn address(&mut self, address: &Address) {
        match address.kind() {
            AddressKind::Text => self.text(&address.to_string()),
            AddressKind::Evm => self.hex("0x", address.as_bytes()),
        }
    }

    /// Adds bytes as hex digits. By hand, since tables of transfers are mostly this.
    pub(crate) fn hex(&mut self, before: &str, bytes: &[u8]) {
        const DIGITS: [char; 16] =
            ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        self.text.clear();
        self.text.push_str(before);
        for byte in bytes {
            self.text.push(DIGITS[usize::from(byte >> 4)]);
            self.text.push(DIGITS[usize::from(byte & 15)]);
        }
        self.sheet.digits(&self.text);
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.sheet.end()
    }

    /// Ends the table.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{defused, iso};

    #[test]
    fn a_text_that_a_spreadsheet_would_run_is_defused() {
        for text in ["=1+1", "+1", "-1+cmd", "-", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        for text in ["", "Binance 14", "a=b", "'=1", "1-2", "-1"] {
            assert_eq!(defused(text), text);
        }
    }

    #[test]
    fn times_are_iso_8601_in_utc() {
        assert_eq!(iso(1_655_982_360), "2022-06-23T11:06:00Z");
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(i64::MAX), "unix:9223372036854775807");
    }
}
