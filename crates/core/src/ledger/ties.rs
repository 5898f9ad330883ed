//! Ties: rows whose mutual order the input does not tell.

use super::fees::Fee;
use super::{Ledger, PurseId};
use crate::account::ChainId;
use hashbrown::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// How far the order of a ledger's transfers is not told where it matters: two transfers touch one purse, and
/// only the order of the input tells which came first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ambiguity {
    /// The transfers of which this is so.
    pub transfers: u64,
    /// The blocks in which they stand; where a chain has no block numbers, the seconds.
    pub blocks: u64,
    /// Of these transfers, those without a block number.
    pub without_block: u64,
    /// Of these transfers, those whose transaction has no index.
    pub without_transaction_index: u64,
    /// Of these transfers, those without an event index.
    pub without_event_index: u64,
}

impl Ledger {
    /// Returns the same ledger with the input order reversed inside each tie group: the other reading of an
    /// ambiguous order. Accounts, assets, purses and transactions keep their numbers.
    ///
    /// # Panics
    /// Never: every row has its place.
    ///
    /// # Cost
    /// **O(n)** for n transfers: their columns and the fees a second time, and while it is made 8 bytes a transfer and 16 a
    /// transaction that pays a fee. Accounts, purses, transactions and where rows come from are shared.
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
        let transaction = |fee: &Fee| self.columns.transaction[at(fee.place)];
        // Only transactions that pay one: most ledgers of events tell none.
        let mut first: HashMap<u32, u64> =
            self.fees.iter().map(|fee| (transaction(&fee), u64::MAX)).collect();
        for (place, transaction) in (0..).zip(&columns.transaction) {
            if let Some(first) = first.get_mut(transaction) {
                *first = place.min(*first);
            }
        }
        let moved = |fee: Fee| Fee { place: first[&transaction(&fee)], ..fee };
        let fees = self.fees.iter().map(moved).collect();
        Self {
            chains: self.chains.clone(),
            accounts: Arc::clone(&self.accounts),
            assets: self.assets.clone(),
            purses: Arc::clone(&self.purses),
            columns,
            transactions: Arc::clone(&self.transactions),
            fees,
            covered: self.covered.clone(),
            notes: self.notes.clone(),
            origin: Arc::clone(&self.origin),
        }
    }

    /// The place in [`Self::with_ties_reversed`] of the transfer that has this place here, and the other way round; a place
    /// that is none stays.
    ///
    /// # Cost
    /// **O(t)** for t transfers of its tie group.
    pub(crate) fn place_with_ties_reversed(&self, place: u64) -> u64 {
        let at = usize::try_from(place).unwrap_or(usize::MAX);
        if at >= self.transfer_count() {
            return place;
        }
        let group = self.tie_group(at);
        (group.start + group.end - 1 - at) as u64
    }

    /// How far the order of transfers that touch one purse is not told.
    ///
    /// # Cost
    /// **O(n)** for n transfers; next to nothing where none is tied, beyond one look at each.
    #[must_use]
    pub fn ambiguity(&self) -> Ambiguity {
        let mut all = Ambiguity::default();
        let mut last_block = None;
        self.for_each_tie_at_a_purse(|span, places| {
            let block = (self.chain_of(span.start), self.columns.blocks.get(span.start));
            all.blocks += u64::from(last_block != Some(block));
            last_block = Some(block);
            for &place in places {
                let transaction = self.columns.transaction[place];
                let unknown = |known: Option<u64>| u64::from(known.is_none());
                all.transfers += 1;
                all.without_block += unknown(self.columns.block(place));
                all.without_transaction_index += unknown(self.transactions.index(transaction));
                all.without_event_index += unknown(self.columns.event_index(place));
            }
            true
        });
        all
    }

    /// Whether two tied rows touch one purse: by a transfer that moves something, or by paying a fee.
    pub(super) fn ties_touch_one_purse(&self) -> bool {
        let mut found = false;
        self.for_each_tie_at_a_purse(|_, _| {
            found = true;
            false
        });
        found
    }

    /// The chain that a transfer is on.
    fn chain_of(&self, place: usize) -> ChainId {
        self.accounts.chain(self.purses.account(self.columns.to[place]))
    }

    /// Calls `take` with each tie group in which several rows touch one purse, and the places of those rows, rising,
    /// until it returns `false`.
    fn for_each_tie_at_a_purse(&self, mut take: impl FnMut(Range<usize>, &[usize]) -> bool) {
        let fee_payer = |place: usize| self.fees.at(place as u64).map(|fee| fee.payer);
        let mut start = 0;
        let mut touched: HashMap<PurseId, usize> = HashMap::new();
        let mut tied = Vec::new();
        while start < self.transfer_count() {
            let mut end = start + 1;
            while self.columns.is_tied(end) {
                end += 1;
            }
            if end - start > 1 {
                touched.clear();
                tied.clear();
                for place in start..end {
                    let ends = [self.columns.from[place], self.columns.to[place]];
                    let ends = ends.into_iter().filter(|&purse| self.moves(place) && !self.is_void(purse));
                    for purse in ends.chain(fee_payer(place)) {
                        let first = *touched.entry(purse).or_insert(place);
                        if first != place {
                            tied.extend([first, place]);
                        }
                    }
                }
                tied.sort_unstable();
                tied.dedup();
                if !tied.is_empty() && !take(start..end, &tied) {
                    return;
                }
            }
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ambiguity;
    use crate::ledger::{Covers, Kind, Ledger, Repeat, Source, TxHash};
    use crate::{Address, Amount, LedgerBuilder, Row, RowPlace};

    /// A ledger of rows of block, transaction, event index, sender and receiver.
    fn ledger(rows: &[(u64, u8, Option<u64>, u8, u8)]) -> Ledger {
        let mut builder = LedgerBuilder::new();
        let chain = builder.chain("ethereum");
        let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
        for (line, &(block, transaction, event_index, from, to)) in (2..).zip(rows) {
            let row = Row {
                chain,
                block: Some(block),
                time: None,
                transaction_index: None,
                event_index,
                transaction_hash: Some(TxHash::Bytes([transaction; 32])),
                from: Some(Address::from_evm([from; 20])),
                to: Address::from_evm([to; 20]),
                contract: None,
                value: Amount::from(5),
                fee: None,
                kind: Kind::External,
            };
            builder.push(RowPlace { source, line }, row).unwrap();
        }
        builder.finish().unwrap()
    }

    #[test]
    fn only_tied_rows_that_touch_one_purse_are_ambiguous() {
        // Block 1: two of three rows share a purse. Block 2: none do. Block 3: one row. Block 4: all share.
        let rows = [(1, 1, None, 1, 2), (1, 2, None, 3, 4), (1, 3, None, 2, 5)];
        let rows = [&rows[..], &[(2, 4, None, 1, 2), (2, 5, None, 3, 4), (3, 6, None, 1, 2)]].concat();
        let rows = [&rows[..], &[(4, 7, None, 1, 2), (4, 8, None, 1, 3), (4, 9, Some(1), 1, 4)]].concat();
        let found = ledger(&rows).ambiguity();
        let expected = Ambiguity {
            transfers: 4,
            blocks: 2,
            without_block: 0,
            without_transaction_index: 4,
            without_event_index: 4,
        };
        assert_eq!(found, expected);
        assert!(ledger(&rows).notes().order_ambiguous);
        assert_eq!(ledger(&rows[3..6]).ambiguity(), Ambiguity::default());
        assert!(!ledger(&rows[3..6]).notes().order_ambiguous);
    }

    #[test]
    fn repeats_are_found_with_the_row_that_they_repeat() {
        let rows = [(1, 1, None, 1, 2), (1, 2, None, 1, 2), (1, 1, None, 1, 2), (2, 3, Some(1), 1, 2)];
        let rows = [&rows[..], &[(2, 3, Some(2), 1, 2), (1, 1, None, 1, 2)]].concat();
        let ledger = ledger(&rows);
        assert_eq!(ledger.notes().repeated_in_file, 2);
        let at = |line| RowPlace { source: 0, line };
        let expected = [Repeat { place: at(4), of: at(2) }, Repeat { place: at(7), of: at(2) }];
        assert_eq!(ledger.first_repeats(3), expected);
        assert_eq!(ledger.first_repeats(1), expected[..1]);
    }
}
