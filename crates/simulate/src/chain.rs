//! A simulated chain as it grows: blocks of transactions of transfers.

use crate::coin::{Chain, Coin};
use crate::party::Party;
use std::ops::Range;

/// How many seconds lie between two blocks, on both chains.
pub const BLOCK_SECONDS: u64 = 12;

/// When the simulated world begins: 2022-06-01T00:00:00Z.
pub const BEGINNING: u64 = 1_654_041_600;

/// The first block of each chain.
const FIRST_BLOCKS: [u64; 2] = [14_881_600, 29_000_000];

/// One transfer, in units of its coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Who sends; `None` for a reward.
    pub from: Option<Party>,
    /// Who receives.
    pub to: Party,
    /// What.
    pub coin: Coin,
    /// How many units.
    pub units: u64,
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its number: the same on no other transaction of either chain.
    pub number: u64,
    /// Who sends it and pays the fee; `None` for a reward.
    pub sender: Option<Party>,
    /// The fee, in units of the native coin.
    pub fee: u64,
    /// The gas it used.
    pub gas: u64,
    /// Its transfers, among those of the block.
    pub transfers: Range<usize>,
}

/// One block of one chain.
#[derive(Clone, Debug)]
pub struct Block {
    /// The chain.
    pub chain: Chain,
    /// Its place, counted from the beginning of the world.
    pub tick: u64,
    /// Its transactions, in order.
    pub transactions: Vec<Transaction>,
    /// The transfers of all of them, in order.
    pub transfers: Vec<Transfer>,
}

impl Block {
    pub(crate) const fn new(chain: Chain) -> Self {
        Self { chain, tick: 0, transactions: Vec::new(), transfers: Vec::new() }
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        block_number(self.chain, self.tick)
    }

    /// Its time, in Unix seconds.
    #[must_use]
    pub const fn time(&self) -> u64 {
        block_time(self.tick)
    }

    pub(crate) fn clear(&mut self, tick: u64) {
        self.tick = tick;
        self.transactions.clear();
        self.transfers.clear();
    }
}

/// The number of the block at a place.
#[must_use]
pub const fn block_number(chain: Chain, tick: u64) -> u64 {
    FIRST_BLOCKS[chain.index()] + tick
}

/// The time of the block at a place, in Unix seconds.
#[must_use]
pub const fn block_time(tick: u64) -> u64 {
    BEGINNING + tick * BLOCK_SECONDS
}
