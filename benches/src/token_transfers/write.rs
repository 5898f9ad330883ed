//! Numbers as addresses and hashes, and a transfer as a line.

use super::{TokenTransfer, ZERO_ADDRESS};
use crate::random::{SplitMix, mix};
use crate::row::push_hex;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// The columns, as ethereum-etl has them, and the block time.
pub const TOKEN_TRANSFERS_HEADER: &str =
    "token_address,from_address,to_address,value,transaction_hash,log_index,block_number,block_timestamp\n";

/// Bytes that are written at a time.
const CHUNK: usize = 1 << 20;

/// Which fields stand in quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    /// None.
    #[default]
    Never,
    /// One field of every 1000th row, each column in its turn.
    EveryThousandth,
}

/// Addresses and hashes of a seed. No two are alike, since `mix` has no collisions.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    key: u64,
}

impl Names {
    /// Those of the seed that [`super::TokenTransfers`] was started with.
    #[must_use]
    pub const fn of_seed(seed: u64) -> Self {
        Self { key: SplitMix::new(seed).next_u64() }
    }

    /// The address of an account.
    #[must_use]
    pub fn account(&self, account: u32) -> [u8; 20] {
        if account == ZERO_ADDRESS { [0; 20] } else { self.address(u64::from(account)) }
    }

    /// The contract of a token.
    #[must_use]
    pub fn token(&self, token: u32) -> [u8; 20] {
        self.address(u64::from(token) | 5 << 56)
    }

    /// The hash of a transaction.
    #[must_use]
    pub fn transaction(&self, transaction: u64) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (salt, chunk) in (1_u64..).zip(bytes.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&mix(self.key ^ transaction ^ (salt << 56)).to_be_bytes());
        }
        bytes
    }

    /// Adds a transfer as a line; `number` is the row's in the file, from 0.
    ///
    /// # Panics
    /// Never: a string takes any text.
    pub fn write_csv(&self, number: usize, transfer: &TokenTransfer, quoting: Quoting, out: &mut String) {
        let quoted = match quoting {
            Quoting::EveryThousandth if number % 1_000 == 999 => Some(number / 1_000 % 8),
            _ => None,
        };
        let mut field = |column: usize, write: &dyn Fn(&mut String)| {
            let quote = if quoted == Some(column) { "\"" } else { "" };
            out.push_str(quote);
            write(out);
            out.push_str(quote);
            out.push(if column == 7 { '\n' } else { ',' });
        };
        let number =
            |number: u64| move |out: &mut String| write!(out, "{number}").expect("it takes any text");
        field(0, &|out| push_hex(&self.token(transfer.token), out));
        field(1, &|out| push_hex(&self.account(transfer.from), out));
        field(2, &|out| push_hex(&self.account(transfer.to), out));
        field(3, &|out| write!(out, "{}", transfer.value).expect("it takes any text"));
        field(4, &|out| push_hex(&self.transaction(transfer.transaction), out));
        field(5, &number(u64::from(transfer.log_index)));
        field(6, &number(transfer.block));
        field(7, &number(transfer.time()));
    }

    /// Writes a file of transfers under a header, which has its line break, and returns its size in bytes.
    ///
    /// # Errors
    /// What the system says.
    ///
    /// # Panics
    /// Never: a string takes any text.
    pub fn write_file(
        &self,
        path: &Path,
        header: &str,
        transfers: impl Iterator<Item = TokenTransfer>,
        quoting: Quoting,
    ) -> std::io::Result<u64> {
        #[expect(clippy::disallowed_methods, reason = "the caller puts the path into the error")]
        let mut file = std::fs::File::create(path)?;
        let mut text = header.to_owned();
        let mut size = 0;
        for (number, transfer) in transfers.enumerate() {
            self.write_csv(number, &transfer, quoting, &mut text);
            if text.len() >= CHUNK {
                file.write_all(text.as_bytes())?;
                size += text.len() as u64;
                text.clear();
            }
        }
        file.write_all(text.as_bytes())?;
        Ok(size + text.len() as u64)
    }

    fn address(&self, number: u64) -> [u8; 20] {
        let first = mix(self.key ^ number);
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&first.to_be_bytes());
        bytes[8..16].copy_from_slice(&mix(first ^ (1 << 56)).to_be_bytes());
        bytes[16..].copy_from_slice(&mix(first ^ (2 << 56)).to_be_bytes()[..4]);
        bytes
    }
}
