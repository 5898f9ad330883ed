//! Values of a Parquet column to the text that a CSV would hold.
//!
//! | the column holds | the text |
//! | --- | --- |
//! | integers of any width, signed or not | digits |
//! | decimals | exact decimal text, without zeros at the end of a fraction: `1000`, `0.5` |
//! | text, enums, JSON | as it is |
//! | bytes | `0x` and hex; where the column's name ends in `_binary` (cryo), a big-endian number in digits |
//! | times | Unix seconds; with a fraction of a second that is not 0 `2022-06-23T11:06:00.5Z` |
//! | days | `2022-06-23` |
//! | truth | `true` or `false` |
//! | floating point | digits, where it is whole and below 2^53 (32 bit: 2^24); else `1.99e19` |
//!
//! What is not exact is so written that the readers of amounts and times refuse it where they read it, and only
//! there: a column that nobody reads may hold anything.
//!
//! Old versions of cryo wrote `_binary` numbers with the lowest byte first. Such a number reads as one of at least
//! 2^128 whose lower half is zero. That is no amount anybody moved, and it is written so that it is refused.

use crate::time::format_time;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::data_type::Int96;
use ::parquet::schema::types::Type;
use ruint::aliases::U256;
use std::io::Write;

/// What a column's values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Signed,
    Unsigned,
    /// Digits after the point.
    Decimal(usize),
    Day,
    /// Units a second.
    Time(i64),
    /// Nanoseconds of a day, and the Julian day.
    Julian,
    Truth,
    Float,
    Text,
    Hex,
    BigEndian,
}

/// The most digits after the point of a decimal: as many as 32 bytes hold.
const MOST_PLACES: i32 = 76;

impl Form {
    /// What a field of the schema means; `None` where it is not read: lists, structures, times of day.
    pub(super) fn of(field: &Type) -> Option<Self> {
        if !field.is_primitive() {
            return None;
        }
        let annotated = Self::annotated(field)?;
        let bytes =
            if field.name().to_lowercase().ends_with("_binary") { Self::BigEndian } else { Self::Hex };
        let form = match field.get_physical_type() {
            Physical::INT32 | Physical::INT64 => annotated.unwrap_or(Self::Signed),
            Physical::INT96 => annotated.unwrap_or(Self::Julian),
            Physical::BOOLEAN => annotated.unwrap_or(Self::Truth),
            Physical::FLOAT | Physical::DOUBLE => annotated.unwrap_or(Self::Float),
            Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => annotated.unwrap_or(bytes),
        };
        let fits = match field.get_physical_type() {
            Physical::INT32 => matches!(form, Self::Signed | Self::Unsigned | Self::Decimal(_) | Self::Day),
            Physical::INT64 => {
                matches!(form, Self::Signed | Self::Unsigned | Self::Decimal(_) | Self::Time(_))
            }
            Physical::INT96 => form == Self::Julian,
            Physical::BOOLEAN => form == Self::Truth,
            Physical::FLOAT | Physical::DOUBLE => form == Self::Float,
            Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY => {
                matches!(form, Self::Text | Self::Decimal(_) | Self::Hex | Self::BigEndian)
            }
        };
        fits.then_some(form)
    }

    /// What the annotation says: nothing (`Some(None)`), a form, or what is not read (`None`).
    fn annotated(field: &Type) -> Option<Option<Self>> {
        use ConvertedType as Old;
        let info = field.get_basic_info();
        let decimal = |scale: i32| match usize::try_from(scale) {
            Ok(places) if scale <= MOST_PLACES => Some(Some(Self::Decimal(places))),
            _ => None,
        };
        let Some(logical) = info.logical_type_ref() else {
            return match info.converted_type() {
                Old::NONE => Some(None),
                Old::UTF8 | Old::ENUM | Old::JSON => Some(Some(Self::Text)),
                Old::INT_8 | Old::INT_16 | Old::INT_32 | Old::INT_64 => Some(Some(Self::Signed)),
                Old::UINT_8 | Old::UINT_16 | Old::UINT_32 | Old::UINT_64 => Some(Some(Self::Unsigned)),
                Old::DECIMAL => decimal(field.get_scale()),
                Old::DATE => Some(Some(Self::Day)),
                Old::TIMESTAMP_MILLIS => Some(Some(Self::Time(1000))),
                Old::TIMESTAMP_MICROS => Some(Some(Self::Time(1_000_000))),
                Old::BSON => Some(Some(Self::Hex)),
                _ => None,
            };
        };
        match logical {
            LogicalType::String | LogicalType::Enum | LogicalType::Json => Some(Some(Self::Text)),
            LogicalType::Integer(it) if it.is_signed => Some(Some(Self::Signed)),
            LogicalType::Integer(_) => Some(Some(Self::Unsigned)),
            LogicalType::Decimal(it) => decimal(it.scale),
            LogicalType::Date => Some(Some(Self::Day)),
            LogicalType::Timestamp(it) => Some(Some(Self::Time(match it.unit {
                TimeUnit::MILLIS => 1000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            }))),
            LogicalType::Bson | LogicalType::Uuid => Some(Some(Self::Hex)),
            // A column of nothing but NULL.
            LogicalType::Unknown => Some(None),
            _ => None,
        }
    }
}

