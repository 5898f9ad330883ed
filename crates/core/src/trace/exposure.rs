//! Exposure: what came into some accounts, from which origin, by the rule of a trace. The forward replay, read at its
//! receivers: no second theory.
//!
//! [`exposures`] asks about any number of accounts in one pass; [`source`] about one, by a replay of what can have come to it
//! alone, with the routes. Origins are thefts, as a trace has them, or labelled entities ([`super::Entity`]); never both in one
//! run, since under some rules what counts as tainted changes who is served first.
//!
//! # What always holds
//!
//! Per purse and class, what came in less what left is what rests (checked in the replay). Per purse, what came by transfers
//! and exchanges, over all classes, is at most what the data show it received. [`source`] says of its account what
//! [`exposures`] says, and both what a trace of these origins does.

use super::both_orders::BothOrders;
use super::brought::Gets;
use super::error::TraceError;
use super::options::TraceOptions;
use super::other_order::{OtherOrder, OtherSource};
use super::outcome::{Class, ClassId, Share, ShareColumns, Trace};
use super::replay::{Cut, way};
use super::routes::{EvidenceGraph, Routes};
use super::run::{Asking, Prepared, Tallied};
use super::theft::Theft;
use super::{Entity, Rule};
use crate::account::AccountId;
use crate::amount::{Amount, AmountColumn};
use crate::label::Labels;
use crate::ledger::{Ledger, PurseId};

/// Whose money is told apart.
#[derive(Clone, Copy, Debug)]
pub enum Origins<'a> {
    /// Stolen money, as a trace of these thefts has it.
    Thefts(&'a [Theft]),
    /// What these entities send.
    Entities(&'a [Entity]),
}

/// What came into some accounts: a row is an origin, the asset it was in there, and a purse that it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposures {
    /// The rule.
    pub rule: Rule,
    /// The names of thefts or entities, sorted by bytes.
    pub origins: Vec<String>,
    /// Origins and the assets in which their money began; [`Class::theft`] is an index into `origins`. Those that only the other
    /// order has stand last.
    pub classes: Vec<Class>,
    /// Where it came: by purse, then origin, then its asset's name. Where only the other order brings something, the row is here too: its amounts are 0,
    /// and its places, count and hops are those of that order.
    pub purse: Vec<PurseId>,
    /// What came.
    pub class: Vec<ClassId>,
    /// The place of the first arrival.
    pub first: Vec<u64>,
    /// The place of the last one.
    pub last: Vec<u64>,
    /// How many transfers brought it.
    pub transfers: Vec<u64>,
    /// The fewest transfers from the origin; 0 where it was stolen right here.
    pub hops: Vec<u32>,
    /// Direct, indirect, exchanged, stolen here, resting: see [`Exposure`].
    pub(super) shares: ShareColumns,
    /// The purses of the accounts that were asked about, sorted.
    pub purses: Vec<PurseId>,
    /// All that each of them received from others, in base units: by transfers, and net in exchanges.
    pub received: AmountColumn,
    /// What limits cut off: where any did, more may have come. Of one account, hubs and far purses that taint got to and that sent to
    /// what is asked about. Of two orders, of each kind the most.
    pub cut: Cut,
    /// What the other order gives; `None` where the input tells the only one that counts.
    pub(super) other: Option<Box<OtherOrder>>,
}

/// What came of one class into one purse: units of the purse's asset, claims in that of the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Exposure {
    /// By transfers from the origin's own accounts.
    pub direct: Share,
    /// By transfers from anybody else.
    pub indirect: Share,
    /// In exchanges, for what the account had given.
    pub exchanged: Share,
    /// Stolen right here: the account is a seed of the theft. Not in the others, and partly not seen to arrive.
    pub here: Share,
    /// What of all that rests here at the end.
    pub rests: Share,
}

impl Exposure {
    /// The amounts of a row: a column a way.
    pub(super) fn of(shares: &ShareColumns, row: usize) -> Self {
        let share = |way: usize| shares.get(row, way);
        Self {
            direct: share(way::DIRECT),
            indirect: share(way::INDIRECT),
            exchanged: share(way::EXCHANGED),
            here: share(way::HERE),
            rests: share(way::RESTS),
        }
    }

    /// What came in from others: direct, indirect and exchanged.
    #[must_use]
    pub fn came(&self) -> Share {
        let all = [self.direct, self.indirect, self.exchanged];
        Share { units: all.iter().map(|it| it.units).sum(), claim: all.iter().map(|it| it.claim).sum() }
    }
}

