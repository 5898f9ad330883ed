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
        let claim = if units == self.units { self.claim } else { self.claim.scale(units, self.units).0 };
        self.units = self.units.minus(units);
        self.claim = self.claim.minus(claim);
        Self { tag: self.tag, units, claim }
    }

    /// Whether two neighbouring lots may become one without changing any later figure.
    fn joins(&self, other: &Self) -> bool {
        let whole = |part: &Self| part.is_clean() || part.units == part.claim;
        self.tag == other.tag && whole(self) && whole(other)
    }
}

/// What a tainted purse holds, under one rule.
pub(crate) trait Store<U: Units>: Default {
    /// Whether the rule conserves value.
    const EXACT: bool = true;

    /// Taint arrives at a purse that had none and holds `clean` units.
    fn begin(&mut self, clean: U);

    /// Adds a part: the newest.
    fn put(&mut self, part: Part<U>);

    /// Takes `amount` out of a purse that holds `balance` in all, into `parts`, in the order in which they
    /// leave. `amount` is above 0 and at most `balance`.
    fn take(&mut self, balance: U, amount: U, parts: &mut Vec<Part<U>>);

    /// Turns up to `limit` clean units of a transfer of `whole` into `tag`: the last of them. Returns how
    /// many became stolen.
    fn steal(parts: &mut Vec<Part<U>>, tag: Tag, limit: U, whole: U) -> U {
        let _ = whole;
        steal_last_clean(parts, tag, limit)
    }

    /// The classes held, each once, with how much of each.
    fn held(&self, out: &mut Vec<Part<U>>);

    /// How many classes of taint are held.
    fn class_count(&self) -> usize;

    /// Forgets everything.
    fn clear(&mut self);
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
