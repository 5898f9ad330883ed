//! What rests elsewhere when transfers of untold order are read the other way.

use super::outcome::{OrderSpread, Trace};
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::ledger::{Ledger, PurseId};
use hashbrown::HashMap;

/// The holdings whose figure under the run's rule differs when ties are read the other way.
pub(super) fn order_spread(ledger: &Ledger, forward: &Trace, reversed: &Trace) -> Vec<OrderSpread> {
    let mut spreads = Vec::new();
    let rows = |trace: &Trace| -> Vec<((String, AssetId, PurseId), Amount)> {
        let key = |row: usize| {
            let class = trace.holdings.class[row];
            (trace.theft_of(class).to_owned(), trace.asset_of(class), trace.holdings.purse[row])
        };
        let rows = 0..trace.holdings.class.len();
        rows.map(|row| (key(row), trace.holdings.shares.get(row, 0).units)).collect()
    };
    let (one, other) = (rows(forward), rows(reversed));
    let figure =
        |rows: &[((String, AssetId, PurseId), Amount)]| rows.iter().cloned().collect::<HashMap<_, _>>();
    let (by_one, by_other) = (figure(&one), figure(&other));
    let mut keys: Vec<_> = one.into_iter().chain(other).map(|row| row.0).collect();
    keys.sort_by_cached_key(|(theft, asset, purse)| {
        let name = ledger.asset_name(*asset);
        (
            theft.clone(),
            name,
            ledger.purse_chain(*purse).to_owned(),
            ledger.purse_address(*purse).to_string(),
            ledger.asset_name(ledger.purses().asset(*purse)),
        )
    });
    keys.dedup();
    for key in keys {
        let of = |figures: &HashMap<_, Amount>| figures.get(&key).copied().unwrap_or_default();
        let (first, second) = (of(&by_one), of(&by_other));
        if first != second {
            spreads.push(OrderSpread {
                theft: key.0,
                asset: key.1,
                purse: key.2,
                forward: first,
                reversed: second,
            });
        }
    }
    spreads
}
