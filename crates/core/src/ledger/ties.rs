//! Ties: rows whose mutual order the input does not tell.

use super::fees::Fee;
use super::{Ledger, PurseId};
use hashbrown::HashMap;

impl Ledger {
    /// Returns the same ledger with the input order reversed inside each tie group: the other reading of an
    /// ambiguous order.
    ///
    /// # Panics
    /// Never: every row has its place.
    #[must_use]
    pub fn with_ties_reversed(&self) -> Self {
        let mut order: Vec<u64> = (0..self.transfer_count() as u64).collect();
        let mut start = 0;
        while start < order.len() {
            let mut end = start + 1;
            while end < order.len() && self.columns.is_tied(end) {
                end += 1;
            }
            order[start..end].reverse();
            start = end;
        }
        let at = |place: u64| usize::try_from(place).expect("rows are in memory");
        let columns = self.columns.to_reordered(&order);
        let mut first: HashMap<u32, u64> = HashMap::new();
        for (place, &transaction) in (0..).zip(&columns.transaction) {
            first.entry(transaction).or_insert(place);
        }
        let moved = |fee: Fee| Fee { place: first[&self.columns.transaction[at(fee.place)]], ..fee };
        let fees = self.fees.iter().map(moved).collect();
        Self { columns, fees, ..self.clone() }
    }

    /// Whether two tied rows touch one purse: by a transfer that moves something, or by paying a fee.
    pub(super) fn ties_touch_one_purse(&self) -> bool {
        let fee_payer = |place: usize| self.fees.at(place as u64).map(|fee| fee.payer);
        let mut start = 0;
        let mut touched: HashMap<PurseId, usize> = HashMap::new();
        for place in 0..self.transfer_count() {
            if !self.columns.is_tied(place) {
                start = place;
            }
            if place + 1 < self.transfer_count() && !self.columns.is_tied(place + 1) && start == place {
                continue;
            }
            if start == place {
                touched.clear();
            }
            let ends = [self.columns.from[place], self.columns.to[place]];
            let ends = ends.into_iter().filter(|&purse| self.moves(place) && !self.is_void(purse));
            for purse in ends.chain(fee_payer(place)) {
                if *touched.entry(purse).or_insert(place) != place {
                    return true;
                }
            }
        }
        false
    }
}
