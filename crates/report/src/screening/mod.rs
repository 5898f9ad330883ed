//! Screening: what came to many accounts, from thefts and from labelled holders, as rows; and which thresholds that meets.
//!
//! The rows are places in two [`Exposures`], so that a million of them are small columns: [`Screening::write`] spells them
//! out, and whoever wants columns takes [`Screening::address`], [`Screening::exposure`] and the tables behind them.
//!
//! An address has a row for each account of it (one a chain), purse and class of money that came there; where nothing came, one
//! row that says so; where no transfer names it, one row that says that.
//!
//! Where the input does not tell the order of some transfers, rows and thresholds are those of input order, and whatever is another
//! one in the other order is marked. So nobody passes who meets a threshold in one of the two.

mod csv;
mod threshold;

pub use threshold::{Group, Threshold, share_of};

use crate::input::Tokens;
use dyetrace_core::trace::{Exposure, Exposures};
use dyetrace_core::{AccountId, Address, Amount, Labels, Ledger, PurseId};
use std::collections::BTreeSet;

/// An address that was asked about, set against the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAccount {
    /// The address.
    pub address: Address,
    /// The chain that was named, if one was.
    pub chain: Option<String>,
    /// Its accounts in the ledger, by chain; none where no transfer names it.
    pub accounts: Vec<AccountId>,
}

impl AskedAccount {
    /// Finds an address in a ledger: on one chain, or on all.
    #[must_use]
    pub fn find(ledger: &Ledger, address: Address, chain: Option<String>) -> Self {
        let wanted = |name: &str| chain.as_deref().is_none_or(|chain| chain == name);
        let chains = ledger.chains().filter(|(_, name)| wanted(name));
        let accounts = chains.filter_map(|(id, _)| ledger.accounts().find(id, &address)).collect();
        Self { address, chain, accounts }
    }
}

/// What came to whom.
#[derive(Debug)]
pub struct Screening<'a> {
    ledger: &'a Ledger,
    labels: &'a Labels,
    tokens: &'a Tokens,
    asked: &'a [AskedAccount],
    thefts: Option<&'a Exposures>,
    entities: Option<&'a Exposures>,
    thresholds: &'a [Threshold],
    /// One entry a row: an index into the addresses.
    pub address: Vec<u32>,
    /// The account of a row; `None` where the ledger does not know the address.
    pub account: Vec<Option<AccountId>>,
    /// Where a row's exposure stands; `None` where nothing came.
    pub exposure: Vec<Option<Place>>,
    /// The thresholds that the row's purse meets by money of the row's group: bit `t` for the threshold with the number `t`.
    pub met: Vec<u64>,
    /// Those that it meets in the other order: the same bits, and the same where the input tells the order.
    pub met_in_other_order: Vec<u64>,
}

/// Where an exposure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the exposures to thefts.
    Theft(u32),
    /// In those to entities.
    Entity(u32),
}

impl<'a> Screening<'a> {
    /// As many thresholds as there can be.
    pub const MOST_THRESHOLDS: usize = 64;

