//! The snapshot, `NAME.dye`: a ledger as a file that is mapped, not read.
//!
//! # Shape
//!
//! A ZIP archive, nothing compressed: first a member `mimetype` that says what it is, then one NumPy array for
//! each column (`columns.rs` lists them), and `ledger.json`, which holds what is no column, and names every array
//! with its size and checksum. `numpy.load("NAME.dye")` opens it, any archiver lists, tests and unpacks it; and
//! since arrays lie in it as they lie in memory, opening maps the file and takes them as they are.
//!
//! Why it is this and not Arrow IPC or a file of our own: `docs/decisions/0002-snapshot-container.md`.
//!
//! # What always holds
//!
//! A snapshot is never changed: adding to it writes a new one aside, which takes its place when it is whole on the
//! disk. What it holds is the ledger of all files as if they had been read at once.
//!
//! # Cost
//!
//! Opening reads the directory and `ledger.json`: microseconds, and what the number of assets costs. Columns are
//! read where they are touched. [`verify`] reads all.

mod archive;
mod columns;
mod item;
mod made;
mod meta;
mod stream;
mod target;
mod writeback;

use crate::error::Error;
use crate::map::MappedFile;
use crate::open::{FileSpec, hex_of, open_raw};
use crate::read::Reading;
use archive::{ARRAY_HEADER, Archive, array_header};
use columns::{Visitor, visit};
use dyetrace_core::Ledger;
use dyetrace_core::column::{Column, Memory};
use dyetrace_core::ledger::Parts;
use item::Item;
use meta::{ColumnMeta, FORMAT, Meta, VERSION};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

pub use made::SnapshotWriter;
pub(crate) use stream::SnapshotStream;
pub(crate) use target::Target;
use zip::{CompressionMethod, ZipArchive};

/// What the first member says that the file is.
const MIMETYPE: &str = "application/x-dyetrace-ledger";
/// The member that holds what is no column.
const META: &str = "ledger.json";

/// What a snapshot is, beside its ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFact {
    /// Its name, fit for outputs.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its `ledger.json`, which names every column with its checksum: it stands for the whole.
    pub seal: String,
    /// How many files it holds: of what was read, the first ones.
    pub files: usize,
}

/// Whether a file begins as a snapshot does.
pub(crate) fn is_snapshot(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") && head.get(30..38) == Some(b"mimetype") && {
        let content = 38 + 20;
        head.get(content..).is_some_and(|rest| rest.starts_with(MIMETYPE.as_bytes()))
    }
}

/// Whether a path names a snapshot: it exists and begins as one does.
#[must_use]
pub fn is_snapshot_file(file: &FileSpec) -> bool {
    let mut head = [0; 128];
    // What is read from a pipe is gone.
    if !std::fs::metadata(&file.path).is_ok_and(|facts| facts.is_file()) {
        return false;
    }
    let Ok(mut opened) = open_raw(file) else { return false };
    opened.read(&mut head).is_ok_and(|count| is_snapshot(&head[..count]))
}

/// Writes a ledger, and what was read along with it, in place of what the goal may be now.
///
/// # Errors
/// An [`Error`] where it cannot be written: the goal is then as it was.
///
/// # Cost
/// **O(n)** for n transfers, and once more the memory of the ledger.
pub fn write(goal: &FileSpec, reading: &Reading) -> Result<SnapshotFact, Error> {
    write_to(Target::begin(goal)?, reading)
}

/// Writes a ledger, and what was read along with it, in place of what the target's goal is now.
pub(crate) fn write_to(target: Target, reading: &Reading) -> Result<SnapshotFact, Error> {
    let mut parts = reading.ledger.to_parts();
    let mut archive = Archive::new(Arc::clone(&target.file));
    let written = begin(&mut archive)
        .and_then(|()| visit(&mut parts, &mut WriteColumns(&mut archive)))
        .and_then(|()| finish(archive, &parts, reading, reading.ledger.transfer_count() as u64));
    let (size, seal) = written.map_err(|error| target.error(error))?;
    Ok(SnapshotFact { name: target.finish()?, size, seal, files: reading.facts.len() })
}

/// Writes what tells a snapshot from other archives.
fn begin(archive: &mut Archive) -> io::Result<()> {
    archive.add_bytes("mimetype", MIMETYPE.as_bytes())
}

