//! Snapshots outlive whatever ends the program that writes them: kills, full disks, and each other.

use crate::support::{A, B, C, Desk, PROGRAM, dyetrace, ledger, skip, small_disk};
use std::fmt::Write as _;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Token transfers in order, one a block.
fn token_transfers(rows: std::ops::Range<u64>) -> String {
    let mut text =
        "token_address,from_address,to_address,value,transaction_hash,log_index,block_number\n".to_owned();
    for row in rows {
        let (from, to) = (row * 31 % 9_973 + 1, row * 17 % 10_007 + 1);
        writeln!(text, "{C},0x{from:040x},0x{to:040x},{row},0x{row:064x},1,{row}").unwrap();
    }
    text
}

fn spawned(desk: &Desk, words: &str, input: Stdio) -> Child {
    let quiet = || Stdio::null();
    let mut command = Command::new(PROGRAM);
    command.args(words.split_whitespace()).current_dir(desk.folder());
    command.stdin(input).stdout(quiet()).stderr(quiet()).spawn().unwrap()
}

/// How often the program is killed: a few times, or as often as `DYETRACE_KILLS` says.
fn kills() -> u64 {
    std::env::var("DYETRACE_KILLS").ok().and_then(|it| it.parse().ok()).unwrap_or(4)
}

#[test]
fn killed_at_any_moment_the_snapshot_is_the_old_or_the_new_one() {
    let kills = kills();
    let rows = if kills > 4 { 300_000 } else { 30_000 };
    let desk = Desk::with("1.csv", token_transfers(0..rows)).and("2.csv", token_transfers(rows..2 * rows));
    desk.run("ingest 1.csv --out x.dye").ends_with(0);
    let old = fs::read(desk.path("x.dye")).unwrap();
    let begun = Instant::now();
    desk.run("ingest 2.csv --out x.dye").ends_with(0);
    let whole = begun.elapsed();
    let new = fs::read(desk.path("x.dye")).unwrap();
    fs::write(desk.path("x.dye"), &old).unwrap();
    let (mut olds, mut news, mut leftovers) = (0, 0, 0);
    for kill in 0..kills {
        // Spread over the whole run in no order, half of them near its end, where files change places.
        let part = (kill * 618_033_989 + 309_016_994) % 1_000_000_000;
        let part = if kill % 2 == 0 { part } else { 900_000_000 + part / 8 };
        let mut child = spawned(&desk, "ingest 2.csv --out x.dye", Stdio::null());
        std::thread::sleep(Duration::from_nanos(
            u64::try_from(whole.as_nanos() * u128::from(part) / 1_000_000_000).unwrap(),
        ));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = fs::read(desk.path("x.dye")).unwrap();
        if now == new {
            news += 1;
            fs::write(desk.path("x.dye"), &old).unwrap();
        } else {
            assert!(
                now == old,
                "kill {kill} after {part} parts of {whole:?} left neither the old nor the new one"
            );
            olds += 1;
        }
        desk.run("check x.dye").ends_with(0);
        leftovers += u64::from(desk.path(".x.dye.new").exists());
    }
    println!("{kills} kills in {whole:?}: {olds} old, {news} new, {leftovers} left something aside");
    desk.run("ingest 2.csv --out x.dye").ends_with(0);
    assert!(fs::read(desk.path("x.dye")).unwrap() == new, "after kills, the same files make other bytes");
    assert_eq!(desk.everything().into_keys().collect::<Vec<_>>(), ["1.csv", "2.csv", "x.dye"]);
}

/// A desk with a snapshot, and a process that adds to it and waits for rows.
fn waiting() -> (Desk, Child) {
    let desk = Desk::with("1.csv", ledger(&[(1, A, B, 100)])).and("2.csv", ledger(&[(2, B, C, 40)]));
    desk.run("ingest 1.csv --out x.dye").ends_with(0);
    let child = spawned(&desk, "ingest - --out x.dye", Stdio::piped());
    let begun = Instant::now();
    while !desk.path(".x.dye.new").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the program does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    (desk, child)
}

#[test]
fn second_writer_is_refused_and_the_first_one_loses_nothing() {
    use std::io::Write as _;
    let (desk, mut first) = waiting();
    let old = fs::read(desk.path("x.dye")).unwrap();
    let run = desk.run("ingest 2.csv --out x.dye").ends_with(1);
    let said =
        "error: x.dye: is being written by another process\n\nhint: wait until it is done, then try again\n";
    assert_eq!(run.stderr, said);
    assert_eq!(fs::read(desk.path("x.dye")).unwrap(), old);
    // Those who read are not in the way.
    desk.run("check x.dye").ends_with(0);
    let rows = ledger(&[(3, C, A, 4)]);
    first.stdin.take().unwrap().write_all(rows.as_bytes()).unwrap();
    assert_eq!(first.wait().unwrap().code(), Some(0));
    desk.run("ingest 2.csv --out x.dye").ends_with(0);
    let json = desk.run("check x.dye --json").ends_with(0).json();
    assert_eq!((&json["transfers"], json["files"].as_array().unwrap().len()), (&3.into(), 3));
    assert!(!desk.path(".x.dye.new").exists());
}

