//! The same answer on any number of threads.

use crate::against_reference::difference;
use crate::engines::tracers;
use crate::generate::{case, cases};
use proptest::prelude::*;
use proptest::test_runner::Config;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::LazyLock;

/// Pools of 1, 2, 3 and 8 threads.
pub(crate) static POOLS: LazyLock<Vec<(usize, ThreadPool)>> = LazyLock::new(|| {
    let pool = |threads| (threads, ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    [1, 2, 3, 8].map(pool).into()
});

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(200)) })]

    #[test]
    fn any_number_of_threads_gives_the_same_trace(case in case()) {
        let (ledger, labels, thefts, options) = case.build();
        for (name, tracer) in tracers() {
            let mut first = None;
            for (threads, pool) in POOLS.iter() {
                let trace = pool.install(|| {
                    assert_eq!(rayon::current_num_threads(), *threads);
                    tracer(&ledger, &labels, &thefts, &options)
                });
                let first = first.get_or_insert_with(|| trace.clone());
                match (&trace, first) {
                    (Ok(trace), Ok(first)) => {
                        prop_assert_eq!(difference(trace, first), None, "{} on {} threads", name, threads);
                    }
                    (trace, first) => prop_assert_eq!(trace.as_ref().err(), first.as_ref().err()),
                }
            }
        }
    }
}
