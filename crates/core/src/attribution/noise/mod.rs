//! Noise: transfers that somebody made to be seen, not to move money.
//!
//! | reason | what it is |
//! | --- | --- |
//! | poisoning | a zero, tiny or unknown-token transfer between an account and a look-alike of its counterparty |
//! | counterfeit | a token that bears the symbol of a known one on its chain, under another contract |
//! | zero value | a token transfer of 0, which anybody can make from anybody |
//! | airdrop | a token that nobody asked for: handed out to many and hardly ever sent on, or named like an advertisement |
//! | dust | less than the least amount worth anything |
//!
//! A look-alike shares the first 3 and the last 4 hex digits with the real address: what a wallet shows. All 435
//! pairs of a public list of losses share as many, and two random addresses do so once in 2^28. A payment of real
//! worth to a look-alike is no noise: it is the loss itself, told as a [`Lure`] and followed.
//!
//! Nothing is taken out of the ledger here. What is found are places with a reason, for the trace to leave alone
//! and for the report to count. A native transfer of value 0 is a call of a contract: no noise.

mod lookalike;
mod tokens;

use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::{Ledger, PurseId};
use std::fmt;

/// What is known of an asset from outside the ledger: one entry an asset, in the ledger's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetFacts {
    /// Its symbol, empty where nobody says one. Any contract can bear any symbol.
    pub symbol: String,
    /// Whether chain and contract stand in a table of known assets. A native coin is always known.
    pub is_known: bool,
    /// An amount below this, in base units, is dust; 0 where nobody says.
    pub dust: Amount,
}

/// Where noise begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoiseOptions {
    /// So many transfers of an unknown token by one sender in one transaction, and more, hand it out.
    pub airdrop_transfers: u32,
    /// Of those who got such a token at most so many in a hundred send it on.
    pub airdrop_senders_percent: u32,
}

impl Default for NoiseOptions {
    /// 50 transfers, as spam detectors have it; 10 in a hundred.
    fn default() -> Self {
        Self { airdrop_transfers: 50, airdrop_senders_percent: 10 }
    }
}

/// Why a transfer is noise: the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table above says what each is")]
pub enum NoiseReason {
    Poisoning,
    Counterfeit,
    ZeroValue,
    Airdrop,
    Dust,
}

impl NoiseReason {
    /// All reasons, in the order in which one decides where several fit.
    pub const ALL: [Self; 5] =
        [Self::Poisoning, Self::Counterfeit, Self::ZeroValue, Self::Airdrop, Self::Dust];

    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poisoning => "poisoning",
            Self::Counterfeit => "counterfeit",
            Self::ZeroValue => "zero_value",
            Self::Airdrop => "airdrop",
            Self::Dust => "dust",
        }
    }
}

impl fmt::Display for NoiseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A payment of real worth to a look-alike: a warning, and followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lure {
    /// The place of the payment.
    pub place: u64,
    /// Who paid.
    pub victim: AccountId,
    /// Who was paid.
    pub lookalike: AccountId,
    /// Whom the payment was probably meant for.
    pub real: AccountId,
}

/// What was found. `places` is sorted; `reasons` has one entry a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    /// The places of noise, in order.
    pub places: Vec<u64>,
    /// Why each is noise.
    pub reasons: Vec<NoiseReason>,
    /// Payments to look-alikes, by place.
    pub lures: Vec<Lure>,
}

