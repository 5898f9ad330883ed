//! The accounts of purses whose holders are EVM addresses of one chain, told by sorting the addresses.
//!
//! While rows stream by nobody asks for accounts: they are numbered when all is read. The list of accounts by
//! address, which a snapshot has anyway, tells which purses are one account's; so no table of accounts is kept.

use super::purse_keys::PurseKey;
use super::purses::{Purses, by_account};
use crate::account::{AccountColumns, AccountId, Accounts, ChainId, Key};
use crate::asset::AssetId;
use crate::column::Column;
use crate::pages::Pages;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// The accounts that hold these purses, numbered in the order of their first purses, and the purses.
///
/// # Cost
/// **O(n log n)** for n purses, but about O(n) where the first two bytes of addresses are spread; sorted in parallel.
pub(super) fn settle(chain: ChainId, keys: &[PurseKey]) -> (Accounts, Purses) {
    // One entry a purse: the first purse of its account.
    let first: Vec<AtomicU32> = keys.iter().map(|_| AtomicU32::new(0)).collect();
    let (mut sorted, (asset, void)) = rayon::join(
        || firsts_by_address(keys, &first),
        || {
            let asset: Column<AssetId> = keys.iter().map(PurseKey::asset).collect();
            let void: Column<u8> = keys.iter().map(|key| u8::from(key.holder() == [0; 20])).collect();
            (asset, void)
        },
    );
    let mut accounts: Vec<Key> = Vec::with_capacity(sorted.len());
    let mut account: Vec<AccountId> = Vec::with_capacity(keys.len());
    for ((purse, first), key) in (0_u32..).zip(first).zip(keys) {
        let first = first.into_inner();
        if first == purse {
            account.push(AccountId(u32::try_from(accounts.len()).expect("not more than purses")));
            accounts.push(key.holder());
        } else {
            account.push(account[first as usize]);
        }
    }
    let ((), by_account) = rayon::join(
        || sorted.iter_mut().for_each(|first| *first = account[*first as usize].0),
        || by_account(&account, &asset, accounts.len()),
    );
    let purses = Purses { account: account.into(), asset, void, by_account: by_account.into() };
    let accounts = Accounts::from_columns(AccountColumns::of_evm(chain, accounts, sorted));
    (accounts.expect("columns of one length"), purses)
}

// An address's first eight bytes decide nearly always: they and the purse's number are one integer.

fn pack(key: &PurseKey, id: u32) -> u128 {
    u128::from(key.holder_head()) << 32 | u128::from(id)
}

#[expect(clippy::cast_possible_truncation, reason = "the number is the lowest 32 bits")]
fn id(packed: u128) -> u32 {
    packed as u32
}

fn number(packed: u128) -> usize {
    id(packed) as usize
}

fn head(packed: u128) -> u128 {
    packed >> 32
}

/// How many of an address's first bits are sorted by counting.
const BIN_BITS: u32 = 18;

fn bin(packed: u128) -> u128 {
    packed >> (96 - BIN_BITS)
}

/// The first purse of each account, in the order of their addresses; `first` is told it for each purse.
fn firsts_by_address(keys: &[PurseKey], first: &[AtomicU32]) -> Vec<u32> {
    // First by a few bits, counting; what has them in common is short then, unless somebody chose addresses so.
    let bin_of = |key: &PurseKey| (key.holder_head() >> (64 - BIN_BITS)) as usize;
    let mut starts = vec![0_u32; 1 << BIN_BITS];
    keys.iter().for_each(|key| starts[bin_of(key)] += 1);
    let mut sum = 0;
    starts.iter_mut().for_each(|start| sum += std::mem::replace(start, sum));
    let mut order = Pages::<u128>::zeroed(keys.len());
    let packed: &mut [u128] = &mut order;
    for (id, key) in (0..).zip(keys) {
        let at = &mut starts[bin_of(key)];
        packed[*at as usize] = pack(key, id);
        *at += 1;
    }
    // Then each bin; several threads take pieces of many bins.
    let mut pieces = Vec::new();
    let mut rest = packed;
    let length = rest.len() / (4 * rayon::current_num_threads()) + 1;
    while let Some(&last) = rest.get(length) {
        let (piece, after) = rest.split_at_mut(rest.partition_point(|&packed| bin(packed) <= bin(last)));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    let firsts = pieces.into_par_iter().map(|piece| {
        sort_bins(keys, piece);
        firsts_of(keys, piece, first)
    });
    firsts.collect::<Vec<_>>().concat()
}

/// Sorts purses by address, then number, whose bins are in order already.
fn sort_bins(keys: &[PurseKey], packed: &mut [u128]) {
    for bin in packed.chunk_by_mut(|one, next| bin(*one) == bin(*next)).filter(|bin| bin.len() > 1) {
        bin.sort_unstable();
        for equal in bin.chunk_by_mut(|one, next| head(*one) == head(*next)).filter(|equal| equal.len() > 1) {
            let holder = keys[number(equal[0])].holder();
            if equal.iter().any(|&packed| keys[number(packed)].holder() != holder) {
                equal.sort_unstable_by_key(|&packed| (keys[number(packed)].holder(), id(packed)));
            }
        }
    }
}

/// The first purse of each account among sorted purses.
fn firsts_of(keys: &[PurseKey], order: &[u128], first: &[AtomicU32]) -> Vec<u32> {
    let mut firsts = Vec::with_capacity(order.len());
    let mut last: Option<u128> = None;
    for &packed in order {
        let known = last.filter(|&last| {
            head(last) == head(packed) && keys[number(last)].holder() == keys[number(packed)].holder()
        });
        let of_account = known.unwrap_or_else(|| {
            firsts.push(id(packed));
            packed
        });
        first[number(packed)].store(id(of_account), Ordering::Relaxed);
        last = Some(of_account);
    }
    firsts
}

#[cfg(test)]
mod tests {
    use super::settle;
    use crate::account::{Accounts, Address, ChainId, Key};
    use crate::asset::AssetId;
    use crate::ledger::purse_keys::PurseKey;
    use crate::ledger::purses::PurseTable;

    #[test]
    fn sorting_tells_the_accounts_that_looking_each_up_tells() {
        // Addresses that differ early, late, and in the middle only, over and over, so that bins are large and small.
        let mut holders: Vec<Key> = Vec::new();
        for number in 0..3_000_u32 {
            let mut holder = [0; 20];
            let spread = (number % 701).wrapping_mul(0x9E37_79B1).to_be_bytes();
            let at = [0, 4, 9, 16][number as usize % 4];
            holder[at..at + 4].copy_from_slice(&spread);
            holders.push(holder);
        }
        let asset = |number: usize| AssetId(u32::try_from(number * 7 % 5).unwrap());
        let (mut table, mut accounts) = (PurseTable::default(), Accounts::default());
        let mut keys = Vec::new();
        for (number, holder) in holders.iter().enumerate() {
            let purse = table.intern(&mut accounts, ChainId(0), &Address::from_evm(*holder), asset(number));
            if purse.index() == keys.len() {
                keys.push(PurseKey::new(holder, asset(number)));
            }
        }
        let expected = table.finish(accounts.len());
        let (found, purses) = settle(ChainId(0), &keys);
        assert_eq!(purses, expected);
        assert_eq!(found, accounts);
        assert_eq!(found.to_columns().sorted, accounts.to_columns().sorted);
        let (none, no_purses) = settle(ChainId(0), &[]);
        assert!(none.is_empty() && no_purses.is_empty());
    }
}
