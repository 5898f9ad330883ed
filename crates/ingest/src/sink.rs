//! Where rows go: into a ledger in memory, or into a snapshot while they are read.

use crate::plain::Task;
use crate::snapshot::SnapshotStream;
use dyetrace_core::ledger::{EvmRows, RowFault, Source};
use dyetrace_core::{LedgerBuilder, Row, RowPlace};
use std::ops::Range;

/// Where rows go.
pub(crate) enum Sink {
    /// A ledger in memory.
    Memory(Box<LedgerBuilder>),
    /// A snapshot, for the rows of one file that are in order.
    Snapshot(Box<SnapshotStream>),
}

impl Sink {
    /// Announces a source of rows on this chain, where they name none.
    pub(crate) fn add_source(&mut self, chain: &str, source: Source) -> u32 {
        match self {
            Self::Memory(builder) => builder.add_source(source),
            Self::Snapshot(stream) => {
                stream.add_source(chain, source);
                0
            }
        }
    }

    /// Takes a row of this chain.
    pub(crate) fn push(&mut self, place: RowPlace, chain: &str, row: Row) -> Result<(), RowFault> {
        match self {
            Self::Memory(builder) => {
                let chain = builder.chain(chain);
                builder.push(place, Row { chain, ..row })
            }
            Self::Snapshot(stream) => {
                stream.push(place, &row);
                Ok(())
            }
        }
    }

    /// Takes plain rows of this chain.
    pub(crate) fn push_many(&mut self, place: RowPlace, chain: &str, rows: &EvmRows, range: Range<usize>) {
        match self {
            Self::Memory(builder) => {
                let chain = builder.chain(chain);
                builder.push_many(chain, place, rows, range);
            }
            Self::Snapshot(stream) => stream.push_many(place, rows, range),
        }
    }

    /// What is left to be done with the rows of a text of so many bytes, in no order.
    pub(crate) fn flush(&mut self, bytes: usize) -> Option<Task<'static>> {
        match self {
            Self::Memory(_) => None,
            Self::Snapshot(stream) => stream.flush(bytes),
        }
    }

    /// Whether rows came that this way of writing does not take: they have to be read anew, into memory.
    pub(crate) fn is_unfit(&self) -> bool {
        match self {
            Self::Memory(_) => false,
            Self::Snapshot(stream) => stream.is_unfit(),
        }
    }
}
