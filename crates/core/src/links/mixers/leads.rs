//! Leads: a depositor beside a recipient, by a rule, each rule beside the same rule where it can only find chance.
//!
//! Each voucher has a window: from its first note to some time after its last. Its *decoys* are windows just as long that
//! end before the depositor paid its first note on that chain: whatever the rule finds there cannot be what this
//! depositor put in. A voucher counts in a rule's record only if its window and all its decoys lie within the known time of the
//! pool; else what is found is kept as a lead, and the voucher is counted as not searched.
//!
//! The rules look at facts that do not depend on the window (who ever had to do with whom), so that a decoy differs from
//! its target in time alone.

use super::context::find_same_counts;
use super::history::PoolHistory;
use super::parties::Ties;
use super::profile::find_profiles;
use super::record::{Rule, RuleRecord};
use super::table::MixerTable;
use super::voucher::{Voucher, vouchers};
use crate::account::Address;
use std::collections::BTreeMap;

/// Parameters of the rules; times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadOptions {
    /// Notes of one depositor further apart than this are of different vouchers.
    pub voucher_gap: i64,
    /// How long after the last note an early exit comes.
    pub window: i64,
    /// How long after it a late one comes.
    pub late_window: i64,
    /// In how many pools a profile is.
    pub profile_pools: usize,
    /// How many notes it has.
    pub profile_notes: usize,
    /// How many a weak one has.
    pub weak_profile_notes: usize,
    /// Decoys a target.
    pub decoys: u32,
    /// From how many hits on the data decide, and not what was published.
    pub least_leads: u64,
}

impl Default for LeadOptions {
    /// The published ones.
    fn default() -> Self {
        Self {
            voucher_gap: 86_400,
            window: 72 * 3_600,
            late_window: 30 * 86_400,
            profile_pools: 2,
            profile_notes: 10,
            weak_profile_notes: 6,
            decoys: 1,
            least_leads: 5,
        }
    }
}

/// A depositor beside a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// By which rule.
    pub rule: Rule,
    /// The chain: see [`Ties::chain`].
    pub chain: usize,
    /// Who paid in.
    pub depositor: Address,
    /// Who drew.
    pub recipient: Address,
    /// The vouchers that it is about: numbers in [`Leads::vouchers`].
    pub vouchers: Vec<usize>,
    /// The exits: pool history and exit.
    pub exits: Vec<(usize, usize)>,
    /// Over whom, where it is by a shared address.
    pub over: Option<Address>,
    /// Whether it counts in the rule's record.
    pub counted: bool,
}

/// What the rules find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leads {
    /// What was paid in, in one go each.
    pub vouchers: Vec<Voucher>,
    /// The leads, by rule, depositor, time.
    pub leads: Vec<Lead>,
    /// One entry a rule, in the order of [`Rule::ALL`].
    pub records: Vec<RuleRecord>,
    /// Notes of which nobody knows the depositor or the time: no rule can start from them.
    pub notes_without_depositor: u64,
}

