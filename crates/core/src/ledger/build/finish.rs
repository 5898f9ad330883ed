//! The rows in order, without repeats, with who pays which fee and what is covered: the ledger.

use super::{Covers, FaultKind, LedgerBuilder, RowFault, Rows, Source};
use crate::account::{AccountId, ChainId};
use crate::amount::{Amount, AmountColumn};
use crate::asset::Asset;
use crate::column::Column;
use crate::ledger::columns::flag;
use crate::ledger::fees::{Fee, Fees};
use crate::ledger::order::{Keys, OrderError, Positions, sort};
use crate::ledger::origin::{Lines, Origin};
use crate::ledger::{Ledger, Notes, PurseId};

impl LedgerBuilder {
    /// Puts the ledger together.
    ///
    /// # Errors
    /// A [`RowFault`] where rows of one chain cannot be ordered.
    ///
    /// # Cost
    /// **O(n)** for n rows that are in position order already, **O(n log n)** for others, sorted in parallel.
    pub fn finish(mut self) -> Result<Ledger, RowFault> {
        let spoken = self.chains_of_sources();
        let covered = self.coverage(&spoken);
        let mut notes = Notes { repeated_across_files: self.repeated_across_files, ..Notes::default() };
        let mut kept = if self.can_repeat() {
            self.drop_repeats_across_files(&mut notes)
        } else {
            (0..self.row_count() as u64).collect()
        };
        self.number_kept(&mut kept);
        let keys =
            Keys { rows: &self.rows, chain_names: &self.chains, transactions: &self.transactions.columns };
        let sorted = match Positions::of(&keys, &kept) {
            Ok(positions) => sort(&positions, kept),
            Err(OrderError { chain, only_time, only_block }) => {
                let chain = self.chains[usize::from(chain.0)].clone();
                let before = self.rows.lines.get(only_block as u64);
                let kind = FaultKind::NoCommonOrder { chain, before };
                return Err(RowFault { place: self.rows.lines.get(only_time as u64), kind });
            }
        };
        notes.time_runs_back = sorted.time_runs_back;
        notes.time_filled = sorted.time_filled.len() as u64;
        let (row_purses, row_assets) = (self.purses.len() as u64, self.assets.len() as u64);
        let (fees, unpaid) = self.place_fees(&sorted.order);
        let identity = sorted.order.iter().zip(0_u64..).all(|(&row, place)| row == place);
        let input = if identity { Column::default() } else { sorted.order.clone().into() };
        let Self { chains, accounts, assets, purses, transactions, mut rows, sources, .. } = self;
        let origin = Origin {
            sources,
            chains: spoken,
            lines: std::mem::take(&mut rows.lines),
            input,
            index_rows: rows.other_index.iter().map(|entry| entry.0).collect(),
            index: rows.other_index.iter().map(|entry| entry.1).collect(),
            unpaid: unpaid.iter().map(|entry| entry.0).collect(),
            unpaid_fee: unpaid.iter().fold(AmountColumn::default(), |mut column, entry| {
                column.push(entry.1);
                column
            }),
            row_purses,
            row_assets,
        };
        let mut ledger = Ledger {
            chains,
            assets,
            purses: purses.finish(accounts.len()).into(),
            accounts: accounts.into(),
            columns: rows.into_columns(sorted, identity),
            transactions: transactions.columns.into(),
            fees,
            covered: covered.into(),
            notes,
            origin: origin.into(),
        };
        ledger.notes.order_ambiguous = ledger.ties_touch_one_purse();
        Ok(ledger)
    }

    /// Whether some event may stand twice. It cannot where each row's position is after that of the row before,
    /// and the rows of a transaction stand together: two of them then differ in their event index.
    fn can_repeat(&self) -> bool {
        let rows = &self.rows;
        let one_chain = rows.chain.iter().all(|chain| *chain == rows.chain[0]);
        let rises = |row: usize| {
            let [before, after] = [row - 1, row].map(|row| (rows.block[row], rows.event[row]));
            before < after && before.1 != Rows::NO_EVENT && after.1 != Rows::NO_EVENT
        };
        if !one_chain || !(1..rows.block.len()).all(rises) {
            return true;
        }
        let mut ended = vec![false; self.transactions.len()];
        let mut last = None;
        rows.transaction.iter().any(|&transaction| {
            let again = ended[transaction as usize] && last != Some(transaction);
            ended[transaction as usize] = true;
            last = Some(transaction);
            again
        })
    }

    /// Returns the chains of each source's rows, rising.
    fn chains_of_sources(&self) -> Vec<Vec<ChainId>> {
        let mut spoken = self.spoken.clone();
        spoken.resize(self.sources.len(), Vec::new());
        for (span, source) in self.rows.lines.by_source(self.row_count() as u64) {
            let known = &mut spoken[source as usize];
            for chain in &self.rows.chain[index_of(span.start)..index_of(span.end)] {
                if !known.contains(chain) {
                    known.push(*chain);
                }
            }
        }
        spoken.iter_mut().for_each(|chains| chains.sort_unstable());
        spoken
    }

