//! Digits to numbers and bytes: eight at a step, wherever the program runs.
//!
//! What reads them is a [`Digits`]: this one here, or vectors where the processor has them ([`super::vectors`]). All
//! give the same answers; one may leave to the reference reader what another reads.

/// A way to read digits.
pub(super) trait Digits: Copy {
    /// Decodes `0x` and forty hex digits in lower case. Where it is anything else, some bit of `odd` is set.
    fn address(self, text: &[u8], at: usize, odd: &mut u64) -> [u8; 20];

    /// Decodes `0x` and 64 hex digits in lower case. Where it is anything else, some bit of `odd` is set.
    fn hash(self, text: &[u8], at: usize, odd: &mut u64) -> [u8; 32];

    /// A number of decimal digits, and where it ends. `None` where there is no digit, or more than 64 bits.
    fn number(self, text: &[u8], at: usize) -> Option<(u64, usize)>;

    /// An amount of decimal digits, and where it ends. `None` where there is no digit, or more than 128 bits.
    fn amount(self, text: &[u8], at: usize) -> Option<(u128, usize)>;
}

/// Eight digits at a step, as a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words;

impl Digits for Words {
    #[inline(always)]
    fn address(self, text: &[u8], at: usize, odd: &mut u64) -> [u8; 20] {
        hex(text, at, odd)
    }

    #[inline(always)]
    fn hash(self, text: &[u8], at: usize, odd: &mut u64) -> [u8; 32] {
        hex(text, at, odd)
    }

    #[inline(always)]
    fn number(self, text: &[u8], at: usize) -> Option<(u64, usize)> {
        number(text, at)
    }

    #[inline(always)]
    fn amount(self, text: &[u8], at: usize) -> Option<(u128, usize)> {
        amount(text, at)
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
