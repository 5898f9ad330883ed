//! What a transfer is worth, by its asset and amount alone.

use super::{AssetFacts, KnownSymbol, NoiseOptions, NoiseReason, tokens};
use crate::asset::AssetId;
use crate::ledger::Ledger;

/// What a transfer is worth by its asset and amount alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// A known asset, and no dust.
    Real,
    /// An asset of which nobody knows, and nothing worse.
    Unknown,
    /// A native transfer of nothing: the call of a contract.
    Call,
    Noise(NoiseReason),
}

impl Worth {
    pub(super) const fn reason(self) -> Option<NoiseReason> {
        if let Self::Noise(reason) = self { Some(reason) } else { None }
    }
}

/// What is thought of each asset.
pub(super) struct Judged<'f> {
    facts: &'f [AssetFacts],
    verdicts: Vec<tokens::Verdict>,
}

impl<'f> Judged<'f> {
    pub(super) fn of(
        ledger: &Ledger,
        facts: &'f [AssetFacts],
        symbols: &[KnownSymbol],
        options: &NoiseOptions,
    ) -> Self {
        assert_eq!(facts.len(), ledger.assets().len(), "one entry an asset");
        Self { facts, verdicts: tokens::judge(ledger, facts, symbols, options) }
    }

    /// Tokens that are noise as a whole.
    pub(super) fn tokens(&self) -> Vec<(AssetId, NoiseReason)> {
        let verdicts = (0_u32..).map(AssetId).zip(&self.verdicts);
        let noise = verdicts.filter_map(|(asset, verdict)| match verdict {
            tokens::Verdict::Counterfeit => Some((asset, NoiseReason::Counterfeit)),
            tokens::Verdict::Airdrop => Some((asset, NoiseReason::Airdrop)),
            _ => None,
        });
        noise.collect()
    }

    /// Whether no transfer of it that moves something is noise by itself.
    pub(super) fn is_plain(&self, asset: AssetId) -> bool {
        let is_token_of_noise =
            matches!(self.verdicts[asset.index()], tokens::Verdict::Counterfeit | tokens::Verdict::Airdrop);
        !is_token_of_noise && self.facts[asset.index()].dust.is_zero()
    }

    pub(super) fn worth(&self, ledger: &Ledger, row: usize) -> Worth {
        let columns = ledger.columns();
        let AssetId(asset) = ledger.purses().asset(columns.to[row]);
        let (verdict, facts) = (self.verdicts[asset as usize], &self.facts[asset as usize]);
        let value = columns.value.get(row);
        match verdict {
            tokens::Verdict::Counterfeit => Worth::Noise(NoiseReason::Counterfeit),
            tokens::Verdict::Native if value.is_zero() => Worth::Call,
            _ if value.is_zero() => Worth::Noise(NoiseReason::ZeroValue),
            tokens::Verdict::Airdrop => Worth::Noise(NoiseReason::Airdrop),
            _ if value < facts.dust => Worth::Noise(NoiseReason::Dust),
            tokens::Verdict::Unknown => Worth::Unknown,
            tokens::Verdict::Native | tokens::Verdict::Known => Worth::Real,
        }
    }
}
