//! What is refused: each bad row with the right line, column and message.

use crate::NO_OPTIONS;
use crate::{A, B, dialects, folder, gzip, read_bytes, read_text, refusal, spec};
use dyetrace_core::Address;
use dyetrace_ingest::{FileSpec, InputSpec, ReadOptions, read};
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use std::io::Write;

const HEADER: &str = "chain,block_number,block_timestamp,from_address,to_address,asset,value,fee,kind\n";
const SKIP: ReadOptions<'static> = ReadOptions { skip_bad_rows: true, ..NO_OPTIONS };

/// One header of each dialect of transfers.
const ALL_HEADERS: [&str; 16] = [
    "chain,block_number,block_timestamp,from_address,to_address,asset,value,fee,kind",
    "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD",
    dialects::ETL_TRANSACTIONS,
    dialects::BIGQUERY,
    dialects::ETL_TOKEN_TRANSFERS,
    dialects::ETL_TRACES,
    dialects::TXLIST,
    dialects::TXLISTINTERNAL,
    dialects::TOKENTX,
    dialects::EXPORT_TRANSACTIONS,
    dialects::EXPORT_INTERNAL,
    dialects::EXPORT_ERC20,
    dialects::CRYO_ERC20,
    dialects::CRYO_TRACES,
    dialects::BLOCKSCOUT,
    dialects::BLOCKCHAINSPIDER,
];

/// A canonical file whose second row is this one.
fn with_row(row: &str) -> String {
    format!("{HEADER},1,,{A},{B},,1,,\n{row}\n")
}

#[test]
fn each_bad_field_is_named_with_its_line_and_column() {
    let token = "0x00000000000000000000000000000000000000cc";
    for (row, said) in [
        (
            format!(",2,,{A},{B},,12.5,,"),
            "column `value`: `12.5` has a fraction, but this column holds whole base units",
        ),
        (format!(",2,,{A},{B},,-5,,"), "column `value`: `-5` is negative, but an amount is 0 or more"),
        (
            format!(",2,,{A},{B},,1.99e+19,,"),
            "column `value`: `1.99e+19` is written with an exponent, which is not exact",
        ),
        (format!(",2,,{A},{B},,0x10,,"), "column `value`: `0x10` is not a number of decimal digits"),
        (format!(",2,,{A},{B},,\"1,000\",,"), "column `value`: `1,000` is not a number of decimal digits"),
        (
            format!(
                ",2,,{A},{B},,115792089237316195423570985008687907853269984665640564039457584007913129639936,,"
            ),
            "column `value`: `115792089237316195423570985008687907853269984665640564039457584007913129639936` is larger than 2^256 - 1, the largest amount a chain can hold",
        ),
        (
            format!(",2,,{A},{B},,1,1.5,"),
            "column `fee`: `1.5` has a fraction, but this column holds whole base units",
        ),
        (format!(",x,,{A},{B},,1,,"), "column `block_number`: `x` is not a number of decimal digits"),
        (
            format!(",18446744073709551615,,{A},{B},,1,,"),
            "column `block_number`: `18446744073709551615` is too large a number",
        ),
        (
            format!(",2,,0x12,{B},,1,,"),
            "column `from_address`: `0x12` is not an address: `0x` and 40 hex digits were expected",
        ),
        (
            format!("bitcoin,2,,a b,{B},,1,,"),
            "column `from_address`: `a b` is not an address: up to 96 visible ASCII characters were expected",
        ),
        (
            format!(",2,,{A},{B},USDT,1,,"),
            "column `asset`: `USDT` is no asset: `native` or a token contract was expected",
        ),
        (
            format!(",2,,{A},{B},bsc:native,1,,"),
            "column `asset`: `bsc:native` is an asset of another chain than the row's, `ethereum`",
        ),
        (
            format!(",2,,{A},{B},,1,,swap"),
            "column `kind`: `swap` is no kind of transfer: external, internal, token, reward or withdrawal was expected",
        ),
        (
            format!(",2,,{A},{B},,1,,token"),
            "column `kind`: `token` is the kind of a token transfer, but the asset is the native coin",
        ),
        (
            format!(",2,,{A},{B},{token},1,,internal"),
            "column `kind`: `internal` is a kind of the native coin, but the asset is a token",
        ),
        (
            format!(",2,,,{B},,1,7,reward"),
            "column `fee`: `7` is a fee, but the row has no sender who could pay it",
        ),
        (
            format!("my chain,2,,{A},{B},,1,,"),
            "column `chain`: `my chain` is no name of a chain: letters, digits, `-` and `_` were expected",
        ),
        (
            format!(",,2022-06-23T11:06:00+02:00,{A},{B},,1,,"),
            "column `block_timestamp`: `2022-06-23T11:06:00+02:00` has an offset from UTC, but times are in UTC",
        ),
        (
            format!(",,2022-06-23T11:06:00.5Z,{A},{B},,1,,"),
            "column `block_timestamp`: `2022-06-23T11:06:00.5Z` has a fraction of a second, but times are whole seconds",
        ),
        (
            format!(",,1655982360000,{A},{B},,1,,"),
            "column `block_timestamp`: `1655982360000` is after the year 9999",
        ),
    ] {
        assert_eq!(refusal(&with_row(&row)), format!("t.csv, line 3, {said}"));
        // Left out on demand, with the same place; the good row stays.
        let reading = read_bytes("t.csv", with_row(&row).as_bytes(), &SKIP).unwrap();
        assert_eq!((reading.facts[0].rows, reading.facts[0].rejects), (1, 1));
        assert_eq!(reading.rejects[0].line, 3);
    }
}

