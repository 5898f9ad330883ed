//! Amounts: whole base units (wei, satoshi), exact.
//!
//! An [`Amount`] read from a file is any unsigned 256-bit number. Sums of them may be larger, so an amount
//! has 320 bits: the sum of 2^64 numbers of 256 bits still fits, and no ledger has more rows than that.
//! There is no rounding and no float anywhere.
//!
//! ```
//! use dyetrace_core::Amount;
//!
//! let wei = Amount::parse(b"100000000000000000000").unwrap();
//! assert_eq!(wei.to_string(), "100000000000000000000");
//! assert!(Amount::parse(b"1.5").is_err());
//! ```

use crate::column::Column;
use ruint::Uint;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The integer behind an [`Amount`]: 320 bits.
pub type Wide = Uint<320, 5>;

/// A whole number of base units. Always at least 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(Wide);

/// Why a text is no amount. The caller knows the place and the text, and adds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// The text is empty.
    Empty,
    /// The text begins with a minus.
    Negative,
    /// The text has a decimal point followed by something other than zeros, or any point at all.
    Fraction,
    /// The text is written with an exponent, as a spreadsheet or data frame does.
    Exponent,
    /// A character that is no digit.
    NotADigit,
    /// More than 2^256 - 1.
    TooLarge,
    /// More digits after the point than the asset has.
    TooPrecise,
}

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty, but an amount was expected",
            Self::Negative => "is negative, but an amount is 0 or more",
            Self::Fraction => "has a fraction, but this column holds whole base units",
            Self::Exponent => "is written with an exponent, which is not exact",
            Self::NotADigit => "is not a number of decimal digits",
            Self::TooLarge => "is larger than 2^256 - 1, the largest amount a chain can hold",
            Self::TooPrecise => "has more digits after the point than the asset has decimals",
        })
    }
}

impl std::error::Error for AmountError {}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Wide::ZERO);

    /// Returns the amount as a 320-bit integer.
    #[must_use]
    pub const fn to_wide(self) -> Wide {
        self.0
    }

    /// Makes an amount of a 320-bit integer: a sum, which may be more than one row can hold.
    #[must_use]
    pub const fn from_wide(units: Wide) -> Self {
        Self(units)
    }

    /// Parses whole base units written in decimal digits and nothing else: no sign, no point, no separator.
    ///
    /// # Errors
    /// An [`AmountError`] that says what stands there instead.
    pub fn parse(text: &[u8]) -> Result<Self, AmountError> {
        if text.is_empty() {
            return Err(AmountError::Empty);
        }
        // 38 digits always fit 128 bits: the common case, in one loop.
        if text.len() <= 38 {
            let mut units = 0_u128;
            for &byte in text {
                if !byte.is_ascii_digit() {
                    return Err(fault(text));
                }
                units = units * 10 + u128::from(byte - b'0');
            }
            return Ok(Self::from(units));
        }
        if !text.iter().all(u8::is_ascii_digit) {
            return Err(fault(text));
        }
        let digits = std::str::from_utf8(text).map_err(|_| AmountError::NotADigit)?;
        let units = Wide::from_str_radix(digits, 10).map_err(|_| AmountError::TooLarge)?;
        if units.bit_len() > 256 { Err(AmountError::TooLarge) } else { Ok(Self(units)) }
    }

    /// Parses a decimal number of whole coins into base units, exactly: `1.5` with 6 decimals is 1,500,000.
    ///
    /// # Errors
    /// An [`AmountError`]; digits beyond `decimals` are refused unless they are zeros.
    pub fn parse_decimal(text: &[u8], decimals: u8) -> Result<Self, AmountError> {
        let point = text.iter().position(|&byte| byte == b'.');
        let (whole, fraction) = match point {
            None => (text, &b""[..]),
            Some(at) => (&text[..at], &text[at + 1..]),
        };
        if text.is_empty() || (whole.is_empty() && fraction.is_empty()) {
            return Err(AmountError::Empty);
        }
        if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
            return Err(match fault(text) {
                AmountError::Fraction => AmountError::NotADigit,
                other => other,
            });
        }
        let places = usize::from(decimals);
        let (kept, dropped) = fraction.split_at(fraction.len().min(places));
        if dropped.iter().any(|&byte| byte != b'0') {
            return Err(AmountError::TooPrecise);
        }
        let mut digits = Vec::with_capacity(whole.len() + places + 1);
        digits.push(b'0');
        digits.extend_from_slice(whole);
        digits.extend_from_slice(kept);
        digits.resize(digits.len() + places - kept.len(), b'0');
        Self::parse(&digits)
    }

    /// Whether this is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Returns the amount as 128 bits, or `None` where it is larger.
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        u128::try_from(self.0).ok()
    }

    /// The number as five 64-bit limbs, lowest first.
    #[must_use]
    pub const fn to_limbs(self) -> [u64; 5] {
        *self.0.as_limbs()
    }

    /// Adds.
    ///
    /// # Panics
    /// On more than 2^320: more than any ledger can hold.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("2^64 amounts of 256 bits fit 320 bits"))
    }

    /// Subtracts, or returns `None` where `other` is larger.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

