//! Rows under a good header, most of them plain.

use super::{assert_same, ingest_anew, read_reference, write};
use crate::input::{InputSpec, ReadOptions};
use crate::read::read_in_chunks;
use crate::tokens::Tokens;
use std::path::Path;

/// Any bytes as rows of ethereum-etl token transfers: the fast way reads what the reference reads.
///
/// Bytes: options, chunk length, then the rows, in which bytes from 0x80 to 0x9f stand for whole fields (see
/// [`expand`]): no mutation would find a hash of 64 digits.
///
/// # Panics
/// Where that does not hold.
pub fn plain_rows(folder: &Path, bytes: &[u8]) {
    let [flags, chunk, rows @ ..] = bytes else { return };
    let bit = |number: u8| flags >> number & 1 == 1;
    let columns = columns(bit(0), bit(1), flags >> 3 & 3);
    let newline = if bit(6) { "\r\n" } else { "\n" };
    let mut text = columns.join(",").into_bytes();
    text.extend_from_slice(newline.as_bytes());
    expand(rows, &columns, &mut text);
    let mut inputs = vec![InputSpec::of(write(folder, "t.csv", &text))];
    if bit(5) {
        inputs.push(InputSpec::of(write(folder, "blocks.csv", b"number,timestamp\n1,11\n2,12\n3,13\n")));
    }
    // Nothing is said about tokens: their table need not be made each time.
    let tokens = Tokens::default();
    let options = ReadOptions { skip_bad_rows: bit(2), tokens: Some(&tokens), ..ReadOptions::default() };
    let chunk = 1 + usize::from(*chunk);
    let reference = read_reference(&inputs, &options);
    assert_same(&read_in_chunks(&inputs, &options, &|_| {}, chunk), &reference);
    if bit(7) {
        assert_same(&ingest_anew(folder, &inputs, &options, chunk), &reference);
    }
}

/// The columns of a file, in one of four orders.
fn columns(timed: bool, further: bool, order: u8) -> Vec<&'static str> {
    let mut columns = vec![
        "token_address",
        "from_address",
        "to_address",
        "value",
        "transaction_hash",
        "log_index",
        "block_number",
    ];
    if timed {
        columns.push("block_timestamp");
    }
    if further {
        columns.insert(2, "note");
        columns.push("block_hash");
    }
    match order {
        0 => {}
        1 => columns.reverse(),
        2 => columns.rotate_left(3),
        _ => columns.sort_unstable(),
    }
    columns
}

/// Writes rows out: bytes from 0x80 to 0x9f stand for fields, or whole rows.
pub(super) fn expand(rows: &[u8], columns: &[&str], text: &mut Vec<u8>) {
    for &byte in rows {
        match byte {
            0x80..=0x84 => text.extend(address(byte - 0x80).bytes()),
            0x85 => text.extend_from_slice(b"0xffffffffffffffffffffffffffffffffffffffff"),
            0x86 => text.extend_from_slice(b"0xABCDEFabcdef0123456789ABCDEF0123456789aB"),
            0x87 => text.extend_from_slice(b"0X00000000000000000000000000000000000000aa"),
            0x88..=0x8b => text.extend(hash(byte - 0x88).bytes()),
            0x8c => text.extend_from_slice(b"340282366920938463463374607431768211455"),
            0x8d => text.extend_from_slice(
                b"115792089237316195423570985008687907853269984665640564039457584007913129639936",
            ),
            0x8e => text.extend_from_slice(b"18446744073709551615"),
            0x8f => text.extend_from_slice(b"4294967294"),
            0x90 => text.extend_from_slice(b"253402300799"),
            0x91 => text.extend_from_slice(
                b"00000000000000000000000000000000000000000000000000000000000000000000000000000",
            ),
            0x92 => text.extend_from_slice(columns.join(",").as_bytes()),
            // Rows of block 1 to 3, each after the ones before.
            0x93..=0x9e => {
                let number = byte - 0x93;
                let fields: Vec<String> = columns.iter().map(|name| field(name, number)).collect();
                text.extend_from_slice(fields.join(",").as_bytes());
            }
            0x9f => text.extend_from_slice(b"\xef\xbb\xbf"),
            byte => text.push(byte),
        }
    }
}

fn address(number: u8) -> String {
    format!("0x{number:040x}")
}

fn hash(number: u8) -> String {
    format!("0x{number:064x}")
}

/// A field of the row with this number.
fn field(column: &str, number: u8) -> String {
    match column {
        "token_address" => address(100 + number / 6),
        "from_address" => address(number % 4),
        "to_address" => address(number % 3),
        "value" => "1234567890123456789".repeat(usize::from(number % 3)) + "7",
        "transaction_hash" => hash(number / 2),
        "log_index" => number.to_string(),
        "block_number" => (1 + number / 4).to_string(),
        "block_timestamp" => (11 + number / 4).to_string(),
        name if name.contains("hash") => hash(number / 2),
        name if name.contains("from") || name == "action_to" || name.contains("address") => {
            address(number % 4)
        }
        name if name.contains("time") => (11 + number / 4).to_string(),
        _ => (number / 4).to_string(),
    }
}
