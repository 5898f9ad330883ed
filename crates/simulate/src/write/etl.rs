//! The files of ethereum-etl, a folder a chain: blocks, transactions, receipts, traces, token transfers.

use super::file::Lines;
use super::folder::Folder;
use crate::chain::{Block, Transaction, Transfer};
use crate::coin::Chain;
use crate::error::Error;
use crate::party::{Party, address, transaction_hash};

const BLOCKS: &str = "number,hash,parent_hash,nonce,sha3_uncles,logs_bloom,transactions_root,state_root,receipts_root,miner,difficulty,total_difficulty,size,extra_data,gas_limit,gas_used,timestamp,transaction_count,base_fee_per_gas";
const TRANSACTIONS: &str = "hash,nonce,block_hash,block_number,transaction_index,from_address,to_address,value,gas,gas_price,input,block_timestamp,max_fee_per_gas,max_priority_fee_per_gas,transaction_type";
const RECEIPTS: &str = "transaction_hash,transaction_index,block_hash,block_number,cumulative_gas_used,gas_used,contract_address,root,status,effective_gas_price";
const TRACES: &str = "block_number,transaction_hash,transaction_index,from_address,to_address,value,input,output,trace_type,call_type,reward_type,gas,gas_used,subtraces,trace_address,error,status,trace_id";
const TOKENS: &str = "token_address,from_address,to_address,value,transaction_hash,log_index,block_number";

/// The files of one chain.
#[derive(Debug)]
struct Files {
    blocks: Lines,
    native: Option<Native>,
    tokens: Lines,
}

/// What tells of the native coin.
#[derive(Debug)]
struct Native {
    transactions: Lines,
    receipts: Lines,
    traces: Lines,
}

/// Writes a folder a chain.
#[derive(Debug)]
pub(super) struct Etl {
    seed: u64,
    /// One entry a chain; of tokens alone, Ethereum's.
    chains: Vec<Files>,
}

impl Etl {
    pub(super) fn begin(folder: &Folder, seed: u64, tokens_only: bool) -> Result<Self, Error> {
        let mut chains = Vec::new();
        for chain in &Chain::ALL[..if tokens_only { 1 } else { 2 }] {
            folder.make(chain.name())?;
            let file = |name: &str, header| {
                Lines::create(&folder.path(&format!("{}/{name}.csv", chain.name())), header)
            };
            let native = if tokens_only {
                None
            } else {
                Some(Native {
                    transactions: file("transactions", TRANSACTIONS)?,
                    receipts: file("receipts", RECEIPTS)?,
                    traces: file("traces", TRACES)?,
                })
            };
            chains.push(Files {
                blocks: file("blocks", BLOCKS)?,
                native,
                tokens: file("token_transfers", TOKENS)?,
            });
        }
        Ok(Self { seed, chains })
    }

