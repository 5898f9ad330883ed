//! A snapshot that is written while its file is read.
//!
//! The columns that have one entry a transfer get room in the archive for about as many rows as the file has bytes
//! for, and are written at their places by whoever has time; the hashes of transactions come last of those, with
//! open end; accounts and purses are written when all is read. Rows that are not in order, or of another kind
//! than [`LedgerStream`] takes, end the attempt: the files are then read as a whole.

use super::archive::{Archive, Room, write_at};
use super::columns::{Visitor, name, visit};
use super::item::Item;
use super::target::Target;
use super::writeback::begin_writeback;
use super::{SnapshotFact, begin, finish};
use crate::error::Error;
use crate::map::MappedFile;
use crate::open::FileSpec;
use crate::plain::{Task, lock};
use crate::read::Reading;
use crc32fast::Hasher;
use dyetrace_core::column::{Column, Memory};
use dyetrace_core::ledger::{EvmRows, LedgerStream, Source, StreamColumns, Unfit};
use dyetrace_core::{PurseId, Row, RowPlace};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// How many rows are written at a time: less would write the pages between two stretches twice.
const WRITTEN_AT_ONCE: usize = 1 << 14;

/// A snapshot under way.
pub(crate) struct SnapshotStream {
    target: Target,
    archive: Archive,
    size: u64,
    ledger: Option<LedgerStream>,
    rooms: Option<Rooms>,
    columns: StreamColumns,
    /// How long the text was of the rows handed over first.
    bytes: usize,
    unfit: bool,
    shared: Arc<Shared>,
}

/// What writing threads share.
struct Shared {
    file: Arc<File>,
    error: Mutex<Option<io::Error>>,
    spare: Mutex<Vec<StreamColumns>>,
}

/// A column that is being written.
struct Growing {
    room: Room,
    hasher: Hasher,
    items: u64,
}

struct Rooms {
    from: Growing,
    to: Growing,
    value: Growing,
    transaction: Growing,
    event_index: Growing,
    flags: Growing,
    hash: Growing,
    rows: u64,
}

impl Growing {
    fn new<T: Item>(archive: &mut Archive, name: &str, rows: u64) -> Self {
        Self { room: archive.reserve::<T>(name, rows), hasher: Hasher::new(), items: 0 }
    }

    /// Takes further items. Returns where in the file they go.
    fn take<T: Item>(&mut self, items: &[T]) -> u64 {
        let at = self.room.start + self.items * size_of::<T>() as u64;
        self.hasher.update(bytemuck::cast_slice(items));
        self.items += items.len() as u64;
        at
    }
}

impl SnapshotStream {
    /// Begins a snapshot of a text of about `size` bytes.
    pub(crate) fn begin(goal: &FileSpec, size: u64) -> Result<Self, Error> {
        let target = Target::begin(goal)?;
        let mut archive = Archive::new(Arc::clone(&target.file));
        begin(&mut archive).map_err(|error| target.error(error))?;
        let shared =
            Shared { file: Arc::clone(&target.file), error: Mutex::new(None), spare: Mutex::new(Vec::new()) };
        Ok(Self {
            target,
            archive,
            size,
            ledger: None,
            rooms: None,
            columns: StreamColumns::default(),
            bytes: 0,
            unfit: false,
            shared: Arc::new(shared),
        })
    }

    /// Announces the one source of rows.
    pub(crate) fn add_source(&mut self, chain: &str, source: Source) {
        let again = self.ledger.is_some();
        // A row has more than a hundred bytes.
        self.ledger = LedgerStream::new(chain, source, self.size / 128).ok();
        self.unfit |= again || self.ledger.is_none();
    }

    /// Whether the rows turned out not to be fit for this.
    pub(crate) const fn is_unfit(&self) -> bool {
        self.unfit
    }

    /// Takes rows `range` of a batch.
    pub(crate) fn push_many(&mut self, place: RowPlace, rows: &EvmRows, range: Range<usize>) {
        let Self { ledger: Some(ledger), columns, unfit: false, .. } = self else { return };
        self.unfit = ledger.take(place, rows, range, columns) == Err(Unfit);
    }

    /// Takes one row.
    pub(crate) fn push(&mut self, place: RowPlace, row: &Row) {
        let Self { ledger: Some(ledger), columns, unfit: false, .. } = self else { return };
        self.unfit = ledger.take_one(place, row, columns) == Err(Unfit);
    }

