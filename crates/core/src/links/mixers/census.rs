//! What a pool looked like over time: unspent notes, and among how many each exit hides.
//!
//! *Anonymity set* of an exit: the notes that lay in the pool unspent before it. If the events begin with the pool's
//! first note this is exact; with a number of notes that lay there before (somebody said so), too. Else the events
//! prove only that at least so many lay there as would keep the pool from paying what it does not have: a lower bound,
//! and called so. What a candidate set says is at most "one of so many".

use super::MILLION;
use super::history::PoolHistory;
use super::table::MixerTable;
use crate::amount::Wide;
use std::collections::BTreeMap;

/// What is known of the notes that lay in a pool before the first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// None: the events begin with the pool's first note.
    Whole,
    /// So many, as somebody says.
    Stated(u64),
    /// At least so many; every set is a lower bound.
    AtLeast(u64),
}

impl Base {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Stated(_) => "stated",
            Self::AtLeast(_) => "at_least",
        }
    }

    /// The number.
    #[must_use]
    pub const fn notes(self) -> u64 {
        match self {
            Self::Whole => 0,
            Self::Stated(notes) | Self::AtLeast(notes) => notes,
        }
    }
}

/// A pool in one stretch of its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Month {
    /// Notes paid in.
    pub notes: u64,
    /// Exits paid.
    pub exits: u64,
    /// Unspent notes at its end.
    pub unspent: u64,
    /// The median anonymity set of its exits; 0 without any.
    pub median_set: u64,
}

/// What a pool looked like. Shares are millionths of its exits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// What lay there before.
    pub base: Option<Base>,
    /// Notes paid in.
    pub notes: u64,
    /// Exits paid.
    pub exits: u64,
    /// Exits at a moment when the pool had nothing to pay, though its history is said to be whole.
    pub overdrawn: u64,
    /// Notes that lie in it at the end.
    pub unspent: u64,
    /// One entry an exit, in their order: its anonymity set.
    pub sets: Vec<u64>,
    /// The least, the median and the largest of these.
    pub set_range: [u64; 3],
    /// Recipients.
    pub recipients: u64,
    /// Share of exits to recipients of several.
    pub to_repeated: u64,
    /// Share of exits that nobody relayed.
    pub self_relayed: u64,
    /// Share of exits whose fee is below half a percent, none included.
    pub fee_below_half_percent: u64,
    /// Share of exits of which the recipient got 0.90 to 0.995 of a note: what a band of values finds.
    pub in_band: u64,
    /// Share of exits of which the fee is more than half: here the larger part is not the recipient's.
    pub fee_over_half: u64,
    /// Median, 99 of 100, and largest fee of the exits that somebody relayed, in millionths of a note.
    pub fee_quantiles: [u64; 3],
    /// Exits whose fee is more than a note: not possible, and so a wrong pool or a wrong file.
    pub fee_beyond_note: u64,
    /// By calendar month (or whatever the caller's key says), in order: what happened in it.
    pub months: BTreeMap<String, Month>,
}

