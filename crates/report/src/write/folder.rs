//! The folder of a result: written aside, then renamed, so that it is either whole or not there.
//!
//! Nothing is left behind on failure. An existing folder is replaced only if an earlier run of ours wrote it.

use crate::error::Error;
use crate::manifest::{is_ours, outputs};
use hashbrown::HashSet;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its name inside the folder.
    pub name: String,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Its size, in bytes.
    pub bytes: u64,
}

/// A folder under way.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Where it will stand.
    goal: PathBuf,
    /// Where it is written; removed on drop.
    aside: TempDir,
    /// Dropped after `aside`, which lies in them.
    made: MadeFolders,
    files: Vec<WrittenFile>,
}

impl Folder {
    /// Starts a folder beside its goal.
    pub(crate) fn begin(goal: &Path) -> Result<Self, Error> {
        let goal = resolved(goal);
        may_be_replaced(&goal)?;
        let parent = parent_of(&goal);
        let made = MadeFolders::make(parent).map_err(|error| Error::io("make the folder", parent, error))?;
        let aside = aside(parent).map_err(|error| Error::io("make a folder in it", parent, error))?;
        Ok(Self { goal, aside, made, files: Vec::new() })
    }

    /// Writes one file. A name may have folders before it, with `/` between.
    pub(crate) fn write(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Sealing<BufWriter<fs::File>>) -> io::Result<()>,
    ) -> Result<(), Error> {
        let path = self.goal.join(name);
        let place = self.aside.path().join(name);
        let made = place.parent().map_or(Ok(()), fs::create_dir_all);
        let written = made.and_then(|()| create(&place)).and_then(|file| {
            let mut file = Sealing::new(BufWriter::new(file));
            write(&mut file)?;
            file.flush()?;
            let (sha256, bytes) = file.finish();
            Ok(WrittenFile { name: name.to_owned(), sha256, bytes })
        });
        self.files.push(written.map_err(|error| Error::io("write it", &path, error))?);
        Ok(())
    }

    /// Opens a file that was written.
    pub(crate) fn read(&self, name: &str) -> Result<impl Read + use<>, Error> {
        let path = self.aside.path().join(name);
        open(&path)
            .map(BufReader::new)
            .map_err(|error| Error::io("read it again", &self.goal.join(name), error))
    }

    /// The files written so far, in order.
    pub(crate) fn files(&self) -> &[WrittenFile] {
        &self.files
    }

    /// Puts the folder in its place.
    pub(crate) fn finish(self) -> Result<Vec<WrittenFile>, Error> {
        // Dropped from last to first: what was written goes before the folders it lies in.
        let Self { goal, made, aside: written, files } = self;
        may_be_replaced(&goal)?;
        let failed = |error| Error::io("put the finished folder in its place", &goal, error);
        if goal.exists() {
            // The old result stands aside until the new one is in place.
            let old = aside(parent_of(&goal)).map_err(failed)?;
            let kept = old.path().join("old");
            fs::rename(&goal, &kept).map_err(failed)?;
            if let Err(error) = fs::rename(written.path(), &goal) {
                fs::rename(&kept, &goal).map_err(failed)?;
                return Err(failed(error));
            }
        } else {
            fs::rename(written.path(), &goal).map_err(failed)?;
        }
        // It is no longer where it was made, so there is nothing to remove.
        let _ = written.keep();
        made.keep();
        Ok(files)
    }
}

/// Checks, before the long run, that a result may be written to a folder.
///
/// # Errors
/// An [`Error`] where the folder exists and is not a result of ours, or holds something else too.
pub fn check_out(out: &Path) -> Result<(), Error> {
    may_be_replaced(&resolved(out))
}

/// The folder that will be replaced: that to which a link points, and not the link. Else as it was named.
fn resolved(goal: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(goal).is_ok_and(|kind| kind.is_symlink());
    let resolved = if is_link || goal.file_name().is_none() { fs::canonicalize(goal).ok() } else { None };
    resolved.unwrap_or_else(|| goal.to_owned())
}

fn parent_of(goal: &Path) -> &Path {
    goal.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Folders that were made for a result to stand in; those still empty are removed again on drop.
#[derive(Debug)]
struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    fn make(folder: &Path) -> io::Result<Self> {
        let missing = folder.ancestors().filter(|it| !it.as_os_str().is_empty());
        let made = Self(missing.take_while(|it| !it.exists()).map(Path::to_owned).collect());
        fs::create_dir_all(folder)?;
        Ok(made)
    }

    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Somebody may have put something there meanwhile: then it stays, as it should.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Makes a folder with a name of its own that other users may look into, as into any other.
fn aside(parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".dyetrace-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder.tempdir_in(parent)
}

fn may_be_replaced(goal: &Path) -> Result<(), Error> {
    let Ok(kind) = fs::symlink_metadata(goal) else { return Ok(()) };
    if !kind.is_dir() {
        return Err(Error::not_ours(goal, "is no folder"));
    }
    match fs::read(goal.join("manifest.json")) {
        Ok(manifest) if is_ours(&manifest) => holds_nothing_else(goal, &manifest),
        Ok(_) => Err(Error::not_ours(goal, "its `manifest.json` is not one of dyetrace")),
        Err(_) => Err(Error::not_ours(goal, "holds no `manifest.json` of dyetrace")),
    }
}

/// Somebody may have put notes beside our tables: they are not ours to delete.
fn holds_nothing_else(goal: &Path, manifest: &[u8]) -> Result<(), Error> {
    let ours = outputs(manifest);
    let known: HashSet<&str> = ours.iter().map(String::as_str).chain(["manifest.json"]).collect();
    let entries = entries(goal).map_err(|error| Error::io("list it", goal, error))?;
    if entries.iter().any(|name| !known.contains(name.as_str())) {
        return Err(Error::not_ours(goal, "holds a file that dyetrace did not write"));
    }
    Ok(())
}

/// Lists what lies in a folder and the folders in it, sorted, with `/` between: files, links and whatever else is no
/// folder, and empty folders. Links are not followed. What has no name in Unicode is listed as it can be shown.
pub(crate) fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((folder, before)) = waiting.pop() {
        let held = names.len() + waiting.len();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                waiting.push((entry.path(), format!("{name}/")));
            } else {
                names.push(name);
            }
        }
        if !before.is_empty() && names.len() + waiting.len() == held {
            names.push(before);
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[expect(clippy::disallowed_methods, reason = "the caller puts the path into the error")]
fn create(path: &Path) -> io::Result<fs::File> {
    fs::File::create(path)
}

#[expect(clippy::disallowed_methods, reason = "the caller puts the path into the error")]
pub(crate) fn open(path: &Path) -> io::Result<fs::File> {
    fs::File::open(path)
}

/// Counts and digests what goes through it.
#[derive(Debug)]
pub(crate) struct Sealing<W> {
    to: W,
    digest: Sha256,
    bytes: u64,
}

impl<W> Sealing<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, digest: Sha256::new(), bytes: 0 }
    }

    /// The SHA-256 of all that went through, in hex, and how many bytes that was.
    pub(crate) fn finish(self) -> (String, u64) {
        (hex(&self.digest.finalize()), self.bytes)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let taken = self.to.write(part)?;
        self.digest.update(&part[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes any text");
    }
    text
}