/// A value that can be written as text.
pub(super) trait Cell {
    /// Appends the text.
    fn write(&self, form: Form, out: &mut Vec<u8>);
}

impl Cell for i32 {
    fn write(&self, form: Form, out: &mut Vec<u8>) {
        match form {
            Form::Unsigned => push(out, self.cast_unsigned()),
            Form::Day => {
                let time = format_time(i64::from(*self) * 86_400);
                let day = time.split_once('T').map_or(time.as_str(), |(day, _)| day);
                out.extend_from_slice(day.as_bytes());
            }
            _ => i64::from(*self).write(form, out),
        }
    }
}

impl Cell for i64 {
    fn write(&self, form: Form, out: &mut Vec<u8>) {
        match form {
            Form::Unsigned => push(out, self.cast_unsigned()),
            Form::Decimal(places) => push_decimal(out, *self < 0, &self.unsigned_abs().to_string(), places),
            Form::Time(units) => push_time(out, self.div_euclid(units), self.rem_euclid(units), units),
            _ => push(out, *self),
        }
    }
}

impl Cell for Int96 {
    fn write(&self, _: Form, out: &mut Vec<u8>) {
        const NANOS: i64 = 1_000_000_000;
        let &[low, high, day] = self.data() else { return };
        let nanos = (u64::from(high) << 32 | u64::from(low)).cast_signed();
        // Julian day 2,440,588 is 1970-01-01.
        let day = i64::from(day.cast_signed()) - 2_440_588;
        push_time(out, day * 86_400 + nanos.div_euclid(NANOS), nanos.rem_euclid(NANOS), NANOS);
    }
}