/// Finds leads by all rules.
///
/// # Panics
/// Never: each rule has its record.
///
/// # Cost
/// **O(v · (t + log e))** for v vouchers, t ties a depositor and e exits; the rules that count notes also look at each exit
/// in a window.
#[must_use]
pub fn find_leads(
    table: &MixerTable,
    histories: &[PoolHistory],
    ties: &Ties,
    options: &LeadOptions,
) -> Leads {
    let search = Search::new(table, histories, options);
    let mut records: BTreeMap<Rule, RuleRecord> = Rule::ALL.map(|rule| (rule, empty(rule, options))).into();
    let mut leads = Vec::new();
    for (number, voucher) in search.vouchers.iter().enumerate() {
        let chain = Ties::chain(table, histories[voucher.history].pool);
        let who = voucher.depositor;
        let direct = || std::iter::once(who).chain(ties.direct(chain, who));
        let end = voucher.last.saturating_add(options.window);
        let early = Window { start: voucher.first, from: voucher.first, to: end };
        let late = Window {
            start: voucher.first,
            from: end.saturating_add(1),
            to: voucher.last.saturating_add(options.late_window),
        };
        let first_drawn = |window: Window, who: Address| search.first_drawn(voucher.history, who, window);
        let drawn_by = |people: &dyn Fn() -> Vec<(Address, Option<Address>)>, window: Window| {
            let found = people().into_iter().filter_map(|(it, over)| {
                let exits = first_drawn(window, it);
                (!exits.is_empty()).then_some(Hit { recipient: it, over, exits })
            });
            found.collect::<Vec<Hit>>()
        };
        let ours = || direct().map(|it| (it, None)).collect::<Vec<_>>();
        let shared = || ties.shared(chain, who).map(|(it, over)| (it, Some(over))).collect::<Vec<_>>();
        let sent = |window: Window| {
            let known: Vec<Address> = direct().collect();
            search.sent_by(voucher.history, &known, who, window)
        };
        type Finder<'f> = Box<dyn Fn(Window) -> Vec<Hit> + 'f>;
        let rules: [(Rule, Window, Finder<'_>); 4] = [
            (Rule::EarlyDirect, early, Box::new(|window| drawn_by(&ours, window))),
            (Rule::SharedDeposit, early, Box::new(|window| drawn_by(&shared, window))),
            (Rule::LateDirect, late, Box::new(|window| drawn_by(&ours, window))),
            (Rule::SentByKnown, early, Box::new(sent)),
        ];
        for (rule, window, find) in rules {
            let record = records.get_mut(&rule).expect("all rules have one");
            let shifts = search.shifts(&[(voucher.history, window)], chain, who, record);
            for hit in find(window) {
                record.leads += 1;
                record.target_hits += u64::from(shifts.is_some());
                leads.push(Lead {
                    rule,
                    chain,
                    depositor: who,
                    recipient: hit.recipient,
                    vouchers: vec![number],
                    exits: hit.exits.into_iter().map(|it| (voucher.history, it)).collect(),
                    over: hit.over,
                    counted: shifts.is_some(),
                });
            }
            let decoys = shifts.into_iter().flatten().map(|shift| find(window.moved(shift)).len() as u64);
            record.decoy_hits += decoys.sum::<u64>();
        }
    }
    leads.extend(find_profiles(&search, &mut records));
    leads.extend(find_same_counts(&search, &mut records));
    leads.sort_by(|one, other| {
        let key = |it: &Lead| (it.rule, it.depositor, search.vouchers[it.vouchers[0]].first, it.recipient);
        key(one).cmp(&key(other)).then_with(|| one.vouchers.cmp(&other.vouchers))
    });
    for record in records.values_mut() {
        record.conclude(options.least_leads);
    }
    let without = |it: &&super::Note| it.depositor.is_none() || it.time.is_none();
    let notes_without_depositor =
        histories.iter().map(|it| it.notes.iter().filter(without).count() as u64).sum();
    let records = Rule::ALL.iter().map(|rule| records[rule]).collect();
    Leads { vouchers: search.vouchers, leads, records, notes_without_depositor }
}

fn empty(rule: Rule, options: &LeadOptions) -> RuleRecord {
    RuleRecord {
        rule,
        searched: 0,
        beyond_data: 0,
        without_decoys: 0,
        decoys: u64::from(options.decoys.max(1)),
        target_hits: 0,
        decoy_hits: 0,
        seen: [0, 0],
        leads: 0,
        ratio: super::chance::ratio(0, 0, [0, 0]),
        verdict: super::Verdict::NotSearched,
        used: super::Used::Nothing,
        probability: None,
    }
}

/// When an exit must come. `start` is from when on exits are looked at to tell the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) start: i64,
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Window {
    /// The same, so much earlier.
    pub(super) fn moved(self, shift: i64) -> Self {
        let moved = |time: i64| time.saturating_sub(shift);
        Self { start: moved(self.start), from: moved(self.from), to: moved(self.to) }
    }
}

struct Hit {
    recipient: Address,
    over: Option<Address>,
    exits: Vec<usize>,
}

/// Exits made easy to look up.
pub(super) struct Search<'a> {
    pub(super) table: &'a MixerTable,
    pub(super) histories: &'a [PoolHistory],
    pub(super) options: &'a LeadOptions,
    pub(super) vouchers: Vec<Voucher>,
    /// Pool history and recipient: times and exits, sorted.
    exits: BTreeMap<(usize, Address), Vec<(i64, usize)>>,
    /// One entry a history: all exits by time.
    all: Vec<Vec<(i64, usize)>>,
    spans: Vec<Option<(i64, i64)>>,
    /// By chain and depositor: when it paid its first note.
    first: BTreeMap<(usize, Address), i64>,
}

