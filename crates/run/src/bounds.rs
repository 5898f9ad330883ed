//! What numbers may be asked for: the command refuses others while it is typed, everybody else before anything is read.

use crate::error::Error;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// The longest time that is taken, in seconds: a century.
pub const CENTURY: i64 = 3_155_760_000;

/// The most windows of chance for each real one.
pub const DECOYS: i64 = 1_000;

/// Refuses a number that was typed for an option and is out of bounds; none is the default, which is within.
pub(crate) fn within<T: PartialOrd + Display + Copy>(
    option: &str,
    typed: Option<T>,
    bounds: RangeInclusive<T>,
) -> Result<(), Error> {
    match typed.filter(|it| !bounds.contains(it)) {
        None => Ok(()),
        Some(seen) => Err(Error::refused(
            format!("`--{option}`: {seen} is not from {} to {}", bounds.start(), bounds.end()),
            "name a number within these bounds, or none for the default",
        )),
    }
}
