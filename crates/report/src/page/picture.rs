//! The flow picture: which boxes there are, where they stand, and the lines between them.
//!
//! Accounts become visits ([`super::unroll`]), visits fold into boxes ([`super::fold`]), boxes get a column and a height
//! ([`super::grid`]). An open fold takes more columns and rows: everything to the right of its column moves on, and
//! everything below its height moves down. Such moves keep the order of all boxes, so that they never overlap, whatever
//! is open. The page's script does just what [`Picture::spots`] does.

use super::fold::{Fold, Look, fold};
use super::grid::{ROW, place};
use super::pick::Picked;
use super::role::Roles;
use super::unroll::{Visits, unroll};
use crate::report::Report;
use crate::table::at;
use dyetrace_core::AccountId;
use dyetrace_core::trace::Grade;
use std::collections::BTreeMap;

/// A line: all flows from one visit to another.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) flows: u32,
    /// The weakest of them.
    pub(super) grade: Grade,
    /// The sum of their shares of what was stolen.
    pub(super) weight: u64,
}

/// What is drawn.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) visits: Visits,
    pub(super) lines: Vec<Line>,
    /// One entry a flow: its line. None for a flow from an account to itself.
    pub(super) line_of: Vec<Option<u32>>,
    pub(super) folds: Vec<Fold>,
    /// One entry a visit: the box that it is, or is in. Boxes of visits come first, then the folds.
    pub(super) unit: Vec<u32>,
    /// One entry a box: its column.
    pub(super) column: Vec<u32>,
    /// One entry a box: its height, in quarters of a row.
    pub(super) height: Vec<i64>,
    /// How many boxes are single visits.
    pub(super) singles: u32,
}

/// Where something stands: column and height.
pub(super) type Spot = (u32, i64);

/// Draws the picked flows.
pub(super) fn picture(report: &Report<'_>, picked: &Picked, roles: &Roles) -> Picture {
    let (ledger, flows) = (report.input.ledger, &report.input.trace.flows);
    let (columns, purses) = (ledger.columns(), ledger.purses());
    let local = |account: AccountId| {
        let at = picked.accounts.binary_search(&account).expect("both ends are shown");
        u32::try_from(at).expect("a page has fewer accounts")
    };
    let ends = |&flow: &usize| {
        let place = at(flows.place[flow]);
        (local(purses.account(columns.from[place])), local(purses.account(columns.to[place])))
    };
    let all: Vec<(u32, u32)> = picked.flows.iter().map(ends).collect();
    let looks: Vec<Look> = roles.looks();
    let drawn: Vec<usize> = (0..all.len()).filter(|&at| all[at].0 != all[at].1).collect();
    let between: Vec<(u32, u32)> = drawn.iter().map(|&at| all[at]).collect();
    let grades = |at: usize| flows.grade[picked.flows[at]];
    let mut picture = Picture::of(picked.accounts.len(), &between, &looks);
    picture.line_of = vec![None; all.len()];
    let lines: BTreeMap<(u32, u32), u32> =
        (0..).zip(&picture.lines).map(|(number, line)| ((line.from, line.to), number)).collect();
    for (ends, &at) in picture.visits.ends.iter().zip(&drawn) {
        let number = lines[ends];
        picture.line_of[at] = Some(number);
        let line = &mut picture.lines[number as usize];
        line.flows += 1;
        line.grade = line.grade.max(grades(at));
        line.weight = line.weight.saturating_add(picked.weight[at]);
    }
    picture
}

impl Picture {
    /// Places accounts that look so, with flows between them in replay order. Lines have no flows yet.
    pub(super) fn of(accounts: usize, flows: &[(u32, u32)], looks: &[Look]) -> Self {
        let visits = unroll(accounts, flows);
        let mut pairs = visits.ends.clone();
        pairs.sort_unstable();
        pairs.dedup();
        let looks: Vec<Look> = visits.account.iter().map(|&account| looks[account as usize]).collect();
        let folds = fold(&looks, &pairs);

        let mut in_fold: Vec<Option<u32>> = vec![None; looks.len()];
        for (number, fold) in (0..).zip(&folds) {
            fold.members.iter().for_each(|member| in_fold[member.0 as usize] = Some(number));
        }
        let mut singles = 0;
        let mut unit: Vec<u32> = Vec::with_capacity(looks.len());
        for fold in &in_fold {
            unit.push(fold.map_or(singles, |_| u32::MAX));
            singles += u32::from(fold.is_none());
        }
        for (unit, fold) in unit.iter_mut().zip(&in_fold) {
            if let Some(fold) = fold {
                *unit = singles + fold;
            }
        }
        let mut between: Vec<(u32, u32)> =
            pairs.iter().map(|&(from, to)| (unit[from as usize], unit[to as usize])).collect();
        between.retain(|(from, to)| from != to);
        between.sort_unstable();
        between.dedup();
        let grid = place(singles as usize + folds.len(), &between);
        let line = |(from, to)| Line { from, to, flows: 0, grade: Grade::Fact, weight: 0 };
        Self {
            lines: pairs.into_iter().map(line).collect(),
            line_of: Vec::new(),
            visits,
            folds,
            unit,
            column: grid.layer,
            height: grid.height,
            singles,
        }
    }

