//! How much of what a rule finds is chance: the rate among decoys over the rate among targets, with its interval.
//!
//! A rule found `target` times where it may be right, looking at `seen[0]` exits, and `decoy` times where it can only be
//! wrong, looking at `seen[1]`. `R = (decoy / seen[1]) / (target / seen[0])` estimates the part of what it finds that is
//! chance: rates and not counts, since a pool that grows has fewer exits before than after. Given how many hits there are in
//! all, each is a decoy's with the same probability p, and `R = p / (1 - p) * seen[0] / seen[1]`: so the exact
//! (Clopper-Pearson) interval of p gives that of R.
//!
//! All in whole numbers: probabilities in millionths, tails of the binomial as sums of integer weights, relative to the
//! largest. Each weight is off by less than one part in 2^40, far below a millionth of the 2.5 % looked for.

use super::MILLION;

/// A ratio and its interval of 95 %, in millionths. [`Ratio::NONE`] where nothing bounds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// The ratio.
    pub value: u64,
    /// The lower end.
    pub low: u64,
    /// The upper end.
    pub high: u64,
}

impl Ratio {
    /// Stands for "without bound".
    pub const NONE: u64 = u64::MAX;
}

/// One side of a 95 % interval.
const TAIL: u64 = 25_000;

/// The most that is counted exactly; larger counts are halved together until they fit, which widens the interval.
const MOST: u64 = 200_000;

/// The ratio of the rates among decoys and among targets; `seen` is how many exits were looked at for targets and for
/// decoys.
///
/// # Cost
/// **O(n)** for n hits, some twenty times.
#[must_use]
pub fn ratio(target: u64, decoy: u64, seen: [u64; 2]) -> Ratio {
    let (mut hits, mut chance) = (target, decoy);
    while hits + chance > MOST {
        (hits, chance) = (hits / 2, chance / 2);
    }
    let value = of_rates(decoy, target, seen);
    let all = hits + chance;
    // p such that so few, or so many, decoys are just not surprising.
    let low = if chance == 0 { 0 } else { solve(|p| tail_above(all, chance, p) <= TAIL) };
    let high = if hits == 0 { MILLION } else { solve(|p| tail_above(all, chance + 1, p) <= MILLION - TAIL) };
    Ratio { value, low: of_rates(low, MILLION - low, seen), high: of_rates(high, MILLION - high, seen) }
}

/// The largest p, in millionths, for which a statement that holds for small p holds.
fn solve(holds: impl Fn(u64) -> bool) -> u64 {
    let (mut yes, mut no) = (0, MILLION);
    while no - yes > 1 {
        let middle = u64::midpoint(yes, no);
        if holds(middle) { yes = middle } else { no = middle }
    }
    yes
}

/// So many decoys over so many targets, as rates of what was looked at, in millionths. Without decoys looked at there is no
/// rate: 0 of nothing is bounded by nothing.
fn of_rates(decoys: u64, targets: u64, seen: [u64; 2]) -> u64 {
    if decoys == 0 {
        return 0;
    }
    let [above, below] =
        [u128::from(decoys) * u128::from(seen[0]), u128::from(targets) * u128::from(seen[1])];
    let ratio = (above * u128::from(MILLION)).checked_div(below);
    ratio.and_then(|it| u64::try_from(it).ok()).unwrap_or(Ratio::NONE)
}

/// The probability, in millionths, that of `all` trials at least `least` succeed, each with p millionths.
fn tail_above(all: u64, least: u64, p: u64) -> u64 {
    if least == 0 {
        return MILLION;
    }
    if least > all || p == 0 {
        return 0;
    }
    let q = MILLION - p;
    if q == 0 {
        return MILLION;
    }
    // The weights of the counts, relative to the most likely one.
    const ONE: u128 = 1 << 64;
    let mode = ((all + 1) * p / MILLION).min(all);
    let (mut sum, mut above) = (0_u128, 0_u128);
    let mut add = |count: u64, weight: u128| {
        sum += weight;
        if count >= least {
            above += weight;
        }
    };
    add(mode, ONE);
    let mut weight = ONE;
    for count in mode + 1..=all {
        weight = weight * u128::from((all - count + 1) * p) / u128::from(count * q);
        if weight == 0 {
            break;
        }
        add(count, weight);
    }
    weight = ONE;
    for count in (0..mode).rev() {
        weight = weight * u128::from((count + 1) * q) / u128::from((all - count) * p);
        if weight == 0 {
            break;
        }
        add(count, weight);
    }
    u64::try_from((above * u128::from(MILLION) + sum / 2) / sum).unwrap_or(MILLION)
}

#[cfg(test)]
mod tests {
    use super::{Ratio, ratio, tail_above};

    #[test]
    fn tails_are_those_of_the_binomial() {
        // 10 tosses of a coin: at least 8 heads in 56 of 1024 cases.
        assert_eq!(tail_above(10, 8, 500_000), 54_687);
        assert_eq!(tail_above(10, 0, 500_000), 1_000_000);
        assert_eq!(tail_above(3, 3, 100_000), 1_000);
        assert_eq!(tail_above(5, 6, 900_000), 0);
    }

    #[test]
    fn intervals_are_those_of_published_tables() {
        // Clopper-Pearson of 2 in 86: 0.002830 to 0.081448; of 0 in 5: 0 to 0.521824; of 12 in 23: 0.305920 to 0.731819.
        let near = |seen: u64, expected: u64| seen.abs_diff(expected) <= expected / 500 + 3;
        let it = ratio(84, 2, [1, 1]);
        assert_eq!(it.value, 23_809);
        assert!(near(it.low, 2_838) && near(it.high, 88_670), "{it:?}");
        let it = ratio(5, 0, [7, 7]);
        assert_eq!((it.value, it.low), (0, 0));
        assert!(near(it.high, 1_091_300), "{it:?}");
        let it = ratio(11, 12, [3, 3]);
        assert!(near(it.low, 440_700) && near(it.high, 2_728_900), "{it:?}");
    }

    #[test]
    fn rates_count_and_not_hits() {
        // Four times as many hits where four times as much was looked at are the same rate, and known better.
        let (one, four) = (ratio(20, 20, [100, 100]), ratio(20, 80, [100, 400]));
        assert_eq!((one.value, four.value), (1_000_000, 1_000_000));
        assert!(four.high - four.low < one.high - one.low);
        assert_eq!(ratio(0, 0, [1, 1]), Ratio { value: 0, low: 0, high: Ratio::NONE });
        assert_eq!(ratio(0, 3, [1, 1]).value, Ratio::NONE);
        // Nothing was looked at before: nothing bounds what chance finds.
        assert_eq!(ratio(9, 0, [100, 0]).high, Ratio::NONE);
        // Counts beyond the exact ones are halved, and stay near.
        let large = ratio(1_000_000, 100_000, [5, 5]);
        assert_eq!(large.value, 100_000);
        assert!(large.low < 100_000 && large.high > 100_000 && large.high < 103_000, "{large:?}");
    }
}
