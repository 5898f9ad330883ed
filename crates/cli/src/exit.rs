//! Exit codes and what they mean.

use anyhow::bail;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: all of it.
    Complete,
    /// 1: nothing was produced. Commands return an error for it.
    Nothing,
    /// 2: a result, but not complete: rows were rejected, or a limit cut taint.
    Incomplete,
    /// 3: `diff --exit-code` found something new.
    New,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Complete => 0,
            Exit::Nothing => 1,
            Exit::Incomplete => 2,
            Exit::New => 3,
        })
    }
}

/// Runs a command on so many threads; on all processors where none are named.
pub(crate) fn with_threads<T: Send>(
    threads: Option<usize>,
    command: impl FnOnce() -> anyhow::Result<T> + Send,
) -> anyhow::Result<T> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = threads {
        pool = pool.num_threads(threads);
    }
    match pool.build() {
        Ok(pool) => pool.install(command),
        Err(error) => bail!("the threads cannot be started: {error}\n\nhint: ask for fewer: `--threads 1`"),
    }
}
