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
        let (mut at, mut line) = (0, 0);
        let mut first = (0, 0);
        while at < length {
            let taken = self.rows.len();
            if let Some(end) = row(text, at, plan, &mut self.rows)
                && end - at <= Records::<&[u8]>::LIMIT
            {
                debug_assert!(end <= length, "padding is no row");
                at = end;
                line += 1;
                continue;
            }
            self.rows.truncate(taken);
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

/// Reads a row that begins at `at`. Returns where the next one begins; where the row is not plain, `None`, and the
/// rows may then hold a part of it.
#[inline]
fn row(text: &[u8], at: usize, plan: &Plan, rows: &mut EvmRows) -> Option<usize> {
    let mut at = at;
    let mut ends = [[0; 20]; 2];
    let mut contract = [0; 20];
    let mut hash = [0; 32];
    let (mut value, mut event, mut block, mut time) = (0_u128, 0_u64, 0_u64, 0_u64);
    let (last, before) = plan.roles().split_last()?;
    let mut field = |role: Role, at: usize| match role {
        Role::Contract => address(text, at, &mut contract),
        Role::From => address(text, at, &mut ends[0]),
        Role::To => address(text, at, &mut ends[1]),
        Role::Value => {
            let end;
            (value, end) = amount(text, at)?;
            Some(end)
        }
        Role::Hash => hash_field(text, at, &mut hash),
        Role::EventIndex => {
            let end;
            (event, end) = number(text, at)?;
            Some(end)
        }
        Role::Block => {
            let end;
            (block, end) = number(text, at)?;
            Some(end)
        }
        Role::Time => {
            let end;
            (time, end) = number(text, at)?;
            Some(end)
        }
        Role::Skipped => skipped(text, at),
    };
    for &role in before {
        at = field(role, at)?;
        if *text.get(at)? != b',' {
            return None;
        }
        at += 1;
    }
    at = field(*last, at)?;
    at = match *text.get(at)? {
        b'\n' => at + 1,
        b'\r' if *text.get(at + 1)? == b'\n' => at + 2,
        _ => return None,
    };
    if event >= u64::from(EventColumn::WIDE) || value == AmountColumn::WIDE || block == Columns::NO_BLOCK {
        return None;
    }
    let time =
        if plan.has_time { i64::try_from(time).ok().filter(|&time| time <= LAST)? } else { Columns::NO_TIME };
    rows.ends.push(ends);
    rows.contract.push(contract);
    rows.value.push(value);
    rows.hash.push(hash);
    rows.block.push(block);
    rows.time.push(time);
    rows.event_index.push(u32::try_from(event).ok()?);
    Some(at)
}

const EACH: u64 = 0x0101_0101_0101_0101;

#[inline]
fn load(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..at + 8)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// The four bytes that eight hex digits in lower case write, or `None` where one is none.
#[inline]
fn hex8(word: u64) -> Option<u32> {
    // Bytes are below 128 in what follows, so that no sum runs into the next byte.
    let letter = (word & (EACH << 6)) >> 6;
    // A digit is 0x30 to 0x39, a letter 0x61 to 0x66.
    let low = word & (EACH * 0x0f);
    let high = word & (EACH * 0xf0);
    let expected_high = EACH * 0x30 + letter * 0x30;
    // Digits go up to 9; letters from 1 to 6.
    let above = (low + EACH * 0x76 + letter * 3) & (EACH << 7);
    let zero_letter = (EACH * 0x80 - low) & (EACH << 7) & (letter << 7);
    if high != expected_high || above != 0 || zero_letter != 0 {
        return None;
    }
    let nibbles = low + letter * 9;
    // The first digit of a pair is the higher one.
    let pairs = (nibbles << 4 | nibbles >> 8) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((quads | quads >> 16) as u32)
}

/// Decodes `0x` and twice as many hex digits as `into` has bytes. Returns where they end.
#[inline]
fn hex<const N: usize>(text: &[u8], at: usize, into: &mut [u8; N]) -> Option<usize> {
    let digits = text.get(at..at + 2 + 2 * N)?;
    if digits[..2] != *b"0x" {
        return None;
    }
    for (bytes, digits) in into.chunks_exact_mut(4).zip(digits[2..].chunks_exact(8)) {
        let word = u64::from_le_bytes(digits.try_into().ok()?);
        bytes.copy_from_slice(&hex8(word)?.to_le_bytes());
    }
    Some(at + 2 + 2 * N)
}

#[inline]
fn address(text: &[u8], at: usize, into: &mut [u8; 20]) -> Option<usize> {
    hex(text, at, into)
}

#[inline]
fn hash_field(text: &[u8], at: usize, into: &mut [u8; 32]) -> Option<usize> {
    hex(text, at, into)
}

/// How many of eight bytes are decimal digits before the first that is none, and their number.
#[inline]
fn digits(word: u64) -> (u32, u64) {
    // Not a digit: another high half than 3, or a low half above 9.
    let low = word & (EACH * 0x0f);
    let odd = (word & (EACH * 0xf0)) ^ (EACH * 0x30) | (low + EACH * 6) & (EACH * 0x10);
    // `odd` has a bit of every byte that is no digit; those of lower bytes come first.
    let count = odd.trailing_zeros() / 8;
    if count == 0 {
        return (0, 0);
    }
    // Digits move to the end, zeros before them: then it is a number of eight digits.
    let digits = (low << (64 - 8 * count)) & (EACH * 0x0f);
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let number = (quads * 10_000 + (quads >> 32)) & 0xffff_ffff;
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
                assert_eq!(hex8(u64::from_le_bytes(text)).map(u32::swap_bytes), expected, "{text:?}");
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
