//! Snapshots that were damaged, or never were any.

use super::write;
use crate::input::{InputSpec, ReadOptions};
use crate::open::FileSpec;
use crate::snapshot::{open, verify};
use crate::{ingest, read};
use dyetrace_core::{Ledger, LedgerBuilder};
use std::hint::black_box;
use std::path::Path;
use std::sync::OnceLock;

/// Any bytes as a snapshot, or a good snapshot with any bytes changed: it opens or is refused, it is verified, and
/// one that is found whole can be read from end to end.
///
/// Bytes: which snapshot. 0 is the bytes that follow; 1 and 2 are good ones. Then changes of four bytes each: the
/// place (lowest byte first), counted from the end where the highest bit is set, and what is put there. A last
/// change of fewer bytes cuts the file off at that place.
///
/// # Panics
/// Where that does not hold.
pub fn snapshot(folder: &Path, bytes: &[u8]) {
    let [which, rest @ ..] = bytes else { return };
    let file = if which % 3 == 0 {
        write(folder, "s.dye", rest)
    } else {
        let mut snapshot = good(folder)[usize::from(which % 3 - 1)].clone();
        change(&mut snapshot, rest);
        write(folder, "s.dye", &snapshot)
    };
    let opened = open(&file).map(|snapshot| snapshot.verify());
    match (opened, verify(&file)) {
        (Ok(damaged), Ok(again)) => {
            assert_eq!(damaged, again);
            if damaged.is_empty() {
                read_through(&file);
            }
        }
        (Err(error), Err(again)) => assert_eq!(error.to_string(), again.to_string()),
        _ => panic!("the same snapshot is opened once and refused once"),
    }
}

fn change(snapshot: &mut Vec<u8>, changes: &[u8]) {
    for change in changes.chunks(4) {
        let length = snapshot.len();
        if length == 0 {
            return;
        }
        let place = |bytes: &[u8]| {
            let number = bytes.iter().rev().fold(0_usize, |number, &byte| number << 8 | usize::from(byte));
            let place = (number & 0x7f_ffff) % length;
            if number > 0x7f_ffff { length - 1 - place } else { place }
        };
        match change {
            [at @ .., byte] if at.len() == 3 => snapshot[place(at)] = *byte,
            at => snapshot.truncate(place(at)),
        }
    }
}

/// Reads every value of a snapshot by the ways that a trace takes, and all of it into a ledger of its own.
fn read_through(file: &FileSpec) {
    let reading = read(&[InputSpec::of(file.clone())], &ReadOptions::default(), &|_| {});
    let ledger = reading.expect("it was opened before").ledger;
    for place in 0..ledger.transfer_count() {
        let columns = ledger.columns();
        black_box((columns.block(place), columns.time(place), columns.event_index(place)));
        black_box((columns.value.get(place), columns.kind(place), ledger.tie_group(place)));
        let transaction = columns.transaction[place];
        black_box((ledger.transactions().hash(transaction), ledger.transactions().index(transaction)));
        black_box(ledger.origin().place(place));
        for purse in [columns.from[place], columns.to[place]] {
            if purse != dyetrace_core::PurseId::NONE {
                black_box((ledger.purse_address(purse), ledger.purse_chain(purse).len()));
                black_box(ledger.asset_name(ledger.purses().asset(purse)));
            }
        }
    }
    let again = LedgerBuilder::resume(&ledger).finish().expect("it was settled before");
    assert!(again == ledger, "a ledger that nothing is added to is itself");
    assert!(Ledger::from_parts(ledger.to_parts()) == Ok(ledger));
}

/// Two good snapshots: one that was written along, and one with a little of everything.
fn good(folder: &Path) -> &'static [Vec<u8>; 2] {
    static GOOD: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    GOOD.get_or_init(|| [TRANSFERS, CANONICAL].map(|text| make(folder, text)))
}

fn make(folder: &Path, text: &str) -> Vec<u8> {
    let input = InputSpec::of(write(folder, "good.csv", text.as_bytes()));
    let goal = FileSpec::beside(folder, "good.dye");
    // Where it was not there, there is nothing to remove.
    let _ = std::fs::remove_file(&goal.path);
    let options = ReadOptions { skip_bad_rows: true, ..ReadOptions::default() };
    let made = ingest(&[input], &goal, &options, &|_| {}).and_then(|_| verify(&goal));
    assert!(made.expect("the text is good").is_empty(), "a new snapshot is whole");
    std::fs::read(&goal.path).expect("was just written")
}

const TRANSFERS: &str = "\
token_address,from_address,to_address,value,transaction_hash,log_index,block_number,block_timestamp
0x00000000000000000000000000000000000000c1,0x00000000000000000000000000000000000000a1,0x00000000000000000000000000000000000000a2,5,0x0000000000000000000000000000000000000000000000000000000000000001,1,1,11
0x00000000000000000000000000000000000000c1,0x00000000000000000000000000000000000000a2,0x00000000000000000000000000000000000000a3,4,0x0000000000000000000000000000000000000000000000000000000000000001,2,1,11
0x00000000000000000000000000000000000000c2,0x00000000000000000000000000000000000000a3,0x00000000000000000000000000000000000000a1,340282366920938463463374607431768211455,0x0000000000000000000000000000000000000000000000000000000000000002,0,2,12
";

const CANONICAL: &str = "\
chain,block_number,block_timestamp,transaction_hash,transaction_index,event_index,from_address,to_address,asset,value,fee,kind
ethereum,1,11,0x0000000000000000000000000000000000000000000000000000000000000001,0,0,0x00000000000000000000000000000000000000a1,0x00000000000000000000000000000000000000a2,,5,1,external
ethereum,1,,0x0000000000000000000000000000000000000000000000000000000000000001,0,4294967299,0x00000000000000000000000000000000000000a2,0x00000000000000000000000000000000000000a3,0x00000000000000000000000000000000000000c1,7,,token
tron,1,11,some-hash,3,,T1,T2,,5,0,external
tron,2,9,some-hash2,3,,T1,T1,,5,,external
tron,2,bad,,,,T1,T1,,5,,external
bsc,1,11,,,,,0x00000000000000000000000000000000000000a2,,340282366920938463463374607431768211457,,reward
";
