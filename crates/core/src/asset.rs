//! Assets: what moves. The native coin of a chain, or one token contract on it; never a ticker.

use crate::account::{Address, AddressKind, ChainId};
use hashbrown::HashMap;

/// An asset of the ledger: an index into its assets, in first-seen order.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    bytemuck::Pod,
    bytemuck::Zeroable,
    serde::Serialize,
    serde::Deserialize,
)]
#[repr(transparent)]
pub struct AssetId(pub u32);

impl AssetId {
    /// The asset's place in columns that have one entry an asset.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an asset is: its chain, and its contract unless it is the native coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asset {
    /// The chain it lives on.
    pub chain: ChainId,
    /// The token contract; `None` for the native coin.
    pub contract: Option<Address>,
}

impl Asset {
    /// Whether it is the chain's native coin.
    #[must_use]
    pub const fn is_native(&self) -> bool {
        self.contract.is_none()
    }
}

/// The assets of a ledger: one entry an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    assets: Vec<Asset>,
    table: HashMap<Asset, u32>,
}

impl Assets {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.assets.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// Returns what an asset is.
    #[must_use]
    pub fn get(&self, id: AssetId) -> Asset {
        self.assets[id.index()]
    }

    /// Finds an asset.
    #[must_use]
    pub fn find(&self, asset: &Asset) -> Option<AssetId> {
        self.table.get(asset).copied().map(AssetId)
    }

    /// Returns the number of an asset, a new one where it was not seen before.
    ///
    /// # Panics
    /// On more than 2^32 assets.
    pub fn intern(&mut self, asset: Asset) -> AssetId {
        AssetId(*self.table.entry(asset).or_insert_with(|| {
            self.assets.push(asset);
            u32::try_from(self.assets.len() - 1).expect("a ledger holds at most 2^32 assets")
        }))
    }

    /// The first `count` of them.
    pub(crate) fn first(&self, count: usize) -> Self {
        let mut first = Self::default();
        for &asset in self.assets.iter().take(count) {
            first.intern(asset);
        }
        first
    }

    /// All assets with their numbers, in first-seen order.
    pub fn iter(&self) -> impl Iterator<Item = (AssetId, Asset)> + '_ {
        (0..).map(AssetId).zip(self.assets.iter().copied())
    }
}

/// An asset as a person names it: `*`-free, with or without its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetName {
    /// The chain; `None` for every chain.
    pub chain: Option<String>,
    /// The token contract; `None` for the native coin.
    pub contract: Option<Address>,
}

impl AssetName {
    /// Parses `native`, `0x…`, `chain:native` or `chain:0x…`.
    ///
    /// Returns `None` for anything else: a ticker names no asset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (chain, rest) = match text.split_once(':') {
            Some((chain, rest)) if !chain.is_empty() => (Some(chain.to_owned()), rest),
            Some(_) => return None,
            None => (None, text),
        };
        if rest == "native" {
            return Some(Self { chain, contract: None });
        }
        let kind = chain.as_deref().map_or(AddressKind::Evm, AddressKind::of_chain);
        let contract = Address::parse(kind, rest.as_bytes()).ok()?;
        Some(Self { chain, contract: Some(contract) })
    }

    /// Whether it names this asset, whose chain has this name.
    #[must_use]
    pub fn names(&self, asset: &Asset, chain: &str) -> bool {
        self.contract == asset.contract && self.chain.as_deref().is_none_or(|wanted| wanted == chain)
    }
}
