//! Damage: whatever happens to a snapshot's bytes, it is said, or nothing that counts was hit. Never a panic.

use super::{is_same, opened, whole_snapshot, written};
use crate::{folder, spec};
use dyetrace_ingest::snapshot::{check_whole, verify};
use dyetrace_ingest::{InputSpec, ReadOptions, Reading, ingest};
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

/// A row that can be added.
const TEXT: &str = "block_number,from_address,to_address,value\n9,0x00000000000000000000000000000000000000aa,\
                    0x00000000000000000000000000000000000000bb,5\n";

/// What is found of a file that may be damaged.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// It is not opened.
    Refused(String),
    /// It is opened, and the checksums name these members.
    Damaged(Vec<String>),
    /// Nothing is wrong with it.
    Whole,
}

fn look(folder: &Path, bytes: &[u8], original: &Reading) -> Found {
    fs::write(folder.join("a.dye"), bytes).unwrap();
    match opened(folder, "a.dye") {
        Err(error) => Found::Refused(error.message()),
        Ok(reading) => match verify(&spec(folder, "a.dye")).unwrap() {
            members if members.is_empty() => {
                assert!(is_same(&reading, original), "another ledger, and nothing is said");
                assert_eq!(reading.ledger, original.ledger);
                Found::Whole
            }
            members => Found::Damaged(members),
        },
    }
}

fn refused(folder: &Path, bytes: &[u8], original: &Reading) -> String {
    match look(folder, bytes, original) {
        Found::Refused(message) => message,
        other => panic!("{other:?}"),
    }
}

/// Where a member's bytes lie, and where its two checksums stand.
fn member(bytes: &[u8], name: &str) -> (std::ops::Range<usize>, [usize; 2]) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let member = archive.by_name(name).unwrap();
    let at = |offset: u64| usize::try_from(offset).unwrap();
    let start = at(member.data_start().unwrap());
    let crcs = [at(member.header_start()) + 14, at(member.central_header_start()) + 16];
    (start..start + at(member.size()), crcs)
}

/// Changes a member and lets the archive's checksums agree with the change.
fn edited(bytes: &[u8], name: &str, edit: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let (range, crcs) = member(&bytes, name);
    edit(&mut bytes[range.clone()]);
    let crc = crc32fast::hash(&bytes[range]).to_le_bytes();
    crcs.into_iter().for_each(|at| bytes[at..at + 4].copy_from_slice(&crc));
    bytes
}

/// Replaces a text by one of the same length.
fn replace(bytes: &mut [u8], old: &str, new: &str) {
    assert_eq!(old.len(), new.len());
    let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
    bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
}

#[test]
fn a_snapshot_that_was_cut_off_is_refused_wherever_it_was() {
    let (folder, bytes, original) = whole_snapshot();
    for length in (0..bytes.len()).step_by(64).chain(bytes.len() - 63..bytes.len()) {
        let said = refused(folder.path(), &bytes[..length], &original);
        let whole = if length >= 128 { "a.dye: is a snapshot, but damaged or cut off: " } else { "a.dye: " };
        assert!(said.starts_with(whole), "{length}: {said}");
    }
}

#[test]
fn two_thousand_flipped_bytes_are_found_or_hit_nothing() {
    let (folder, bytes, original) = whole_snapshot();
    let (mut refused, mut damaged, mut whole) = (0, 0, 0);
    // Any fixed sequence does (splitmix64).
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) >> 32).unwrap()
    };
    for _ in 0..2_000 {
        let mut bytes = bytes.clone();
        let at = random() % bytes.len();
        bytes[at] ^= u8::try_from(1 + random() % 255).unwrap();
        match look(folder.path(), &bytes, &original) {
            Found::Refused(said) => {
                refused += 1;
                assert!(said.starts_with("a.dye"), "byte {at}: {said}");
            }
            Found::Damaged(members) => {
                damaged += 1;
                assert_eq!(members.len(), 1, "byte {at}");
            }
            Found::Whole => whole += 1,
        }
    }
    println!("refused when opened {refused}, found by the checksums {damaged}, hit nothing {whole}");
    assert!(refused > 0 && damaged > 0);
}

