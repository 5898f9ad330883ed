//! Lots: parts in the order in which they arrived. Fifo spends the oldest first, lifo the newest.
//!
//! Neighbouring lots that bear the same tag become one, where no later figure can tell the difference, so
//! that a busy purse does not grow without bound.
//!
//! # Cost
//!
//! A spend costs the lots it uses up, plus one: **O(1)** a transfer on average, since each lot is used up
//! once.

use super::{CLEAN, Part, Store, Tag, Units, add_by_class, claim_of};

/// Stands for no lot and no list.
const NONE: u32 = u32::MAX;

/// Lots of a purse, as a list of lots in [`LotRoom`]. `NEWEST_FIRST` tells which end is spent.
#[derive(Debug)]
pub(crate) struct Lots<U, const NEWEST_FIRST: bool> {
    /// How much of it is tainted.
    tainted: U,
    /// The lot to be spent next.
    first: u32,
    /// The lot to be spent last.
    last: u32,
    /// The class of all taint held, where it is of one class.
    tag: Tag,
    /// The list of totals by class, where it is of several.
    totals: u32,
}

/// One lot, in a list in the order of spending.
#[derive(Clone, Copy, Debug)]
struct Lot<U> {
    units: U,
    claim: U,
    tag: Tag,
    next: u32,
}

/// The lots of all purses of a walk. What is used up is taken up again, so that it holds as many lots as were
/// there at once.
#[derive(Debug)]
pub(crate) struct LotRoom<U> {
    lots: Vec<Lot<U>>,
    /// The first of the list of unused lots.
    unused: u32,
    /// Units by class, sorted by tag, of purses with several classes of taint. None is 0.
    totals: Vec<Vec<(Tag, U)>>,
    unused_totals: Vec<u32>,
}

/// First in, first out.
pub(crate) type Fifo<U> = Lots<U, false>;
/// Last in, first out.
pub(crate) type Lifo<U> = Lots<U, true>;

impl<U: Units, const NEWEST_FIRST: bool> Default for Lots<U, NEWEST_FIRST> {
    fn default() -> Self {
        Self { tainted: U::ZERO, first: NONE, last: NONE, tag: CLEAN, totals: NONE }
    }
}

impl<U> Default for LotRoom<U> {
    fn default() -> Self {
        Self { lots: Vec::new(), unused: NONE, totals: Vec::new(), unused_totals: Vec::new() }
    }
}

impl<U: Units> LotRoom<U> {
    /// Keeps a lot and returns its number.
    fn keep(&mut self, lot: Lot<U>) -> u32 {
        if self.unused == NONE {
            self.lots.push(lot);
            return u32::try_from(self.lots.len() - 1).expect("fewer than 2^32 lots at once");
        }
        let at = self.unused;
        self.unused = std::mem::replace(&mut self.lots[at as usize], lot).next;
        at
    }

    fn drop(&mut self, at: u32) {
        self.lots[at as usize].next = self.unused;
        self.unused = at;
    }

    fn keep_totals(&mut self, totals: [(Tag, U); 2]) -> u32 {
        let at = self.unused_totals.pop().unwrap_or_else(|| {
            self.totals.push(Vec::new());
            u32::try_from(self.totals.len() - 1).expect("fewer than 2^32 purses")
        });
        let list = &mut self.totals[at as usize];
        list.extend(totals);
        list.sort_unstable_by_key(|total| total.0);
        at
    }

    fn drop_totals(&mut self, at: u32) {
        self.totals[at as usize].clear();
        self.unused_totals.push(at);
    }
}

