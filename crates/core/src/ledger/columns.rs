//! The columns of a ledger.
//!
//! Plain arrays of fixed-size numbers, so that they can lie in a file and be mapped.

use super::PurseId;
use super::blocks::Blocks;
use crate::amount::AmountColumn;
use crate::column::Column;

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

    /// The bits of [`Columns::flags`] that say so.
    #[must_use]
    pub const fn as_flag(self) -> u8 {
        match self {
            Self::External => 0,
            Self::Internal => 1,
            Self::Token => 2,
            Self::Reward => 3,
            Self::Withdrawal => 4,
        }
    }

    /// The kind of a transfer with these flags.
    #[must_use]
    pub const fn of_flags(flags: u8) -> Self {
        match flags & flag::KIND {
            1 => Self::Internal,
            2 => Self::Token,
            3 => Self::Reward,
            4 => Self::Withdrawal,
            _ => Self::External,
        }
    }
}

/// The bits of [`Columns::flags`].
pub mod flag {
    /// What kind of event it is: see [`super::Kind::as_flag`].
    pub const KIND: u8 = 0b111;
    /// The input does not tell the order of this transfer and the one before it.
    pub const TIED: u8 = 1 << 3;
    /// The transfer moves nothing: its value is 0, or its sender is its receiver.
    pub const STILL: u8 = 1 << 4;
    /// The row states its transaction's fee.
    pub const STATES_FEE: u8 = 1 << 5;
    /// The row stated no time: it has that of another row of its block.
    pub const TIME_FILLED: u8 = 1 << 6;
}

/// The transfers. Each array has one entry a transfer, in position order; `blocks` has one a run of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The sender's purse; [`PurseId::NONE`] for a reward.
    pub from: Column<PurseId>,
    /// The receiver's purse.
    pub to: Column<PurseId>,
    /// The amount, in base units of the purses' asset.
    pub value: AmountColumn,
    /// The transaction: an index into [`super::Transactions`].
    pub transaction: Column<u32>,
    /// Block numbers and times. Times are for people; order is by block.
    pub blocks: Blocks,
    /// The event index inside the transaction or block.
    pub event: EventColumn,
    /// See [`flag`].
    pub flags: Column<u8>,
}

impl Columns {
    /// Stands for an unknown block number.
    pub const NO_BLOCK: u64 = u64::MAX;
    /// Stands for an unknown time.
    pub const NO_TIME: i64 = i64::MIN;

    /// The block number of a transfer, where known.
    #[must_use]
    pub fn block(&self, place: usize) -> Option<u64> {
        Some(self.blocks.get(place).0).filter(|&block| block != Self::NO_BLOCK)
    }

    /// The block time of a transfer in Unix seconds, where known.
    #[must_use]
    pub fn time(&self, place: usize) -> Option<i64> {
        Some(self.blocks.get(place).1).filter(|&time| time != Self::NO_TIME)
    }

    /// The event index of a transfer, where known.
    #[must_use]
    pub fn event_index(&self, place: usize) -> Option<u64> {
        self.event.get(place)
    }

    /// What kind of event a transfer is.
    #[must_use]
    pub fn kind(&self, place: usize) -> Kind {
        Kind::of_flags(self.flags[place])
    }

    /// Whether the input does not tell the order of a transfer and the one before it.
    #[must_use]
    pub fn is_tied(&self, place: usize) -> bool {
        self.flags.get(place).is_some_and(|flags| flags & flag::TIED != 0)
    }
}

/// Event indices: 4 bytes each, and a side table for those that need more. Empty where none is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventColumn {
    /// One entry a row; [`EventColumn::NONE`] where not known, [`EventColumn::WIDE`] where it is in the side table.
    pub narrow: Column<u32>,
    /// The rows of the side table, rising.
    pub wide_rows: Column<u64>,
    /// Their indices.
    pub wide: Column<u64>,
}

impl EventColumn {
    /// Stands for an unknown index.
    pub const NONE: u32 = u32::MAX;
    /// Stands for an index of the side table.
    pub const WIDE: u32 = u32::MAX - 1;

    /// The index of a row, where known.
    ///
    /// # Panics
    /// If the column was damaged: a row that is marked as wide stands in the side table.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<u64> {
        match self.narrow.get(row).copied().unwrap_or(Self::NONE) {
            Self::NONE => None,
            Self::WIDE => {
                let at = self.wide_rows.binary_search(&(row as u64));
                Some(self.wide[at.expect("a row marked as wide stands in the side table")])
            }
            index => Some(u64::from(index)),
        }
    }

    /// Makes the column of indices, one a row.
    pub fn of(indices: impl IntoIterator<Item = Option<u64>>) -> Self {
        let mut column = Self::default();
        let mut any = false;
        for (row, index) in (0..).zip(indices) {
            any |= index.is_some();
            column.narrow.push(match index {
                None => Self::NONE,
                Some(index) => match u32::try_from(index) {
                    Ok(index) if index < Self::WIDE => index,
                    _ => {
                        column.wide_rows.push(row);
                        column.wide.push(index);
                        Self::WIDE
                    }
                },
            });
        }
        if any { column } else { Self::default() }
    }
}

impl Columns {
    /// Returns the transfers in another order; blocks, times and ties stay where they are.
    pub(super) fn to_reordered(&self, order: &[u64]) -> Self {
        let at = |place: u64| usize::try_from(place).expect("rows are in memory");
        let flags = order
            .iter()
            .zip(self.flags.iter())
            .map(|(&place, here)| self.flags[at(place)] & !flag::TIED | here & flag::TIED);
        Self {
            from: order.iter().map(|&place| self.from[at(place)]).collect(),
            to: order.iter().map(|&place| self.to[at(place)]).collect(),
            value: self.value.to_reordered(order),
            transaction: order.iter().map(|&place| self.transaction[at(place)]).collect(),
            blocks: Blocks::of(order.iter().map(|&place| self.blocks.get(at(place)))),
            event: EventColumn::of(order.iter().map(|&place| self.event.get(at(place)))),
            flags: flags.collect(),
        }
    }
}
