//! Whose fault it is when a run on a snapshot goes wrong.
//!
//! A snapshot is opened without reading its columns, so a damaged one may lead anywhere: to numbers of accounts that
//! do not exist, where the program ends in a panic, or to an error that means something else. Only then are its
//! checksums compared, which reads all of it; and where one does not agree, that is what the user is told.

use crate::watch::Watch;
use dyetrace_ingest::FileSpec;
use dyetrace_ingest::snapshot::{check_whole, is_snapshot_file};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::{Arc, Mutex, PoisonError};

/// Does work that reads these inputs. Where it fails and a snapshot among them is damaged, that is the error; else a
/// panic goes on as what it is, a fault of the program.
///
/// # Errors
/// What the work says, or that a snapshot is damaged.
pub fn blame_damage<'f, T, E: From<dyetrace_ingest::Error>>(
    inputs: impl Iterator<Item = &'f FileSpec>,
    output: &dyn Watch,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let snapshots: Vec<&FileSpec> = inputs.filter(|file| is_snapshot_file(file)).collect();
    if snapshots.is_empty() {
        return work();
    }
    let (done, said) = in_silence(work);
    if let Ok(Ok(done)) = done {
        return Ok(done);
    }
    compare(&snapshots, output)?;
    done.unwrap_or_else(|panic| {
        output.note(&said);
        resume_unwind(panic)
    })
}

/// As [`blame_damage`], but a panic is printed where it happens: for a program that is not ours alone, where nobody but
/// its owner may say how panics are printed.
///
/// # Errors
/// What the work says, or that a snapshot is damaged.
pub fn blame_damage_aloud<'f, T, E: From<dyetrace_ingest::Error>>(
    inputs: impl Iterator<Item = &'f FileSpec>,
    output: &dyn Watch,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let snapshots: Vec<&FileSpec> = inputs.filter(|file| is_snapshot_file(file)).collect();
    let done = catch_unwind(AssertUnwindSafe(work));
    if !matches!(done, Ok(Ok(_))) {
        compare(&snapshots, output)?;
    }
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Compares the checksums of snapshots.
fn compare(snapshots: &[&FileSpec], output: &dyn Watch) -> Result<(), dyetrace_ingest::Error> {
    if snapshots.is_empty() {
        return Ok(());
    }
    let busy = output.busy("comparing checksums");
    let whole = snapshots.iter().try_for_each(|snapshot| check_whole(snapshot));
    busy.finish_and_clear();
    whole
}

/// Does the work and keeps what a panic would print.
fn in_silence<T>(work: impl FnOnce() -> T) -> (std::thread::Result<T>, String) {
    let said = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&said);
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        let mut said = kept.lock().unwrap_or_else(PoisonError::into_inner);
        // The first one tells the cause.
        if said.is_empty() {
            *said = panic.to_string();
        }
    }));
    let done = catch_unwind(AssertUnwindSafe(work));
    set_hook(before);
    let said = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
    (done, said)
}

#[cfg(test)]
mod tests {
    use super::blame_damage;
    use crate::error::Error;
    use crate::watch::Silent;
    use dyetrace_ingest::snapshot::write;
    use dyetrace_ingest::{FileSpec, Reading};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn a_fault_of_the_program_stays_one_where_the_snapshot_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = FileSpec::beside(folder.path(), "s.dye");
        write(&file, &Reading::default()).unwrap();
        let blamed = |work: fn() -> Result<u8, Error>| {
            catch_unwind(AssertUnwindSafe(|| blame_damage([&file].into_iter(), &Silent, work)))
        };
        assert_eq!(blamed(|| panic!("ours")).unwrap_err().downcast_ref(), Some(&"ours"));
        assert_eq!(
            blamed(|| Err(Error::refused("theirs", "none"))).unwrap().unwrap_err().message(),
            "theirs"
        );
        assert_eq!(blamed(|| Ok(7)).unwrap().unwrap(), 7);
    }
}
