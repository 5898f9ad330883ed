//! Notes and exits in plain transfers.
//!
//! *A note* is a transfer of exactly the pool's size into it. Who paid: the sender; behind a router, whoever paid the
//! router that much in the same transaction; else who sent the transaction. Where a file holds nothing of a
//! transaction but the payment to the router, the pool is the one on that chain that takes such notes, if it is one.
//!
//! *An exit* is what a pool pays out in one transaction, in the order of its rows, up to exactly a note's size: one
//! transfer (nobody relayed it) or two. Of two the recipient is the one that did not send the transaction, else the
//! larger. There is no band of values: relayers' fees are anything from nothing to nearly all.
//!
//! What does not fit is listed ([`Misfit`]) and is no note and no exit.

use super::event::{Exit, ExitBasis, Note, NoteBasis};
use super::history::PoolHistory;
use super::railgun::{Shielding, find_shieldings};
use super::table::{MixerTable, Role};
use crate::account::{AccountId, Address};
use crate::amount::Amount;
use crate::ledger::{Kind, Ledger, PurseId};
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeMap;

/// Why a transfer of a pool is neither note nor exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MisfitReason {
    /// It went into a pool, and is not a note's size.
    NotANote,
    /// What a pool paid in one transaction does not add up to notes.
    NotAnExit,
    /// A note's size was paid to a router, no pool was seen to receive it, and not exactly one takes such notes.
    NoPool,
    /// It went into or out of a shielding contract with no fee beside it that fits.
    NoFee,
}

impl MisfitReason {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotANote => "not_a_note",
            Self::NotAnExit => "not_an_exit",
            Self::NoPool => "no_pool",
            Self::NoFee => "no_fee",
        }
    }
}

/// A transfer of a mixer that fits no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The transfer: of several in a transaction the first.
    pub place: u64,
    /// Why.
    pub reason: MisfitReason,
}

/// What a ledger shows of mixers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// One entry a pool of which anything was seen, by the pool's number.
    pub histories: Vec<PoolHistory>,
    /// What went into and came out of shielding contracts, in position order.
    pub shieldings: Vec<Shielding>,
    /// What fits no rule, in position order.
    pub misfits: Vec<Misfit>,
}

/// What a purse is to a mixer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Pool(u32),
    Router,
    Railgun,
}

/// Finds notes, exits and shieldings in a ledger.
///
/// # Cost
/// **O(n)** for n transfers, twice; memory for the transactions that touch a mixer.
#[must_use]
pub fn detect(ledger: &Ledger, table: &MixerTable) -> Detected {
    let parts = parts(ledger, table);
    if parts.is_empty() {
        return Detected::default();
    }
    let columns = ledger.columns();
    let part = |purse: PurseId| parts.get(&purse).copied();
    let mut touched: HashSet<u32> = HashSet::new();
    for place in 0..ledger.transfer_count() {
        if ledger.moves(place) && (part(columns.from[place]).is_some() || part(columns.to[place]).is_some()) {
            touched.insert(columns.transaction[place]);
        }
    }
    // Rows of these transactions, by the first of each: rows that move nothing tell who sent it.
    let mut transactions: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut first: HashMap<u32, usize> = HashMap::new();
    for place in 0..ledger.transfer_count() {
        let transaction = columns.transaction[place];
        if touched.contains(&transaction) {
            let at = *first.entry(transaction).or_insert(place);
            transactions.entry(at).or_default().push(place);
        }
    }
    let mut found =
        Finder { ledger, table, parts, histories: BTreeMap::new(), detected: Detected::default() };
    for rows in transactions.into_values() {
        found.read(&rows);
    }
    found.finish()
}