impl Exposures {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.purse.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.purse.is_empty()
    }

    /// The amounts of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn get(&self, row: usize) -> Exposure {
        Exposure::of(&self.shares, row)
    }

    /// The rows of a purse.
    #[must_use]
    pub fn of(&self, purse: PurseId) -> std::ops::Range<usize> {
        let start = self.purse.partition_point(|it| *it < purse);
        start..start + self.purse[start..].partition_point(|it| *it == purse)
    }

    /// The name of a row's origin.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn origin(&self, row: usize) -> &str {
        &self.origins[self.classes[self.class[row].index()].theft as usize]
    }

    /// All that a purse received from others; `None` if it was not asked about.
    #[must_use]
    pub fn received_by(&self, purse: PurseId) -> Option<Amount> {
        self.purses.binary_search(&purse).ok().map(|at| self.received.get(at))
    }
}

/// What came to some accounts from where, in one pass over all that these origins' money can reach. The accounts may stand in any
/// order; only [`TraceOptions::rule`] is run.
///
/// # Errors
/// As [`super::trace`].
///
/// # Panics
/// As [`BothOrders::exposures`].
///
/// # Cost
/// As a trace by one rule, but that nothing is listed: some 150 bytes for each class that came to a purse that is asked about, and
/// what the rule keeps of each purse reached. Where [`crate::ledger::Notes::order_ambiguous`], twice the time, what
/// [`Ledger::with_ties_reversed`] costs, and those bytes up to three times while both orders are set side by side. Who asks more than once
/// makes [`BothOrders`] first.
pub fn exposures(
    ledger: &Ledger,
    labels: &Labels,
    origins: Origins<'_>,
    options: &TraceOptions,
    accounts: &[AccountId],
) -> Result<Exposures, TraceError> {
    BothOrders::of(ledger).exposures(labels, origins, options, accounts)
}

/// In this order alone, of accounts that are sorted.
pub(super) fn exposures_once(
    ledger: &Ledger,
    labels: &Labels,
    origins: Origins<'_>,
    options: &TraceOptions,
    accounts: &[AccountId],
) -> Result<Exposures, TraceError> {
    let (prepared, of_entities) = prepare(ledger, labels, origins, options, accounts)?;
    let asking = Asking { accounts, within: false, lists: false, of_entities };
    let (trace, tally) = prepared.tally(&prepared.reach(None), &asking);
    Ok(gathered(&prepared, trace.thefts, trace.classes, tally, accounts))
}

/// Where one account's money came from.
#[derive(Debug)]
pub struct Source {
    /// What came to its purses.
    pub exposures: Exposures,
    /// What was replayed: all transfers and postings of these classes that can have to do with it, and others of which the figures
    /// mean nothing. Classes are those of `exposures`.
    pub trace: Trace,
    /// Its transfers as a graph, for routes: a route of an entity begins at the account that it paid. Routes are those of input order.
    pub graph: EvidenceGraph,
    /// What its purses got in exchanges and over links.
    pub(super) gets: Gets,
    /// What was replayed in the other order; `None` where the input tells the only one that counts.
    pub(super) other: Option<Box<OtherSource>>,
}

/// Where one account's money came from: the same figures as [`exposures`], by a replay of what can have come to it alone.
///
/// # Errors
/// As [`super::trace`].
///
/// # Panics
/// As [`BothOrders::exposures`].
///
/// # Cost
/// Some passes over the ledger, and a replay of the purses from which money can have come; twice where
/// [`crate::ledger::Notes::order_ambiguous`], and what [`Ledger::with_ties_reversed`] costs. Who asks more than once makes
/// [`BothOrders`] first.
pub fn source(
    ledger: &Ledger,
    labels: &Labels,
    origins: Origins<'_>,
    options: &TraceOptions,
    account: AccountId,
) -> Result<Source, TraceError> {
    BothOrders::of(ledger).source(labels, origins, options, account)
}

/// In this order alone.
pub(super) fn source_once(
    ledger: &Ledger,
    labels: &Labels,
    origins: Origins<'_>,
    options: &TraceOptions,
    account: AccountId,
) -> Result<Source, TraceError> {
    let accounts = [account];
    let (prepared, of_entities) = prepare(ledger, labels, origins, options, &accounts)?;
    let asking = Asking { accounts: &accounts, within: true, lists: true, of_entities };
    let (trace, tally) = prepared.tally(&prepared.reach(None), &asking);
    let exposures = gathered(&prepared, trace.thefts.clone(), trace.classes.clone(), tally, &accounts);
    let gets = Gets::of(&prepared.view, &exposures.purses);
    let graph = Routes::of(prepared).graph(&trace, 0);
    Ok(Source { exposures, trace, graph, gets, other: None })
}

