//! The only file that prints.
//!
//! Data goes to standard output, everything else to standard error. A closed pipe is a normal end.

#![expect(clippy::print_stderr, reason = "printing is this file's job")]

use crate::exit::Exit;
use dyetrace_run::{Bar, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Where a command prints.
pub(crate) struct Output;

impl Output {
    pub(crate) const fn new() -> Self {
        Self
    }

    /// Prints data.
    pub(crate) fn data(&self, text: &str) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(closed) if closed.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// Prints why nothing was produced.
    pub(crate) fn error(&self, error: &anyhow::Error) -> ExitCode {
        eprintln!("error: {error}");
        Exit::Nothing.into()
    }

    /// Prints a note for whoever mends the program.
    pub(crate) fn note(&self, text: &str) {
        eprintln!("{text}");
    }

    /// Prints help, the version, or what was wrong with the options.
    pub(crate) fn usage(stop: &clap::Error) -> ExitCode {
        // A closed pipe is no fault here either.
        let _ = stop.print();
        let exit = if stop.use_stderr() { Exit::Nothing } else { Exit::Complete };
        exit.into()
    }

    /// A bar over bytes, where their number is known; drawn only on a terminal.
    pub(crate) fn bytes(&self, total: Option<u64>, what: &'static str) -> ProgressBar {
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), "{msg} {wide_bar} {bytes}/{total_bytes} {eta}"),
            None => (ProgressBar::new_spinner(), "{msg} {spinner} {bytes}"),
        };
        Self::drawn(&bar, template, what);
        bar
    }

    /// A sign that something long is under way; drawn only on a terminal.
    pub(crate) fn busy(&self, what: &'static str) -> ProgressBar {
        let bar = ProgressBar::new_spinner();
        Self::drawn(&bar, "{msg} {spinner} {elapsed}", what);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        bar
    }

    fn drawn(bar: &ProgressBar, template: &str, what: &'static str) {
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        bar.set_style(ProgressStyle::with_template(template).expect("the templates are valid"));
        bar.set_message(what);
    }
}

impl Watch for Output {
    fn bytes(&self, total: Option<u64>, what: &'static str) -> Box<dyn Bar> {
        Box::new(Drawn(self.bytes(total, what)))
    }

    fn busy(&self, what: &'static str) -> Box<dyn Bar> {
        Box::new(Drawn(self.busy(what)))
    }

    fn note(&self, text: &str) {
        self.note(text);
    }
}

/// A bar of ours, for the libraries.
struct Drawn(ProgressBar);

impl Bar for Drawn {
    fn set_position(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    fn finish_and_clear(&self) {
        self.0.finish_and_clear();
    }
}
