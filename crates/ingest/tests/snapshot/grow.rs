//! Snapshots that are made and added to: the same bytes however they come about.

use crate::{A, B, NO_OPTIONS, folder, spec};
use dyetrace_ingest::snapshot::check_whole;
use dyetrace_ingest::{Error, InputSpec, ReadOptions, Reading, ingest, read};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const HEADER: &str =
    "token_address,from_address,to_address,value,transaction_hash,log_index,block_number,block_timestamp\n";

/// Token transfers in order, as ethereum-etl writes them: some 240 bytes a row.
fn token_transfers(rows: std::ops::Range<u64>) -> String {
    let mut text = HEADER.to_owned();
    for row in rows {
        let wide = "340282366920938463463374607431768211456";
        let value = if row % 97 == 0 { wide.to_owned() } else { (row * 7).to_string() };
        writeln!(
            text,
            "0x{:040x},0x{:040x},0x{:040x},{value},0x{:064x},{},{},{}",
            row % 5 + 1000,
            row * 31 % 977 + 1,
            row * 17 % 1013 + 1,
            row / 3 + 1,
            row,
            row / 10,
            1_600_000_000 + row / 10,
        )
        .unwrap();
    }
    text
}

fn add(folder: &Path, files: &[&str], goal: &str, options: &ReadOptions<'_>) -> Result<Reading, Error> {
    let inputs: Vec<InputSpec> = files.iter().map(|file| InputSpec::of(spec(folder, file))).collect();
    ingest(&inputs, &spec(folder, goal), options, &|_| {})
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    // Several chunks, a thread has more than one; the last rows are out of order.
    let mut jumbled = token_transfers(0..20_000);
    jumbled.push_str(token_transfers(5..6).strip_prefix(HEADER).unwrap());
    let folder = folder(&[
        ("t.csv", token_transfers(0..40_000).as_bytes()),
        ("more.csv", token_transfers(40_000..45_000).as_bytes()),
        ("jumbled.csv", jumbled.as_bytes()),
    ]);
    let mut expected: Option<[Vec<u8>; 3]> = None;
    for threads in [1, 2, 3, 8, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let made = pool.install(|| {
            let made = |files: &[&str], goal: &str| {
                add(folder.path(), files, goal, &NO_OPTIONS).unwrap();
                check_whole(&spec(folder.path(), goal)).unwrap();
                fs::read(folder.path().join(goal)).unwrap()
            };
            let made =
                [made(&["t.csv"], "a.dye"), made(&["more.csv"], "a.dye"), made(&["jumbled.csv"], "b.dye")];
            for goal in ["a.dye", "b.dye"] {
                fs::remove_file(folder.path().join(goal)).unwrap();
            }
            made
        });
        let expected = expected.get_or_insert_with(|| made.clone());
        assert!(*expected == made, "{threads} threads make other bytes");
    }
}

#[test]
fn a_snapshot_written_along_holds_what_the_reference_reads() {
    let folder = folder(&[("t.csv", token_transfers(0..20_000).as_bytes())]);
    let along = add(folder.path(), &["t.csv"], "a.dye", &NO_OPTIONS).unwrap();
    let reference = ReadOptions { reference: true, ..NO_OPTIONS };
    let apart = add(folder.path(), &["t.csv"], "b.dye", &reference).unwrap();
    assert_eq!(along.ledger, apart.ledger);
    assert_eq!((&along.facts, &along.warnings), (&apart.facts, &apart.warnings));
    let read = read(&[InputSpec::of(spec(folder.path(), "t.csv"))], &NO_OPTIONS, &|_| {}).unwrap();
    assert_eq!(read.ledger, along.ledger);
    // Its seal is another one, since its columns stand in another order; nothing else differs.
    assert_eq!(along.settled, apart.settled);
}

