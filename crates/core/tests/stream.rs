//! What a stream makes of rows in order is what the builder makes of them; rows of another kind it refuses.

use crate::generate::cases;
use dyetrace_core::ledger::{
    Columns, Covers, EvmRows, Kind, LedgerStream, Row, RowPlace, Source, StreamColumns, TxHash, Unfit,
};
use dyetrace_core::{Address, Amount, ChainId, Ledger, LedgerBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A row by small numbers, so that accounts and transactions come again. Numbers of blocks and events say how far
/// each is from the row before.
#[derive(Clone, Debug)]
struct Draft {
    next_block: u64,
    next_event: u32,
    hash: u8,
    from: u8,
    to: u8,
    token: u8,
    value: u128,
    /// The line is not the next one.
    skips: bool,
    /// The row comes alone.
    alone: bool,
    /// What a batch cannot hold.
    wide: bool,
}

/// What is not as a stream wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disorder {
    Nothing,
    Swapped(usize, usize),
    WithoutTime(usize),
}

fn draft() -> impl Strategy<Value = Draft> {
    let at = (prop_oneof![2 => Just(0), 1 => 0..3_u64], 0..3_u32);
    let hash = prop_oneof![80 => Just(0), 1 => 1..4_u8];
    let who = (0..6_u8, 0..6_u8, 0..3_u8);
    let value = select(&[0, 1, 7, u128::MAX - 1][..]);
    let alone = (prop::bool::weighted(0.1), prop::bool::weighted(0.2), prop::bool::weighted(0.1));
    (at, hash, who, value, alone).prop_map(
        |((next_block, next_event), hash, (from, to, token), value, (skips, alone, wide))| Draft {
            next_block,
            next_event,
            hash,
            from,
            to,
            token,
            value,
            skips,
            alone: alone || wide,
            wide,
        },
    )
}

fn disorder() -> impl Strategy<Value = Disorder> {
    prop_oneof![
        4 => Just(Disorder::Nothing),
        1 => (0..60_usize, 0..60_usize).prop_map(|(one, other)| Disorder::Swapped(one, other)),
        1 => (0..60_usize).prop_map(Disorder::WithoutTime),
    ]
}

/// Rows with their lines, and whether each comes alone. Hashes: a new transaction for every block and every third
/// event, unless the draft names an old one.
fn rows(drafts: &[Draft], timed: bool, disorder: Disorder) -> Vec<(u64, bool, Row)> {
    let (mut block, mut event, mut line) = (5_u64, 0_u32, 2_u64);
    let mut rows: Vec<(u64, bool, Row)> = Vec::new();
    for draft in drafts {
        event = if draft.next_block > 0 { draft.next_event } else { event + 1 + draft.next_event };
        block += draft.next_block;
        line += 1 + u64::from(draft.skips);
        let mut hash = [draft.hash; 32];
        if draft.hash == 0 {
            hash[0] = u8::try_from(block % 200).unwrap();
            hash[1] = u8::try_from(event / 3 % 200).unwrap();
        }
        let value = Amount::from(draft.value);
        rows.push((
            line,
            draft.alone,
            Row {
                chain: ChainId(0),
                block: Some(block),
                // A later block is at times an earlier one by its time.
                time: timed.then_some(1000 + i64::try_from(block ^ 2).unwrap()),
                transaction_index: None,
                event_index: Some(u64::from(event)),
                transaction_hash: Some(TxHash::Bytes(hash)),
                from: Some(Address::from_evm([draft.from; 20])),
                to: Address::from_evm([draft.to; 20]),
                contract: Some(Address::from_evm([200 + draft.token; 20])),
                value: if draft.wide { value.plus(Amount::from(u128::MAX)) } else { value },
                fee: None,
                kind: Kind::Token,
            },
        ));
    }
    let count = rows.len();
    match disorder {
        Disorder::Swapped(one, other) if count > 0 => rows.swap(one % count, other % count),
        Disorder::WithoutTime(at) if count > 0 => rows[at % count].2.time = None,
        _ => {}
    }
    rows
}

fn source(covers: u8) -> Source {
    let covers = match covers {
        0 => Covers::All,
        _ => Covers::These([1, 4, 99].map(|number| Address::from_evm([number; 20])).to_vec()),
    };
    Source { covers, native: false, tokens: true }
}

fn build(rows: &[(u64, bool, Row)], source: Source) -> Ledger {
    let mut builder = LedgerBuilder::new();
    let number = builder.add_source(source);
    for (line, _, row) in rows {
        builder.chain("ethereum");
        builder.push(RowPlace { source: number, line: *line }, row.clone()).unwrap();
    }
    if rows.is_empty() {
        builder.chain("ethereum");
    }
    builder.finish().unwrap()
}

fn key(address: &Address) -> [u8; 20] {
    address.as_bytes().try_into().unwrap()
}

