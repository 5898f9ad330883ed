//! Writes a case to screen: transfers, thefts, labels, and the addresses to be asked about; the same bytes on every machine.
//!
//! Payments of one coin by a power law among so many accounts, each of which some money comes to from nowhere first. The thefts
//! are accounts spread over all ranks; of the labels some are of mixers and exchanges. Every account is asked about.

use anyhow::Context;
use clap::Parser;
use dyetrace_benches::{CSV_HEADER, InputRow, SplitMix};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

/// Writes a case to screen: transfers, thefts, labels, and the addresses to be asked about
#[derive(Debug, Parser)]
struct Args {
    /// How many transfers
    #[arg(long, default_value_t = 10_000_000)]
    transfers: usize,
    /// How many accounts
    #[arg(long, default_value_t = 1_000_000)]
    accounts: u32,
    /// How many thefts
    #[arg(long, default_value_t = 64)]
    thefts: u32,
    /// The folder
    #[arg(long)]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    fs::create_dir_all(&args.out)?;
    let put = |name: &str, text: &str| {
        fs::write(args.out.join(name), text).with_context(|| format!("{name} cannot be written"))
    };
    let mut file = std::io::BufWriter::new(
        fs::File::options().write(true).create(true).truncate(true).open(args.out.join("transfers.csv"))?,
    );
    file.write_all(CSV_HEADER.as_bytes())?;
    let mut random = SplitMix::new(1);
    let mut line = String::new();
    for number in 0..args.transfers {
        line.clear();
        let to = random.skewed(args.accounts, 2);
        let row = if number < args.accounts as usize / 2 {
            InputRow::reward(to, random.pareto(1_000_000))
        } else {
            let from = random.skewed(args.accounts, 2);
            InputRow { from: Some(from), to, value: random.pareto(10_000), fee: 0 }
        };
        row.write_csv(number, &mut line);
        file.write_all(line.as_bytes())?;
    }
    file.flush()?;
    let address = |account: u32| dyetrace_benches::address(account).to_string();
    let mut asked = String::new();
    (0..args.accounts)
        .for_each(|account| writeln!(asked, "{}", address(account)).expect("a string takes any text"));
    put("addresses.txt", &asked)?;
    let mut labels = "address,label,category,entity\n".to_owned();
    for number in 0..20 {
        let (mixer, exchange) = (address(7 + 1_000 * number), address(3 + 997 * number));
        writeln!(
            labels,
            "{mixer},Mixer {number},mixer,Mixer\n{exchange},Exchange {number},exchange,Exchange {}",
            number % 5
        )?;
    }
    put("labels.csv", &labels)?;
    let mut case =
        "name = \"To be screened\"\n[[input]]\npath = \"case.dye\"\n[[labels]]\npath = \"labels.csv\"\n"
            .to_owned();
    for theft in 0..args.thefts {
        let thief = address(11 + theft * (args.accounts / 2 / args.thefts.max(1)));
        writeln!(case, "[[theft]]\nid = \"T{theft:02}\"\n[[theft.seed]]\naddress = \"{thief}\"")?;
    }
    put("case.toml", &case)
}
