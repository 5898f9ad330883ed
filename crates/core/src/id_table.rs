//! Numbers found by the hash of what they stand for.
//!
//! An open-addressing table of buckets of eight numbers, a cache line each, with 32 bits of the hash beside every
//! number. What a number stands for lies with the caller, in an array; no key is kept twice. The bucket comes from
//! the hash bits that stand in it, so that growing reads neither keys nor hashes again and goes through memory in
//! order.
//!
//! It stands beside `hashbrown` for one thing only: [`IdTable::fetch`] and [`IdTable::likely`]. A lookup in a table
//! larger than the caches waits for memory; asking for the buckets of a few hundred keys first lets these waits
//! overlap, and a bucket is then searched without a branch that hangs on what stands there. `benches/ingest.rs`
//! shows what that is worth.
//!
//! Hashes are to be keyed: addresses and transaction hashes are chosen by whoever sends them.

use crate::pages::Pages;
use bytemuck::{Pod, Zeroable};
use prefetch_index::prefetch_index;

/// Numbers found by hash. The caller says whether a number is the one looked for.
#[derive(Clone, Default)]
pub(crate) struct IdTable {
    /// A power of two of buckets, or none.
    buckets: Pages<Bucket>,
    used: usize,
}

/// Eight numbers, filled from the first on.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C, align(64))]
struct Bucket {
    /// What is kept of each hash; 0 where there is no number.
    tags: [u32; SLOTS],
    /// Each number plus one.
    ids: [u32; SLOTS],
}

const SLOTS: usize = 8;

/// Where a new number goes; holds until the table is changed.
#[derive(Clone, Copy)]
pub(crate) struct Vacant {
    bucket: usize,
    slot: usize,
}

/// What is kept of a hash: never 0.
#[inline]
fn tag_of(hash: u32) -> u32 {
    hash.max(1)
}

impl Bucket {
    /// The number beside a tag, plus one; 0 where the tag is not here, and anything where it is here twice.
    #[inline]
    fn likely(&self, tag: u32) -> u32 {
        let ids = self.tags.iter().zip(&self.ids);
        ids.fold(0, |sum, (&known, &id)| sum | if known == tag { id } else { 0 })
    }

    /// How many slots have this tag.
    #[inline]
    fn count(&self, tag: u32) -> usize {
        self.tags.iter().fold(0, |count, &known| count + u32::from(known == tag)) as usize
    }
}

impl IdTable {
    /// The bucket at which the search for a tag begins.
    #[inline]
    fn home(buckets: usize, tag: u32) -> usize {
        (u64::from(tag) << buckets.trailing_zeros() >> 32) as usize
    }

    /// Asks the memory for what a lookup of each of these hashes reads first, and does not wait for it.
    #[inline]
    pub(crate) fn fetch(&self, hashes: &[u32]) {
        let buckets: &[Bucket] = &self.buckets;
        if !buckets.is_empty() {
            hashes.iter().for_each(|&hash| prefetch_index(buckets, Self::home(buckets.len(), tag_of(hash))));
        }
    }

    /// For each hash the number that likely bears it, plus one: 0 where there is none at first sight. It is a guess,
    /// and need not be a number of this table.
    #[inline]
    pub(crate) fn likely(&self, hashes: &[u32], ids: &mut [u32]) {
        let buckets: &[Bucket] = &self.buckets;
        if buckets.is_empty() {
            ids.fill(0);
            return;
        }
        for (id, &hash) in ids.iter_mut().zip(hashes) {
            let tag = tag_of(hash);
            *id = buckets[Self::home(buckets.len(), tag)].likely(tag);
        }
    }

