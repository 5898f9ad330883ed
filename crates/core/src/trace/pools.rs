//! Pools: accounts that many pay into and draw from, so that nobody can tell whose money comes out. They are no stops: what
//! leaves one carries the share of taint that is in it, under every exact rule, and all of that is inferred.

use super::options::TraceOptions;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

/// An account whose payments are expected to carry its share of taint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pool {
    /// Whose purses pool.
    pub account: AccountId,
    /// What it held before the ledger begins, clean: base units, each asset once.
    pub outstanding: Vec<(AssetId, Amount)>,
}

/// The pools of a trace, by account.
#[derive(Debug, Default)]
pub(super) struct Pools(pub(super) Vec<Pool>);

impl Pools {
    /// The pools that were asked for, of one account the first, less seeds and accounts at which an analyst stopped the trace.
    pub(super) fn of(options: &TraceOptions, seeds: &HashSet<AccountId>) -> Self {
        let is_free = |pool: &&Pool| !seeds.contains(&pool.account) && !options.cuts.contains(&pool.account);
        let mut pools: Vec<Pool> = options.pools.iter().filter(is_free).cloned().collect();
        pools.sort_by_key(|pool| pool.account);
        pools.dedup_by_key(|pool| pool.account);
        Self(pools)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an account is one.
    pub(super) fn has(&self, account: AccountId) -> bool {
        self.0.binary_search_by_key(&account, |pool| pool.account).is_ok()
    }

    /// What each held of an asset before the ledger begins.
    pub(super) fn outstanding(&self) -> impl Iterator<Item = (AccountId, AssetId, Amount)> {
        self.0
            .iter()
            .flat_map(|pool| pool.outstanding.iter().map(|&(asset, held)| (pool.account, asset, held)))
    }
}
