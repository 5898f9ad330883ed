//! The container: a ZIP archive of NumPy arrays, nothing compressed, every array at a multiple of 64 bytes.
//!
//! Only writing stands here, since columns are written side by side while their lengths are not known yet, which
//! no library of archives does: each gets a place with room for as many items as it may have, and what it did
//! not need stays a hole. Directories and headers follow the ZIP specification (APPNOTE 6.3.10), always in its
//! 64-bit form; reading is left to the `zip` crate, and tests open the files with Python's own library, too.

use super::item::Item;
use crc32fast::Hasher;
use std::fs::File;
use std::io;

/// An archive that is being written.
pub(super) struct Archive<'f> {
    file: &'f File,
    /// Where the next member may begin.
    end: u64,
    members: Vec<Member>,
}

/// A member that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name in the archive.
    pub(super) name: String,
    /// How many bytes it has, header included.
    pub(super) size: u64,
    /// The checksum of these bytes.
    pub(super) crc: u32,
    /// Where its local header stands.
    at: u64,
}

/// Room for an array.
#[derive(Clone, Debug)]
pub(super) struct Room {
    name: String,
    /// Where the local header of the member will stand.
    at: u64,
    /// Where the first item stands.
    pub(super) start: u64,
    /// How many bytes there is room for.
    pub(super) bytes: u64,
}

/// Arrays begin at multiples of this.
const ALIGNMENT: u64 = 64;
/// A NumPy header, padded.
pub(super) const ARRAY_HEADER: u64 = 128;
const LOCAL_HEADER: u64 = 30;
/// The 64-bit sizes of a local header.
const LOCAL_EXTRA: u16 = 20;
/// The 64-bit sizes and place of a directory entry.
const CENTRAL_EXTRA: u16 = 28;
/// Nothing smaller than 64-bit archives: version 4.5.
const VERSION: u16 = 45;
/// 1980-01-01, the first day there is: an archive tells no time.
const NO_DATE: u16 = 0x21;

impl<'f> Archive<'f> {
    /// Begins an archive in an empty file.
    pub(super) const fn new(file: &'f File) -> Self {
        Self { file, end: 0, members: Vec::new() }
    }

    /// The members that are complete.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Makes room for `items` items.
    pub(super) fn reserve<T: Item>(&mut self, name: &str, items: u64) -> Room {
        let header = LOCAL_HEADER + name.len() as u64 + u64::from(LOCAL_EXTRA) + ARRAY_HEADER;
        let start = (self.end + header).next_multiple_of(ALIGNMENT);
        let bytes = items * size_of::<T>() as u64;
        self.end = start + bytes;
        Room { name: name.to_owned(), at: start - header, start, bytes }
    }

    /// Writes a whole array.
    pub(super) fn add<T: Item>(&mut self, name: &str, items: &[T]) -> io::Result<()> {
        let room = self.reserve::<T>(name, items.len() as u64);
        let bytes = bytemuck::cast_slice(items);
        write_at(self.file, bytes, room.start)?;
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        self.close::<T>(room, items.len() as u64, hasher)
    }

    /// Completes an array of `items` items, whose bytes gave `hasher`.
    pub(super) fn close<T: Item>(&mut self, room: Room, items: u64, hasher: Hasher) -> io::Result<()> {
        let array = array_header::<T>(items);
        let mut whole = Hasher::new();
        whole.update(&array);
        whole.combine(&hasher);
        let size = ARRAY_HEADER + items * size_of::<T>() as u64;
        let member = Member { name: room.name, size, crc: whole.finalize(), at: room.at };
        let mut header = member.local_header();
        header.extend_from_slice(&array);
        write_at(self.file, &header, member.at)?;
        self.members.push(member);
        Ok(())
    }