    /// Leaves out the rows that are not kept, and numbers the others anew.
    fn number_kept(&mut self, kept: &mut Vec<u64>) {
        fn keep<T: Copy>(column: &mut Vec<T>, kept: &[u64]) {
            *column = kept.iter().map(|&row| column[index_of(row)]).collect();
        }
        if kept.len() == self.row_count() {
            return;
        }
        let mut lines = Lines::default();
        for (number, &row) in (0..).zip(kept.iter()) {
            lines.push(number, self.rows.lines.get(row));
        }
        let rows = &mut self.rows;
        keep(&mut rows.from, kept);
        keep(&mut rows.to, kept);
        keep(&mut rows.transaction, kept);
        keep(&mut rows.block, kept);
        keep(&mut rows.time, kept);
        keep(&mut rows.event, kept);
        keep(&mut rows.chain, kept);
        keep(&mut rows.flags, kept);
        rows.value = rows.value.to_reordered(kept);
        rows.lines = lines;
        let number = |row: u64| kept.binary_search(&row).ok().map(|number| number as u64);
        rows.other_index =
            rows.other_index.iter().filter_map(|&(row, index)| Some((number(row)?, index))).collect();
        *kept = (0..kept.len() as u64).collect();
    }

    /// Returns, per account, whether some source holds its whole history: bit 0 native, bit 1 tokens. `spoken` are
    /// the chains that each source speaks of.
    fn coverage(&self, spoken: &[Vec<ChainId>]) -> Vec<u8> {
        let mut covered = self.covered.clone();
        covered.resize(self.accounts.len(), 0);
        let bits = |source: &Source| u8::from(source.native) | u8::from(source.tokens) << 1;
        for (span, source) in self.rows.lines.by_source(self.row_count() as u64) {
            let source = &self.sources[source as usize];
            if source.covers == Covers::Senders {
                for from in &self.rows.from[index_of(span.start)..index_of(span.end)] {
                    if *from != PurseId::NONE {
                        covered[self.purses.account(*from).index()] |= bits(source);
                    }
                }
            }
        }
        for (source, chains) in self.sources.iter().zip(spoken) {
            // A file speaks of the chains that its rows are on.
            let speaks_of = |chain: ChainId| chains.contains(&chain);
            match &source.covers {
                Covers::All => {
                    for (account, entry) in (0..).map(AccountId).zip(&mut covered) {
                        if speaks_of(self.accounts.chain(account)) {
                            *entry |= bits(source);
                        }
                    }
                }
                Covers::These(addresses) => {
                    for chain in (0..).map(ChainId).take(self.chains.len()).filter(|it| speaks_of(*it)) {
                        for account in addresses.iter().filter_map(|it| self.accounts.find(chain, it)) {
                            covered[account.index()] |= bits(source);
                        }
                    }
                }
                Covers::Senders => {}
            }
        }
        covered
    }

    /// Settles each transaction's fee: paid by the sender of its first row that states one, at the place of
    /// its first row. `order` lists the rows by place. Returns the fees, and those that nobody pays.
    fn place_fees(&mut self, order: &[u64]) -> (Fees, Vec<(u32, Amount)>) {
        const UNSEEN: u64 = u64::MAX;
        if self.fees.is_empty() {
            return (Fees::default(), Vec::new());
        }
        let mut first = vec![UNSEEN; self.transactions.len()];
        let mut payer = vec![None; self.transactions.len()];
        for (place, &row) in (0..).zip(order) {
            let row = usize::try_from(row).expect("rows are in memory");
            let transaction = self.rows.transaction[row] as usize;
            if first[transaction] == UNSEEN {
                first[transaction] = place;
            }
            if self.rows.flags[row] & flag::STATES_FEE != 0 && payer[transaction].is_none() {
                payer[transaction] = Some((self.rows.from[row], self.rows.chain[row]));
            }
        }
        let mut fees = Vec::new();
        let mut unpaid = Vec::new();
        for (number, transaction) in (0_u32..).zip(0..self.transactions.len()) {
            let Some(amount) = self.fee(transaction) else { continue };
            let from =
                payer[transaction].filter(|(from, _)| *from != PurseId::NONE && !self.purses.is_void(*from));
            let (Some((from, chain)), false) = (from, amount.is_zero()) else {
                unpaid.push((number, amount));
                continue;
            };
            let native = self.assets.intern(Asset { chain, contract: None });
            let payer = self.purses.intern_account(&self.accounts, self.purses.account(from), native);
            fees.push(Fee { place: first[transaction], payer, amount });
        }
        (fees.into_iter().collect(), unpaid)
    }
}

fn index_of(row: u64) -> usize {
    usize::try_from(row).expect("rows are in memory")
}
