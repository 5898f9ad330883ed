//! Leads: what an exchange paid out soon after stolen money came in, and about as much.
//!
//! A customer who deposits may take the same amount out again at another address; only the exchange can say. So a
//! lead is a question to it, and is never traced. Looked at is every tainted transfer at which the trace stopped
//! because the receiver is an exchange's: a withdrawal fits if a labelled wallet of that exchange sends the same
//! asset, to nobody who is labelled an exchange's, within [`WINDOW`] seconds after it, at most [`SHORT`] percent
//! less and never more. Where prices are given, also one of another asset on any chain: its dollars at its time are at
//! most [`SHORT_IN_DOLLARS`] percent less than the deposit's at its own, and [`OVER_IN_DOLLARS`] percent more, since prices
//! may be a day old.
//!
//! # Placebo
//!
//! What the same search finds in the window that *ends* at the deposit cannot be its way out: that is chance. Over
//! all deposits of one asset at one exchange, and withdrawals in one asset, whose two windows the data hold whole, the placebo rate is
//!
//! ```text
//! deposits with a fitting transfer before / deposits with one after
//! ```
//!
//! Near 1, the leads are what chance gives. Under some five deposits with one after, the rate itself is chance.

use crate::input::{Input, Limitation};
use crate::price::Cents;
use crate::totals::exact_rules;
use dyetrace_core::amount::Wide;
use dyetrace_core::trace::{ClassId, Stop};
use dyetrace_core::{AccountId, Amount, AssetId, Category, Label, PurseId};
use hashbrown::{HashMap, HashSet};
use std::ops::Range;

/// The longest time from a deposit to its lead, in seconds: a day.
pub(crate) const WINDOW: i64 = 86_400;

/// How much less a lead may be, in percent of the deposit.
pub(crate) const SHORT: u32 = 1;

/// How much less a lead in another asset may be worth, in percent of the deposit.
pub(crate) const SHORT_IN_DOLLARS: u32 = 5;

/// How much more.
pub(crate) const OVER_IN_DOLLARS: u32 = 1;

/// Most leads of one deposit in one asset: the nearest in time.
const OF_A_DEPOSIT: usize = 10;

/// Most deposits looked at: the first in replay order.
const DEPOSITS: usize = 10_000;

/// How often the search finds something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Placebo {
    /// Deposits whose windows before and after lie within the data.
    pub(crate) tested: u64,
    /// Those with a fitting withdrawal after.
    pub(crate) after: u64,
    /// Those with one before.
    pub(crate) before: u64,
}

impl Placebo {
    /// Hits before a deposit for each one after, in thousandths rounded down; empty where there is none after.
    pub(crate) fn rate(self) -> String {
        let rate = (self.before * 1_000).checked_div(self.after);
        rate.map_or_else(String::new, |rate| format!("{}.{:03}", rate / 1_000, rate % 1_000))
    }
}

/// A withdrawal that may be a deposit's way out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lead {
    pub(crate) class: ClassId,
    /// The place of the deposit.
    pub(crate) deposit: usize,
    /// How much of it is stolen, under the run's rule or the first exact one above 0.
    pub(crate) tainted: Amount,
    /// The place of the withdrawal.
    pub(crate) withdrawal: usize,
    /// How many withdrawals fit this deposit.
    pub(crate) candidates: u64,
    /// Which venue's.
    pub(crate) venue: usize,
}

/// All leads of a trace.
#[derive(Debug, Default)]
pub(crate) struct Leads {
    /// By theft, stolen asset, deposit and time.
    pub(crate) rows: Vec<Lead>,
    /// The exchanges, each with an asset of deposits and one of withdrawals.
    pub(crate) venues: Vec<Venue>,
    paid: Vec<Payments>,
    /// Deposits and venues that were counted for the placebo.
    counted: HashSet<(usize, usize)>,
    /// How many deposits were left out.
    left_out: usize,
    /// How many deposits have no time.
    untimed: usize,
}

/// Deposits of one asset at one exchange, and what it paid out in one asset, the same or another.
#[derive(Debug)]
pub(crate) struct Venue {
    /// Its name, as the label of the first deposit writes it.
    pub(crate) name: String,
    /// The deposits' asset.
    asset: AssetId,
    pub(crate) placebo: Placebo,
    /// Which of [`Leads::paid`].
    paid: usize,
}

