//! The book of thefts: lots, what each party keeps for a thief, and where everything ended.

use super::Lot;
use super::steps::{Node, flatten};
use crate::chain::Transfer;
use crate::coin::Coin;
use crate::error::Error;
use crate::params::Parameters;
use crate::party::{Kind, Party};
use crate::truth::{Place, Role, Spot, TheftTruth, Through};
use crate::world::{DAY, HOUR};
use hashbrown::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};

/// One theft.
#[derive(Debug)]
struct Theft {
    taken: Vec<(Coin, u64)>,
    first: Option<usize>,
    truth: TheftTruth,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Thefts {
    thefts: Vec<Theft>,
    nodes: Vec<Node>,
    pub(super) lots: Vec<Lot>,
    held: HashMap<(Party, Coin), u64>,
    /// Honest parties that hold, or held, money which somebody had earned from a thief.
    marked: HashSet<(Party, Coin)>,
    /// Thefts whose money arrived at a deposit account.
    deposits: HashMap<(Party, Coin), Vec<usize>>,
    accounts: u64,
    identities: u64,
    /// The first number of a thief's identities at exchanges.
    first_identity: u64,
}

impl Thefts {
    pub(crate) fn new(parameters: &Parameters) -> Result<Self, Error> {
        let mut nodes = Vec::new();
        let mut thefts = Vec::new();
        for (place, plan) in parameters.thefts.iter().enumerate() {
            let mut taken = Vec::new();
            for (name, &coins) in &plan.take {
                let coin = Coin::find(name).ok_or_else(|| Error::new(format!("`{name}` is no coin")))?;
                taken.push((coin, coin.whole(coins)));
            }
            let first = flatten(&plan.steps, None, &mut nodes)?;
            let truth = TheftTruth {
                id: plan.id.clone(),
                seed: Party::new(Kind::Thief, place as u64),
                tick: plan.day * DAY + plan.hour * HOUR,
                ends: BTreeMap::new(),
                first_stops: BTreeMap::new(),
                sums: BTreeMap::new(),
                touched: BTreeSet::new(),
            };
            thefts.push(Theft { taken, first, truth });
        }
        Ok(Self {
            accounts: thefts.len() as u64,
            thefts,
            nodes,
            lots: Vec::new(),
            held: HashMap::new(),
            marked: HashSet::new(),
            deposits: HashMap::new(),
            identities: 0,
            first_identity: 1 << 40,
        })
    }

    pub(super) fn count(&self) -> usize {
        self.thefts.len()
    }

    pub(super) fn tick(&self, theft: usize) -> u64 {
        self.thefts[theft].truth.tick
    }

    pub(super) fn seed(&self, theft: usize) -> Party {
        self.thefts[theft].truth.seed
    }

    pub(super) fn taken(&self, theft: usize) -> Vec<(Coin, u64)> {
        self.thefts[theft].taken.clone()
    }

    pub(super) fn taken_of(&self, theft: usize, coin: Coin) -> u64 {
        self.thefts[theft].taken.iter().find(|(taken, _)| *taken == coin).map_or(0, |(_, units)| *units)
    }

    pub(super) fn first_step(&self, theft: usize) -> Option<usize> {
        self.thefts[theft].first
    }

    pub(super) fn node(&self, step: usize) -> Node {
        self.nodes[step].clone()
    }

    pub(super) fn happened(&mut self, theft: usize, tick: u64) {
        let truth = &mut self.thefts[theft].truth;
        truth.tick = tick;
        truth.touched.insert((truth.seed, Role::Thief));
    }

    pub(super) fn took(&mut self, theft: usize, coin: Coin, units: u64) {
        self.thefts[theft].truth.sums.entry(coin).or_default().taken += units;
    }

    pub(super) fn converted(&mut self, theft: usize, given: (Coin, u64), got: (Coin, u64)) {
        let sums = &mut self.thefts[theft].truth.sums;
        sums.entry(given.0).or_default().converted_out += given.1;
        sums.entry(got.0).or_default().converted_in += got.1;
    }

    /// A fresh account of a thief.
    pub(super) fn account(&mut self) -> Party {
        self.accounts += 1;
        Party::new(Kind::Thief, self.accounts - 1)
    }

    /// A deposit account that a thief opened under some name.
    pub(super) fn identity(&mut self) -> Party {
        self.identities += 1;
        Party::new(Kind::Deposit, self.first_identity + self.identities - 1)
    }

    /// What a party keeps for thieves.
    pub(crate) fn held(&self, party: Party, coin: Coin) -> u64 {
        if self.held.is_empty() { 0 } else { self.held.get(&(party, coin)).copied().unwrap_or(0) }
    }

