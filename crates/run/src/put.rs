//! Puts a file in its place whole, or leaves what was there.

use crate::error::Error;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// By how much of its beginning a file is known.
const HEAD: u64 = 64 * 1024;

/// Refuses to replace a file that is no `what`: not even its beginning is ours.
///
/// # Errors
/// It is something else, or cannot be read.
pub fn may_replace(out: &Path, what: &str, is_ours: impl FnOnce(&[u8]) -> bool) -> Result<(), Error> {
    let mut head = Vec::new();
    let read =
        fs::OpenOptions::new().read(true).open(out).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    match read {
        Ok(0) => Ok(()),
        Ok(_) if is_ours(&head) => Ok(()),
        Ok(_) => {
            Err(Error::refused(format!("`{}` is there and is no {what}", out.display()), "name another file"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(out, "replaced", &error)),
    }
}

/// Writes beside the place, and renames at the end.
///
/// # Errors
/// It cannot be written there: the folder is not there, its disk is full, and the like.
pub fn whole(out: &Path, write: impl FnOnce(&fs::File) -> io::Result<()>) -> Result<(), Error> {
    let folder = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = out.file_name().ok_or_else(|| failed(out, "written", &"it names no file"))?.to_string_lossy();
    let aside = folder.join(format!(".{name}.{}", std::process::id()));
    let mut new = fs::OpenOptions::new();
    let written = new.write(true).create_new(true).open(&aside).and_then(|file| {
        write(&file)?;
        file.sync_all()?;
        fs::rename(&aside, out)
    });
    if written.is_err() {
        // It may not have come to be.
        let _ = fs::remove_file(&aside);
    }
    written.map_err(|error| failed(out, "written", &error))
}

fn failed(out: &Path, done: &str, why: &dyn std::fmt::Display) -> Error {
    let hint = "look at the folder, its rights and the room on its disk, or name another place".to_owned();
    Error::Output { what: format!("`{}` cannot be {done}: {why}", out.display()), hint }
}
