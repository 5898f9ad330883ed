//! The accounts of purses whose holders are EVM addresses of one chain, told by sorting the addresses.
//!
//! While rows stream by nobody asks for accounts: they are numbered when all is read. The list of accounts by
//! address, which a snapshot has anyway, tells which purses are one account's; so no table of accounts is kept.

use super::Purses;
use super::purse_keys::PurseKey;
use crate::account::{AccountColumns, AccountId, Accounts, ChainId, Key};
use crate::column::Column;
use rayon::prelude::*;

/// The accounts that hold these purses, numbered in the order of their first purses, and the purses.
///
/// # Cost
/// **O(n log n)** for n purses, but about O(n) where the first two bytes of addresses are spread; sorted in parallel.
pub(super) fn settle(chain: ChainId, keys: &[PurseKey]) -> (Accounts, Purses) {
    let order = by_address(keys);
    // One entry a purse: the first purse of its account; and these in the order of their addresses.
    let mut first = vec![0_u32; keys.len()];
    let mut sorted: Vec<u32> = Vec::with_capacity(keys.len());
    let same = |one: &u128, next: &u128| {
        head(*one) == head(*next) && keys[number(*one)].holder() == keys[number(*next)].holder()
    };
    for of_account in order.chunk_by(same) {
        sorted.push(id(of_account[0]));
        of_account.iter().for_each(|&packed| first[number(packed)] = id(of_account[0]));
    }
    drop(order);
    let mut accounts: Vec<Key> = Vec::with_capacity(sorted.len());
    let mut account: Vec<AccountId> = Vec::with_capacity(keys.len());
    for ((purse, &first), key) in (0_u32..).zip(&first).zip(keys) {
        if first == purse {
            account.push(AccountId(u32::try_from(accounts.len()).expect("not more than purses")));
            accounts.push(key.holder());
        } else {
            account.push(account[first as usize]);
        }
    }
    drop(first);
    sorted.iter_mut().for_each(|first| *first = account[*first as usize].0);
    let mut purses = Purses {
        account: account.into(),
        asset: keys.iter().map(PurseKey::asset).collect(),
        void: keys.iter().map(|key| u8::from(key.holder() == [0; 20])).collect(),
        by_account: Column::default(),
    };
    purses.sort(accounts.len());
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

/// The purses, packed, sorted by address, then number.
fn by_address(keys: &[PurseKey]) -> Vec<u128> {
    // First by two bytes, counting; what has them in common is short then, unless somebody chose addresses so.
    let bin = |key: &PurseKey| usize::from((key.holder_head() >> 48) as u16);
    let mut starts = vec![0_usize; 1 << 16];
    keys.iter().for_each(|key| starts[bin(key)] += 1);
    let mut sum = 0;
    starts.iter_mut().for_each(|start| sum += std::mem::replace(start, sum));
    let mut order = vec![0_u128; keys.len()];
    for (id, key) in (0..).zip(keys) {
        let at = &mut starts[bin(key)];
        order[*at] = pack(key, id);
        *at += 1;
    }
    // Each entry of `starts` now says where its bin ends.
    let mut rest = &mut order[..];
    let mut bins = Vec::with_capacity(starts.len());
    let mut start = 0;
    for end in starts {
        let (bin, after) = rest.split_at_mut(end - start);
        bins.push(bin);
        (rest, start) = (after, end);
    }
    bins.into_par_iter().with_min_len(1 << 10).for_each(|bin| {
        bin.sort_unstable();
        for equal in bin.chunk_by_mut(|a, b| head(*a) == head(*b)).filter(|equal| equal.len() > 1) {
            equal.sort_unstable_by_key(|&packed| (keys[number(packed)].holder(), id(packed)));
        }
    });
    order
}
