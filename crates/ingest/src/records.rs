//! Bytes to records: the CSV itself.
//!
//! Fields are separated by commas and may stand in double quotes; a quote inside quotes is doubled. A record
//! ends at a newline (`\n`, `\r\n` or `\r`) outside quotes. Empty lines are skipped.
//!
//! The `csv` crate reads the same records (a test holds this against it), but it takes a quote that never
//! closes, it buffers a record of any length, and it gives a record after an empty line that line's number.
//! For a court the place must be right, so that the loop stands here.
//!
//! # Cost
//!
//! **O(n)** for n bytes; memory is that of one record, at most the limit.

use crate::error::{Error, Fault};
use crate::open::cannot_read;
use std::io::{self, BufRead};

/// One record: its fields, and where it begins.
///
/// Field `i` is `bytes[ends[i - 1]..ends[i]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The line on which it begins, counted from 1.
    pub(crate) line: u64,
    /// Whether a field goes on after its closing quote.
    pub(crate) goes_on_after_quote: bool,
}

impl Record {
    /// How many fields.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field's bytes, without its quotes.
    pub(crate) fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// All fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.field(index))
    }

    /// Appends a field.
    pub(crate) fn push(&mut self, field: &[u8]) {
        self.bytes.extend_from_slice(field);
        self.end_field();
    }

    /// Takes all fields away.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.goes_on_after_quote = false;
    }

    fn end_field(&mut self) {
        self.ends.push(self.bytes.len());
    }
}

/// Where the reader stands inside a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before anything of the record.
    Start,
    /// Before anything of a later field.
    Field,
    /// In a field without quotes.
    Plain,
    /// Inside quotes.
    Quoted,
    /// After a quote that may close the field.
    Closing,
}

/// Why there is no further record.
#[derive(Debug)]
pub(crate) enum RecordError {
    /// The bytes cannot be read.
    Io(io::Error),
    /// A record that begins on this line is longer than the limit; `quoted`: it stands in open quotes.
    TooLong { line: u64, limit: usize, quoted: bool },
    /// The file ends inside quotes; the record begins on this line.
    OpenQuote { line: u64 },
}

impl RecordError {
    /// Moves its line, which counts from 0, behind the lines before it.
    pub(crate) fn at_line(mut self, before: u64) -> Self {
        if let Self::TooLong { line, .. } | Self::OpenQuote { line } = &mut self {
            *line += before;
        }
        self
    }

    /// Names the file.
    pub(crate) fn into_error(self, name: &str) -> Error {
        let unclosed = "a field that begins with a double quote ends at the next one: look for a single one";
        match self {
            Self::Io(error) => cannot_read(name, error),
            Self::TooLong { line, limit, quoted } => {
                let fault = Fault::of_row(format!("this row is longer than {limit} bytes"));
                let hint = if quoted { unclosed } else { "is this a text file with one transfer a line?" };
                Error::row(name, line, fault.with_hint(hint))
            }
            Self::OpenQuote { line } => {
                let fault = Fault::of_row("a double quote opens in this row and is never closed");
                Error::row(name, line, fault.with_hint(unclosed))
            }
        }
    }
}

/// Reads records.
pub(crate) struct Records<R> {
    input: R,
    line: u64,
    limit: usize,
    /// The last byte was `\r`: a `\n` after it belongs to the same line end.
    after_return: bool,
}

impl<R: BufRead> Records<R> {
    /// A record is at most this many bytes.
    pub(crate) const LIMIT: usize = 1 << 20;

    pub(crate) fn new(input: R) -> Self {
        Self { input, line: 1, limit: Self::LIMIT, after_return: false }
    }

    /// Reads on from where a record begins, on this line.
    pub(crate) fn at_line(input: R, line: u64) -> Self {
        Self { line, ..Self::new(input) }
    }

    /// Reads the next record into `record`. Returns whether there was one.
    pub(crate) fn read(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        record.clear();
        let mut state = State::Start;
        let mut length = 0_usize;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(RecordError::Io(error)),
            };
            if chunk.is_empty() {
                return finish(state, record);
            }
            let mut used = 0;
            let mut ended = false;
            for &byte in chunk {
                used += 1;
                let newline = byte == b'\n' && !self.after_return || byte == b'\r';
                self.after_return = byte == b'\r';
                if state == State::Start {
                    record.line = self.line;
                }
                self.line += u64::from(newline);
                let blank = state == State::Start && (byte == b'\n' || byte == b'\r');
                if blank {
                    continue;
                }
                length += 1;
                state = step(state, byte, record);
                if state == State::Start {
                    ended = true;
                    break;
                }
                if length > self.limit {
                    break;
                }
            }
            self.input.consume(used);
            if ended {
                return Ok(true);
            }
            if length > self.limit {
                let quoted = matches!(state, State::Quoted | State::Closing);
                return Err(RecordError::TooLong { line: record.line, limit: self.limit, quoted });
            }
        }
    }

    /// Gives back what is left, and the line on which it begins. A record that ended in `\r` takes a `\n` after it along.
    pub(crate) fn into_rest(mut self) -> (R, u64) {
        if self.after_return && self.input.fill_buf().is_ok_and(|rest| rest.first() == Some(&b'\n')) {
            self.input.consume(1);
        }
        (self.input, self.line)
    }

    /// Gives back what was read from.
    pub(crate) fn into_inner(self) -> R {
        self.input
    }
}

