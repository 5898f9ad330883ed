//! Going on from an earlier trace when the ledger has grown, with the same result as a trace of all of it.
//!
//! A [`TraceState`] keeps what was found and what every purse held. A later trace takes it up if nothing that it
//! rests on is different now: the ledger's first transfers, the rules and limits, the seeds, and which of the
//! reached purses are stops. Stops are decided anew on the whole ledger first. Where anything differs, the trace
//! starts over and says so.

use super::options::{Rule, Until};
use super::outcome::Class;
use super::pools::Pool;
use super::reach::{Bits, NEVER};
use super::replay::{Earlier, Kept, NodeName, Ties};
use super::run::{Prepared, Reach, Tied};
use super::view::{Node, View};
use crate::account::AccountId;
use crate::amount::Amount;
use crate::ledger::{Ledger, PurseId, Seal};
use crate::rules::Tag;
use serde::{Deserialize, Serialize};

/// What a trace needs to go on when the ledger has grown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceState {
    /// The ledger that was traced.
    pub(super) seal: Seal,
    pub(super) forward: ReplayState,
    /// Read with ties the other way, where the input does not tell their order.
    pub(super) reversed: Option<ReplayState>,
}

impl TraceState {
    /// How many transfers it knows.
    #[must_use]
    pub const fn transfers(&self) -> u64 {
        self.seal.transfers
    }
}

/// Whether a trace could go on from an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// There was no earlier one.
    Began,
    /// It went on after so many transfers.
    WentOn(u64),
    /// It could not, for this reason, and traced everything.
    StartedOver(String),
}

/// What one replay rests on, and what it keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReplayState {
    basis: Basis,
    /// All classes that could occur: what tags and class numbers stand for.
    classes: Vec<Class>,
    /// Every reached node, and whether it is a sink.
    reached: Vec<(NodeName, bool)>,
    /// The passing purses, by the purses that they belong to.
    passing: Vec<PurseId>,
    /// What stands for the deals of all reached purses.
    deals: u64,
    /// Transfers from a stop back to a seed, and where taint can rest at that stop.
    returns: Vec<(u64, Vec<NodeName>)>,
    kept: Kept,
}

/// What was asked, as the ledger's own numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Basis {
    rules: Vec<Rule>,
    thefts: Vec<String>,
    until: Option<Until>,
    /// The least amount followed, one entry an asset.
    least: Vec<Amount>,
    /// Accounts that bear a seed, sorted.
    accounts: Vec<AccountId>,
    /// Purse, place and theft of each address seed, sorted.
    begins: Vec<(PurseId, u64, u32)>,
    /// Place, theft and limit of each tagged transfer, sorted.
    taggings: Vec<(u64, u32, Option<Amount>)>,
    /// By account.
    pools: Vec<Pool>,
}

impl Basis {
    fn of(prepared: &Prepared<'_>) -> Self {
        let Prepared { view, seeds, rules, .. } = prepared;
        let begins = |(purse, begins): (&PurseId, &Vec<super::seed::Begin>)| {
            begins.iter().map(|it| (*purse, it.place, it.theft)).collect::<Vec<_>>()
        };
        let mut begins: Vec<_> = seeds.purses.iter().flat_map(begins).collect();
        begins.sort_unstable();
        let mut taggings: Vec<_> =
            seeds.taggings.iter().map(|(place, it)| (*place, it.theft, it.limit)).collect();
        taggings.sort_unstable();
        let mut accounts: Vec<_> = seeds.accounts.iter().copied().collect();
        accounts.sort_unstable();
        Self {
            accounts,
            rules: rules.clone(),
            thefts: seeds.thefts.clone(),
            until: view.until(),
            least: view.least().to_vec(),
            begins,
            taggings,
            pools: view.pools.0.clone(),
        }
    }

    /// What differs from what is asked now.
    fn fault(&self, now: &Self, then: &Seal) -> Option<&'static str> {
        let before = |place: u64| place < then.transfers;
        let known = |account: &&AccountId| (account.index() as u64) < then.accounts;
        let begins =
            |basis: &Self| -> Vec<_> { basis.begins.iter().copied().filter(|it| before(it.1)).collect() };
        let taggings =
            |basis: &Self| -> Vec<_> { basis.taggings.iter().copied().filter(|it| before(it.0)).collect() };
        if self.rules != now.rules {
            return Some("other rules are asked for");
        }
        if self.thefts != now.thefts {
            return Some("other thefts are asked for");
        }
        if self.until != now.until {
            return Some("`--until` is another");
        }
        if now.least.get(..self.least.len()) != Some(&self.least) {
            return Some("`--min-amount` is another");
        }
        if !self.pools.iter().eq(now.pools.iter().filter(|pool| known(&&pool.account))) {
            return Some("other accounts are pools, or held something else before the data begin");
        }
        if !self.accounts.iter().eq(now.accounts.iter().filter(known))
            || begins(self) != begins(now)
            || taggings(self) != taggings(now)
        {
            return Some("the seeds are others, or what the new transfers show makes them so");
        }
        None
    }
}

