//! Parquet files: the same records as a CSV of the same rows, or a plain refusal.

use crate::{A, B, folder, gzip, spec};
use dyetrace_ingest::{Error, InputSpec, ReadOptions, Reading, Tokens, read};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type as kind;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use std::sync::Arc;
use std::sync::Mutex;

/// The values of one column; `None` is NULL.
#[derive(Clone, Debug)]
enum Values {
    Bool(Vec<Option<bool>>),
    I32(Vec<Option<i32>>),
    I64(Vec<Option<i64>>),
    I96(Vec<Option<[u32; 3]>>),
    F64(Vec<Option<f64>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
    /// A list of numbers a row.
    Lists(Vec<Vec<i32>>),
}

impl Values {
    fn text<T: AsRef<str>>(values: &[T]) -> Self {
        Self::Bytes(values.iter().map(|it| Some(it.as_ref().as_bytes().to_vec())).collect())
    }

    fn len(&self) -> usize {
        match self {
            Self::Bool(it) => it.len(),
            Self::I32(it) => it.len(),
            Self::I64(it) => it.len(),
            Self::I96(it) => it.len(),
            Self::F64(it) => it.len(),
            Self::Bytes(it) | Self::Fixed(it) => it.len(),
            Self::Lists(it) => it.len(),
        }
    }
}

fn put<T: kind::DataType, V: Clone>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[Option<V>],
    of: impl Fn(V) -> T::T,
) {
    let mut column = group.next_column().unwrap().unwrap();
    let levels: Vec<i16> = values.iter().map(|it| i16::from(it.is_some())).collect();
    let values: Vec<T::T> = values.iter().flatten().cloned().map(of).collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).unwrap();
    column.close().unwrap();
}

/// A Parquet file with these columns, `rows` in a row group.
fn parquet_of(schema: &str, columns: &[Values], rows: usize, properties: WriterProperties) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message m {{ {schema} }}")).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let total = columns[0].len();
    for start in (0..total).step_by(rows) {
        let range = start..total.min(start + rows);
        let mut group = writer.next_row_group().unwrap();
        for column in columns {
            let range = range.clone();
            match column {
                Values::Bool(it) => put::<kind::BoolType, _>(&mut group, &it[range], |it| it),
                Values::I32(it) => put::<kind::Int32Type, _>(&mut group, &it[range], |it| it),
                Values::I64(it) => put::<kind::Int64Type, _>(&mut group, &it[range], |it| it),
                Values::I96(it) => {
                    put::<kind::Int96Type, _>(&mut group, &it[range], |it| it.to_vec().into());
                }
                Values::F64(it) => put::<kind::DoubleType, _>(&mut group, &it[range], |it| it),
                Values::Bytes(it) => put::<kind::ByteArrayType, _>(&mut group, &it[range], Into::into),
                Values::Fixed(it) => {
                    put::<kind::FixedLenByteArrayType, _>(&mut group, &it[range], Into::into);
                }
                Values::Lists(it) => put_lists(&mut group, &it[range]),
            }
        }
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn put_lists(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, lists: &[Vec<i32>]) {
    let (mut defined, mut repeated) = (Vec::new(), Vec::new());
    for list in lists {
        let count = list.len().max(1);
        defined.extend(vec![i16::from(!list.is_empty()); count]);
        repeated.extend((0..count).map(|at| i16::from(at > 0)));
    }
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<kind::Int32Type>().write_batch(&lists.concat(), Some(&defined), Some(&repeated)).unwrap();
    column.close().unwrap();
}

fn plain() -> WriterProperties {
    WriterProperties::builder().build()
}

fn try_read(bytes: &[u8]) -> Result<Reading, Error> {
    crate::read_bytes("t.parquet", bytes, &ReadOptions::default())
}

fn refused(bytes: &[u8]) -> String {
    try_read(bytes).map(|_| ()).unwrap_err().message()
}

/// A file with one row of these two addresses, and these further columns.
fn with(schema: &str, columns: Vec<Values>) -> Vec<u8> {
    let schema = format!("optional binary from_address (UTF8); optional binary to_address (UTF8); {schema}");
    let mut all = vec![Values::text(&[A]), Values::text(&[B])];
    all.extend(columns);
    parquet_of(&schema, &all, 10, plain())
}

/// The first row's value and time.
fn first(reading: &Reading) -> (String, Option<i64>) {
    let columns = reading.ledger.columns();
    (columns.value.get(0).to_string(), columns.time(0))
}

/// All that the rows of a ledger say, in its order.
fn rows_of(reading: &Reading) -> Vec<String> {
    let (ledger, columns) = (&reading.ledger, reading.ledger.columns());
    let row = |index: usize| {
        let (from, to) = (columns.from[index], columns.to[index]);
        let (from, to) = (ledger.purse_address(from), ledger.purse_address(to));
        let (value, block, time) = (columns.value.get(index), columns.block(index), columns.time(index));
        format!("{from} {to} {value} {block:?} {time:?} {:?}", columns.kind(index))
    };
    (0..ledger.transfer_count()).map(row).collect()
}

const BASIC: &str = "optional binary from_address (UTF8); optional binary to_address (UTF8);
    optional binary value (UTF8); optional int64 block_number;";

/// `count` rows whose values and blocks count from 1.
fn basic(count: i64) -> Vec<Values> {
    let values: Vec<String> = (1..=count).map(|it| it.to_string()).collect();
    vec![
        Values::text(&vec![A; values.len()]),
        Values::text(&vec![B; values.len()]),
        Values::text(&values),
        Values::I64((1..=count).map(Some).collect()),
    ]
}

#[test]
fn every_compression_and_page_version_is_read_through_all_row_groups() {
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let properties = WriterProperties::builder().set_compression(codec).set_writer_version(version);
            let bytes = parquet_of(BASIC, &basic(5000), 2100, properties.build());
            let folder = folder(&[("t", &bytes)]);
            let told = Mutex::new(Vec::new());
            let input = InputSpec::of(spec(folder.path(), "t"));
            let reading =
                read(&[input], &ReadOptions::default(), &|it| told.lock().unwrap().push(it)).unwrap();
            let fact = &reading.facts[0];
            assert_eq!((fact.rows, fact.first_block, fact.last_block), (5000, Some(1), Some(5000)));
            assert_eq!((fact.size, &fact.sha256), (bytes.len() as u64, &crate::sha256(&bytes)));
            let told = told.into_inner().unwrap();
            assert!(told.is_sorted() && told.len() > 3);
            assert_eq!(told.last(), Some(&fact.size));
            let sum: u128 =
                (0..5000).map(|it| reading.ledger.columns().value.get(it).to_u128().unwrap()).sum();
            assert_eq!(sum, 5000 * 5001 / 2);
        }
    }
}

