//! Random ledgers with columns of every kind, and without each kind.

use dyetrace_core::ledger::{Covers, Kind, Row, RowPlace, Source, TxHash};
use dyetrace_core::{Address, AddressKind, Amount, Category, Label, LedgerBuilder};
use dyetrace_ingest::{InputFact, Reading, Reject, Warning};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;

const CHAINS: [&str; 3] = ["ethereum", "tron", "bsc"];

/// A row in small numbers.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    chain: usize,
    block: u64,
    time: Option<i64>,
    transaction_index: Option<u64>,
    event: Option<u64>,
    hash: Option<u8>,
    from: Option<u8>,
    to: u8,
    token: Option<u8>,
    value: Amount,
    fee: Option<u8>,
}

/// Rows, and which of their kinds of columns there are at all.
#[derive(Clone, Debug)]
pub(super) struct Drafts {
    rows: Vec<Draft>,
    hashes: bool,
    times: bool,
    indices: bool,
    events: bool,
    fees: bool,
    one_chain: bool,
}

fn value() -> impl Strategy<Value = Amount> {
    let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    prop_oneof![
        6 => (0..5_u128).prop_map(Amount::from),
        2 => (u128::MAX - 2..=u128::MAX).prop_map(Amount::from),
        1 => Just(Amount::parse(largest.as_bytes()).unwrap()),
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    let narrow = u64::from(u32::MAX);
    let event = prop_oneof![4 => of(0..9_u64), 1 => (narrow - 2..narrow + 3).prop_map(Some)];
    let when = (0..3_usize, 0..5_u64, weighted(0.8, -2..9_i64), of(0..3_u64), event, weighted(0.8, 0..6_u8));
    let what = (weighted(0.95, 0..6_u8), 0..6_u8, of(0..3_u8), value(), weighted(0.3, 0..3_u8));
    (when, what).prop_map(|(when, what)| {
        let (chain, block, time, transaction_index, event, hash) = when;
        let (from, to, token, value, fee) = what;
        Draft {
            chain,
            block,
            time,
            transaction_index,
            event,
            hash,
            from,
            to,
            token: token.filter(|_| from.is_some()),
            value,
            fee: fee.filter(|_| from.is_some()),
        }
    })
}

pub(super) fn drafts() -> impl Strategy<Value = Drafts> {
    let some = || prop::bool::weighted(0.7);
    let kinds = (some(), some(), some(), some(), some(), prop::bool::weighted(0.3));
    (vec(draft(), 0..30), kinds).prop_map(|(rows, (hashes, times, indices, events, fees, one_chain))| {
        Drafts { rows, hashes, times, indices, events, fees, one_chain }
    })
}

/// Rows that make an entry in every column.
pub(super) fn every_kind() -> Drafts {
    let plain = Draft {
        chain: 0,
        block: 1,
        time: Some(7),
        transaction_index: Some(1),
        event: Some(1),
        hash: Some(1),
        from: Some(1),
        to: 2,
        token: None,
        value: Amount::from(5_u128),
        fee: Some(1),
    };
    let rows = vec![
        Draft { block: 3, value: Amount::from(u128::MAX), ..plain.clone() },
        Draft { chain: 1, fee: Some(2), ..plain.clone() },
        Draft { chain: 1, hash: Some(5), token: Some(1), event: Some(1 << 40), ..plain.clone() },
        Draft { chain: 2, hash: None, from: None, fee: None, time: None, ..plain.clone() },
        Draft { block: 2, hash: Some(2), event: None, from: Some(2), to: 2, fee: Some(0), ..plain.clone() },
        Draft {
            block: 2,
            hash: Some(2),
            event: None,
            transaction_index: Some(9),
            fee: None,
            ..plain.clone()
        },
        Draft { block: 2, hash: Some(2), event: None, transaction_index: Some(9), fee: None, ..plain },
    ];
    Drafts { rows, hashes: true, times: true, indices: true, events: true, fees: true, one_chain: false }
}

fn address(chain: usize, number: u8) -> Address {
    match AddressKind::of_chain(CHAINS[chain]) {
        AddressKind::Evm => Address::from_evm([number; 20]),
        AddressKind::Text => Address::parse(
            AddressKind::Text,
            format!("T{}{number}", "x".repeat(usize::from(number % 13) * 5)).as_bytes(),
        )
        .unwrap(),
    }
}

/// Puts the rows into a ledger, two files of them, with something of all that is read along.
pub(super) fn reading(drafts: &mut Drafts) -> Reading {
    let mut builder = LedgerBuilder::new();
    let half = drafts.rows.len() / 2;
    let covers = [Covers::Senders, Covers::These(vec![address(0, 1), address(1, 2)])];
    let mut source = 0;
    let count = drafts.rows.len();
    for (number, draft) in drafts.rows.iter().enumerate() {
        if number == 0 || number == half {
            let covers = covers[usize::from(number > 0)].clone();
            source = builder.add_source(Source { covers, native: true, tokens: number == 0 });
        }
        let place = RowPlace { source, line: 2 + (number * 3 / 2) as u64 };
        let index = if drafts.one_chain { 0 } else { draft.chain };
        let chain = builder.chain(CHAINS[index]);
        let kind = match (draft.from, draft.token) {
            (None, _) => Kind::Reward,
            (_, None) => Kind::External,
            _ => Kind::Token,
        };
        // One hash is none of 32 bytes.
        let hash = |number: u8| match number {
            5 => TxHash::parse(b"no-hex").unwrap(),
            _ => TxHash::Bytes([number; 32]),
        };
        let row = Row {
            chain,
            block: Some(draft.block),
            time: draft.time.filter(|_| drafts.times),
            transaction_index: draft.transaction_index.filter(|_| drafts.indices),
            event_index: draft.event.filter(|_| drafts.events),
            transaction_hash: draft.hash.filter(|_| drafts.hashes).map(hash),
            from: draft.from.map(|from| address(index, from)),
            to: address(index, draft.to),
            contract: draft.token.map(|token| address(index, 100 + token)),
            value: draft.value,
            fee: draft.fee.filter(|_| drafts.fees).map(|fee| Amount::from(u128::from(fee))),
            kind,
        };
        // A second fee of one transaction is refused.
        if builder.push(place, row.clone()).is_err() {
            builder.push(place, Row { fee: None, ..row }).unwrap();
        }
    }
    let reject = |line: u64| Reject {
        file: "t.csv".into(),
        line,
        column: "value".into(),
        seen: "1.5 \u{1f4b0}".into(),
        reason: "has a \"fraction\"".into(),
    };
    let label = |number: u8| Label {
        address: address(usize::from(number % 2), number),
        chain: (number > 1).then(|| "tron".to_owned()),
        text: "Huobi, hot\n".into(),
        category: Category::Exchange,
        entity: "Huobi".into(),
        source: "rows".into(),
        as_of: String::new(),
        confidence: number,
    };
    let fact = InputFact {
        name: "t.csv".into(),
        dialect: "canonical".into(),
        rows: count as u64,
        first_time: Some(-5),
        ..InputFact::default()
    };
    Reading {
        ledger: builder.finish().unwrap(),
        labels: (0..3).map(label).collect(),
        rejects: vec![reject(3), reject(9)],
        facts: vec![fact],
        warnings: vec![Warning { reason: "is rounded".into(), count: 7, first: vec![reject(4)] }],
        ..Reading::default()
    }
}
