//! The other order: what came into some accounts if the order that the input does not tell is read the other way.
//!
//! Where transfers that touch one purse stand in no told order, input order is a guess, and under most rules the figures rest on
//! it. So the replay is made a second time with [`Ledger::with_ties_reversed`], and each row that is another there says what it is
//! there. These are two orders of many, not a bound.
//!
//! Accounts, purses and assets have the same numbers in both ledgers; places have not, and classes may not: these are turned into
//! those of the ledger as read.

use super::brought::Gets;
use super::exposure::{Exposure, Exposures, Source};
use super::outcome::{Class, ClassId, Flows, Gap, Postings, Share, ShareColumns, Trace};
use super::replay::{Cut, way};
use crate::amount::{Amount, AmountColumn};
use crate::ledger::{Ledger, PurseId};
use hashbrown::HashMap;

/// Where the other order gives something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OtherOrder {
    /// The rows of which it does, rising.
    rows: Vec<usize>,
    /// What it gives: an entry a row of these, a column a way.
    shares: ShareColumns,
    /// What each purse that is asked about received.
    received: AmountColumn,
}

/// What was replayed for one account in the other order.
#[derive(Debug)]
pub(super) struct OtherSource {
    pub(super) flows: Flows,
    pub(super) postings: Postings,
    pub(super) gets: Gets,
    gaps: Vec<Gap>,
    /// The number here of each class there.
    pub(super) classes: Vec<ClassId>,
}

impl Exposures {
    /// Whether the input tells the order of all transfers that touch one purse; else the replay was made in two orders.
    #[must_use]
    pub const fn is_order_told(&self) -> bool {
        self.other.is_none()
    }

    /// The amounts of a row if the order that the input does not tell is read the other way; `None` where they are the same, all
    /// five with their claims.
    #[must_use]
    pub fn in_other_order(&self, row: usize) -> Option<Exposure> {
        let other = self.other.as_ref()?;
        Some(Exposure::of(&other.shares, other.rows.binary_search(&row).ok()?))
    }

    /// How many rows are others in the other order.
    #[must_use]
    pub fn rows_by_order(&self) -> usize {
        self.other.as_ref().map_or(0, |other| other.rows.len())
    }

    /// All that a purse received from others in the other order; `None` where it is the same, or was not asked about.
    #[must_use]
    pub fn received_in_other_order(&self, purse: PurseId) -> Option<Amount> {
        let at = self.purses.binary_search(&purse).ok()?;
        let other = self.other.as_ref()?.received.get(at);
        (other != self.received.get(at)).then_some(other)
    }

    /// Sets what the other order gives beside these rows, and adds the rows that it alone has. Returns the number here of each class
    /// there.
    ///
    /// # Panics
    /// If the two orders do not have the same origins and the same purses that are asked about: by their numbers money would be
    /// another's.
    ///
    /// # Cost
    /// **O(r log r)** for r rows of both; the columns are made anew.
    pub(super) fn set_beside(&mut self, other: Self, ledger: &Ledger) -> Vec<ClassId> {
        assert_eq!(self.origins, other.origins, "both orders have the same origins");
        assert_eq!(self.purses, other.purses, "both orders have the same purses");
        let classes = self.classes_of(&other);
        // Classes that only the other order has stand last; rows stand by what they are called.
        let rank = ranks(&self.classes, ledger);
        let class = |row: usize| classes[other.class[row].index()];
        let key = |row: usize| (other.purse[row], rank[class(row).index()]);
        let mut there: Vec<usize> = (0..other.len()).collect();
        there.sort_unstable_by_key(|&row| key(row));
        let mut there = there.into_iter().peekable();
        let mut all = self.without_rows();
        let mut beside = OtherOrder {
            rows: Vec::new(),
            shares: ShareColumns::new(way::COUNT),
            received: other.received.clone(),
        };
        for row in 0..=self.len() {
            // The end of the rows here is after all rows there.
            let here = (row < self.len()).then(|| (self.purse[row], rank[self.class[row].index()]));
            while let Some(only) = there.next_if(|&it| here.is_none_or(|here| key(it) < here)) {
                let gives = shares_of(&other.shares, only);
                if gives == NOTHING {
                    continue;
                }
                beside.rows.push(all.len());
                beside.shares.push(&gives);
                all.push_row_of(&other, only, class(only), &NOTHING);
                let here = |place: u64| ledger.place_with_ties_reversed(place);
                let (one, last) = (here(other.first[only]), here(other.last[only]));
                // Inside one tie group the last arrival there is the first place here.
                *all.first.last_mut().expect("the row was pushed") = one.min(last);
                *all.last.last_mut().expect("the row was pushed") = one.max(last);
            }
            let Some(here) = here else { break };
            let same = there.next_if(|&it| key(it) == here);
            let gives = same.map_or(NOTHING, |row| shares_of(&other.shares, row));
            let told = shares_of(&self.shares, row);
            if gives != told {
                beside.rows.push(all.len());
                beside.shares.push(&gives);
            }
            all.push_row_of(self, row, self.class[row], &told);
        }
        all.cut = most(self.cut, other.cut);
        all.other = Some(Box::new(beside));
        *self = all;
        classes
    }