#[test]
fn what_is_empty_is_named_by_its_column() {
    for (row, said) in [
        (format!(",2,,{A},{B},,,,"), ": column `value` is empty, but an amount was expected"),
        (
            format!(",2,,,{B},,1,,"),
            ": column `from_address` is empty, but only a reward or a withdrawal has no sender",
        ),
        (format!(",2,,{A},,,1,,"), ": column `to_address` is empty, but an address was expected"),
        (",2,,,,,1,,reward".to_owned(), ": column `to_address` is empty, but an address was expected"),
        (format!(",,,{A},{B},,1,,"), ": the row has neither a block number nor a block time"),
        (format!(",2,,{A},{B},,1,"), ": the row has 8 fields, but the header names 9 columns"),
        (format!(",2,,{A},{B},,1,000,,"), ": the row has 10 fields, but the header names 9 columns"),
        (HEADER.trim().to_owned(), ": the row repeats the header"),
        (format!("\"\"x,2,,{A},{B},,1,,"), ": a field goes on after its closing double quote"),
    ] {
        assert_eq!(refusal(&with_row(&row)), format!("t.csv, line 3{said}"));
    }
}

#[test]
fn a_refusal_has_a_hint_in_a_second_part() {
    let error = read_text(&with_row(&format!(",2,,{A},{B},,12.5,,"))).unwrap_err();
    assert!(error.is_row());
    assert_eq!(error.to_string(), format!("{}\n\nhint: {}", error.message(), error.hint().unwrap()));
    assert!(error.hint().unwrap().contains("base units"));
}

#[test]
fn bytes_that_are_not_utf8_are_refused_where_they_are_used() {
    let mut bytes = with_row(&format!(",2,,{A},{B},,1?,,")).into_bytes();
    let at = bytes.iter().rposition(|&byte| byte == b'?').unwrap();
    bytes[at] = 0xff;
    let error = read_bytes("t.csv", &bytes, &ReadOptions::default()).unwrap_err();
    assert_eq!(error.message(), "t.csv, line 3, column `value`: `1\u{fffd}` is not UTF-8 text");
}

#[test]
fn the_line_is_right_after_a_newline_in_quotes_and_empty_lines() {
    let text = format!(
        "note,from_address,to_address,value,block_number\n\"a\r\n\nb\",{A},{B},1,1\n\n\n,{A},{B},x,1\n"
    );
    assert_eq!(refusal(&text), "t.csv, line 7, column `value`: `x` is not a number of decimal digits");
}

#[test]
fn a_control_character_does_not_reach_the_terminal() {
    let said = refusal(&with_row(&format!(",2,,{A},{B},,\x1b[2J,,")));
    assert_eq!(said, "t.csv, line 3, column `value`: `\\u{1b}[2J` is not a number of decimal digits");
}

#[test]
fn a_header_that_is_not_known_is_shown_with_the_nearest_dialect() {
    let error = read_text(&format!("from_address,to_address,amount\n{A},{B},1\n")).unwrap_err();
    assert_eq!(
        error.message(),
        "t.csv: the header fits no dialect that is known: `from_address`, `to_address`, `amount`"
    );
    assert_eq!(
        error.hint().unwrap(),
        "the nearest is `canonical` (dyetrace's own transfer CSV), which lacks `value`, `block_number` or \
         `block_timestamp`; a file with one transfer a row is read by naming its columns: `--map value=NAME`"
    );
    assert!(
        read_text("from_address;to_address;value\n")
            .unwrap_err()
            .hint()
            .unwrap()
            .contains("another character")
    );
}

#[test]
fn a_foreign_format_with_canonical_columns_is_not_read_as_canonical() {
    let text = format!(
        "block_number,from_address,to_address,value,trace_type,call_type\n1,{A},{B},1,call,delegatecall\n"
    );
    assert_eq!(
        refusal(&text),
        "t.csv: the header has the columns of `canonical`, but also `call_type`, `trace_type`, which belong to \
         another format"
    );
}