/// Writes what is no column, and the directory. Returns the size of the file, and its seal.
fn finish(
    mut archive: Archive,
    parts: &Parts,
    reading: &Reading,
    transfers: u64,
) -> io::Result<(u64, String)> {
    let columns = &archive.members()[1..];
    let meta = serde_json::to_vec_pretty(&Meta::of(parts, reading, transfers, columns))?;
    archive.add_bytes(META, &meta)?;
    Ok((archive.finish()?, seal_of(&meta)))
}

fn seal_of(meta: &[u8]) -> String {
    hex_of(&Sha256::digest(meta))
}

struct WriteColumns<'a>(&'a mut Archive);

impl Visitor for WriteColumns<'_> {
    type Error = io::Error;

    fn column<T: Item>(&mut self, name: &str, column: &mut Column<T>) -> io::Result<()> {
        self.0.add(name, column)
    }
}

/// A snapshot that is open.
pub(crate) struct Snapshot {
    /// What was read when it was made; its ledger lies in the file.
    pub(crate) reading: Reading,
    /// The file's name in messages.
    name: String,
    memory: Arc<dyn Memory>,
    members: Vec<Listed>,
}

/// A member of an archive as its directory lists it.
struct Listed {
    name: String,
    /// Where its bytes lie in the file.
    range: Range<usize>,
    crc: u32,
}

/// Says that a snapshot is damaged.
fn damaged(name: &str, what: &str) -> Error {
    let error = Error::file(name, format!("is a snapshot, but damaged or cut off: {what}"));
    error.with_hint("take a copy of it, or make it again with `dyetrace ingest`")
}

/// Opens a snapshot. No column is read.
///
/// # Errors
/// An [`Error`] that says whether the file is no snapshot, one of another version, or a damaged one.
pub(crate) fn open(file: &FileSpec) -> Result<Snapshot, Error> {
    if cfg!(target_endian = "big") {
        return Err(Error::file(&file.name, "is a snapshot, which machines of this byte order cannot map"));
    }
    let mut opened = open_raw(file)?;
    let mut head = [0; 128];
    let cannot_read = |error| Error::io(&file.name, "cannot be read", error);
    let count = opened.read(&mut head).map_err(cannot_read)?;
    if !is_snapshot(&head[..count]) {
        return Err(Error::file(&file.name, "is no snapshot of dyetrace"));
    }
    opened.seek(SeekFrom::Start(0)).map_err(cannot_read)?;
    let memory: Arc<dyn Memory> = Arc::new(MappedFile::open(&opened).map_err(cannot_read)?);
    let damaged = |what: &str| damaged(&file.name, what);
    let members = list(memory.bytes()).map_err(|what| damaged(&what))?;
    let is_meta = |member: &&Listed| member.name == META;
    let listed = members.iter().find(is_meta).ok_or_else(|| damaged("it has no `ledger.json`"))?;
    let bytes = &memory.bytes()[listed.range.clone()];
    if crc32fast::hash(bytes) != listed.crc {
        return Err(damaged("the checksum of `ledger.json` does not agree"));
    }
    let seal = seal_of(bytes);
    check_version(bytes, file)?;
    let meta: Meta = serde_json::from_slice(bytes).map_err(|_| damaged("`ledger.json` cannot be read"))?;
    let column =
        |it: &Listed| ColumnMeta { name: it.name.clone(), bytes: it.range.len() as u64, crc32: it.crc };
    let is_column = |it: &&Listed| it.name.ends_with(".npy");
    if !members.iter().filter(is_column).map(column).eq(meta.columns.iter().cloned()) {
        return Err(damaged("its columns are not those that `ledger.json` names"));
    }
    let by_name = members.iter().map(|it| (it.name.as_str(), it.range.clone())).collect();
    let mut parts = Parts::default();
    visit(&mut parts, &mut TakeColumns { memory: &memory, by_name }).map_err(|what| damaged(&what))?;
    let mut reading = meta.read(&mut parts).ok_or_else(|| damaged("`ledger.json` makes no sense"))?;
    reading.ledger = Ledger::from_parts(parts)
        .map_err(|column| damaged(&format!("the length of the column `{column}` does not fit the others")))?;
    let size = memory.bytes().len() as u64;
    let files = reading.facts.len();
    reading.snapshot = Some(SnapshotFact { name: file.output_name(), size, seal, files });
    Ok(Snapshot { reading, name: file.name.clone(), memory, members })
}

