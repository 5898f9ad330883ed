//! Decoys: purses of tokens that somebody filled so that they are seen, and that no theft filled.

use super::{AssetFacts, Noise, NoiseReason};
use crate::ledger::{Ledger, PurseId};
use rayon::prelude::*;

impl Noise {
    /// The purses of tokens into which something came, and nothing but counterfeits, airdrops and poisoning; sorted.
    ///
    /// Purses of known assets are none: what is poisoned there is dust, and dust of real worth.
    ///
    /// # Cost
    /// **O(n)** for n transfers, if there is noise of tokens at all.
    ///
    /// # Panics
    /// If `assets` has another length than the ledger's assets.
    #[must_use]
    pub fn decoys(&self, ledger: &Ledger, assets: &[AssetFacts]) -> Vec<PurseId> {
        let brings_decoys = |reason| !matches!(reason, NoiseReason::ZeroValue | NoiseReason::Dust);
        let columns = ledger.columns();
        let noise = self.places.iter().zip(&self.reasons).filter(|(_, reason)| brings_decoys(**reason));
        let noise = noise.map(|(&place, _)| usize::try_from(place).expect("the ledger is in memory"));
        let noise: Vec<usize> = noise.filter(|&row| ledger.moves(row)).collect();
        let mut decoys: Vec<PurseId> = noise.iter().map(|&row| columns.to[row]).collect();
        decoys.retain(|&purse| {
            let asset = ledger.purses().asset(purse);
            !assets[asset.index()].is_known && !ledger.assets().get(asset).is_native()
        });
        decoys.sort_unstable();
        decoys.dedup();
        if decoys.is_empty() {
            return decoys;
        }
        let mut is_decoy = vec![false; ledger.purses().len()];
        decoys.iter().for_each(|purse| is_decoy[purse.index()] = true);
        let came: Vec<usize> = (0..ledger.transfer_count())
            .into_par_iter()
            .filter(|&row| is_decoy[columns.to[row].index()] && ledger.moves(row))
            .collect();
        let mut noise = noise.into_iter().peekable();
        for row in came {
            while noise.next_if(|&it| it < row).is_some() {}
            if noise.next_if_eq(&row).is_none() {
                is_decoy[columns.to[row].index()] = false;
            }
        }
        decoys.retain(|purse| is_decoy[purse.index()]);
        decoys
    }
}
