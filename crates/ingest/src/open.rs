//! Paths to readers: the only place that opens files.
//!
//! What is read is counted and hashed as it lies on disk, before any decompression. Compression is recognised
//! by the first bytes, not by the name; a gzip file may have several members, a zstd file several frames, and all
//! are read.

use crate::error::{Error, cut};
use crate::parquet::MAGIC;
use crate::snapshot::is_snapshot;
use crate::unpack::{Damage, WINDOW_REFUSED, is_packed, unpack};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A file: where it lies, and how the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSpec {
    /// Where it lies; `-` is standard input.
    pub path: PathBuf,
    /// Its name in messages and outputs.
    pub name: String,
}

impl FileSpec {
    /// A file that was typed: it is named as it was typed.
    #[must_use]
    pub fn typed(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        let name = if path == Path::new("-") { "standard input".into() } else { path.display().to_string() };
        Self { path, name }
    }

    /// A file that another file names: it lies relative to that file's folder.
    #[must_use]
    pub fn beside(folder: &Path, name: &str) -> Self {
        Self { path: folder.join(name), name: name.to_owned() }
    }

    /// The name that may stand in an output: never a whole path of this machine.
    #[must_use]
    pub fn output_name(&self) -> String {
        let absolute = Path::new(&self.name).is_absolute();
        let last = self.path.file_name().filter(|_| absolute);
        last.map_or_else(|| self.name.clone(), |last| last.to_string_lossy().into_owned())
    }

    /// The last part of its name.
    pub(crate) fn short_name(&self) -> String {
        let last = self.path.file_name().filter(|_| !self.is_standard_input());
        last.map_or_else(|| self.name.clone(), |last| last.to_string_lossy().into_owned())
    }

    /// Whether it can be read once only: standard input, or a pipe.
    pub(crate) fn is_read_once(&self) -> bool {
        self.is_standard_input()
            || fs::metadata(&self.path).is_ok_and(|facts| !facts.is_file() && !facts.is_dir())
    }

    fn is_standard_input(&self) -> bool {
        self.path == Path::new("-")
    }
}

/// Told how many bytes of all files were read so far, as they lie on disk.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// What was read of a file.
struct Meter {
    /// `None` where nobody wants to know.
    sha256: Option<Sha256>,
    size: u64,
}

impl Default for Meter {
    fn default() -> Self {
        Self { sha256: Some(Sha256::default()), size: 0 }
    }
}

impl Meter {
    fn add(&mut self, bytes: &[u8]) {
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
        self.size += bytes.len() as u64;
    }

    fn into_digested(self) -> Digested {
        let sha256 = self.sha256.map(|sha256| hex_of(&sha256.finalize())).unwrap_or_default();
        Digested { sha256, size: self.size }
    }
}

/// A hash as it is written.
pub(crate) fn hex_of(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file's bytes, counted and hashed on their way.
struct Metered<'a> {
    inner: Box<dyn Read + Send>,
    meter: Arc<Mutex<Meter>>,
    before: u64,
    progress: Progress<'a>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
        meter.add(&buffer[..count]);
        (self.progress)(self.before + meter.size);
        Ok(count)
    }
}

/// An open file: its text, decompressed, without a byte order mark.
pub(crate) struct Opened<'a> {
    pub(crate) text: Box<dyn BufRead + Send + 'a>,
    /// The first bytes of the text: all of it, where it is short.
    pub(crate) head: Vec<u8>,
    meter: Arc<Mutex<Meter>>,
}

/// What a file was: its hash (empty where it was not computed) and size as it lies on disk.
pub(crate) struct Digested {
    pub(crate) sha256: String,
    pub(crate) size: u64,
}

/// Beginnings of files that are no text, and what to do about them.
const NO_TEXT: &[(&[u8], &str, &str)] = &[
    (b"\x28\xb5\x2f\xfd", "is compressed twice", "decompress it once"),
    (b"\x1f\x8b", "is compressed twice", "decompress it once"),
    (b"BZh", "is compressed with bzip2, which is not read", "decompress it first: `bzip2 -d`"),
    (b"\xfd7zXZ", "is compressed with xz, which is not read", "decompress it first: `xz -d`"),
    (
        b"PK\x03\x04",
        "is a zip archive or a spreadsheet, not text",
        "save the sheet as CSV, or unpack the archive",
    ),
    (
        MAGIC,
        "is a Parquet file, but text was expected",
        "Parquet is read for transfers, tokens and issuers, from a file: not from a pipe, nor compressed once more",
    ),
    (b"PARE", "is an encrypted Parquet file, which is not read", "decrypt it first"),
    (b"\xff\xfe", "is UTF-16 text, but UTF-8 was expected", "save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16 text, but UTF-8 was expected", "save it as UTF-8"),
];