#[test]
fn values_are_exact_in_every_form() {
    let wei = 1_000_000_000_000_000_000_i64;
    let big = 123_456_789_012_345_678_901_234_567_890_u128;
    let wide = |number: u128| [&[0; 16][..], &number.to_be_bytes()].concat();
    let block = "optional int64 block_number (INTEGER(64,false));";
    for (schema, values, expected) in [
        ("optional int64 value;", Values::I64(vec![Some(wei)]), wei.to_string()),
        ("optional int64 value (INTEGER(64,false));", Values::I64(vec![Some(-1)]), u64::MAX.to_string()),
        ("optional int32 value (INTEGER(32,false));", Values::I32(vec![Some(-1)]), u32::MAX.to_string()),
        // BigQuery's NUMERIC has nine digits after the point.
        (
            "optional fixed_len_byte_array(16) value (DECIMAL(38,9));",
            Values::Fixed(vec![Some(
                (big * 1_000_000_000 / 7 / 1_000_000_000 * 1_000_000_000).to_be_bytes().to_vec(),
            )]),
            (big / 7).to_string(),
        ),
        (
            "optional fixed_len_byte_array(32) value (DECIMAL(76,0));",
            Values::Fixed(vec![Some(wide(big))]),
            big.to_string(),
        ),
        ("optional binary value (DECIMAL(38,0));", Values::Bytes(vec![Some(vec![1, 0])]), "256".into()),
        (
            "optional double value;",
            Values::F64(vec![Some(9_007_199_254_740_991.0)]),
            (1_u64 << 53).saturating_sub(1).to_string(),
        ),
    ] {
        let bytes = with(&format!("{schema}{block}"), vec![values, Values::I64(vec![Some(1)])]);
        assert_eq!(first(&try_read(&bytes).unwrap()).0, expected, "{schema}");
    }
}

#[test]
fn what_is_not_exact_is_refused_where_it_is_read() {
    let block = "optional int64 block_number;";
    for (schema, values, said) in [
        (
            "optional double value;",
            Values::F64(vec![Some(1.99e19)]),
            "column `value`: `1.99e19` is written with an exponent, which is not exact",
        ),
        (
            "optional int64 value (DECIMAL(18,2));",
            Values::I64(vec![Some(150)]),
            "column `value`: `1.5` has a fraction, but this column holds whole base units",
        ),
        (
            "optional binary value;",
            Values::Bytes(vec![Some(b"12".to_vec())]),
            "column `value`: `0x3132` is not a number of decimal digits",
        ),
        (
            "optional boolean value;",
            Values::Bool(vec![Some(true)]),
            "column `value`: `true` is not a number of decimal digits",
        ),
        (
            "repeated int32 value;",
            Values::Lists(vec![vec![1]]),
            "column `value` holds lists, structures or values of a type which is not read",
        ),
    ] {
        let bytes = with(&format!("{schema}{block}"), vec![values, Values::I64(vec![Some(1)])]);
        assert_eq!(
            refused(&bytes),
            format!("t.parquet, line 1, {said}").replace(", column `value` h", ": column `value` h")
        );
    }
    let time = "optional int64 value; optional int64 block_timestamp (TIMESTAMP(MILLIS,true));";
    let bytes = with(time, vec![Values::I64(vec![Some(1)]), Values::I64(vec![Some(1_655_982_360_050)])]);
    let said = "t.parquet, line 1, column `block_timestamp`: `2022-06-23T11:06:00.05Z` has a fraction of a second, \
                but times are whole seconds";
    assert_eq!(refused(&bytes), said);
}