    pub(super) fn block(&mut self, block: &Block) -> Result<(), Error> {
        let seed = self.seed;
        let Some(files) = self.chains.get_mut(block.chain.index()) else { return Ok(()) };
        // No transaction has this number, so the hash is the block's own.
        let hash = transaction_hash(!seed, block.number() * 2 + block.chain.index() as u64);
        let used = block.transactions.iter().map(|it| it.gas).sum();
        files.blocks.number(block.number()).comma().hex(&hash).text(",,,,,,,,,,,,,30000000,").number(used);
        files.blocks.comma().number(block.time()).comma();
        files.blocks.number(block.transactions.len() as u64).comma().end()?;
        let mut log = 0;
        let mut gas = 0;
        for (index, transaction) in (0..).zip(&block.transactions) {
            let transfers = &block.transfers[transaction.transfers.clone()];
            gas += transaction.gas;
            if let Some(native) = &mut files.native {
                native.transaction(seed, block, &hash, (index, gas), transaction, transfers)?;
            }
            for transfer in transfers {
                let Some(contract) = transfer.coin.contract() else { continue };
                let tokens = &mut files.tokens;
                tokens.text(contract).comma();
                tokens.hex(&address(seed, transfer.from.unwrap_or(Party::ZERO))).comma();
                tokens.hex(&address(seed, transfer.to)).comma();
                tokens.wide(transfer.coin.base_units(transfer.units)).comma();
                tokens.hex(&transaction_hash(seed, transaction.number)).comma();
                tokens.number(log).comma().number(block.number()).end()?;
                log += 1;
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        for Files { blocks, native, tokens } in self.chains {
            blocks.finish()?;
            tokens.finish()?;
            if let Some(Native { transactions, receipts, traces }) = native {
                transactions.finish()?;
                receipts.finish()?;
                traces.finish()?;
            }
        }
        Ok(())
    }
}

impl Native {
    fn transaction(
        &mut self,
        seed: u64,
        block: &Block,
        block_hash: &[u8; 32],
        (index, gas_so_far): (u64, u64),
        transaction: &Transaction,
        transfers: &[Transfer],
    ) -> Result<(), Error> {
        let scale = block.chain.native().base_units(1);
        let Some(sender) = transaction.sender else {
            return transfers.iter().try_for_each(|transfer| self.reward(seed, block, transfer));
        };
        let first = transfers[0];
        // A token's transfer is a call of its contract; a swap of tokens is shortened to the same.
        let called = Party::token(first.coin).unwrap_or(first.to);
        let value = if first.coin.is_native() { first.coin.base_units(first.units) } else { 0 };
        let hash = transaction_hash(seed, transaction.number);
        let price = u128::from(transaction.fee / transaction.gas.max(1)) * scale;
        let [from, to] = [sender, called].map(|party| address(seed, party));

        let lines = &mut self.transactions;
        lines.hex(&hash).text(",0,").hex(block_hash).comma().number(block.number()).comma();
        lines.number(index).comma().hex(&from).comma().hex(&to).comma().wide(value).comma();
        lines.number(transaction.gas).comma().wide(price).text(",0x,").number(block.time());
        lines.text(",,,0").end()?;

        let lines = &mut self.receipts;
        lines.hex(&hash).comma().number(index).comma().hex(block_hash).comma().number(block.number());
        lines.comma().number(gas_so_far).comma().number(transaction.gas).text(",,,1,").wide(price).end()?;

        let inner = |place: usize| place > 0 || !first.coin.is_native();
        let calls = (0..).zip(transfers).filter(|(place, it)| it.coin.is_native() && inner(*place));
        let calls: Vec<&Transfer> = calls.map(|(_, transfer)| transfer).collect();
        self.trace(block, &hash, index, (&from, &to, value), None, calls.len())?;
        for (place, call) in (0..).zip(calls) {
            let from = address(seed, call.from.expect("a transaction has no rewards"));
            let value = call.coin.base_units(call.units);
            self.trace(block, &hash, index, (&from, &address(seed, call.to), value), Some(place), 0)?;
        }
        Ok(())
    }

    fn trace(
        &mut self,
        block: &Block,
        hash: &[u8; 32],
        index: u64,
        (from, to, value): (&[u8; 20], &[u8; 20], u128),
        place: Option<u64>,
        below: usize,
    ) -> Result<(), Error> {
        let lines = &mut self.traces;
        lines.number(block.number()).comma().hex(hash).comma().number(index).comma();
        lines.hex(from).comma().hex(to).comma().wide(value).text(",0x,0x,call,call,,0,0,");
        lines.number(below as u64).comma();
        if let Some(place) = place {
            lines.number(place);
        }
        lines.text(",,1,call_").hex(hash).text("_");
        if let Some(place) = place {
            lines.number(place);
        }
        lines.end()
    }

    fn reward(&mut self, seed: u64, block: &Block, transfer: &Transfer) -> Result<(), Error> {
        let lines = &mut self.traces;
        lines.number(block.number()).text(",,,,").hex(&address(seed, transfer.to)).comma();
        lines.wide(transfer.coin.base_units(transfer.units));
        lines
            .text(",,,reward,,block,,,0,,,1,reward_")
            .number(block.number())
            .text("_")
            .hex(&address(seed, transfer.to));
        lines.end()
    }
}
