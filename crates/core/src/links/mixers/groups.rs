//! Exit groups: recipients that were paid in step with each other.
//!
//! Whoever launders one sum through a pool lets several accounts draw in turns, again and again. Two recipients *join*
//! where an exit of one and an exit of the other lie within the window; each exit counts for one join at most, so that a
//! burst of one account beside a single exit of another is one join, and not many. Recipients with enough joins, and
//! enough for the number of exits of the one that has more, stand in one group; so do those joined through others.
//!
//! A group says nothing by itself: at a busy hour strangers join, too. It is listed only where it holds an *anchor*: an
//! exit that somebody knows, or that a lead names. What it then says is a set of candidates, and their number.
//!
//! Beside each group stands what the anchors join if their exits are moved by whole days, which keeps the hour of the
//! day, the pace and the pool, and takes the belonging together away. The thief's other days are among those days, so that
//! this overstates chance.

use super::MILLION;
use super::history::PoolHistory;
use crate::account::Address;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// When recipients stand in one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupOptions {
    /// The longest time between two exits that join, in seconds.
    pub window: i64,
    /// The fewest joins.
    pub joins: u64,
    /// The least share of the exits of whoever has more that must join, in percent: both draw in step, or neither.
    pub share: u64,
    /// The fewest recipients of a group, anchors among them.
    pub members: usize,
    /// By how many whole days, back and forth, the anchors are moved to see chance.
    pub shifts: u32,
}

impl Default for GroupOptions {
    /// The setting that held up on a known case: see `benches/record`. Published is 600 s, 2 joins, no share.
    fn default() -> Self {
        Self { window: 3_600, joins: 3, share: 50, members: 3, shifts: 7 }
    }
}

/// A recipient in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// Who.
    pub recipient: Address,
    /// Its exits: numbers in [`PoolHistory::exits`].
    pub exits: Vec<usize>,
    /// Joins between it and the nearest anchor: 0 for an anchor, 1 for whoever an anchor joins, and so on.
    pub steps: u32,
    /// Over whom it came into the group, the one with most joins; `None` for an anchor.
    pub joined: Option<(Address, u64)>,
}

/// A group with an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExitGroup {
    /// The pool: a number in the table.
    pub pool: usize,
    /// Its members: by steps, then by first exit, then by address.
    pub members: Vec<GroupMember>,
    /// How many recipients the anchors join themselves.
    pub direct: u64,
    /// How many they would join, moved by days, summed over those days.
    pub shifted: u64,
    /// How many days that were: those whose moved exits lie in the known time of the pool.
    pub shifts: u64,
}

impl ExitGroup {
    /// Its anchors.
    pub fn anchors(&self) -> impl Iterator<Item = &GroupMember> {
        self.members.iter().filter(|it| it.steps == 0)
    }

    /// What the anchors join by chance at the most, in millionths of what they join. `None` where no day could be
    /// looked at, or they join nobody.
    #[must_use]
    pub fn chance(&self) -> Option<u64> {
        (self.shifted * MILLION).checked_div(self.shifts * self.direct)
    }
}

/// How many exits of one recipient lie within the window of one of another's, each counted once. Both sorted.
#[must_use]
pub fn joins(one: &[i64], other: &[i64], window: i64) -> u64 {
    let (mut left, mut right, mut found) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        if a.abs_diff(*b) <= window.unsigned_abs() {
            found += 1;
            (left, right) = (left + 1, right + 1);
        } else if a < b {
            left += 1;
        } else {
            right += 1;
        }
    }
    found
}

/// The recipients of a pool with the times of their exits, sorted; those of unknown time left out.
struct Recipients {
    addresses: Vec<Address>,
    times: Vec<Vec<i64>>,
    exits: Vec<Vec<usize>>,
    /// All exits: time and recipient, sorted.
    all: Vec<(i64, usize)>,
}

