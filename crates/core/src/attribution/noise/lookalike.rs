//! Address poisoning: accounts that look like a counterparty of the victim.

use super::{Ends, Lure, Worth};
use crate::account::{AccountId, AddressKind, ChainId};
use crate::ledger::Ledger;
use hashbrown::HashMap;
use rayon::prelude::*;

/// What wallets show of an EVM address: the first 3 and the last 4 hex digits.
type Shown = u32;

/// The digits of 20 bytes that a wallet shows.
fn shown(address: &[u8]) -> Shown {
    let [a, b, .., y, z] = address else { return 0 };
    u32::from(*a) << 20 | u32::from(b >> 4) << 16 | u32::from(*y) << 8 | u32::from(*z)
}

/// What a transfer with a look-alike is.
pub(super) enum Meeting {
    Poisoning { imitator: AccountId, real: AccountId },
    Lure(Lure),
}

/// Who looks like whom, and with whom each account has really dealt so far.
pub(super) struct Lookalikes {
    /// What is shown of an account, of those alone that have a look-alike on their chain.
    shown: HashMap<AccountId, Shown>,
    /// Which accounts these are: one entry an account.
    is_alike: Vec<bool>,
    /// The first real counterparty that an account had of those that look so.
    real: HashMap<(AccountId, Shown), AccountId>,
}

impl Lookalikes {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let accounts = ledger.accounts();
        let count = u32::try_from(accounts.len()).expect("fewer than 2^32 accounts");
        let shown_of = |account: u32| {
            let (account, address) = (AccountId(account), accounts.address(AccountId(account)));
            let is_evm = address.kind() == AddressKind::Evm;
            is_evm.then(|| (accounts.chain(account), shown(address.as_bytes()), account))
        };
        let mut all: Vec<(ChainId, Shown, AccountId)> =
            (0..count).into_par_iter().filter_map(shown_of).collect();
        all.par_sort_unstable();
        let alike = all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|group| group.len() > 1);
        let shown: HashMap<AccountId, Shown> =
            alike.flatten().map(|&(_, shown, account)| (account, shown)).collect();
        let mut is_alike = vec![false; accounts.len()];
        shown.keys().for_each(|account| is_alike[account.index()] = true);
        Self { shown, is_alike, real: HashMap::new() }
    }

    /// Whether an account has a look-alike on its chain.
    pub(super) fn has(&self, account: AccountId) -> bool {
        self.is_alike[account.index()]
    }

    /// Takes the next transfer, in position order: what it is if one end looks like somebody with whom the other end
    /// has dealt before.
    pub(super) fn meet(&mut self, place: u64, ends: Ends, worth: Worth) -> Option<Meeting> {
        let Ends { from, to } = ends;
        let mut met = None;
        for (victim, other) in [(from, to), (to, from)] {
            let Some(&shown) = self.shown.get(&other) else { continue };
            match self.real.get(&(victim, shown)) {
                Some(&real) if real != other => {
                    let paid = victim == from && worth == Worth::Real;
                    if paid {
                        met = Some(Meeting::Lure(Lure { place, victim, lookalike: other, real }));
                    } else if matches!(worth, Worth::Unknown | Worth::Noise(_)) && met.is_none() {
                        met = Some(Meeting::Poisoning { imitator: other, real });
                    }
                }
                Some(_) => {}
                None if worth == Worth::Real => {
                    self.real.insert((victim, shown), other);
                }
                None => {}
            }
        }
        met
    }
}
