//! What a snapshot says beside its columns: `ledger.json`.
//!
//! It names every array with its size and checksum, so that its own hash, the *seal*, stands for the whole file.

use super::archive::Member;
use crate::append::Settled;
use crate::facts::InputFact;
use crate::read::Reading;
use crate::reject::{Reject, Warning};
use crate::tokens::{Rank, Token, Tokens};
use dyetrace_core::asset::Asset;
use dyetrace_core::ledger::{Covers, Notes, Parts, Source};
use dyetrace_core::{Address, AddressKind, Category, ChainId, Label};
use serde::{Deserialize, Serialize};

/// The version of the format that this program writes and reads.
pub(super) const VERSION: u32 = 1;
/// What `format` says.
pub(super) const FORMAT: &str = "dyetrace ledger";

#[derive(Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) format: String,
    pub(super) version: u32,
    transfers: u64,
    chains: Vec<String>,
    assets: Vec<AssetMeta>,
    notes: NotesMeta,
    sources: Vec<SourceMeta>,
    row_purses: u64,
    row_assets: u64,
    files: Vec<InputFact>,
    labels: Vec<LabelMeta>,
    warnings: Vec<Warning>,
    rejects: Vec<Reject>,
    tokens: Vec<TokenMeta>,
    /// Chains with native amounts, whether these are dollars, and the file that said so first.
    units: Vec<(String, bool, String)>,
    pub(super) columns: Vec<ColumnMeta>,
}

#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(super) struct ColumnMeta {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) crc32: u32,
}

impl ColumnMeta {
    pub(super) fn of(member: &Member) -> Self {
        Self { name: member.name.clone(), bytes: member.size, crc32: member.crc }
    }
}

#[derive(Serialize, Deserialize)]
struct AssetMeta {
    chain: u16,
    contract: Option<AddressMeta>,
}

/// An address with its kind, since its text does not always tell.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AddressMeta {
    Evm(String),
    Text(String),
}

#[derive(Serialize, Deserialize)]
struct NotesMeta {
    order_ambiguous: bool,
    repeated_across_files: u64,
    repeated_in_file: u64,
    repeated_transfers: u64,
    time_runs_back: u64,
    time_filled: u64,
}

/// What files among the transfers say of a token.
#[derive(Serialize, Deserialize)]
struct TokenMeta {
    chain: String,
    contract: Option<AddressMeta>,
    symbol: String,
    decimals: u8,
    /// Whether a file of tokens says it, and not a row of transfers.
    joined: bool,
}

#[derive(Serialize, Deserialize)]
struct SourceMeta {
    file: String,
    covers: CoversMeta,
    native: bool,
    tokens: bool,
    chains: Vec<u16>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CoversMeta {
    All,
    Senders,
    These(Vec<AddressMeta>),
}

#[derive(Serialize, Deserialize)]
struct LabelMeta {
    address: AddressMeta,
    chain: Option<String>,
    text: String,
    category: String,
    entity: String,
    source: String,
    as_of: String,
    confidence: u8,
}

impl AddressMeta {
    fn of(address: &Address) -> Self {
        match address.kind() {
            AddressKind::Evm => Self::Evm(address.to_string()),
            AddressKind::Text => Self::Text(address.to_string()),
        }
    }