    /// Hands over the columns taken since the last time, to be written. `bytes` is how long their text was.
    pub(crate) fn flush(&mut self, bytes: usize) -> Option<Task<'static>> {
        self.bytes += bytes;
        if self.columns.from.len() < WRITTEN_AT_ONCE || self.unfit {
            return None;
        }
        self.hand_over()
    }

    fn hand_over(&mut self) -> Option<Task<'static>> {
        if self.columns.from.is_empty() {
            return None;
        }
        let spare = lock(&self.shared.spare).pop().unwrap_or_default();
        let columns = std::mem::replace(&mut self.columns, spare);
        self.columns.clear();
        let rooms = match &mut self.rooms {
            Some(rooms) => rooms,
            // As many rows as this beginning promises, and a fiftieth more.
            none => {
                let expected = columns.from.len() as u64 * (self.size / self.bytes.max(1) as u64 + 2);
                none.insert(Rooms::new(&mut self.archive, expected + expected / 50))
            }
        };
        let Some(at) = rooms.take(&columns) else {
            self.unfit = true;
            return None;
        };
        let shared = Arc::clone(&self.shared);
        Some(Box::new(move || shared.write(columns, at)))
    }

    /// Completes the snapshot. Returns `None` where the rows turned out not to be fit for this.
    pub(crate) fn finish(mut self, reading: &Reading) -> Result<Option<SnapshotFact>, Error> {
        if !self.unfit
            && let Some(task) = self.hand_over()
        {
            task();
        }
        let (Some(ledger), false) = (self.ledger.take(), self.unfit) else { return Ok(None) };
        let rooms = self.rooms.take();
        if let Some(error) = lock(&self.shared.error).take() {
            return Err(self.target.error(error));
        }
        let Some(rooms) = rooms else { return Ok(None) };
        let transfers = rooms.from.items;
        let hashes = (rooms.hash.room.start, rooms.hash.items);
        if self.check_transactions(&ledger, hashes).map_err(|error| self.target.error(error))? == Err(Unfit) {
            return Ok(None);
        }
        let mut parts = ledger.finish();
        let Self { target, mut archive, .. } = self;
        archive.end_at(rooms.hash.room.start + 32 * rooms.hash.items);
        let mut rest = WriteRest { archive: &mut archive, rooms };
        let written = visit(&mut parts, &mut rest).and_then(|()| finish(archive, &parts, reading, transfers));
        let (size, seal) = written.map_err(|error| target.error(error))?;
        let name = target.finish()?;
        Ok(Some(SnapshotFact { name, size, seal, files: reading.facts.len() }))
    }

    /// Looks whether a transaction came twice.
    fn check_transactions(
        &self,
        ledger: &LedgerStream,
        (start, count): (u64, u64),
    ) -> io::Result<Result<(), Unfit>> {
        if ledger.is_sure() {
            return Ok(Ok(()));
        }
        let memory: Arc<dyn Memory> = Arc::new(MappedFile::open(&self.shared.file)?);
        let at = |offset: u64| usize::try_from(offset).expect("the file is mapped");
        let hashes = Column::<[u8; 32]>::shared(memory, at(start)..at(start + 32 * count));
        Ok(ledger.check_transactions(&hashes.expect("was written there")))
    }
}

impl Rooms {
    fn new(archive: &mut Archive, rows: u64) -> Self {
        Self {
            from: Growing::new::<PurseId>(archive, name::FROM, rows),
            to: Growing::new::<PurseId>(archive, name::TO, rows),
            value: Growing::new::<u128>(archive, name::VALUE, rows),
            transaction: Growing::new::<u32>(archive, name::TRANSACTION, rows),
            event_index: Growing::new::<u32>(archive, name::EVENT_INDEX, rows),
            flags: Growing::new::<u8>(archive, name::FLAGS, rows),
            // Its end is open: what comes after it is placed when it is complete.
            hash: Growing::new::<[u8; 32]>(archive, name::HASH, 0),
            rows,
        }
    }

    /// Takes columns. Returns where they go, or `None` where there is no more room.
    fn take(&mut self, columns: &StreamColumns) -> Option<[u64; 7]> {
        if self.from.items + columns.from.len() as u64 > self.rows {
            return None;
        }
        Some([
            self.from.take(&columns.from),
            self.to.take(&columns.to),
            self.value.take(&columns.value),
            self.transaction.take(&columns.transaction),
            self.event_index.take(&columns.event),
            self.flags.take(&columns.flags),
            self.hash.take(&columns.hash),
        ])
    }
}

impl Shared {
    fn write(&self, columns: StreamColumns, at: [u64; 7]) {
        let bytes: [&[u8]; 7] = [
            bytemuck::cast_slice(&columns.from),
            bytemuck::cast_slice(&columns.to),
            bytemuck::cast_slice(&columns.value),
            bytemuck::cast_slice(&columns.transaction),
            bytemuck::cast_slice(&columns.event),
            &columns.flags,
            columns.hash.as_flattened(),
        ];
        let written = bytes.into_iter().zip(at).try_for_each(|(bytes, at)| {
            write_at(&self.file, bytes, at)?;
            begin_writeback(&self.file, at, bytes.len() as u64);
            Ok(())
        });
        if let Err(error) = written {
            lock(&self.error).get_or_insert(error);
        }
        lock(&self.spare).push(columns);
    }
}

/// Completes the columns that were written along, and writes the others.
struct WriteRest<'a> {
    archive: &'a mut Archive,
    rooms: Rooms,
}

impl Visitor for WriteRest<'_> {
    type Error = io::Error;

    fn column<T: Item>(&mut self, name: &str, column: &mut Column<T>) -> io::Result<()> {
        let rooms = &self.rooms;
        let growing = [
            &rooms.from,
            &rooms.to,
            &rooms.value,
            &rooms.transaction,
            &rooms.event_index,
            &rooms.flags,
            &rooms.hash,
        ];
        match growing.into_iter().find(|growing| growing.room.name == name) {
            Some(Growing { room, hasher, items }) => self.archive.close::<T>(room, *items, hasher),
            None => self.archive.add(name, column),
        }
    }
}
