//! The rows as CSV: amounts in base units, shares exact as two columns and in thousandths for the eye; behind them what the other
//! order gives, where the input does not tell the order and that is something else.

use super::{Place, Screening, share_of};
use crate::cell::Table;
use crate::sheet::{Sheet, Target};
use dyetrace_core::Amount;
use dyetrace_core::trace::Exposure;
use std::io;

const COLUMNS: [&str; 34] = [
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
    "other_order_received",
    "other_order_direct",
    "other_order_indirect",
    "other_order_exchanged",
    "other_order_came",
    "other_order_claim",
    "other_order_stolen_here",
    "other_order_rests",
    "met_in_one_order",
    "label",
    "category",
];

/// How many of the columns tables had before those of the other order: these, too, are tables of a screening.
const FIRST_COLUMNS: usize = 23;

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
            let label = self.account[row].and_then(|account| self.labels.strongest(account));
            table.perhaps(label.map(|label| label.text.as_str()));
            table.perhaps(label.map(|label| label.category.as_str()));
            table.end()?;
        }
        table.finish()
    }

    /// Whether these bytes begin as such a table does.
    #[must_use]
    pub fn is_csv(bytes: &[u8]) -> bool {
        bytes.starts_with(COLUMNS[..FIRST_COLUMNS].join(",").as_bytes())
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
            (0..16).for_each(|_| table.empty());
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
        let indirect = it.indirect.units.plus(it.exchanged.units);
        amounts(&it).into_iter().for_each(|amount| table.amount(amount));
        table.known(share_of(it.direct.units, received, 1_000));
        table.known(share_of(indirect, received, 1_000));
        table.number(u64::from(exposures.hops[at]));
        table.number(exposures.transfers[at]);
        table.when(ledger, exposures.first[at]);
        table.when(ledger, exposures.last[at]);
        let named = |met: u64| {
            let met = (0..).zip(names).filter(|(number, _): &(u32, _)| met >> number & 1 == 1);
            met.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(" ")
        };
        table.text(&named(self.met[row]));
        match exposures.received_in_other_order(purse) {
            Some(other) => table.amount(other),
            None => table.empty(),
        }
        match exposures.in_other_order(at) {
            Some(other) => amounts(&other).into_iter().for_each(|amount| table.amount(amount)),
            None => (0..7).for_each(|_| table.empty()),
        }
        table.text(&named(self.met[row] ^ self.met_in_other_order[row]));
    }
}

/// The amounts of a row, in the order of their columns.
fn amounts(it: &Exposure) -> [Amount; 7] {
    let came = it.came();
    let [direct, indirect, exchanged] = [it.direct, it.indirect, it.exchanged].map(|share| share.units);
    [direct, indirect, exchanged, came.units, came.claim, it.here.units, it.rests.units]
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, FIRST_COLUMNS};
    use crate::screening::Screening;
    use crate::sheet::{ColumnKind, OTHER_ORDER};

    #[test]
    fn the_other_order_is_in_the_units_of_its_columns() {
        let of = ColumnKind::of;
        let others = COLUMNS.iter().filter_map(|column| column.strip_prefix(OTHER_ORDER));
        assert_eq!(others.clone().count(), 8);
        others.for_each(|column| {
            assert_eq!(
                (of(column), of(&format!("{OTHER_ORDER}{column}"))),
                (ColumnKind::Amount, ColumnKind::Amount)
            );
        });
        assert_eq!(of("met_in_one_order"), ColumnKind::Text);
    }

    #[test]
    fn a_table_of_before_is_one() {
        assert_eq!(COLUMNS[FIRST_COLUMNS - 1], "met");
        assert!(Screening::is_csv(format!("{}\n", COLUMNS[..FIRST_COLUMNS].join(",")).as_bytes()));
        assert!(!Screening::is_csv(b"address,label,category\n"));
    }
}