impl Recipients {
    fn of(history: &PoolHistory) -> Self {
        let mut by_address: BTreeMap<Address, Vec<(i64, usize)>> = BTreeMap::new();
        for (number, exit) in history.exits.iter().enumerate().filter(|(_, it)| !it.recipient.is_zero()) {
            if let Some(time) = exit.time {
                by_address.entry(exit.recipient).or_default().push((time, number));
            }
        }
        let mut them = Self { addresses: Vec::new(), times: Vec::new(), exits: Vec::new(), all: Vec::new() };
        for (number, (address, mut exits)) in by_address.into_iter().enumerate() {
            exits.sort_unstable();
            them.addresses.push(address);
            them.all.extend(exits.iter().map(|&(time, _)| (time, number)));
            them.times.push(exits.iter().map(|&(time, _)| time).collect());
            them.exits.push(exits.into_iter().map(|(_, exit)| exit).collect());
        }
        them.all.sort_unstable();
        them
    }

    /// Whom these times join, but for `own`: recipient and number of joins.
    fn joined(&self, times: &[i64], own: usize, options: &GroupOptions) -> Vec<(usize, u64)> {
        let mut near: BTreeSet<usize> = BTreeSet::new();
        for time in times {
            let start = self.all.partition_point(|&(at, _)| at < time.saturating_sub(options.window));
            let close =
                self.all[start..].iter().take_while(|&&(at, _)| at <= time.saturating_add(options.window));
            near.extend(close.map(|&(_, recipient)| recipient));
        }
        near.remove(&own);
        let joined = near.into_iter().filter_map(|it| {
            let found = joins(times, &self.times[it], options.window);
            let most = times.len().max(self.times[it].len()) as u64;
            (found >= options.joins && found * 100 >= options.share * most).then_some((it, found))
        });
        joined.collect()
    }
}

/// The groups of a pool's exits that hold an anchor. Groups of one pool share no recipient.
///
/// # Cost
/// **O(n log n + m · k)** for n exits, m recipients of groups, and k exits within the window of theirs.
#[must_use]
pub fn exit_groups(
    history: &PoolHistory,
    anchors: &BTreeSet<Address>,
    options: &GroupOptions,
) -> Vec<ExitGroup> {
    let them = Recipients::of(history);
    let is_anchor: Vec<bool> = them.addresses.iter().map(|it| anchors.contains(it)).collect();
    let mut joined: BTreeMap<usize, Vec<(usize, u64)>> = BTreeMap::new();
    let mut steps: BTreeMap<usize, u32> = BTreeMap::new();
    let starts: Vec<usize> = (0..is_anchor.len()).filter(|&it| is_anchor[it]).collect();
    let mut waiting: VecDeque<usize> = starts.iter().copied().collect();
    steps.extend(starts.iter().map(|&it| (it, 0)));
    while let Some(it) = waiting.pop_front() {
        let with = them.joined(&them.times[it], it, options);
        for &(other, _) in &with {
            if !steps.contains_key(&other) {
                steps.insert(other, steps[&it] + 1);
                waiting.push_back(other);
            }
        }
        joined.insert(it, with);
    }
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut groups = Vec::new();
    for start in starts {
        let group = component(start, &joined, &mut seen);
        if group.len() >= options.members.max(1) {
            groups.push(build(history.pool, &them, &group, &joined, &steps, options));
        }
    }
    groups
}

/// All that hang together with one recipient and were not yet seen.
fn component(
    start: usize,
    joined: &BTreeMap<usize, Vec<(usize, u64)>>,
    seen: &mut BTreeSet<usize>,
) -> Vec<usize> {
    if !seen.insert(start) {
        return Vec::new();
    }
    let mut group = vec![start];
    let mut at = 0;
    while let Some(it) = group.get(at).copied() {
        group.extend(joined[&it].iter().map(|&(other, _)| other).filter(|&other| seen.insert(other)));
        at += 1;
    }
    group
}

