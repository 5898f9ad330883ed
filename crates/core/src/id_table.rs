//! Numbers found by the hash of what they stand for.
//!
//! An open-addressing table of 8-byte slots: 32 bits of the hash, and the number. What a number stands for lies
//! with the caller, in an array; no key is kept twice. The slot's place comes from the hash bits that stand in
//! it, so that growing reads neither keys nor hashes again and goes through memory in order.
//!
//! It stands beside `hashbrown` for one thing only: [`IdTable::warm`]. A lookup in a table larger than the caches
//! waits for memory; touching the slots of a few hundred keys first lets these waits overlap, and the lookups
//! then find their slots near. `benches/ingest.rs` shows what that is worth.
//!
//! Hashes are to be keyed: addresses and transaction hashes are chosen by whoever sends them.

use crate::pages::Pages;

/// Numbers found by hash. The caller says whether a number is the one looked for.
#[derive(Clone, Default)]
pub(crate) struct IdTable {
    /// A power of two of slots; 0 is empty, else the hash above and the number plus one below.
    slots: Pages<u64>,
    used: usize,
}

/// Where a new number goes; holds until the table is changed.
#[derive(Clone, Copy)]
pub(crate) struct Vacant(usize);

const LEAST_SLOTS: usize = 16;

impl IdTable {
    /// The slot at which the search for a hash begins.
    fn home(&self, hash: u32) -> usize {
        let bits = self.slots.len().trailing_zeros();
        (u64::from(hash) << bits >> 32) as usize
    }

    /// Touches the slot of a hash. Returns something that depends on it, for the caller to depend on.
    #[inline]
    pub(crate) fn warm(&self, hash: u32) -> u64 {
        if self.slots.is_empty() { 0 } else { self.slots[self.home(hash)] }
    }

    /// The first number that bears a hash: likely the one looked for.
    #[inline]
    pub(crate) fn likely(&self, hash: u32) -> Option<u32> {
        self.find(hash, |_| true)
    }

    /// Finds the number for which `same` holds.
    ///
    /// # Cost
    /// Constant on average, as long as hashes are keyed.
    #[inline]
    pub(crate) fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.search(hash, same).ok()
    }

    /// Finds the number for which `same` holds, or the place for a new one. Grows first where it is four fifths full.
    #[inline]
    pub(crate) fn find_or_vacant(&mut self, hash: u32, same: impl Fn(u32) -> bool) -> Result<u32, Vacant> {
        if self.used * 5 >= self.slots.len() * 4 {
            self.grow();
        }
        self.search(hash, same).map_err(Vacant)
    }

    #[inline]
    fn search(&self, hash: u32, same: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Err(at);
            }
            #[expect(clippy::cast_possible_truncation, reason = "the number is the lower half")]
            let id = (slot as u32).wrapping_sub(1);
            if (slot >> 32) as u32 == hash && same(id) {
                return Ok(id);
            }
            at = (at + 1) & mask;
        }
    }

    /// Puts a number into the place found for it.
    #[inline]
    pub(crate) fn insert(&mut self, at: Vacant, hash: u32, id: u32) {
        self.slots[at.0] = u64::from(hash) << 32 | (u64::from(id) + 1);
        self.used += 1;
    }

    fn grow(&mut self) {
        let larger = (self.slots.len() * 2).max(LEAST_SLOTS);
        assert!(larger as u64 <= 1 << 32, "a table holds fewer than 2^31 numbers");
        let old = std::mem::replace(&mut self.slots, Pages::zeroed(larger));
        let mask = larger - 1;
        for slot in old.iter().copied().filter(|&slot| slot != 0) {
            let mut at = self.home((slot >> 32) as u32);
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
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
        assert_eq!(table.find(5, |_| false), None);
    }
}
