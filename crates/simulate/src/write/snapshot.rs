//! A snapshot.

use super::Order;
use super::folder::Folder;
use crate::chain::Block;
use crate::coin::{Chain, Coin};
use crate::error::Error;
use crate::party::{Party, address, transaction_hash};
use dyetrace_core::ledger::EvmRows;
use dyetrace_ingest::snapshot::SnapshotWriter;
use dyetrace_ingest::{FileSpec, InputFact, InputSpec, ReadOptions, ingest};
use std::fmt;

/// How many rows are handed over at a time.
const BATCH: usize = 1 << 15;

/// Writes transfers of tokens into `transfers.dye` as they are made.
pub(super) struct Snapshot {
    seed: u64,
    writer: SnapshotWriter,
    batch: EvmRows,
    fact: InputFact,
    /// One entry a coin.
    contracts: Vec<[u8; 20]>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} rows)", self.fact.rows)
    }
}

impl Snapshot {
    pub(super) fn begin(folder: &Folder, order: &Order<'_>) -> Result<Self, Error> {
        let goal = FileSpec::typed(folder.path("transfers.dye"));
        // What thieves do comes on top of what is asked for.
        let extra = order.parameters.thefts.len() as u64 * 200_000 + 10_000;
        let rows = order.scope.transfers + extra;
        let writer = SnapshotWriter::begin(&goal, Chain::Ethereum.name(), rows).map_err(said)?;
        let fact = InputFact {
            name: format!("simulated, seed {}", order.scope.seed),
            dialect: "canonical".to_owned(),
            chains: vec![Chain::Ethereum.name().to_owned()],
            ..InputFact::default()
        };
        let contracts = Coin::all().map(Coin::contract_bytes).collect();
        Ok(Self { seed: order.scope.seed, writer, batch: EvmRows::default(), fact, contracts })
    }

    pub(super) fn block(&mut self, block: &Block) -> Result<(), Error> {
        let time = i64::try_from(block.time()).expect("a time of our century");
        let mut log = 0;
        for transaction in &block.transactions {
            let hash = transaction_hash(self.seed, transaction.number);
            for transfer in &block.transfers[transaction.transfers.clone()] {
                if transfer.coin.is_native() {
                    continue;
                }
                let batch = &mut self.batch;
                let ends = [transfer.from.unwrap_or(Party::ZERO), transfer.to];
                batch.ends.push(ends.map(|party| address(self.seed, party)));
                batch.contract.push(self.contracts[transfer.coin.index()]);
                batch.value.push(transfer.coin.base_units(transfer.units));
                batch.hash.push(hash);
                batch.block.push(block.number());
                batch.time.push(time);
                batch.event_index.push(log);
                log += 1;
            }
        }
        if log > 0 {
            self.fact.rows += u64::from(log);
            self.fact.first_block.get_or_insert(block.number());
            self.fact.last_block = Some(block.number());
            self.fact.first_time.get_or_insert(time);
            self.fact.last_time = Some(time);
        }
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.writer.push(&self.batch).map_err(said)?;
        self.batch.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        self.writer.finish(self.fact).map(drop).map_err(said)
    }
}

/// Reads `transfers.csv` into `transfers.dye`, and removes it.
pub(super) fn ingest_whole(folder: &Folder) -> Result<(), Error> {
    let path = folder.path("transfers.csv");
    let input = InputSpec::of(FileSpec::typed(&path));
    let goal = FileSpec::typed(folder.path("transfers.dye"));
    ingest(&[input], &goal, &ReadOptions::default(), &|_bytes| {}).map_err(said)?;
    std::fs::remove_file(&path).map_err(|error| Error::io(&path, "cannot be removed", error))
}

fn said(error: dyetrace_ingest::Error) -> Error {
    Error::new(error.to_string())
}
