//! The ledger as one trace sees it: where it ends, what is dust, which purses are sinks, and the passing
//! purses of accounts that a transaction nets at.

use super::deals::Deals;
use super::error::TraceError;
use super::netting::Netting;
pub(super) use super::netting::Node;
use super::options::{TraceOptions, Until};
use super::pools::Pools;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::ledger::{Ledger, PurseId};

/// The ledger as one trace sees it.
pub(super) struct View<'a> {
    pub(super) ledger: &'a Ledger,
    /// The least amount followed, one entry an asset.
    least: Vec<Amount>,
    any_least: bool,
    until: Option<Until>,
    /// Purses that only noise came into, sorted; none where noise is followed.
    decoys: Vec<PurseId>,
    /// Accounts that are asked about, sorted: what they exchange is found, whether taint gets to them or not.
    pub(super) asked: Vec<AccountId>,
    /// Passing purses, made after the stops are known.
    pub(super) netting: Netting,
    /// What accounts exchange, found after the passing purses are known.
    pub(super) deals: Deals,
    /// Whose payments carry the share of taint that is there.
    pub(super) pools: Pools,
}

impl<'a> View<'a> {
    /// Makes the view; it has no passing purses yet.
    pub(super) fn new(ledger: &'a Ledger, options: &TraceOptions) -> Result<Self, TraceError> {
        check_until(ledger, options.until)?;
        let mut least = vec![Amount::ZERO; ledger.assets().len()];
        for (name, amount) in &options.min_amount {
            for (id, asset) in ledger.assets().iter() {
                if name.names(&asset, ledger.chain_name(asset.chain)) {
                    least[id.index()] = *amount;
                }
            }
        }
        let any_least = least.iter().any(|amount| !amount.is_zero());
        let netting = Netting::none(ledger.purses().len());
        let decoys = if options.follow_noise { Vec::new() } else { options.decoys.clone() };
        let deals = Deals::none(ledger.purses().len());
        let (pools, asked) = (Pools::default(), Vec::new());
        Ok(Self { ledger, least, any_least, until: options.until, decoys, asked, netting, deals, pools })
    }

    /// Whether a transfer lies after the end that the user set.
    #[inline]
    pub(super) fn is_after_end(&self, place: usize) -> bool {
        let columns = self.ledger.columns();
        match self.until {
            None => false,
            Some(Until::Time(last)) => columns.time(place).is_some_and(|time| time > last),
            Some(Until::Block(last)) => columns.block(place).is_some_and(|block| block > last),
        }
    }

    /// The place after the last transfer that is not after the end.
    pub(super) fn end(&self) -> usize {
        let mut end = self.ledger.transfer_count();
        if self.has_end() {
            // Before it there can be others: block times of several chains need not rise.
            for &start in self.ledger.columns().blocks.starts.iter().rev() {
                let start = usize::try_from(start).expect("the ledger is in memory");
                if !self.is_after_end(start) {
                    break;
                }
                end = start;
            }
        }
        end
    }

    /// The end that the user set.
    pub(super) const fn until(&self) -> Option<Until> {
        self.until
    }

    /// The least amount followed, one entry an asset.
    pub(super) fn least(&self) -> &[Amount] {
        &self.least
    }

    /// Whether the user set an end.
    pub(super) const fn has_end(&self) -> bool {
        self.until.is_some()
    }

    /// Whether a transfer moves something before the end.
    #[inline]
    pub(super) fn moves(&self, place: usize) -> bool {
        self.ledger.moves(place) && !self.is_after_end(place)
    }

    /// Whether a transfer is too small to be followed.
    #[inline]
    pub(super) fn is_dust(&self, place: usize) -> bool {
        self.any_least && {
            let asset = self.ledger.purses().asset(self.ledger.columns().to[place]);
            self.ledger.columns().value.get(place) < self.least[asset.index()]
        }
    }

    /// Whether nothing but noise came into a purse.
    pub(super) fn is_decoy(&self, purse: PurseId) -> bool {
        self.decoys.binary_search(&purse).is_ok()
    }

    /// The node a transfer leaves; `None` where it has no sender, the sender is the zero address, or a deal takes it.
    pub(super) fn from(&self, place: usize) -> Option<Node> {
        if self.deals.is_given(place) { None } else { self.sender(place) }
    }

    /// The node of a transfer's sender, be it part of a deal or not.
    pub(super) fn sender(&self, place: usize) -> Option<Node> {
        let purse = self.ledger.columns().from[place];
        (!self.ledger.is_void(purse)).then(|| self.netting.from(place).unwrap_or(purse.0))
    }

    /// The node that taint comes to by a transfer; `None` where it is burned.
    pub(super) fn to(&self, place: usize) -> Option<Node> {
        self.deals.end(place).or_else(|| self.receiver(place))
    }

    /// The node of a transfer's receiver, be it part of a deal or not.
    pub(super) fn receiver(&self, place: usize) -> Option<Node> {
        let purse = self.ledger.columns().to[place];
        (!self.ledger.is_void(purse)).then(|| self.netting.to(place).unwrap_or(purse.0))
    }

    /// How many nodes there are.
    pub(super) fn node_count(&self) -> usize {
        self.ledger.purses().len() + self.netting.len() + self.deals.len()
    }

    /// The purse of the ledger that a node belongs to.
    pub(super) fn purse(&self, node: Node) -> PurseId {
        let ended = self.deals.ended(node).map(|ended| ended.0);
        ended.or_else(|| self.netting.purse(node)).unwrap_or(PurseId(node))
    }

    /// Whether a node is the purse of a pool.
    pub(super) fn is_pool(&self, node: Node) -> bool {
        let is_purse = (node as usize) < self.ledger.purses().len();
        is_purse && !self.pools.is_empty() && self.pools.has(self.ledger.purses().account(PurseId(node)))
    }

    /// Whether a node is a passing purse.
    pub(super) fn is_passing(&self, node: Node) -> bool {
        node as usize >= self.ledger.purses().len() && self.deals.ended(node).is_none()
    }
}

/// A time against a ledger without times, or a block against one without blocks, is an error.
fn check_until(ledger: &Ledger, until: Option<Until>) -> Result<(), TraceError> {
    let places = 0..ledger.transfer_count();
    let columns = ledger.columns();
    let known = match until {
        None => true,
        Some(Until::Time(_)) => places.into_iter().any(|place| columns.time(place).is_some()),
        Some(Until::Block(_)) => places.into_iter().any(|place| columns.block(place).is_some()),
    };
    if known {
        return Ok(());
    }
    let (what, other) = match until {
        Some(Until::Time(_)) => ("time", "give the end as `block:N`"),
        _ => ("block number", "give the end as a time, such as `2022-06-30T00:00:00Z`"),
    };
    Err(TraceError::new(
        format!("the end is given as a {what}, but no transfer of this ledger has one"),
        other,
    ))
}
