//! The columns of a ledger.
//!
//! Plain arrays of fixed-size numbers, so that they can lie in a file and be mapped.

use super::PurseId;
use crate::account::{AccountId, AddressKind, hex_value};
use crate::amount::{Amount, AmountColumn};
use crate::asset::AssetId;
use hashbrown::HashMap;
use std::fmt::Write;

/// What kind of event a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A transaction's own transfer of the native coin.
    External,
    /// A native transfer made by a contract inside a transaction.
    Internal,
    /// A token transfer.
    Token,
    /// A block reward: no sender.
    Reward,
    /// A validator's withdrawal: no sender.
    Withdrawal,
}

impl Kind {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::Internal => "internal",
            Self::Token => "token",
            Self::Reward => "reward",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// Whether a row of this kind may have no sender.
    #[must_use]
    pub const fn may_lack_sender(self) -> bool {
        matches!(self, Self::Reward | Self::Withdrawal)
    }
}

/// The transfers. Each array has one entry a transfer, in position order.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The sender's purse; [`PurseId::NONE`] for a reward.
    pub from: Vec<PurseId>,
    /// The receiver's purse.
    pub to: Vec<PurseId>,
    /// The amount, in base units of the purses' asset.
    pub value: AmountColumn,
    /// The transaction: an index into [`Transactions`].
    pub transaction: Vec<u32>,
    /// The block number; [`Columns::NO_BLOCK`] where the chain has only times.
    pub block: Vec<u64>,
    /// Block time in Unix seconds; [`Columns::NO_TIME`] where not known. For people; order is by block.
    pub time: Vec<i64>,
    /// The event index inside the transaction or block; [`Columns::NO_EVENT`] where not known.
    pub event_index: Vec<u64>,
    /// What kind of event it is.
    pub kind: Vec<Kind>,
    /// Whether the input does not tell the order of this transfer and the one before it.
    pub tied: Vec<bool>,
}

impl Columns {
    /// Stands for an unknown block number.
    pub const NO_BLOCK: u64 = u64::MAX;
    /// Stands for an unknown time.
    pub const NO_TIME: i64 = i64::MIN;
    /// Stands for an unknown event index.
    pub const NO_EVENT: u64 = u64::MAX;

    /// The block number of a transfer, where known.
    #[must_use]
    pub fn block(&self, place: usize) -> Option<u64> {
        Some(self.block[place]).filter(|&block| block != Self::NO_BLOCK)
    }

    /// The block time of a transfer in Unix seconds, where known.
    #[must_use]
    pub fn time(&self, place: usize) -> Option<i64> {
        Some(self.time[place]).filter(|&time| time != Self::NO_TIME)
    }

    /// The event index of a transfer, where known.
    #[must_use]
    pub fn event_index(&self, place: usize) -> Option<u64> {
        Some(self.event_index[place]).filter(|&index| index != Self::NO_EVENT)
    }
}

/// What a transaction costs its sender: spent before the transaction's transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fee {
    /// The place of the transaction's first transfer.
    pub place: u64,
    /// The native purse that pays.
    pub payer: PurseId,
    /// How much, in base units of the native coin. Never 0.
    pub amount: Amount,
}

/// The purses: one entry a purse.
#[derive(Clone, Debug, Default)]
pub struct Purses {
    account: Vec<AccountId>,
    asset: Vec<AssetId>,
    void: Vec<bool>,
    table: HashMap<(AccountId, AssetId), u32>,
}

impl Purses {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.account.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.account.is_empty()
    }

    /// Who holds the purse.
    #[must_use]
    pub fn account(&self, purse: PurseId) -> AccountId {
        self.account[purse.index()]
    }

    /// What the purse holds.
    #[must_use]
    pub fn asset(&self, purse: PurseId) -> AssetId {
        self.asset[purse.index()]
    }

    /// Whether the purse belongs to the zero address, and so is none.
    #[must_use]
    pub fn is_void(&self, purse: PurseId) -> bool {
        self.void[purse.index()]
    }

    /// Finds the purse of an account for an asset.
    #[must_use]
    pub fn find(&self, account: AccountId, asset: AssetId) -> Option<PurseId> {
        self.table.get(&(account, asset)).copied().map(PurseId)
    }

    /// All purses, in first-seen order.
    pub fn iter(&self) -> impl Iterator<Item = PurseId> + use<> {
        (0_u32..).map(PurseId).take(self.len())
    }

    pub(super) fn intern(&mut self, account: AccountId, asset: AssetId, void: bool) -> PurseId {
        PurseId(*self.table.entry((account, asset)).or_insert_with(|| {
            self.account.push(account);
            self.asset.push(asset);
            self.void.push(void);
            let id = u32::try_from(self.account.len() - 1).ok().filter(|&id| id != u32::MAX);
            id.expect("a ledger holds fewer than 2^32 purses")
        }))
    }
}

/// A transaction's hash: 32 bytes, or the text itself where it is no such thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TxHash {
    /// 32 bytes.
    Bytes([u8; 32]),
    /// Any other visible text.
    Text(Box<str>),
}

impl TxHash {
    /// Parses 64 hex digits with or without `0x`; keeps any other visible ASCII text as it is.
    ///
    /// Returns `None` on an empty text, or one with spaces or control characters.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(text);
        let mut raw = [0; 32];
        let pairs = digits.len() == 64
            && raw.iter_mut().zip(digits.chunks_exact(2)).all(|(byte, pair)| {
                match (hex_value(pair[0]), hex_value(pair[1])) {
                    (Some(high), Some(low)) => {
                        *byte = high << 4 | low;
                        true
                    }
                    _ => false,
                }
            });
        if pairs {
            return Some(Self::Bytes(raw));
        }
        let visible = !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
        visible.then(|| Self::Text(String::from_utf8_lossy(text).into()))
    }

    /// Writes it as its chain does: with `0x` where addresses are EVM addresses.
    #[must_use]
    pub fn to_text(&self, kind: AddressKind) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Bytes(raw) => {
                let mut text = String::with_capacity(66);
                if kind == AddressKind::Evm {
                    text.push_str("0x");
                }
                for byte in raw {
                    write!(text, "{byte:02x}").expect("a string takes any text");
                }
                text
            }
        }
    }
}

/// The transactions: one entry each, in first-seen order.
#[derive(Clone, Debug, Default)]
pub struct Transactions {
    pub(super) hash: Vec<Option<TxHash>>,
    pub(super) index: Vec<Option<u64>>,
}

impl Transactions {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hash.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hash.is_empty()
    }

    /// The hash, where the input gives one.
    #[must_use]
    pub fn hash(&self, transaction: u32) -> Option<&TxHash> {
        self.hash[transaction as usize].as_ref()
    }

    /// The index inside the block, where the input gives one.
    #[must_use]
    pub fn index(&self, transaction: u32) -> Option<u64> {
        self.index[transaction as usize]
    }
}