#[test]
fn what_is_no_snapshot_is_told() {
    let (folder, bytes, original) = whole_snapshot();
    let mut foreign = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    foreign.start_file("mimetype", stored).unwrap();
    foreign.write_all(b"application/epub+zip").unwrap();
    let foreign = foreign.finish().unwrap().into_inner();
    assert_eq!(
        refused(folder.path(), &foreign, &original),
        "a.dye: is a zip archive or a spreadsheet, not text"
    );
    assert!(refused(folder.path(), b"", &original).starts_with("a.dye: the file is empty"));
    fs::create_dir(folder.path().join("folder.dye")).unwrap();
    let said = verify(&spec(folder.path(), "folder.dye")).unwrap_err().message();
    assert!(said.starts_with("folder.dye: cannot be read: "), "{said}");
    let said = verify(&spec(folder.path(), "nothing.dye")).unwrap_err().message();
    assert!(said.starts_with("nothing.dye: cannot be opened: "), "{said}");
    fs::write(folder.path().join("text.dye"), "hello").unwrap();
    let said = verify(&spec(folder.path(), "text.dye")).unwrap_err().message();
    assert_eq!(said, "text.dye: is no snapshot of dyetrace");
    let later = edited(&bytes, "ledger.json", |meta| replace(meta, "\"version\": 1", "\"version\": 2"));
    let said = refused(folder.path(), &later, &original);
    assert_eq!(said, "a.dye: is a snapshot of version 2, but this program reads version 1");
}

#[test]
fn a_snapshot_in_a_folder_of_files_is_told() {
    let (folder, ..) = whole_snapshot();
    let input =
        InputSpec::of(dyetrace_ingest::FileSpec { path: folder.path().to_owned(), name: "all".into() });
    let error = dyetrace_ingest::read(&[input], &ReadOptions::default(), &|_| {}).unwrap_err();
    assert!(error.message().starts_with("all/whole.dye: is a snapshot of dyetrace, which is not"), "{error}");
}

#[test]
fn what_was_edited_is_told() {
    let (folder, bytes, original) = whole_snapshot();
    let look = |bytes: &[u8]| look(folder.path(), bytes, &original);
    let cut_off =
        |what: &str| Found::Refused(format!("a.dye: is a snapshot, but damaged or cut off: {what}"));
    // In the middle of it, without a thought for checksums.
    let (meta, _) = member(&bytes, "ledger.json");
    let mut text = bytes.clone();
    replace(&mut text[meta], "\"Huobi\"", "\"Gemin\"");
    assert_eq!(look(&text), cut_off("the checksum of `ledger.json` does not agree"));
    // Columns that change places.
    let (from, to) = (member(&bytes, "transfers/from.npy").0, member(&bytes, "transfers/to.npy").0);
    let mut swapped = bytes.clone();
    swapped[from.clone()].copy_from_slice(&bytes[to.clone()]);
    swapped[to].copy_from_slice(&bytes[from]);
    let both = ["transfers/from.npy", "transfers/to.npy"].map(str::to_owned);
    assert_eq!(look(&swapped), Found::Damaged(both.into()));
    // The archive's checksums agree, but not those of `ledger.json`.
    let columns = edited(&bytes, "transfers/to.npy", |column| *column.last_mut().unwrap() ^= 1);
    assert_eq!(look(&columns), cut_off("its columns are not those that `ledger.json` names"));
    // Another type of numbers.
    let (purses, _) = member(&bytes, "purses/account.npy");
    let mut header = bytes.clone();
    replace(&mut header[purses], "<u4", ">u4");
    assert_eq!(look(&header), cut_off("the column `purses/account.npy` does not begin as it should"));
}

#[test]
fn what_another_program_packed_anew_is_refused() {
    let (folder, bytes, original) = whole_snapshot();
    let mut old = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for number in 0..old.len() {
        let mut member = old.by_index(number).unwrap();
        let mut content = Vec::new();
        member.read_to_end(&mut content).unwrap();
        new.start_file(member.name().unwrap(), stored).unwrap();
        new.write_all(&content).unwrap();
    }
    let new = new.finish().unwrap().into_inner();
    let said = refused(folder.path(), &new, &original);
    assert!(said.starts_with("a.dye: is "), "{said}");
}

