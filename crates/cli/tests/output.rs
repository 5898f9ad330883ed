//! What is written and where: whole or not at all, never over what is not ours, nothing of this machine in it.

use crate::support::{A, B, C, Desk, HEADER, PROGRAM, files, ledger, root, small_disk};
use dyetrace_report::{SealCheck, check_seal};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

fn desk() -> Desk {
    Desk::with("t.csv", ledger(&[(1, A, B, 100), (2, B, C, 40)]))
}

fn words(more: &str) -> String {
    format!("trace --transfers t.csv --theft T={A} {more}")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn folder_that_is_not_ours_is_left_alone() {
    let foreign: [(&str, &[u8]); 4] = [
        ("notes.txt", b"mine"),
        ("manifest.json", b"{}"),
        ("manifest.json", b"{\"format\": \"other\"}"),
        ("manifest.json", b"\xff"),
    ];
    for (name, bytes) in foreign {
        let desk = desk();
        fs::create_dir(desk.path("result")).unwrap();
        fs::write(desk.path("result").join(name), bytes).unwrap();
        let before = desk.everything();
        let run = desk.run(&words("--out result")).ends_with(1);
        assert!(run.stderr.starts_with("error: `result` exists and "), "{run:#?}");
        assert!(run.stderr.ends_with(", so it is not replaced\n"), "{run:#?}");
        assert_eq!((run.stdout.as_str(), desk.everything()), ("", before));
    }
}

#[test]
fn empty_folder_file_and_input_are_left_alone() {
    let desk = desk().and("file", "mine");
    fs::create_dir(desk.path("empty")).unwrap();
    let before = desk.everything();
    for goal in ["empty", "file", "t.csv", ".", "file/inside"] {
        let run = desk.run(&words(&format!("--out {goal}"))).ends_with(1);
        assert!(run.stderr.starts_with("error: "), "{run:#?}");
        assert_eq!((run.stdout.as_str(), desk.everything()), ("", before.clone()), "{goal}");
    }
}

#[test]
fn result_of_ours_is_replaced_as_a_whole() {
    let desk = desk();
    desk.run(&words("--out result --rule fifo")).ends_with(0);
    // Notes that somebody put beside our tables are not ours to delete.
    fs::write(desk.path("result/notes.txt"), "mine").unwrap();
    let before = desk.everything();
    let run = desk.run(&words("--out result --rule lifo")).ends_with(1);
    assert!(run.stderr.contains("holds a file that dyetrace did not write"), "{run:#?}");
    assert_eq!(desk.everything(), before);
    fs::remove_file(desk.path("result/notes.txt")).unwrap();
    desk.run(&words("--out result --rule lifo")).ends_with(0);
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.path("result/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["rule"], "lifo");
    let outside: Vec<String> =
        desk.everything().into_keys().filter(|it| !it.starts_with("result/")).collect();
    assert_eq!(outside, ["t.csv"]);
}

#[test]
fn input_that_lies_in_the_earlier_result_is_not_deleted() {
    let desk = desk();
    desk.run(&words("--out result")).ends_with(0);
    let labels = format!("address,category\n{C},exchange\n");
    let case =
        format!("[[input]]\npath = \"../t.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n");
    for (name, bytes) in
        [("t.csv", fs::read(desk.path("t.csv")).unwrap()), ("labels.csv", labels.into_bytes())]
    {
        fs::write(desk.path("result").join(name), bytes).unwrap();
    }
    fs::write(desk.path("result/case.toml"), case).unwrap();
    let before = desk.everything();
    for (words, name) in [
        (format!("trace --transfers result/t.csv --theft T={A}"), "result/t.csv"),
        (format!("trace --transfers t.csv --labels result/labels.csv --theft T={A}"), "result/labels.csv"),
        ("trace result/case.toml".to_owned(), "result/case.toml"),
        (format!("trace --transfers result --theft T={A}"), "result"),
    ] {
        let run = desk.run(&format!("{words} --out ./result")).ends_with(1);
        let said =
            format!("error: the input `{name}` lies in `./result`, which the result would replace\n\nhint: ");
        assert!(run.stderr.starts_with(&said), "{run:#?}");
        assert_eq!(desk.everything(), before);
    }
}

#[test]
fn refused_run_leaves_the_earlier_result_in_place() {
    let desk = desk();
    desk.run(&words("--out result")).ends_with(0);
    let before = desk.everything();
    desk.run(&words("--out result --rule none")).ends_with(1);
    desk.run(&format!("trace --transfers t.csv --theft T={A} --theft U={A} --out result")).ends_with(1);
    assert_eq!(desk.everything(), before);
}

#[test]
fn closed_pipe_is_a_normal_end() {
    let desk = desk();
    for (reader, more) in [("head -1", ""), ("true", ""), ("true", "--json"), ("true", "--out result")] {
        // The pipe is closed before the program prints, where nobody reads.
        let line = format!("{{ sleep 0.2; \"$0\" {}; echo \"code $?\" >&2; }} | {reader}", words(more));
        let run =
            Command::new("sh").args(["-c", &line, PROGRAM]).current_dir(desk.folder()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stderr), "code 0\n", "{reader} {more}");
    }
    assert!(desk.path("result/manifest.json").exists());
    for words in ["--help", "trace --help", "check t.csv"] {
        let line = format!("{{ sleep 0.2; \"$0\" {words}; echo \"code $?\" >&2; }} | true");
        let run =
            Command::new("sh").args(["-c", &line, PROGRAM]).current_dir(desk.folder()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stderr), "code 0\n", "{words}");
    }
}

