//! Several threads, one order: chunks are decoded side by side, and taken one after the other.
//!
//! The calling thread takes the decoded chunks in their order; while none is ready it works as the others do, who
//! decode the next chunks, and do what the taker leaves to be done without order (writing columns to a file). So
//! the answer does not depend on the number of threads, and none waits while there is work.

use super::chunk::{Chunk, Chunks};
use super::decode::Decoded;
use super::plan::Plan;
use crate::records::RecordError;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A chunk with its rows.
#[derive(Default)]
struct Work {
    chunk: Chunk,
    decoded: Decoded,
    /// How decoding ended.
    error: Option<RecordError>,
}

/// Something that is left to be done, in no order.
pub(crate) type Task<'t> = Box<dyn FnOnce() + Send + 't>;

struct State<'t> {
    /// Decoded and not taken yet, by number.
    ready: BTreeMap<u64, Work>,
    /// To be used again.
    spare: Vec<Work>,
    tasks: VecDeque<Task<'t>>,
    /// How many chunks were cut off, and whether there are more.
    cut: u64,
    ended: bool,
    /// How many chunks are between the cut and the taking.
    under_way: usize,
    /// How many tasks are being done.
    busy: usize,
    /// The taker is done: the others go home.
    closed: bool,
    /// A thread panicked.
    failed: bool,
}

struct Shared<'c, 't> {
    chunks: Mutex<Chunks<'c>>,
    state: Mutex<State<'t>>,
    changed: Condvar,
    plan: &'t Plan,
    limit: usize,
}

/// What a thread may do next.
enum Next<'t> {
    Task(Task<'t>),
    Decode(Box<Work>),
    Nothing,
}

/// What a mutex guards, even where another thread panicked: that one's panic ends the run by itself.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Decodes what is left of a text and hands the chunks to `take`, in their order, on this thread. What `take` returns
/// is done by whoever has time, before this function returns. It ends at the first error of `take`, or where the
/// text ends or cannot be read on: then with how decoding ended.
pub(super) fn run<'c, 't, E>(
    chunks: Chunks<'c>,
    plan: &'t Plan,
    threads: usize,
    mut take: impl FnMut(&mut Decoded) -> Result<Option<Task<'t>>, E>,
) -> (Chunks<'c>, Result<Option<RecordError>, E>) {
    let limit = 3 * threads.max(1);
    let state = State {
        ready: BTreeMap::new(),
        spare: Vec::new(),
        tasks: VecDeque::new(),
        cut: 0,
        ended: false,
        under_way: 0,
        busy: 0,
        closed: false,
        failed: false,
    };
    let shared =
        Shared { chunks: Mutex::new(chunks), state: Mutex::new(state), changed: Condvar::new(), plan, limit };
    let taken = std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| shared.help());
        }
        let taken = catch_unwind(AssertUnwindSafe(|| shared.take_all(&mut take)));
        lock(&shared.state).closed = true;
        shared.changed.notify_all();
        taken.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    let chunks = shared.chunks.into_inner().unwrap_or_else(PoisonError::into_inner);
    (chunks, taken)
}

impl<'t> Shared<'_, 't> {
    /// What the others do until the taker is done.
    fn help(&self) {
        let work = catch_unwind(AssertUnwindSafe(|| {
            let mut state = lock(&self.state);
            while !state.closed && !state.failed {
                state = match self.next(&mut state) {
                    Next::Nothing => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                    next => {
                        drop(state);
                        self.work(next);
                        lock(&self.state)
                    }
                };
            }
        }));
        if work.is_err() {
            lock(&self.state).failed = true;
            self.changed.notify_all();
        }
    }

    fn take_all<E>(
        &self,
        take: &mut impl FnMut(&mut Decoded) -> Result<Option<Task<'t>>, E>,
    ) -> Result<Option<RecordError>, E> {
        let mut number = 0;
        loop {
            let mut state = lock(&self.state);
            assert!(!state.failed, "decoding does not panic");
            if let Some(mut work) = state.ready.remove(&number) {
                drop(state);
                number += 1;
                if let Some(error) = work.error.take() {
                    // What stands before the error was read.
                    take(&mut work.decoded)?;
                    self.drain();
                    return Ok(Some(error));
                }
                let task = take(&mut work.decoded)?;
                let mut state = lock(&self.state);
                state.tasks.extend(task);
                state.spare.push(work);
                state.under_way -= 1;
                drop(state);
                self.changed.notify_all();
                continue;
            }
            if state.ended && number == state.cut && state.tasks.is_empty() && state.busy == 0 {
                return Ok(None);
            }
            match self.next(&mut state) {
                Next::Nothing => {
                    drop(self.changed.wait(state).unwrap_or_else(PoisonError::into_inner));
                }
                next => {
                    drop(state);
                    self.work(next);
                }
            }
        }
    }

    /// Does what is left to be done.
    fn drain(&self) {
        loop {
            let mut state = lock(&self.state);
            state.ended = true;
            match state.tasks.pop_front() {
                Some(task) => {
                    drop(state);
                    task();
                }
                None if state.busy == 0 || state.failed => return,
                None => drop(self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)),
            }
        }
    }

    fn next(&self, state: &mut State<'t>) -> Next<'t> {
        if let Some(task) = state.tasks.pop_front() {
            state.busy += 1;
            return Next::Task(task);
        }
        if state.ended || state.under_way >= self.limit {
            return Next::Nothing;
        }
        state.under_way += 1;
        Next::Decode(Box::new(state.spare.pop().unwrap_or_default()))
    }

    fn work(&self, next: Next<'t>) {
        match next {
            Next::Nothing => {}
            Next::Task(task) => {
                task();
                lock(&self.state).busy -= 1;
            }
            Next::Decode(work) => self.decode(*work),
        }
        self.changed.notify_all();
    }

    fn decode(&self, mut work: Work) {
        let mut chunks = lock(&self.chunks);
        let cut = chunks.next(&mut work.chunk);
        let mut state = lock(&self.state);
        if state.ended || matches!(cut, Ok(false)) {
            state.ended = true;
            state.under_way -= 1;
            return;
        }
        let number = state.cut;
        state.cut += 1;
        state.ended |= cut.is_err();
        drop(state);
        drop(chunks);
        work.error = match cut {
            Err(error) => {
                work.decoded.clear();
                Some(error)
            }
            Ok(_) => work.decoded.decode(&work.chunk.text, work.chunk.length, self.plan).err(),
        };
        let mut state = lock(&self.state);
        state.ended |= work.error.is_some();
        state.ready.insert(number, work);
    }
}
