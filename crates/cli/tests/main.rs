//! The command as a user runs it: the real binary in a folder of its own; what it prints, writes and leaves
//! undone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a test tells what it skips")]

mod check;
mod crossings;
mod decide;
mod deposits;
mod dialects;
mod diff;
mod durable;
mod explain;
mod flags;
mod labels;
mod leads;
mod limits;
mod links;
mod mixers;
mod noise;
mod output;
mod places;
mod real;
mod refuses;
mod resume;
mod sample;
mod screen;
mod simulate;
mod snapshots;
mod source;
mod support;
mod verify;
mod watch;