/// The purses of the ledger that are a mixer's, each in the asset that it deals in.
fn parts(ledger: &Ledger, table: &MixerTable) -> HashMap<PurseId, Part> {
    let mut parts = HashMap::new();
    let (accounts, assets, purses) = (ledger.accounts(), ledger.assets(), ledger.purses());
    for (number, pool) in (0..).zip(&table.pools) {
        let Some(chain) = ledger.find_chain(&pool.chain) else { continue };
        let asset = assets.find(&crate::asset::Asset { chain, contract: pool.token });
        let purse = accounts.find(chain, &pool.address).zip(asset);
        let purse = purse.and_then(|(account, asset)| purses.find(account, asset));
        parts.extend(purse.map(|purse| (purse, Part::Pool(number))));
    }
    let mut services: HashMap<AccountId, Part> = HashMap::new();
    for service in &table.services {
        let Some(chain) = ledger.find_chain(&service.chain) else { continue };
        let part = match service.role {
            Role::Router => Part::Router,
            Role::Railgun => Part::Railgun,
            Role::RelayAdapt => continue,
        };
        services.extend(accounts.find(chain, &service.address).map(|account| (account, part)));
    }
    if !services.is_empty() {
        for purse in purses.iter() {
            let part = services.get(&purses.account(purse));
            parts.extend(part.map(|part| (purse, *part)));
        }
    }
    parts
}

struct Finder<'a> {
    ledger: &'a Ledger,
    table: &'a MixerTable,
    parts: HashMap<PurseId, Part>,
    histories: BTreeMap<u32, PoolHistory>,
    detected: Detected,
}

