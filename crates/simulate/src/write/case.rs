//! `case.toml`: runs as it is.

use super::folder::Folder;
use super::{Format, Order};
use crate::chain::block_time;
use crate::coin::Chain;
use crate::error::Error;
use crate::party::address;
use crate::truth::Outcome;
use std::fmt::Write as _;

pub(super) fn write(folder: &Folder, order: &Order<'_>, outcome: &Outcome) -> Result<(), Error> {
    let mut text = format!(
        "# Made by `dyetrace simulate`: nothing in it is real. The truth lies apart, in `truth/`.\nname = \"{} (simulated, seed {})\"\n",
        order.parameters.name.replace(['"', '\\', '\n'], " "),
        order.scope.seed
    );
    let mut input = |lines: &str| text.push_str(&format!("\n[[input]]\n{lines}\n"));
    match order.format {
        Format::Csv => input("path = \"transfers.csv\"\ncovers = \"all\""),
        Format::Snapshot => input("path = \"transfers.dye\""),
        Format::EthereumEtl => {
            for chain in &Chain::ALL[..if order.scope.tokens_only { 1 } else { 2 }] {
                input(&format!("path = \"{0}\"\nchain = \"{0}\"", chain.name()));
            }
        }
    }
    text.push_str("\n[[labels]]\npath = \"labels.csv\"\n");
    for theft in &outcome.thefts {
        let since = i64::try_from(block_time(theft.tick)).ok();
        let since = since.and_then(|time| jiff::Timestamp::from_second(time).ok());
        let since = since.ok_or_else(|| Error::new("a theft has no time"))?;
        write!(text, "\n[[theft]]\nid = \"{}\"\n[[theft.seed]]\naddress = \"0x", theft.id).expect("a string");
        for byte in address(order.scope.seed, theft.seed) {
            write!(text, "{byte:02x}").expect("a string");
        }
        writeln!(text, "\"\nsince = {since}").expect("a string");
    }
    folder.write("case.toml", &text)
}
