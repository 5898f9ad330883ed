//! One row of an input: as a reader would hand it over, and as a line of canonical CSV.

use dyetrace_core::ledger::{Kind, TxHash};
use dyetrace_core::{Address, Amount, ChainId, Row};
use std::fmt::Write;

use crate::random::mix;

/// The columns of a canonical transfer CSV.
pub const CSV_HEADER: &str = "chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,asset,value,fee,kind\n";

/// One transfer of the native coin. Accounts are numbers from 0; the row's own number gives all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputRow {
    /// The sender; `None` for a block reward.
    pub from: Option<u32>,
    /// The receiver.
    pub to: u32,
    /// Base units.
    pub value: u128,
    /// What the sender pays for the transaction, in base units; 0 for a block reward.
    pub fee: u64,
}

/// Transactions in one block.
pub(crate) const BLOCK_ROWS: u64 = 150;
const FIRST_BLOCK: u64 = 15_000_000;
const FIRST_TIME: i64 = 1_655_800_000;
const BLOCK_SECONDS: i64 = 12;

impl InputRow {
    /// Money from nowhere, so that an account has clean funds to begin with.
    #[must_use]
    pub const fn reward(to: u32, value: u128) -> Self {
        Self { from: None, to, value, fee: 0 }
    }

    /// Makes the row that a reader would hand over.
    #[must_use]
    pub fn to_row(&self, number: usize, chain: ChainId) -> Row {
        let number = number as u64;
        Row {
            chain,
            block: Some(block(number)),
            time: Some(time(number)),
            transaction_index: Some(number % BLOCK_ROWS),
            event_index: Some(0),
            transaction_hash: self.from.map(|_| TxHash::Bytes(transaction_hash(number))),
            from: self.from.map(address),
            to: address(self.to),
            contract: None,
            value: Amount::from(self.value),
            fee: (self.fee > 0).then(|| Amount::from(u128::from(self.fee))),
            kind: if self.from.is_some() { Kind::External } else { Kind::Reward },
        }
    }

    /// Adds the row as a line of canonical CSV.
    ///
    /// # Panics
    /// Never: a string takes any text.
    pub fn write_csv(&self, number: usize, out: &mut String) {
        let number = number as u64;
        let (block, time, index) = (block(number), time(number), number % BLOCK_ROWS);
        let Self { from, to, value, fee } = self;
        let to = hex(&address_bytes(*to));
        match from {
            Some(from) => {
                let (hash, from) = (hex(&transaction_hash(number)), hex(&address_bytes(*from)));
                writeln!(
                    out,
                    "ethereum,{block},{index},0,{time},{hash},{from},{to},native,{value},{fee},external"
                )
            }
            None => writeln!(out, "ethereum,{block},{index},0,{time},,,{to},native,{value},,reward"),
        }
        .expect("a string takes any text");
    }
}

/// The address of an account: no two share one, and none is zero.
pub fn address(account: u32) -> Address {
    Address::from_evm(address_bytes(account))
}

/// The hash of a row's transaction.
pub(crate) fn transaction_hash(number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (salt, chunk) in (1_u64..).zip(bytes.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&mix(number ^ (salt << 56)).to_be_bytes());
    }
    bytes
}

/// No two accounts share one, since `mix` has no collisions, and none is zero.
fn address_bytes(account: u32) -> [u8; 20] {
    let first = mix(u64::from(account) + 1);
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&first.to_be_bytes());
    bytes[8..16].copy_from_slice(&mix(first).to_be_bytes());
    bytes[16..].copy_from_slice(&account.to_be_bytes());
    bytes
}

pub(crate) const fn block(number: u64) -> u64 {
    FIRST_BLOCK + number / BLOCK_ROWS
}

pub(crate) const fn time(number: u64) -> i64 {
    FIRST_TIME + (number / BLOCK_ROWS).cast_signed() * BLOCK_SECONDS
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 + 2 * bytes.len());
    push_hex(bytes, &mut out);
    out
}

/// Adds bytes as `0x` and lower-case digits.
pub(crate) fn push_hex(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    out.push_str("0x");
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}
