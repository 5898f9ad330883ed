//! Columns under way, and as Arrow has them.
//!
//! An amount column is `decimal128(38, 0)` where all its amounts have 38 digits at the most, else text with all digits;
//! a time column is `timestamp(us, UTC)` where all its times fit, else text. No amount ever is a float.

use arrow_array::builder::LargeStringBuilder;
use arrow_array::types::Decimal128Type;
use arrow_array::{ArrayRef, LargeStringArray, PrimitiveArray, TimestampMicrosecondArray, UInt64Array};
use arrow_schema::{DataType, Field, TimeUnit};
use dyetrace_core::Amount;
use dyetrace_report::{ColumnKind, iso};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

/// The most digits of an amount that is a decimal.
pub(crate) const DIGITS: u8 = 38;

/// The first number with more.
const TOO_LARGE: u128 = 10_u128.pow(DIGITS as u32);

/// How amounts are given away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Amounts {
    /// As decimals where a column allows it.
    #[default]
    Auto,
    /// As decimals, or not at all.
    Decimal,
    /// As text.
    Text,
}

impl Amounts {
    /// What was asked for.
    pub(crate) fn asked(word: &str) -> PyResult<Self> {
        match word {
            "auto" => Ok(Self::Auto),
            "decimal" => Ok(Self::Decimal),
            "text" => Ok(Self::Text),
            other => {
                let what = format!("amounts={other:?}: \"auto\", \"decimal\" or \"text\" was expected");
                Err(PyValueError::new_err(what))
            }
        }
    }
}

/// A column under way. One of texts takes everything: a column whose kind nobody told is exact all the same.
pub(crate) enum Column {
    Text(LargeStringBuilder),
    Number(Vec<Option<u64>>),
    Decimal(Vec<Option<i128>>),
    Time(Vec<Option<i64>>),
}

impl Column {
    pub(crate) fn new(kind: ColumnKind, amounts: Amounts) -> Self {
        match kind {
            ColumnKind::Amount if amounts != Amounts::Text => Self::Decimal(Vec::new()),
            ColumnKind::Text | ColumnKind::Amount => Self::Text(LargeStringBuilder::new()),
            ColumnKind::Number => Self::Number(Vec::new()),
            ColumnKind::Time => Self::Time(Vec::new()),
        }
    }

    pub(crate) fn push_empty(&mut self) {
        match self {
            Self::Text(column) => column.append_null(),
            Self::Number(column) => column.push(None),
            Self::Decimal(column) => column.push(None),
            Self::Time(column) => column.push(None),
        }
    }

    /// Adds a text; an empty one says nothing. `false` where this is no column of texts.
    pub(crate) fn push_text(&mut self, text: &str) -> bool {
        match self {
            _ if text.is_empty() => self.push_empty(),
            Self::Text(column) => column.append_value(text),
            _ => return false,
        }
        true
    }

    pub(crate) fn push_number(&mut self, number: u64) -> bool {
        match self {
            Self::Number(column) => column.push(Some(number)),
            Self::Text(column) => column.append_value(number.to_string()),
            _ => return false,
        }
        true
    }

    pub(crate) fn push_time(&mut self, seconds: i64) -> bool {
        match self {
            Self::Time(column) => column.push(Some(seconds)),
            Self::Text(column) => column.append_value(iso(seconds)),
            _ => return false,
        }
        true
    }

    /// Adds an amount. One with too many digits makes the column one of texts.
    pub(crate) fn push_amount(&mut self, amount: Amount, negative: bool) -> bool {
        let signed = || if negative { format!("-{amount}") } else { amount.to_string() };
        match self {
            Self::Decimal(column) => {
                let units = amount.to_u128().filter(|units| *units < TOO_LARGE).map(u128::cast_signed);
                match units {
                    Some(units) => column.push(Some(if negative { -units } else { units })),
                    None => {
                        let mut texts = LargeStringBuilder::new();
                        column
                            .iter()
                            .for_each(|units| texts.append_option(units.map(|units| units.to_string())));
                        texts.append_value(signed());
                        *self = Self::Text(texts);
                    }
                }
            }
            Self::Text(column) => column.append_value(signed()),
            Self::Number(_) | Self::Time(_) => return false,
        }
        true
    }

    /// The column as Arrow has it.
    pub(crate) fn finish(self, name: &str) -> (Field, ArrayRef) {
        let array: ArrayRef = match self {
            Self::Text(mut column) => Arc::new(column.finish()),
            Self::Number(column) => Arc::new(UInt64Array::from(column)),
            Self::Decimal(column) => {
                let plain: PrimitiveArray<Decimal128Type> = column.into();
                Arc::new(plain.with_data_type(DataType::Decimal128(DIGITS, 0)))
            }
            Self::Time(column) => times(&column),
        };
        (Field::new(name, array.data_type().clone(), true), array)
    }
}

fn times(column: &[Option<i64>]) -> ArrayRef {
    let micros = |seconds: &i64| seconds.checked_mul(1_000_000);
    if column.iter().flatten().all(|seconds| micros(seconds).is_some()) {
        let times: TimestampMicrosecondArray = column.iter().map(|it| it.as_ref().and_then(micros)).collect();
        return Arc::new(times.with_timezone("UTC"));
    }
    Arc::new(column.iter().map(|it| it.map(iso)).collect::<LargeStringArray>())
}

/// What a type is called.
pub(crate) fn type_name(of: &DataType) -> String {
    match of {
        DataType::LargeUtf8 => "text".to_owned(),
        DataType::UInt64 => "uint64".to_owned(),
        DataType::Decimal128(digits, scale) => format!("decimal128({digits}, {scale})"),
        DataType::Timestamp(TimeUnit::Microsecond, _) => "timestamp(us, UTC)".to_owned(),
        other => other.to_string(),
    }
}