    fn read(&self) -> Option<Address> {
        let (kind, text) = match self {
            Self::Evm(text) => (AddressKind::Evm, text),
            Self::Text(text) => (AddressKind::Text, text),
        };
        Address::parse(kind, text.as_bytes()).ok()
    }
}

impl Meta {
    /// What is to be said of a ledger and of how it was read; the columns are those written so far.
    pub(super) fn of(parts: &Parts, reading: &Reading, transfers: u64, columns: &[Member]) -> Self {
        let Parts { chains, assets, notes, origin, .. } = parts;
        let names = reading.settled.names.iter().cloned().chain(std::iter::repeat(String::new()));
        let sources = origin.sources.iter().zip(&origin.chains).zip(names);
        let sources = sources.map(|((source, chains), file)| SourceMeta {
            file,
            covers: match &source.covers {
                Covers::All => CoversMeta::All,
                Covers::Senders => CoversMeta::Senders,
                Covers::These(addresses) => {
                    CoversMeta::These(addresses.iter().map(AddressMeta::of).collect())
                }
            },
            native: source.native,
            tokens: source.tokens,
            chains: chains.iter().map(|chain| chain.0).collect(),
        });
        let assets = assets.iter().map(|asset| AssetMeta {
            chain: asset.chain.0,
            contract: asset.contract.as_ref().map(AddressMeta::of),
        });
        let labels = reading.labels.iter().map(|it| LabelMeta {
            address: AddressMeta::of(&it.address),
            chain: it.chain.clone(),
            text: it.text.clone(),
            category: it.category.as_str().to_owned(),
            entity: it.entity.clone(),
            source: it.source.clone(),
            as_of: it.as_of.clone(),
            confidence: it.confidence,
        });
        let tokens = reading.tokens.learned().into_iter().map(|(chain, contract, token, rank)| TokenMeta {
            chain,
            contract: contract.as_ref().map(AddressMeta::of),
            symbol: token.symbol,
            decimals: token.decimals,
            joined: rank == Rank::Joined,
        });
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            transfers,
            chains: chains.clone(),
            assets: assets.collect(),
            notes: NotesMeta {
                order_ambiguous: notes.order_ambiguous,
                repeated_across_files: notes.repeated_across_files,
                repeated_in_file: notes.repeated_in_file,
                repeated_transfers: notes.repeated_transfers,
                time_runs_back: notes.time_runs_back,
                time_filled: notes.time_filled,
            },
            sources: sources.collect(),
            row_purses: origin.row_purses,
            row_assets: origin.row_assets,
            files: reading.facts.clone(),
            labels: labels.collect(),
            warnings: reading.warnings.clone(),
            rejects: reading.rejects.clone(),
            tokens: tokens.collect(),
            units: reading.settled.units.clone(),
            columns: columns.iter().map(ColumnMeta::of).collect(),
        }
    }

    /// Fills what is no column. Returns what was read along with the ledger, or `None` where something makes no
    /// sense.
    pub(super) fn read(self, parts: &mut Parts) -> Option<Reading> {
        let chain_count = self.chains.len();
        let chain = |chain: u16| (usize::from(chain) < chain_count).then_some(ChainId(chain));
        let address = |it: &AddressMeta| it.read();
        for asset in &self.assets {
            let contract = match &asset.contract {
                None => None,
                Some(contract) => Some(address(contract)?),
            };
            parts.assets.push(Asset { chain: chain(asset.chain)?, contract });
        }
        let mut settled = Settled { names: Vec::new(), units: self.units };
        for source in self.sources {
            settled.names.push(source.file);
            let covers = match source.covers {
                CoversMeta::All => Covers::All,
                CoversMeta::Senders => Covers::Senders,
                CoversMeta::These(addresses) => {
                    Covers::These(addresses.iter().map(address).collect::<Option<_>>()?)
                }
            };
            let (native, tokens) = (source.native, source.tokens);
            parts.origin.sources.push(Source { covers, native, tokens });
            parts.origin.chains.push(source.chains.into_iter().map(chain).collect::<Option<_>>()?);
        }
        (parts.origin.row_purses, parts.origin.row_assets) = (self.row_purses, self.row_assets);
        let notes = self.notes;
        parts.notes = Notes {
            order_ambiguous: notes.order_ambiguous,
            repeated_across_files: notes.repeated_across_files,
            repeated_in_file: notes.repeated_in_file,
            repeated_transfers: notes.repeated_transfers,
            time_runs_back: notes.time_runs_back,
            time_filled: notes.time_filled,
        };
        parts.chains = self.chains;
        let labels = self.labels.into_iter().map(|it| {
            Some(Label {
                address: it.address.read()?,
                chain: it.chain,
                text: it.text,
                category: it.category.parse::<Category>().ok()?,
                entity: it.entity,
                source: it.source,
                as_of: it.as_of,
                confidence: it.confidence,
            })
        });
        let mut tokens = Tokens::default();
        for TokenMeta { chain, contract, symbol, decimals, joined } in self.tokens {
            let contract = match &contract {
                None => None,
                Some(contract) => Some(address(contract)?),
            };
            let rank = if joined { Rank::Joined } else { Rank::Row };
            tokens.insert(chain, contract, Token { symbol, decimals }, rank);
        }
        Some(Reading {
            settled,
            tokens,
            labels: labels.collect::<Option<_>>()?,
            rejects: self.rejects,
            facts: self.files,
            warnings: self.warnings,
            ..Reading::default()
        })
    }
}
