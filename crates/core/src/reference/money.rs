//! What a purse holds and what a transfer carries: the rules themselves, one after the other.
//!
//! The same type stands for the content of a purse and for money on its way. Under `fifo` and `lifo` it is a
//! list of lots, under `prorata`, `libr` and `taint_first` one share a class, under `poison` a balance and
//! the classes it is flagged with.
//!
//! # What always holds
//!
//! Taking splits: what is taken and what is left add up, in units and in claims, class by class (poison
//! apart, which conserves nothing). Nothing of 0 units is kept.

use crate::amount::Amount;
use crate::asset::AssetId;
use crate::trace::{Rule, Share};
use ruint::Uint;
use std::collections::{BTreeMap, BTreeSet};

/// Theft and stolen asset. Sorts by the theft's name, then the asset's text, by bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Rank of the theft among the names.
    pub(super) theft: usize,
    /// Rank of the asset among the assets' texts.
    pub(super) rank: usize,
    /// The stolen asset.
    pub(super) asset: AssetId,
}

/// Part of a purse under `fifo` or `lifo`. Without a class it is clean, and its claim is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lot {
    pub(super) class: Option<Key>,
    pub(super) share: Share,
}

/// Money in a purse or on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Money {
    /// In the order in which the lots entered, or, on the way, left.
    Lots(Vec<Lot>),
    /// One share a class; the clean one has no class.
    Shares(BTreeMap<Option<Key>, Share>),
    /// All of it flagged with every class.
    Flagged { units: Amount, classes: BTreeSet<Key> },
}

/// `floor(a · b / c)`.
fn floor_ratio(a: Amount, b: Amount, c: Amount) -> Amount {
    let (quotient, _) = divide(a, b, c);
    quotient
}

/// `a · b / c`, and what remains. The product has twice the width of an amount.
fn divide(a: Amount, b: Amount, c: Amount) -> (Amount, Amount) {
    let product: Uint<640, 10> = a.to_wide().widening_mul(b.to_wide());
    let (quotient, rest) = product.div_rem(Uint::<640, 10>::from(c.to_wide()));
    (Amount::from_wide(Uint::from(quotient)), Amount::from_wide(Uint::from(rest)))
}

/// Takes `units` of a part: `floor(claim · units / all)` of its claim, and all of it with the last unit.
pub(super) fn take_part(part: &mut Share, units: Amount) -> Share {
    let claim = if units == part.units { part.claim } else { floor_ratio(part.claim, units, part.units) };
    let left = |whole: Amount, taken| whole.minus(taken).expect("a part gives no more than it has");
    *part = Share { units: left(part.units, units), claim: left(part.claim, claim) };
    Share { units, claim }
}

/// Divides `whole` in the ratio of `weights`: each gets the floor, then the missing units go one by one to
/// the largest remainders, of equal ones to the earlier.
pub(super) fn largest_remainder(whole: Amount, weights: &[Amount]) -> Vec<Amount> {
    let sum: Amount = weights.iter().copied().sum();
    if sum.is_zero() {
        return vec![Amount::ZERO; weights.len()];
    }
    let parts: Vec<(Amount, Amount)> = weights.iter().map(|&weight| divide(whole, weight, sum)).collect();
    let mut given: Vec<Amount> = parts.iter().map(|part| part.0).collect();
    let mut missing = whole.minus(given.iter().copied().sum()).expect("floors are no more than the whole");
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| parts[b].1.cmp(&parts[a].1)); // Stable: of equal ones, the earlier first.
    for index in order {
        if let Some(less) = missing.minus(Amount::from(1)) {
            given[index] = given[index].plus(Amount::from(1));
            missing = less;
        }
    }
    assert!(missing.is_zero(), "fewer units are missing than there are classes");
    given
}

impl Money {
    /// None at all.
    pub(super) fn none(rule: Rule) -> Self {
        match rule {
            Rule::Fifo | Rule::Lifo => Self::Lots(Vec::new()),
            Rule::Prorata | Rule::Libr | Rule::TaintFirst => Self::Shares(BTreeMap::new()),
            Rule::Poison => Self::Flagged { units: Amount::ZERO, classes: BTreeSet::new() },
        }
    }

    /// So many units of one class, or clean ones.
    pub(super) fn new(rule: Rule, class: Option<Key>, units: Amount) -> Self {
        let claim = if class.is_some() { units } else { Amount::ZERO };
        let share = Share { units, claim };
        match Self::none(rule) {
            Self::Lots(_) => Self::Lots(vec![Lot { class, share }]),
            Self::Shares(_) => Self::Shares(BTreeMap::from([(class, share)])),
            Self::Flagged { .. } => Self::Flagged { units, classes: class.into_iter().collect() },
        }
    }

