//! Rules of apportionment: how taint divides when a mixed purse spends.
//!
//! A purse holds parts. A `Part` is a number of units that are clean, or of one class of taint; a tainted
//! part also has its claim, in units of the stolen asset. A rule decides which parts leave when the purse
//! spends. Three families: `lots` keep parts in the order of arrival (fifo, lifo); `shares` keep one part
//! a class (prorata, libr, taint_first); `poison` keeps only which thefts touched the purse.
//!
//! # What always holds
//!
//! For the exact rules (all but poison): what leaves plus what stays is what was there, in units and in
//! claims, class by class. Taking x of a part's n units takes floor(claim · x / n) of its claim, and all of it
//! when x = n.
//!
//! A purse without taint needs no store: its balance says all. `Store::begin` is told the clean balance when
//! taint first arrives, and the store is emptied when the last taint leaves.
//!
//! Sources: Clayton's Case (1816) for fifo; Re Hallett's Estate (1880) and Roscoe v Winder (1915) for libr; US
//! v Banco Cafetero Panama (2d Cir. 1986) for taint_first and prorata; Möser, Böhme, Breuker (2014) for poison
//! and haircut.

pub(crate) mod convert;
pub(crate) mod lots;
mod pari_passu;
pub(crate) mod poison;
pub(crate) mod shares;
mod units;

pub use pari_passu::pari_passu;
pub(crate) use units::Units;

/// The class of a part: 0 is clean, `k + 1` is class `k` of the trace.
pub(crate) type Tag = u32;

/// Clean money's tag.
pub(crate) const CLEAN: Tag = 0;

/// Some units that share one history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<U> {
    pub(crate) tag: Tag,
    /// Base units of the purse's asset.
    pub(crate) units: U,
    /// Base units of the stolen asset; 0 for clean.
    pub(crate) claim: U,
}

impl<U: Units> Part<U> {
    /// Clean units.
    pub(crate) fn clean(units: U) -> Self {
        Self { tag: CLEAN, units, claim: U::ZERO }
    }

    /// Units just stolen: each stands for itself.
    pub(crate) fn stolen(tag: Tag, units: U) -> Self {
        Self { tag, units, claim: units }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.tag == CLEAN
    }

    /// Splits off `units` of the part, with their share of the claim.
    pub(crate) fn split_off(&mut self, units: U) -> Self {
        let claim = claim_of(units, self.units, self.claim);
        self.units = self.units.minus(units);
        self.claim = self.claim.minus(claim);
        Self { tag: self.tag, units, claim }
    }
}

/// The claim of `units` out of `of` that stand for `claim`: rounded down, and all of it for all of them.
pub(crate) fn claim_of<U: Units>(units: U, of: U, claim: U) -> U {
    // Money that was never exchanged stands for itself.
    if claim == of {
        units
    } else if units == of || claim.is_zero() {
        claim
    } else {
        claim.scale(units, of).0
    }
}

/// What a purse holds, under one rule.
///
/// Small, since a trace has one for every purse it follows: what few purses need lies in a room that the stores
/// of one walk share.
pub(crate) trait Store<U: Units>: Default + Send {
    /// Whether the rule conserves value.
    const EXACT: bool = true;

    /// Whether the store is to be told of clean money that comes to a tainted purse.
    const KEEPS_CLEAN: bool = false;

    /// What the stores of one walk share.
    type Room: Default + Send;

    /// Reads something of the store, so that it comes into the cache.
    fn near(&self) -> u32;

    /// Reads what would be taken first and lies in the room.
    fn far(&self, _room: &Self::Room) -> u32 {
        0
    }

    /// How much of a purse that holds `balance` in all is tainted.
    fn tainted(&self, balance: U) -> U;

    /// Whether all taint held is of one class.
    fn is_one_class(&self) -> bool;

    /// Taint arrives at a purse that had none and holds `clean` units.
    fn begin(&mut self, room: &mut Self::Room, clean: U);

    /// What an exchange brings for what was given, one list an asset got.
    fn convert(given: &[convert::Given<U>], got: &[U]) -> Vec<Vec<Part<U>>> {
        convert::convert(given, got)
    }

    /// Adds a part: the newest.
    fn put(&mut self, room: &mut Self::Room, part: Part<U>);

    /// Takes `amount` out of a purse that holds `balance` in all, into `parts`, in the order in which they
    /// leave. `amount` is above 0 and at most `balance`.
    fn take(&mut self, room: &mut Self::Room, balance: U, amount: U, parts: &mut Vec<Part<U>>);

    /// Turns up to `limit` clean units of a transfer of `whole` into `tag`: the last of them. Returns how
    /// many became stolen.
    fn steal(parts: &mut Vec<Part<U>>, tag: Tag, limit: U, whole: U) -> U {
        let _ = whole;
        steal_last_clean(parts, tag, limit)
    }

    /// The classes held in a balance, each once, with how much of each.
    fn held(&self, room: &Self::Room, balance: U, out: &mut Vec<Part<U>>);

    /// All parts that are kept, in the order in which they arrived: put into an empty store, they make the same.
    fn parts(&self, room: &Self::Room, balance: U, out: &mut Vec<Part<U>>) {
        self.held(room, balance, out);
    }

    /// Forgets everything.
    fn clear(&mut self, room: &mut Self::Room);
}

/// Turns the last `limit` clean units among `parts` into stolen ones.
fn steal_last_clean<U: Units>(parts: &mut Vec<Part<U>>, tag: Tag, limit: U) -> U {
    let mut left = limit;
    let mut at = parts.len();
    while at > 0 && !left.is_zero() {
        at -= 1;
        if !parts[at].is_clean() {
            continue;
        }
        let units = parts[at].units.min(left);
        left = left.minus(units);
        if units == parts[at].units {
            parts[at] = Part::stolen(tag, units);
        } else {
            parts[at].split_off(units);
            parts.insert(at + 1, Part::stolen(tag, units));
        }
    }
    limit.minus(left)
}

/// Adds a part to a list that has one part a class, sorted by tag.
pub(crate) fn add_by_class<U: Units>(list: &mut Vec<Part<U>>, part: Part<U>) {
    match list.binary_search_by_key(&part.tag, |held| held.tag) {
        Ok(at) => {
            list[at].units = list[at].units.plus(part.units);
            list[at].claim = list[at].claim.plus(part.claim);
        }
        Err(at) => list.insert(at, part),
    }
}