/// Counts a pool. `month_of` names the stretch in which a time lies; what has no time is in the stretch before.
///
/// # Cost
/// **O(n log n)** for n notes and exits.
#[must_use]
pub fn census(table: &MixerTable, history: &PoolHistory, month_of: impl Fn(i64) -> String) -> Census {
    let size = table.pools[history.pool].denomination;
    let mut it =
        Census { notes: history.notes.len() as u64, exits: history.exits.len() as u64, ..Census::default() };
    let base = base(history);
    it.base = Some(base);
    let mut unspent = base.notes();
    let mut month = String::new();
    let mut sets_of_month: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for event in in_order(history) {
        let time = match event {
            Event::Note(at) => history.notes[at].time,
            Event::Exit(at) => history.exits[at].time,
        };
        if let Some(time) = time {
            month = month_of(time);
        }
        let now = it.months.entry(month.clone()).or_default();
        match event {
            Event::Note(_) => {
                unspent += 1;
                now.notes += 1;
            }
            Event::Exit(_) => {
                it.sets.push(unspent);
                sets_of_month.entry(month.clone()).or_default().push(unspent);
                it.overdrawn += u64::from(unspent == 0);
                unspent = unspent.saturating_sub(1);
                now.exits += 1;
            }
        }
        now.unspent = unspent;
    }
    for (month, mut sets) in sets_of_month {
        sets.sort_unstable();
        it.months.entry(month).or_default().median_set = quantile(&sets, 50);
    }
    it.unspent = unspent;
    let mut sorted = it.sets.clone();
    sorted.sort_unstable();
    it.set_range = [quantile(&sorted, 0), quantile(&sorted, 50), quantile(&sorted, 100)];

    let mut of_recipient: BTreeMap<_, u64> = BTreeMap::new();
    let mut fees = Vec::with_capacity(history.exits.len());
    let [mut selves, mut below, mut band, mut over] = [0_u64; 4];
    for exit in &history.exits {
        *of_recipient.entry(exit.recipient).or_default() += 1;
        let fee = exit.fee.to_wide() * Wide::from(MILLION) / size.to_wide();
        let fee = u64::try_from(fee).unwrap_or(u64::MAX);
        it.fee_beyond_note += u64::from(exit.fee > size);
        selves += u64::from(exit.fee.is_zero());
        below += u64::from(fee < MILLION / 200);
        // The band in the recipient's part is 0.005 to 0.10 in the fee.
        let wide = |part: u64| size.to_wide() * Wide::from(part) / Wide::from(1_000_u64);
        band += u64::from(exit.fee.to_wide() >= wide(5) && exit.fee.to_wide() <= wide(100));
        over += u64::from(fee > MILLION / 2);
        if !exit.fee.is_zero() {
            fees.push(fee);
        }
    }
    fees.sort_unstable();
    it.fee_quantiles = [quantile(&fees, 50), quantile(&fees, 99), quantile(&fees, 100)];
    let repeated: u64 = of_recipient.values().filter(|&&count| count > 1).sum();
    it.recipients = of_recipient.len() as u64;
    let share = |count: u64| (count * MILLION).checked_div(it.exits).unwrap_or(0);
    [it.to_repeated, it.self_relayed, it.fee_below_half_percent, it.in_band, it.fee_over_half] =
        [repeated, selves, below, band, over].map(share);
    it
}

/// What a hundred parts of sorted numbers lie at or below: the nearest of them; 0 of none.
fn quantile(sorted: &[u64], percent: usize) -> u64 {
    match sorted.len() {
        0 => 0,
        count => sorted[(count - 1) * percent / 100],
    }
}

#[derive(Clone, Copy)]
enum Event {
    Note(usize),
    Exit(usize),
}

/// Notes and exits as they followed each other; in one block notes come first.
fn in_order(history: &PoolHistory) -> impl Iterator<Item = Event> + '_ {
    let has_blocks = history.notes.iter().all(|it| it.block.is_some())
        && history.exits.iter().all(|it| it.block.is_some());
    let note = move |at: usize| {
        let it = &history.notes[at];
        if has_blocks { (it.block, None) } else { (None, it.time) }
    };
    let exit = move |at: usize| {
        let it = &history.exits[at];
        if has_blocks { (it.block, None) } else { (None, it.time) }
    };
    let (mut notes, mut exits) = (0, 0);
    std::iter::from_fn(move || {
        let next_note = (notes < history.notes.len()).then(|| note(notes));
        let next_exit = (exits < history.exits.len()).then(|| exit(exits));
        let takes_note = match (next_note, next_exit) {
            (Some(note), Some(exit)) => note <= exit,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return None,
        };
        if takes_note {
            notes += 1;
            Some(Event::Note(notes - 1))
        } else {
            exits += 1;
            Some(Event::Exit(exits - 1))
        }
    })
}

fn base(history: &PoolHistory) -> Base {
    if let Some(stated) = history.outstanding {
        return Base::Stated(stated);
    }
    let numbered = !history.notes.is_empty()
        && history.notes.iter().zip(0..).all(|(note, number)| note.leaf == Some(number));
    if numbered {
        return Base::Whole;
    }
    let (mut balance, mut least) = (0_i64, 0_i64);
    for event in in_order(history) {
        balance += if matches!(event, Event::Note(_)) { 1 } else { -1 };
        least = least.min(balance);
    }
    Base::AtLeast(least.unsigned_abs())
}
