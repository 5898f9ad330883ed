//! Timing with the check outside it, on a known number of threads.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::time::{Duration, Instant};

/// Runs `work` so many times and returns the time of the runs alone. `check` sees every result; neither it nor
/// the result's end is timed.
pub fn timed<T>(times: u64, mut work: impl FnMut() -> T, mut check: impl FnMut(&T)) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..times {
        let start = Instant::now();
        let result = std::hint::black_box(work());
        spent += start.elapsed();
        check(&result);
    }
    spent
}

/// Makes a pool of so many threads.
///
/// # Panics
/// If the system gives no threads.
#[must_use]
pub fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("the system gives threads")
}

/// Says something beside the figures, such as a count that two engines do not share.
#[expect(clippy::print_stderr, reason = "a bench has no other place to say it")]
pub fn note(text: &str) {
    eprintln!("note: {text}");
}