#[test]
fn no_output_tells_where_on_this_machine_it_was_made_or_on_how_many_threads() {
    let labels = format!("address,category\n{C},exchange_deposit\n");
    let rows = format!("{HEADER}1,{A},{B},100\n2,{B},{C},40\n2,{B},{C},1.5\n");
    let desk = Desk::with("t.csv", rows)
        .and("labels.csv", labels)
        .and("list.txt", B)
        .and("tokens.csv", "chain,contract,symbol,decimals\n");
    let path = |name: &str| desk.path(name).to_str().unwrap().to_owned();
    let case = format!(
        "[[input]]\npath = \"{}\"\n[[labels]]\npath = \"{}\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n",
        path("t.csv"),
        path("labels.csv")
    );
    fs::write(desk.path("case.toml"), case).unwrap();
    let common = format!("--skip-bad-rows --threads 3 --out {}", path("result"));
    let by_flags = format!("--transfers {} --labels {} --theft T={A}", path("t.csv"), path("labels.csv"));
    let by_list = format!("--transfers {} --labels ofac={} --theft T={A}", path("t.csv"), path("list.txt"));
    let by_folder = format!("--transfers {} --theft T={A}", path("inputs"));
    fs::create_dir(desk.path("inputs")).unwrap();
    fs::copy(desk.path("t.csv"), desk.path("inputs/t.csv")).unwrap();
    for input in [path("case.toml"), by_flags, by_list, by_folder] {
        for form in ["", "--json"] {
            let run = desk.run(&format!("trace {input} {common} {form}")).ends_with(2);
            let mut outputs = files(&desk.path("result"));
            outputs.insert("standard output".to_owned(), run.stdout.into_bytes());
            let here = desk.folder().to_str().unwrap();
            for (name, bytes) in outputs {
                let text = String::from_utf8(bytes).unwrap();
                assert!(!text.contains(here), "{name} holds {here}");
                assert!(!text.to_lowercase().contains("thread"), "{name} tells of threads");
            }
        }
    }
}