    /// Writes a member that is no array, where the archive ends so far.
    pub(super) fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        let (size, crc) = (bytes.len() as u64, hasher.finalize());
        let member = Member { name: name.to_owned(), size, crc, at: self.end };
        let mut content = member.local_header();
        content.extend_from_slice(bytes);
        write_at(self.file, &content, self.end)?;
        self.end += content.len() as u64;
        self.members.push(member);
        Ok(())
    }

    /// Writes the directory. Returns how long the file is.
    pub(super) fn finish(self) -> io::Result<u64> {
        let start = self.end;
        let mut directory = Vec::new();
        for member in &self.members {
            member.write_directory_entry(&mut directory);
        }
        let length = directory.len() as u64;
        let count = self.members.len() as u64;
        put32(&mut directory, 0x0606_4b50);
        put64(&mut directory, 44);
        put16(&mut directory, VERSION);
        put16(&mut directory, VERSION);
        put32(&mut directory, 0);
        put32(&mut directory, 0);
        for number in [count, count, length, start] {
            put64(&mut directory, number);
        }
        put32(&mut directory, 0x0706_4b50);
        put32(&mut directory, 0);
        put64(&mut directory, start + length);
        put32(&mut directory, 1);
        // The old form of the end, all of it pointing to the 64-bit one.
        put32(&mut directory, 0x0605_4b50);
        [0, 0, u16::MAX, u16::MAX].into_iter().for_each(|number| put16(&mut directory, number));
        [u32::MAX, u32::MAX].into_iter().for_each(|number| put32(&mut directory, number));
        put16(&mut directory, 0);
        write_at(self.file, &directory, start)?;
        let end = start + directory.len() as u64;
        self.file.set_len(end)?;
        Ok(end)
    }
}

impl Member {
    fn local_header(&self) -> Vec<u8> {
        let mut header = Vec::new();
        put32(&mut header, 0x0403_4b50);
        self.write_common(&mut header, LOCAL_EXTRA);
        header.extend_from_slice(self.name.as_bytes());
        put16(&mut header, 1);
        put16(&mut header, LOCAL_EXTRA - 4);
        put64(&mut header, self.size);
        put64(&mut header, self.size);
        header
    }

    fn write_directory_entry(&self, directory: &mut Vec<u8>) {
        put32(directory, 0x0201_4b50);
        put16(directory, VERSION);
        self.write_common(directory, CENTRAL_EXTRA);
        // Comment, disk, internal and external attributes; the place is among the 64-bit numbers.
        [0, 0, 0].into_iter().for_each(|number| put16(directory, number));
        put32(directory, 0);
        put32(directory, u32::MAX);
        directory.extend_from_slice(self.name.as_bytes());
        put16(directory, 1);
        put16(directory, CENTRAL_EXTRA - 4);
        put64(directory, self.size);
        put64(directory, self.size);
        put64(directory, self.at);
    }

    /// What local header and directory entry share, from the version to the length of the extra field.
    fn write_common(&self, header: &mut Vec<u8>, extra: u16) {
        let name = u16::try_from(self.name.len()).expect("names of members are short");
        [VERSION, 0, 0, 0, NO_DATE].into_iter().for_each(|number| put16(header, number));
        put32(header, self.crc);
        [u32::MAX, u32::MAX].into_iter().for_each(|number| put32(header, number));
        [name, extra].into_iter().for_each(|number| put16(header, number));
    }
}

/// The header of a NumPy array (format version 1.0) of rows of `T`, padded to 128 bytes.
pub(super) fn array_header<T: Item>(items: u64) -> Vec<u8> {
    let shape = if T::WIDTH == 1 { format!("({items},)") } else { format!("({items}, {})", T::WIDTH) };
    let text = format!("{{'descr': '{}', 'fortran_order': False, 'shape': {shape}, }}", T::DESCR);
    let mut header = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    header.extend_from_slice(text.as_bytes());
    header.resize(127, b' ');
    header.push(b'\n');
    header
}

fn put16(bytes: &mut Vec<u8>, number: u16) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put32(bytes: &mut Vec<u8>, number: u32) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put64(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

/// Writes bytes at a place of a file.
#[cfg(unix)]
pub(super) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

/// Writes bytes at a place of a file.
#[cfg(windows)]
pub(super) fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        bytes = &bytes[count..];
        at += count as u64;
    }
    Ok(())
}
