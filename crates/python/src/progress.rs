//! What a worker tells, for whoever waits for it: what is under way, how far it is, and whether anybody still wants it.

use dyetrace_run::{Bar, Watch};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How a worker ends that nobody wants any more.
#[derive(Debug)]
pub(crate) struct Unwanted;

/// What is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) what: &'static str,
    pub(crate) total: Option<u64>,
    pub(crate) number: u64,
}

/// What both sides know.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    step: Mutex<Step>,
    done: AtomicU64,
    unwanted: AtomicBool,
    notes: Mutex<Vec<String>>,
}

impl Progress {
    /// What is under way, and how many bytes of it are done.
    pub(crate) fn now(&self) -> (Step, u64) {
        let step = self.step.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (step, self.done.load(Ordering::Relaxed))
    }

    /// What was noted.
    pub(crate) fn notes(&self) -> Vec<String> {
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nobody waits any more.
    pub(crate) fn leave(&self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }

    /// Ends the worker where nobody wants it any more, from wherever it is.
    fn go_on(&self) {
        if self.unwanted.load(Ordering::Relaxed) {
            resume_unwind(Box::new(Unwanted));
        }
    }

    fn begin(self: &Arc<Self>, what: &'static str, total: Option<u64>) -> Box<dyn Bar> {
        self.go_on();
        let mut step = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        *step = Step { what, total, number: step.number + 1 };
        self.done.store(0, Ordering::Relaxed);
        Box::new(Told(Arc::clone(self)))
    }
}

/// The worker's side.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) Arc<Progress>);

impl Watch for Told {
    fn bytes(&self, total: Option<u64>, what: &'static str) -> Box<dyn Bar> {
        self.0.begin(what, total)
    }

    fn busy(&self, what: &'static str) -> Box<dyn Bar> {
        self.0.begin(what, None)
    }

    fn note(&self, text: &str) {
        self.0.notes.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }
}

impl Bar for Told {
    fn set_position(&self, bytes: u64) {
        self.0.done.store(bytes, Ordering::Relaxed);
        self.0.go_on();
    }

    fn finish_and_clear(&self) {}
}
