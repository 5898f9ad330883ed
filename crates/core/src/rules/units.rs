//! The integers a replay computes with.
//!
//! Where all values of an asset together fit 128 bits, no balance can be larger, and the replay uses `u128`;
//! else 320 bits. Products are taken at twice the width, so they cannot overflow.

use crate::amount::{Amount, Wide};
use ruint::Uint;
use std::fmt::Debug;

/// An unsigned integer wide enough for every sum of the part of the ledger it is used for.
pub(crate) trait Units: Copy + Ord + Debug + Default + Send + Sync {
    const ZERO: Self;
    const ONE: Self;

    /// Takes an amount that is known to fit.
    fn from_amount(amount: Amount) -> Self;

    fn to_amount(self) -> Amount;

    /// Adds. A sum that does not fit is a bug: the width was chosen so that it cannot happen.
    fn plus(self, other: Self) -> Self;

    /// Subtracts. A negative result is a bug.
    fn minus(self, other: Self) -> Self;

    /// Returns floor(self · by / of) and the remainder. `of` is above 0, and `by` at most `of`.
    fn scale(self, by: Self, of: Self) -> (Self, Self);

    fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

impl Units for u128 {
    const ZERO: Self = 0;
    const ONE: Self = 1;

    fn from_amount(amount: Amount) -> Self {
        amount.to_u128().expect("the width was chosen by the sum of all values")
    }

    fn to_amount(self) -> Amount {
        Amount::from(self)
    }

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn minus(self, other: Self) -> Self {
        self - other
    }

    fn scale(self, by: Self, of: Self) -> (Self, Self) {
        if (self | by) >> 64 == 0 {
            let product = self * by;
            return (product / of, product % of);
        }
        let product: Uint<256, 4> = Uint::<128, 2>::from(self).widening_mul(Uint::<128, 2>::from(by));
        let (quotient, rest) = product.div_rem(Uint::from(of));
        let narrow = |wide: Uint<256, 4>| Self::try_from(wide).expect("by is at most of");
        (narrow(quotient), narrow(rest))
    }
}

impl Units for Wide {
    const ZERO: Self = Self::ZERO;
    const ONE: Self = Self::ONE;

    fn from_amount(amount: Amount) -> Self {
        amount.to_wide()
    }

    fn to_amount(self) -> Amount {
        Amount::from_wide(self)
    }

    fn plus(self, other: Self) -> Self {
        self.checked_add(other).expect("2^64 amounts of 256 bits fit 320 bits")
    }

    fn minus(self, other: Self) -> Self {
        self.checked_sub(other).expect("no more is taken than is there")
    }

    fn scale(self, by: Self, of: Self) -> (Self, Self) {
        let product: Uint<640, 10> = self.widening_mul(by);
        let mut limbs = [0; 10];
        limbs[..5].copy_from_slice(of.as_limbs());
        let (quotient, rest) = product.div_rem(Uint::from_limbs(limbs));
        let narrow = |wide: Uint<640, 10>| {
            let (low, high) = wide.as_limbs().split_at(5);
            assert!(high.iter().all(|&limb| limb == 0), "by is at most of");
            Self::from_limbs_slice(low)
        };
        (narrow(quotient), narrow(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::{Units, Wide};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn both_widths_scale_alike(value: u128, a: u128, b: u128, shift in 0_u32..127) {
            let (by, of) = ((a >> shift).min(b | 1), a.max(b | 1) >> (shift / 2));
            let of = of.max(1);
            let by = by.min(of);
            let (quotient, rest) = value.scale(by, of);
            let wide = Wide::from(value).scale(Wide::from(by), Wide::from(of));
            prop_assert_eq!(wide, (Wide::from(quotient), Wide::from(rest)));
        }

        #[test]
        fn all_of_a_part_is_all_of_its_claim(value in any::<u128>(), of in 1_u128..) {
            prop_assert_eq!(value.scale(of, of), (value, 0));
        }
    }
}
