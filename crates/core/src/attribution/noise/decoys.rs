//! Decoys: purses of tokens that somebody filled so that they are seen, and that no theft filled.

use super::{AssetFacts, Noise, NoiseOptions, NoiseReason, tokens};
use crate::ledger::{Ledger, PurseId};
use rayon::prelude::*;

impl Noise {
    /// The purses of tokens into which something came, and nothing but counterfeits, airdrops and poisoning; sorted.
    /// Of a token that is handed out, what came in another way than by handing out is none of these: else anybody could
    /// hide a theft by handing out some of it.
    ///
    /// Purses of known assets are none: what is poisoned there is dust, and dust of real worth.
    ///
    /// # Cost
    /// **O(n)** for n transfers, if there is noise of tokens at all.
    ///
    /// # Panics
    /// If `assets` has another length than the ledger's assets.
    #[must_use]
    pub fn decoys(&self, ledger: &Ledger, assets: &[AssetFacts], options: &NoiseOptions) -> Vec<PurseId> {
        let columns = ledger.columns();
        let asset_of = |row: usize| ledger.purses().asset(columns.to[row]);
        let brings_decoys = |row: usize, reason| match reason {
            NoiseReason::ZeroValue | NoiseReason::Dust => false,
            NoiseReason::Airdrop => {
                tokens::is_advertisement(&assets[asset_of(row).index()].symbol)
                    || is_in_large_transaction(ledger, row, options.airdrop_transfers)
            }
            NoiseReason::Poisoning | NoiseReason::Counterfeit => true,
        };
        let index = |place: u64| usize::try_from(place).expect("the ledger is in memory");
        let noise = self.places.iter().map(|&place| index(place)).zip(&self.reasons);
        let noise = noise.filter(|&(row, &reason)| ledger.moves(row) && brings_decoys(row, reason));
        let noise: Vec<usize> = noise.map(|(row, _)| row).collect();
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

/// Whether a transfer is one of so many, or more, of its transaction.
fn is_in_large_transaction(ledger: &Ledger, row: usize, least: u32) -> bool {
    let transactions = &ledger.columns().transaction;
    let is_same = |other: &&u32| **other == transactions[row];
    let before = transactions[..row].iter().rev().take(least as usize).take_while(is_same).count();
    let after = transactions[row..].iter().take(least as usize).take_while(is_same).count();
    before + after >= least as usize
}