const BUFFER: usize = 64 * 1024;

/// How many bytes are looked at before a form is chosen.
const HEAD: u64 = 4096;

/// An open file that may be a table of either form.
pub(crate) enum Source<'a> {
    /// Text: a CSV.
    Text(Opened<'a>),
    /// Parquet, which is read here and there: the file itself.
    Parquet(fs::File),
}

/// Opens a file that holds a table. `before` is how many bytes the progress has counted up to here.
pub(crate) fn open_table<'a>(
    file: &FileSpec,
    before: u64,
    progress: Progress<'a>,
) -> Result<Source<'a>, Error> {
    if file.is_standard_input() {
        return open(file, before, progress).map(Source::Text);
    }
    let mut opened = open_path(file)?;
    let mut head = Vec::new();
    let magic = opened.by_ref().take(4).read_to_end(&mut head);
    magic.map_err(|error| cannot_read(&file.name, error))?;
    let is_file = opened.metadata().is_ok_and(|facts| facts.is_file());
    if head == MAGIC && is_file {
        return Ok(Source::Parquet(opened));
    }
    open_text(file, Box::new(Cursor::new(head).chain(opened)), before, progress).map(Source::Text)
}

/// Opens a text. `before` is how many bytes the progress has counted up to here.
pub(crate) fn open<'a>(file: &FileSpec, before: u64, progress: Progress<'a>) -> Result<Opened<'a>, Error> {
    let inner: Box<dyn Read + Send> =
        if file.is_standard_input() { Box::new(io::stdin()) } else { Box::new(open_path(file)?) };
    open_text(file, inner, before, progress)
}

fn open_path(file: &FileSpec) -> Result<fs::File, Error> {
    #[expect(clippy::disallowed_methods, reason = "this is where files are opened")]
    let opened = fs::File::open(&file.path);
    let opened = opened.map_err(|error| Error::io(&file.name, "cannot be opened", error))?;
    if opened.metadata().is_ok_and(|facts| facts.is_dir()) {
        return Err(Error::file(&file.name, "is a folder, but a file was expected"));
    }
    Ok(opened)
}

fn open_text<'a>(
    file: &FileSpec,
    inner: Box<dyn Read + Send>,
    before: u64,
    progress: Progress<'a>,
) -> Result<Opened<'a>, Error> {
    let meter = Arc::new(Mutex::new(Meter::default()));
    let metered = Metered { inner, meter: Arc::clone(&meter), before, progress };
    let (head, raw) = peek(metered, 4).map_err(|error| cannot_read(&file.name, error))?;
    let raw = BufReader::with_capacity(BUFFER, raw);
    let text = unpack(&head, raw).map_err(|error| cannot_read(&file.name, error))?;
    let (mut head, text) = peek(text, HEAD).map_err(|error| cannot_read(&file.name, error))?;
    if is_snapshot(&head) {
        let what = "is a snapshot of dyetrace, which is not read from a folder or a pipe, nor compressed";
        return Err(Error::file(&file.name, what).with_hint("name it itself, before all other files"));
    }
    if let Some((_, what, hint)) = NO_TEXT.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(Error::file(&file.name, *what).with_hint(*hint));
    }
    let mut text = BufReader::with_capacity(BUFFER, text);
    if head.starts_with(b"\xef\xbb\xbf") {
        text.read_exact(&mut [0; 3]).map_err(|error| cannot_read(&file.name, error))?;
        head.drain(..3);
    }
    Ok(Opened { text: Box::new(text), head, meter })
}

/// Whether a file begins as a compressed one does.
pub(crate) fn is_compressed(file: &FileSpec) -> bool {
    let mut head = [0; 4];
    let read = open_raw(file).is_ok_and(|mut opened| opened.read_exact(&mut head).is_ok());
    read && is_packed(&head)
}

/// Opens a file to be read as it lies on disk.
pub(crate) fn open_raw(file: &FileSpec) -> Result<fs::File, Error> {
    #[expect(clippy::disallowed_methods, reason = "this is where files are opened")]
    fs::File::open(&file.path).map_err(|error| Error::io(&file.name, "cannot be opened", error))
}

