//! Folding: long peel chains and wide fan-outs become one box each, which opens on demand.
//!
//! A *chain* is a line of unnamed accounts each of which passes on to one account that gets money from nobody else;
//! small sums that it pays to unnamed accounts which keep them belong to it. A *fan* is many alike accounts that are
//! paid by one and pay one and the same, or nobody.
//!
//! # What always holds
//!
//! Money enters a fold in one place: a chain by its first account, a fan from one payer. So folding makes no cycle.
//! A visit is in one fold at most.

use std::collections::BTreeMap;

/// Chains of fewer accounts are not folded.
const LEAST_CHAIN: usize = 3;
/// Fans of fewer accounts are not folded.
const LEAST_FAN: usize = 4;
/// Who pays more accounts that keep what they got fans out; fewer are peels of a chain.
const MOST_PEELS: usize = 8;
/// An open fan has no more rows than this before it takes another column.
const FAN_ROWS: usize = 12;

/// What a visit is folded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Never folded: a seed, a place among the first of the list.
    Alone,
    /// Nobody's by name, and no end of the trace.
    Plain,
    /// With others of the same number: the same holder, the same state.
    Alike(u32),
}

/// What a fold is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A peel chain.
    Chain,
    /// A fan-out.
    Fan,
}

/// Visits that are drawn as one box until it is opened.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub(super) kind: Kind,
    /// The visits, with their column and row inside the open box.
    pub(super) members: Vec<(u32, u32, u32)>,
    /// How many columns the open box has.
    pub(super) columns: u32,
    /// How many rows.
    pub(super) rows: u32,
}

/// Folds visits that are joined by these pairs, which have no cycle and stand there once each.
///
/// # Cost
/// **O(n log n)** for n visits and pairs.
pub(super) fn fold(looks: &[Look], pairs: &[(u32, u32)]) -> Vec<Fold> {
    let near = Near::of(looks.len(), pairs);
    let mut folds = chains(looks, &near);
    let mut of: Vec<Option<u32>> = vec![None; looks.len()];
    for (number, fold) in (0..).zip(&folds) {
        fold.members.iter().for_each(|member| of[member.0 as usize] = Some(number));
    }
    folds.extend(fans(looks, &near, &of));
    folds
}

/// Who pays whom.
struct Near {
    ins: Vec<Vec<u32>>,
    outs: Vec<Vec<u32>>,
}

impl Near {
    fn of(visits: usize, pairs: &[(u32, u32)]) -> Self {
        let mut near = Self { ins: vec![Vec::new(); visits], outs: vec![Vec::new(); visits] };
        for &(from, to) in pairs {
            near.outs[from as usize].push(to);
            near.ins[to as usize].push(from);
        }
        near
    }

    /// Whether it is paid by one, and pays nobody.
    fn is_leaf(&self, visit: u32) -> bool {
        self.outs[visit as usize].is_empty() && self.ins[visit as usize].len() == 1
    }
}

fn chains(looks: &[Look], near: &Near) -> Vec<Fold> {
    let is_plain = |visit: u32| looks[visit as usize] == Look::Plain;
    // The one account that passes on what this one pays, if it is one.
    let next = |visit: u32| {
        let mut going_on = near.outs[visit as usize].iter().filter(|&&to| !near.is_leaf(to));
        let next = going_on.next().copied();
        (going_on.next().is_none()).then_some(next)
    };
    let is_link =
        |visit: u32| is_plain(visit) && !near.outs[visit as usize].is_empty() && next(visit).is_some();
    let after = |visit: u32| {
        let next = next(visit).flatten()?;
        (is_link(next) && near.ins[next as usize].len() == 1).then_some(next)
    };
    let visits = u32::try_from(looks.len()).expect("a page has fewer visits");
    let mut has_before = vec![false; looks.len()];
    for visit in (0..visits).filter(|&visit| is_link(visit)) {
        if let Some(next) = after(visit) {
            has_before[next as usize] = true;
        }
    }
    let first = (0..visits).filter(|&visit| is_link(visit) && !has_before[visit as usize]);
    let line = |first: u32| std::iter::successors(Some(first), |&visit| after(visit)).collect::<Vec<u32>>();
    let lines = first.map(line).filter(|line| line.len() >= LEAST_CHAIN);
    let with_peels = |line: Vec<u32>| {
        let mut members = Vec::new();
        let (mut columns, mut rows) = (0, 1);
        for (column, visit) in (0_u32..).zip(line) {
            members.push((visit, column, 0));
            columns = columns.max(column + 1);
            let peels: Vec<u32> = near.outs[visit as usize]
                .iter()
                .copied()
                .filter(|&to| is_plain(to) && near.is_leaf(to))
                .collect();
            if peels.len() > MOST_PEELS {
                continue;
            }
            for (row, peel) in (1_u32..).zip(peels) {
                members.push((peel, column + 1, row));
                columns = columns.max(column + 2);
                rows = rows.max(row + 1);
            }
        }
        Fold { kind: Kind::Chain, members, columns, rows }
    };
    lines.map(with_peels).collect()
}

