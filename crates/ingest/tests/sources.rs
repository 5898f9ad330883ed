//! Where records come from: compressed files.

use crate::NO_OPTIONS;
use crate::{A, B, gzip, read_bytes};
use dyetrace_ingest::{ReadOptions, Reading};
use std::sync::atomic::{AtomicU64, Ordering};

const SKIP: ReadOptions<'static> = ReadOptions { skip_bad_rows: true, ..NO_OPTIONS };

/// A canonical file of this many rows, whose values count from 0.
fn text(rows: u32) -> String {
    let mut text = String::from("from_address,to_address,value,block_number\n");
    for row in 0..rows {
        text.push_str(&format!("{A},{B},{row},{row}\n"));
    }
    text
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn read(bytes: &[u8]) -> Reading {
    read_bytes("t.csv", bytes, &ReadOptions::default()).unwrap()
}

fn refused(bytes: &[u8]) -> String {
    read_bytes("t.csv.zst", bytes, &SKIP).unwrap_err().message()
}

#[test]
fn a_zstd_file_of_several_frames_is_read_to_its_end() {
    let text = text(100);
    let (first, second) = text.as_bytes().split_at(500);
    let skipped = b"\x53\x2a\x4d\x18\x05\x00\x00\x00notes";
    let bytes = [&skipped[..], &zstd(first), skipped, &zstd(b""), &zstd(second), skipped].concat();
    let reading = read(&bytes);
    let fact = &reading.facts[0];
    assert_eq!((fact.rows, fact.size), (100, bytes.len() as u64));
    assert_eq!(fact.sha256, crate::sha256(&bytes));
    assert_eq!(fact.last_block, Some(99));
}

#[test]
fn progress_of_a_compressed_file_is_that_of_its_bytes_on_disk() {
    let bytes = zstd(text(5000).as_bytes());
    let folder = crate::folder(&[("t", &bytes)]);
    let told = AtomicU64::new(0);
    let input = dyetrace_ingest::InputSpec::of(crate::spec(folder.path(), "t"));
    dyetrace_ingest::read(&[input], &SKIP, &|bytes| told.store(bytes, Ordering::Relaxed)).unwrap();
    assert_eq!(told.load(Ordering::Relaxed), bytes.len() as u64);
}

#[test]
fn a_zstd_file_that_was_cut_off_is_refused_wherever_it_was() {
    let text = text(300);
    let mut whole = zstd(&text.as_bytes()[..6000]);
    let whole_frame = whole.len();
    whole.extend(zstd(&text.as_bytes()[6000..]));
    for length in (4..whole.len()).filter(|&length| length != whole_frame) {
        let said = refused(&whole[..length]);
        assert!(said.starts_with("t.csv.zst: the zstd data end too early"), "{length}: {said}");
    }
}

#[test]
fn damaged_zstd_data_are_refused() {
    let whole = zstd(text(3000).as_bytes());
    let mut trailed = whole.clone();
    trailed.extend(b"no zstd frame");
    let said = refused(&trailed);
    assert!(said.starts_with("t.csv.zst: the zstd data are damaged"), "{said}");
    let mut damaged = whole;
    damaged[20] ^= 0x55;
    assert!(read_bytes("t", &damaged, &ReadOptions::default()).is_err());
}

#[test]
fn a_zstd_frame_that_asks_for_a_large_window_is_refused() {
    for (window, allowed) in [(27, true), (28, false), (31, false), (41, false)] {
        let frame = [b"\x28\xb5\x2f\xfd\x00", &[(window - 10) << 3][..], b"\x09\x00\x00x"].concat();
        let said = refused(&frame);
        let expected = "t.csv.zst: the zstd data need more than 128 MiB of memory to be decompressed";
        assert_eq!(said == expected, !allowed, "{window}: {said}");
    }
}

#[test]
fn what_is_compressed_twice_is_refused() {
    let once = text(3);
    for bytes in [zstd(&gzip(once.as_bytes())), gzip(&zstd(once.as_bytes()))] {
        assert_eq!(refused(&bytes), "t.csv.zst: is compressed twice");
    }
}