#[test]
fn manifest_is_sealed_and_names_the_hash_of_every_file() {
    let desk = desk();
    let run = desk.run(&words("--out result")).ends_with(0);
    let bytes = fs::read(desk.path("result/manifest.json")).unwrap();
    assert_eq!(check_seal(&bytes), SealCheck::Whole);
    // Without the library's own check: the bytes before the key, and its value.
    let text = String::from_utf8(bytes.clone()).unwrap();
    let (before, seal) = text.rsplit_once("\"seal\": ").unwrap();
    assert_eq!(seal, format!("\"{}\"\n}}\n", sha256(before.as_bytes())));
    let hash = sha256(&bytes);
    assert!(run.stdout.contains(&format!("manifest.json SHA-256 (keep it elsewhere): {hash}")), "{run:#?}");
    let json = desk.run(&words("--out result --json")).ends_with(0).json();
    let bytes = fs::read(desk.path("result/manifest.json")).unwrap();
    assert_eq!(json["manifest_sha256"], sha256(&bytes));
    let manifest: Value = serde_json::from_slice(&bytes).unwrap();
    let mut written = files(&desk.path("result"));
    written.remove("manifest.json").unwrap();
    let outputs = manifest["outputs"].as_array().unwrap();
    assert_eq!(outputs.len(), written.len());
    for file in outputs {
        let bytes = &written[file["name"].as_str().unwrap()];
        assert_eq!((&file["sha256"], &file["bytes"]), (&sha256(bytes).into(), &bytes.len().into()));
    }
    let input = fs::read(desk.path("t.csv")).unwrap();
    assert_eq!(manifest["inputs"][0]["sha256"], sha256(&input));
    let mut damaged = bytes;
    damaged[40] ^= 1;
    assert_eq!(check_seal(&damaged), SealCheck::Damaged);
}

/// The sample case, whose tables are larger than the room there is.
fn sample() -> String {
    root().join("sample-data/harmony/case.toml").to_str().unwrap().to_owned()
}

#[test]
fn file_that_may_not_grow_is_an_error_with_its_path_and_nothing_stays() {
    let desk = Desk::new();
    let line = "trap '' XFSZ; ulimit -f 32; exec \"$0\" trace \"$1\" --out deep/result";
    let run = Command::new("sh")
        .args(["-c", line, PROGRAM, &sample()])
        .current_dir(desk.folder())
        .output()
        .unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.starts_with("error: `deep/result/") && said.contains("File too large"), "{said}");
    assert!(desk.everything().is_empty(), "{:?}", desk.everything().keys());
}

#[test]
fn full_disk_is_an_error_with_its_path_and_nothing_stays() {
    let desk = Desk::new();
    fs::create_dir(desk.path("small")).unwrap();
    let mount = "mount -t tmpfs -o size=64k none small";
    let Some(disk) = small_disk(&desk, mount) else {
        // The test above holds the same without a disk of its own.
        println!("skipped: no disk can be mounted here");
        return;
    };
    let sample = sample();
    let line = format!("{mount} && \"$0\" trace {sample} --out small/result; echo \"code $?\"; ls -A small");
    let run = disk.run(&desk, &line);
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.starts_with("error: `small/result/") && said.contains("No space left on device"), "{said}");
    assert_eq!(String::from_utf8(run.stdout).unwrap(), "code 1\n");
}

#[test]
fn place_that_cannot_be_written_is_named() {
    let run = desk().run(&words("--out /proc/dyetrace/result")).ends_with(1);
    assert!(run.stderr.starts_with("error: `/proc/dyetrace`: "), "{run:#?}");
    assert!(!Path::new("/proc/dyetrace").exists());
}

#[test]
fn no_folder_of_this_machine_gets_into_a_manifest() {
    let desk = Desk::with("t.csv", ledger(&[(1, A, B, 100)]));
    fs::create_dir(desk.path("a=b")).unwrap();
    let desk = desk.and("a=b/labels.csv", format!("address,label,category\n{B},Desk,exchange_deposit\n"));
    let labels = desk.path("a=b/labels.csv").display().to_string();
    let (transfers, folder) = (desk.path("t.csv").display().to_string(), desk.folder().display().to_string());
    for (words, out) in [("trace", "t"), ("mixers", "m")] {
        desk.run(&format!("{words} --transfers {transfers} --labels {labels} --theft T={A} --out {out}"))
            .ends_with(0);
        let manifest = fs::read_to_string(desk.path(out).join("manifest.json")).unwrap();
        assert!(manifest.contains("labels.csv") && !manifest.contains(&folder), "{manifest}");
    }
    // A name before the mark stays, the folder behind it does not.
    fs::write(desk.path("list.txt"), B).unwrap();
    let list = desk.path("list.txt").display().to_string();
    desk.run(&format!("trace --transfers t.csv --labels ofac={list} --theft T={A} --out t")).ends_with(0);
    let manifest = fs::read_to_string(desk.path("t/manifest.json")).unwrap();
    assert!(manifest.contains("ofac=list.txt") && !manifest.contains(&folder), "{manifest}");
}