impl<U: Units, const NEWEST_FIRST: bool> Lots<U, NEWEST_FIRST> {
    /// Counts tainted units that come.
    fn count(&mut self, room: &mut LotRoom<U>, tag: Tag, units: U) {
        if self.totals != NONE {
            let totals = &mut room.totals[self.totals as usize];
            match totals.binary_search_by_key(&tag, |total| total.0) {
                Ok(at) => totals[at].1 = totals[at].1.plus(units),
                Err(at) => totals.insert(at, (tag, units)),
            }
        } else if self.tainted.is_zero() {
            self.tag = tag;
        } else if self.tag != tag {
            self.totals = room.keep_totals([(self.tag, self.tainted), (tag, units)]);
        }
        self.tainted = self.tainted.plus(units);
    }

    /// Counts tainted units that leave.
    fn discount(&mut self, room: &mut LotRoom<U>, tag: Tag, units: U) {
        self.tainted = self.tainted.minus(units);
        if self.totals != NONE {
            let totals = &mut room.totals[self.totals as usize];
            let at = totals.binary_search_by_key(&tag, |total| total.0);
            let at = at.expect("a lot's class is counted");
            totals[at].1 = totals[at].1.minus(units);
            if totals[at].1.is_zero() {
                totals.remove(at);
            }
            if let [(tag, _)] = totals[..] {
                self.tag = tag;
                room.drop_totals(self.totals);
                self.totals = NONE;
            }
        }
    }

    /// Adds a lot: the newest.
    fn add(&mut self, room: &mut LotRoom<U>, Part { tag, units, claim }: Part<U>) {
        let newest = if NEWEST_FIRST { self.first } else { self.last };
        let whole = |claim: U, units: U| tag == CLEAN || claim == units;
        if newest != NONE {
            let lot = &mut room.lots[newest as usize];
            // Two lots become one where no later figure can tell the difference.
            if lot.tag == tag && whole(lot.claim, lot.units) && whole(claim, units) {
                lot.units = lot.units.plus(units);
                lot.claim = lot.claim.plus(claim);
                return;
            }
        }
        let next = if NEWEST_FIRST { self.first } else { NONE };
        let at = room.keep(Lot { units, claim, tag, next });
        if NEWEST_FIRST {
            self.first = at;
        } else if self.last == NONE {
            (self.first, self.last) = (at, at);
        } else {
            room.lots[self.last as usize].next = at;
            self.last = at;
        }
    }
}

impl<U: Units, const NEWEST_FIRST: bool> Store<U> for Lots<U, NEWEST_FIRST> {
    const KEEPS_CLEAN: bool = true;

    type Room = LotRoom<U>;

    fn near(&self) -> u32 {
        self.tag
    }

    fn far(&self, room: &LotRoom<U>) -> u32 {
        room.lots.get(self.first as usize).map_or(0, |lot| lot.tag)
    }

    fn tainted(&self, _balance: U) -> U {
        self.tainted
    }

    fn is_one_class(&self) -> bool {
        self.totals == NONE
    }

    fn begin(&mut self, room: &mut LotRoom<U>, clean: U) {
        if !clean.is_zero() {
            self.add(room, Part::clean(clean));
        }
    }

    fn put(&mut self, room: &mut LotRoom<U>, part: Part<U>) {
        if !part.is_clean() {
            self.count(room, part.tag, part.units);
        }
        self.add(room, part);
    }

    fn take(&mut self, room: &mut LotRoom<U>, _balance: U, amount: U, parts: &mut Vec<Part<U>>) {
        let mut left = amount;
        while !left.is_zero() {
            assert!(self.first != NONE, "the lots sum to the balance, and no more is taken than that");
            let lot = &mut room.lots[self.first as usize];
            let tag = lot.tag;
            let units = lot.units.min(left);
            let claim = claim_of(units, lot.units, lot.claim);
            lot.units = lot.units.minus(units);
            lot.claim = lot.claim.minus(claim);
            if lot.units.is_zero() {
                let used_up = std::mem::replace(&mut self.first, lot.next);
                room.drop(used_up);
                if self.first == NONE {
                    self.last = NONE;
                }
            }
            if tag != CLEAN {
                self.discount(room, tag, units);
            }
            left = left.minus(units);
            parts.push(Part { tag, units, claim });
        }
    }

