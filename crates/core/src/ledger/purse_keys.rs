//! Purses by address and asset, in first-seen order: how a purse is found while rows are read.
//!
//! Most of the time of reading a large file goes into these lookups, two a row: they are done a few hundred at a
//! time, so that their waits for memory overlap.

use super::PurseId;
use crate::account::{AccountId, Address, AddressKind, Key};
use crate::asset::AssetId;
use crate::id_table::{IdTable, Vacant};
use crate::pages::Pages;
use bytemuck::{Pod, Zeroable};
use hashbrown::DefaultHashBuilder;
use prefetch_index::prefetch_index;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// An EVM address, or the number of an account whose address is a text; and the asset, which tells which of them. It
/// never lies across two cache lines.
///
/// It is made of words, not bytes: bytes that are written and read back as words wait for each other, and many
/// lookups could not wait for memory at once.
#[derive(Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C, align(32))]
pub(super) struct PurseKey([u64; 4]);

impl PurseKey {
    #[inline]
    pub(super) fn new(holder: &Key, asset: AssetId) -> Self {
        let [a, b] = [0, 8].map(|at| u64::from_le_bytes(holder[at..at + 8].try_into().expect("8 bytes")));
        let c = u32::from_le_bytes(holder[16..].try_into().expect("4 bytes"));
        Self([a, b, u64::from(c) | u64::from(asset.0) << 32, 0])
    }

    /// The key of an address; `account` is asked for where it is a text.
    pub(super) fn of(address: &Address, asset: AssetId, account: impl FnOnce() -> AccountId) -> Self {
        match address.kind() {
            AddressKind::Evm => {
                Self::new(address.as_bytes().try_into().expect("an EVM address has 20 bytes"), asset)
            }
            AddressKind::Text => Self([u64::from(account().0), 0, u64::from(asset.0) << 32, 0]),
        }
    }

    /// What it holds.
    #[inline]
    pub(super) fn asset(&self) -> AssetId {
        AssetId((self.0[2] >> 32) as u32)
    }

    /// The first eight bytes of who holds it, where that is an EVM address: they sort as the address does.
    #[inline]
    pub(super) fn holder_head(&self) -> u64 {
        self.0[0].swap_bytes()
    }

    /// Who holds it, where that is an EVM address.
    #[inline]
    pub(super) fn holder(&self) -> Key {
        let mut holder = [0; 20];
        holder[..8].copy_from_slice(&self.0[0].to_le_bytes());
        holder[8..16].copy_from_slice(&self.0[1].to_le_bytes());
        holder[16..].copy_from_slice(&self.0[2].to_le_bytes()[..4]);
        holder
    }
}

/// The keys of all purses, and their numbers by key.
#[derive(Default)]
pub(super) struct PurseKeys {
    /// One entry a purse.
    keys: Pages<PurseKey>,
    table: IdTable,
    hasher: DefaultHashBuilder,
}

impl fmt::Debug for PurseKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PurseKeys({} purses)", self.keys.len())
    }
}

/// How many rows are looked up at a time.
const BATCH: usize = 128;

impl PurseKeys {
    /// The keys, in first-seen order.
    pub(super) fn as_slice(&self) -> &[PurseKey] {
        &self.keys
    }

    #[inline]
    fn hash(hasher: &DefaultHashBuilder, key: &PurseKey) -> u32 {
        let mut hasher = hasher.build_hasher();
        hasher.write_u64(key.0[0]);
        hasher.write_u64(key.0[1]);
        hasher.write_u64(key.0[2]);
        (hasher.finish() >> 32) as u32
    }

    #[inline]
    fn intern_hashed(&mut self, key: &PurseKey, hash: u32) -> PurseId {
        let Self { keys, table, .. } = self;
        let found: Result<u32, Vacant> = table.find_or_vacant(hash, |id| keys[id as usize] == *key);
        PurseId(found.unwrap_or_else(|vacant| {
            let id = u32::try_from(keys.len()).expect("a table holds fewer than 2^31 numbers");
            table.insert(vacant, hash, id);
            keys.push(*key);
            id
        }))
    }

    /// Returns the purse of a key, and whether it is a new one.
    pub(super) fn intern(&mut self, key: &PurseKey) -> (PurseId, bool) {
        let before = self.keys.len();
        let purse = self.intern_hashed(key, Self::hash(&self.hasher, key));
        (purse, self.keys.len() > before)
    }

    /// Returns the purses of both ends of many EVM transfers, as [`PurseKeys::intern`] does for the sender and the
    /// receiver of one row after the other.
    pub(super) fn intern_evm(
        &mut self,
        ends: &[[Key; 2]],
        assets: &[AssetId],
        (from, to): (&mut Vec<PurseId>, &mut Vec<PurseId>),
    ) {
        let mut keys = [PurseKey::default(); 2 * BATCH];
        let mut hashes = [0_u32; 2 * BATCH];
        let mut likely = [0_u32; 2 * BATCH];
        let mut purses = [PurseId::NONE; 2 * BATCH];
        for (ends, assets) in ends.chunks(BATCH).zip(assets.chunks(BATCH)) {
            let count = 2 * ends.len();
            for ((pair, keys), &asset) in ends.iter().zip(keys.as_chunks_mut().0).zip(assets) {
                *keys = [PurseKey::new(&pair[0], asset), PurseKey::new(&pair[1], asset)];
            }
            for (hash, key) in hashes[..count].iter_mut().zip(&keys) {
                *hash = Self::hash(&self.hasher, key);
            }
            // Memory is asked for the buckets here, and for the keys behind them there: all of them at once.
            self.table.fetch(&hashes[..count]);
            self.table.likely(&hashes[..count], &mut likely[..count]);
            let known: &[PurseKey] = &self.keys;
            likely[..count].iter().for_each(|&id| prefetch_index(known, (id as usize).wrapping_sub(1)));
            for at in 0..count {
                let known = self.keys.get((likely[at] as usize).wrapping_sub(1));
                purses[at] = if known == Some(&keys[at]) {
                    PurseId(likely[at] - 1)
                } else {
                    self.intern_hashed(&keys[at], hashes[at])
                };
            }
            let (pairs, _) = purses[..count].as_chunks::<2>();
            from.extend(pairs.iter().map(|pair| pair[0]));
            to.extend(pairs.iter().map(|pair| pair[1]));
        }
    }
}