/// Says what is wrong with a text that is not all digits.
fn fault(text: &[u8]) -> AmountError {
    let number_like = text.iter().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(byte));
    let has = |wanted: &[u8]| text.iter().any(|byte| wanted.contains(byte));
    if !number_like || !has(b"0123456789") {
        AmountError::NotADigit
    } else if text[0] == b'-' {
        AmountError::Negative
    } else if has(b"eE") {
        AmountError::Exponent
    } else if has(b".") && !has(b"+-") {
        AmountError::Fraction
    } else {
        AmountError::NotADigit
    }
}

/// As limbs, lowest first.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_limbs().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Wide::from_limbs(<[u64; 5]>::deserialize(deserializer)?)))
    }
}

impl From<u128> for Amount {
    fn from(units: u128) -> Self {
        Self(Wide::from(units))
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_u128() {
            Some(units) => fmt::Display::fmt(&units, f),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A column of amounts: 16 bytes each, and a side table for the few that need more.
///
/// `narrow` has one entry a row. The value `u128::MAX` there means that the amount stands in the side table:
/// `wide_rows` lists such rows, rising, and `wide` has their amounts as five 64-bit limbs, lowest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountColumn {
    /// One entry a row.
    pub narrow: Column<u128>,
    /// The rows of the side table.
    pub wide_rows: Column<u64>,
    /// Their amounts.
    pub wide: Column<[u64; 5]>,
}

impl AmountColumn {
    /// Stands in `narrow` for an amount of the side table.
    pub const WIDE: u128 = u128::MAX;

    /// How many amounts it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.narrow.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.narrow.is_empty()
    }

    /// Adds an amount of 128 bits at the end.
    pub fn push_units(&mut self, units: u128) {
        if units == Self::WIDE {
            self.push(Amount::from(units));
        } else {
            self.narrow.push(units);
        }
    }

    /// Adds the amount of a row of another column at the end.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn push_from(&mut self, other: &Self, row: usize) {
        match other.narrow[row] {
            Self::WIDE => self.push(other.get(row)),
            units => self.narrow.push(units),
        }
    }

    /// Adds an amount at the end.
    pub fn push(&mut self, amount: Amount) {
        match amount.to_u128() {
            Some(units) if units != Self::WIDE => self.narrow.push(units),
            _ => {
                self.wide_rows.push(self.narrow.len() as u64);
                self.wide.push(*amount.0.as_limbs());
                self.narrow.push(Self::WIDE);
            }
        }
    }

