//! The rule that most published work rests on, and that finds no more than chance: as many notes drawn as were paid in.
//!
//! It is searched all the same, so that its record stands beside the others'; its finds are counted, and only those in
//! which few recipients could be meant are kept.

use super::leads::{Lead, Search, Window};
use super::parties::Ties;
use super::record::{Rule, RuleRecord};
use crate::account::Address;
use std::collections::BTreeMap;

/// Kept where at most so many recipients fit one voucher.
const KEPT: usize = 3;

/// Finds recipients that drew exactly as many notes from a pool as a voucher of two notes or more put in.
pub(super) fn find_same_counts(search: &Search<'_>, records: &mut BTreeMap<Rule, RuleRecord>) -> Vec<Lead> {
    let record = records.get_mut(&Rule::SameCount).expect("all rules have one");
    let mut leads = Vec::new();
    for (number, voucher) in search.vouchers.iter().enumerate().filter(|(_, it)| it.notes.len() >= 2) {
        let window = Window {
            start: voucher.first,
            from: voucher.first,
            to: voucher.last.saturating_add(search.options.window),
        };
        let chain = Ties::chain(search.table, search.histories[voucher.history].pool);
        let shifts = search.shifts(&[(voucher.history, window)], chain, voucher.depositor, record);
        let fitting = |shift: i64| {
            let mut drawn: BTreeMap<Address, Vec<usize>> = BTreeMap::new();
            for &(_, at) in search.exits_in(voucher.history, window.moved(shift)) {
                drawn.entry(search.histories[voucher.history].exits[at].recipient).or_default().push(at);
            }
            drawn.retain(|_, exits| exits.len() == voucher.notes.len());
            drawn
        };
        let found = fitting(0);
        record.leads += found.len() as u64;
        if let Some(shifts) = &shifts {
            record.target_hits += found.len() as u64;
            record.decoy_hits += shifts.iter().map(|&shift| fitting(shift).len() as u64).sum::<u64>();
        }
        if found.len() <= KEPT {
            leads.extend(found.into_iter().map(|(recipient, exits)| Lead {
                rule: Rule::SameCount,
                chain,
                depositor: voucher.depositor,
                recipient,
                vouchers: vec![number],
                exits: exits.into_iter().map(|at| (voucher.history, at)).collect(),
                over: None,
                counted: shifts.is_some(),
            }));
        }
    }
    leads
}
