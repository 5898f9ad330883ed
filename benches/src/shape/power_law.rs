//! As on a chain: an account's transfers fall with its rank, rank^-2/3 as a sender and rank^-3/4 as a
//! receiver, four transfers an account; amounts are Pareto.

use super::{COIN, FEE, count};
use crate::input::{Input, SeedAt, Thief};
use crate::random::SplitMix;
use crate::row::InputRow;

const SEEDS: u32 = 10;
/// Of a late theft, one in so many transfers comes after it.
const LATE: usize = 5;

/// Funds a quarter of the accounts, then lets them pay each other, mostly from what they hold. Ten accounts are
/// the thief's.
pub(super) fn build(transfers: usize) -> Input {
    let accounts = count(transfers) / 4 + 7;
    let rows: Vec<InputRow> = Rows::new(transfers, accounts, 42).collect();
    let mut pays = vec![false; accounts as usize];
    rows.iter().filter_map(|row| row.from).for_each(|from| pays[from as usize] = true);
    let seeds = seeds(&pays, SEEDS).into_iter().map(SeedAt::Account).collect();
    let thieves = vec![Thief::new("THEFT", seeds)];
    Input::new(accounts, rows, thieves)
}

/// The same, but two fifths of the funded accounts, a tenth of all, are funded by thieves, whose accounts are the
/// last ones and pay nobody else: so many purses are tainted before the first payment.
pub(super) fn build_tainted(transfers: usize, thieves: u32) -> Input {
    let accounts = count(transfers) / 4 + 7;
    let mut rows: Vec<InputRow> = Rows::new(transfers, accounts, 42).collect();
    for (number, row) in (0..).zip(&mut rows).take_while(|(_, row)| row.from.is_none()) {
        if number % 5 < 2 {
            *row = InputRow { from: Some(accounts + number % thieves), fee: FEE, ..*row };
        }
    }
    let thief = |number| Thief::new(&format!("THEFT-{number:02}"), vec![SeedAt::Account(accounts + number)]);
    Input::new(accounts + thieves, rows, (0..thieves).map(thief).collect())
}

/// The same, but what is stolen is paid out late, to a hundredth of the accounts one after the other: by the end,
/// taint gets to about a tenth of all purses, whose history is long. No fees are stated, as in files of tokens.
pub(super) fn build_late(transfers: usize) -> Input {
    let accounts = count(transfers) / 4 + 7;
    let victims = transfers / 400;
    let before = transfers - transfers / LATE;
    let mut payments = Rows::new(transfers - victims, accounts, 42);
    let mut rows: Vec<InputRow> = payments.by_ref().take(before).collect();
    let value = u128::from(COIN);
    let paid = |number: usize| count(number * 397 % accounts as usize);
    rows.extend((0..victims).map(|it| InputRow { from: Some(accounts), to: paid(it), value, fee: FEE }));
    rows.extend(payments);
    rows.iter_mut().for_each(|row| row.fee = 0);
    Input::new(accounts + 1, rows, vec![Thief::new("THEFT", vec![SeedAt::Account(accounts)])])
}

/// The transfers, one after the other.
#[derive(Debug)]
pub(crate) struct Rows {
    random: SplitMix,
    transfers: usize,
    accounts: u32,
    /// One entry an account: what it holds.
    held: Vec<u128>,
    /// How many there were.
    row: usize,
}

impl Rows {
    /// So many transfers of so many accounts, the same for each seed.
    pub(crate) fn new(transfers: usize, accounts: u32, seed: u64) -> Self {
        let held = vec![0; accounts as usize];
        Self { random: SplitMix::new(seed), transfers, accounts, held, row: 0 }
    }

    /// So that an account's number does not tell its rank. A prime above all counts: every number once.
    fn account_of_rank(&self, rank: u32) -> u32 {
        let account = u64::from(rank) * 2_654_435_761 % u64::from(self.accounts);
        u32::try_from(account).expect("below the number of accounts")
    }

    fn payment(&mut self) -> InputRow {
        let accounts = self.accounts;
        let rank = self.random.skewed(accounts, 3);
        let from = self.account_of_rank(rank);
        let rank = self.random.skewed(accounts, 4);
        let to = self.account_of_rank(rank);
        let to = if to == from { (to + 1) % accounts } else { to };
        let fee = FEE + u64::from(self.random.next_u32());
        let mut value = self.random.pareto(COIN / 1_000);
        let free = self.held[from as usize].saturating_sub(u128::from(fee));
        // An eighth of the payments beyond what is held stay so: a gap in the data.
        if value > free && free > 16 && self.random.below(8) > 0 {
            value = self.random.sixteenths(free, 8, 16);
        }
        self.held[from as usize] = free.saturating_sub(value);
        self.held[to as usize] += value;
        InputRow { from: Some(from), to, value, fee }
    }
}

impl Iterator for Rows {
    type Item = InputRow;

    fn next(&mut self) -> Option<InputRow> {
        if self.row == self.transfers {
            return None;
        }
        let account = count(self.row).saturating_mul(4);
        self.row += 1;
        if account >= self.accounts {
            return Some(self.payment());
        }
        let value = self.random.pareto(COIN);
        self.held[account as usize] += value;
        Some(InputRow::reward(account, value))
    }
}

/// Some accounts that pay somebody, spread over the numbers.
pub(crate) fn seeds(pays: &[bool], wanted: u32) -> Vec<u32> {
    let accounts = count(pays.len());
    let mut seeds: Vec<u32> = Vec::new();
    for number in 0..wanted {
        let wanted = (number * 7_919 + 7) % accounts;
        let from_there = (0..accounts).map(|step| (wanted + step) % accounts);
        seeds.extend(from_there.into_iter().find(|it| pays[*it as usize] && !seeds.contains(it)));
    }
    seeds
}
