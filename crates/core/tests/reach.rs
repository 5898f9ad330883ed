//! Reach: each way gives what the plain one gives, at any number of threads.

use crate::generate::{case, cases};
use dyetrace_core::ledger::FlowIndex;
use dyetrace_core::trace::{Prepared, Reach, ReachByTheft};
use dyetrace_core::{Ledger, PurseId, reference};
use proptest::prelude::*;
use proptest::test_runner::Config;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Pools of 1, 2 and 8 threads.
static POOLS: LazyLock<Vec<ThreadPool>> = LazyLock::new(|| {
    [1, 2, 8].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into()
});

/// The index, found by looking at every transfer for every purse.
fn outgoing(ledger: &Ledger, purse: PurseId) -> Vec<u32> {
    let places = 0..u32::try_from(ledger.transfer_count()).unwrap();
    let sends = |place: &u32| {
        let place = *place as usize;
        ledger.columns().from[place] == purse && ledger.moves(place)
    };
    places.filter(sends).collect()
}

/// The earliest place of each purse over all thefts.
fn earliest(by_theft: &[BTreeMap<PurseId, u64>]) -> Vec<(PurseId, u64)> {
    let mut earliest: BTreeMap<PurseId, u64> = BTreeMap::new();
    for (&purse, &place) in by_theft.iter().flatten() {
        let known = earliest.entry(purse).or_insert(place);
        *known = place.min(*known);
    }
    earliest.into_iter().collect()
}

/// What the masks say, as the plain tracer says it.
fn purses_of(masks: &ReachByTheft, ledger: &Ledger, theft: usize) -> Vec<PurseId> {
    ledger.purses().iter().filter(|&purse| masks.of(purse) >> theft & 1 == 1).collect()
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(2_000)) })]

    #[test]
    fn every_way_gives_the_plain_reach(case in case()) {
        let (ledger, labels, thefts, options) = case.build();
        let Ok(prepared) = Prepared::new(&ledger, &labels, &thefts, &options) else { return Ok(()) };
        let plain = reference::reach_by_theft(&ledger, &labels, &thefts, &options).unwrap();
        let scan = prepared.reach_by_scan();
        prop_assert_eq!(prepared.arrivals(&scan), earliest(&plain));
        prop_assert_eq!(scan.purses, earliest(&plain).len() as u64);
        for pool in POOLS.iter() {
            let index = pool.install(|| FlowIndex::build(&ledger));
            for purse in ledger.purses().iter() {
                prop_assert_eq!(index.outgoing(purse), outgoing(&ledger, purse));
            }
            let found: Vec<Reach> = pool.install(|| {
                let along = prepared.reach_along(&index, u64::MAX).expect("nothing is too much");
                // Given up early, late, or not at all.
                let most = [0, 1, 2, 3, 5, 8, 13, 21];
                let turned = most.map(|most| prepared.reach_along(&index, most).unwrap_or_else(|| scan.clone()));
                [along, prepared.reach(&index), prepared.reach(None)].into_iter().chain(turned).collect()
            });
            prop_assert!(found.iter().all(|found| *found == scan), "{:?} and {:?}", scan, found);
        }
        let masks = prepared.reach_by_theft().unwrap();
        for (theft, plain) in plain.iter().enumerate() {
            prop_assert_eq!(purses_of(&masks, &ledger, theft), plain.keys().copied().collect::<Vec<_>>());
            prop_assert_eq!(masks.purses()[theft], plain.len() as u64);
        }
    }
}
