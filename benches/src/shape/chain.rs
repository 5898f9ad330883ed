//! A peel chain. Reach finds one account a round, so threads do not help: the shape it is worst at.

use super::{COIN, FEE, count};
use crate::input::{Input, SeedAt, Thief};
use crate::random::SplitMix;
use crate::row::InputRow;

/// Each hop peels a little off to an account of its own, then hands on all the rest.
pub(super) fn build(transfers: usize) -> Input {
    let mut random = SplitMix::new(43);
    let mut held = u128::from(COIN) * u128::from(COIN);
    let mut rows = vec![InputRow::reward(0, held)];
    for hop in (0..).step_by(2) {
        let peeled = u128::from(COIN / 1_000) + u128::from(random.next_u32());
        rows.push(InputRow { from: Some(hop), to: hop + 1, value: peeled, fee: FEE });
        held -= peeled + 2 * u128::from(FEE);
        rows.push(InputRow { from: Some(hop), to: hop + 2, value: held, fee: FEE });
        if rows.len() >= transfers {
            break;
        }
    }
    rows.truncate(transfers);
    Input::new(count(transfers) + 2, rows, vec![Thief::new("CHAIN", vec![SeedAt::Account(0)])])
}
