//! An exchange. Its one account takes every third transfer in and pays every third out, and an eighth of its
//! deposits each come from two thefts, so that a lot rule keeps very many lots that cannot become one.

use super::{COIN, FEE, count};
use crate::input::{Input, SeedAt, Thief};
use crate::random::SplitMix;
use crate::row::InputRow;

const HUB: u32 = 0;
/// Accounts of each theft.
const THIEVES: u32 = 5;

/// A deposit, its sweep, and a withdrawal, again and again.
pub(super) fn build(transfers: usize) -> Input {
    let mut random = SplitMix::new(45);
    let users = count(transfers) / 20;
    // 0 is the exchange; then customers, their deposit accounts, and those who withdraw.
    let customer = |number: u32| 1 + number;
    let deposit = |number: u32| 1 + users + number;
    let payee = |number: u32| 1 + 2 * users + number;
    let mut rows = Vec::with_capacity(transfers + 2);
    while rows.len() < transfers {
        let number = match random.below(8) {
            0 => random.below(THIEVES),
            1 => THIEVES + random.below(THIEVES),
            _ => 2 * THIEVES + random.below(users - 2 * THIEVES),
        };
        let value = random.pareto(COIN / 100) + u128::from(FEE);
        let swept = value - u128::from(FEE);
        rows.push(InputRow { from: Some(customer(number)), to: deposit(number), value, fee: FEE });
        rows.push(InputRow { from: Some(deposit(number)), to: HUB, value: swept, fee: FEE });
        let paid = random.sixteenths(swept, 8, 15);
        rows.push(InputRow { from: Some(HUB), to: payee(random.below(users)), value: paid, fee: FEE });
    }
    rows.truncate(transfers);
    let seeds = |first: u32| (first..first + THIEVES).map(|it| SeedAt::Account(customer(it))).collect();
    let thieves = vec![Thief::new("FIRST", seeds(0)), Thief::new("SECOND", seeds(THIEVES))];
    Input::new(1 + 3 * users, rows, thieves)
}