#[test]
fn a_damaged_snapshot_is_not_added_to() {
    let (folder, mut bytes, _) = whole_snapshot();
    let (values, _) = member(&bytes, "transfers/value.npy");
    bytes[values.end - 1] ^= 1;
    fs::write(folder.path().join("whole.dye"), &bytes).unwrap();
    fs::write(folder.path().join("t.csv"), TEXT).unwrap();
    let goal = spec(folder.path(), "whole.dye");
    let inputs = [InputSpec::of(spec(folder.path(), "t.csv"))];
    let expected = "whole.dye: is a snapshot, but damaged or cut off: the checksum of `transfers/value.npy` does not agree";
    let error = ingest(&inputs, &goal, &ReadOptions::default(), &|_| {}).unwrap_err();
    assert_eq!(error.message(), expected);
    assert_eq!(check_whole(&goal).unwrap_err().message(), expected);
    let both = [InputSpec::of(goal), inputs[0].clone()];
    let error = dyetrace_ingest::read(&both, &ReadOptions::default(), &|_| {}).unwrap_err();
    assert_eq!(error.message(), expected);
    assert_eq!(fs::read(folder.path().join("whole.dye")).unwrap(), bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_snapshot_that_is_replaced_stays_whole_for_those_who_have_it_open() {
    let (folder, _, original) = whole_snapshot();
    let open = opened(folder.path(), "whole.dye").unwrap();
    written(folder.path(), "whole.dye", &Reading::default());
    assert!(is_same(&open, &original));
    assert_eq!(opened(folder.path(), "whole.dye").unwrap().ledger.transfer_count(), 0);
}

#[cfg(unix)]
#[test]
fn of_a_link_the_file_that_it_names_is_read_and_written() {
    let (folder, bytes, original) = whole_snapshot();
    fs::create_dir(folder.path().join("deep")).unwrap();
    fs::rename(folder.path().join("whole.dye"), folder.path().join("deep/real.dye")).unwrap();
    let link = folder.path().join("link.dye");
    std::os::unix::fs::symlink("deep/real.dye", &link).unwrap();
    assert!(is_same(&opened(folder.path(), "link.dye").unwrap(), &original));
    dyetrace_ingest::snapshot::write(&spec(folder.path(), "link.dye"), &Reading::default()).unwrap();
    assert!(link.is_symlink());
    assert_ne!(fs::read(folder.path().join("deep/real.dye")).unwrap(), bytes);
    fs::remove_file(folder.path().join("deep/real.dye")).unwrap();
    let write = |name: &str| {
        let written = dyetrace_ingest::snapshot::write(&spec(folder.path(), name), &Reading::default());
        written.unwrap_err().message()
    };
    assert!(write("link.dye").starts_with("link.dye: is a link that leads to no file: "));
    // Nothing is written through a link that stands where the new one is written aside.
    std::os::unix::fs::symlink("deep/foreign", folder.path().join(".other.dye.new")).unwrap();
    assert!(write("other.dye").contains(".other.dye.new` is a link"));
    assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 0);
    assert!(write("no/folder/x.dye").starts_with("no/folder/x.dye: cannot be written: "));
}

#[test]
fn a_goal_that_is_no_snapshot_is_not_replaced() {
    let folder = folder(&[("t.csv", TEXT.as_bytes()), ("mine.txt", b"mine"), ("empty", b"")]);
    fs::create_dir(folder.path().join("sub")).unwrap();
    let inputs = [InputSpec::of(spec(folder.path(), "t.csv"))];
    for (goal, what) in [
        ("mine.txt", "is there and is no snapshot of dyetrace: it is not replaced"),
        ("empty", "is there and is no snapshot of dyetrace: it is not replaced"),
        ("t.csv", "is there and is no snapshot of dyetrace: it is not replaced"),
        ("sub", "is a folder, but a snapshot is one file"),
    ] {
        let error =
            ingest(&inputs, &spec(folder.path(), goal), &ReadOptions::default(), &|_| {}).unwrap_err();
        assert_eq!(error.message(), format!("{goal}: {what}"));
    }
    assert_eq!(fs::read(folder.path().join("mine.txt")).unwrap(), b"mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
}