fn fans(looks: &[Look], near: &Near, of: &[Option<u32>]) -> Vec<Fold> {
    // A fold counts as one: numbers beyond the visits.
    let count = u32::try_from(looks.len()).expect("a page has fewer visits");
    let unit = |visit: u32| of[visit as usize].map_or(visit, |fold| count + fold);
    let only = |near: &[u32]| {
        let first = near.first().map(|&visit| unit(visit));
        near.iter().all(|&visit| Some(unit(visit)) == first).then_some(first)
    };
    let mut alike: BTreeMap<(u32, Option<u32>, Look), Vec<u32>> = BTreeMap::new();
    for (visit, &look) in (0_u32..).zip(looks) {
        if of[visit as usize].is_some() || look == Look::Alone {
            continue;
        }
        let (ins, outs) = (only(&near.ins[visit as usize]), only(&near.outs[visit as usize]));
        if let (Some(Some(payer)), Some(paid)) = (ins, outs) {
            alike.entry((payer, paid, look)).or_default().push(visit);
        }
    }
    let fan = |members: Vec<u32>| {
        let rows = FAN_ROWS.max(members.len().isqrt() * 2).min(members.len());
        let place = |(at, visit): (usize, u32)| {
            let number = |number: usize| u32::try_from(number).expect("fewer than visits");
            (visit, number(at / rows), number(at % rows))
        };
        let members: Vec<_> = members.into_iter().enumerate().map(place).collect();
        let columns = members.last().map_or(1, |member| member.1 + 1);
        Fold { kind: Kind::Fan, members, columns, rows: u32::try_from(rows).expect("fewer than visits") }
    };
    alike.into_values().filter(|members| members.len() >= LEAST_FAN).map(fan).collect()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Look, fold};

    #[test]
    fn a_peel_chain_is_one_fold_with_its_peels() {
        // 0 is the seed; 1 → 2 → 3 → 4 peel to 5, 6, 7; 4 pays a named exchange, 8.
        let pairs = [(0, 1), (1, 2), (1, 5), (2, 3), (2, 6), (3, 4), (3, 7), (4, 8)];
        let mut looks = vec![Look::Plain; 9];
        (looks[0], looks[8]) = (Look::Alone, Look::Alike(1));
        let folds = fold(&looks, &pairs);
        assert_eq!(folds.len(), 1);
        assert_eq!(folds[0].kind, Kind::Chain);
        let expected = [(1, 0, 0), (5, 1, 1), (2, 1, 0), (6, 2, 1), (3, 2, 0), (7, 3, 1), (4, 3, 0)];
        assert_eq!(folds[0].members, expected);
        assert_eq!((folds[0].columns, folds[0].rows), (4, 2));
    }

    #[test]
    fn alike_accounts_paid_by_one_are_a_fan_and_others_are_not() {
        let mut looks = vec![Look::Alike(7); 7];
        (looks[0], looks[6]) = (Look::Alone, Look::Alike(8));
        let pairs: Vec<(u32, u32)> = (1..7).map(|to| (0, to)).collect();
        let folds = fold(&looks, &pairs);
        assert_eq!(folds.len(), 1);
        assert_eq!(folds[0].members.iter().map(|it| it.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(folds[0].kind, Kind::Fan);
    }
}
