//! A fan-out: what one account holds is spread over very many.

use super::{COIN, FEE, count};
use crate::input::{Input, SeedAt, Thief};
use crate::random::SplitMix;
use crate::row::InputRow;

/// One account pays each other account once.
pub(super) fn build(transfers: usize) -> Input {
    let mut random = SplitMix::new(44);
    let mut rows = vec![InputRow::reward(0, u128::from(COIN) * u128::from(COIN))];
    rows.extend((1..count(transfers)).map(|leaf| InputRow {
        from: Some(0),
        to: leaf,
        value: random.pareto(COIN / 1_000),
        fee: FEE,
    }));
    Input::new(count(transfers), rows, vec![Thief::new("STAR", vec![SeedAt::Account(0)])])
}