fn build(
    pool: usize,
    them: &Recipients,
    group: &[usize],
    joined: &BTreeMap<usize, Vec<(usize, u64)>>,
    steps: &BTreeMap<usize, u32>,
    options: &GroupOptions,
) -> ExitGroup {
    let member = |&it: &usize| {
        // Of those one step nearer the one with most joins; of equal ones the lower address.
        let nearer = joined[&it].iter().filter(|(other, _)| steps[other] < steps[&it]);
        let over = nearer.max_by_key(|&&(other, found)| (found, std::cmp::Reverse(other)));
        GroupMember {
            recipient: them.addresses[it],
            exits: them.exits[it].clone(),
            steps: steps[&it],
            joined: over.map(|&(other, found)| (them.addresses[other], found)),
        }
    };
    let mut members: Vec<(i64, GroupMember)> =
        group.iter().map(|it| (them.times[*it][0], member(it))).collect();
    members.sort_by_key(|(first, it)| (it.steps, *first, it.recipient));
    let anchors: Vec<usize> = group.iter().copied().filter(|it| steps[it] == 0).collect();
    let direct = group.iter().filter(|it| steps[it] == 1).count() as u64;
    let (first, last) = (them.all[0].0, them.all[them.all.len() - 1].0);
    let (mut shifted, mut shifts) = (0, 0);
    for days in (1..=i64::from(options.shifts)).flat_map(|it| [-it, it]) {
        let mut chance: BTreeSet<usize> = BTreeSet::new();
        let mut fits = true;
        for &anchor in &anchors {
            let moved: Vec<i64> = them.times[anchor].iter().map(|time| time + days * 86_400).collect();
            fits &= moved.iter().all(|time| (first..=last).contains(time));
            chance.extend(them.joined(&moved, anchor, options).into_iter().map(|(other, _)| other));
        }
        if fits {
            shifts += 1;
            shifted += chance.iter().filter(|it| !anchors.contains(it)).count() as u64;
        }
    }
    ExitGroup { pool, members: members.into_iter().map(|(_, it)| it).collect(), direct, shifted, shifts }
}

#[cfg(test)]
mod tests {
    use super::{GroupOptions, exit_groups, joins};
    use crate::account::Address;
    use crate::amount::Amount;
    use crate::links::mixers::{Exit, ExitBasis, PoolHistory};
    use std::collections::BTreeSet;

    fn who(number: u8) -> Address {
        Address::from_evm([number; 20])
    }

    fn history(exits: &[(i64, u8)]) -> PoolHistory {
        let mut history = PoolHistory::new(0);
        history.exits = exits
            .iter()
            .map(|&(time, number)| Exit {
                block: None,
                time: Some(time),
                time_is_near: false,
                transaction: None,
                recipient: who(number),
                relayer: None,
                fee: Amount::ZERO,
                sender: None,
                place: None,
                relayer_place: None,
                basis: ExitBasis::Event,
            })
            .collect();
        history.sort();
        history
    }

    #[test]
    fn an_exit_joins_once() {
        // A burst of five beside a single exit is one join.
        assert_eq!(joins(&[10, 11, 12, 13, 14], &[12], 5), 1);
        assert_eq!(joins(&[0, 100, 200], &[3, 103, 199], 5), 3);
        assert_eq!(joins(&[0, 4], &[5, 9], 5), 2);
        assert_eq!(joins(&[], &[1], 5), 0);
    }

    #[test]
    fn a_group_is_listed_for_its_anchor_alone() {
        // 1, 2 and 3 draw in turns; 4 and 5 do so at another time; 6 was near once.
        let mut exits = Vec::new();
        for turn in 0..4 {
            exits.extend([1, 2, 3].map(|it| (turn * 10_000 + i64::from(it) * 60, it)));
            exits.extend([4, 5].map(|it| (500_000 + turn * 10_000 + i64::from(it) * 60, it)));
        }
        exits.push((10_050, 6));
        let history = history(&exits);
        let options = GroupOptions { window: 600, ..GroupOptions::default() };
        assert!(exit_groups(&history, &BTreeSet::new(), &options).is_empty());
        let groups = exit_groups(&history, &BTreeSet::from([who(2)]), &options);
        assert_eq!(groups.len(), 1);
        let members: Vec<_> = groups[0].members.iter().map(|it| (it.recipient, it.steps)).collect();
        assert_eq!(members, [(who(2), 0), (who(1), 1), (who(3), 1)]);
        assert_eq!(groups[0].members[1].joined, Some((who(2), 4)));
        assert_eq!((groups[0].direct, groups[0].anchors().count()), (2, 1));
        // A pair is no group.
        assert!(exit_groups(&history, &BTreeSet::from([who(4)]), &options).is_empty());
    }
}
