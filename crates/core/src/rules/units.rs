//! The integers a replay computes with.
//!
//! Where all values of an asset together fit 128 bits, no balance can be larger, and the replay uses `u128`;
//! else 320 bits. Products are taken at twice the width, so they cannot overflow.

use crate::amount::{Amount, AmountColumn, Wide};
use bytemuck::Pod;
use ruint::Uint;
use std::fmt::Debug;

/// An unsigned integer wide enough for every sum of the part of the ledger it is used for.
pub(crate) trait Units: Copy + Ord + Debug + Default + Pod + Send + Sync {
    const ZERO: Self;
    const ONE: Self;

    /// Takes an amount that is known to fit.
    fn from_amount(amount: Amount) -> Self;

    fn to_amount(self) -> Amount;

    /// Reads a row of a column, which is known to fit.
    fn read(column: &AmountColumn, row: usize) -> Self {
        Self::from_amount(column.get(row))
    }

    /// Adds a row to a column.
    fn push_to(self, column: &mut AmountColumn) {
        column.push(self.to_amount());
    }

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

    fn read(column: &AmountColumn, row: usize) -> Self {
        match column.narrow[row] {
            AmountColumn::WIDE => Self::from_amount(column.get(row)),
            units => units,
        }
    }

    fn push_to(self, column: &mut AmountColumn) {
        column.push_units(self);
    }

    fn plus(self, other: Self) -> Self {
        self + other
    }

    fn minus(self, other: Self) -> Self {
        self - other
    }

    fn scale(self, by: Self, of: Self) -> (Self, Self) {
        if by == of {
            (self, 0)
        } else if self.leading_zeros() + by.leading_zeros() >= Self::BITS {
            let product = self * by;
            let quotient = product / of;
            (quotient, product - quotient * of)
        } else {
            divide_product(self, by, of)
        }
    }
}

const LIMB: u32 = 64;

/// The lower 64 bits, and the upper ones.
const fn limbs(value: u128) -> [u128; 2] {
    [value & u64::MAX as u128, value >> LIMB]
}

/// Returns floor(a · b / of) and the remainder, for b below `of`: long division by limbs of 64 bits (Knuth, The
/// Art of Computer Programming 2, 4.3.1 D), with a divisor of two.
fn divide_product(a: u128, b: u128, of: u128) -> (u128, u128) {
    let ([a0, a1], [b0, b1]) = (limbs(a), limbs(b));
    let (low, high) = (a0 * b0, a1 * b1);
    let [low0, low1] = limbs(low);
    // Each sum of three limbs' products fits: (2^64 − 1)² + 2 · (2^64 − 1) = 2^128 − 1.
    let middle = a1 * b0 + low1;
    let [middle0, middle1] = limbs(middle);
    let other = a0 * b1 + middle0;
    let product_low = (other << LIMB) | low0;
    let product_high = high + middle1 + (other >> LIMB);
    // So that the divisor's first bit is set. The upper half stays below the divisor, since b does.
    let shift = of.leading_zeros();
    let of = of << shift;
    let upper =
        if shift == 0 { product_high } else { (product_high << shift) | (product_low >> (128 - shift)) };
    let [last, first] = limbs(product_low << shift);
    let (quotient1, rest) = divide_limb(upper, first, of);
    let (quotient0, rest) = divide_limb(rest, last, of);
    ((quotient1 << LIMB) | quotient0, rest >> shift)
}

/// One digit of a long division: (upper · 2^64 + next) / of, for `upper` below `of`, whose first bit is set.
fn divide_limb(upper: u128, next: u128, of: u128) -> (u128, u128) {
    let ([of0, of1], [upper0, upper1]) = (limbs(of), limbs(upper));
    let (mut digit, mut rest) = if upper1 >= of1 {
        // The digit would be 2^64 or one more: the largest there is.
        (u128::from(u64::MAX), upper0 + of1)
    } else {
        let digit = upper / of1;
        (digit, upper - digit * of1)
    };
    // At most twice too large.
    while rest >> LIMB == 0 && digit * of0 > ((rest << LIMB) | next) {
        digit -= 1;
        rest += of1;
    }
    let rest = ((upper << LIMB) | next).wrapping_sub(digit.wrapping_mul(of));
    (digit, rest)
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
        fn the_largest_divide_alike(a in 0_u128..1 << 66, b in 0_u128..1 << 66, c in 0_u128..1 << 66) {
            let near = |it: u128| u128::MAX - it;
            let (value, of) = (near(a), near(b.min(c)));
            let (quotient, rest) = value.scale(near(b.max(c)), of);
            let wide = Wide::from(value).scale(Wide::from(near(b.max(c))), Wide::from(of));
            prop_assert_eq!(wide, (Wide::from(quotient), Wide::from(rest)));
        }

        #[test]
        fn all_of_a_part_is_all_of_its_claim(value in any::<u128>(), of in 1_u128..) {
            prop_assert_eq!(value.scale(of, of), (value, 0));
        }
    }
}
