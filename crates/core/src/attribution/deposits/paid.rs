//! Which exchanges an account pays, in one number, so that a pass over all transfers can note it without a lock.

use super::parties::{Exchange, Role};
use std::sync::atomic::{AtomicU32, Ordering};

/// What is known of the exchanges that somebody pays: none, one or several, and whether as a wallet of theirs or as
/// a labelled deposit account.
///
/// The order in which payments are noted does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paid(u32);

impl Paid {
    /// Nobody that matters here.
    pub(super) const NOBODY: Self = Self(0);
    const WALLET: u32 = 1 << 30;
    const DEPOSIT: u32 = 1 << 31;
    /// The exchange's number plus one, or this where there are several.
    const SEVERAL: u32 = Self::WALLET - 1;

    /// A payment to an account with this role.
    pub(super) fn to(role: Role) -> Self {
        let exchange = |number: Exchange| (number + 1).min(Self::SEVERAL);
        match role {
            Role::Wallet(number) => Self(exchange(number) | Self::WALLET),
            Role::Deposit(number) => Self(exchange(number) | Self::DEPOSIT),
            Role::Unknown | Role::Own | Role::Never => Self::NOBODY,
        }
    }

    /// Both payments together.
    pub(super) const fn and(self, other: Self) -> Self {
        let (ours, theirs) = (self.0 & Self::SEVERAL, other.0 & Self::SEVERAL);
        let exchange = if ours == 0 || ours == theirs {
            theirs
        } else if theirs == 0 {
            ours
        } else {
            Self::SEVERAL
        };
        Self(exchange | (self.0 | other.0) & !Self::SEVERAL)
    }

    pub(super) const fn is_several(self) -> bool {
        self.0 & Self::SEVERAL == Self::SEVERAL
    }

    pub(super) const fn has_wallet(self) -> bool {
        self.0 & Self::WALLET != 0
    }

    pub(super) const fn has_deposit(self) -> bool {
        self.0 & Self::DEPOSIT != 0
    }

    /// The one exchange, if there is just one.
    pub(super) fn exchange(self) -> Option<Exchange> {
        if self.is_several() { None } else { (self.0 & Self::SEVERAL).checked_sub(1) }
    }
}

/// A cell that many threads note payments in.
#[derive(Default)]
pub(super) struct PaidCell(AtomicU32);

impl PaidCell {
    pub(super) fn note(&self, paid: Paid) {
        let joined = |known: u32| Some(Paid(known).and(paid).0).filter(|&new| new != known);
        // That it was known already is no failure.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, joined);
    }

    pub(super) fn get(&self) -> Paid {
        Paid(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::Paid;
    use crate::attribution::deposits::parties::Role::{Deposit, Unknown, Wallet};

    #[test]
    fn payments_join_in_any_order() {
        let all = [Unknown, Wallet(0), Wallet(7), Deposit(0), Deposit(3)].map(Paid::to);
        for a in all {
            for b in all {
                assert_eq!(a.and(b), b.and(a));
                for c in all {
                    assert_eq!(a.and(b).and(c), a.and(b.and(c)));
                }
            }
        }
        let [nobody, binance, huobi, deposit, _] = all;
        assert_eq!((nobody.exchange(), binance.exchange(), huobi.exchange()), (None, Some(0), Some(7)));
        assert!(binance.and(huobi).is_several() && binance.and(huobi).exchange().is_none());
        let both = binance.and(deposit);
        assert!(both.has_wallet() && both.has_deposit() && !both.is_several());
    }
}