    fn held(&self, room: &LotRoom<U>, _balance: U, out: &mut Vec<Part<U>>) {
        let mut at = self.first;
        while at != NONE {
            let Lot { units, claim, tag, next } = room.lots[at as usize];
            if tag != CLEAN {
                add_by_class(out, Part { tag, units, claim });
            }
            at = next;
        }
    }

    fn parts(&self, room: &LotRoom<U>, _balance: U, out: &mut Vec<Part<U>>) {
        let (begin, mut at) = (out.len(), self.first);
        while at != NONE {
            let Lot { units, claim, tag, next } = room.lots[at as usize];
            out.push(Part { tag, units, claim });
            at = next;
        }
        if NEWEST_FIRST {
            out[begin..].reverse();
        }
    }

    fn clear(&mut self, room: &mut LotRoom<U>) {
        while self.first != NONE {
            let next = room.lots[self.first as usize].next;
            room.drop(self.first);
            self.first = next;
        }
        if self.totals != NONE {
            room.drop_totals(self.totals);
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{Fifo, Lifo, LotRoom};
    use crate::rules::{Part, Store};

    #[test]
    fn a_part_takes_its_share_of_the_claim_rounded_down_and_the_last_the_rest() {
        let (mut room, mut purse) = (LotRoom::default(), Fifo::<u128>::default());
        purse.put(&mut room, Part { tag: 1, units: 3, claim: 100 });
        let mut parts = Vec::new();
        purse.take(&mut room, 3, 1, &mut parts);
        purse.take(&mut room, 2, 2, &mut parts);
        let claims: Vec<u128> = parts.iter().map(|part| part.claim).collect();
        assert_eq!(claims, [33, 67]);
    }

    #[test]
    fn lots_of_unequal_claim_stay_apart() {
        let (mut room, mut purse) = (LotRoom::default(), Lifo::<u128>::default());
        purse.put(&mut room, Part { tag: 1, units: 10, claim: 10 });
        purse.put(&mut room, Part { tag: 1, units: 10, claim: 10 });
        purse.put(&mut room, Part { tag: 1, units: 10, claim: 55 });
        assert_eq!(room.lots.len(), 2);
        let mut parts = Vec::new();
        purse.take(&mut room, 30, 15, &mut parts);
        assert_eq!(parts.iter().map(|part| (part.units, part.claim)).collect::<Vec<_>>(), [(10, 55), (5, 5)]);
    }

    #[test]
    fn lifo_hands_on_the_newest_first() {
        let (mut room, mut purse) = (LotRoom::default(), Lifo::<u128>::default());
        purse.begin(&mut room, 5);
        purse.put(&mut room, Part::stolen(1, 5));
        purse.put(&mut room, Part::stolen(2, 5));
        let mut parts = Vec::new();
        purse.take(&mut room, 15, 12, &mut parts);
        assert_eq!(
            parts.iter().map(|part| (part.tag, part.units)).collect::<Vec<_>>(),
            [(2, 5), (1, 5), (0, 2)]
        );
    }

    #[test]
    fn what_is_used_up_is_taken_up_again_and_the_last_class_is_known() {
        let (mut room, mut purse) = (LotRoom::default(), Fifo::<u128>::default());
        for round in 0..100 {
            purse.put(&mut room, Part::stolen(1 + round % 3, 5));
            purse.put(&mut room, Part::stolen(2 + round % 3, 5));
            assert!(!Store::<u128>::is_one_class(&purse));
            let mut parts = Vec::new();
            purse.take(&mut room, 10, 7, &mut parts);
            assert!(
                Store::<u128>::is_one_class(&purse) && purse.tainted(3) == 3 && purse.tag == 2 + round % 3
            );
            purse.take(&mut room, 3, 3, &mut parts);
        }
        assert_eq!((room.lots.len(), room.totals.len()), (2, 1));
        assert!(purse.tainted(0) == 0);
    }
}
