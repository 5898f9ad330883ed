//! Puts a file in its place whole, or leaves what was there.

use crate::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// By how much of its beginning a file is known.
const HEAD: u64 = 64 * 1024;

/// Where a file is put: as it is named, or, of a link, the file to which it leads.
///
/// # Errors
/// What stands there is no plain file (a device, a pipe, a folder), or is a link that leads nowhere.
pub fn place(out: &Path) -> Result<PathBuf, Error> {
    let is_link = fs::symlink_metadata(out).is_ok_and(|it| it.is_symlink());
    match fs::metadata(out) {
        Ok(facts) if !facts.is_file() => Err(Error::refused(
            format!("`{}` is no file", out.display()),
            "name a file, or leave the option out",
        )),
        Ok(_) if is_link => out.canonicalize().map_err(|error| failed(out, "followed", &error)),
        Err(_) if is_link => Err(Error::refused(
            format!("`{}` is a link that leads to no file", out.display()),
            "remove the link, or name the file that is to be written",
        )),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(out, "replaced", &error)),
        Ok(_) | Err(_) => Ok(out.to_owned()),
    }
}

/// Refuses to replace a file that is no `what`: not even its beginning is ours. What is no file is never opened: a pipe
/// would wait for whoever writes to it.
///
/// # Errors
/// It is something else, or cannot be read.
pub fn may_replace(out: &Path, what: &str, is_ours: impl FnOnce(&[u8]) -> bool) -> Result<(), Error> {
    let place = place(out)?;
    let mut head = Vec::new();
    let read =
        fs::OpenOptions::new().read(true).open(place).and_then(|file| file.take(HEAD).read_to_end(&mut head));
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
    // Looked at again: something else may stand there since the run began.
    let place = place(out)?;
    let name = place.file_name().ok_or_else(|| failed(out, "written", &"it names no file"))?;
    let (file, aside) = begin_aside(&place, name).map_err(|error| failed(out, "written", &error))?;
    let written = write(&file).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&aside, &place));
    if written.is_err() {
        // It was made here, so it is ours to remove.
        let _ = fs::remove_file(&aside);
    }
    written.map_err(|error| failed(out, "written", &error))
}

/// How many names are tried beside a place.
const NAMES: u32 = 100;

/// Makes a new file beside a place. What stands there under such a name is somebody else's, and stays.
fn begin_aside(place: &Path, name: &OsStr) -> io::Result<(fs::File, PathBuf)> {
    let mut taken = None;
    for number in 0..NAMES {
        let mut aside = OsString::from(".");
        aside.push(name);
        aside.push(format!(".{}.{number}", std::process::id()));
        let aside = place.with_file_name(aside);
        match fs::OpenOptions::new().write(true).create_new(true).open(&aside) {
            Ok(file) => return Ok((file, aside)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => taken = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(taken.unwrap_or_else(|| ErrorKind::AlreadyExists.into()))
}

fn failed(out: &Path, done: &str, why: &dyn std::fmt::Display) -> Error {
    let hint = "look at the folder, its rights and the room on its disk, or name another place".to_owned();
    Error::Output { what: format!("`{}` cannot be {done}: {why}", out.display()), hint }
}

#[cfg(test)]
mod tests {
    use super::{may_replace, place, whole};
    use std::fs;
    use std::io::Write as _;
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_somebody_else_left_beside_the_place_stays() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("d.csv");
        let left = format!(".d.csv.{}.0", std::process::id());
        fs::write(folder.path().join(&left), "theirs").unwrap();
        whole(&out, |mut file| file.write_all(b"new")).unwrap();
        assert_eq!(names(folder.path()), [left.as_str(), "d.csv"]);
        // A failed run takes away what it made, and nothing else.
        let full = std::io::ErrorKind::StorageFull;
        whole(&out, |mut file| file.write_all(b"half").and(Err(full.into()))).unwrap_err();
        assert_eq!(names(folder.path()), [left.as_str(), "d.csv"]);
        assert_eq!(fs::read_to_string(&out).unwrap(), "new");
        assert_eq!(fs::read_to_string(folder.path().join(left)).unwrap(), "theirs");
    }

    #[test]
    fn where_all_names_beside_it_are_taken_nothing_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let taken = |number| folder.path().join(format!(".d.csv.{}.{number}", std::process::id()));
        (0..super::NAMES).for_each(|number| fs::write(taken(number), "theirs").unwrap());
        let before = names(folder.path());
        whole(&folder.path().join("d.csv"), |_| Ok(())).unwrap_err();
        assert_eq!(names(folder.path()), before);
    }

    #[test]
    fn a_folder_is_no_place_for_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let said = may_replace(folder.path(), "list", |_| true).unwrap_err().to_string();
        assert!(said.contains("is no file\n\nhint: name a file"), "{said}");
        assert_eq!(place(Path::new("new.csv")).unwrap(), Path::new("new.csv"));
    }
}