    /// Puts exposures in rows: by the order of the addresses, then chain, asset, thefts before entities, name and asset of the
    /// origin. At most [`Self::MOST_THRESHOLDS`] thresholds.
    ///
    /// # Panics
    /// On more thresholds, or 2^32 rows.
    #[must_use]
    pub fn new(
        ledger: &'a Ledger,
        labels: &'a Labels,
        tokens: &'a Tokens,
        asked: &'a [AskedAccount],
        [thefts, entities]: [Option<&'a Exposures>; 2],
        thresholds: &'a [Threshold],
    ) -> Self {
        assert!(thresholds.len() <= Self::MOST_THRESHOLDS, "one bit a threshold");
        let mut all = Self {
            ledger,
            labels,
            tokens,
            asked,
            thefts,
            entities,
            thresholds,
            address: Vec::new(),
            account: Vec::new(),
            exposure: Vec::new(),
            met: Vec::new(),
            met_in_other_order: Vec::new(),
        };
        let purses = purses_by_account(ledger, thefts.or(entities));
        for (number, asked) in (0..).zip(asked) {
            if asked.accounts.is_empty() {
                all.push(number, None, None, [0; 2]);
            }
            for &account in &asked.accounts {
                let start = purses.partition_point(|it| it.0 < account);
                let theirs = purses[start..].iter().take_while(|it| it.0 == account);
                let before = all.address.len();
                theirs.for_each(|&(_, purse)| all.push_purse(number, account, purse));
                if all.address.len() == before {
                    all.push(number, Some(account), None, [0; 2]);
                }
            }
        }
        all
    }

    /// Adds a row; `met` in input order, and in the other.
    fn push(
        &mut self,
        address: u32,
        account: Option<AccountId>,
        exposure: Option<Place>,
        [met, other]: [u64; 2],
    ) {
        self.address.push(address);
        self.account.push(account);
        self.exposure.push(exposure);
        self.met.push(met);
        self.met_in_other_order.push(other);
    }

    fn push_purse(&mut self, address: u32, account: AccountId, purse: PurseId) {
        let number = |row: usize| u32::try_from(row).expect("fewer than 2^32 rows");
        for (table, place) in [
            (self.thefts, Place::Theft as fn(u32) -> Place),
            (self.entities, Place::Entity as fn(u32) -> Place),
        ] {
            let Some(table) = table else { continue };
            let received = table.received_by(purse).unwrap_or(Amount::ZERO);
            let other_received = table.received_in_other_order(purse).unwrap_or(received);
            let is_theft = place(0) == Place::Theft(0);
            for row in table.of(purse) {
                let group = if is_theft { Group::Theft } else { Group::of_entity(table.origin(row)) };
                let in_group = |it: &usize| is_theft || Group::of_entity(table.origin(*it)) == group;
                let rows = || table.of(purse).filter(in_group);
                let met = threshold::met(self.thresholds, &group, rows().map(|it| table.get(it)), received);
                let other = if table.is_order_told() {
                    met
                } else {
                    let other = rows().map(|it| table.in_other_order(it).unwrap_or_else(|| table.get(it)));
                    threshold::met(self.thresholds, &group, other, other_received)
                };
                self.push(address, Some(account), Some(place(number(row))), [met, other]);
            }
        }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.address.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.address.is_empty()
    }

    /// How many addresses meet a threshold in input order.
    #[must_use]
    pub fn flagged(&self) -> u64 {
        self.addresses_with(|row| self.met[row] != 0)
    }

    /// How many addresses meet a threshold in the other order alone.
    #[must_use]
    pub fn flagged_in_other_order_alone(&self) -> u64 {
        self.addresses_with(|row| self.met[row] | self.met_in_other_order[row] != 0) - self.flagged()
    }

    /// How many addresses have such a row. Those of one stand together.
    fn addresses_with(&self, is_one: impl Fn(usize) -> bool) -> u64 {
        let mut last = None;
        let rows = (0..self.len()).filter(|&row| is_one(row));
        rows.filter(|&row| last.replace(self.address[row]) != Some(self.address[row])).count() as u64
    }

    /// How many rows have another amount in the other order: one of their own, or what their purse received.
    #[must_use]
    pub fn rows_by_order(&self) -> u64 {
        let by_order = |row: &usize| {
            self.get(*row).is_some_and(|(exposures, at, _)| {
                exposures.in_other_order(at).is_some()
                    || exposures.received_in_other_order(exposures.purse[at]).is_some()
            })
        };
        (0..self.len()).filter(by_order).count() as u64
    }

    /// A sentence on what rests on an order that the input does not tell; `None` where it tells the order.
    #[must_use]
    pub fn order_note(&self) -> Option<String> {
        let is_told = [self.thefts, self.entities].into_iter().flatten().all(Exposures::is_order_told);
        if is_told {
            return None;
        }
        let flagged = if self.thresholds.is_empty() {
            String::new()
        } else {
            let more = self.flagged_in_other_order_alone();
            format!("; {more} more addresses meet a threshold in the other order alone")
        };
        let rows = self.rows_by_order();
        Some(format!(
            "the input does not tell the order of some transfers that touch one purse: input order was taken, and {rows} rows are \
             others with it reversed (columns `other_order_…`){flagged}"
        ))
    }

    /// The accounts where something was stolen right there: those of thefts.
    #[must_use]
    pub fn seeds(&self) -> BTreeSet<AccountId> {
        let has_here = |row: &usize| self.get(*row).is_some_and(|(_, _, it)| !it.here.units.is_zero());
        (0..self.len()).filter(has_here).filter_map(|row| self.account[row]).collect()
    }

    /// How many addresses no transfer names.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        self.account.iter().filter(|account| account.is_none()).count() as u64
    }

    /// The exposure of a row: its table, the row there, and the amounts.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<(&'a Exposures, usize, Exposure)> {
        let (table, at) = match self.exposure[row]? {
            Place::Theft(at) => (self.thefts?, at as usize),
            Place::Entity(at) => (self.entities?, at as usize),
        };
        Some((table, at, table.get(at)))
    }
}

/// The purses of the asked accounts by account, then asset's name.
fn purses_by_account(ledger: &Ledger, exposures: Option<&Exposures>) -> Vec<(AccountId, PurseId)> {
    let names: Vec<String> = ledger.assets().iter().map(|(asset, _)| ledger.asset_name(asset)).collect();
    let purses = exposures.map_or(&[][..], |exposures| &exposures.purses);
    let account = |&purse: &PurseId| (ledger.purses().account(purse), purse);
    let mut purses: Vec<(AccountId, PurseId)> = purses.iter().map(account).collect();
    purses.sort_by(|a, b| {
        let name = |purse: PurseId| &names[ledger.purses().asset(purse).index()];
        a.0.cmp(&b.0).then_with(|| name(a.1).cmp(name(b.1)))
    });
    purses
}
