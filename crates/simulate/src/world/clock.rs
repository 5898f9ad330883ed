//! Time in the simulated world: blocks, the hours of a day, the price of gas.

use crate::chain::BLOCK_SECONDS;
use crate::coin::Chain;
use crate::random::mix;

/// How many ticks an hour has.
pub(crate) const HOUR: u64 = 3600 / BLOCK_SECONDS;
/// How many ticks a day has.
pub(crate) const DAY: u64 = 24 * HOUR;

/// How busy each hour of the day is, in UTC.
const HOURS: [u64; 24] = [
    86, 82, 80, 78, 78, 80, 86, 92, 98, 102, 106, 108, 112, 118, 122, 124, 122, 118, 112, 106, 100, 96, 92,
    90,
];

/// Ticks of a minute figure.
pub(crate) const fn minutes(count: u64) -> u64 {
    count * 60 / BLOCK_SECONDS
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Clock {
    seed: u64,
    days: u64,
}

impl Clock {
    pub(crate) const fn new(seed: u64, days: u64) -> Self {
        Self { seed, days }
    }

    /// How many ticks the world lasts.
    pub(crate) const fn ticks(&self) -> u64 {
        self.days * DAY
    }

    /// How many of `all` transfers are due by the end of a tick.
    pub(crate) fn rows_by(&self, tick: u64, all: u64) -> u64 {
        let of_day = |hours: usize| HOURS[..hours].iter().sum::<u64>() * HOUR;
        let hour = usize::try_from(tick % DAY / HOUR).expect("below 24");
        let done = tick / DAY * of_day(24) + of_day(hour) + HOURS[hour] * (tick % HOUR + 1);
        let due = u128::from(all) * u128::from(done) / u128::from(self.days * of_day(24));
        u64::try_from(due).expect("at most all")
    }

    /// The price of gas, in units of the native coin: it changes by the hour.
    pub(crate) const fn gas_price(&self, chain: Chain, tick: u64) -> u64 {
        let hour = mix(mix(self.seed ^ chain.index() as u64) ^ (tick / HOUR));
        match chain {
            Chain::Ethereum => 9 + hour % 32,
            Chain::Polygon => 30 + hour % 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, DAY};

    #[test]
    fn all_transfers_are_due_in_the_end_and_never_fewer_than_before() {
        let clock = Clock::new(1, 3);
        assert_eq!(clock.rows_by(clock.ticks() - 1, 1000), 1000);
        let due: Vec<u64> = (0..3 * DAY).map(|tick| clock.rows_by(tick, 1_000_000)).collect();
        assert!(due.is_sorted());
    }
}
