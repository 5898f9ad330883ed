//! `dyetrace simulate`: its options.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

const SIMULATE_EXAMPLE: &str = "Examples:
  dyetrace simulate --preset smurf --size 100000 --seed 7 --out sim
  dyetrace trace sim/case.toml --out result
  dyetrace simulate score result sim
  dyetrace simulate preset smurf > mine.toml; dyetrace simulate --parameters mine.toml --out sim

Presets: small, smurf, peel, harmony, ronin, bybit, clean. The same parameters, size and seed give the same bytes
on every machine. `truth/` in the folder is what the score is computed from: a trace does not read it.";

const SIMULATE_USAGE: &str = "dyetrace simulate [OPTIONS] --out DIR
       dyetrace simulate score RESULT SIMULATION [--json]
       dyetrace simulate preset NAME";

#[derive(Debug, clap::Args)]
#[command(after_help = SIMULATE_EXAMPLE, override_usage = SIMULATE_USAGE, args_conflicts_with_subcommands = true)]
pub(crate) struct SimulateArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SimulateCommand>,
    /// A world by name
    #[arg(long, value_name = "NAME", default_value = "small")]
    pub(crate) preset: String,
    /// A file of parameters in place of a preset; `dyetrace simulate preset NAME` prints one to begin with
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    pub(crate) parameters: Option<PathBuf>,
    /// About how many transfers, from 1000 to 4000000000
    #[arg(long, value_name = "N", default_value_t = 100_000, allow_negative_numbers = true)]
    pub(crate) size: u64,
    /// Which of the worlds of this kind
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub(crate) seed: u64,
    /// The form of the transfers
    #[arg(long, value_enum, default_value = "csv")]
    pub(crate) format: SimulateFormat,
    /// Transfers of tokens on ethereum alone; a snapshot of any size is then written without keeping its rows
    #[arg(long)]
    pub(crate) tokens_only: bool,
    /// How many thousandths of the deposit accounts bear a label, in place of the parameters' figure
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=1000))]
    pub(crate) deposit_labels: Option<u64>,
    /// Write into this folder; an existing one is replaced only if it is a simulation
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print what was made as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The form of simulated transfers.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SimulateFormat {
    /// dyetrace's own CSV
    Csv,
    /// The files of ethereum-etl, a folder a chain
    EthereumEtl,
    /// A snapshot
    Snapshot,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimulateCommand {
    /// Tell how right the trace of a simulation is
    Score(ScoreArgs),
    /// Print the parameters of a preset
    Preset {
        /// Its name
        name: String,
    },
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  dyetrace simulate score result sim --deposits deposits.csv --json")]
pub(crate) struct ScoreArgs {
    /// The folder that `dyetrace trace --out` wrote
    pub(crate) result: PathBuf,
    /// The folder that `dyetrace simulate --out` wrote
    pub(crate) simulation: PathBuf,
    /// The list that `dyetrace deposits --out FILE` wrote of the simulation's case
    #[arg(long, value_name = "FILE")]
    pub(crate) deposits: Option<PathBuf>,
    /// Print the score as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