/// What the labelled wallets of an exchange paid out in one asset: by amount, then time and place.
#[derive(Debug)]
struct Payments {
    /// The exchange's name, in lower case.
    name: String,
    asset: AssetId,
    /// In base units where the deposits are of the same asset, else in cents.
    in_units: Vec<Paid>,
    in_cents: Vec<Paid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Paid {
    value: Amount,
    time: i64,
    place: usize,
}

/// A tainted transfer at which the trace stopped.
struct Deposit {
    class: ClassId,
    place: usize,
    tainted: Amount,
    /// Which venues to search: one for each asset that the exchange paid out.
    venues: Range<usize>,
}

impl Leads {
    /// Looks for them.
    ///
    /// # Cost
    /// **O(n + d · w)** for n transfers, d deposits at exchanges and w withdrawals of a fitting amount; nothing
    /// where the trace stopped at no exchange.
    pub(crate) fn find(input: &Input<'_>) -> Self {
        let mut leads = Self::default();
        let deposits = leads.deposits(input);
        if deposits.is_empty() {
            return leads;
        }
        leads.read_payments(input);
        let span = span(input);
        for deposit in &deposits {
            for venue in deposit.venues.clone() {
                leads.search(input, deposit, venue, span);
            }
        }
        leads.rows.sort_by_key(|lead| {
            let time = input.ledger.columns().time(lead.withdrawal);
            (lead.class, lead.deposit, time, lead.withdrawal)
        });
        leads
    }

    /// The deposits that have a time, with their venues.
    fn deposits(&mut self, input: &Input<'_>) -> Vec<Deposit> {
        let (ledger, trace) = (input.ledger, input.trace);
        let holdings = &trace.holdings;
        let at_exchange = |stop: Option<Stop>| {
            matches!(stop, Some(Stop::Label(Category::Exchange | Category::ExchangeDeposit)))
        };
        let stopped: HashSet<PurseId> = (0..holdings.purse.len())
            .filter(|&row| at_exchange(holdings.stop[row]))
            .map(|row| holdings.purse[row])
            .collect();
        let mut numbers: HashMap<(String, AssetId), Range<usize>> = HashMap::new();
        let mut deposits = Vec::new();
        for row in 0..trace.flows.place.len() {
            let place = usize::try_from(trace.flows.place[row]).expect("rows are in memory");
            let purse = ledger.columns().to[place];
            let tainted = exact_rules(trace)
                .map(|rule| trace.flows.shares.get(row, rule).units)
                .find(|units| !units.is_zero());
            let Some(tainted) = tainted.filter(|_| stopped.contains(&purse)) else { continue };
            let account = ledger.purses().account(purse);
            let Some(name) = venue_of(input, account) else { continue };
            if ledger.columns().time(place).is_none() {
                self.untimed += 1;
            } else if deposits.len() == DEPOSITS {
                self.left_out += 1;
            } else {
                let asset = ledger.purses().asset(purse);
                let venues = numbers.entry((name.to_lowercase(), asset));
                let venues = venues.or_insert_with(|| self.add_venues(input, name, asset)).clone();
                deposits.push(Deposit { class: trace.flows.class[row], place, tainted, venues });
            }
        }
        deposits
    }

    /// Adds the venues of deposits of an asset at an exchange: one for each asset that it may have paid out.
    fn add_venues(&mut self, input: &Input<'_>, name: &str, asset: AssetId) -> Range<usize> {
        let start = self.venues.len();
        let others = input.prices.assets().filter(|&other| other != asset && input.prices.has(asset));
        for other in [asset].into_iter().chain(others) {
            let key = name.to_lowercase();
            let known = self.paid.iter().position(|paid| paid.name == key && paid.asset == other);
            let paid = known.unwrap_or_else(|| {
                let (in_units, in_cents) = (Vec::new(), Vec::new());
                self.paid.push(Payments { name: key, asset: other, in_units, in_cents });
                self.paid.len() - 1
            });
            let placebo = Placebo::default();
            self.venues.push(Venue { name: name.to_owned(), asset, placebo, paid });
        }
        start..self.venues.len()
    }

    /// Reads what the wallets of the venues paid out.
    fn read_payments(&mut self, input: &Input<'_>) {
        let (ledger, labels) = (input.ledger, input.labels);
        // One entry a purse: 0, or one more than the payments it belongs to.
        let mut payer = vec![0; ledger.purses().len()];
        let mut is_theirs = vec![false; ledger.accounts().len()];
        for account in labels.accounts() {
            is_theirs[account.index()] = venue_of(input, account).is_some();
        }
        for (number, paid) in (1..).zip(&self.paid) {
            let theirs = |label: &Label| {
                label.category == Category::Exchange && label.holder().to_lowercase() == paid.name
            };
            let accounts = labels.accounts().filter(|account| is_theirs[account.index()]);
            let wallets = accounts.filter(|account| labels.of(*account).any(theirs));
            for purse in wallets.filter_map(|account| ledger.purses().find(account, paid.asset)) {
                payer[purse.index()] = number;
            }
        }
        let columns = ledger.columns();
        let (from, to): (&[PurseId], &[PurseId]) = (&columns.from, &columns.to);
        for (place, (from, to)) in from.iter().zip(to).enumerate() {
            let number = payer.get(from.index()).copied().unwrap_or(0);
            if number == 0 || !ledger.moves(place) || ledger.is_void(*to) {
                continue;
            }
            if is_theirs[ledger.purses().account(*to).index()] {
                continue;
            }
            if let Some(time) = columns.time(place) {
                let paid = &mut self.paid[number - 1];
                paid.in_units.push(Paid { value: columns.value.get(place), time, place });
                if let Some(Cents(value)) = cents(input, paid.asset, place) {
                    paid.in_cents.push(Paid { value, time, place });
                }
            }
        }
        for paid in &mut self.paid {
            paid.in_units.sort_unstable();
            paid.in_cents.sort_unstable();
        }
    }

