//! The canonical transfer CSV.

use super::file::Lines;
use super::folder::Folder;
use crate::chain::{Block, Transaction, Transfer};
use crate::error::Error;
use crate::party::{address, transaction_hash};

const HEADER: &str = "chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,asset,value,fee,kind";

/// Writes `transfers.csv`.
#[derive(Debug)]
pub(super) struct Canonical {
    lines: Lines,
    seed: u64,
    tokens_only: bool,
}

impl Canonical {
    pub(super) fn begin(folder: &Folder, seed: u64, tokens_only: bool) -> Result<Self, Error> {
        Ok(Self { lines: Lines::create(&folder.path("transfers.csv"), HEADER)?, seed, tokens_only })
    }

    pub(super) fn block(&mut self, block: &Block) -> Result<(), Error> {
        // Of tokens alone, events are numbered over the block, as logs are.
        let mut log = 0;
        for (index, transaction) in (0..).zip(&block.transactions) {
            for (event, transfer) in (0..).zip(&block.transfers[transaction.transfers.clone()]) {
                if !self.tokens_only {
                    self.row(block, transaction, transfer, Some(index), event)?;
                } else if !transfer.coin.is_native() {
                    self.row(block, transaction, transfer, None, log)?;
                    log += 1;
                }
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        block: &Block,
        transaction: &Transaction,
        transfer: &Transfer,
        index: Option<u64>,
        event: u64,
    ) -> Result<(), Error> {
        let Self { lines, seed, tokens_only } = self;
        lines.text(block.chain.name()).comma().number(block.number()).comma();
        if let Some(index) = index {
            lines.number(index);
        }
        lines.comma().number(event).comma().number(block.time()).comma();
        if transaction.sender.is_some() {
            lines.hex(&transaction_hash(*seed, transaction.number));
        }
        lines.comma();
        if let Some(from) = transfer.from {
            lines.hex(&address(*seed, from));
        }
        lines.comma().hex(&address(*seed, transfer.to)).comma();
        lines.text(transfer.coin.contract().unwrap_or("native")).comma();
        lines.wide(transfer.coin.base_units(transfer.units)).comma();
        if event == 0 && transaction.sender.is_some() && !*tokens_only {
            lines.wide(block.chain.native().base_units(transaction.fee));
        }
        lines.comma().text(kind_of(transaction, transfer, event)).end()
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        self.lines.finish()
    }
}

fn kind_of(transaction: &Transaction, transfer: &Transfer, event: u64) -> &'static str {
    match (transfer.coin.is_native(), transaction.sender) {
        (false, _) => "token",
        (true, None) => "reward",
        (true, Some(_)) if event == 0 => "external",
        (true, Some(_)) => "internal",
    }
}
