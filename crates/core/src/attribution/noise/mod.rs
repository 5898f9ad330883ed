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
//! Nothing is taken out of the ledger, here or later. What is found are places with a reason, for the report to
//! count, and [decoys](Noise::decoys): purses of which no seed should take the money for stolen only because it
//! came. A native transfer of value 0 is a call of a contract: no noise.

mod decoys;
mod lookalike;
mod tokens;
mod worth;

use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::{Ledger, PurseId};
use rayon::prelude::*;
use std::fmt;
use worth::{Judged, Worth};

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

/// The symbol of a known asset and the name of its chain, whether or not the ledger holds it.
pub type KnownSymbol = (String, String);

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
    /// Who poisoned, and whom they look like: each pair once, sorted.
    pub imitators: Vec<(AccountId, AccountId)>,
    /// Tokens that are noise as a whole, by asset: counterfeits and what is handed out.
    pub tokens: Vec<(AssetId, NoiseReason)>,
}

impl Noise {
    /// Finds noise in a ledger. `assets` has one entry an asset of the ledger; `symbols` are those that a counterfeit
    /// would bear, beside the symbols of the ledger's own known assets.
    ///
    /// # Cost
    /// **O(n + a log a)** for n transfers and a accounts, on all threads but for transfers of the few accounts that have a
    /// look-alike.
    ///
    /// # Panics
    /// If `assets` has another length than the ledger's assets.
    #[must_use]
    pub fn find(
        ledger: &Ledger,
        assets: &[AssetFacts],
        symbols: &[KnownSymbol],
        options: &NoiseOptions,
    ) -> Self {
        let assets = Judged::of(ledger, assets, symbols, options);
        let mut lookalikes = lookalike::Lookalikes::of(ledger);
        let mut noise = Self { tokens: assets.tokens(), ..Self::default() };
        let plain = plain_purses(ledger, &assets, &lookalikes);
        let is_plain = |purse: PurseId| plain.get(purse.index()).is_none_or(|plain| *plain);
        let columns = ledger.columns();
        // Only where somebody has a look-alike it matters what came before.
        let seen: Vec<Seen> = (0..ledger.transfer_count())
            .into_par_iter()
            .filter(|&row| !(ledger.moves(row) && is_plain(columns.from[row]) && is_plain(columns.to[row])))
            .filter_map(|row| Seen::of(ledger, &assets, &lookalikes, row))
            .collect();
        for Seen { place, worth, ends } in seen {
            let reason = match ends {
                Some(ends) => noise.judge(place, worth, &mut lookalikes, ends),
                None => worth.reason(),
            };
            if let Some(reason) = reason {
                noise.places.push(place);
                noise.reasons.push(reason);
            }
        }
        noise.imitators.sort_unstable();
        noise.imitators.dedup();
        noise
    }

    /// Why a transfer between two accounts is noise, if it is.
    fn judge(
        &mut self,
        place: u64,
        worth: Worth,
        lookalikes: &mut lookalike::Lookalikes,
        ends: Ends,
    ) -> Option<NoiseReason> {
        match lookalikes.meet(place, ends, worth) {
            Some(lookalike::Meeting::Poisoning { imitator, real }) => {
                self.imitators.push((imitator, real));
                Some(NoiseReason::Poisoning)
            }
            Some(lookalike::Meeting::Lure(lure)) => {
                self.lures.push(lure);
                None
            }
            None => worth.reason(),
        }
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

/// Which purses are of an asset without noise and of nobody who has a look-alike. Between two of them no transfer that
/// moves something is noise: nearly all, and told by one byte a purse.
fn plain_purses(ledger: &Ledger, assets: &Judged<'_>, lookalikes: &lookalike::Lookalikes) -> Vec<bool> {
    let purses = ledger.purses();
    let asset: Vec<bool> =
        (0_u32..).map(AssetId).take(ledger.assets().len()).map(|it| assets.is_plain(it)).collect();
    let is_plain = |purse: u32| {
        let purse = PurseId(purse);
        asset[purses.asset(purse).index()] && !lookalikes.has(purses.account(purse))
    };
    let count = u32::try_from(purses.len()).expect("fewer than 2^32 purses");
    (0..count).into_par_iter().map(is_plain).collect()
}

/// A transfer that may be noise.
struct Seen {
    place: u64,
    worth: Worth,
    /// Its ends, where one of them has a look-alike.
    ends: Option<Ends>,
}

impl Seen {
    fn of(
        ledger: &Ledger,
        assets: &Judged<'_>,
        lookalikes: &lookalike::Lookalikes,
        row: usize,
    ) -> Option<Self> {
        let ends = Ends::of(ledger, row);
        if ends.is_none() && !is_mint(ledger, row) {
            return None;
        }
        let worth = assets.worth(ledger, row);
        let ends = ends.filter(|ends| lookalikes.has(ends.from) || lookalikes.has(ends.to));
        (ends.is_some() || worth.reason().is_some()).then_some(Self { place: row as u64, worth, ends })
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

/// Whether a transfer brings an account a token out of nothing.
fn is_mint(ledger: &Ledger, row: usize) -> bool {
    let columns = ledger.columns();
    let (from, to) = (columns.from[row], columns.to[row]);
    let comes_from_nothing = from == PurseId::NONE || ledger.is_void(from);
    comes_from_nothing && !ledger.is_void(to) && !ledger.assets().get(ledger.purses().asset(to)).is_native()
}

#[cfg(test)]
mod tests;
