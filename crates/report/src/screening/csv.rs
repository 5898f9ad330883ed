//! The rows as CSV: amounts in base units, shares exact as two columns and in thousandths for the eye.

use super::{Place, Screening, share_of};
use crate::cell::Table;
use crate::sheet::{Sheet, Target};
use dyetrace_core::Amount;
use std::io;

const COLUMNS: [&str; 23] = [
    "address",
    "chain",
    "in_data",
    "asset",
    "symbol",
    "received",
    "kind",
    "origin",
    "origin_asset",
    "direct",
    "indirect",
    "exchanged",
    "came",
    "claim",
    "stolen_here",
    "rests",
    "direct_per_mille",
    "indirect_per_mille",
    "hops",
    "transfers",
    "first",
    "last",
    "met",
];

impl Screening<'_> {
    /// Writes all rows, with a head: as CSV into what can be written to, or as columns.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, to: impl Target) -> io::Result<()> {
        let names: Vec<String> = self.thresholds.iter().map(ToString::to_string).collect();
        let assets: Vec<String> =
            self.ledger.assets().iter().map(|(asset, _)| self.ledger.asset_name(asset)).collect();
        let mut table = Table::new(to, COLUMNS)?;
        for row in 0..self.len() {
            self.write_row(&mut table, row, &assets, &names);
            table.end()?;
        }
        table.finish()
    }

    /// Whether these bytes begin as such a table does.
    #[must_use]
    pub fn is_csv(bytes: &[u8]) -> bool {
        bytes.starts_with(COLUMNS.join(",").as_bytes())
    }

    fn write_row(&self, table: &mut Table<impl Sheet>, row: usize, assets: &[String], names: &[String]) {
        let (ledger, asked) = (self.ledger, &self.asked[self.address[row] as usize]);
        table.address(&asked.address);
        match self.account[row] {
            Some(account) => table.text(ledger.chain_name(ledger.accounts().chain(account))),
            None => table.text(asked.chain.as_deref().unwrap_or_default()),
        }
        table.text(if self.account[row].is_some() { "yes" } else { "no" });
        let Some((exposures, at, it)) = self.get(row) else {
            (0..6).for_each(|_| table.empty());
            (0..7).for_each(|_| table.amount(Amount::ZERO));
            (0..7).for_each(|_| table.empty());
            return;
        };
        let purse = exposures.purse[at];
        let asset = ledger.purses().asset(purse);
        let received = exposures.received_by(purse).unwrap_or(Amount::ZERO);
        table.text(&assets[asset.index()]);
        table.text(self.tokens.get(asset).map_or("", |token| &token.symbol));
        table.amount(received);
        table.text(if matches!(self.exposure[row], Some(Place::Theft(_))) { "theft" } else { "labelled" });
        table.text(exposures.origin(at));
        table.text(&assets[exposures.classes[exposures.class[at].index()].asset.index()]);
        let came = it.came();
        let indirect = it.indirect.units.plus(it.exchanged.units);
        for amount in [
            it.direct.units,
            it.indirect.units,
            it.exchanged.units,
            came.units,
            came.claim,
            it.here.units,
            it.rests.units,
        ] {
            table.amount(amount);
        }
        table.known(share_of(it.direct.units, received, 1_000));
        table.known(share_of(indirect, received, 1_000));
        table.number(u64::from(exposures.hops[at]));
        table.number(exposures.transfers[at]);
        table.when(ledger, exposures.first[at]);
        table.when(ledger, exposures.last[at]);
        let met = (0..).zip(names).filter(|(number, _): &(u32, _)| self.met[row] >> number & 1 == 1);
        let met: Vec<&str> = met.map(|(_, name)| name.as_str()).collect();
        table.text(&met.join(" "));
    }
}
