//! One pass over the transfers in position order, and what stands in its way: seeds that begin, and transfers whose
//! ends are not the purses of their rows. All else comes in long stretches.

use super::super::deals::Deal;
use super::{Node, Question, Start};
use std::borrow::Cow;
use std::ops::Range;

/// What is done on the way.
pub(super) trait Visit {
    /// A seed begins: before any later transfer.
    fn begin(&mut self, start: &Start);

    /// Transfers whose ends are the purses of their rows.
    fn stretch(&mut self, places: Range<usize>);

    /// A transfer between nodes of which one is not the purse of its row.
    fn passing(&mut self, place: usize, from: Node, to: Node);

    /// A deal is done after the transfer at its place.
    fn deal(&mut self, deal: Deal<'_>);
}

/// Goes over the transfers, from the first seed to the end that the user set.
pub(super) fn pass(question: &Question<'_>, visit: &mut impl Visit) {
    let view = question.view;
    let mut starts = question.starts.iter().peekable();
    let end = view.end();
    let mut next = starts.peek().map_or(end, |start| at(start.place));
    let passing = merged(view.netting.places(), view.deals.places());
    let (deals, mut deal) = (&view.deals.all, 0);
    deal += deals.places().partition_point(|&place| at(place) < next);
    let mut passing = passing[passing.partition_point(|&place| at(place) < next)..].iter().peekable();
    while next < end {
        while let Some(start) = starts.next_if(|start| at(start.place) <= next) {
            visit.begin(start);
        }
        if passing.next_if(|place| at(**place) == next).is_some() {
            if let (Some(from), Some(to)) = (view.from(next), view.to(next)) {
                visit.passing(next, from, to);
            }
            while deal < deals.len() && at(deals.places()[deal]) == next {
                visit.deal(deals.get(deal));
                deal += 1;
            }
            next += 1;
            continue;
        }
        let stops = [starts.peek().map(|start| start.place), passing.peek().map(|place| **place)];
        let stop = stops.into_iter().flatten().map(at).fold(end, usize::min);
        visit.stretch(next..stop);
        next = stop;
    }
    starts.for_each(|start| visit.begin(start));
}

/// Two rising lists as one.
fn merged<'a>(one: &'a [u64], other: &'a [u64]) -> Cow<'a, [u64]> {
    if one.is_empty() || other.is_empty() {
        return Cow::Borrowed(if one.is_empty() { other } else { one });
    }
    let mut all = [one, other].concat();
    all.sort_unstable();
    all.dedup();
    Cow::Owned(all)
}

fn at(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
