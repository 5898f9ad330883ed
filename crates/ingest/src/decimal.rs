//! Numbers that are not plain digits, to whole base units, exactly.
//!
//! [`parse_grouped`] takes the commas that an explorer sets before every third digit, and nothing else that
//! looks like them. [`parse_rounded`] takes the digits of a number with an exponent as they are written: what
//! was rounded before stays rounded, but nothing is added to it.

use dyetrace_core::{Amount, AmountError};

/// The most digits that the exponent of an amount can bring.
const LARGEST_EXPONENT: i64 = 100;

/// Parses decimal coins whose whole part is grouped in thousands: `1,234.5`. `12,34` is refused.
///
/// # Errors
/// An [`AmountError`].
pub(crate) fn parse_grouped(text: &[u8], decimals: u8) -> Result<Amount, AmountError> {
    let point = text.iter().position(|&byte| byte == b'.').unwrap_or(text.len());
    let groups: Vec<&[u8]> = text[..point].split(|&byte| byte == b',').collect();
    let (first, rest) = groups.split_first().expect("a split has one part at least");
    let grouped = (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    if !grouped && !rest.is_empty() {
        return Err(AmountError::NotADigit);
    }
    let plain: Vec<u8> = groups.concat().iter().chain(&text[point..]).copied().collect();
    Amount::parse_decimal(&plain, decimals)
}

/// Parses a number with a point or an exponent, such as `1.99e+19`, into base units of so many decimals.
///
/// # Errors
/// An [`AmountError`]; [`AmountError::TooPrecise`] where less than one base unit is left over.
pub(crate) fn parse_rounded(text: &[u8], decimals: u8) -> Result<Amount, AmountError> {
    let mark = text.iter().position(|byte| b"eE".contains(byte));
    let (mantissa, exponent) = match mark {
        None => (text, 0),
        Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
    };
    let point = mantissa.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = match point {
        None => (mantissa, &b""[..]),
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
    };
    if whole.is_empty() || !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err(AmountError::NotADigit);
    }
    let mut digits = [whole, fraction].concat();
    let places = i64::try_from(fraction.len()).map_err(|_| AmountError::TooLarge)?;
    let zeros = exponent + i64::from(decimals) - places;
    match usize::try_from(zeros) {
        Ok(zeros) => digits.resize(digits.len() + zeros, b'0'),
        Err(_) => {
            let surplus = usize::try_from(-zeros).map_err(|_| AmountError::TooPrecise)?;
            let kept = digits.len().saturating_sub(surplus);
            if digits[kept..].iter().any(|&digit| digit != b'0') {
                return Err(AmountError::TooPrecise);
            }
            digits.truncate(kept);
            digits.insert(0, b'0');
        }
    }
    Amount::parse(&digits)
}

fn parse_exponent(text: &[u8]) -> Result<i64, AmountError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(digits).ok().filter(|_| all).ok_or(AmountError::NotADigit)?;
    let number: i64 = number.parse().map_err(|_| AmountError::TooLarge)?;
    if number > LARGEST_EXPONENT {
        return Err(if negative { AmountError::TooPrecise } else { AmountError::TooLarge });
    }
    Ok(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::{parse_grouped, parse_rounded};
    use dyetrace_core::{Amount, AmountError};

    #[test]
    fn thousands_are_read_only_where_every_group_has_three_digits() {
        for (text, units) in [("1,234.5", 123_450), ("12,345", 1_234_500), ("1,234,567.89", 123_456_789)] {
            assert_eq!(parse_grouped(text.as_bytes(), 2), Ok(Amount::from(units)), "{text}");
        }
        for text in ["12,34", "1,2345", ",123", "1234,567", "1,,234", "1,234,", "1.234,5", "1,23a"] {
            assert_eq!(parse_grouped(text.as_bytes(), 2), Err(AmountError::NotADigit), "{text}");
        }
        assert_eq!(parse_grouped(b"1,234.567", 2), Err(AmountError::TooPrecise));
    }

    #[test]
    fn an_exponent_moves_the_point_and_adds_nothing() {
        for (text, decimals, units) in [
            ("1.99e+19", 0, 19_900_000_000_000_000_000),
            ("5E3", 0, 5_000),
            ("1e-05", 18, 10_000_000_000_000),
            ("1000000000000000000.0", 0, 1_000_000_000_000_000_000),
            ("100e-2", 0, 1),
            ("0e0", 0, 0),
            ("0.0e-5", 0, 0),
        ] {
            assert_eq!(parse_rounded(text.as_bytes(), decimals), Ok(Amount::from(units)), "{text}");
        }
        for (text, error) in [
            ("1.5", AmountError::TooPrecise),
            ("1e-1", AmountError::TooPrecise),
            ("1e-99999999999999999999", AmountError::TooLarge),
            ("1e101", AmountError::TooLarge),
            ("1e99", AmountError::TooLarge),
            ("-1e3", AmountError::NotADigit),
            ("e3", AmountError::NotADigit),
            ("1e", AmountError::NotADigit),
            ("0x1e3", AmountError::NotADigit),
            ("NaN", AmountError::NotADigit),
        ] {
            assert_eq!(parse_rounded(text.as_bytes(), 0), Err(error), "{text}");
        }
    }
}