    /// Finds the number for which `same` holds.
    ///
    /// # Cost
    /// Constant on average, as long as hashes are keyed.
    #[inline]
    pub(crate) fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        if self.buckets.is_empty() {
            return None;
        }
        self.search(hash, same).ok()
    }

    /// Finds the number for which `same` holds, or the place for a new one. Grows first where it is four fifths full.
    #[inline]
    pub(crate) fn find_or_vacant(&mut self, hash: u32, same: impl Fn(u32) -> bool) -> Result<u32, Vacant> {
        if self.used * 5 >= self.buckets.len() * SLOTS * 4 {
            self.grow();
        }
        self.search(hash, same)
    }

    #[inline]
    fn search(&self, hash: u32, same: impl Fn(u32) -> bool) -> Result<u32, Vacant> {
        let buckets: &[Bucket] = &self.buckets;
        let tag = tag_of(hash);
        let mut at = Self::home(buckets.len(), tag);
        loop {
            let bucket = &buckets[at];
            // Nearly always the tag is here once or not at all: no branch hangs on where.
            match bucket.count(tag) {
                0 => {}
                1 if same(bucket.likely(tag) - 1) => return Ok(bucket.likely(tag) - 1),
                1 => {}
                _ => {
                    let ids = bucket.tags.iter().zip(bucket.ids).filter(|(known, _)| **known == tag);
                    if let Some(id) = ids.map(|(_, id)| id - 1).find(|&id| same(id)) {
                        return Ok(id);
                    }
                }
            }
            let slot = SLOTS - bucket.count(0);
            if slot < SLOTS {
                return Err(Vacant { bucket: at, slot });
            }
            at = (at + 1) & (buckets.len() - 1);
        }
    }

    /// Puts a number into the place found for it.
    #[inline]
    pub(crate) fn insert(&mut self, at: Vacant, hash: u32, id: u32) {
        let bucket = &mut self.buckets[at.bucket];
        bucket.tags[at.slot] = tag_of(hash);
        bucket.ids[at.slot] = id + 1;
        self.used += 1;
    }

    #[cold]
    fn grow(&mut self) {
        let larger = (self.buckets.len() * 2).max(2);
        assert!((larger * SLOTS) as u64 <= 1 << 32, "a table holds fewer than 2^31 numbers");
        let old = std::mem::replace(&mut self.buckets, Pages::zeroed(larger));
        let buckets: &mut [Bucket] = &mut self.buckets;
        for bucket in old.iter() {
            for (&tag, &id) in bucket.tags.iter().zip(&bucket.ids).filter(|(tag, _)| **tag != 0) {
                let mut at = Self::home(larger, tag);
                let slot = loop {
                    match SLOTS - buckets[at].count(0) {
                        SLOTS => at = (at + 1) & (larger - 1),
                        slot => break slot,
                    }
                };
                (buckets[at].tags[slot], buckets[at].ids[slot]) = (tag, id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IdTable;

    #[test]
    fn numbers_are_found_again_after_growing_and_with_equal_hashes() {
        let mut table = IdTable::default();
        // Hashes of three kinds: spread, all at the end of the table, all equal.
        let hash = |key: u32| match key % 3 {
            0 => key.wrapping_mul(0x9E37_79B1),
            1 => u32::MAX - key % 7,
            _ => 5,
        };
        for key in 0..2_000_u32 {
            assert_eq!(table.find(hash(key), |id| id == key), None);
            let vacant = table.find_or_vacant(hash(key), |id| id == key).err().unwrap();
            table.insert(vacant, hash(key), key);
            assert_eq!(table.find_or_vacant(hash(key), |id| id == key).ok(), Some(key));
        }
        for key in 0..2_000 {
            assert_eq!(table.find(hash(key), |id| id == key), Some(key));
        }
        // Of the spread ones nearly all are found at first sight, and what is found is right.
        let spread: Vec<u32> = (0..2_000).filter(|key| key % 3 == 0).collect();
        let hashes: Vec<u32> = spread.iter().map(|&key| hash(key)).collect();
        let mut likely = vec![7; hashes.len()];
        table.likely(&hashes, &mut likely);
        let right = spread.iter().zip(&likely).filter(|(key, id)| **key + 1 == **id).count();
        let none = likely.iter().filter(|id| **id == 0).count();
        assert!(right * 2 > spread.len() && right + none == spread.len(), "{right} and {none}");
        assert_eq!(table.find(5, |_| false), None);
    }
}