#[test]
fn a_dialect_that_was_named_must_be_one_and_have_its_columns() {
    let folder = folder(&[("t.csv", format!("from_address,to_address\n{A},{B}\n").as_bytes())]);
    let mut input = InputSpec::of(spec(folder.path(), "t.csv"));
    input.dialect = Some("canonical".to_owned());
    let said = read(&[input.clone()], &ReadOptions::default(), &|_| {}).unwrap_err().message();
    assert_eq!(
        said,
        "t.csv: the header lacks `value`, `block_number` or `block_timestamp`, which `canonical` needs"
    );
    input.dialect = Some("excel".to_owned());
    let said = read(&[input], &ReadOptions::default(), &|_| {}).unwrap_err().message();
    assert!(said.starts_with("`excel` is no dialect: `canonical`, `ethereum-etl-transactions`, "), "{said}");
}

#[test]
fn etherscan_rows_are_refused_by_name() {
    let header = "hash,blockNumber,from,to,value,isError,gasUsed,gasPrice\n";
    for (row, said) in [
        (
            format!("0x01,1,{A},,1,0,1,1"),
            ": column `to` is empty: a contract creation, whose account the row does not name",
        ),
        (format!("0x01,1,{A},{B},1,2,1,1"), ", column `isError`: `2` is neither `0` nor `1`"),
        (format!("0x01,1,{A},{B},1,,1,1"), ": column `isError` is neither `0` nor `1`"),
        (format!("0x01,1,{A},{B},1,0,,1"), ": column `gasUsed` is empty, but a number was expected"),
        (format!(",1,{A},{B},1,0,1,1"), ": column `hash` is empty, but a transaction hash was expected"),
        (
            format!("0x01,1,{A},{B},1,0,2,340282366920938463463374607431768211455"),
            ", column `gasPrice`: `340282366920938463463374607431768211455` times the gas used, 2, is more than any fee can be",
        ),
    ] {
        assert_eq!(refusal(&format!("{header}{row}\n")), format!("t.csv, line 2{said}"));
    }
}

#[test]
fn two_fees_of_one_transaction_are_refused_with_both_places() {
    let text = format!(
        "transaction_hash,from_address,to_address,value,block_number,fee\n0x01,{A},{B},1,1,5\n0x01,{A},{B},2,1,6\n"
    );
    assert_eq!(
        refusal(&text),
        "t.csv, line 3, column `fee`: `6` is a second fee of this transaction: t.csv, line 2 states `5`"
    );
    let reading = read_bytes("t.csv", text.as_bytes(), &SKIP).unwrap();
    assert_eq!((reading.ledger.transfer_count(), reading.rejects.len()), (1, 1));
}

#[test]
fn rows_without_a_common_order_are_refused_even_when_bad_rows_are_skipped() {
    let text =
        format!("from_address,to_address,value,block_number,block_timestamp\n{A},{B},1,1,\n{A},{B},1,,5\n");
    let error = read_bytes("t.csv", text.as_bytes(), &SKIP).unwrap_err();
    assert_eq!(
        error.message(),
        "t.csv, line 3: this row of `ethereum` has only a time, but t.csv, line 2 has only a block number: they have no order"
    );
}

#[test]
fn dollars_and_coins_are_not_added() {
    let folder = folder(&[
        ("a.csv", format!("from_address,to_address,value,block_number\n{A},{B},1,1\n").as_bytes()),
        (
            "b.csv",
            format!("Timestamp,Block,Tx_hash,From,To,Value_in_USD\n1558371616,1,0x01,{A},{B},1.5\n")
                .as_bytes(),
        ),
    ]);
    let inputs = ["a.csv", "b.csv"].map(|name| InputSpec::of(spec(folder.path(), name)));
    let error = read(&inputs, &ReadOptions::default(), &|_| {}).unwrap_err();
    assert_eq!(
        error.message(),
        "b.csv, line 2: native amounts of `ethereum` are US dollars here, but units of the coin in a.csv"
    );
}

#[test]
fn files_that_hold_nothing_are_refused() {
    for (bytes, said) in [
        (&b""[..], "t.csv: the file is empty"),
        (b"\n\n\r\n", "t.csv: the file is empty"),
        (b"from_address,to_address,value,block_number\n", "t.csv: the file holds a header, but no row"),
        (b"value,to_address,Value\n", "t.csv, line 1: the column `Value` is named twice in the header"),
        (b"\xff\xfef\0r\0o\0m\0", "t.csv: is UTF-16 text, but UTF-8 was expected"),
        (b"PK\x03\x04xxxxxxx", "t.csv: is a zip archive or a spreadsheet, not text"),
        (b"value,\xff\xff\xff\n", "t.csv, line 1: the column name `\u{fffd}\u{fffd}\u{fffd}` is not UTF-8"),
    ] {
        let error = read_bytes("t.csv", bytes, &ReadOptions::default()).unwrap_err();
        assert_eq!(error.message(), said);
    }
}

