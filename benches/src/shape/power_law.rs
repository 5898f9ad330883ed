//! As on a chain: an account's transfers fall with its rank, rank^-2/3 as a sender and rank^-3/4 as a
//! receiver, four transfers an account; amounts are Pareto.

use super::{COIN, FEE, count};
use crate::input::{Input, SeedAt, Thief};
use crate::random::SplitMix;
use crate::row::InputRow;

const SEEDS: u32 = 10;

/// Funds a quarter of the accounts, then lets them pay each other, mostly from what they hold. Ten accounts are
/// the thief's.
pub(super) fn build(transfers: usize) -> Input {
    let input = pay_each_other(transfers, 0);
    let thieves = vec![Thief::new("THEFT", seeds(&input.rows, input.accounts))];
    Input { thieves, ..input }
}

/// The same, but two fifths of those accounts, a tenth of all, are funded by thieves: so many purses are tainted
/// before the first payment.
pub(super) fn build_tainted(transfers: usize, thieves: u32) -> Input {
    let input = pay_each_other(transfers, thieves);
    let first = input.accounts - thieves;
    let thief = |number| Thief::new(&format!("THEFT-{number:02}"), vec![SeedAt::Account(first + number)]);
    Input { thieves: (0..thieves).map(thief).collect(), ..input }
}

/// Funds a quarter of the accounts, two fifths of them from accounts of thieves where there are any; these are the
/// last accounts, and pay nobody else.
fn pay_each_other(transfers: usize, thieves: u32) -> Input {
    let mut random = SplitMix::new(42);
    let accounts = count(transfers) / 4 + 7;
    // So that an account's number does not tell its rank. A prime above all counts: every number once.
    let account_of_rank = |rank: u32| -> u32 {
        let account = u64::from(rank) * 2_654_435_761 % u64::from(accounts);
        u32::try_from(account).expect("below the number of accounts")
    };
    let mut held = vec![0_u128; accounts as usize];
    let mut rows = Vec::with_capacity(transfers);
    for (number, account) in (0_u32..).zip((0..accounts).step_by(4)) {
        let value = random.pareto(COIN);
        held[account as usize] += value;
        rows.push(match thieves {
            1.. if number % 5 < 2 => {
                let from = Some(accounts + number % thieves);
                InputRow { from, to: account, value, fee: FEE }
            }
            _ => InputRow::reward(account, value),
        });
    }
    while rows.len() < transfers {
        let from = account_of_rank(random.skewed(accounts, 3));
        let to = account_of_rank(random.skewed(accounts, 4));
        let to = if to == from { (to + 1) % accounts } else { to };
        let fee = FEE + u64::from(random.next_u32());
        let mut value = random.pareto(COIN / 1_000);
        let free = held[from as usize].saturating_sub(u128::from(fee));
        // An eighth of the payments beyond what is held stay so: a gap in the data.
        if value > free && free > 16 && random.below(8) > 0 {
            value = random.sixteenths(free, 8, 16);
        }
        held[from as usize] = free.saturating_sub(value);
        held[to as usize] += value;
        rows.push(InputRow { from: Some(from), to, value, fee });
    }
    Input::new(accounts + thieves, rows, Vec::new())
}

/// Ten accounts that pay somebody, spread over the numbers.
fn seeds(rows: &[InputRow], accounts: u32) -> Vec<SeedAt> {
    let mut pays = vec![false; accounts as usize];
    rows.iter().filter_map(|row| row.from).for_each(|from| pays[from as usize] = true);
    let mut seeds: Vec<u32> = Vec::new();
    for number in 0..SEEDS {
        let wanted = (number * 7_919 + 7) % accounts;
        let from_there = (0..accounts).map(|step| (wanted + step) % accounts);
        seeds.extend(from_there.into_iter().find(|it| pays[*it as usize] && !seeds.contains(it)));
    }
    seeds.into_iter().map(SeedAt::Account).collect()
}