#[test]
fn files_added_one_after_the_other_make_the_bytes_of_all_at_once() {
    let canonical = format!(
        "chain,block_number,from_address,to_address,value,transaction_hash,fee\n\
         bsc,7,{A},{B},5,0x{:064x},3\nethereum,8,{B},{A},1.5,,\nethereum,1,{B},{A},9,,\n",
        1
    );
    let folder = folder(&[
        ("1.csv", token_transfers(0..2_000).as_bytes()),
        ("2.csv", canonical.as_bytes()),
        ("3.csv", token_transfers(1_500..2_500).as_bytes()),
    ]);
    let skip = ReadOptions { skip_bad_rows: true, ..NO_OPTIONS };
    let all = ["1.csv", "2.csv", "3.csv"];
    let whole = add(folder.path(), &all, "whole.dye", &skip).unwrap();
    assert_eq!((whole.rejects.len(), whole.ledger.notes().repeated_across_files), (1, 500));
    for cuts in [&[1, 2, 3][..], &[1, 3], &[2, 3]] {
        let mut from = 0;
        for &to in cuts {
            add(folder.path(), &all[from..to], "grown.dye", &skip).unwrap();
            from = to;
        }
        let [whole, grown] =
            ["whole.dye", "grown.dye"].map(|name| fs::read(folder.path().join(name)).unwrap());
        assert!(whole == grown, "{cuts:?} makes other bytes");
        fs::remove_file(folder.path().join("grown.dye")).unwrap();
    }
    // A snapshot that is named first is the same beginning, and stays as it is.
    add(folder.path(), &all[..1], "first.dye", &skip).unwrap();
    let first = fs::read(folder.path().join("first.dye")).unwrap();
    add(folder.path(), &["first.dye", "2.csv", "3.csv"], "grown.dye", &skip).unwrap();
    assert!(
        fs::read(folder.path().join("grown.dye")).unwrap()
            == fs::read(folder.path().join("whole.dye")).unwrap()
    );
    assert!(fs::read(folder.path().join("first.dye")).unwrap() == first);
    // And a trace of both reads what the snapshot of all holds.
    let inputs = ["first.dye", "2.csv", "3.csv"].map(|name| InputSpec::of(spec(folder.path(), name)));
    let read = read(&inputs, &skip, &|_| {}).unwrap();
    assert_eq!((read.ledger, read.rejects), (whole.ledger, whole.rejects));
    let snapshot = read.snapshot.unwrap();
    assert_eq!((snapshot.name.as_str(), snapshot.files), ("first.dye", 1));
}

#[test]
fn exports_with_their_blocks_are_added_month_by_month() {
    let untimed = |rows: std::ops::Range<u64>| -> String {
        let cut = |line: &str| format!("{}\n", line.rsplit_once(',').unwrap().0);
        token_transfers(rows).lines().map(cut).collect()
    };
    let blocks = |numbers: std::ops::Range<u64>| -> String {
        let line = |number: u64| format!("{number},{},,,\n", 1_600_000_000 + 12 * number);
        "number,timestamp,miner,gas_limit,gas_used\n".to_owned() + &numbers.map(line).collect::<String>()
    };
    let folder = folder(&[
        ("1.csv", untimed(0..500).as_bytes()),
        ("1b.csv", blocks(0..51).as_bytes()),
        ("2.csv", untimed(500..900).as_bytes()),
        ("2b.csv", blocks(50..91).as_bytes()),
    ]);
    add(folder.path(), &["1.csv", "1b.csv"], "grown.dye", &NO_OPTIONS).unwrap();
    let grown = add(folder.path(), &["2.csv", "2b.csv"], "grown.dye", &NO_OPTIONS).unwrap();
    let whole =
        add(folder.path(), &["1.csv", "1b.csv", "2.csv", "2b.csv"], "whole.dye", &NO_OPTIONS).unwrap();
    assert_eq!(grown.ledger, whole.ledger);
    assert!(grown.ledger.columns().time(899).is_some());
    // Times for rows that have none would change them.
    add(folder.path(), &["1.csv"], "untimed.dye", &NO_OPTIONS).unwrap();
    let error = add(folder.path(), &["1b.csv"], "untimed.dye", &NO_OPTIONS).unwrap_err();
    assert!(error.message().contains("gives times to transfers of the snapshot that have none"), "{error}");
}

