//! Legs: the transfers that go into bridges, and those that come out of them.

use super::assets::{Class, classes};
use super::bridges;
use crate::account::Address;
use crate::amount::Amount;
use crate::label::Labels;
use crate::ledger::{Ledger, PurseId};
use hashbrown::HashSet;

/// A transfer into a bridge, or out of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) place: u64,
    pub(super) time: i64,
    pub(super) chain: u16,
    /// The purse at the bridge; the zero address where it is burned or minted.
    pub(super) bridge: PurseId,
    /// Who pays in, or is paid.
    pub(super) party: Address,
    /// Who sent the first transfer of the transaction: money mostly goes through a router.
    pub(super) actor: Option<Address>,
    /// The asset's number, and its class.
    pub(super) asset: usize,
    pub(super) class: Option<Class>,
    pub(super) value: Amount,
}

/// All of them, in position order.
#[derive(Debug, Default)]
pub(super) struct Legs {
    pub(super) into: Vec<Leg>,
    pub(super) out: Vec<Leg>,
    /// Legs of which no time is known.
    pub(super) without_time: u64,
}

impl Legs {
    /// Finds them; `taken` are transfers that other links have.
    ///
    /// # Cost
    /// One pass over the ledger.
    pub(super) fn find(ledger: &Ledger, labels: &Labels, taken: &HashSet<u64>) -> Self {
        let mut legs = Self::default();
        let is_bridge = bridges(ledger, labels);
        let of_purse: Vec<bool> =
            ledger.purses().iter().map(|it| is_bridge[ledger.purses().account(it).index()]).collect();
        let classes = classes(ledger);
        let columns = ledger.columns();
        let mut first = (u32::MAX, PurseId::NONE);
        for (place, (&from, &to)) in columns.from.iter().zip(&columns.to).enumerate() {
            let transaction = columns.transaction[place];
            if first.0 != transaction {
                first = (transaction, from);
            }
            if from == PurseId::NONE || !ledger.moves(place) || taken.contains(&(place as u64)) {
                continue;
            }
            let asset = ledger.purses().asset(to).index();
            let class = classes[asset];
            // Tokens are burned and minted, coins are not.
            let native = ledger.assets().get(ledger.purses().asset(to)).is_native();
            let is_token = class.is_some() && !native;
            let is_end =
                |purse: PurseId| of_purse[purse.index()] || (is_token && ledger.purses().is_void(purse));
            if is_end(from) == is_end(to) {
                continue;
            }
            let Some(time) = columns.time(place) else {
                legs.without_time += 1;
                continue;
            };
            let comes_in = is_end(to);
            let (bridge, party) = if comes_in { (to, from) } else { (from, to) };

            let is_other = |purse: PurseId| !ledger.is_void(purse) && purse != party;
            let leg = Leg {
                place: place as u64,
                time,
                chain: ledger.accounts().chain(ledger.purses().account(party)).0,
                bridge,
                party: ledger.purse_address(party),
                actor: is_other(first.1).then(|| ledger.purse_address(first.1)),
                asset,
                class,
                value: columns.value.get(place),
            };
            if comes_in { legs.into.push(leg) } else { legs.out.push(leg) }
        }
        legs
    }
}