/// Where a byte leads.
const fn next_state(state: State, byte: u8) -> State {
    match (state, byte) {
        (State::Quoted, b'"') => State::Closing,
        (State::Quoted, _) | (State::Start | State::Field | State::Closing, b'"') => State::Quoted,
        (_, b',') => State::Field,
        (_, b'\n' | b'\r') => State::Start,
        _ => State::Plain,
    }
}

/// Takes one byte. Returns [`State::Start`] where it ends the record.
fn step(state: State, byte: u8, record: &mut Record) -> State {
    let next = next_state(state, byte);
    match (state, next) {
        (_, State::Closing) | (State::Start | State::Field, State::Quoted) => {}
        (_, State::Quoted) => record.bytes.push(byte),
        (_, State::Field | State::Start) => record.end_field(),
        (previous, State::Plain) => {
            record.goes_on_after_quote |= previous == State::Closing;
            record.bytes.push(byte);
        }
    }
    next
}

/// Returns where the last record ends of those that begin and end in `text`, itself the beginning of a record; 0
/// where none ends. A line end of two bytes is not cut.
pub(crate) fn last_record_end(text: &[u8]) -> usize {
    if memchr::memchr(b'"', text).is_none() {
        // Without quotes every newline ends a record; a lone `\r` does, too, but is rare.
        if let Some(at) = memchr::memrchr(b'\n', text) {
            return at + 1;
        }
    }
    let (mut state, mut end) = (State::Start, 0);
    for (at, &byte) in text.iter().enumerate() {
        let blank = state == State::Start && (byte == b'\n' || byte == b'\r');
        state = if blank { State::Start } else { next_state(state, byte) };
        if state == State::Start && (byte == b'\n' || text.get(at + 1).is_some_and(|&next| next != b'\n')) {
            end = at + 1;
        }
    }
    end
}

/// Ends the last record of the file.
fn finish(state: State, record: &mut Record) -> Result<bool, RecordError> {
    match state {
        State::Start => Ok(false),
        State::Quoted => Err(RecordError::OpenQuote { line: record.line }),
        State::Field | State::Plain | State::Closing => {
            record.end_field();
            Ok(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, RecordError, Records};
    use proptest::prelude::{ProptestConfig, any, prop, proptest};
    use std::io::BufReader;

    fn read_all(bytes: &[u8], buffer: usize) -> Result<Vec<Record>, RecordError> {
        let mut records = Records::new(BufReader::with_capacity(buffer, bytes));
        let mut all = Vec::new();
        let mut record = Record::default();
        while records.read(&mut record)? {
            all.push(record.clone());
        }
        Ok(all)
    }

    fn fields(record: &Record) -> Vec<Vec<u8>> {
        record.fields().map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn lines_are_counted_through_quotes_empty_lines_and_every_line_end() {
        let all = read_all(b"a,b\r\n\r\n\"x\r\ny\",2\n\n\nc,\"d\"\"e\"\rf,g", 3).unwrap();
        let lines: Vec<u64> = all.iter().map(|record| record.line).collect();
        assert_eq!(lines, [1, 3, 7, 8]);
        assert_eq!(fields(&all[1]), [b"x\r\ny".to_vec(), b"2".to_vec()]);
        assert_eq!(fields(&all[2]), [b"c".to_vec(), b"d\"e".to_vec()]);
    }

    #[test]
    fn a_quote_that_never_closes_is_named_by_its_line() {
        let seen = read_all(b"a,b\n1,\"2\n3,4\n", 8);
        assert!(matches!(seen, Err(RecordError::OpenQuote { line: 2 })));
        assert!(read_all(b"\"a\"b,c\n", 8).unwrap()[0].goes_on_after_quote);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn records_are_those_of_the_csv_crate(
            picks in prop::collection::vec(0_usize..7, 0..60),
            buffer in 1_usize..9,
        ) {
            let bytes: Vec<u8> = picks.iter().map(|&pick| b"a1,\"\n\r,"[pick]).collect();
            if let Ok(ours) = read_all(&bytes, buffer) && ours.iter().all(|record| !record.goes_on_after_quote) {
                let mut theirs = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[..]);
                let theirs: Vec<Vec<Vec<u8>>> = theirs
                    .byte_records()
                    .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
                    .collect();
                assert_eq!(ours.iter().map(fields).collect::<Vec<_>>(), theirs);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_all(&bytes, 5);
        }
    }
}