#[test]
fn times_of_every_unit_are_read() {
    let nanos = 39_960_u64 * 1_000_000_000;
    let words = [u32::try_from(nanos & 0xffff_ffff).unwrap(), u32::try_from(nanos >> 32).unwrap(), 2_459_754];
    let seconds = 1_655_982_360_i64;
    for (schema, values) in [
        ("optional int64 block_timestamp (TIMESTAMP(MILLIS,true));", Values::I64(vec![Some(seconds * 1000)])),
        ("optional int64 block_timestamp (TIMESTAMP_MICROS);", Values::I64(vec![Some(seconds * 1_000_000)])),
        (
            "optional int64 block_timestamp (TIMESTAMP(NANOS,false));",
            Values::I64(vec![Some(seconds * 1_000_000_000)]),
        ),
        ("optional int64 block_timestamp;", Values::I64(vec![Some(seconds)])),
        ("optional int96 block_timestamp;", Values::I96(vec![Some(words)])),
        (
            "optional binary block_timestamp (UTF8);",
            Values::text(&["2022-06-23 11:06:00 UTC".trim_end_matches(" UTC")]),
        ),
    ] {
        let bytes =
            with(&format!("optional int64 value; {schema}"), vec![Values::I64(vec![Some(1)]), values]);
        assert_eq!(first(&try_read(&bytes).unwrap()).1, Some(seconds), "{schema}");
    }
}

#[test]
fn bytes_of_addresses_and_hashes_are_hex() {
    let schema =
        "required binary from_address; optional fixed_len_byte_array(20) to_address; optional int64 value;
        optional int32 block_number; optional binary transaction_hash; repeated int32 notes;";
    let required = schema.replace("required", "optional");
    let address = |last: u8| [&[0; 19][..], &[last]].concat();
    let columns = [
        Values::Bytes(vec![Some(address(0xaa)); 2]),
        Values::Fixed(vec![Some(address(0xbb)); 2]),
        Values::I64(vec![Some(5), Some(6)]),
        Values::I32(vec![Some(7); 2]),
        Values::Bytes(vec![Some(vec![0xcd; 32]), None]),
        Values::Lists(vec![vec![1, 2, 3], vec![]]),
    ];
    let reading = try_read(&parquet_of(&required, &columns, 10, plain())).unwrap();
    assert_eq!(rows_of(&reading)[0].split(' ').take(3).collect::<Vec<_>>(), [A, B, "5"]);
    // A column of lists is named among those that are passed over.
    assert_eq!(reading.facts[0].passed_over, ["notes"]);
}

#[test]
fn a_list_that_makes_it_another_format_is_still_seen() {
    let schema = format!("{BASIC} repeated int32 trace_address;");
    let mut columns = basic(1);
    columns.push(Values::Lists(vec![vec![0]]));
    assert!(refused(&parquet_of(&schema, &columns, 10, plain())).contains("trace_address"));
}

#[test]
fn tables_of_tokens_may_be_parquet() {
    let schema =
        "optional binary chain (UTF8); optional binary contract (UTF8); optional binary symbol (UTF8);
        optional int32 decimals (INTEGER(8,false));";
    let contract = "0x00000000000000000000000000000000000000cc";
    let columns = [
        Values::text(&["ethereum"]),
        Values::text(&[contract]),
        Values::text(&["CC"]),
        Values::I32(vec![Some(9)]),
    ];
    let folder = folder(&[("tokens", &parquet_of(schema, &columns, 1, plain()))]);
    let mut tokens = Tokens::built_in();
    tokens.add_file(&spec(folder.path(), "tokens")).unwrap();
    let contract = dyetrace_core::Address::parse_any(contract.as_bytes()).unwrap();
    assert_eq!(tokens.get("ethereum", Some(&contract)).unwrap().decimals, 9);
}

