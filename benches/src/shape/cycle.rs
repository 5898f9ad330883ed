//! A ring: every account pays the next a part of what it holds, round after round, and two thefts mix with
//! clean money. Lots are cut again at each hop.

use super::{COIN, FEE, count};
use crate::input::{Input, SeedAt, Thief};
use crate::random::SplitMix;
use crate::row::InputRow;

/// Most accounts in the ring. All are funded first.
const RING: u32 = 1_000;

/// Funds the ring, then lets money go round it.
pub(super) fn build(transfers: usize) -> Input {
    let mut random = SplitMix::new(46);
    // So that a tiny input goes round too.
    let ring = RING.min(count(transfers) / 10);
    let funds = u128::from(COIN) * 1_000;
    let mut rows: Vec<InputRow> = (0..ring).map(|account| InputRow::reward(account, funds)).collect();
    let mut held = vec![funds; ring as usize];
    for number in 0..count(transfers) - ring {
        let (from, to) = (number % ring, (number + 1) % ring);
        let value = random.sixteenths(held[from as usize], 4, 12);
        held[from as usize] -= value + u128::from(FEE);
        held[to as usize] += value;
        rows.push(InputRow { from: Some(from), to, value, fee: FEE });
    }
    let payment_of = |account: u32| vec![SeedAt::Payment((ring + account) as usize)];
    let thieves = vec![Thief::new("FIRST", payment_of(0)), Thief::new("SECOND", payment_of(ring / 2))];
    Input::new(ring, rows, thieves)
}
