//! A plain reader of the file, by the `csv` crate: what a fast one is held against.
//!
//! It does the least that ingest must do: bytes to accounts, exact amounts, hashes and numbers, in columns. It
//! trusts the file, and ends at what it does not understand.

use super::TOKEN_TRANSFERS_HEADER;
use csv::ByteRecord;
use hashbrown::HashMap;
use std::path::Path;

type Address = [u8; 20];
/// A value, of any `uint256`.
pub type U256 = ruint::Uint<256, 4>;

/// The columns of a file; all but `transactions` and `accounts` have an entry a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlainColumns {
    /// The address of each account, in first-seen order; token contracts are among them.
    pub accounts: Vec<Address>,
    /// The hash of each transaction: a run of rows with one hash.
    pub transactions: Vec<[u8; 32]>,
    /// The token's contract, by its place in `accounts`.
    pub token: Vec<u32>,
    /// The sender.
    pub from: Vec<u32>,
    /// The receiver.
    pub to: Vec<u32>,
    /// Base units.
    pub value: Vec<U256>,
    /// The transaction, by its place in `transactions`.
    pub transaction: Vec<u32>,
    /// The log's place in its block.
    pub log_index: Vec<u32>,
    /// The block.
    pub block: Vec<u64>,
    /// When the block was made, in Unix seconds.
    pub time: Vec<u64>,
}

impl PlainColumns {
    /// Reads a file.
    ///
    /// # Panics
    /// If the file cannot be read, or is not one of [`super::TokenTransfers`].
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .buffer_capacity(1 << 20)
            .from_path(path)
            .expect("the file can be opened");
        let header = reader.byte_headers().expect("the file can be read").clone();
        assert!(header.iter().eq(TOKEN_TRANSFERS_HEADER.trim_end().split(',').map(str::as_bytes)));
        let mut columns = Self::default();
        let mut numbers: HashMap<Address, u32> = HashMap::new();
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).expect("the file is CSV") {
            let mut account = |field: usize| {
                let address = bytes(&record[field]);
                *numbers.entry(address).or_insert_with(|| {
                    columns.accounts.push(address);
                    u32::try_from(columns.accounts.len() - 1).expect("accounts are a u32")
                })
            };
            let (token, from, to) = (account(0), account(1), account(2));
            columns.token.push(token);
            columns.from.push(from);
            columns.to.push(to);
            columns.value.push(value(&record[3]));
            let hash = bytes(&record[4]);
            if columns.transactions.last() != Some(&hash) {
                columns.transactions.push(hash);
            }
            columns
                .transaction
                .push(u32::try_from(columns.transactions.len() - 1).expect("transactions are a u32"));
            columns.log_index.push(u32::try_from(number(&record[5])).expect("a log index is a u32"));
            columns.block.push(number(&record[6]));
            columns.time.push(number(&record[7]));
        }
        columns
    }
}

fn bytes<const N: usize>(text: &[u8]) -> [u8; N] {
    let digits = text.strip_prefix(b"0x").filter(|digits| digits.len() == 2 * N).expect("hex of this length");
    let digit = |it: u8| match it {
        b'0'..=b'9' => it - b'0',
        b'a'..=b'f' => it - b'a' + 10,
        _ => panic!("{it} is no hex digit"),
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    bytes
}

fn number(text: &[u8]) -> u64 {
    assert!(!text.is_empty(), "a number has digits");
    text.iter().fold(0, |number, it| {
        assert!(it.is_ascii_digit(), "a number has digits alone");
        number * 10 + u64::from(it - b'0')
    })
}

/// Reads 19 digits at a time, which are a u64.
fn value(text: &[u8]) -> U256 {
    assert!(!text.is_empty(), "a value has digits");
    text.chunks(19).fold(U256::ZERO, |value, chunk| {
        let shifted =
            value.checked_mul(U256::from(10_u64.pow(u32::try_from(chunk.len()).expect("19 at most"))));
        let sum = shifted.and_then(|it| it.checked_add(U256::from(number(chunk))));
        sum.expect("a value is below 2^256")
    })
}

#[cfg(test)]
mod tests {
    use super::{PlainColumns, value};
    use crate::token_transfers::{Names, Quoting, TOKEN_TRANSFERS_HEADER, TokenTransfers};

    #[test]
    fn what_was_written_is_read_back() {
        let (rows, names) = (20_000, Names::of_seed(1));
        let mut text = TOKEN_TRANSFERS_HEADER.to_owned();
        for (number, transfer) in TokenTransfers::new(1).take(rows).enumerate() {
            names.write_csv(number, &transfer, Quoting::EveryThousandth, &mut text);
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let columns = PlainColumns::read(file.path());
        assert_eq!(columns.value.len(), rows);
        for (row, transfer) in TokenTransfers::new(1).take(rows).enumerate() {
            let account = |number: u32| columns.accounts[number as usize];
            assert_eq!(account(columns.token[row]), names.token(transfer.token));
            assert_eq!(account(columns.from[row]), names.account(transfer.from));
            assert_eq!(account(columns.to[row]), names.account(transfer.to));
            assert_eq!(columns.value[row].to_string(), transfer.value.to_string());
            assert_eq!(u64::from(columns.transaction[row]), transfer.transaction);
            let hash = columns.transactions[columns.transaction[row] as usize];
            assert_eq!(hash, names.transaction(transfer.transaction));
            let place = (columns.log_index[row], columns.block[row], columns.time[row]);
            assert_eq!(place, (transfer.log_index, transfer.block, transfer.time()));
        }
    }

    #[test]
    fn the_largest_value_is_read() {
        assert_eq!(value(super::U256::MAX.to_string().as_bytes()), super::U256::MAX);
    }
}