#[test]
fn what_is_no_readable_table_is_refused_by_name() {
    let whole = parquet_of(BASIC, &basic(3), 10, plain());
    assert_eq!(refused(&gzip(&whole)), "t.parquet: is a Parquet file, but text was expected");
    let twice = parquet_of(
        "optional int32 value; optional int32 Value;",
        &[Values::I32(vec![]), Values::I32(vec![])],
        1,
        plain(),
    );
    assert_eq!(refused(&twice), "t.parquet: the column `Value` is named twice in the header");
    let empty = parquet_of(BASIC, &basic(0), 10, plain());
    assert_eq!(refused(&empty), "t.parquet: the file holds a header, but no row");
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = folder(&[("t", &parquet_of(BASIC, &basic(5000), 100, plain()))]);
    let path = folder.path().join("t");
    let append = |_| {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.push(0);
        std::fs::write(&path, bytes).unwrap();
    };
    let error =
        read(&[InputSpec::of(spec(folder.path(), "t"))], &ReadOptions::default(), &append).unwrap_err();
    assert_eq!(error.message(), "t: the file was changed while it was read");
}

#[test]
fn a_parquet_file_that_was_cut_off_is_refused() {
    let whole = parquet_of(BASIC, &basic(3000), 1000, plain());
    for length in (4..whole.len()).step_by(100).chain([whole.len() - 1]) {
        assert_eq!(refused(&whole[..length]), "t.parquet: the Parquet data end too early", "{length}");
    }
    // The end is there, but something before it is not.
    for length in (4..whole.len()).step_by(100) {
        let bytes = [&whole[..length], &whole[whole.len() - 8..]].concat();
        let said = refused(&bytes);
        assert!(said.starts_with("t.parquet: the Parquet data are damaged: "), "{length}: {said}");
    }
}

/// Two row groups of every encoding that the writer knows by itself.
fn small() -> Vec<u8> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    parquet_of(BASIC, &basic(40), 25, properties.build())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_damage_is_read_or_refused(flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..4)) {
        let mut bytes = small();
        for (index, flip) in flips {
            let at = index.index(bytes.len());
            bytes[at] ^= flip;
        }
        match try_read(&bytes) {
            Ok(reading) => assert_eq!(reading.facts[0].rows, 40),
            Err(error) => assert!(error.message().starts_with("t.parquet"), "{error}"),
        }
    }
}

fn row() -> impl Strategy<Value = (u8, u8, u128, u32, u32, bool)> {
    (any::<u8>(), any::<u8>(), any::<u128>(), any::<u32>(), any::<u32>(), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_csv_and_the_same_rows_as_parquet_give_the_same(
        rows in prop::collection::vec(row(), 1..60),
        group in 1..70_usize,
        form in 0..3,
    ) {
        let hex = |last: u8| format!("0x{last:040x}");
        let mut text = String::from("from_address,to_address,value,block_number,block_timestamp,kind\n");
        for &(from, to, value, block, time, there) in &rows {
            // NULL and the empty field are one.
            let time = if there { time.to_string() } else { String::new() };
            let kind = if there { "internal" } else { "" };
            text.push_str(&format!("{},{},{value},{block},{time},{kind}\n", hex(from), hex(to)));
        }
        let bytes = |last: u8| [&[0; 19][..], &[last]].concat();
        let of = |column: &dyn Fn(u128) -> Vec<u8>| rows.iter().map(|row| Some(column(row.2))).collect::<Vec<_>>();
        let (value, values) = match form {
            0 => ("binary value (UTF8)", Values::Bytes(of(&|it| it.to_string().into_bytes()))),
            1 => ("binary value (DECIMAL(50,0))", Values::Bytes(of(&|it| [&[0][..], &it.to_be_bytes()].concat()))),
            _ => ("fixed_len_byte_array(17) value (DECIMAL(40,0))", Values::Fixed(of(&|it| [&[0][..], &it.to_be_bytes()].concat()))),
        };
        let schema = format!("optional fixed_len_byte_array(20) from_address; optional binary to_address (UTF8);
            optional {value}; optional int32 block_number (INTEGER(32,false));
            optional int64 block_timestamp (TIMESTAMP(MILLIS,true)); optional binary kind (UTF8);");
        let columns = [
            Values::Fixed(rows.iter().map(|row| Some(bytes(row.0))).collect()),
            Values::text(&rows.iter().map(|row| hex(row.1)).collect::<Vec<_>>()),
            values,
            Values::I32(rows.iter().map(|row| Some(row.3.cast_signed())).collect()),
            Values::I64(rows.iter().map(|row| row.5.then_some(i64::from(row.4) * 1000)).collect()),
            Values::Bytes(rows.iter().map(|row| row.5.then(|| b"internal".to_vec())).collect()),
        ];
        let csv = crate::read_text(&text).unwrap();
        let parquet = try_read(&parquet_of(&schema, &columns, group, plain())).unwrap();
        assert_eq!(rows_of(&csv), rows_of(&parquet));
        assert_eq!(csv.facts[0].chains, parquet.facts[0].chains);
    }
}
