//! What a ledger held at some moment, in one number: to tell whether another ledger goes on from it.
//!
//! A ledger that goes on has the same transfers first, at the same places, between purses of the same numbers.
//! What does not change where money goes is left out: hashes of transactions, indices of events, which input
//! covers which account.

use super::{Columns, Ledger};
use crate::amount::AmountColumn;
use bytemuck::{NoUninit, cast_slice};
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

/// What a ledger held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// How many transfers.
    pub transfers: u64,
    /// How many purses.
    pub purses: u64,
    /// How many accounts.
    pub accounts: u64,
    /// How many bytes the addresses have that are no 20 bytes long.
    pub text: u64,
    /// XXH3 of all that, 128 bits. It tells ledgers apart that differ by chance, not by intent.
    pub hash: u128,
}

impl Ledger {
    /// Seals the ledger as it is.
    ///
    /// # Panics
    /// Never: a ledger holds what it holds.
    ///
    /// # Cost
    /// **O(n)**: every transfer, purse and account is read once.
    #[must_use]
    pub fn seal(&self) -> Seal {
        let mut seal = Seal {
            transfers: self.transfer_count() as u64,
            purses: self.purses.len() as u64,
            accounts: self.accounts.len() as u64,
            text: self.accounts.raw().2.len() as u64,
            hash: 0,
        };
        seal.hash = self.hash_of(&seal).expect("a ledger holds what it holds");
        seal
    }

    /// Whether this ledger goes on from a sealed one: has the same transfers first, and no later one in a
    /// transaction, or a group of unknown order, of theirs.
    ///
    /// # Cost
    /// As [`Ledger::seal`].
    #[must_use]
    pub fn goes_on_from(&self, seal: &Seal) -> bool {
        let Some(end) = usize::try_from(seal.transfers).ok().filter(|&end| end <= self.transfer_count())
        else {
            return false;
        };
        // Transactions are numbered as they were first seen: one that comes later has a number above all of then.
        let (then, later) = self.columns.transaction.split_at(end);
        let begins_anew = then.iter().max().is_none_or(|last| later.iter().all(|it| it > last));
        begins_anew && !(end > 0 && self.columns.is_tied(end)) && self.hash_of(seal) == Some(seal.hash)
    }

    /// The hash of so much of the ledger; `None` where there is less.
    fn hash_of(&self, seal: &Seal) -> Option<u128> {
        let Columns { from, to, value, transaction, blocks, event: _, flags } = &self.columns;
        let (chains, keys, text) = self.accounts.raw();
        let transfers = usize::try_from(seal.transfers).ok()?;
        let purses = usize::try_from(seal.purses).ok()?;
        let accounts = usize::try_from(seal.accounts).ok()?;
        let mut hash = Hash(XxHash3_128::new());
        hash.items(from.get(..transfers)?);
        hash.items(to.get(..transfers)?);
        hash.amounts(value, transfers)?;
        hash.items(transaction.get(..transfers)?);
        hash.items(flags.get(..transfers)?);
        let runs = blocks.starts.partition_point(|&start| start < seal.transfers);
        hash.items(blocks.starts.get(..runs)?);
        hash.items(blocks.block.get(..runs)?);
        hash.items(blocks.time.get(..runs)?);
        let fees = self.fees.place.partition_point(|&place| place < seal.transfers);
        hash.items(self.fees.place.get(..fees)?);
        hash.items(self.fees.payer.get(..fees)?);
        hash.amounts(&self.fees.amount, fees)?;
        hash.items(self.purses.account.get(..purses)?);
        let assets = self.purses.asset.get(..purses)?;
        hash.items(assets);
        let known = assets.iter().map(|asset| asset.index() + 1).max().unwrap_or(0);
        for (_, asset) in self.assets.iter().take(known) {
            let contract = asset.contract.map(|contract| contract.to_string()).unwrap_or_default();
            hash.text(self.chain_name(asset.chain));
            hash.text(&contract);
        }
        hash.items(chains.get(..accounts)?);
        hash.items(keys.get(..accounts)?);
        hash.items(text.get(..usize::try_from(seal.text).ok()?)?);
        Some(hash.0.finish_128())
    }
}

struct Hash(XxHash3_128);

impl Hash {
    fn items<T: NoUninit>(&mut self, items: &[T]) {
        self.0.write(&(items.len() as u64).to_le_bytes());
        self.0.write(cast_slice(items));
    }

    fn amounts(&mut self, column: &AmountColumn, rows: usize) -> Option<()> {
        self.items(column.narrow.get(..rows)?);
        let wide = column.wide_rows.partition_point(|&row| row < rows as u64);
        self.items(column.wide_rows.get(..wide)?);
        self.items(column.wide.get(..wide)?);
        Some(())
    }

    fn text(&mut self, text: &str) {
        self.items(text.as_bytes());
    }
}
