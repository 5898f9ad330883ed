//! A ledger that is added to is the ledger of all rows; and many rows at once are what they are one by one.

use crate::generate::cases;
use dyetrace_core::column::Column;
use dyetrace_core::ledger::{Columns, Covers, EvmRows, Kind, Row, RowPlace, Source, TxHash};
use dyetrace_core::{Address, AddressKind, Amount, AmountColumn, Ledger, LedgerBuilder};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::Index;

const CHAINS: [&str; 3] = ["ethereum", "bsc", "tron"];

/// A row whose chain, accounts and transaction are small numbers, so that rows collide.
#[derive(Clone, Debug)]
struct Draft {
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

fn draft() -> impl Strategy<Value = Draft> {
    let when = (0..CHAINS.len(), 0..3_u64, weighted(0.6, 0..3_i64), of(0..2_u64));
    let event = prop_oneof![4 => of(0..3_u64), 1 => (u64::from(u32::MAX) - 2..u64::from(u32::MAX) + 2).prop_map(Some)];
    let who = (weighted(0.95, 0..4_u8), 0..4_u8, of(0..2_u8));
    let value = prop_oneof![
        6 => (0..3_u128).prop_map(Amount::from),
        1 => Just(Amount::from(u128::MAX)),
    ];
    (when, event, weighted(0.8, 0..5_u8), who, value, weighted(0.3, 0..2_u8)).prop_map(
        |((chain, block, time, transaction_index), event, hash, (from, to, token), value, fee)| Draft {
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
        },
    )
}

fn address(chain: usize, number: u8) -> Address {
    match (AddressKind::of_chain(CHAINS[chain]), number) {
        (AddressKind::Evm, _) => Address::from_evm([number; 20]),
        (AddressKind::Text, 0) => {
            Address::parse(AddressKind::Text, b"T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb").unwrap()
        }
        (AddressKind::Text, _) => Address::parse(AddressKind::Text, format!("T{number}").as_bytes()).unwrap(),
    }
}

fn push(builder: &mut LedgerBuilder, place: RowPlace, draft: &Draft) {
    let chain = builder.chain(CHAINS[draft.chain]);
    let kind = match (draft.from, draft.token) {
        (None, _) => Kind::Withdrawal,
        (_, None) => Kind::Internal,
        _ => Kind::Token,
    };
    // One hash in five is no 32 bytes.
    let hash = |number: u8| match number {
        4 => TxHash::parse(b"not-hex").unwrap(),
        _ => TxHash::Bytes([number; 32]),
    };
    let row = Row {
        chain,
        block: Some(draft.block),
        time: draft.time,
        transaction_index: draft.transaction_index,
        event_index: draft.event,
        transaction_hash: draft.hash.map(hash),
        from: draft.from.map(|from| address(draft.chain, from)),
        to: address(draft.chain, draft.to),
        contract: draft.token.map(|token| address(draft.chain, 100 + token)),
        value: draft.value,
        fee: draft.fee.map(|fee| Amount::from(u128::from(fee))),
        kind,
    };
    if builder.push(place, row.clone()).is_err() {
        builder.push(place, Row { fee: None, ..row }).unwrap();
    }
}

/// Three sources of different reach, so that coverage depends on who said what.
fn source(number: usize) -> Source {
    let covers = match number % 3 {
        0 => Covers::All,
        1 => Covers::Senders,
        _ => Covers::These(vec![address(0, 1), address(2, 2)]),
    };
    Source { covers, native: !number.is_multiple_of(2), tokens: true }
}

/// Reads files one after the other, taking the ledger up anew before each file whose number is in `anew`.
fn read(files: &[Vec<Draft>], anew: &[usize]) -> Ledger {
    let mut builder = LedgerBuilder::new();
    for (number, file) in files.iter().enumerate() {
        if anew.contains(&number) {
            builder = LedgerBuilder::resume(&builder.finish().unwrap());
        }
        let source = builder.add_source(source(number));
        for (line, draft) in (2..).zip(file) {
            // Lines are left out here and there, as in a file with bad rows.
            push(&mut builder, RowPlace { source, line: line + line / 5 }, draft);
        }
    }
    builder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(2_000)) })]

    #[test]
    fn a_ledger_that_is_added_to_is_the_ledger_of_all_rows(
        files in vec(vec(draft(), 0..8), 1..5),
        again in any::<Index>(),
        anew in vec(0..6_usize, 0..4),
    ) {
        // One file may come twice: its events then count once.
        let mut files = files;
        files.push(again.get(&files).clone());
        let whole = read(&files, &[]);
        prop_assert_eq!(&read(&files, &anew), &whole);
        prop_assert_eq!(&Ledger::from_parts(whole.to_parts()).unwrap(), &whole);
    }

    #[test]
    fn many_rows_at_once_are_what_they_are_one_by_one(
        drafts in vec((0..40_u8, 0..40_u8, 0..3_u8, 0..6_u8, 0..3_u64, 0..4_u32, 0..3_u128), 0..400),
        cut in any::<Index>(),
    ) {
        let mut rows = EvmRows::default();
        let mut one_by_one = LedgerBuilder::new();
        let chain = one_by_one.chain("ethereum");
        let whole = Source { covers: Covers::All, native: false, tokens: true };
        let source = one_by_one.add_source(whole.clone());
        let mut at_once = LedgerBuilder::new();
        at_once.chain("ethereum");
        at_once.add_source(whole);
        let cut = cut.index(drafts.len() + 1) as u64;
        for (line, &(from, to, token, hash, block, event, value)) in (0..).zip(&drafts) {
            if line == cut {
                at_once.push_many(chain, RowPlace { source, line: 0 }, &rows, 0..rows.len());
                rows.clear();
            }
            let contract = [200 + token; 20];
            rows.ends.push([[from; 20], [to; 20]]);
            rows.contract.push(contract);
            rows.value.push(value);
            rows.hash.push([hash; 32]);
            rows.block.push(block);
            rows.time.push(if block == 2 { Columns::NO_TIME } else { 7 });
            rows.event_index.push(event);
            let row = Row {
                chain,
                block: Some(block),
                time: (block != 2).then_some(7),
                transaction_index: None,
                event_index: Some(u64::from(event)),
                transaction_hash: Some(TxHash::Bytes([hash; 32])),
                from: Some(Address::from_evm([from; 20])),
                to: Address::from_evm([to; 20]),
                contract: Some(Address::from_evm(contract)),
                value: Amount::from(value),
                fee: None,
                kind: Kind::Token,
            };
            one_by_one.push(RowPlace { source, line }, row).unwrap();
        }
        let place = RowPlace { source, line: if cut < drafts.len() as u64 { cut } else { 0 } };
        at_once.push_many(chain, place, &rows, 0..rows.len());
        prop_assert_eq!(at_once.finish().unwrap(), one_by_one.finish().unwrap());
    }
}

#[test]
fn a_column_of_amounts_keeps_what_does_not_fit_apart() {
    let mut column = AmountColumn::default();
    [0, u128::MAX, 5].into_iter().for_each(|units| column.push(Amount::from(units)));
    assert_eq!(column.wide_rows, Column::from(vec![1]));
    assert_eq!(column.get(1), Amount::from(u128::MAX));
}