fn prepare<'a>(
    ledger: &'a Ledger,
    labels: &Labels,
    origins: Origins<'_>,
    options: &TraceOptions,
    asked: &[AccountId],
) -> Result<(Prepared<'a>, bool), TraceError> {
    // A pool's own money is told from nobody's: it stops here.
    let options = TraceOptions { compare: Vec::new(), pools: Vec::new(), ..options.clone() };
    match origins {
        Origins::Thefts(thefts) => {
            Ok((Prepared::asked_about(ledger, labels, thefts, &options, asked)?, false))
        }
        Origins::Entities(entities) => {
            Ok((Prepared::of_entities(ledger, labels, entities, &options, asked)?, true))
        }
    }
}

/// Puts a tally in order; passing purses' rows are added to those of their purses.
fn gathered(
    prepared: &Prepared<'_>,
    origins: Vec<String>,
    classes: Vec<Class>,
    Tallied { mut rows, cut }: Tallied,
    accounts: &[AccountId],
) -> Exposures {
    rows.sort_unstable_by_key(|row| (row.purse, row.class));
    let (purses, received) = received(prepared, accounts);
    let mut all = Exposures {
        rule: prepared.rules[0],
        origins,
        classes,
        purse: Vec::new(),
        class: Vec::new(),
        first: Vec::new(),
        last: Vec::new(),
        transfers: Vec::new(),
        hops: Vec::new(),
        shares: ShareColumns::new(way::COUNT),
        purses,
        received,
        cut,
        other: None,
    };
    for rows in rows.chunk_by(|one, other| (one.purse, one.class) == (other.purse, other.class)) {
        let mut row = rows[0];
        for other in &rows[1..] {
            row.first = row.first.min(other.first);
            row.last = row.last.max(other.last);
            row.transfers += other.transfers;
            row.hops = row.hops.min(other.hops);
            for (sum, share) in row.shares.iter_mut().zip(&other.shares) {
                sum.units = sum.units.plus(share.units);
                sum.claim = sum.claim.plus(share.claim);
            }
        }
        all.purse.push(row.purse);
        all.class.push(row.class);
        all.first.push(row.first);
        all.last.push(row.last);
        all.transfers.push(row.transfers);
        all.hops.push(row.hops);
        all.shares.push(&row.shares);
    }
    // What poison flags is no amount, and may be more than anybody received.
    if all.rule.is_exact() {
        all.received = at_least_what_came(&all);
    }
    all
}

/// What each purse received. Where what pays out in an exchange was tainted itself, its taint ends at the receiver, as nobody's to
/// tell, beside what the receiver got for what it gave: both came, by the same coins, and so no less was received.
fn at_least_what_came(all: &Exposures) -> AmountColumn {
    let came = |purse: PurseId| all.of(purse).map(|row| all.get(row).came().units).sum::<Amount>();
    let mut received = AmountColumn::default();
    let purses = all.purses.iter().zip(0..);
    purses.for_each(|(&purse, at)| received.push(all.received.get(at).max(came(purse))));
    received
}

/// The purses of some accounts, sorted, and what each received from others.
fn received(prepared: &Prepared<'_>, accounts: &[AccountId]) -> (Vec<PurseId>, AmountColumn) {
    let view = &prepared.view;
    let (columns, purses) = (view.ledger.columns(), view.ledger.purses());
    let is_asked = |purse: &PurseId| accounts.binary_search(&purses.account(*purse)).is_ok();
    let asked: Vec<PurseId> = purses.iter().filter(is_asked).collect();
    // One entry a purse: its place among those, and one more.
    let mut number = vec![0_u32; purses.len()];
    (1..).zip(&asked).for_each(|(at, purse)| number[purse.index()] = at);
    let mut sums = vec![super::sum::AmountSum::default(); asked.len() + 1];
    for (place, (from, to)) in columns.from.iter().zip(columns.to.iter()).enumerate() {
        let at = number[to.index()];
        // What is part of the receiver's exchange, or comes by a link, counts below, net.
        if at != 0 && from != to && view.moves(place) && !view.deals.is_got(place) {
            sums[at as usize].add(&columns.value, place);
        }
    }
    // What an account gets in an exchange is net, and can lack its transfer.
    for (purse, amount, _) in view.deals.all.iter().flat_map(|deal| deal.gets()) {
        let at = number[purse.index()];
        if at != 0 {
            sums[at as usize].add_amount(amount);
        }
    }
    let mut received = AmountColumn::default();
    sums[1..].iter().for_each(|sum| received.push(sum.total()));
    (asked, received)
}