    /// The number here of each class there; one that is not here is added.
    fn classes_of(&mut self, other: &Self) -> Vec<ClassId> {
        let mut known: HashMap<Class, ClassId> =
            self.classes.iter().copied().zip((0..).map(ClassId)).collect();
        let mut number = |class: Class| {
            let next = ClassId(u32::try_from(self.classes.len()).expect("fewer than 2^32 classes"));
            *known.entry(class).or_insert_with(|| {
                self.classes.push(class);
                next
            })
        };
        other.classes.iter().map(|class| number(*class)).collect()
    }

    /// The same without a row.
    fn without_rows(&self) -> Self {
        Self {
            rule: self.rule,
            origins: self.origins.clone(),
            classes: self.classes.clone(),
            purse: Vec::new(),
            class: Vec::new(),
            first: Vec::new(),
            last: Vec::new(),
            transfers: Vec::new(),
            hops: Vec::new(),
            shares: ShareColumns::new(way::COUNT),
            purses: self.purses.clone(),
            received: self.received.clone(),
            cut: self.cut,
            other: None,
        }
    }

    /// Adds a row of another table, with its class here and with these amounts.
    fn push_row_of(&mut self, other: &Self, row: usize, class: ClassId, shares: &[Share]) {
        self.purse.push(other.purse[row]);
        self.class.push(class);
        self.first.push(other.first[row]);
        self.last.push(other.last[row]);
        self.transfers.push(other.transfers[row]);
        self.hops.push(other.hops[row]);
        self.shares.push(shares);
    }
}

const NOTHING: [Share; way::COUNT] = [Share { units: Amount::ZERO, claim: Amount::ZERO }; way::COUNT];

fn shares_of(shares: &ShareColumns, row: usize) -> [Share; way::COUNT] {
    std::array::from_fn(|way| shares.get(row, way))
}

/// The place of each class by its origin's name, then its asset's.
fn ranks(classes: &[Class], ledger: &Ledger) -> Vec<usize> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by_cached_key(|&at| (classes[at].theft, ledger.asset_name(classes[at].asset)));
    let mut ranks = vec![0; classes.len()];
    order.into_iter().enumerate().for_each(|(rank, at)| ranks[at] = rank);
    ranks
}

/// Of each kind the most.
fn most(one: Cut, other: Cut) -> Cut {
    Cut { hubs: one.hubs.max(other.hubs), hops: one.hops.max(other.hops), dust: one.dust.max(other.dust) }
}

impl Source {
    /// What one of the account's purses spent beyond what the data show it had, in input order, and in the other where there is one.
    /// Nothing is known of a purse to which none of the money came that is asked about.
    #[must_use]
    pub fn gap(&self, purse: PurseId) -> [Option<Amount>; 2] {
        let of = |gaps: &[Gap]| gaps.iter().filter(|gap| gap.purse == purse).map(|gap| gap.amount).max();
        let told = of(&self.trace.gaps);
        [told, self.other.as_ref().map_or(told, |other| of(&other.gaps))]
    }

    /// Sets what the other order gives beside this.
    pub(super) fn set_beside(&mut self, other: Self, ledger: &Ledger) {
        let Self { exposures, trace, gets, .. } = other;
        let classes = self.exposures.set_beside(exposures, ledger);
        let Trace { flows, postings, gaps, .. } = trace;
        self.other = Some(Box::new(OtherSource { flows, postings, gets, gaps, classes }));
    }
}