#[test]
fn what_does_not_exist_is_refused_by_the_name_that_was_typed() {
    for path in ["no/such/folder/", "nothing.csv"] {
        let error = read(&[InputSpec::of(FileSpec::typed(path))], &SKIP, &|_| {}).unwrap_err();
        assert!(error.message().starts_with(&format!("{path}: cannot be opened: ")), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    }
    let empty = folder(&[]);
    let error = read(&[InputSpec::of(FileSpec::typed(empty.path()))], &SKIP, &|_| {}).unwrap_err();
    assert!(error.message().ends_with(": the folder holds no file"), "{error}");
    assert!(read(&[], &SKIP, &|_| {}).is_err());
}

#[test]
fn a_gzip_file_that_was_cut_off_is_refused() {
    let mut text = String::from("from_address,to_address,value,block_number\n");
    for block in 0..5000 {
        text.push_str(&format!("{A},{B},{block},{block}\n"));
    }
    let whole = gzip(text.as_bytes());
    for length in [5, 15, whole.len() / 2, whole.len() - 1] {
        let error = read_bytes("t.csv.gz", &whole[..length], &SKIP).unwrap_err();
        assert!(error.message().starts_with("t.csv.gz: the gzip data end too early"), "{length}: {error}");
    }
    let mut trailed = whole.clone();
    trailed.extend(b"no gzip member");
    let error = read_bytes("t.csv.gz", &trailed, &SKIP).unwrap_err();
    assert!(error.message().starts_with("t.csv.gz: the gzip data are damaged"), "{error}");
    let mut damaged = whole;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    assert!(read_bytes("t.csv.gz", &damaged, &ReadOptions::default()).is_err());
}

#[test]
fn a_line_of_100_megabytes_is_refused_after_its_first() {
    let folder = folder(&[]);
    let path = folder.path().join("long.csv.gz");
    // Compressed, so that the test writes little: the reader sees the whole line.
    let mut bytes = gzip(b"from_address,to_address,value,block_number\n");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..100 {
        encoder.write_all(&vec![b'7'; 1 << 20]).unwrap();
    }
    bytes.extend(encoder.finish().unwrap());
    std::fs::write(&path, bytes).unwrap();
    let error = read(&[InputSpec::of(spec(folder.path(), "long.csv.gz"))], &SKIP, &|_| {}).unwrap_err();
    assert_eq!(error.message(), "long.csv.gz, line 2: this row is longer than 1048576 bytes");
}

#[test]
fn a_quote_that_never_closes_is_refused_at_its_row() {
    let text = format!("note,from_address,to_address,value,block_number\n\"x,{A},{B},1,1\ny,{A},{B},1,1\n");
    assert_eq!(refusal(&text), "t.csv, line 2: a double quote opens in this row and is never closed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), gz in any::<bool>()) {
        let bytes = if gz { gzip(&bytes) } else { bytes };
        let _ = read_bytes("t.csv", &bytes, &SKIP);
    }

    #[test]
    fn any_row_below_a_good_header_is_taken_or_left_out(row in "[-0-9a-fx,.:\"TZe ]{0,120}", which in 0..ALL_HEADERS.len()) {
        let header = ALL_HEADERS[which];
        if let Ok(reading) = read_bytes("t.csv", format!("{header}\n{row}\n").as_bytes(), &SKIP) {
            assert_eq!(reading.ledger.transfer_count() as u64, reading.facts[0].rows);
            assert_eq!(reading.rejects.len() as u64, reading.facts[0].rejects);
        }
    }

    #[test]
    fn what_is_written_is_read_back(value in any::<u128>(), block in 0..u64::MAX, time in 0..4_000_000_000_i64, raw in any::<[u8; 20]>()) {
        let address = Address::from_evm(raw);
        let time = dyetrace_ingest::time::format_time(time);
        let text = format!("{HEADER},{block},{time},{address},{B},native,{value},,external\n");
        let ledger = read_text(&text).unwrap().ledger;
        assert_eq!(ledger.columns().value.get(0).to_string(), value.to_string());
        assert_eq!(ledger.columns().block(0), Some(block));
        assert_eq!(dyetrace_ingest::time::format_time(ledger.columns().time(0).unwrap()), time);
        assert_eq!(ledger.purse_address(ledger.columns().from[0]), address);
    }
}