    /// Clean units first, then one part a class.
    pub(super) fn of_parts(rule: Rule, clean: Amount, parts: &BTreeMap<Key, Share>) -> Self {
        let mut money = Self::new(rule, None, clean);
        match &mut money {
            Self::Lots(lots) => {
                lots.extend(parts.iter().map(|(class, share)| Lot { class: Some(*class), share: *share }));
                lots.retain(|lot| !lot.share.units.is_zero());
            }
            Self::Shares(shares) => {
                shares.extend(parts.iter().map(|(class, share)| (Some(*class), *share)));
                shares.retain(|_, share| !share.units.is_zero());
            }
            Self::Flagged { units, classes } => {
                if let Some(share) = parts.values().next() {
                    *units = share.units;
                }
                classes.extend(parts.keys());
            }
        }
        money
    }

    /// Units in all.
    pub(super) fn units(&self) -> Amount {
        match self {
            Self::Lots(lots) => lots.iter().map(|lot| lot.share.units).sum(),
            Self::Shares(shares) => shares.values().map(|share| share.units).sum(),
            Self::Flagged { units, .. } => *units,
        }
    }

    /// The tainted part, class by class. Under poison each class has it all.
    pub(super) fn taint(&self) -> BTreeMap<Key, Share> {
        let mut taint = BTreeMap::new();
        match self {
            Self::Lots(lots) => {
                for lot in lots {
                    if let Some(class) = lot.class {
                        add(taint.entry(class).or_default(), lot.share);
                    }
                }
            }
            Self::Shares(shares) => {
                taint.extend(shares.iter().filter_map(|(class, share)| Some(((*class)?, *share))));
            }
            Self::Flagged { units, classes } => {
                let share = Share { units: *units, claim: *units };
                taint.extend(classes.iter().map(|class| (*class, share)));
            }
        }
        taint
    }

    /// Units that bear no theft.
    pub(super) fn clean(&self) -> Amount {
        match self {
            Self::Lots(lots) => {
                lots.iter().filter(|lot| lot.class.is_none()).map(|lot| lot.share.units).sum()
            }
            Self::Shares(shares) => shares.get(&None).map_or(Amount::ZERO, |share| share.units),
            Self::Flagged { units, classes } if classes.is_empty() => *units,
            Self::Flagged { .. } => Amount::ZERO,
        }
    }

    /// How many classes it is made of, clean money being one. Under poison a flag leaves nothing clean.
    pub(super) fn class_count(&self) -> usize {
        self.taint().len() + usize::from(!self.clean().is_zero())
    }

    /// Adds money: its parts enter in the order in which they stand there.
    pub(super) fn put(&mut self, money: Self) {
        match (self, money) {
            (Self::Lots(lots), Self::Lots(more)) => {
                for lot in more.into_iter().filter(|lot| !lot.share.units.is_zero()) {
                    match lots.last_mut() {
                        Some(last) if merges(last, &lot) => add(&mut last.share, lot.share),
                        _ => lots.push(lot),
                    }
                }
            }
            (Self::Shares(shares), Self::Shares(more)) => {
                for (class, share) in more.into_iter().filter(|(_, share)| !share.units.is_zero()) {
                    add(shares.entry(class).or_default(), share);
                }
            }
            (Self::Flagged { units, classes }, Self::Flagged { units: more, classes: others }) => {
                *units = units.plus(more);
                classes.extend(others);
            }
            _ => panic!("a replay has one rule"),
        }
    }

    /// Takes units out of a purse by the rule. There must be as many.
    pub(super) fn take(&mut self, rule: Rule, wanted: Amount) -> Self {
        match self {
            Self::Lots(lots) => Self::Lots(take_lots(lots, rule, wanted)),
            Self::Shares(shares) => Self::Shares(take_shares(shares, rule, wanted)),
            Self::Flagged { units, classes } => {
                *units = units.minus(wanted).expect("a gap was filled before");
                let taken = Self::Flagged { units: wanted, classes: classes.clone() };
                if units.is_zero() {
                    classes.clear();
                }
                taken
            }
        }
    }