impl ReplayState {
    /// What is to be kept of a replay that ended.
    pub(super) fn new(
        prepared: &Prepared<'_>,
        reach: &Reach,
        tied: &Tied,
        classes: &[Class],
        kept: Kept,
    ) -> Self {
        let view = &prepared.view;
        let is_reached = |purse: PurseId| tied.from.get(purse.index()).is_some_and(|&from| from != NEVER);
        let name = |node: &u32| (NodeName::of(view, *node), prepared.sinks[*node as usize].is_some());
        Self {
            basis: Basis::of(prepared),
            classes: classes.to_vec(),
            reached: reach.arrivals.node.iter().map(name).collect(),
            passing: view.netting.purses_before(u64::MAX).to_vec(),
            deals: view.deals.seal_before(view, u64::MAX, is_reached),
            returns: returns(view, &tied.ties, |_| true),
            kept,
        }
    }

    /// Takes it up for a replay of a ledger that has grown.
    ///
    /// # Errors
    /// What differs, so that the replay has to start over.
    pub(super) fn take_up<'a>(
        &'a self,
        prepared: &Prepared<'_>,
        tied: &Tied,
        classes: &[Class],
        then: &Seal,
    ) -> Result<Earlier<'a>, String> {
        let view = &prepared.view;
        if let Some(fault) = self.basis.fault(&Basis::of(prepared), then) {
            return Err(fault.to_owned());
        }
        if view.netting.purses_before(then.transfers) != self.passing {
            return Err("other transactions pass through exchanges of tokens".to_owned());
        }
        let mut was_reached = Bits::new(view.node_count());
        for &(name, was_sink) in &self.reached {
            let node = name.find(view).filter(|&node| tied.from[node as usize] != NEVER);
            let Some(node) = node else { return Err("what taint gets to is another".to_owned()) };
            was_reached.set(node);
            if prepared.sinks[node as usize].is_some() != was_sink {
                let (ledger, purse) = (view.ledger, view.purse(node));
                let chain = ledger.purse_chain(purse);
                let verb = if was_sink { "no longer stops" } else { "now stops" };
                return Err(format!("{chain}:{} {verb} the trace", ledger.purse_address(purse)));
            }
        }
        let seal = view.deals.seal_before(view, then.transfers, |purse| was_reached.get(purse.0) == 1);
        if seal != self.deals {
            return Err(
                "other transactions exchange one asset for another, or other transfers are linked".to_owned()
            );
        }
        let mut returns = returns(view, &tied.ties, |node| was_reached.get(node) == 1);
        returns.retain(|(place, _)| *place < then.transfers);
        if returns != self.returns {
            return Err("what a stop sent back to a seed counts otherwise now".to_owned());
        }
        let tag = |class: &Class| -> Option<Tag> {
            let at = classes.iter().position(|now| now == class)?;
            Tag::try_from(at + 1).ok()
        };
        let tags = self.classes.iter().map(tag).collect::<Option<Vec<Tag>>>();
        let tags = tags.ok_or_else(|| "what was stolen is in other assets".to_owned())?;
        if self.kept.nodes.len() != self.basis.rules.len() {
            return Err("it is damaged".to_owned());
        }
        Ok(Earlier { kept: &self.kept, end: then.transfers, tags })
    }
}

/// Transfers from a stop back to a seed, and at which of the nodes that count taint can rest at that stop.
fn returns(view: &View<'_>, ties: &Ties, counts: impl Fn(Node) -> bool) -> Vec<(u64, Vec<NodeName>)> {
    let named = |(&place, nodes): (&u64, &Vec<Node>)| {
        let nodes = nodes.iter().filter(|&&node| counts(node));
        let mut names: Vec<NodeName> = nodes.map(|&node| NodeName::of(view, node)).collect();
        names.sort_unstable();
        (place, names)
    };
    let mut returns: Vec<_> = ties.returns.iter().map(named).filter(|(_, nodes)| !nodes.is_empty()).collect();
    returns.sort_unstable();
    returns
}

/// Whether a state is one of an earlier form of this ledger.
pub(super) fn check(state: &TraceState, ledger: &Ledger) -> Result<(), String> {
    if state.reversed.is_some() != ledger.notes().order_ambiguous {
        return Err("whether the order of all transfers is known has changed".to_owned());
    }
    if !ledger.goes_on_from(&state.seal) {
        return Err("the transfers of then are not the first ones of now".to_owned());
    }
    Ok(())
}