    fn search(&mut self, input: &Input<'_>, deposit: &Deposit, at: usize, span: (i64, i64)) {
        let columns = input.ledger.columns();
        let Self { rows, venues, paid, counted, .. } = self;
        let venue = &mut venues[at];
        let time = columns.time(deposit.place).expect("deposits without a time are left out");
        let Some(fitting) = venue.fitting(&paid[venue.paid], input, deposit.place) else { return };
        let is_after = |paid: &&Paid| {
            (paid.time, paid.place) > (time, deposit.place) && paid.time.saturating_sub(time) <= WINDOW
        };
        let is_before = |paid: &&Paid| {
            (paid.time, paid.place) < (time, deposit.place) && time.saturating_sub(paid.time) <= WINDOW
        };
        let mut after: Vec<Paid> = fitting.iter().filter(is_after).copied().collect();
        let before = fitting.iter().any(|paid| is_before(&paid));
        let is_whole = time.saturating_sub(WINDOW) >= span.0 && time.saturating_add(WINDOW) <= span.1;
        if is_whole && counted.insert((deposit.place, at)) {
            venue.placebo.tested += 1;
            venue.placebo.after += u64::from(!after.is_empty());
            venue.placebo.before += u64::from(before);
        }
        after.sort_unstable_by_key(|paid| (paid.time, paid.place));
        let candidates = after.len() as u64;
        rows.extend(after.iter().take(OF_A_DEPOSIT).map(|paid| Lead {
            class: deposit.class,
            deposit: deposit.place,
            tainted: deposit.tainted,
            withdrawal: paid.place,
            candidates,
            venue: at,
        }));
    }

    /// What is to be said about them.
    pub(crate) fn limitations(&self) -> Vec<Limitation> {
        let row =
            |detail: String| Limitation { kind: "leads".to_owned(), subject: "leads".to_owned(), detail };
        let mut rows = Vec::new();
        if self.left_out > 0 {
            let left_out = self.left_out;
            rows.push(row(format!(
                "leads were looked for behind the first {DEPOSITS} deposits at exchanges, not behind {left_out} more"
            )));
        }
        if self.untimed > 0 {
            let untimed = self.untimed;
            rows.push(row(format!("{untimed} deposits at exchanges have no time: no leads were looked for")));
        }
        rows
    }
}

impl Venue {
    /// The payments of a fitting amount: in the same asset from [`SHORT`] percent less to just as much, in another one
    /// about as much in dollars. `None` where the deposit has no dollars.
    fn fitting<'p>(&self, paid: &'p Payments, input: &Input<'_>, deposit: usize) -> Option<&'p [Paid]> {
        let (all, deposited, short, over) = if paid.asset == self.asset {
            (&paid.in_units, input.ledger.columns().value.get(deposit), SHORT, 0)
        } else {
            (&paid.in_cents, cents(input, self.asset, deposit)?.0, SHORT_IN_DOLLARS, OVER_IN_DOLLARS)
        };
        let of = |amount: Amount, percent: u32| amount.to_wide() * Wide::from(percent);
        let (least, most) = (of(deposited, 100 - short), of(deposited, 100 + over));
        let start = all.partition_point(|paid| of(paid.value, 100) < least);
        let end = all.partition_point(|paid| of(paid.value, 100) <= most);
        Some(&all[start.min(end)..end])
    }
}

/// What a transfer of an asset was worth at its time.
fn cents(input: &Input<'_>, asset: AssetId, place: usize) -> Option<Cents> {
    let time = input.ledger.columns().time(place)?;
    let decimals = input.tokens.get(asset)?.decimals;
    let quote = input.prices.at(asset, time)?;
    Cents::of(input.ledger.columns().value.get(place), decimals, quote.usd)
}

/// The exchange whose account this is, as a customer's or its own.
fn venue_of<'l>(input: &Input<'l>, account: AccountId) -> Option<&'l str> {
    let of = |category| input.labels.of(account).find(|label| label.category == category);
    of(Category::ExchangeDeposit).or_else(|| of(Category::Exchange)).map(Label::holder)
}

/// The first and the last time of the data.
fn span(input: &Input<'_>) -> (i64, i64) {
    let times = || input.ledger.columns().blocks.runs().filter_map(|run| run.1);
    (times().min().unwrap_or_default(), times().max().unwrap_or_default())
}