impl Finder<'_> {
    /// Reads the rows of one transaction.
    fn read(&mut self, rows: &[usize]) {
        let columns = self.ledger.columns();
        let external = rows.iter().find(|&&row| columns.kind(row) == Kind::External);
        let sender = external.map(|&row| columns.from[row]).filter(|&purse| purse != PurseId::NONE);
        let sender = sender.map(|purse| self.ledger.purse_address(purse));
        let moving: Vec<usize> = rows.iter().copied().filter(|&row| self.ledger.moves(row)).collect();
        let part = |purse: PurseId| self.parts.get(&purse).copied();
        let mut paid: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let (mut notes, mut routed, mut shielded) = (Vec::new(), Vec::new(), false);
        for &row in &moving {
            if let Some(Part::Pool(pool)) = part(columns.from[row]) {
                paid.entry(pool).or_default().push(row);
            }
            match part(columns.to[row]) {
                Some(Part::Pool(pool)) => notes.push((row, pool)),
                Some(Part::Router) => routed.push(row),
                _ => {}
            }
            shielded |= [columns.from[row], columns.to[row]].map(part).contains(&Some(Part::Railgun));
        }
        for (pool, rows) in paid {
            self.take_exits(pool, &rows, sender);
        }
        for &(row, pool) in &notes {
            self.take_note(pool, row, &moving, sender);
        }
        if notes.is_empty() {
            for row in routed {
                self.take_routed(row);
            }
        }
        if shielded {
            let railgun = |purse: PurseId| self.parts.get(&purse) == Some(&Part::Railgun);
            let (found, unfit) = find_shieldings(self.ledger, self.table, &moving, sender, railgun);
            self.detected.shieldings.extend(found);
            let unfit =
                unfit.into_iter().map(|row| Misfit { place: row as u64, reason: MisfitReason::NoFee });
            self.detected.misfits.extend(unfit);
        }
    }

    /// Cuts what a pool pays in one transaction into exits.
    fn take_exits(&mut self, pool: u32, rows: &[usize], sender: Option<Address>) {
        let columns = self.ledger.columns();
        let size = self.table.pools[pool as usize].denomination;
        let mut exits: Vec<&[usize]> = Vec::new();
        let (mut sum, mut start) = (Amount::ZERO, 0);
        for (at, &row) in rows.iter().enumerate() {
            sum = sum.plus(columns.value.get(row));
            if sum == size {
                exits.push(&rows[start..=at]);
                (sum, start) = (Amount::ZERO, at + 1);
            }
        }
        if start < rows.len() || exits.iter().any(|legs| legs.len() > 2) {
            self.detected.misfits.push(Misfit { place: rows[0] as u64, reason: MisfitReason::NotAnExit });
            return;
        }
        for legs in exits {
            let exit = self.exit(legs, sender);
            let history = self.histories.entry(pool).or_insert_with(|| PoolHistory::new(pool as usize));
            history.exits.push(exit);
        }
    }

    fn exit(&self, legs: &[usize], sender: Option<Address>) -> Exit {
        let columns = self.ledger.columns();
        let receiver = |row: usize| self.ledger.purse_address(columns.to[row]);
        let (recipient, relayed, basis) = match *legs {
            [one, two] => {
                let is_sender = [one, two].map(|row| Some(receiver(row)) == sender);
                match is_sender {
                    [true, false] => (two, Some(one), ExitBasis::NotTheSender),
                    [false, true] => (one, Some(two), ExitBasis::NotTheSender),
                    _ if columns.value.get(two) > columns.value.get(one) => {
                        (two, Some(one), ExitBasis::Larger)
                    }
                    _ => (one, Some(two), ExitBasis::Larger),
                }
            }
            _ => (legs[0], None, ExitBasis::SelfRelayed),
        };
        Exit {
            block: columns.block(recipient),
            time: columns.time(recipient),
            time_is_near: false,
            transaction: self.ledger.transactions().hash(columns.transaction[recipient]),
            recipient: receiver(recipient),
            relayer: relayed.map(receiver),
            fee: relayed.map_or(Amount::ZERO, |row| columns.value.get(row)),
            sender,
            place: Some(recipient as u64),
            relayer_place: relayed.map(|row| row as u64),
            basis,
        }
    }

    fn take_note(&mut self, pool: u32, row: usize, moving: &[usize], sender: Option<Address>) {
        let columns = self.ledger.columns();
        let value = columns.value.get(row);
        if value != self.table.pools[pool as usize].denomination {
            self.detected.misfits.push(Misfit { place: row as u64, reason: MisfitReason::NotANote });
            return;
        }
        let payer = columns.from[row];
        let depositor = if self.parts.get(&payer) == Some(&Part::Router) {
            // Whoever paid the router a note's size: all notes of a transaction are one person's, or nobody can tell.
            let paid = moving.iter().filter(|&&it| columns.to[it] == payer && columns.value.get(it) == value);
            let mut payers: Vec<Address> =
                paid.map(|&it| self.ledger.purse_address(columns.from[it])).collect();
            payers.dedup();
            if let [one] = payers[..] { Some(one) } else { sender }
        } else {
            Some(payer).filter(|&it| it != PurseId::NONE).map(|it| self.ledger.purse_address(it))
        };
        self.add_note(pool, row, depositor, NoteBasis::Transfer);
    }

    /// Takes a payment to a router of which the file shows nothing further.
    fn take_routed(&mut self, row: usize) {
        let (columns, purses) = (self.ledger.columns(), self.ledger.purses());
        let (purse, value) = (columns.to[row], columns.value.get(row));
        let asset = self.ledger.assets().get(purses.asset(purse));
        let chain = self.ledger.purse_chain(purse);
        let fits = |it: &super::table::Pool| {
            it.chain == chain && it.token == asset.contract && it.denomination == value
        };
        let mut pools = (0_u32..).zip(&self.table.pools).filter(|(_, pool)| fits(pool));
        match (pools.next(), pools.next()) {
            (Some((pool, _)), None) => {
                let payer = Some(columns.from[row]).filter(|&it| it != PurseId::NONE);
                let payer = payer.map(|it| self.ledger.purse_address(it));
                self.add_note(pool, row, payer, NoteBasis::Routed);
            }
            _ => self.detected.misfits.push(Misfit { place: row as u64, reason: MisfitReason::NoPool }),
        }
    }

    fn add_note(&mut self, pool: u32, row: usize, depositor: Option<Address>, basis: NoteBasis) {
        let columns = self.ledger.columns();
        let history = self.histories.entry(pool).or_insert_with(|| PoolHistory::new(pool as usize));
        history.notes.push(Note {
            block: columns.block(row),
            time: columns.time(row),
            transaction: self.ledger.transactions().hash(columns.transaction[row]),
            leaf: None,
            depositor,
            place: Some(row as u64),
            basis,
        });
    }

    fn finish(mut self) -> Detected {
        for history in self.histories.values_mut() {
            history.sort();
        }
        self.detected.histories = self.histories.into_values().collect();
        self.detected.misfits.sort_by_key(|it| it.place);
        self.detected
    }
}
