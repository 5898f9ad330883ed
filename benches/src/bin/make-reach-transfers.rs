//! Writes a power law's transfers for other engines, and what our own ways to its reach find and take.
//!
//! The file is one pair of 32-bit numbers a transfer, sender and receiver, little-endian, in position order; a sender of
//! 2^32 - 1 is none. Beside it lies a JSON file: the seeds, and per way its time, the purses reached, and a checksum:
//! the sum over them of the earliest place from which each can pass taint on.

use anyhow::Context;
use clap::Parser;
use dyetrace_benches::{Case, StaticGraph, pool, timed};
use dyetrace_core::ledger::FlowIndex;
use dyetrace_core::trace::{Reach, Rule};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// Writes a power law's transfers for other engines, and what our own ways to its reach find and take
#[derive(Debug, Parser)]
struct Args {
    /// How many transfers
    #[arg(long, default_value_t = 1_000_000)]
    transfers: usize,
    /// How many accounts
    #[arg(long, default_value_t = 250_007)]
    accounts: u32,
    /// Runs of each way; the middle one counts
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// The file; an existing one is overwritten. The JSON file has `.json` added to its name
    #[arg(long)]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let case = Case::power_law(args.transfers, args.accounts);
    let (columns, prepared) = (case.ledger.columns(), case.prepare(&[Rule::Libr]));
    let mut bytes = Vec::with_capacity(args.transfers * 8);
    for (from, to) in columns.from.iter().zip(&columns.to) {
        bytes.extend_from_slice(&from.0.to_le_bytes());
        bytes.extend_from_slice(&to.0.to_le_bytes());
    }
    write_file(&args.out, &bytes)?;

    let scan = prepared.reach_by_scan();
    let arrivals = prepared.arrivals(&scan);
    let checksum: u64 = arrivals.iter().map(|arrival| arrival.1).sum();
    let seeds: Vec<String> = arrivals
        .iter()
        .filter(|arrival| is_seed(&case, arrival.0))
        .map(|it| format!("[{}, {}]", it.0.0, it.1))
        .collect();
    let mut json = format!(
        "{{\n  \"transfers\": {}, \"purses\": {}, \"reached\": {}, \"checksum\": {checksum}, \"static\": {},\n",
        args.transfers,
        case.ledger.purses().len(),
        scan.purses,
        StaticGraph::build(&case).search(),
    );
    let index = FlowIndex::build(&case.ledger);
    let check = |reach: &Reach| assert!(*reach == scan, "the ways differ");
    let mut say = |way: &str, time: Duration| writeln!(json, "  \"{way}_us\": {},", time.as_micros());
    let middle = |run: &dyn Fn() -> Duration| {
        let mut times: Vec<Duration> = (0..args.runs).map(|_| run()).collect();
        times.sort_unstable();
        times[args.runs / 2]
    };
    say("scan", middle(&|| timed(1, || prepared.reach_by_scan(), check)))?;
    for threads in [1, 2] {
        pool(threads).install(|| -> std::fmt::Result {
            let along = || prepared.reach_along(&index, u64::MAX).expect("nothing is too much");
            say(&format!("along_{threads}"), middle(&|| timed(1, along, check)))?;
            say(
                &format!("index_build_{threads}"),
                middle(&|| timed(1, || FlowIndex::build(&case.ledger), |_| ())),
            )
        })?;
    }
    writeln!(json, "  \"seeds\": [{}]\n}}", seeds.join(", "))?;
    let mut name = args.out.into_os_string();
    name.push(".json");
    write_file(&PathBuf::from(name), json.as_bytes())
}

/// Whether a purse is one of the seeds' accounts.
fn is_seed(case: &Case, purse: dyetrace_core::PurseId) -> bool {
    let address = case.ledger.purse_address(purse);
    case.input
        .thefts()
        .iter()
        .flat_map(|theft| &theft.seeds)
        .any(|seed| matches!(seed, dyetrace_core::trace::Seed::Address(seed) if seed.address == address))
}

fn write_file(path: &PathBuf, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
