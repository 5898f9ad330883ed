//! Plain rows to numbers, several bytes at a step.
//!
//! A row is plain if every field has exactly the shape that its role names. Nothing is assumed: each byte is looked
//! at, and the first one that is not as expected makes the row one for the reference reader, which knows quotes,
//! cases, signs and everything that can be wrong. So this decoder has no errors of its own, and what it gives is
//! what the reference reader gives.

use super::digits::{Digits, Words};
use super::plan::{Plan, Role};
use super::vectors::Vectors;
use crate::records::{Record, RecordError, Records};
use crate::time::LAST;
use dyetrace_core::AmountColumn;
use dyetrace_core::ledger::{Columns, EventColumn, EvmRows};
use std::ops::Range;

/// Zeros that follow the text of a chunk, so that eight bytes can be loaded anywhere in it.
pub(super) const PADDING: usize = 72;

/// A chunk's rows.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The plain ones.
    pub(crate) rows: EvmRows,
    /// All rows in their order: stretches of plain ones, and records between them.
    pub(crate) pieces: Vec<Piece>,
    /// How many lines the chunk has.
    pub(crate) lines: u64,
    /// How many bytes the chunk has.
    pub(crate) bytes: usize,
}

/// A piece of a chunk; lines are counted from 0 at its beginning.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Rows of `Decoded::rows` on one line after the other.
    Plain { rows: Range<usize>, line: u64 },
    /// A row for the reference reader.
    Other(Record),
}

impl Decoded {
    /// Empties it.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.pieces.clear();
        (self.lines, self.bytes) = (0, 0);
    }

    /// Decodes `text[..length]`, which begins and ends where records do; [`PADDING`] zeros follow it.
    ///
    /// # Errors
    /// What the reference reader says of a record; its line counts from 0.
    pub(super) fn decode(&mut self, text: &[u8], length: usize, plan: &Plan) -> Result<(), RecordError> {
        match Vectors::new() {
            Some(vectors) => vectors.run(
                #[inline(always)]
                || self.decode_with(vectors, text, length, plan),
            ),
            None => self.decode_with(Words, text, length, plan),
        }
    }

    // What stands inside of `Vectors::run` has to be inlined into it to be compiled for that processor.
    #[inline(always)]
    fn decode_with<D: Digits>(
        &mut self,
        digits: D,
        text: &[u8],
        length: usize,
        plan: &Plan,
    ) -> Result<(), RecordError> {
        self.clear();
        // Behind the zeros may be what an earlier chunk left there.
        let text = &text[..length + PADDING];
        let mut block = Block::default();
        let (mut at, mut line) = (0, 0);
        let mut first = (0, 0);
        while at < length {
            let scanned = block.scan(digits, text, at, length, plan);
            let taken = block.decode(digits, text, plan, &mut self.rows);
            line += taken as u64;
            at = block.starts[taken];
            if taken == scanned && (scanned == BLOCK || at >= length) {
                continue;
            }
            self.end_stretch(first);
            (at, line) = self.other(text, at, length, line)?;
            first = (self.rows.len(), line);
        }
        self.end_stretch(first);
        (self.lines, self.bytes) = (line, length);
        Ok(())
    }

    #[cold]
    fn end_stretch(&mut self, (first, line): (usize, u64)) {
        if first < self.rows.len() {
            self.pieces.push(Piece::Plain { rows: first..self.rows.len(), line });
        }
    }

    /// Reads one record as the reference does. Returns where the next one begins, and its line.
    #[cold]
    fn other(
        &mut self,
        text: &[u8],
        at: usize,
        length: usize,
        line: u64,
    ) -> Result<(usize, u64), RecordError> {
        let mut records = Records::at_line(&text[at..length], line);
        let mut record = Record::default();
        if records.read(&mut record)? {
            self.pieces.push(Piece::Other(record));
        }
        let (rest, line) = records.into_rest();
        Ok((length - rest.len(), line))
    }
}

/// How many rows are scanned before their hex is decoded.
const BLOCK: usize = 64;

/// A few rows on their way: first their fields are found and their decimal numbers read, then the hex of one column
/// after the other is decoded, each in a loop of its own.
struct Block {
    /// Where each row begins, and after the last one where the next one does.
    starts: [usize; BLOCK + 1],
    /// How many rows there are.
    count: usize,
    contract: [usize; BLOCK],
    from: [usize; BLOCK],
    to: [usize; BLOCK],
    hash: [usize; BLOCK],
    value: [u128; BLOCK],
    event_index: [u64; BLOCK],
    block: [u64; BLOCK],
    time: [u64; BLOCK],
}