    /// Makes the last clean units stolen, `most` at the most. Poison flags it all, unless it bears the class
    /// already. Returns what became stolen.
    pub(super) fn steal(&mut self, class: Key, most: Amount) -> Share {
        let mut stolen = Amount::ZERO;
        match self {
            Self::Lots(lots) => {
                let mut marked = Vec::new(); // Last lot first.
                for mut lot in lots.drain(..).rev() {
                    if lot.class.is_none() {
                        let open = most.minus(stolen).expect("no more than that was taken");
                        let part = open.min(lot.share.units);
                        take_part(&mut lot.share, part);
                        stolen = stolen.plus(part);
                        marked.push(Lot { class: Some(class), share: Share { units: part, claim: part } });
                    }
                    marked.push(lot);
                }
                marked.retain(|lot| !lot.share.units.is_zero());
                lots.extend(marked.into_iter().rev());
            }
            Self::Shares(shares) => {
                if let Some(clean) = shares.get_mut(&None) {
                    stolen = most.min(clean.units);
                    take_part(clean, stolen);
                    add(shares.entry(Some(class)).or_default(), Share { units: stolen, claim: stolen });
                }
                shares.retain(|_, share| !share.units.is_zero());
            }
            Self::Flagged { units, classes } => {
                if !most.is_zero() && !classes.iter().any(|it| it.theft == class.theft) {
                    classes.insert(class);
                    stolen = *units;
                }
            }
        }
        Share { units: stolen, claim: stolen }
    }
}

/// Adds a share to another.
pub(super) fn add(sum: &mut Share, more: Share) {
    *sum = Share { units: sum.units.plus(more.units), claim: sum.claim.plus(more.claim) };
}

/// Neighbours merge if both are clean, or of one class with claim = units in both.
fn merges(a: &Lot, b: &Lot) -> bool {
    let plain = |lot: &Lot| lot.class.is_none() || lot.share.units == lot.share.claim;
    a.class == b.class && plain(a) && plain(b)
}

/// `fifo` takes the oldest lot first, `lifo` the newest.
fn take_lots(lots: &mut Vec<Lot>, rule: Rule, wanted: Amount) -> Vec<Lot> {
    let mut taken = Vec::new();
    let mut open = wanted;
    while !open.is_zero() {
        let at = if rule == Rule::Fifo { 0 } else { lots.len() - 1 };
        let lot = &mut lots[at];
        let units = open.min(lot.share.units);
        taken.push(Lot { class: lot.class, share: take_part(&mut lot.share, units) });
        open = open.minus(units).expect("no more than is open");
        if lot.share.units.is_zero() {
            lots.remove(at);
        }
    }
    taken
}

/// `prorata` takes of every class; `libr` clean money first, `taint_first` tainted money first, and of the
/// tainted classes in their ratio.
fn take_shares(
    shares: &mut BTreeMap<Option<Key>, Share>,
    rule: Rule,
    wanted: Amount,
) -> BTreeMap<Option<Key>, Share> {
    let weights: Vec<Amount> = shares.values().map(|share| share.units).collect();
    let parts = match rule {
        Rule::Prorata => largest_remainder(wanted, &weights),
        _ => {
            // The clean class, if there is one, sorts first.
            let has_clean = usize::from(shares.contains_key(&None));
            let (clean, tainted) = weights.split_at(has_clean);
            let clean: Amount = clean.iter().copied().sum();
            let taint: Amount = tainted.iter().copied().sum();
            let of_clean = if rule == Rule::Libr {
                wanted.min(clean)
            } else {
                wanted.minus(wanted.min(taint)).expect("a minimum is no more")
            };
            let of_taint = wanted.minus(of_clean).expect("a minimum is no more");
            let clean_part = std::iter::repeat_n(of_clean, has_clean);
            clean_part.chain(largest_remainder(of_taint, tainted)).collect()
        }
    };
    let mut taken = BTreeMap::new();
    for ((class, share), units) in shares.iter_mut().zip(parts) {
        if !units.is_zero() {
            taken.insert(*class, take_part(share, units));
        }
    }
    shares.retain(|_, share| !share.units.is_zero());
    let sum: Amount = taken.values().map(|share| share.units).sum();
    assert_eq!(sum, wanted, "the parts of a spend add up to it");
    taken
}

#[cfg(test)]
mod tests {
    use super::{Key, Lot, Money, largest_remainder, take_part};
    use crate::amount::Amount;
    use crate::asset::AssetId;
    use crate::trace::{Rule, Share};
    use std::collections::BTreeMap;

    const A: Key = Key { theft: 0, rank: 0, asset: AssetId(0) };
    const B: Key = Key { theft: 1, rank: 0, asset: AssetId(0) };

    fn share(units: u128, claim: u128) -> Share {
        Share { units: Amount::from(units), claim: Amount::from(claim) }
    }

    fn lot(class: Option<Key>, units: u128, claim: u128) -> Lot {
        Lot { class, share: share(units, claim) }
    }

