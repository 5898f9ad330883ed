//! The file that a snapshot is written to: aside first, then in the place of the old one.
//!
//! The new file is written beside its goal, brought to the disk, and renamed. Whatever ends the program before,
//! the old snapshot stays as it was; what was written aside is taken over by the next one that writes there.

use crate::error::Error;
use crate::open::FileSpec;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that is written aside. Held by one process at a time.
#[derive(Debug)]
pub(crate) struct Target {
    goal: FileSpec,
    aside: PathBuf,
    pub(crate) file: Arc<File>,
    done: bool,
}

impl Target {
    /// Begins to write beside the goal: from here on, nobody else does. Of a link, the file that it names is the goal.
    pub(crate) fn begin(goal: &FileSpec) -> Result<Self, Error> {
        let cannot = |error| Error::io(&goal.name, "cannot be written", error);
        let mut goal = goal.clone();
        if goal.path.is_symlink() {
            goal.path = goal.path.canonicalize().map_err(|error| {
                let error = Error::io(&goal.name, "is a link that leads to no file", error);
                error.with_hint("remove the link, or name the file that is to be written")
            })?;
        }
        let name = goal.path.file_name().ok_or_else(|| Error::file(&goal.name, "is no name of a file"))?;
        if goal.path.is_dir() {
            return Err(Error::file(&goal.name, "is a folder, but one file is written"));
        }
        let mut aside_name = std::ffi::OsString::from(".");
        aside_name.push(name);
        aside_name.push(".new");
        let aside = goal.path.with_file_name(aside_name);
        loop {
            // Whatever a link names is not ours to write.
            if aside.is_symlink() {
                let what = format!("the new one is written aside first, but `{}` is a link", aside.display());
                return Err(Error::file(&goal.name, what).with_hint("remove the link"));
            }
            let mut options = OpenOptions::new();
            let opened = options.read(true).write(true).create(true).truncate(false).open(&aside);
            let file = opened.map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => cannot(error).with_hint("make its folder first"),
                _ => cannot(error),
            })?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let what = "is being written by another process";
                    return Err(
                        Error::file(&goal.name, what).with_hint("wait until it is done, then try again")
                    );
                }
                // A file system without locks: as good as we can.
                Err(TryLockError::Error(_)) => {}
            }
            // Whoever held it may have renamed it meanwhile: then it is a finished snapshot now, and not ours.
            if is_same(&file, &aside) {
                file.set_len(0).map_err(cannot)?;
                return Ok(Self { goal, aside, file: Arc::new(file), done: false });
            }
        }
    }

    /// Says that something could not be written.
    pub(crate) fn error(&self, error: io::Error) -> Error {
        let full = error.kind() == io::ErrorKind::StorageFull || error.kind() == io::ErrorKind::QuotaExceeded;
        let cannot = Error::io(&self.goal.name, "cannot be written", error);
        let old = if self.goal.path.exists() { "the old file is as it was" } else { "nothing was written" };
        cannot.with_hint(if full { format!("make room on the disk; {old}") } else { old.to_owned() })
    }

    /// Brings the file to the disk and puts it in the place of the old one. Returns its name, fit for outputs.
    pub(crate) fn finish(mut self) -> Result<String, Error> {
        let rename = |target: &Self| {
            target.file.sync_all()?;
            fs::rename(&target.aside, &target.goal.path)
        };
        rename(&self).map_err(|error| self.error(error))?;
        self.done = true;
        // The name is to last as well; where a folder cannot be synced, the file itself still is.
        let folder =
            self.goal.path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = OpenOptions::new().read(true).open(folder) {
            let _ = folder.sync_all();
        }
        Ok(self.goal.output_name())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done about a file that cannot be removed: the next writer takes it over.
            let _ = fs::remove_file(&self.aside);
        }
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |facts: io::Result<fs::Metadata>| facts.ok().map(|facts| (facts.dev(), facts.ino()));
    let here = number(file.metadata());
    here.is_some() && here == number(fs::symlink_metadata(path))
}

#[cfg(not(unix))]
fn is_same(_: &File, _: &Path) -> bool {
    true
}
