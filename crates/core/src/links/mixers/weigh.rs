//! Leads put together: one link for each depositor and recipient.
//!
//! Of each family the strongest rule counts, once; families that read different facts are independent, and a link
//! fails only if each of them fails: `P = 1 - (1 - p1) (1 - p2)`, in millionths, rounded down. Bands do not depend on any
//! weight: *strong* is two families, *moderate* one, *weak* none that counts, only context.

use super::MILLION;
use super::leads::Leads;
use super::record::Rule;
use crate::account::Address;
use std::collections::{BTreeMap, BTreeSet};

/// How well a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Two independent families.
    Strong,
    /// One.
    Moderate,
    /// Context alone.
    Weak,
}

impl Band {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Moderate => "moderate",
            Self::Weak => "weak",
        }
    }
}

/// A depositor and a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The chain: see [`super::Ties::chain`].
    pub chain: usize,
    /// Who paid in.
    pub depositor: Address,
    /// Who drew.
    pub recipient: Address,
    /// The rules that set them beside each other.
    pub rules: BTreeSet<Rule>,
    /// The vouchers: numbers in [`Leads::vouchers`].
    pub vouchers: BTreeSet<usize>,
    /// The exits: pool history and exit.
    pub exits: BTreeSet<(usize, usize)>,
    /// How well it stands.
    pub band: Band,
    /// The probability and its lower bound, in millionths; `None` for context alone.
    pub probability: Option<[u64; 2]>,
}

/// Puts leads together: links by probability, highest first, then by depositor and recipient.
#[must_use]
pub fn weigh(leads: &Leads) -> Vec<Link> {
    let record = |rule: Rule| leads.records.iter().find(|it| it.rule == rule).and_then(|it| it.probability);
    let mut links: BTreeMap<(usize, Address, Address), Link> = BTreeMap::new();
    for lead in &leads.leads {
        let key = (lead.chain, lead.depositor, lead.recipient);
        let link = links.entry(key).or_insert_with(|| Link {
            chain: lead.chain,
            depositor: lead.depositor,
            recipient: lead.recipient,
            rules: BTreeSet::new(),
            vouchers: BTreeSet::new(),
            exits: BTreeSet::new(),
            band: Band::Weak,
            probability: None,
        });
        link.rules.insert(lead.rule);
        link.vouchers.extend(&lead.vouchers);
        link.exits.extend(&lead.exits);
    }
    let mut links: Vec<Link> = links.into_values().collect();
    for link in &mut links {
        let mut families: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for &rule in &link.rules {
            if let Some(found) = record(rule) {
                let best = families.entry(rule.family()).or_insert(found);
                *best = (*best).max(found);
            }
        }
        link.band = match families.len() {
            0 => Band::Weak,
            1 => Band::Moderate,
            _ => Band::Strong,
        };
        link.probability = (!families.is_empty()).then(|| {
            let or = |side: usize| families.values().fold(0, |all, it| noisy_or(all, it[side]));
            [or(0), or(1)]
        });
    }
    links.sort_by(|one, other| {
        let key = |it: &Link| (std::cmp::Reverse(it.probability), it.chain, it.depositor, it.recipient);
        key(one).cmp(&key(other))
    });
    links
}

/// The probability that not both fail, in millionths, rounded down.
fn noisy_or(one: u64, other: u64) -> u64 {
    let fails = ((MILLION - one.min(MILLION)) * (MILLION - other.min(MILLION))).div_ceil(MILLION);
    MILLION - fails
}

#[cfg(test)]
mod tests {
    use super::noisy_or;

    #[test]
    fn families_fail_together_only_if_each_fails() {
        assert_eq!(noisy_or(975_000, 880_000), 997_000);
        assert_eq!(noisy_or(0, 880_000), 880_000);
        assert_eq!(noisy_or(1_000_000, 1), 1_000_000);
        // 1 - 0.666667 * 0.666667 = 0.555555…: rounded down.
        assert_eq!(noisy_or(333_333, 333_333), 555_555);
    }
}