/// Reads the first bytes and puts them back.
fn peek<R: Read + Send>(mut reader: R, count: u64) -> io::Result<(Vec<u8>, impl Read + Send)> {
    let mut head = Vec::new();
    reader.by_ref().take(count).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(reader)))
}

/// Says what an error while reading means.
pub(crate) fn cannot_read(name: &str, error: io::Error) -> Error {
    let Some(form) = Damage::of(&error).map(|damage| damage.form) else {
        return Error::io(name, "cannot be read", error);
    };
    if error.to_string() == WINDOW_REFUSED {
        let what = "the zstd data need more than 128 MiB of memory to be decompressed";
        return Error::file(name, what).with_hint("decompress it first: `zstd -d --long=31`");
    }
    if error.kind() == io::ErrorKind::UnexpectedEof {
        let error = Error::io(name, format!("the {form} data end too early"), error);
        return error.with_hint("the file was cut off: fetch it again and compare its size");
    }
    Error::io(name, format!("the {form} data are damaged"), error).with_hint("fetch the file again")
}

impl Opened<'_> {
    /// Computes no hash.
    pub(crate) fn skip_hash(&self) {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner).sha256 = None;
    }

    /// Reads what is left and returns what the file was.
    pub(crate) fn finish(self, name: &str) -> Result<Digested, Error> {
        let Self { mut text, meter, .. } = self;
        io::copy(&mut text, &mut io::sink()).map_err(|error| cannot_read(name, error))?;
        drop(text);
        let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *meter).into_digested())
    }
}

/// Hashes a file from its beginning.
pub(crate) fn hash(file: &mut fs::File) -> io::Result<Digested> {
    let mut meter = Meter::default();
    let mut buffer = vec![0; BUFFER];
    file.rewind()?;
    loop {
        let count = match file.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            count => count?,
        };
        if count == 0 {
            return Ok(meter.into_digested());
        }
        meter.add(&buffer[..count]);
    }
}

/// Lists the files that a path names: itself, or, of a folder, its files in the order of their names by bytes.
/// Links are followed.
///
/// # Errors
/// An [`Error`] where the path does not exist or cannot be listed, or the folder holds no file, or something
/// else beside its files: what is not read would be missing from the result in silence.
pub fn list_files(named: &FileSpec) -> Result<Vec<FileSpec>, Error> {
    let entries = list_entries(named)?;
    for entry in entries.iter().filter(|entry| *entry != named) {
        let facts = fs::metadata(&entry.path);
        if !facts.as_ref().is_ok_and(fs::Metadata::is_file) {
            let name = cut(entry.path.file_name().unwrap_or_default().as_encoded_bytes());
            let kind = if facts.is_ok_and(|facts| facts.is_dir()) { "a folder" } else { "no file" };
            let error = Error::file(
                &named.name,
                format!("the folder holds `{name}`, which is {kind} and is not read"),
            );
            return Err(error.with_hint("name the files, or each folder on its own, or move it away"));
        }
    }
    Ok(entries)
}

/// Lists what a path names: itself, or whatever lies in the folder, in the order of the names by bytes.
pub(crate) fn list_entries(named: &FileSpec) -> Result<Vec<FileSpec>, Error> {
    if named.is_standard_input() {
        return Ok(vec![named.clone()]);
    }
    let facts =
        fs::metadata(&named.path).map_err(|error| Error::io(&named.name, "cannot be opened", error))?;
    if !facts.is_dir() {
        return Ok(vec![named.clone()]);
    }
    let unlisted = |error| Error::io(&named.name, "the folder cannot be listed", error);
    let mut names = Vec::new();
    for entry in fs::read_dir(&named.path).map_err(unlisted)? {
        names.push(entry.map_err(unlisted)?.file_name());
    }
    if names.is_empty() {
        return Err(Error::file(&named.name, "the folder holds no file"));
    }
    names.sort_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    let shown = named.name.trim_end_matches('/');
    let spec = |name: std::ffi::OsString| FileSpec {
        path: named.path.join(&name),
        name: format!("{shown}/{}", name.to_string_lossy()),
    };
    Ok(names.into_iter().map(spec).collect())
}

/// How many bytes the named files and folders hold in all, where that is known: for a progress bar.
#[must_use]
pub fn total_size<'a>(named: impl IntoIterator<Item = &'a FileSpec>) -> Option<u64> {
    let mut total = 0_u64;
    for file in named {
        for file in list_files(file).ok()? {
            total += fs::metadata(&file.path).ok().filter(fs::Metadata::is_file)?.len();
        }
    }
    Some(total)
}
