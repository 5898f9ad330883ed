//! Random files of ethereum-etl token transfers: most rows plain, and some as no program should write them.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A file of transfers, what stands beside it, and how to read them.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) transfers: Vec<u8>,
    pub(super) beside: Option<Vec<u8>>,
    pub(super) skip_bad_rows: bool,
}

/// What is wrong with the order of rows that are plain otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disorder {
    Nothing,
    /// Two rows have changed places.
    Swapped,
    /// A row stands there twice.
    RowTwice,
    /// A transaction comes again at another place.
    TransactionTwice,
    /// A row has no time.
    NoTime,
}

/// What is done to a field.
#[derive(Clone, Debug)]
enum Twist {
    Quoted,
    QuotedAround(&'static str),
    Replaced(&'static [u8]),
    Upper,
    BigX,
    Mixed,
    Before(&'static [u8]),
    After(&'static [u8]),
    Zeros(usize),
    Cut(Index),
}

/// What is done to a row.
#[derive(Clone, Debug)]
enum Fault {
    Field(Index, Twist),
    Shorter(usize),
    Longer(usize),
    Header,
    Bytes(Vec<u8>),
}

const NEEDED: [&str; 7] =
    ["token_address", "from_address", "to_address", "value", "transaction_hash", "log_index", "block_number"];

const NUMBERS: [&[u8]; 18] = [
    b"0",
    b"4294967293",
    b"4294967294",
    b"4294967295",
    b"18446744073709551614",
    b"18446744073709551615",
    b"18446744073709551616",
    b"340282366920938463463374607431768211454",
    b"340282366920938463463374607431768211455",
    b"340282366920938463463374607431768211456",
    b"115792089237316195423570985008687907853269984665640564039457584007913129639935",
    b"115792089237316195423570985008687907853269984665640564039457584007913129639936",
    b"999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
    b"253402300799",
    b"253402300800",
    b"9223372036854775807",
    b"9223372036854775808",
    b"12345678",
];

const OTHERS: [&[u8]; 16] = [
    b"",
    b"\"\"",
    b"-1",
    b"+1",
    b"1.5",
    b"1e5",
    b"0x10",
    b"0x",
    b"1_000",
    b"nan",
    b"2022-06-23T11:06:00Z",
    b"2022-06-23 11:06:00 UTC",
    b"\xff",
    b"\0",
    b"\"a\"b",
    b"a\"b",
];

const BEFORE: [&[u8]; 6] = [b" ", b"\0", b"\t", b"\xc3\xa9", b"\xef\xbb\xbf", b"0"];
const AFTER: [&[u8]; 8] = [b" ", b"\0", b"\t", b"\xc3\xa9", b"\xa9", b"a", b"0", b"\""];

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        3 => Just(Twist::Quoted),
        3 => select(&["\"\"", "\n", "\r\n", "\r", ",", "\n\n", " "][..]).prop_map(Twist::QuotedAround),
        4 => select(&NUMBERS[..]).prop_map(Twist::Replaced),
        4 => select(&OTHERS[..]).prop_map(Twist::Replaced),
        1 => Just(Twist::Upper),
        1 => Just(Twist::BigX),
        1 => Just(Twist::Mixed),
        1 => select(&BEFORE[..]).prop_map(Twist::Before),
        1 => select(&AFTER[..]).prop_map(Twist::After),
        1 => (1..90_usize).prop_map(Twist::Zeros),
        1 => any::<Index>().prop_map(Twist::Cut),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    let bytes = vec(prop_oneof![select(&b"\n\r\",0xa \0"[..]), any::<u8>()], 0..40);
    prop_oneof![
        12 => (any::<Index>(), twist()).prop_map(|(at, twist)| Fault::Field(at, twist)),
        1 => (1..3_usize).prop_map(Fault::Shorter),
        1 => (1..3_usize).prop_map(Fault::Longer),
        1 => Just(Fault::Header),
        1 => bytes.prop_map(Fault::Bytes),
    ]
}

impl Twist {
    fn apply(&self, field: &mut Vec<u8>) {
        match self {
            Self::Quoted => *field = [b"\"", &field[..], b"\""].concat(),
            Self::QuotedAround(inner) => {
                *field = [b"\"", &field[..], inner.as_bytes(), &field[..], b"\""].concat();
            }
            Self::Replaced(text) => *field = text.to_vec(),
            Self::Upper if field.starts_with(b"0x") => field[2..].make_ascii_uppercase(),
            Self::Upper => field.make_ascii_uppercase(),
            Self::BigX if field.starts_with(b"0x") => field[1] = b'X',
            Self::BigX => field.insert(0, b'X'),
            Self::Mixed => {
                let digits = field.iter_mut().skip(2).step_by(3);
                digits.for_each(|digit| digit.make_ascii_uppercase());
            }
            Self::Before(text) => *field = [text, &field[..]].concat(),
            Self::After(text) => field.extend_from_slice(text),
            Self::Zeros(count) => *field = [&vec![b'0'; *count], &field[..]].concat(),
            Self::Cut(at) => field.truncate(at.index(field.len() + 1)),
        }
    }
}

/// The columns of a file: those needed, a time or none, and some that are not read, in any order.
fn columns() -> impl Strategy<Value = (Vec<String>, bool)> {
    (any::<bool>(), 0..3_usize).prop_flat_map(|(timed, further)| {
        let mut columns: Vec<String> = NEEDED.iter().map(|&name| name.to_owned()).collect();
        columns.extend(timed.then(|| "block_timestamp".to_owned()));
        columns.extend((0..further).map(|number| format!("note_{number}")));
        (Just(columns).prop_shuffle(), Just(timed))
    })
}

/// A field of the row with this number, where all rows are in order.
fn field(column: &str, number: usize, salt: u8) -> Vec<u8> {
    let salt = usize::from(salt);
    match column {
        "token_address" => format!("0x{:0>40x}", 0xc0_ffee + salt % 3),
        "from_address" => format!("0x{:0>40x}", 0xab_cdef + salt % 5),
        "to_address" => format!("0x{:0>40x}", 0xab_cdef + salt / 5 % 5),
        "value" => format!("{}{}", "7350918264".repeat(salt % 4), salt),
        "transaction_hash" => format!("0xfe{:0>62x}", number / 2),
        "log_index" => number.to_string(),
        "block_number" => (1000 + number / 4).to_string(),
        "block_timestamp" => (1_600_000_000 + number / 4).to_string(),
        // Now and then longer than what stands behind a chunk.
        _ => ["", "b", "further text", "0x0123456789abcdef"][salt % 4].repeat(1 + salt % 16),
    }
    .into_bytes()
}

fn disorder() -> impl Strategy<Value = Disorder> {
    prop_oneof![
        3 => Just(Disorder::Nothing),
        1 => Just(Disorder::Swapped),
        1 => Just(Disorder::RowTwice),
        1 => Just(Disorder::TransactionTwice),
        1 => Just(Disorder::NoTime),
    ]
}

/// Plain rows, then what is wrong with their order.
fn rows(columns: &[String], salts: &[u8], disorder: Disorder, at: &[Index; 2]) -> Vec<Vec<Vec<u8>>> {
    let mut rows: Vec<Vec<Vec<u8>>> = (0..)
        .zip(salts)
        .map(|(number, &salt)| columns.iter().map(|column| field(column, number, salt)).collect())
        .collect();
    if rows.is_empty() {
        return rows;
    }
    let column = |wanted: &str| columns.iter().position(|name| name == wanted);
    let [one, other] = at.each_ref().map(|at| at.index(rows.len()));
    match disorder {
        Disorder::Nothing => {}
        Disorder::Swapped => rows.swap(one, other),
        Disorder::RowTwice => rows.insert(one, rows[other].clone()),
        Disorder::TransactionTwice => {
            let hash = column("transaction_hash").expect("it is needed");
            rows[one][hash] = rows[other][hash].clone();
        }
        Disorder::NoTime => {
            if let Some(time) = column("block_timestamp") {
                rows[one][time].clear();
            }
        }
    }
    rows
}

/// A file of blocks that holds the blocks of all rows, or lacks some.
fn blocks(rows: usize, lacking: usize) -> Vec<u8> {
    let mut text = String::from("number,timestamp\n");
    for block in 0..=rows / 4 {
        if lacking == 0 || block % lacking != 0 {
            text.push_str(&format!("{},{}\n", 1000 + block, 1_600_000_000 + block));
        }
    }
    text.into_bytes()
}

/// Files whose rows are plain but for their order; nothing stands beside them.
pub(super) fn plain_files() -> impl Strategy<Value = (Files, Disorder, usize)> {
    (columns(), vec(any::<u8>(), 0..40), disorder(), any::<[Index; 2]>(), any::<bool>()).prop_map(
        |((columns, timed), salts, disorder, at, skip_bad_rows)| {
            let disorder = if disorder == Disorder::NoTime && !timed { Disorder::Nothing } else { disorder };
            let rows = rows(&columns, &salts, disorder, &at);
            let mut transfers = columns.join(",").into_bytes();
            for row in &rows {
                transfers.push(b'\n');
                transfers.extend(row.join(&b','));
            }
            transfers.push(b'\n');
            (Files { transfers, beside: None, skip_bad_rows }, disorder, rows.len())
        },
    )
}

/// Any files; a file of blocks may stand beside the transfers.
pub(super) fn files() -> impl Strategy<Value = Files> {
    let ends = select(&["\n", "\r\n", "\r"][..]);
    let row = (any::<u8>(), weighted(0.2, fault()), weighted(0.1, ends.clone()), weighted(0.05, 1..3_usize));
    let shape = (
        columns(),
        prop_oneof![4 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r")],
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.7),
    );
    let unclosed = (weighted(0.05, any::<Index>()), weighted(0.2, any::<Index>()));
    let order = (disorder(), any::<[Index; 2]>(), weighted(0.3, 0..4_usize));
    (shape, vec(row, 0..30), order, unclosed, any::<bool>()).prop_map(
        |(
            ((columns, _), end, mark, last_end),
            drafts,
            (disorder, at, lacking),
            (unclosed, cut_off),
            skip_bad_rows,
        )| {
            let salts: Vec<u8> = drafts.iter().map(|(salt, ..)| *salt).collect();
            let header = columns.join(",");
            let mut text = if mark { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
            text.extend_from_slice(header.as_bytes());
            text.extend_from_slice(end.as_bytes());
            let rows = rows(&columns, &salts, disorder, &at);
            let count = rows.len();
            let drafts = drafts.into_iter().chain(std::iter::repeat((0, None, None, None)));
            for (number, (mut row, (_, fault, own_end, empty))) in rows.into_iter().zip(drafts).enumerate() {
                match &fault {
                    Some(Fault::Field(at, twist)) => twist.apply(at.get_mut(&mut row)),
                    Some(Fault::Shorter(by)) => row.truncate(row.len().saturating_sub(*by)),
                    Some(Fault::Longer(by)) => row.extend(vec![b"1".to_vec(); *by]),
                    Some(Fault::Header) => row = vec![header.clone().into_bytes()],
                    Some(Fault::Bytes(bytes)) => row = vec![bytes.clone()],
                    None => {}
                }
                if unclosed.is_some_and(|at| at.index(count) == number) {
                    row[0].insert(0, b'"');
                }
                text.extend(row.join(&b','));
                let end = own_end.unwrap_or(end);
                if number + 1 < count || last_end {
                    text.extend_from_slice(end.as_bytes());
                }
                text.extend_from_slice(end.repeat(empty.unwrap_or(0)).as_bytes());
            }
            if let Some(at) = cut_off {
                text.truncate(header.len() + at.index(text.len() - header.len()));
            }
            let beside = lacking.map(|lacking| blocks(count, lacking));
            Files { transfers: text, beside, skip_bad_rows }
        },
    )
}