impl Default for Block {
    fn default() -> Self {
        Self {
            starts: [0; BLOCK + 1],
            count: 0,
            contract: [0; BLOCK],
            from: [0; BLOCK],
            to: [0; BLOCK],
            hash: [0; BLOCK],
            value: [0; BLOCK],
            event_index: [0; BLOCK],
            block: [0; BLOCK],
            time: [0; BLOCK],
        }
    }
}

const ADDRESS: usize = 42;
const HASH: usize = 66;

impl Block {
    /// Finds the fields of up to [`BLOCK`] rows from `at` on, and reads their decimal numbers. Returns how many rows
    /// look plain; whether their hex is hex is not looked at.
    #[inline(always)]
    fn scan<D: Digits>(&mut self, digits: D, text: &[u8], at: usize, length: usize, plan: &Plan) -> usize {
        (self.starts[0], self.count) = (at, 0);
        while self.count < BLOCK && self.starts[self.count] < length {
            let Some(end) = self.scan_row(digits, text, self.starts[self.count], plan) else { break };
            self.count += 1;
            self.starts[self.count] = end;
        }
        self.count
    }

    #[inline(always)]
    fn scan_row<D: Digits>(&mut self, digits: D, text: &[u8], at: usize, plan: &Plan) -> Option<usize> {
        let row = self.count;
        let begins = at;
        let mut at = at;
        let last = plan.roles().len() - 1;
        for (field, &role) in plan.roles().iter().enumerate() {
            at = match role {
                Role::Contract => {
                    self.contract[row] = at;
                    at + ADDRESS
                }
                Role::From => {
                    self.from[row] = at;
                    at + ADDRESS
                }
                Role::To => {
                    self.to[row] = at;
                    at + ADDRESS
                }
                Role::Hash => {
                    self.hash[row] = at;
                    at + HASH
                }
                Role::Value => {
                    let end;
                    (self.value[row], end) = digits.amount(text, at)?;
                    end
                }
                Role::EventIndex => {
                    let end;
                    (self.event_index[row], end) = digits.number(text, at)?;
                    end
                }
                Role::Block => {
                    let end;
                    (self.block[row], end) = digits.number(text, at)?;
                    end
                }
                Role::Time => {
                    let end;
                    (self.time[row], end) = digits.number(text, at)?;
                    end
                }
                Role::Skipped => skipped(text, at)?,
            };
            if field < last {
                if *text.get(at)? != b',' {
                    return None;
                }
                at += 1;
            }
        }
        at = match *text.get(at)? {
            b'\n' => at + 1,
            b'\r' if *text.get(at + 1)? == b'\n' => at + 2,
            _ => return None,
        };
        let fits = self.event_index[row] < u64::from(EventColumn::WIDE)
            && self.value[row] != AmountColumn::WIDE
            && self.block[row] != Columns::NO_BLOCK
            && (!plan.has_time || i64::try_from(self.time[row]).is_ok_and(|time| time <= LAST))
            && at - begins <= Records::<&[u8]>::LIMIT;
        fits.then_some(at)
    }

    /// Decodes the hex of the rows, and adds those before the first that has none. Returns how many these are.
    #[inline(always)]
    fn decode<D: Digits>(&self, digits: D, text: &[u8], plan: &Plan, rows: &mut EvmRows) -> usize {
        let count = self.count;
        let before = rows.len();
        rows.reserve(count);
        // What is odd about each row's hex.
        let mut odd = [0_u64; BLOCK];
        for ((&from, &to), odd) in self.from.iter().zip(&self.to).zip(&mut odd).take(count) {
            rows.ends.push([digits.address(text, from, odd), digits.address(text, to, odd)]);
        }
        for (&at, odd) in self.contract.iter().zip(&mut odd).take(count) {
            rows.contract.push(digits.address(text, at, odd));
        }
        for (&at, odd) in self.hash.iter().zip(&mut odd).take(count) {
            rows.hash.push(digits.hash(text, at, odd));
        }
        rows.value.extend_from_slice(&self.value[..count]);
        rows.block.extend_from_slice(&self.block[..count]);
        #[expect(clippy::cast_possible_truncation, reason = "`scan_row` looked at it")]
        rows.event_index.extend(self.event_index[..count].iter().map(|&index| index as u32));
        if plan.has_time {
            rows.time.extend(self.time[..count].iter().map(|&time| time.cast_signed()));
        } else {
            rows.time.resize(before + count, Columns::NO_TIME);
        }
        let taken = odd[..count].iter().position(|&odd| odd != 0).unwrap_or(count);
        rows.truncate(before + taken);
        taken
    }
}

/// Passes over a field without quotes. Returns where it ends.
#[inline]
fn skipped(text: &[u8], at: usize) -> Option<usize> {
    if *text.get(at)? == b'"' {
        return None;
    }
    Some(at + memchr::memchr3(b',', b'\n', b'\r', text.get(at..)?)?)
}
