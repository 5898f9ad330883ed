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

const CHUNK: usize = 1 << 20;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let mut count = TokenTransferCount::default();
    let transfers =
        TokenTransfers::new(args.seed).take(args.rows as usize).inspect(|transfer| count.add(transfer));
    let size = if args.shuffled {
        let mut transfers: Vec<TokenTransfer> = transfers.collect();
        shuffle(&mut transfers, args.seed);
        write(&args, transfers.into_iter())
    } else {
        write(&args, transfers)
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

/// Writes the file and returns its size in bytes.
fn write(args: &Args, transfers: impl Iterator<Item = TokenTransfer>) -> std::io::Result<usize> {
    #[expect(clippy::disallowed_methods, reason = "the caller puts the path into the error")]
    let mut file = std::fs::File::create(&args.out)?;
    let quoting = if args.quoted { Quoting::EveryThousandth } else { Quoting::Never };
    let names = Names::of_seed(args.seed);
    let mut text = TOKEN_TRANSFERS_HEADER.to_owned();
    let mut size = 0;
    for (number, transfer) in transfers.enumerate() {
        names.write_csv(number, &transfer, quoting, &mut text);
        if text.len() > CHUNK {
            file.write_all(text.as_bytes())?;
            size += text.len();
            text.clear();
        }
    }
    file.write_all(text.as_bytes())?;
    Ok(size + text.len())
}
