//! What a file holds, for the record.

use super::{ACCOUNTS, TOKENS, TokenTransfer};
use std::fmt;

/// Counts over transfers that are added in chain order.
///
/// # Cost
/// 75 MB: a bit for each account and token.
#[derive(Clone, Debug, Default)]
pub struct TokenTransferCount {
    /// Transfers.
    pub rows: u64,
    /// Distinct accounts, the zero address included.
    pub accounts: u64,
    /// Distinct tokens.
    pub tokens: u64,
    /// Distinct pairs of an account and a token that it sends or gets.
    pub holdings: u64,
    /// Distinct transactions.
    pub transactions: u64,
    /// Values of 2^64 and more.
    pub above_64_bits: u64,
    /// Values of 2^96 and more.
    pub above_96_bits: u64,
    /// Values of 2^128 and more.
    pub above_128_bits: u64,
    last_transaction: Option<u64>,
    seen_tokens: Bits,
    seen_accounts: Bits,
    seen_holdings: Bits,
}

impl TokenTransferCount {
    /// Adds the next transfer.
    pub fn add(&mut self, transfer: &TokenTransfer) {
        self.rows += 1;
        self.transactions += u64::from(self.last_transaction != Some(transfer.transaction));
        self.last_transaction = Some(transfer.transaction);
        self.tokens += u64::from(self.seen_tokens.set(transfer.token as usize, TOKENS as usize));
        for account in [transfer.from, transfer.to].map(|account| account as usize) {
            self.accounts += u64::from(self.seen_accounts.set(account, ACCOUNTS as usize + 1));
            let holding = account * TOKENS as usize + transfer.token as usize;
            let holdings = (ACCOUNTS as usize + 1) * TOKENS as usize;
            self.holdings += u64::from(self.seen_holdings.set(holding, holdings));
        }
        let at_least = |bits: u32| u64::from(transfer.value.to_u128().is_none_or(|it| it >> bits > 0));
        self.above_64_bits += at_least(64);
        self.above_96_bits += at_least(96);
        self.above_128_bits += u64::from(transfer.value.to_u128().is_none());
    }
}

impl fmt::Display for TokenTransferCount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "rows               {:>10}", self.rows)?;
        writeln!(out, "accounts           {:>10}", self.accounts)?;
        writeln!(out, "tokens             {:>10}", self.tokens)?;
        writeln!(out, "(account, token)   {:>10}", self.holdings)?;
        writeln!(out, "transactions       {:>10}", self.transactions)?;
        writeln!(out, "values from 2^64   {:>10}", self.above_64_bits)?;
        writeln!(out, "values from 2^96   {:>10}", self.above_96_bits)?;
        write!(out, "values from 2^128  {:>10}", self.above_128_bits)
    }
}

/// Bits, all 0 at first.
#[derive(Clone, Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    /// Sets a bit of so many, and says whether it was 0.
    fn set(&mut self, bit: usize, of: usize) -> bool {
        if self.0.is_empty() {
            self.0 = vec![0; of.div_ceil(64)];
        }
        let (word, mask) = (&mut self.0[bit / 64], 1 << (bit % 64));
        let was_unset = *word & mask == 0;
        *word |= mask;
        was_unset
    }
}