    /// Returns the amount of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Amount {
        match self.narrow[row] {
            Self::WIDE => {
                let at = self.wide_rows.binary_search(&(row as u64));
                let limbs = self.wide[at.expect("a row marked as wide stands in the side table")];
                Amount(Wide::from_limbs(limbs))
            }
            units => Amount::from(units),
        }
    }

    /// Whether the amount of a row is 0. Constant time.
    #[must_use]
    pub fn is_zero(&self, row: usize) -> bool {
        self.narrow[row] == 0
    }

    /// Returns the same amounts in another order: row `i` of the result is row `order[i]` of this.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn to_reordered(&self, order: &[u64]) -> Self {
        let at = |row: u64| usize::try_from(row).expect("rows are in memory");
        if self.wide.is_empty() {
            return Self {
                narrow: order.iter().map(|&row| self.narrow[at(row)]).collect(),
                ..Self::default()
            };
        }
        let mut column = Self::default();
        for &row in order {
            column.push(self.get(at(row)));
        }
        column
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, AmountColumn, AmountError};

    const LARGEST: &[u8] = b"115792089237316195423570985008687907853269984665640564039457584007913129639935";

    #[test]
    fn any_uint256_is_read_exactly_and_one_more_is_refused() {
        assert_eq!(Amount::parse(LARGEST).unwrap().to_string().as_bytes(), LARGEST);
        let mut above = LARGEST.to_vec();
        *above.last_mut().unwrap() += 1;
        assert_eq!(Amount::parse(&above), Err(AmountError::TooLarge));
        assert_eq!(Amount::parse(&[b'9'; 200]), Err(AmountError::TooLarge));
        // Leading zeros are digits.
        assert_eq!(Amount::parse(b"007"), Ok(Amount::from(7)));
    }

    #[test]
    fn what_is_no_whole_number_is_named() {
        for (text, fault) in [
            (&b""[..], AmountError::Empty),
            (b"-5", AmountError::Negative),
            (b"12.5", AmountError::Fraction),
            (b"1.99e+19", AmountError::Exponent),
            (b"0x10", AmountError::NotADigit),
            (b"1_000", AmountError::NotADigit),
            (b"1,000", AmountError::NotADigit),
            (b"+5", AmountError::NotADigit),
            (b" 5", AmountError::NotADigit),
            (b"e", AmountError::NotADigit),
            (b"NaN", AmountError::NotADigit),
        ] {
            assert_eq!(Amount::parse(text), Err(fault), "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn decimal_coins_become_base_units_exactly() {
        assert_eq!(Amount::parse_decimal(b"200991.72", 6), Ok(Amount::from(200_991_720_000)));
        assert_eq!(Amount::parse_decimal(b"1", 18), Ok(Amount::from(10_u128.pow(18))));
        assert_eq!(Amount::parse_decimal(b".5", 1), Ok(Amount::from(5)));
        assert_eq!(Amount::parse_decimal(b"1.50", 1), Ok(Amount::from(15)));
        assert_eq!(Amount::parse_decimal(b"1.55", 1), Err(AmountError::TooPrecise));
        assert_eq!(Amount::parse_decimal(b"1.5.5", 3), Err(AmountError::NotADigit));
        assert_eq!(Amount::parse_decimal(b"-1.5", 3), Err(AmountError::Negative));
        assert_eq!(Amount::parse_decimal(b".", 3), Err(AmountError::Empty));
    }

    #[test]
    fn a_column_returns_what_was_pushed_narrow_or_wide() {
        let amounts = [
            Amount::from(0),
            Amount::from(u128::MAX),
            Amount::parse(LARGEST).unwrap(),
            Amount::from(u128::MAX - 1),
        ];
        let mut column = AmountColumn::default();
        for amount in amounts {
            column.push(amount);
        }
        for (row, amount) in amounts.iter().enumerate() {
            assert_eq!(column.get(row), *amount);
        }
        assert_eq!(column.to_reordered(&[2, 0]).get(0), amounts[2]);
        // Sums go beyond 256 bits without loss.
        let sum: Amount = [amounts[2]; 3].into_iter().sum();
        assert_eq!(sum.minus(amounts[2]).unwrap().minus(amounts[2]), Some(amounts[2]));
    }
}