impl Noise {
    /// Finds noise in a ledger. `assets` has one entry an asset of the ledger.
    ///
    /// # Cost
    /// **O(n + a log a)** for n transfers and a accounts; look-ups only for the few accounts that have a look-alike.
    ///
    /// # Panics
    /// If `assets` has another length than the ledger's assets.
    #[must_use]
    pub fn find(ledger: &Ledger, assets: &[AssetFacts], options: &NoiseOptions) -> Self {
        let assets = Judged::of(ledger, assets, options);
        let mut lookalikes = lookalike::Lookalikes::of(ledger);
        let mut noise = Self::default();
        for (row, place) in (0..ledger.transfer_count()).zip(0_u64..) {
            let Some(ends) = Ends::of(ledger, row) else { continue };
            let worth = assets.worth(ledger, row);
            let reason = match lookalikes.meet(place, ends, worth) {
                Some(lookalike::Meeting::Poisoning) => Some(NoiseReason::Poisoning),
                Some(lookalike::Meeting::Lure(lure)) => {
                    noise.lures.push(lure);
                    None
                }
                None => worth.reason(),
            };
            if let Some(reason) = reason {
                noise.places.push(place);
                noise.reasons.push(reason);
            }
        }
        noise
    }

    /// Why the transfer at a place is noise, if it is.
    #[must_use]
    pub fn reason(&self, place: u64) -> Option<NoiseReason> {
        self.places.binary_search(&place).ok().map(|at| self.reasons[at])
    }

    /// How many places there are of each reason, in the order of [`NoiseReason::ALL`].
    #[must_use]
    pub fn counts(&self) -> [u64; NoiseReason::ALL.len()] {
        let mut counts = [0; NoiseReason::ALL.len()];
        self.reasons.iter().for_each(|&reason| counts[reason as usize] += 1);
        counts
    }
}

/// The two accounts of a transfer that is between two.
#[derive(Clone, Copy, Debug)]
struct Ends {
    from: AccountId,
    to: AccountId,
}

impl Ends {
    /// `None` for a reward, a mint, a burn and a transfer to oneself.
    fn of(ledger: &Ledger, row: usize) -> Option<Self> {
        let columns = ledger.columns();
        let (from, to) = (columns.from[row], columns.to[row]);
        let is_one = |purse| purse != PurseId::NONE && !ledger.is_void(purse);
        if !is_one(from) || !is_one(to) || from == to {
            return None;
        }
        let purses = ledger.purses();
        Some(Self { from: purses.account(from), to: purses.account(to) })
    }
}

/// What a transfer is worth by its asset and amount alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    /// A known asset, and no dust.
    Real,
    /// An asset of which nobody knows, and nothing worse.
    Unknown,
    /// A native transfer of nothing: the call of a contract.
    Call,
    Noise(NoiseReason),
}

impl Worth {
    const fn reason(self) -> Option<NoiseReason> {
        if let Self::Noise(reason) = self { Some(reason) } else { None }
    }
}

/// What is thought of each asset.
struct Judged<'f> {
    facts: &'f [AssetFacts],
    verdicts: Vec<tokens::Verdict>,
}

impl<'f> Judged<'f> {
    fn of(ledger: &Ledger, facts: &'f [AssetFacts], options: &NoiseOptions) -> Self {
        assert_eq!(facts.len(), ledger.assets().iter().count(), "one entry an asset");
        Self { facts, verdicts: tokens::judge(ledger, facts, options) }
    }

    fn worth(&self, ledger: &Ledger, row: usize) -> Worth {
        let columns = ledger.columns();
        let AssetId(asset) = ledger.purses().asset(columns.to[row]);
        let (verdict, facts) = (self.verdicts[asset as usize], &self.facts[asset as usize]);
        let value = columns.value.get(row);
        match verdict {
            tokens::Verdict::Counterfeit => Worth::Noise(NoiseReason::Counterfeit),
            tokens::Verdict::Native if value.is_zero() => Worth::Call,
            _ if value.is_zero() => Worth::Noise(NoiseReason::ZeroValue),
            tokens::Verdict::Airdrop => Worth::Noise(NoiseReason::Airdrop),
            _ if value < facts.dust => Worth::Noise(NoiseReason::Dust),
            tokens::Verdict::Unknown => Worth::Unknown,
            tokens::Verdict::Native | tokens::Verdict::Known => Worth::Real,
        }
    }
}

#[cfg(test)]
mod tests;
