//! Pari passu: what is left, divided among claimants by what each put in, whatever the order.
//!
//! No rule of tracing: it follows no spend. It divides a final balance among innocent contributors, as in
//! Barlow Clowes v Vaughan [1992] 4 All ER 22.

use super::shares::apportion;
use crate::amount::{Amount, Wide};

/// Divides `left` among contributors: `left · contribution / sum`, in whole units that sum to `left`.
///
/// Each share is rounded down; the missing units go one each to the largest remainders, of equal ones to the
/// contributor named first. By convention entry 0 is the clean money. All figures in base units.
///
/// Returns zeros where nobody contributed anything.
///
/// # Cost
/// **O(n log n)** for n contributors.
///
/// ```
/// use dyetrace_core::{Amount, rules::pari_passu};
///
/// // 50 are left of 150 clean, 60 of one victim and 40 of another.
/// let shares = pari_passu(Amount::from(50), &[150, 60, 40].map(Amount::from));
/// assert_eq!(shares, [30, 12, 8].map(Amount::from));
/// ```
#[must_use]
pub fn pari_passu(left: Amount, contributions: &[Amount]) -> Vec<Amount> {
    let whole: Amount = contributions.iter().copied().sum();
    if whole.is_zero() {
        return vec![Amount::ZERO; contributions.len()];
    }
    let shares = contributions.iter().map(|contribution| contribution.to_wide());
    let left: Wide = left.to_wide();
    apportion(left, whole.to_wide(), shares).into_iter().map(Amount::from_wide).collect()
}
