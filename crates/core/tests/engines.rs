//! The tracers under test.

use dyetrace_core::trace::{Theft, Trace, TraceOptions};
use dyetrace_core::{Amount, Labels, Ledger, reference};

/// Thefts through a ledger.
pub(crate) type Tracer = fn(&Ledger, &Labels, &[Theft], &TraceOptions) -> Result<Trace, String>;

/// The fast tracer.
pub(crate) const FAST: Option<Tracer> = Some(fast);

fn fast(ledger: &Ledger, labels: &Labels, thefts: &[Theft], options: &TraceOptions) -> Result<Trace, String> {
    dyetrace_core::trace::trace(ledger, labels, thefts, options).map_err(|error| error.to_string())
}

/// All tracers that there are, with their names.
pub(crate) fn tracers() -> impl Iterator<Item = (&'static str, Tracer)> {
    [("reference", reference::trace as Tracer)].into_iter().chain(FAST.map(|fast| ("fast", fast)))
}

/// What divides what is left, and what each gave (clean money first).
pub(crate) type PariPassu = fn(Amount, &[Amount]) -> Vec<Amount>;

/// The function that divides what is left.
pub(crate) const PARI_PASSU: Option<PariPassu> = Some(dyetrace_core::rules::pari_passu);
