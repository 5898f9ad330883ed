//! Growing arrays that are read here and there: on large memory pages, once they are large.
//!
//! A table of hundreds of megabytes that is looked up at random misses not only the caches but the processor's list
//! of pages, and each new page of 4 KiB costs a fault. On pages of 2 MiB, asked for where the system has them,
//! both nearly vanish; `benches/record/` has the figures. Elsewhere this is a vector.

use bytemuck::Pod;
use memmap2::MmapMut;
use std::ops::{Deref, DerefMut};

/// An array of values that are nothing but bits.
pub(crate) struct Pages<T> {
    store: Store<T>,
    len: usize,
}

enum Store<T> {
    Heap(Vec<T>),
    Map(MmapMut),
}

/// From this many bytes on an array lies on pages of its own.
const LARGE: usize = 4 << 20;

impl<T: Pod> Pages<T> {
    /// An array of zeros.
    pub(crate) fn zeroed(len: usize) -> Self {
        Self { store: Self::room(len), len }
    }

    /// Room for so many values, all zeros.
    fn room(len: usize) -> Store<T> {
        if len * size_of::<T>() >= LARGE
            && let Ok(map) = MmapMut::map_anon(len * size_of::<T>())
        {
            // Where this is not to be had, small pages do as well.
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::HugePage);
            return Store::Map(map);
        }
        Store::Heap(vec![T::zeroed(); len])
    }

    fn all(&self) -> &[T] {
        match &self.store {
            Store::Heap(values) => values,
            Store::Map(map) => bytemuck::cast_slice(&map[..map.len() / size_of::<T>() * size_of::<T>()]),
        }
    }

    fn all_mut(&mut self) -> &mut [T] {
        match &mut self.store {
            Store::Heap(values) => values,
            Store::Map(map) => {
                let whole = map.len() / size_of::<T>() * size_of::<T>();
                bytemuck::cast_slice_mut(&mut map[..whole])
            }
        }
    }

    /// Adds a value at the end. Doubles the room where there is none.
    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        if self.len == self.all().len() {
            self.grow();
        }
        let at = self.len;
        self.len += 1;
        self.all_mut()[at] = value;
    }

    #[cold]
    fn grow(&mut self) {
        let mut larger = Self { store: Self::room((self.len * 2).max(16)), len: self.len };
        larger.all_mut()[..self.len].copy_from_slice(self);
        *self = larger;
    }
}

impl<T: Pod> Deref for Pages<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.all()[..self.len]
    }
}

impl<T: Pod> DerefMut for Pages<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        let len = self.len;
        &mut self.all_mut()[..len]
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { store: Store::Heap(Vec::new()), len: 0 }
    }
}

impl<T: Pod> Clone for Pages<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeroed(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGE, Pages};

    #[test]
    fn values_stay_while_the_array_moves_to_large_pages() {
        let count = u64::try_from(LARGE / 8 * 3).unwrap();
        let mut pages = Pages::default();
        (0..count).for_each(|value| pages.push([value, value * 7, value ^ 5]));
        assert_eq!(pages.len() as u64, count);
        assert!((0..count).zip(pages.iter()).all(|(value, it)| *it == [value, value * 7, value ^ 5]));
        let mut copy = pages.clone();
        copy[0] = [9, 9, 9];
        assert_eq!(pages[0], [0, 0, 5]);
        assert!(Pages::<u64>::zeroed(LARGE).iter().all(|&value| value == 0));
    }
}
