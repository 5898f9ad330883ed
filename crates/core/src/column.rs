//! Columns: arrays of fixed-size values that lie in memory of their own, or in memory that somebody shares, such
//! as a mapped file.
//!
//! A ledger is made of them, so that a ledger that was just read and one whose snapshot is mapped are the same to
//! every reader: a column is read as a slice.

use bytemuck::AnyBitPattern;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;
use yoke::Yoke;

/// Bytes that stay where they are as long as somebody holds them.
pub trait Memory: Send + Sync {
    /// The bytes: the same ones at every call.
    fn bytes(&self) -> &[u8];
}

/// An array of values. Reading it costs what reading a slice costs.
pub struct Column<T: 'static>(Store<T>);

enum Store<T: 'static> {
    Owned(Vec<T>),
    Shared(Yoke<&'static [T], Arc<dyn Memory>>),
}

impl<T: AnyBitPattern> Column<T> {
    /// A column that lies at `range` of shared memory, in this machine's byte order.
    ///
    /// Returns `None` where the range is not inside the memory, is not a whole number of values, or does not
    /// begin where such a value may.
    #[must_use]
    pub fn shared(memory: Arc<dyn Memory>, range: Range<usize>) -> Option<Self> {
        let cast = |memory: &dyn Memory| -> Option<()> {
            bytemuck::try_cast_slice::<u8, T>(memory.bytes().get(range.clone())?).ok().map(|_| ())
        };
        cast(&*memory)?;
        let yoke = Yoke::attach_to_cart(memory, |memory| {
            bytemuck::try_cast_slice(memory.bytes().get(range).unwrap_or_default()).unwrap_or_default()
        });
        Some(Self(Store::Shared(yoke)))
    }
}

impl<T: Clone> Column<T> {
    /// The values as a vector to be changed; shared ones are copied first.
    pub fn to_mut(&mut self) -> &mut Vec<T> {
        if let Store::Shared(yoke) = &self.0 {
            self.0 = Store::Owned(yoke.get().to_vec());
        }
        match &mut self.0 {
            Store::Owned(values) => values,
            Store::Shared(_) => unreachable!("was made owned above"),
        }
    }

    /// Adds a value at the end.
    pub fn push(&mut self, value: T) {
        self.to_mut().push(value);
    }

    /// The values as a vector.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<T> {
        std::mem::take(self.to_mut())
    }
}

impl<T: Serialize> Serialize for Column<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Column<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl<T> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Store::Owned(values) => values,
            Store::Shared(yoke) => yoke.get(),
        }
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Store::Owned(values))
    }
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self(Store::Owned(Vec::new()))
    }
}

impl<T: Clone> Clone for Column<T> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Store::Owned(values) => Store::Owned(values.clone()),
            Store::Shared(yoke) => Store::Shared(yoke.clone()),
        })
    }
}

impl<T: PartialEq> PartialEq for Column<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Column<T> {}

impl<T: fmt::Debug> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T> IntoIterator for &'a Column<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        values.into_iter().collect::<Vec<T>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Memory};
    use std::sync::Arc;

    struct Words(Vec<u64>);

    impl Memory for Words {
        fn bytes(&self) -> &[u8] {
            bytemuck::cast_slice(&self.0)
        }
    }

    #[test]
    fn a_shared_column_reads_as_an_owned_one_and_is_copied_before_it_changes() {
        let memory: Arc<dyn Memory> = Arc::new(Words(vec![1, 2, 3]));
        let mut shared: Column<u64> = Column::shared(Arc::clone(&memory), 8..24).unwrap();
        assert_eq!(shared, Column::from(vec![2, 3]));
        shared.push(4);
        assert_eq!(&shared[..], [2, 3, 4]);
        assert_eq!(memory.bytes()[16], 3);
    }

    #[test]
    fn what_does_not_fit_is_no_column() {
        let memory: Arc<dyn Memory> = Arc::new(Words(vec![1, 2, 3]));
        for (start, end) in [(0, 25), (4, 12), (0, 7), (20, 16)] {
            assert!(Column::<u64>::shared(Arc::clone(&memory), start..end).is_none());
        }
    }
}
