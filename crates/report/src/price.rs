//! US dollars: what an amount was worth when it moved, by the user's own prices, exactly.
//!
//! The price of a moment is the last one at or before it that is at most [`LONGEST`] seconds old; where there is none,
//! the amount has no dollars: nothing is guessed, and nothing is taken for 0. A price is of a whole coin or token, in
//! 10^-18 dollars. Dollars are whole cents, rounded down for each transfer; sums are sums of what is shown, so that they
//! add up by hand.

use crate::display::grouped;
use crate::rank::product;
use dyetrace_core::amount::Wide;
use dyetrace_core::{Amount, AssetId};
use ruint::Uint;
use std::collections::BTreeMap;
use std::fmt;

/// How old a price may be, in seconds: a day.
pub(crate) const LONGEST: i64 = 86_400;

/// What one whole coin or token was worth at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Unix seconds.
    pub time: i64,
    /// In 10^-18 dollars.
    pub usd: Amount,
    /// Who says so.
    pub source: String,
}

/// Prices by asset. An asset is a chain and a contract, never a ticker.
#[derive(Clone, Debug, Default)]
pub struct Prices(BTreeMap<AssetId, Vec<Quote>>);

impl Prices {
    /// Adds a price.
    pub fn insert(&mut self, asset: AssetId, quote: Quote) {
        let quotes = self.0.entry(asset).or_default();
        // Files are mostly in the order of time.
        let at = if quotes.last().is_none_or(|last| last.time <= quote.time) {
            quotes.len()
        } else {
            quotes.partition_point(|known| known.time <= quote.time)
        };
        quotes.insert(at, quote);
    }

    /// Whether there are none: then nothing is said about dollars.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The assets that have a price, in order.
    pub(crate) fn assets(&self) -> impl Iterator<Item = AssetId> + '_ {
        self.0.keys().copied()
    }

    /// Whether an asset has a price at any time.
    pub(crate) fn has(&self, asset: AssetId) -> bool {
        self.0.contains_key(&asset)
    }

    /// The price of an asset at a time.
    #[must_use]
    pub fn at(&self, asset: AssetId, time: i64) -> Option<&Quote> {
        let quotes = self.0.get(&asset)?;
        let next = quotes.partition_point(|quote| quote.time <= time);
        let last = quotes.get(next.checked_sub(1)?)?;
        (time - last.time <= LONGEST).then_some(last)
    }
}

/// Whole cents of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cents(pub Amount);

impl Cents {
    /// What so many base units were worth, rounded down; `None` where that is more than an amount can hold.
    #[must_use]
    pub fn of(units: Amount, decimals: u8, usd: Amount) -> Option<Self> {
        // 10^-18 dollars to cents.
        let divisor = Uint::<640, 10>::from(10).pow(Uint::from(u32::from(decimals) + 16));
        narrowed(product(units, usd) / divisor).map(Self)
    }

    /// Adds.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.plus(other.0))
    }

    /// A part of it, rounded down: `part / whole`, where the whole is not 0 and no less than the part.
    #[must_use]
    pub(crate) fn share(self, part: Amount, whole: Amount) -> Self {
        let share = product(self.0, part) / Uint::<640, 10>::from(whole.to_wide());
        Self(narrowed(share).expect("a part is no more than the whole"))
    }

    /// As a number with a point: `1234.56`.
    #[must_use]
    pub fn to_plain(self) -> String {
        let digits = format!("{:0>3}", self.0.to_string());
        let (whole, cents) = digits.split_at(digits.len() - 2);
        format!("{whole}.{cents}")
    }
}

fn narrowed(wide: Uint<640, 10>) -> Option<Amount> {
    Wide::checked_from_limbs_slice(wide.as_limbs()).map(Amount::from_wide)
}

/// For people: `1,234.56 USD`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.to_plain();
        let (whole, cents) = plain.split_at(plain.len() - 3);
        write!(f, "{}{cents} USD", grouped(whole))
    }
}

/// A price for people and tables, exactly: `1143.6`.
#[must_use]
pub(crate) fn price_text(usd: Amount) -> String {
    crate::display::coins(usd, 18).replace(',', "")
}

#[cfg(test)]
mod tests {
    use super::{Cents, Prices, Quote, price_text};
    use dyetrace_core::{Amount, AssetId};

    fn usd(whole: u128) -> Amount {
        Amount::from(whole * 1_000_000_000_000_000_000)
    }

    #[test]
    fn dollars_are_exact_and_rounded_down() {
        // 1.5 ETH at 1,143.60 dollars.
        let price = Amount::from(1_143_600_000_000_000_000_000);
        let plain =
            |units: u128, decimals, usd| Cents::of(Amount::from(units), decimals, usd).unwrap().to_plain();
        assert_eq!(plain(1_500_000_000_000_000_000, 18, price), "1715.40");
        assert_eq!(plain(1, 18, price), "0.00");
        assert_eq!(plain(9_999, 6, usd(1)), "0.00");
        assert_eq!(plain(10_000, 6, usd(1)), "0.01");
        assert_eq!(plain(7, 0, usd(3)), "21.00");
        let million = Cents::of(Amount::from(1_234_567_890_000), 6, usd(1)).unwrap();
        assert_eq!(million.to_string(), "1,234,567.89 USD");
        assert_eq!(million.share(Amount::from(1), Amount::from(3)).to_plain(), "411522.63");
        assert_eq!(price_text(price), "1143.6");
    }

    #[test]
    fn what_no_amount_can_hold_has_no_dollars() {
        let largest = Amount::parse(
            &[
                b"1157920892373161954235709850086879078532699846656405640394575".as_slice(),
                b"84007913129639935",
            ]
            .concat(),
        )
        .unwrap();
        assert_eq!(Cents::of(largest, 0, largest), None);
        assert_eq!(Cents::of(largest, 0, usd(1)).unwrap().0, (0..100).map(|_| largest).sum());
    }

    #[test]
    fn a_price_is_the_last_one_before_and_no_older_than_a_day() {
        let mut prices = Prices::default();
        let asset = AssetId(3);
        for (time, price) in [(1_000, 1), (200_000, 3), (90_000, 2)] {
            prices.insert(asset, Quote { time, usd: usd(price), source: "s".into() });
        }
        let at = |time| prices.at(asset, time).map(|quote| quote.usd);
        assert_eq!(at(999), None);
        assert_eq!(at(1_000), Some(usd(1)));
        assert_eq!(at(87_400), Some(usd(1)));
        assert_eq!(at(87_401), None);
        assert_eq!(at(90_000), Some(usd(2)));
        assert_eq!(at(199_999), None);
        assert_eq!(at(200_000), Some(usd(3)));
        assert_eq!(prices.at(AssetId(4), 1_000), None);
    }
}
