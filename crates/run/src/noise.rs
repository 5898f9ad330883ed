//! Noise: found in the ledger before a trace, and what of it no seed takes for stolen.

use crate::assets::AssetTables;
use dyetrace_core::Ledger;
use dyetrace_core::attribution::{AssetFacts, Noise, NoiseOptions};
use dyetrace_core::trace::TraceOptions;
use dyetrace_ingest::Tokens;

/// Finds the noise of a ledger, and tells the options of the trace which purses are decoys.
pub(crate) fn find_noise(ledger: &Ledger, tables: &AssetTables, options: &mut TraceOptions) -> Noise {
    let mut known: Vec<AssetFacts> = tables.known.clone();
    for (name, least) in &options.min_amount {
        for (id, asset) in ledger.assets().iter() {
            if name.names(&asset, ledger.chain_name(asset.chain)) {
                known[id.index()].dust = *least;
            }
        }
    }
    let thresholds = NoiseOptions::default();
    let noise = Noise::find(ledger, &known, &Tokens::common_symbols(), &thresholds);
    options.decoys = noise.decoys(ledger, &known, &thresholds);
    noise
}
