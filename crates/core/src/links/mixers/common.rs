//! What the members of an exit group have in common outside the pool: who paid several of them, whom several pay.
//!
//! Exchanges and other services have everybody in common; who they are is for the reader to see, by their labels.

use super::groups::ExitGroup;
use super::table::MixerTable;
use crate::account::{AccountId, Address};
use crate::ledger::{Ledger, PurseId};
use hashbrown::HashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody that several members of a group had to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommonEnd {
    /// Who.
    pub address: Address,
    /// With how many members.
    pub members: u64,
}

/// What the members of one group have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommonEnds {
    /// Accounts that paid two members or more; most members first.
    pub funders: Vec<CommonEnd>,
    /// Accounts that two members or more paid.
    pub receivers: Vec<CommonEnd>,
}

/// Looks it up: one entry a group, in their order.
///
/// # Cost
/// **O(n)** for n transfers.
#[must_use]
pub fn common_ends(ledger: &Ledger, table: &MixerTable, groups: &[ExitGroup]) -> Vec<CommonEnds> {
    let mut group_of: HashMap<AccountId, Vec<usize>> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        let Some(chain) = ledger.find_chain(&table.pools[group.pool].chain) else { continue };
        for member in &group.members {
            if let Some(account) = ledger.accounts().find(chain, &member.recipient) {
                group_of.entry(account).or_default().push(number);
            }
        }
    }
    let mut ends = vec![CommonEnds::default(); groups.len()];
    if group_of.is_empty() {
        return ends;
    }
    // By group, direction and the other side: the members.
    let mut seen: BTreeMap<(usize, bool, AccountId), BTreeSet<AccountId>> = BTreeMap::new();
    let (columns, purses, accounts) = (ledger.columns(), ledger.purses(), ledger.accounts());
    for place in (0..ledger.transfer_count()).filter(|&place| ledger.moves(place)) {
        if columns.from[place] == PurseId::NONE {
            continue;
        }
        let [from, to] = [columns.from[place], columns.to[place]].map(|purse| purses.account(purse));
        for (member, other, pays) in [(to, from, false), (from, to, true)] {
            for &group in group_of.get(&member).into_iter().flatten() {
                seen.entry((group, pays, other)).or_default().insert(member);
            }
        }
    }
    for ((group, pays, other), members) in seen.into_iter().filter(|(_, members)| members.len() > 1) {
        let address = accounts.address(other);
        let chain = ledger.chain_name(accounts.chain(other));
        if table.knows(chain, &address) || address.is_zero() {
            continue;
        }
        let of = &mut ends[group];
        let list = if pays { &mut of.receivers } else { &mut of.funders };
        list.push(CommonEnd { address, members: members.len() as u64 });
    }
    for it in &mut ends {
        for list in [&mut it.funders, &mut it.receivers] {
            list.sort_by_key(|it| (std::cmp::Reverse(it.members), it.address));
        }
    }
    ends
}