    #[test]
    fn part_of_a_lot_takes_the_floor_of_its_claim_and_the_last_unit_takes_the_rest() {
        let mut part = share(10, 7);
        assert_eq!(take_part(&mut part, Amount::from(3)), share(3, 2));
        assert_eq!(part, share(7, 5));
        assert_eq!(take_part(&mut part, Amount::from(6)), share(6, 4));
        assert_eq!(take_part(&mut part, Amount::from(1)), share(1, 1));
        assert_eq!(part, share(0, 0));
    }

    #[test]
    fn a_claim_larger_than_its_units_is_divided_without_overflow() {
        let huge = Amount::parse(&[b'9'; 77]).unwrap();
        let mut part = Share { units: Amount::from(3), claim: huge };
        let first = take_part(&mut part, Amount::from(1));
        assert_eq!(first.claim.to_string(), "3".repeat(77));
        assert_eq!(part.claim.plus(first.claim), huge);
    }

    #[test]
    fn lots_leave_oldest_or_newest_first_and_carry_their_own_claims() {
        let lots = || Money::Lots(vec![lot(Some(A), 4, 9), lot(None, 2, 0), lot(Some(B), 5, 2)]);
        let mut purse = lots();
        let Money::Lots(taken) = purse.take(Rule::Fifo, Amount::from(7)) else { panic!("lots") };
        assert_eq!(taken, [lot(Some(A), 4, 9), lot(None, 2, 0), lot(Some(B), 1, 0)]);
        assert_eq!(purse, Money::Lots(vec![lot(Some(B), 4, 2)]));
        let mut purse = lots();
        let Money::Lots(taken) = purse.take(Rule::Lifo, Amount::from(8)) else { panic!("lots") };
        assert_eq!(taken, [lot(Some(B), 5, 2), lot(None, 2, 0), lot(Some(A), 1, 2)]);
        assert_eq!(purse, Money::Lots(vec![lot(Some(A), 3, 7)]));
    }

    #[test]
    fn lots_merge_only_where_the_claim_is_the_units() {
        let mut purse = Money::none(Rule::Fifo);
        for lot in [lot(None, 1, 0), lot(None, 2, 0), lot(Some(A), 3, 3), lot(Some(A), 4, 4)] {
            purse.put(Money::Lots(vec![lot]));
        }
        purse.put(Money::Lots(vec![lot(Some(A), 5, 4), lot(Some(A), 1, 1)]));
        let lots = vec![lot(None, 3, 0), lot(Some(A), 7, 7), lot(Some(A), 5, 4), lot(Some(A), 1, 1)];
        assert_eq!(purse, Money::Lots(lots));
    }

    #[test]
    fn shares_keep_unequal_claims_apart_by_class() {
        let all = [(None, share(10, 0)), (Some(A), share(6, 60)), (Some(B), share(3, 1))];
        for (rule, clean, a, b) in [
            // 7 of 19: 3.68, 2.21, 1.10: the missing unit goes to clean.
            (Rule::Prorata, 4, share(2, 20), share(1, 0)),
            (Rule::TaintFirst, 0, share(5, 50), share(2, 0)),
        ] {
            let mut purse = Money::Shares(BTreeMap::from(all));
            let taken = purse.take(rule, Amount::from(7));
            assert_eq!(taken.clean(), Amount::from(clean), "{rule}");
            assert_eq!(taken.taint(), BTreeMap::from([(A, a), (B, b)]), "{rule}");
        }
        let mut purse = Money::Shares(BTreeMap::from(all));
        assert!(purse.take(Rule::Libr, Amount::from(10)).taint().is_empty());
    }

    #[test]
    fn missing_units_go_to_the_largest_remainder_then_to_the_earlier() {
        let amounts = |units: &[u128]| units.iter().map(|&unit| Amount::from(unit)).collect::<Vec<_>>();
        assert_eq!(largest_remainder(Amount::from(1), &amounts(&[1, 1, 1])), amounts(&[1, 0, 0]));
        assert_eq!(largest_remainder(Amount::from(2), &amounts(&[5, 1, 5])), amounts(&[1, 0, 1]));
        assert_eq!(largest_remainder(Amount::from(0), &amounts(&[])), amounts(&[]));
    }

    #[test]
    fn the_last_clean_units_are_stolen() {
        let mut money = Money::Lots(vec![lot(None, 5, 0), lot(Some(B), 1, 1), lot(None, 2, 0)]);
        assert_eq!(money.steal(A, Amount::from(4)), share(4, 4));
        let lots = vec![lot(None, 3, 0), lot(Some(A), 2, 2), lot(Some(B), 1, 1), lot(Some(A), 2, 2)];
        assert_eq!(money, Money::Lots(lots));
    }
}