#[test]
fn what_would_have_come_before_is_not_added() {
    // One transaction: a contract passes on what it is sent. The second address knows of the sending.
    let hash = format!("0x{:064x}", 9);
    let internal = format!("hash,blockNumber,from,to,value,isError,type\n{hash},5,{B},{A},7,0,call\n");
    let sent = format!("hash,blockNumber,from,to,value,isError,gasUsed,gasPrice\n{hash},5,{A},{B},7,0,1,1\n");
    let erc20 = "Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,TokenValue,USDValueDayOfTx,ContractAddress,TokenName,TokenSymbol\n";
    let usdt = "0xdac17f958d2ee523a2206206994597c13d831ec7";
    let erc20 = format!("{erc20}{hash},5,1600000000,2020-09-13 12:26:40,{A},{B},1.5,1,{usdt},Tether,USDT\n");
    let folder = folder(&[
        ("internal.csv", internal.as_bytes()),
        ("sent.csv", sent.as_bytes()),
        ("erc20.csv", erc20.as_bytes()),
        ("tokens.csv", format!("address,symbol,name,decimals\n{usdt},USDT,Tether,2\n").as_bytes()),
    ]);
    add(folder.path(), &["internal.csv"], "a.dye", &NO_OPTIONS).unwrap();
    let error = add(folder.path(), &["sent.csv"], "a.dye", &NO_OPTIONS).unwrap_err();
    let said = "sent.csv: cannot be added to the snapshot: it has to be read before `internal.csv`, for the order of their rows";
    assert_eq!(error.message(), said);
    assert_eq!(error.hint(), Some("ingest all files at once into a new snapshot"));
    // The other way round it is the order in which they are read at once.
    add(folder.path(), &["sent.csv"], "b.dye", &NO_OPTIONS).unwrap();
    let grown = add(folder.path(), &["internal.csv"], "b.dye", &NO_OPTIONS).unwrap();
    let whole = add(folder.path(), &["internal.csv", "sent.csv"], "c.dye", &NO_OPTIONS).unwrap();
    assert_eq!(grown.ledger, whole.ledger);
    add(folder.path(), &["erc20.csv"], "d.dye", &NO_OPTIONS).unwrap();
    let error = add(folder.path(), &["tokens.csv"], "d.dye", &NO_OPTIONS).unwrap_err();
    let said =
        "tokens.csv: cannot be added to the snapshot: it may tell other decimals of tokens in `erc20.csv`";
    assert_eq!(error.message(), said);
}

#[test]
fn what_stands_aside_is_taken_over_unless_somebody_writes_it() {
    let folder = folder(&[("t.csv", token_transfers(0..10).as_bytes()), (".a.dye.new", b"left behind")]);
    let aside = folder.path().join(".a.dye.new");
    let writer = fs::OpenOptions::new().write(true).open(&aside).unwrap();
    writer.lock().unwrap();
    let error = add(folder.path(), &["t.csv"], "a.dye", &NO_OPTIONS).unwrap_err();
    assert_eq!(error.message(), "a.dye: is being written by another process");
    assert!(!folder.path().join("a.dye").exists());
    assert_eq!(fs::read(&aside).unwrap(), b"left behind");
    drop(writer);
    add(folder.path(), &["t.csv"], "a.dye", &NO_OPTIONS).unwrap();
    assert!(!aside.exists());
    check_whole(&spec(folder.path(), "a.dye")).unwrap();
}

#[test]
fn a_snapshot_holds_no_path_of_this_machine() {
    let folder = folder(&[("t.csv", token_transfers(0..10).as_bytes())]);
    let file = dyetrace_ingest::FileSpec::typed(folder.path().join("t.csv"));
    ingest(&[InputSpec::of(file)], &spec(folder.path(), "a.dye"), &NO_OPTIONS, &|_| {}).unwrap();
    let bytes = fs::read(folder.path().join("a.dye")).unwrap();
    let here = folder.path().to_str().unwrap().as_bytes();
    assert!(!bytes.windows(here.len()).any(|window| window == here));
}

#[test]
fn what_is_a_snapshot_already_is_not_ingested() {
    let folder = folder(&[("t.csv", token_transfers(0..10).as_bytes())]);
    add(folder.path(), &["t.csv"], "a.dye", &NO_OPTIONS).unwrap();
    let refused =
        |files: &[&str], goal: &str| add(folder.path(), files, goal, &NO_OPTIONS).unwrap_err().message();
    assert_eq!(refused(&["a.dye"], "b.dye"), "a.dye: is a snapshot already");
    assert_eq!(refused(&["a.dye"], "a.dye"), "a.dye: is a snapshot already");
    let two = "a.dye: is a second snapshot, and two cannot be put together";
    assert_eq!(refused(&["a.dye", "t.csv"], "a.dye"), two);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
