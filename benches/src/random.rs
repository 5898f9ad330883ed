//! splitmix64: small, fast, and the same numbers everywhere.

/// A generator of 64-bit numbers.
#[derive(Clone, Debug)]
pub struct SplitMix(u64);

impl SplitMix {
    /// Starts from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// The next number, 32 bits of it.
    pub const fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// A number below `bound`, which is above 0.
    pub const fn below(&mut self, bound: u32) -> u32 {
        self.skewed(bound, 1)
    }

    /// floor(bound · u^power) for an even u in 0..1: small numbers are likelier the higher the power, in the
    /// way of degree ~ rank^(1/power − 1). `bound` and `power` are above 0.
    pub const fn skewed(&mut self, bound: u32, power: u32) -> u32 {
        let drawn = self.next_u32() as u64;
        let mut fraction = drawn;
        let mut left = power;
        while left > 1 {
            fraction = (fraction * drawn) >> 32;
            left -= 1;
        }
        ((bound as u64 * fraction) >> 32) as u32
    }

    /// An amount with few large and many small ones: `least` over an even u in 0..1 (Pareto, index 1).
    pub fn pareto(&mut self, least: u64) -> u128 {
        (u128::from(least) << 32) / (u128::from(self.next_u32()) + 1) + u128::from(self.below(1 << 20))
    }

    /// Between `least` and `most` sixteenths of an amount.
    pub fn sixteenths(&mut self, of: u128, least: u32, most: u32) -> u128 {
        of / 16 * u128::from(least + self.below(most - least + 1))
    }
}

/// Mixes a number. No two numbers mix to the same.
pub(crate) const fn mix(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::SplitMix;

    #[test]
    fn numbers_are_those_of_the_published_splitmix64() {
        let mut random = SplitMix::new(1_234_567);
        let numbers = [random.next_u64(), random.next_u64(), random.next_u64()];
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn a_skewed_number_is_likelier_to_be_small() {
        let mut random = SplitMix::new(1);
        let small = (0..10_000).filter(|_| random.skewed(1_000, 3) < 1).count();
        // u^3 < 1/1000 for u < 1/10.
        assert!((900..1_100).contains(&small), "{small}");
    }
}
