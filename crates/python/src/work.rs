//! Long work: on threads of its own, with the interpreter let go, while the calling thread tells progress and looks for Ctrl-C.
//!
//! Whoever is interrupted goes on at once. The worker notices where it next tells how far it is, and ends; what it is in the
//! middle of, such as a replay, it finishes first, and nobody sees the result. A folder that is being written is written whole, also where
//! the interpreter ends meanwhile.

use crate::error::raised;
use crate::many::Threads;
use crate::progress::{Progress, Step, Told};
use dyetrace_run::{Error, Watch};
use pyo3::prelude::*;
use pyo3::types::PyBool;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the calling thread waits before it looks around.
const LOOK: Duration = Duration::from_millis(40);

/// How many folders are being written.
static WRITING: AtomicUsize = AtomicUsize::new(0);

/// A folder that is being written: the interpreter does not end before it is whole.
pub(crate) struct Writing;

impl Writing {
    pub(crate) fn begin() -> Self {
        WRITING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        WRITING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits until no folder is being written; Ctrl-C ends that too.
#[pyfunction]
pub(crate) fn _end_writing(py: Python<'_>) -> PyResult<()> {
    while WRITING.load(Ordering::SeqCst) > 0 {
        py.detach(|| thread::sleep(LOOK));
        py.check_signals()?;
    }
    Ok(())
}

/// How work is done: on how many threads, and who is told.
#[derive(Debug, Default)]
pub(crate) struct How {
    pub(crate) threads: Option<Threads>,
    /// `None` or `False` for nobody, `True` for a bar, or a function.
    pub(crate) progress: Option<Py<PyAny>>,
}

/// Does the work.
pub(crate) fn work<T: Send + 'static>(
    py: Python<'_>,
    how: &How,
    job: impl FnOnce(&dyn Watch) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let progress = Arc::new(Progress::default());
    let mut listener = Listener::of(py, how.progress.as_ref())?;
    let (send, receive) = channel();
    let (told, threads) = (Told(Arc::clone(&progress)), how.threads);
    let run = move || {
        let done = catch_unwind(AssertUnwindSafe(|| on_threads(threads, || job(&told))));
        // Whoever was interrupted does not wait.
        let _ = send.send(done);
    };
    thread::Builder::new().name("dyetrace".to_owned()).spawn(run)?;
    let receive = Mutex::new(receive);
    loop {
        let wait = || receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LOOK);
        match py.detach(wait) {
            Ok(done) => {
                listener.end(py, &progress)?;
                return match done {
                    Ok(done) => done.map_err(|error| raised(py, &error)),
                    Err(panic) => resume_unwind(panic),
                };
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(stop) = py.check_signals().and_then(|()| listener.tell(py, &progress)) {
                    progress.leave();
                    // The bar goes away; what stopped us is what is told.
                    let _ = listener.end(py, &progress);
                    return Err(stop);
                }
            }
            Err(RecvTimeoutError::Disconnected) => unreachable!("a worker sends before it ends"),
        }
    }
}

fn on_threads<T: Send>(
    threads: Option<Threads>,
    job: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(Threads(threads)) = threads {
        pool = pool.num_threads(usize::from(threads));
    }
    match pool.build() {
        Ok(pool) => pool.install(job),
        Err(error) => Err(Error::Refused {
            what: format!("the threads cannot be started: {error}"),
            hint: "ask for fewer: `threads=1`".to_owned(),
        }),
    }
}

/// Who is told.
struct Listener {
    function: Option<Py<PyAny>>,
    heard: (Step, u64),
}

impl Listener {
    fn of(py: Python<'_>, asked: Option<&Py<PyAny>>) -> PyResult<Self> {
        let function = match asked.map(|it| it.bind(py)) {
            None => None,
            Some(asked) => match asked.cast::<PyBool>() {
                Ok(wanted) if wanted.is_true() => {
                    Some(py.import("dyetrace._progress")?.getattr("Bar")?.call0()?.unbind())
                }
                Ok(_) => None,
                Err(_) => Some(asked.clone().unbind()),
            },
        };
        Ok(Self { function, heard: Default::default() })
    }

    /// Calls the function where there is something new: `(what, done, total)`.
    fn tell(&mut self, py: Python<'_>, progress: &Progress) -> PyResult<()> {
        let Some(function) = &self.function else { return Ok(()) };
        let now = progress.now();
        if now != self.heard && !now.0.what.is_empty() {
            function.call1(py, (now.0.what, now.1, now.0.total))?;
            self.heard = now;
        }
        Ok(())
    }

    /// Tells the last, and passes on what was noted.
    fn end(&mut self, py: Python<'_>, progress: &Progress) -> PyResult<()> {
        let notes = progress.notes();
        if !notes.is_empty() {
            let warn = py.import("logging")?.call_method1("getLogger", ("dyetrace",))?;
            for note in notes {
                warn.call_method1("info", ("%s", note))?;
            }
        }
        self.tell(py, progress)?;
        if let Some(function) = &self.function
            && let Ok(close) = function.getattr(py, "close")
        {
            close.call0(py)?;
        }
        Ok(())
    }
}
