//! Plain rows to numbers, several bytes at a step.
//!
//! A row is plain if every field has exactly the shape that its role names. Nothing is assumed: each byte is looked
//! at, and the first one that is not as expected makes the row one for the reference reader, which knows quotes,
//! cases, signs and everything that can be wrong. So this decoder has no errors of its own, and what it gives is
//! what the reference reader gives.

use super::plan::{Plan, Role};
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
        self.clear();
        // Behind the zeros may be what an earlier chunk left there.
        let text = &text[..length + PADDING];
        let mut block = Block::default();
        let (mut at, mut line) = (0, 0);
        let mut first = (0, 0);
        while at < length {
            let scanned = block.scan(text, at, length, plan);
            let taken = block.decode(text, plan, &mut self.rows);
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

    fn end_stretch(&mut self, (first, line): (usize, u64)) {
        if first < self.rows.len() {
            self.pieces.push(Piece::Plain { rows: first..self.rows.len(), line });
        }
    }

    /// Reads one record as the reference does. Returns where the next one begins, and its line.
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
    fn scan(&mut self, text: &[u8], at: usize, length: usize, plan: &Plan) -> usize {
        (self.starts[0], self.count) = (at, 0);
        while self.count < BLOCK && self.starts[self.count] < length {
            let Some(end) = self.scan_row(text, self.starts[self.count], plan) else { break };
            self.count += 1;
            self.starts[self.count] = end;
        }
        self.count
    }

    #[inline]
    fn scan_row(&mut self, text: &[u8], at: usize, plan: &Plan) -> Option<usize> {
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
                    (self.value[row], end) = amount(text, at)?;
                    end
                }
                Role::EventIndex => {
                    let end;
                    (self.event_index[row], end) = number(text, at)?;
                    end
                }
                Role::Block => {
                    let end;
                    (self.block[row], end) = number(text, at)?;
                    end
                }
                Role::Time => {
                    let end;
                    (self.time[row], end) = number(text, at)?;
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
    fn decode(&self, text: &[u8], plan: &Plan, rows: &mut EvmRows) -> usize {
        let count = self.count;
        let before = rows.len();
        // What is odd about each row's hex.
        let mut odd = [0_u64; BLOCK];
        let ends = self.from.iter().zip(&self.to).zip(&mut odd).take(count);
        rows.ends.extend(ends.map(|((&from, &to), odd)| [hex(text, from, odd), hex(text, to, odd)]));
        let contracts = self.contract.iter().zip(&mut odd).take(count);
        rows.contract.extend(contracts.map(|(&at, odd)| hex::<20>(text, at, odd)));
        let hashes = self.hash.iter().zip(&mut odd).take(count);
        rows.hash.extend(hashes.map(|(&at, odd)| hex::<32>(text, at, odd)));
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

const EACH: u64 = 0x0101_0101_0101_0101;

#[inline]
fn load(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..at + 8)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// The four bytes that eight hex digits in lower case write. Where one is none, some bit of `odd` is set.
#[inline]
fn hex8(word: u64, odd: &mut u64) -> u32 {
    // No sum here runs into the next byte: the operations that wrap never do.
    let letter = word >> 6 & EACH;
    let low = word & (EACH * 0x0f);
    // A digit is 0x30 to 0x39, a letter 0x61 to 0x66.
    *odd |= (word & (EACH * 0xf0)) ^ (EACH * 0x30).wrapping_add(letter << 5 | letter << 4);
    // Digits go up to 9; letters from 1 to 6.
    *odd |= low.wrapping_add(EACH * 0x76).wrapping_add(letter << 1 | letter) & (EACH << 7);
    *odd |= (EACH * 0x80).wrapping_sub(low) & (letter << 7);
    let nibbles = low.wrapping_add(letter << 3 | letter);
    // The first digit of a pair is the higher one.
    let pairs = (nibbles << 4 | nibbles >> 8) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    #[expect(clippy::cast_possible_truncation, reason = "the four bytes stand in the lower half")]
    let bytes = (quads | quads >> 16) as u32;
    bytes
}

/// Decodes `0x` and twice as many hex digits as there are bytes. Where it is anything else, some bit of `odd` is set.
#[inline]
fn hex<const N: usize>(text: &[u8], at: usize, odd: &mut u64) -> [u8; N] {
    let mut bytes = [0; N];
    let Some(digits) = text.get(at..at + 2 + 2 * N) else {
        *odd = 1;
        return bytes;
    };
    *odd |= u64::from(u16::from_le_bytes([digits[0], digits[1]]) ^ u16::from_le_bytes(*b"0x"));
    for (bytes, digits) in bytes.chunks_exact_mut(4).zip(digits[2..].chunks_exact(8)) {
        let mut word = [0; 8];
        word.copy_from_slice(digits);
        bytes.copy_from_slice(&hex8(u64::from_le_bytes(word), odd).to_le_bytes());
    }
    bytes
}

/// How many of eight bytes are decimal digits before the first that is none, and their number.
#[inline]
fn digits(word: u64) -> (u32, u64) {
    // Not a digit: another high half than 3, or a low half above 9.
    let low = word & (EACH * 0x0f);
    let odd = (word & (EACH * 0xf0)) ^ (EACH * 0x30) | low.wrapping_add(EACH * 6) & (EACH * 0x10);
    // `odd` has a bit of every byte that is no digit; those of lower bytes come first.
    let count = odd.trailing_zeros() / 8;
    if count == 0 {
        return (0, 0);
    }
    // Digits move to the end, zeros before them: then it is a number of eight digits.
    let digits = (low << (64 - 8 * count)) & (EACH * 0x0f);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let quads = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let number = quads.wrapping_mul(10_000).wrapping_add(quads >> 32) & 0xffff_ffff;
    (count, number)
}

const POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// A number of decimal digits, and where it ends. `None` where there is no digit, or more than 64 bits.
#[inline]
fn number(text: &[u8], at: usize) -> Option<(u64, usize)> {
    let (count, mut number) = digits(load(text, at)?);
    let mut end = at + count as usize;
    if count == 8 {
        loop {
            let (count, more) = digits(load(text, end)?);
            number = number.checked_mul(POWERS[count as usize])?.checked_add(more)?;
            end += count as usize;
            if count < 8 {
                break;
            }
        }
    }
    (count > 0).then_some((number, end))
}

/// An amount of decimal digits, and where it ends. `None` where there is no digit, or more than 128 bits.
#[inline]
fn amount(text: &[u8], at: usize) -> Option<(u128, usize)> {
    let (count, first) = digits(load(text, at)?);
    if count < 8 {
        return (count > 0).then_some((u128::from(first), at + count as usize));
    }
    let (count, second) = digits(load(text, at + 8)?);
    // Sixteen digits are less than 2^64.
    let number = first * POWERS[count as usize] + second;
    let mut end = at + 8 + count as usize;
    let mut amount = u128::from(number);
    if count == 8 {
        loop {
            let (count, more) = digits(load(text, end)?);
            let power = u128::from(POWERS[count as usize]);
            amount = amount.checked_mul(power)?.checked_add(u128::from(more))?;
            end += count as usize;
            if count < 8 {
                break;
            }
        }
    }
    Some((amount, end))
}

/// Passes over a field without quotes. Returns where it ends.
#[inline]
fn skipped(text: &[u8], at: usize) -> Option<usize> {
    if *text.get(at)? == b'"' {
        return None;
    }
    Some(at + memchr::memchr3(b',', b'\n', b'\r', text.get(at..)?)?)
}

#[cfg(test)]
mod tests {
    use super::{amount, digits, hex8, number};

    fn padded(text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(bytes.len() + 16, 0);
        bytes
    }

    #[test]
    fn every_byte_is_a_lower_case_hex_digit_or_refused_in_every_place() {
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = *b"09afbc51";
                text[place] = byte;
                let expected = if byte.is_ascii_uppercase() {
                    None
                } else {
                    std::str::from_utf8(&text).ok().and_then(|it| u32::from_str_radix(it, 16).ok())
                };
                // `+` is taken by the standard library.
                let expected = expected.filter(|_| byte != b'+');
                let mut odd = 0;
                let found = hex8(u64::from_le_bytes(text), &mut odd).swap_bytes();
                assert_eq!((odd == 0).then_some(found), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn every_byte_is_a_decimal_digit_or_ends_the_number_in_every_place() {
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = *b"98765432";
                text[place] = byte;
                let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let expected = std::str::from_utf8(&text[..length]).unwrap().parse().unwrap_or(0);
                let (count, number) = digits(u64::from_le_bytes(text));
                assert_eq!((count as usize, number), (length, expected), "{text:?}");
            }
        }
    }

    #[test]
    fn numbers_are_read_up_to_their_widths_and_no_further() {
        let mut texts: Vec<String> = (0..45).map(|length| "9".repeat(length)).collect();
        for edge in [u128::from(u64::MAX), u128::MAX - 1] {
            texts.extend([edge - 1, edge, edge + 1].map(|it| it.to_string()));
            texts.push(format!("{edge}0"));
            texts.push(format!("000{edge}"));
        }
        texts.extend(
            ["0", "00000000", "000000000000000000000000000000000000000000000000000001"].map(String::from),
        );
        for text in texts {
            let expected = (text.parse().ok()).map(|it: u64| (it, text.len()));
            // Zeros in front may be too many for the fast way: they are the reference's then.
            if let Some(found) = number(&padded(&text), 0) {
                assert_eq!(Some(found), expected, "{text}");
            } else {
                assert!(expected.is_none(), "{text}");
            }
            let expected = (text.parse().ok()).map(|it: u128| (it, text.len()));
            assert_eq!(amount(&padded(&text), 0), expected, "{text}");
        }
    }
}