#[test]
fn writers_that_race_lose_nothing() {
    let desk = Desk::new();
    let names: Vec<String> = (0..6).map(|number| format!("{number}.csv")).collect();
    for (number, name) in (0..).zip(&names) {
        fs::write(desk.path(name), token_transfers(number * 2_000..(number + 1) * 2_000)).unwrap();
    }
    let mut writers: Vec<Child> = names
        .iter()
        .map(|name| spawned(&desk, &format!("ingest {name} --out x.dye"), Stdio::null()))
        .collect();
    let codes: Vec<Option<i32>> = writers.iter_mut().map(|it| it.wait().unwrap().code()).collect();
    let done: Vec<&str> =
        names.iter().zip(&codes).filter(|it| *it.1 == Some(0)).map(|it| it.0.as_str()).collect();
    assert!(!done.is_empty() && codes.iter().all(|code| matches!(code, Some(0 | 1))), "{codes:?}");
    let json = desk.run("check x.dye --json").ends_with(0).json();
    let mut held: Vec<&str> =
        json["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    held.sort_unstable();
    assert_eq!(held, done);
    assert!(!desk.path(".x.dye.new").exists());
}

#[test]
fn interrupted_ingest_leaves_the_old_snapshot_whole() {
    let (desk, mut child) = waiting();
    let old = fs::read(desk.path("x.dye")).unwrap();
    // Not INT, which those inherit as ignored who run in the background of a shell; the program treats both alike.
    let line = format!("kill -TERM {}", child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), None, "ended by the signal");
    assert_eq!(fs::read(desk.path("x.dye")).unwrap(), old);
    desk.run("ingest 2.csv --out x.dye").ends_with(0);
    assert!(!desk.path(".x.dye.new").exists());
}

#[test]
fn full_disk_is_an_error_with_a_hint_and_the_old_snapshot_stays() {
    let desk = Desk::with("big.csv", token_transfers(0..4_000)).and("1.csv", ledger(&[(1, A, B, 100)]));
    let mount = "mount -t tmpfs -o size=128k none small";
    fs::create_dir(desk.path("small")).unwrap();
    let Some(disk) = small_disk(&desk, mount) else { return skip("no disk can be mounted here") };
    // As a new one, written along and from memory; then added to one that is there.
    let new = format!("{mount}; \"$0\" ingest big.csv --out small/x.dye; echo \"code $?\"; ls -A small");
    let from_memory = new.replace("ingest big.csv", "ingest big.csv 1.csv");
    let added = format!(
        "{mount}; \"$0\" ingest 1.csv --out small/x.dye >/dev/null; cp small/x.dye old.dye; \
         \"$0\" ingest big.csv --out small/x.dye; echo \"code $?\"; ls -A small; cmp small/x.dye old.dye"
    );
    for (line, left, hint) in [
        (new, "", "nothing was written"),
        (from_memory, "", "nothing was written"),
        (added, "x.dye\n", "the old file is as it was"),
    ] {
        let run = disk.run(&desk, &line);
        let said = String::from_utf8(run.stderr).unwrap();
        let expected = "error: small/x.dye: cannot be written: No space left on device (os error 28)";
        assert_eq!(said, format!("{expected}\n\nhint: make room on the disk; {hint}\n"), "{line}");
        assert_eq!(String::from_utf8(run.stdout).unwrap(), format!("code 1\n{left}"), "{line}");
    }
}

#[test]
fn goal_that_cannot_be_written_is_named() {
    let desk = Desk::with("1.csv", ledger(&[(1, A, B, 100)]));
    let run = desk.run("ingest 1.csv --out no/folder/x.dye").ends_with(1);
    assert!(run.stderr.starts_with("error: no/folder/x.dye: cannot be written: No such file"), "{run:#?}");
    assert!(run.stderr.ends_with("\n\nhint: make its folder first\n"), "{run:#?}");
    let run = desk.run("ingest 1.csv --out 1.csv").ends_with(1);
    assert!(run.stderr.contains("is there and is no snapshot of dyetrace: it is not replaced"), "{run:#?}");
    let run = dyetrace(desk.folder(), ["ingest", "1.csv", "--out", "/proc/x.dye"]).ends_with(1);
    assert!(run.stderr.starts_with("error: /proc/x.dye: cannot be written: "), "{run:#?}");
    assert_eq!(desk.everything().len(), 1);
}

#[test]
fn table_or_picture_that_cannot_be_written_is_named_with_the_reason() {
    let desk = Desk::with("1.csv", ledger(&[(1, A, B, 100)])).and("who.txt", B);
    let trace = format!("--transfers 1.csv --theft T={A}");
    desk.run(&format!("trace {trace} --out result")).ends_with(0);
    for words in [
        format!("screen {trace} --addresses who.txt --out no/x"),
        format!("deposits {trace} --out no/x"),
        format!("explain result {B} --svg no/x"),
    ] {
        let run = desk.run(&words).ends_with(1);
        let expected = "error: `no/x` cannot be written: No such file or directory";
        assert!(run.stderr.starts_with(expected) && run.stderr.contains("hint: "), "{words}: {}", run.stderr);
    }
    // A full disk, too.
    fs::create_dir(desk.path("small")).unwrap();
    let mount = "mount -t tmpfs -o size=4k none small";
    let Some(disk) = small_disk(&desk, mount) else { return skip("no disk can be mounted here") };
    let many: String = (0..2_000).map(|number| format!("0x{number:040x}\n")).collect();
    fs::write(desk.path("who.txt"), many).unwrap();
    let line = format!(
        "{mount}; \"$0\" screen {trace} --addresses who.txt --out small/x; echo \"code $?\"; ls -A small"
    );
    let run = disk.run(&desk, &line);
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.starts_with("error: `small/x` cannot be written: No space left on device"), "{said}");
    assert_eq!(String::from_utf8(run.stdout).unwrap(), "code 1\n");
}