impl Cell for bool {
    fn write(&self, _: Form, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl Cell for f32 {
    fn write(&self, _: Form, out: &mut Vec<u8>) {
        let exact = self.fract() == 0.0 && self.abs() < 16_777_216.0;
        if exact { f64::from(*self).write(Form::Float, out) } else { push(out, format_args!("{self:e}")) }
    }
}

impl Cell for f64 {
    fn write(&self, _: Form, out: &mut Vec<u8>) {
        let exact = self.fract() == 0.0 && self.abs() < 9_007_199_254_740_992.0;
        if exact && *self == 0.0 {
            out.push(b'0');
        } else if exact {
            push(out, self);
        } else {
            push(out, format_args!("{self:e}"));
        }
    }
}

impl Cell for [u8] {
    fn write(&self, form: Form, out: &mut Vec<u8>) {
        match form {
            Form::Text => out.extend_from_slice(self),
            Form::Decimal(places) => match signed(self) {
                Some((negative, size)) => push_decimal(out, negative, &size.to_string(), places),
                None => push_hex(out, self),
            },
            Form::BigEndian => match U256::try_from_be_slice(self).filter(|_| !self.is_empty()) {
                Some(number) if self.len() == 32 && number.trailing_zeros() >= 128 && !number.is_zero() => {
                    out.extend_from_slice(b"little-endian?");
                    push_hex(out, self);
                }
                Some(number) => push(out, number),
                None => push_hex(out, self),
            },
            _ => push_hex(out, self),
        }
    }
}

/// The sign and size of a big-endian number in two's complement; `None` where it has no byte or more than 256 bits.
fn signed(bytes: &[u8]) -> Option<(bool, U256)> {
    let negative = bytes.first()? & 0x80 != 0;
    let sign = if negative { 0xff } else { 0 };
    let kept = &bytes[bytes.len().saturating_sub(32)..];
    let cut = &bytes[..bytes.len() - kept.len()];
    let same = cut.iter().all(|&byte| byte == sign) && (cut.is_empty() || kept[0] & 0x80 == sign & 0x80);
    if !same {
        return None;
    }
    let mut whole = [sign; 32];
    whole[32 - kept.len()..].copy_from_slice(kept);
    let number = U256::from_be_bytes(whole);
    Some((negative, if negative { number.wrapping_neg() } else { number }))
}

fn push(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("a vector takes all bytes");
}

fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend_from_slice(b"0x");
    for &byte in bytes {
        out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

/// Appends a decimal: `digits` over 10^`places`.
fn push_decimal(out: &mut Vec<u8>, negative: bool, digits: &str, places: usize) {
    if negative {
        out.push(b'-');
    }
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    out.extend_from_slice(whole.as_bytes());
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
    }
}

/// Appends a time: `rest` of a second is counted in `units` a second.
fn push_time(out: &mut Vec<u8>, seconds: i64, rest: i64, units: i64) {
    if rest == 0 {
        return push(out, seconds);
    }
    let time = format_time(seconds);
    let width = usize::try_from(units.ilog10()).expect("a few digits");
    let fraction = format!("{rest:0>width$}");
    push(out, format_args!("{}.{}Z", time.trim_end_matches('Z'), fraction.trim_end_matches('0')));
}

#[cfg(test)]
mod tests {
    use super::{Cell, Form};
    use ::parquet::data_type::Int96;
    use proptest::prelude::{any, proptest};

    fn text(value: &(impl Cell + ?Sized), form: Form) -> String {
        let mut out = Vec::new();
        value.write(form, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers_are_digits() {
        assert_eq!(text(&-1_i32, Form::Signed), "-1");
        assert_eq!(text(&-1_i32, Form::Unsigned), "4294967295");
        assert_eq!(text(&-1_i64, Form::Unsigned), "18446744073709551615");
        assert_eq!(text(&i64::MIN, Form::Signed), "-9223372036854775808");
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(text(&1_500_i64, Form::Decimal(3)), "1.5");
        assert_eq!(text(&-5_i32, Form::Decimal(2)), "-0.05");
        assert_eq!(text(&i64::MIN, Form::Decimal(0)), "-9223372036854775808");
        assert_eq!(text(&[0xff, 0x7f][..], Form::Decimal(0)), "-129");
        assert_eq!(text(&[0, 0xff][..], Form::Decimal(1)), "25.5");
        let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        let wide = [&[0][..], &[0xff; 32]].concat();
        assert_eq!(text(&wide[..], Form::Decimal(0)), "0x00".to_owned() + &"ff".repeat(32));
        assert_eq!(text(&[0xff; 32][..], Form::BigEndian), largest);
        assert_eq!(text(&[0xff; 40][..], Form::Decimal(0)), "-1");
        assert_eq!(text(&[][..], Form::Decimal(0)), "0x");
    }

    #[test]
    fn a_number_with_the_lowest_byte_first_is_written_so_that_it_is_refused() {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&1_000_000_000_000_000_000_u64.to_le_bytes());
        assert!(text(&bytes[..], Form::BigEndian).starts_with("little-endian?0x000064a7b3b6e00d"));
        bytes.reverse();
        assert_eq!(text(&bytes[..], Form::BigEndian), "1000000000000000000");
        assert_eq!(text(&[0; 32][..], Form::BigEndian), "0");
    }

    #[test]
    fn a_float_is_digits_only_where_it_is_exact() {
        for (value, expected) in [
            (-0.0, "0"),
            (7.0, "7"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9.007199254740992e15"),
            (1.99e19, "1.99e19"),
            (0.5, "5e-1"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(text(&value, Form::Float), expected);
        }
        assert_eq!(text(&16_777_215_f32, Form::Float), "16777215");
        assert_eq!(text(&16_777_216_f32, Form::Float), "1.6777216e7");
    }

    #[test]
    fn times_are_unix_seconds_or_show_their_fraction() {
        assert_eq!(text(&1_655_982_360_000_i64, Form::Time(1000)), "1655982360");
        assert_eq!(text(&1_655_982_360_050_i64, Form::Time(1000)), "2022-06-23T11:06:00.05Z");
        assert_eq!(text(&-1_i64, Form::Time(1_000_000)), "1969-12-31T23:59:59.999999Z");
        assert_eq!(text(&i64::MIN, Form::Time(1000)), "-292275055-05-16T16:47:04.192Z");
        assert_eq!(text(&19_166_i32, Form::Day), "2022-06-23");
        // 11:06 of Julian day 2,459,754.
        let nanos = 39_960_u64 * 1_000_000_000;
        let (low, high) = (u32::try_from(nanos & 0xffff_ffff).unwrap(), u32::try_from(nanos >> 32).unwrap());
        assert_eq!(text(&Int96::from(vec![low, high, 2_459_754]), Form::Julian), "1655982360");
    }

    proptest! {
        #[test]
        fn a_number_is_the_same_as_integer_decimal_and_bytes(number in any::<i128>(), unsigned in any::<u128>()) {
            assert_eq!(text(&number.to_be_bytes()[..], Form::Decimal(0)), number.to_string());
            assert_eq!(text(&unsigned.to_be_bytes()[..], Form::BigEndian), unsigned.to_string());
            let point = text(&number.to_be_bytes()[..], Form::Decimal(9));
            let (whole, fraction) = point.split_once('.').unwrap_or((&point, ""));
            let digits = format!("{whole}{fraction:0<9}").replace("-0", "-");
            assert_eq!(digits.parse::<i128>().unwrap_or(0), number);
        }

        #[test]
        fn any_value_becomes_text(bytes in any::<[u8; 12]>(), day in any::<i32>(), time in any::<i64>()) {
            let words: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
            text(&Int96::from(words), Form::Julian);
            text(&day, Form::Day);
            text(&time, Form::Time(1000));
        }
    }
}
