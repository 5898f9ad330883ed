//! Both sides of bridges, found by hand-made cases.

use crate::ledgers::{Case, Move, Tx, WRAPPED, sends, sends_token, tx};
use dyetrace_core::Category;
use dyetrace_core::links::bridges::{Band, BridgeOptions, Bridges, Fate, pair_bridges};

/// A bridge's accounts on the two chains, and people.
const HERE: u8 = 3;
const THERE: u8 = 4;
const ONE: u8 = 1;
const TWO: u8 = 2;

fn on(chain: usize, block: u64, moves: impl IntoIterator<Item = Move>) -> Tx {
    Tx { chain, ..tx(block, moves) }
}

/// A block takes 12 seconds: 150 are half an hour.
fn found(transactions: Vec<Tx>) -> Bridges {
    let labels = vec![(HERE, None, Category::Bridge), (THERE, None, Category::Bridge)];
    let (ledger, labels, ..) = Case { transactions, labels, ..Case::default() }.build();
    pair_bridges(&ledger, &labels, &[], &BridgeOptions::default())
}

/// Fate, band and destination of each in.
fn said(bridges: &Bridges) -> Vec<(Fate, Option<Band>, Option<u64>)> {
    bridges.pairs.iter().map(|pair| (pair.fate, pair.band, pair.destination)).collect()
}

#[test]
fn the_only_out_to_the_same_address_is_the_other_side() {
    let bridges = found(vec![
        on(0, 10, [sends(ONE, HERE, 1_000)]),
        on(1, 11, [sends(THERE, TWO, 990)]),
        on(1, 12, [sends(THERE, ONE, 990)]),
    ]);
    assert_eq!(said(&bridges), [(Fate::Paired, Some(Band::Same), Some(2))]);
    let link = bridges.links().next().unwrap();
    assert_eq!((link.source, &link.destinations[..], link.method.as_str()), (0, &[2][..], "bridge"));
    assert_eq!((link.confidence, link.is_inferred), (958_100, true));
}

#[test]
fn time_amount_chain_and_asset_have_to_fit() {
    for (chain, block, value) in [
        (1, 9, 1_000),        // before
        (1, 10 + 301, 1_000), // after more than an hour
        (1, 11, 1_001),       // more
        (1, 11, 969),         // 3.1 % less
    ] {
        let bridges =
            found(vec![on(0, 10, [sends(ONE, HERE, 1_000)]), on(chain, block, [sends(THERE, ONE, value)])]);
        assert_eq!(said(&bridges), [(Fate::Unpaired, None, None)], "{chain} {block} {value}");
    }
    for (block, value) in [(10 + 300, 1_000), (11, 970)] {
        let bridges =
            found(vec![on(0, 10, [sends(ONE, HERE, 1_000)]), on(1, block, [sends(THERE, ONE, value)])]);
        assert_eq!(bridges.pairs[0].fate, Fate::Paired, "{block} {value}");
    }
}

/// The first comes first, and what fits within half an hour needs no look at the next.
#[test]
fn as_many_outs_as_ins_are_pairs_in_order() {
    let bridges = found(vec![
        on(0, 10, [sends(ONE, HERE, 1_000)]),
        on(0, 20, [sends(ONE, HERE, 1_000)]),
        on(1, 30, [sends(THERE, ONE, 995)]),
        on(1, 40, [sends(THERE, ONE, 990)]),
        on(1, 200, [sends(THERE, ONE, 990)]),
    ]);
    let band = Some(Band::InOrder);
    assert_eq!(said(&bridges), [(Fate::Paired, band, Some(2)), (Fate::Paired, band, Some(3))]);
}

#[test]
fn a_rival_makes_it_ambiguous() {
    let two_outs = found(vec![
        on(0, 10, [sends(ONE, HERE, 1_000)]),
        on(1, 30, [sends(THERE, ONE, 995)]),
        on(1, 40, [sends(THERE, ONE, 990)]),
    ]);
    assert_eq!(said(&two_outs), [(Fate::Ambiguous, None, None)]);
    assert_eq!(two_outs.pairs[0].candidates, 2);
    let two_ins = found(vec![
        on(0, 10, [sends(ONE, HERE, 1_000)]),
        on(0, 20, [sends(ONE, HERE, 1_000)]),
        on(1, 30, [sends(THERE, ONE, 995)]),
    ]);
    assert_eq!(said(&two_ins), [(Fate::Ambiguous, None, None); 2]);
}

#[test]
fn what_comes_back_is_a_refund_and_what_goes_elsewhere_a_candidate() {
    let back = found(vec![on(0, 10, [sends(ONE, HERE, 1_000)]), on(0, 30, [sends(HERE, ONE, 1_000)])]);
    assert_eq!(said(&back), [(Fate::Paired, Some(Band::Refund), Some(1))]);
    assert_eq!(back.links().next().unwrap().method, "refund");
    let other = found(vec![on(0, 10, [sends(ONE, HERE, 1_000)]), on(1, 30, [sends(THERE, TWO, 1_000)])]);
    assert_eq!(said(&other), [(Fate::Candidate, Some(Band::Other), Some(1))]);
    assert_eq!(other.pairs[0].confidence, 500_000);
}

/// Burned here and paid out there; through a router, by whoever sent the first transfer.
#[test]
fn burns_and_routers_are_seen_through() {
    let bridges = found(vec![
        on(0, 10, [sends_token(ONE, 0, WRAPPED, 1_000)]),
        on(1, 30, [sends(THERE, ONE, 1_000)]),
        on(0, 400, [sends(TWO, 8, 500), sends(8, HERE, 500)]),
        on(1, 410, [sends(THERE, TWO, 499)]),
    ]);
    let same = (Fate::Paired, Some(Band::Same));
    assert_eq!(said(&bridges), [(same.0, same.1, Some(1)), (same.0, same.1, Some(4))]);
}

/// Where six hours later as much fits as now, nothing is told.
#[test]
fn chance_takes_the_confidence() {
    let mut transactions = Vec::new();
    for turn in 0..10 {
        let block = 10 + 5_000 * turn;
        transactions.push(on(0, block, [sends(ONE, HERE, 1_000)]));
        transactions.push(on(1, block + 20, [sends(THERE, ONE, 995)]));
        if turn < 2 {
            transactions.push(on(1, block + 6 * 300 + 20, [sends(THERE, ONE, 995)]));
        }
    }
    let bridges = found(transactions);
    let counts = bridges.bands[Band::Same as usize];
    assert_eq!((counts.found, counts.placebo, counts.error_per_thousand()), (10, 2, Some(200)));
    assert!(bridges.pairs.iter().all(|pair| pair.fate == Fate::Candidate && pair.confidence == 800_000));
}
