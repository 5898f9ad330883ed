//! Writes the reference file of ingest: see `dyetrace_benches::token_transfers`.

use anyhow::Context;
use clap::Parser;
use dyetrace_benches::SplitMix;
use dyetrace_benches::token_transfers::{
    Names, Quoting, TOKEN_TRANSFERS_HEADER, TokenTransfer, TokenTransferCount, TokenTransfers,
};
use std::io::Write;
use std::path::PathBuf;

/// Writes token transfers as ethereum-etl does, with the block time; the same bytes for the same seed
#[derive(Debug, Parser)]
struct Args {
    /// How many transfers
    #[arg(long, default_value_t = 5_000_000)]
    rows: u32,
    /// The file; an existing one is overwritten
    #[arg(long)]
    out: PathBuf,
    /// Another seed gives other transfers of the same shape
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Put the rows in random order; all transfers are then held in memory, 80 bytes each
    #[arg(long)]
    shuffled: bool,
    /// Put one field of every 1000th row in quotes
    #[arg(long)]
    quoted: bool,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut count = TokenTransferCount::default();
    let transfers =
        TokenTransfers::new(args.seed).take(args.rows as usize).inspect(|transfer| count.add(transfer));
    let names = Names::of_seed(args.seed);
    let quoting = if args.quoted { Quoting::EveryThousandth } else { Quoting::Never };
    let size = if args.shuffled {
        let mut transfers: Vec<TokenTransfer> = transfers.collect();
        shuffle(&mut transfers, args.seed);
        names.write_file(&args.out, TOKEN_TRANSFERS_HEADER, transfers.into_iter(), quoting)
    } else {
        names.write_file(&args.out, TOKEN_TRANSFERS_HEADER, transfers, quoting)
    };
    let size = size.with_context(|| format!("{} cannot be written", args.out.display()))?;
    writeln!(std::io::stderr(), "bytes              {size:>10}\n{count}")?;
    Ok(())
}

fn shuffle(transfers: &mut [TokenTransfer], seed: u64) {
    let mut random = SplitMix::new(!seed);
    for (place, left) in (1..=u32::try_from(transfers.len()).expect("rows are a u32")).rev().enumerate() {
        transfers.swap(place, place + random.below(left) as usize);
    }
}
