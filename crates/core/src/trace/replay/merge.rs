//! Several rules' findings, side by side: one row a key, one pair of columns a rule.

use super::super::outcome::{Share, ShareColumns};
use crate::rules::Units;

/// One rule's entry for a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<K, U, X> {
    /// What the row is about; keys of one rule rise strictly.
    pub(super) key: K,
    pub(super) units: U,
    pub(super) claim: U,
    /// What else the rule says of it.
    pub(super) more: X,
}

/// Rows with their keys, what the telling rule says of them, and their amounts.
#[derive(Debug)]
pub(super) struct Merged<K, X> {
    pub(super) keys: Vec<K>,
    pub(super) more: Vec<X>,
    pub(super) shares: ShareColumns,
}

/// Merges the rules' entries, each sorted by key. `more` is taken from the first rule that gives an amount.
pub(super) fn merge<K, U, X, I>(rules: Vec<I>) -> Merged<K, X>
where
    K: Ord + Copy,
    U: Units,
    I: Iterator<Item = Entry<K, U, X>>,
{
    let count = rules.len();
    let mut rules: Vec<_> = rules.into_iter().map(Iterator::peekable).collect();
    let mut merged = Merged { keys: Vec::new(), more: Vec::new(), shares: ShareColumns::new(count) };
    let mut row = vec![Share::default(); count];
    while let Some(key) = rules.iter_mut().filter_map(|rule| rule.peek().map(|entry| entry.key)).min() {
        row.fill(Share::default());
        let mut more = None;
        for (rule, share) in rules.iter_mut().zip(&mut row) {
            if let Some(entry) = rule.next_if(|entry| entry.key == key) {
                *share = Share { units: entry.units.to_amount(), claim: entry.claim.to_amount() };
                if more.is_none() && !entry.units.is_zero() {
                    more = Some(entry.more);
                }
            }
        }
        // A row in which no rule gives an amount says nothing.
        if let Some(more) = more {
            merged.keys.push(key);
            merged.more.push(more);
            merged.shares.push(&row);
        }
    }
    merged
}