/// Settles the rows as they come, in batches of rows on one line after the other. The columns are handed over after
/// every `flush` batches, and put together at the end.
fn stream(rows: &[(u64, bool, Row)], source: Source, expected: u64, flush: usize) -> Result<Ledger, Unfit> {
    let mut stream = LedgerStream::new("ethereum", source, expected)?;
    let (mut all, mut columns) = (StreamColumns::default(), StreamColumns::default());
    let batches: Vec<&[(u64, bool, Row)]> =
        rows.chunk_by(|one, next| !one.1 && !next.1 && one.0 + 1 == next.0).collect();
    for (number, batch) in batches.iter().enumerate() {
        let place = RowPlace { source: 0, line: batch[0].0 };
        if batch[0].1 {
            stream.take_one(place, &batch[0].2, &mut columns)?;
        } else {
            // The batch stands in the midst of a longer one.
            let mut many = EvmRows::default();
            for (.., row) in [&batch[..1], batch, &batch[..1]].concat() {
                let Some(TxHash::Bytes(hash)) = row.transaction_hash else { unreachable!("made so above") };
                many.ends.push([key(&row.from.unwrap()), key(&row.to)]);
                many.contract.push(key(&row.contract.unwrap()));
                many.value.push(row.value.to_u128().unwrap());
                many.hash.push(hash);
                many.block.push(row.block.unwrap());
                many.time.push(row.time.unwrap_or(Columns::NO_TIME));
                many.event_index.push(u32::try_from(row.event_index.unwrap()).unwrap());
            }
            stream.take(place, &many, 1..1 + batch.len(), &mut columns)?;
        }
        if number % flush == 0 {
            hand_over(&mut columns, &mut all);
        }
    }
    hand_over(&mut columns, &mut all);
    assert_eq!(stream.row_count(), rows.len() as u64);
    if !stream.is_sure() {
        stream.check_transactions(&all.hash)?;
    }
    let mut parts = stream.finish();
    parts.columns.from = all.from.into();
    parts.columns.to = all.to.into();
    parts.columns.value.narrow = all.value.into();
    parts.columns.transaction = all.transaction.into();
    parts.columns.event.narrow = all.event.into();
    parts.columns.flags = all.flags.into();
    parts.transactions.hash = all.hash.into();
    Ok(Ledger::from_parts(parts).unwrap())
}

fn hand_over(columns: &mut StreamColumns, all: &mut StreamColumns) {
    if !columns.from.is_empty() {
        assert_eq!(columns.place, all.from.len() as u64);
        assert_eq!(columns.first_transaction, all.hash.len() as u64);
    }
    all.from.append(&mut columns.from);
    all.to.append(&mut columns.to);
    all.value.append(&mut columns.value);
    all.transaction.append(&mut columns.transaction);
    all.event.append(&mut columns.event);
    all.flags.append(&mut columns.flags);
    all.hash.append(&mut columns.hash);
    columns.clear();
}

/// Whether the rows are of the kind that a stream takes: each after the one before, with times or without, and each
/// transaction in one place.
fn is_fit(rows: &[(u64, bool, Row)]) -> bool {
    let place = |row: &Row| (row.block, row.event_index);
    let in_order = rows.is_sorted_by(|one, next| place(&one.2) < place(&next.2));
    let timed = rows.iter().all(|(.., row)| row.time.is_some() == rows[0].2.time.is_some());
    let mut hashes: Vec<&Option<TxHash>> = rows.iter().map(|(.., row)| &row.transaction_hash).collect();
    hashes.dedup();
    let count = hashes.len();
    hashes.sort_by_key(|hash| format!("{hash:?}"));
    hashes.dedup();
    in_order && timed && hashes.len() == count
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(2_000)) })]

    #[test]
    fn a_stream_makes_what_the_builder_makes_or_refuses(
        drafts in vec(draft(), 0..60),
        timed in any::<bool>(),
        disorder in disorder(),
        covers in 0..2_u8,
        flush in 1..5_usize,
    ) {
        let rows = rows(&drafts, timed, disorder);
        let streamed = stream(&rows, source(covers), 0, flush);
        prop_assert_eq!(streamed.is_ok(), is_fit(&rows));
        if let (Ok(streamed), false) = (streamed, rows.is_empty()) {
            prop_assert_eq!(streamed, build(&rows, source(covers)));
        }
    }
}

#[test]
fn a_transaction_that_comes_twice_at_places_apart_is_seen_among_many() {
    let row = |number: u32, hash: u32| {
        let mut bytes = [7; 32];
        bytes[28..].copy_from_slice(&hash.to_be_bytes());
        let draft = Draft {
            next_block: 0,
            next_event: 0,
            hash: 0,
            from: 1,
            to: 2,
            token: 0,
            value: 3,
            skips: false,
            alone: false,
            wide: false,
        };
        let (line, alone, row) = rows(&[draft], true, Disorder::Nothing).remove(0);
        let (event_index, transaction_hash) = (Some(u64::from(number)), Some(TxHash::Bytes(bytes)));
        (line + u64::from(number), alone, Row { event_index, transaction_hash, ..row })
    };
    // A filter for few hashes takes many new ones for old ones: they are looked at, and found to be new.
    let mut all: Vec<(u64, bool, Row)> = (0..40_000).map(|number| row(number, number)).collect();
    assert_eq!(stream(&all, source(0), 0, 1).unwrap(), build(&all, source(0)));
    all.push(row(40_000, 17));
    assert_eq!(stream(&all, source(0), 0, 1), Err(Unfit));
    assert_eq!(stream(&all, source(0), 1 << 20, 1), Err(Unfit));
}

#[test]
fn a_stream_is_of_an_evm_chain_and_of_a_source_that_covers_more_than_senders() {
    let senders = Source { covers: Covers::Senders, ..source(0) };
    assert!(LedgerStream::new("ethereum", senders, 0).is_err());
    assert!(LedgerStream::new("tron", source(0), 0).is_err());
}
