//! What a person may choose for the detection of deposit accounts. Each default is a published one.

use crate::amount::Amount;
use crate::asset::{AssetId, AssetName};
use crate::ledger::Ledger;

/// By how much a sweep may fall short of the deposit that it passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// So many base units of the asset; for the native coin, what the account paid for the transaction if that
    /// is more.
    Units(Amount),
    /// So many percent of the deposit.
    Percent(u32),
}

/// The thresholds of the detection.
///
/// Sources: F. Victor, "Address Clustering Heuristics for Ethereum", 2020 (delay and amount of a sweep); the
/// whole-address test of tornado-demix (share, destinations, transfers, senders), whose false leads were
/// measured: see [`super::FALSE_LEADS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositOptions {
    /// The least share of an account's transfers out that goes to the exchange, in percent.
    pub min_share: u32,
    /// That share is summed over so many of its most frequent receivers.
    pub destinations: usize,
    /// An account in so many transfers, or more, is no deposit account.
    pub max_transfers: u64,
    /// The most accounts that pay into it, the exchange's own left out.
    pub max_senders: u64,
    /// The longest time from a deposit to its sweep, in seconds.
    pub max_delay: i64,
    /// The same in blocks, for rows without times.
    pub max_delay_blocks: u64,
    /// By how much a sweep may fall short, for the assets named here; the last one that fits decides.
    pub short: Vec<(AssetName, Short)>,
    /// A wallet that pays for the transactions of at least so many accounts may be an exchange's gas wallet.
    pub gas_accounts: u64,
    /// The least share of those accounts that sweep to the one exchange, in percent.
    pub gas_share: u32,
}

impl DepositOptions {
    /// By how much a sweep of a native coin may fall short: 0.01 of a coin with 18 decimals.
    pub const SHORT_NATIVE: u128 = 10_000_000_000_000_000;

    /// By how much a sweep of each asset may fall short: what was chosen for it, else 0.01 of a native coin, and
    /// nothing for a token.
    pub(crate) fn short_of(&self, ledger: &Ledger, asset: AssetId) -> Short {
        let known = ledger.assets().get(asset);
        let chain = ledger.chain_name(known.chain);
        let chosen = self.short.iter().rev().find(|(name, _)| name.names(&known, chain));
        let units = if known.is_native() { Amount::from(Self::SHORT_NATIVE) } else { Amount::ZERO };
        chosen.map_or(Short::Units(units), |(_, short)| *short)
    }
}

impl Default for DepositOptions {
    fn default() -> Self {
        Self {
            min_share: 80,
            destinations: 3,
            max_transfers: 1_000,
            max_senders: 50,
            // 3,200 blocks of 12 seconds.
            max_delay: 38_400,
            max_delay_blocks: 3_200,
            short: Vec::new(),
            gas_accounts: 50,
            gas_share: 80,
        }
    }
}