fn check_version(meta: &[u8], file: &FileSpec) -> Result<(), Error> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: String,
        version: u32,
    }
    match serde_json::from_slice(meta) {
        Ok(Version { format, version }) if format == FORMAT && version != VERSION => {
            let what =
                format!("is a snapshot of version {version}, but this program reads version {VERSION}");
            Err(Error::file(&file.name, what)
                .with_hint("make it again from its files with `dyetrace ingest`"))
        }
        _ => Ok(()),
    }
}

/// Lists the members of an archive.
fn list(bytes: &[u8]) -> Result<Vec<Listed>, String> {
    let unreadable = |_| "its directory cannot be read".to_owned();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut members = Vec::with_capacity(archive.len());
    for number in 0..archive.len() {
        let member = archive.by_index_raw(number).map_err(unreadable)?;
        let start = member.data_start().and_then(|start| usize::try_from(start).ok());
        let size = usize::try_from(member.size()).ok();
        let range = start.zip(size).and_then(|(start, size)| Some(start..start.checked_add(size)?));
        let range = range.filter(|range| range.end <= bytes.len());
        let name = member.name().map_err(unreadable)?.into_owned();
        match range {
            Some(range) if member.compression() == CompressionMethod::Stored => {
                members.push(Listed { name, range, crc: member.crc32() });
            }
            _ => return Err(format!("`{}` does not lie in the file", crate::error::cut(name.as_bytes()))),
        }
    }
    Ok(members)
}

struct TakeColumns<'a> {
    memory: &'a Arc<dyn Memory>,
    by_name: HashMap<&'a str, Range<usize>>,
}

impl Visitor for TakeColumns<'_> {
    type Error = String;

    fn column<T: Item>(&mut self, name: &str, column: &mut Column<T>) -> Result<(), String> {
        let range = self.by_name.get(name).ok_or_else(|| format!("it has no column `{name}`"))?;
        let header = usize::try_from(ARRAY_HEADER).expect("128");
        let items = range.len().saturating_sub(header) / size_of::<T>();
        let start = range.start + header;
        let expected = array_header::<T>(items as u64);
        if self.memory.bytes().get(range.start..start) != Some(&expected[..]) {
            return Err(format!("the column `{name}` does not begin as it should"));
        }
        *column = Column::shared(Arc::clone(self.memory), start..range.end).ok_or_else(|| {
            format!("the column `{name}` lies or ends where no value may: was it archived anew?")
        })?;
        Ok(())
    }
}

impl Snapshot {
    /// Reads every byte and compares the checksums. Returns the columns that are damaged.
    pub(crate) fn verify(&self) -> Vec<String> {
        let bytes = self.memory.bytes();
        let damaged = |member: &Listed| {
            let mut parts: Vec<crc32fast::Hasher> = bytes[member.range.clone()]
                .par_chunks(1 << 22)
                .map(|part| {
                    let mut hasher = crc32fast::Hasher::new();
                    hasher.update(part);
                    hasher
                })
                .collect();
            let mut whole = crc32fast::Hasher::new();
            parts.drain(..).for_each(|part| whole.combine(&part));
            (whole.finalize() != member.crc).then(|| member.name.clone())
        };
        self.members.iter().filter_map(damaged).collect()
    }

    /// What was read when it was made, once every checksum agrees: for those who go on from it, so that damage
    /// is not written down anew under a checksum that hides it.
    pub(crate) fn into_whole(self) -> Result<Reading, Error> {
        let columns: Vec<String> = self.verify().into_iter().map(|name| format!("`{name}`")).collect();
        match &columns[..] {
            [] => Ok(self.reading),
            [column] => Err(damaged(&self.name, &format!("the checksum of {column} does not agree"))),
            columns => {
                Err(damaged(&self.name, &format!("the checksums of {} do not agree", columns.join(", "))))
            }
        }
    }
}

/// Reads every byte of a snapshot and compares the checksums. Returns the columns that are damaged, in their order.
///
/// # Errors
/// An [`Error`] where it cannot be opened.
///
/// # Cost
/// **O(n)** for n bytes, in parallel.
pub fn verify(file: &FileSpec) -> Result<Vec<String>, Error> {
    Ok(open(file)?.verify())
}

/// Reads every byte of a snapshot and refuses it where a checksum does not agree.
///
/// # Errors
/// An [`Error`] that names the damaged columns, or says why it cannot be opened.
///
/// # Cost
/// As [`verify`].
pub fn check_whole(file: &FileSpec) -> Result<(), Error> {
    open(file)?.into_whole().map(|_| ())
}
