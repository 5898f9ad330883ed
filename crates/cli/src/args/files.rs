//! `dyetrace check` and `dyetrace ingest`, which only read: their options.

use super::{ReadingArgs, thread_count};
use std::path::PathBuf;

const CHECK_EXAMPLE: &str = "Example:
  dyetrace check transfers.csv

Every bad row is counted, and the first ones are shown. With bad rows the exit code is 2. The last line says
whether the files are good for a trace.";

#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLE)]
pub(crate) struct CheckArgs {
    /// Files or folders of transfers or labels; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads [default: all processors]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
}

const INGEST_EXAMPLE: &str = "Examples:
  dyetrace ingest token_transfers.csv blocks.csv --out june.dye
  dyetrace ingest july/token_transfers.csv july/blocks.csv --out june.dye
  dyetrace trace --transfers june.dye --theft THEFT=0x… --out result

A snapshot that is there is added to: it then holds what reading all its files at once gives. Whatever happens,
the old one stays whole until the new one is. `dyetrace check june.dye` compares its checksums; a trace does not.
Exit codes: 0 complete; 1 nothing written; 2 written, with bad rows left out.";

#[derive(Debug, clap::Args)]
#[command(after_help = INGEST_EXAMPLE)]
pub(crate) struct IngestArgs {
    /// Files or folders of transfers; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The snapshot to write, or to add to
    #[arg(long, value_name = "NAME.dye")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Leave bad rows out, list them in the snapshot, and end with code 2
    #[arg(long)]
    pub(crate) skip_bad_rows: bool,
    /// Do not compute the SHA-256 of the files: faster, but a manifest then cannot name what a trace rests on
    #[arg(long)]
    pub(crate) without_sha256: bool,
    /// Print what the snapshot holds as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads [default: all processors]; the snapshot is the same with any number
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = thread_count())]
    pub(crate) threads: Option<u16>,
}