    /// New stolen money at a party.
    pub(super) fn lot(
        &mut self,
        theft: usize,
        at: Party,
        coin: Coin,
        units: u64,
        step: Option<usize>,
        through: Through,
    ) -> usize {
        let role = if at.kind() == Kind::Thief { Role::Thief } else { Role::Mule };
        self.touch(theft, at, role);
        self.lots.push(Lot {
            theft,
            at,
            coin,
            units: 0,
            step,
            progress: 0,
            through,
            becomes: None,
            awaited: 0,
            closed: false,
            goal: None,
        });
        let lot = self.lots.len() - 1;
        self.grow(lot, units);
        lot
    }

    pub(super) fn grow(&mut self, lot: usize, units: u64) {
        let Lot { at, coin, .. } = self.lots[lot];
        self.lots[lot].units += units;
        *self.held.entry((at, coin)).or_default() += units;
    }

    /// Money leaves a lot.
    pub(super) fn shrink(&mut self, lot: usize, units: u64) {
        let Lot { at, coin, .. } = self.lots[lot];
        self.lots[lot].units -= units;
        let held = self.held.get_mut(&(at, coin)).expect("the lot is held there");
        *held -= units;
        if *held == 0 {
            self.held.remove(&(at, coin));
        }
    }

    pub(super) fn touch(&mut self, theft: usize, party: Party, role: Role) {
        self.thefts[theft].truth.touched.insert((party, role));
    }

    /// Money of a lot came to rest, for good or as far as plain transfers lead.
    pub(super) fn rest(&mut self, lot: usize, party: Party, place: Place, units: u64) {
        let Lot { theft, coin, through, .. } = self.lots[lot];
        let truth = &mut self.thefts[theft].truth;
        let spot = Spot { party, coin, place, through };
        if !matches!(place, Place::Pool | Place::Desk) {
            *truth.ends.entry(spot).or_default() += units;
        }
        self.stop(lot, party, place, units);
    }

    /// Money of a lot went where plain transfers lead no further.
    pub(super) fn stop(&mut self, lot: usize, party: Party, place: Place, units: u64) {
        let Lot { theft, coin, through, .. } = self.lots[lot];
        if through.is_plain() && units > 0 {
            let spot = Spot { party, coin, place, through };
            *self.thefts[theft].truth.first_stops.entry(spot).or_default() += units;
        }
    }

    /// Money that seemed to rest goes on.
    pub(super) fn unrest(&mut self, theft: usize, spot: Spot, units: u64) {
        let ends = &mut self.thefts[theft].truth.ends;
        let end = ends.get_mut(&spot).expect("it rested there");
        *end -= units;
        if *end == 0 {
            ends.remove(&spot);
        }
    }

    pub(super) fn deposited(&mut self, lot: usize, deposit: Party) {
        let Lot { theft, coin, .. } = self.lots[lot];
        let thefts = self.deposits.entry((deposit, coin)).or_default();
        if !thefts.contains(&theft) {
            thefts.push(theft);
        }
        self.touch(theft, deposit, Role::Deposit);
    }

    /// A deposit account was swept.
    pub(crate) fn swept(&mut self, deposit: Party, hot: Party, coin: Coin) {
        if self.deposits.is_empty() {
            return;
        }
        for theft in self.deposits.get(&(deposit, coin)).cloned().unwrap_or_default() {
            self.touch(theft, hot, Role::Service);
        }
    }

    /// Somebody earned money from a thief.
    pub(super) fn earned(&mut self, party: Party, coin: Coin) {
        self.marked.insert((party, coin));
    }

    /// Follows money that somebody earned from a thief, among honest parties.
    pub(crate) fn mark(&mut self, transfer: &Transfer) {
        if self.marked.is_empty() || transfer.units == 0 {
            return;
        }
        if let Some(from) = transfer.from
            && !from.kind().is_service()
            && self.marked.contains(&(from, transfer.coin))
        {
            self.marked.insert((transfer.to, transfer.coin));
        }
    }

    /// Closes the book: what is in a lot rests there.
    pub(crate) fn finish(mut self) -> Vec<TheftTruth> {
        for lot in 0..self.lots.len() {
            let Lot { at, units, .. } = self.lots[lot];
            if units > 0 {
                self.rest(lot, at, Place::Held, units);
            }
        }
        let marked: BTreeSet<Party> = self.marked.iter().map(|(party, _)| *party).collect();
        self.thefts
            .into_iter()
            .map(|Theft { mut truth, .. }| {
                truth.touched.extend(marked.iter().map(|&party| (party, Role::Downstream)));
                for (spot, &units) in &truth.ends {
                    truth.sums.entry(spot.coin).or_default().resting += units;
                }
                truth
            })
            .collect()
    }
}