impl<'a> Search<'a> {
    fn new(table: &'a MixerTable, histories: &'a [PoolHistory], options: &'a LeadOptions) -> Self {
        let vouchers = vouchers(histories, options.voucher_gap);
        let mut exits: BTreeMap<_, Vec<(i64, usize)>> = BTreeMap::new();
        let mut all = vec![Vec::new(); histories.len()];
        for (number, history) in histories.iter().enumerate() {
            for (at, exit) in history.exits.iter().enumerate() {
                if let Some(time) = exit.time.filter(|_| !exit.recipient.is_zero()) {
                    exits.entry((number, exit.recipient)).or_default().push((time, at));
                    all[number].push((time, at));
                }
            }
            all[number].sort_unstable();
        }
        exits.values_mut().for_each(|it| it.sort_unstable());
        let mut first = BTreeMap::new();
        for it in &vouchers {
            let key = (Ties::chain(table, histories[it.history].pool), it.depositor);
            let known = first.entry(key).or_insert(it.first);
            *known = it.first.min(*known);
        }
        let spans = histories.iter().map(PoolHistory::span).collect();
        Self { table, histories, options, vouchers, exits, all, spans, first }
    }

    /// By how much to move windows to get the decoys of a target; `None`, and counted why, where target or decoys do not
    /// lie in the known time of their pools.
    pub(super) fn shifts(
        &self,
        windows: &[(usize, Window)],
        chain: usize,
        depositor: Address,
        record: &mut RuleRecord,
    ) -> Option<Vec<i64>> {
        let inside = |shift: i64| {
            windows.iter().all(|&(history, window)| {
                let it = window.moved(shift);
                self.spans[history].is_some_and(|(from, to)| from <= it.start && it.to <= to)
            })
        };
        if !inside(0) {
            record.beyond_data += 1;
            return None;
        }
        let start = windows.iter().map(|(_, it)| it.start).min()?;
        let end = windows.iter().map(|(_, it)| it.to).max()?;
        let before = self.first[&(chain, depositor)] - 1;
        // Whatever lies further back is outside as well: as many as the known time holds are made at most.
        let mut shifts = Vec::new();
        let mut shift = end - before;
        for _ in 0..self.options.decoys.max(1) {
            if !inside(shift) {
                record.without_decoys += 1;
                return None;
            }
            shifts.push(shift);
            shift += end - start + 1;
        }
        record.searched += 1;
        let look = |shift: i64| -> u64 {
            windows.iter().map(|&(history, it)| self.exits_in(history, it.moved(shift)).len() as u64).sum()
        };
        record.seen[0] += look(0);
        record.seen[1] += shifts.iter().map(|&shift| look(shift)).sum::<u64>();
        Some(shifts)
    }

    /// A recipient's exits in a window, if its first from the window's start on lies there.
    fn first_drawn(&self, history: usize, recipient: Address, window: Window) -> Vec<usize> {
        let Some(exits) = self.exits.get(&(history, recipient)) else { return Vec::new() };
        let start = exits.partition_point(|&(time, _)| time < window.start);
        let rest = &exits[start..];
        if rest.first().is_none_or(|&(time, _)| time < window.from || time > window.to) {
            return Vec::new();
        }
        rest.iter().take_while(|&&(time, _)| time <= window.to).map(|&(_, at)| at).collect()
    }

    /// How many exits a recipient has in a window.
    pub(super) fn drawn(&self, history: usize, recipient: Address, window: Window) -> Vec<usize> {
        let Some(exits) = self.exits.get(&(history, recipient)) else { return Vec::new() };
        let start = exits.partition_point(|&(time, _)| time < window.from);
        exits[start..].iter().take_while(|&&(time, _)| time <= window.to).map(|&(_, at)| at).collect()
    }

    /// All exits of a pool in a window.
    pub(super) fn exits_in(&self, history: usize, window: Window) -> &[(i64, usize)] {
        let all = &self.all[history];
        let start = all.partition_point(|&(time, _)| time < window.from);
        let end = all.partition_point(|&(time, _)| time <= window.to);
        &all[start..end.max(start)]
    }

    /// Recipients of exits in a window that one of these people sent, but for the depositor's own.
    fn sent_by(&self, history: usize, known: &[Address], own: Address, window: Window) -> Vec<Hit> {
        let mut found: BTreeMap<Address, Hit> = BTreeMap::new();
        for &(_, at) in self.exits_in(history, window) {
            let exit = &self.histories[history].exits[at];
            if exit.sender.is_some_and(|it| known.contains(&it)) && exit.recipient != own {
                let hit = found.entry(exit.recipient);
                let hit =
                    hit.or_insert(Hit { recipient: exit.recipient, over: exit.sender, exits: Vec::new() });
                hit.exits.push(at);
            }
        }
        found.into_values().collect()
    }
}
