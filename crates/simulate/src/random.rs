//! Chance that is the same on every machine: whole numbers alone, no tables of the system, no floats.
//!
//! The generator is splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). A
//! heavy-tailed figure is drawn from a table of its quantiles.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

/// Mixes all bits of a number into all bits of another: one to one.
pub(crate) const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The upper half of a product: `part` of 2^64 parts of `whole`.
fn share(whole: u64, part: u64) -> u64 {
    u64::try_from((u128::from(whole) * u128::from(part)) >> 64).expect("the upper half of 128 bits")
}

impl Random {
    /// Begins one of the streams of a seed.
    pub(crate) const fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed ^ mix(stream)))
    }

    /// A number of 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        let drawn = mix(self.0);
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        drawn
    }

    /// A number below `bound`, or 0 where that is 0. Off from even by less than `bound` / 2^64.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        share(bound, self.bits())
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }

    /// A number of a pair, both included.
    pub(crate) fn within(&mut self, [low, high]: [u64; 2]) -> u64 {
        self.between(low, high)
    }

    /// True `thousandths` times of a thousand.
    pub(crate) fn chance(&mut self, thousandths: u64) -> bool {
        self.below(1000) < thousandths
    }

    /// One of some things.
    pub(crate) fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        let place = self.below(things.len() as u64);
        things[usize::try_from(place).expect("below a length")]
    }

    /// A number below `count`, of which low ones are the more frequent the higher the power: rank r comes about as
    /// often as r^(1/power - 1).
    pub(crate) fn skewed(&mut self, count: u64, power: u32) -> u64 {
        let part = self.bits();
        let mut number = share(count, part);
        for _ in 1..power {
            number = share(number, part);
        }
        number
    }

    /// A figure whose quantiles stand in a table, from the least to the largest in even steps.
    pub(crate) fn of_quantiles(&mut self, table: &[u64]) -> u64 {
        let step = self.below(table.len() as u64 - 1);
        let step = usize::try_from(step).expect("below a length");
        let part = self.bits();
        // Most figures of a step lie near its lower end, as in every heavy tail.
        table[step] + share(share(table[step + 1] - table[step], part), part)
    }

    /// The place of one weight among `weights`, each drawn as often as it is large.
    pub(crate) fn of_weights(&mut self, weights: &[u64]) -> usize {
        let mut drawn = self.below(weights.iter().sum());
        for (place, &weight) in weights.iter().enumerate() {
            if drawn < weight {
                return place;
            }
            drawn -= weight;
        }
        0
    }

    /// Rounds down to one or two digits, as people choose amounts, or leaves a figure as it is.
    pub(crate) fn rounded(&mut self, figure: u64) -> u64 {
        let digits = self.below(5);
        if digits > 1 || figure < 100 {
            return figure;
        }
        let keep = if digits == 0 { 10 } else { 100 };
        let mut scale = 1;
        while figure / scale >= keep {
            scale *= 10;
        }
        figure / scale * scale
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_stream_is_splitmix64() {
        // The reference values of the generator's authors for the state 0.
        let mut random = Random(0);
        assert_eq!(random.bits(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.bits(), 0x6e78_9e6a_a1b9_65f4);
        assert_eq!(random.bits(), 0x06c4_5d18_8009_454f);
    }

    #[test]
    fn figures_stay_in_their_bounds() {
        let mut random = Random::new(7, 1);
        for _ in 0..10_000 {
            assert!(random.below(3) < 3);
            assert!((5..=9).contains(&random.between(5, 9)));
            assert!(random.skewed(100, 3) < 100);
            assert!((2..=800).contains(&random.of_quantiles(&[2, 3, 10, 800])));
            assert!(random.of_weights(&[0, 2, 0, 1]) % 2 == 1);
        }
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn rounding_keeps_leading_digits() {
        let mut random = Random::new(1, 1);
        for _ in 0..100 {
            let rounded = random.rounded(98_765);
            assert!([90_000, 98_000, 98_765].contains(&rounded), "{rounded}");
        }
    }
}
