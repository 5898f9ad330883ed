//! Times: Unix seconds, and ISO 8601 in UTC.
//!
//! Only whole seconds in UTC are read: another offset, or a fraction that is not zero, is refused. Days are
//! counted in the proleptic Gregorian calendar; every day has 86,400 seconds, as Unix time has it.

use std::fmt;

/// The last second of the year 9999: what is later is milliseconds by mistake.
pub(crate) const LAST: i64 = 253_402_300_799;

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// The text is empty.
    Empty,
    /// It is neither digits nor `2022-06-23T11:06:00Z`.
    Shape,
    /// It ends in an offset other than `Z` or `+00:00`.
    Offset,
    /// It has a fraction of a second that is not zero.
    Fraction,
    /// There is no such day or time of day.
    Range,
    /// It is after the year 9999.
    TooLate,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty, but a time was expected",
            Self::Shape => "is not a time: Unix seconds or `2022-06-23T11:06:00Z` were expected",
            Self::Offset => "has an offset from UTC, but times are in UTC",
            Self::Fraction => "has a fraction of a second, but times are whole seconds",
            Self::Range => "is no day or time of day that there is",
            Self::TooLate => "is after the year 9999",
        })
    }
}

impl std::error::Error for TimeError {}

impl TimeError {
    /// What to do about it.
    #[must_use]
    pub const fn hint(self) -> Option<&'static str> {
        match self {
            Self::Offset => Some("turn it into UTC and end it with `Z`"),
            Self::TooLate => Some("Unix times are in seconds: these may be milliseconds"),
            Self::Shape => Some("write day and time of day, as in `2022-06-23T00:00:00Z`"),
            _ => None,
        }
    }
}

/// Parses Unix seconds, or ISO 8601 in UTC: `2022-06-23T11:06:00Z`, also with a space for the `T` and without
/// the `Z`. Returns Unix seconds.
///
/// # Errors
/// A [`TimeError`].
pub fn parse_time(text: &str) -> Result<i64, TimeError> {
    if text.is_empty() {
        return Err(TimeError::Empty);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds: i64 = text.parse().map_err(|_| TimeError::TooLate)?;
        return if seconds > LAST { Err(TimeError::TooLate) } else { Ok(seconds) };
    }
    parse_iso(text)
}

fn parse_iso(text: &str) -> Result<i64, TimeError> {
    let bytes = text.as_bytes();
    if bytes.len() < 19 || !text.is_ascii() {
        return Err(TimeError::Shape);
    }
    for (at, wanted) in [(4, &b"-"[..]), (7, b"-"), (10, b"Tt "), (13, b":"), (16, b":")] {
        if !wanted.contains(&bytes[at]) {
            return Err(TimeError::Shape);
        }
    }
    let number = |range: std::ops::Range<usize>| digits(&text[range]).ok_or(TimeError::Shape);
    let date = [number(0..4)?, number(5..7)?, number(8..10)?];
    let clock = [number(11..13)?, number(14..16)?, number(17..19)?];
    check_tail(&text[19..])?;
    from_civil(date, clock)
}

/// Checks what stands after the seconds: a fraction of zeros, then nothing, `Z` or an offset of zero.
fn check_tail(tail: &str) -> Result<(), TimeError> {
    let mut offset = tail;
    if let Some(fraction) = tail.strip_prefix('.') {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = fraction.split_at(length);
        if digits.is_empty() {
            return Err(TimeError::Shape);
        }
        if digits.bytes().any(|digit| digit != b'0') {
            return Err(TimeError::Fraction);
        }
        offset = rest;
    }
    match offset.trim_start_matches(' ') {
        "" | "Z" | "z" | "UTC" | "+00:00" | "+0000" | "-00:00" => Ok(()),
        other if other.starts_with(['+', '-']) => Err(TimeError::Offset),
        _ => Err(TimeError::Shape),
    }
}

/// Parses `2022/6/28 20:02`, as a spreadsheet writes it, with or without seconds. Returns Unix seconds.
pub(crate) fn parse_spreadsheet_time(text: &str) -> Result<i64, TimeError> {
    let (date, clock) = text.split_once(' ').ok_or(TimeError::Shape)?;
    let parts = |text: &str, mark: char| text.split(mark).map(digits).collect::<Option<Vec<i64>>>();
    let date = parts(date, '/').ok_or(TimeError::Shape)?;
    let clock = parts(clock, ':').ok_or(TimeError::Shape)?;
    match (date[..].try_into(), &clock[..]) {
        (Ok(date), &[hour, minute]) => from_civil(date, [hour, minute, 0]),
        (Ok(date), &[hour, minute, second]) => from_civil(date, [hour, minute, second]),
        _ => Err(TimeError::Shape),
    }
}

fn digits(text: &str) -> Option<i64> {
    let all = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

fn from_civil([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3]) -> Result<i64, TimeError> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let day_exists = (1..=12).contains(&month) && (1..=days).contains(&day);
    if !day_exists || hour > 23 || minute > 59 || second > 59 {
        return Err(TimeError::Range);
    }
    Ok(days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its year.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Writes Unix seconds as `2022-06-23T11:06:00Z`.
#[must_use]
pub fn format_time(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Whether a text is a day that there is, written `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    text.len() == 10 && parse_iso(&format!("{text}T00:00:00Z")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{TimeError, format_time, is_day, parse_spreadsheet_time, parse_time};

    #[test]
    fn iso_and_unix_seconds_are_one() {
        for text in
            ["1655982360", "2022-06-23T11:06:00Z", "2022-06-23 11:06:00", "2022-06-23T11:06:00.000+00:00"]
        {
            assert_eq!(parse_time(text), Ok(1_655_982_360), "{text}");
        }
        assert_eq!(parse_spreadsheet_time("2022/6/23 11:06"), Ok(1_655_982_360));
        assert_eq!(parse_time("1969-12-31T23:59:59Z"), Ok(-1));
    }

    #[test]
    fn what_is_no_utc_second_is_named() {
        for (text, error) in [
            ("", TimeError::Empty),
            ("yesterday", TimeError::Shape),
            ("2022-06-23", TimeError::Shape),
            ("2022-06-23T11:06:00+02:00", TimeError::Offset),
            ("2022-06-23T11:06:00.5Z", TimeError::Fraction),
            ("2022-02-29T00:00:00Z", TimeError::Range),
            ("2022-06-23T24:00:00Z", TimeError::Range),
            ("2022-13-23T11:00:00Z", TimeError::Range),
            ("1655982360000", TimeError::TooLate),
            ("2022-06-23T11:06:00é", TimeError::Shape),
        ] {
            assert_eq!(parse_time(text), Err(error), "{text}");
        }
        assert!(is_day("2024-02-29") && !is_day("2023-02-29") && !is_day("2023-2-9"));
    }

    #[test]
    fn every_day_of_eight_centuries_is_written_as_it_is_read() {
        for day in -146_097..2 * 73_049 {
            let seconds = day * 86_400 + 3_661;
            assert_eq!(parse_time(&format_time(seconds)), Ok(seconds));
        }
    }
}