    /// Where each visit and each closed fold stands, if these folds are open: visits first, then folds. None for a visit
    /// in a closed fold, and for an open fold.
    pub(super) fn spots(&self, is_open: &[bool]) -> Vec<Option<Spot>> {
        let open = || (0..self.folds.len()).filter(|&fold| is_open[fold]);
        let box_of = |fold: usize| self.singles as usize + fold;
        // What open folds add to their column, and at their height.
        let mut wider: BTreeMap<u32, u32> = BTreeMap::new();
        let mut higher: BTreeMap<i64, i64> = BTreeMap::new();
        for fold in open() {
            let wide = wider.entry(self.column[box_of(fold)]).or_default();
            *wide = (*wide).max(self.folds[fold].columns - 1);
            let high = higher.entry(self.height[box_of(fold)]).or_default();
            *high = (*high).max((i64::from(self.folds[fold].rows) - 1) * ROW);
        }
        let moved = |unit: usize| {
            let (column, height) = (self.column[unit], self.height[unit]);
            let right: u32 = wider.range(..column).map(|(_, wide)| wide).sum();
            let down: i64 = higher.range(..height).map(|(_, high)| high).sum();
            (column + right, height + down)
        };
        let mut spots: Vec<Option<Spot>> =
            self.unit.iter().map(|&unit| (unit < self.singles).then(|| moved(unit as usize))).collect();
        for (number, fold) in self.folds.iter().enumerate() {
            let (column, height) = moved(box_of(number));
            spots.push((!is_open[number]).then_some((column, height)));
            if is_open[number] {
                for &(visit, right, down) in &fold.members {
                    spots[visit as usize] = Some((column + right, height + i64::from(down) * ROW));
                }
            }
        }
        spots
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, Picture, ROW};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Flows among few accounts, so that circles, chains and fans come up.
    fn flows() -> impl Strategy<Value = (usize, Vec<(u32, u32)>, Vec<Look>)> {
        (2_u32..40).prop_flat_map(|accounts| {
            let pair = (0..accounts, 0..accounts).prop_filter("differ", |(from, to)| from != to);
            let look = prop_oneof![
                1 => Just(Look::Alone),
                6 => Just(Look::Plain),
                2 => (0_u32..2).prop_map(Look::Alike),
            ];
            let looks = prop::collection::vec(look, accounts as usize);
            (Just(accounts as usize), prop::collection::vec(pair, 0..120), looks)
        })
    }

    fn check(picture: &Picture, is_open: &[bool]) {
        let spots = picture.spots(is_open);
        let mut taken = BTreeSet::new();
        for &(column, height) in spots.iter().flatten() {
            assert!(height >= 0);
            for near in height - ROW + 1..height + ROW {
                assert!(
                    !taken.contains(&(column, near)),
                    "two boxes at column {column}, {near} and {height}"
                );
            }
            taken.insert((column, height));
        }
        // Where an end is drawn: itself, or the closed fold that it is in.
        let drawn = |visit: u32| {
            let fold =
                || picture.visits.account.len() + (picture.unit[visit as usize] - picture.singles) as usize;
            spots[visit as usize].unwrap_or_else(|| spots[fold()].expect("a fold is open or drawn"))
        };
        for line in &picture.lines {
            let (from, to) = (drawn(line.from), drawn(line.to));
            assert!(from == to || from.0 < to.0, "{line:?} runs from {from:?} to {to:?}");
        }
    }

    proptest! {
        #[test]
        fn boxes_never_overlap_and_lines_run_forward((accounts, flows, looks) in flows(), open in any::<u64>()) {
            let picture = Picture::of(accounts, &flows, &looks);
            let folds = picture.folds.len();
            check(&picture, &vec![false; folds]);
            check(&picture, &vec![true; folds]);
            check(&picture, &(0..folds).map(|fold| open >> (fold % 64) & 1 == 1).collect::<Vec<_>>());
            let again = Picture::of(accounts, &flows, &looks);
            prop_assert_eq!(picture.spots(&vec![false; folds]), again.spots(&vec![false; folds]));
        }
    }

    #[test]
    fn two_accounts_that_pay_each_other_for_long_fold_into_a_chain() {
        let flows: Vec<(u32, u32)> = (0..200).map(|at| if at % 2 == 0 { (1, 2) } else { (2, 1) }).collect();
        let picture =
            Picture::of(3, &[&[(0, 1)][..], &flows].concat(), &[Look::Alone, Look::Plain, Look::Plain]);
        assert_eq!(picture.visits.account.len(), 202);
        assert_eq!(picture.folds.len(), 1);
        check(&picture, &[true]);
    }
}
