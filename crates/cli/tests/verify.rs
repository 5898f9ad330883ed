//! `dyetrace verify`: a whole result holds; a changed byte, a missing or strange file, a figure changed with hashes
//! and seal made anew, each is told with its file.

use crate::support::{Desk, dyetrace, files, root};
use dyetrace_report::verify;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

fn traced() -> Desk {
    let desk = Desk::new();
    let out = desk.path("result");
    let words = ["trace", "sample-data/harmony/case.toml", "--out", out.to_str().unwrap()];
    dyetrace(&root(), words).ends_with(0);
    desk
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes the manifest's hash of a file, its size and the seal anew: what a careful forger would do.
fn seal_again(result: &Path, name: &str) {
    let text = fs::read_to_string(result.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let mut outputs = manifest["outputs"].as_array().unwrap().iter();
    let old = outputs.find(|output| output["name"] == name).unwrap();
    let bytes = fs::read(result.join(name)).unwrap();
    let text = text.replace(old["sha256"].as_str().unwrap(), &sha256(&bytes));
    let (before, after) = text.split_at(text.find(&format!("\"name\": \"{name}\"")).unwrap());
    let size = |bytes: &Value| format!("\"bytes\": {bytes}");
    let text = before.to_owned() + &after.replacen(&size(&old["bytes"]), &size(&bytes.len().into()), 1);
    let (before, _) = text.split_at(text.rfind("\"seal\"").unwrap());
    let sealed = format!("{before}\"seal\": \"{}\"\n}}\n", sha256(before.as_bytes()));
    fs::write(result.join("manifest.json"), sealed).unwrap();
}

#[test]
fn the_sample_holds_and_says_what_was_compared() {
    let desk = traced();
    let run = desk.run("verify result").ends_with(0);
    assert!(run.stdout.starts_with("The result holds.\n  46 files are those"), "{}", run.stdout);
    let json = desk.run("verify result --json").ends_with(0).json();
    let kept = sha256(&fs::read(desk.path("result/manifest.json")).unwrap());
    assert_eq!((&json["holds"], &json["manifest_sha256"]), (&true.into(), &kept.clone().into()));
    assert!(json["figures"].as_u64().unwrap() > 1_000 && json["faults"] == serde_json::json!([]));
    assert!(
        desk.run(&format!("verify result --sha256 {kept}")).ends_with(0).stdout.contains("that was kept")
    );
    let other = desk.run(&format!("verify result --sha256 {}", "0".repeat(64))).ends_with(1);
    assert!(other.stdout.contains("manifest.json: is another one"), "{}", other.stdout);
}

#[test]
fn a_changed_byte_anywhere_names_its_file() {
    let desk = traced();
    let result = desk.path("result");
    let (names, wholes): (Vec<String>, Vec<Vec<u8>>) = files(&result).into_iter().unzip();
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let cases = if cfg!(debug_assertions) { 150 } else { 1_000 };
    for _ in 0..cases {
        let file = random(names.len());
        let mut bytes = wholes[file].clone();
        let at = random(bytes.len());
        bytes[at] ^= 1 << random(8);
        fs::write(result.join(&names[file]), &bytes).unwrap();
        let verdict = verify(&result).unwrap();
        let told = verdict.faults.iter().any(|fault| fault.file == names[file]);
        assert!(told, "byte {at} of {}: {:?}", names[file], verdict.faults);
        fs::write(result.join(&names[file]), &wholes[file]).unwrap();
    }
    assert!(verify(&result).unwrap().holds());
}

#[test]
fn a_cut_missing_or_strange_file_is_named() {
    let desk = traced();
    let flows = fs::read(desk.path("result/flows.csv")).unwrap();
    fs::write(desk.path("result/flows.csv"), &flows[..flows.len() / 2]).unwrap();
    fs::remove_file(desk.path("result/next.csv")).unwrap();
    fs::write(desk.path("result/notes.txt"), "mine").unwrap();
    let run = desk.run("verify result").ends_with(1);
    for line in ["flows.csv: has ", "next.csv: is not there", "notes.txt: is not listed"] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
}

/// Columns whose figures follow from others.
const FIGURES: [(&str, &[&str]); 9] = [
    (
        "freezable.csv",
        &["amount_min", "amount_rule", "amount_max", "robust", "claim", "balance", "deposits", "hops"],
    ),
    ("holdings.csv", &["libr", "fifo", "prorata", "claim_libr", "claim_lifo"]),
    ("flows.csv", &["libr", "fifo", "taint_first", "claim_prorata"]),
    ("postings.csv", &["libr", "lifo", "claim_libr", "claim_taint_first"]),
    (
        "conservation.csv",
        &["stolen", "unseen_inflow", "in_flight_bridge", "lost", "fees", "total", "difference"],
    ),
    ("routes.csv", &["taint", "value", "hop"]),
    ("next.csv", &["amount", "claim"]),
    (
        "packs/binance/request.csv",
        &["tainted_min", "robust", "arrived_fifo", "left_lifo", "libr", "claim", "hops"],
    ),
    ("packs/binance/transfers.csv", &["libr", "prorata", "taint_first"]),
];

#[test]
fn a_figure_changed_with_all_hashes_made_anew_no_longer_follows() {
    let desk = traced();
    let result = desk.path("result");
    let manifest = fs::read(result.join("manifest.json")).unwrap();
    let mut tried = 0;
    for (name, columns) in FIGURES {
        let whole = fs::read(result.join(name)).unwrap();
        let mut reader = csv::Reader::from_reader(&whole[..]);
        let head = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for column in columns {
            let column = head.iter().position(|name| name == *column).unwrap();
            for changed in (0..rows.len()).step_by(rows.len().div_ceil(3).max(1)) {
                let mut writer = csv::Writer::from_writer(Vec::new());
                writer.write_record(&head).unwrap();
                for (number, row) in rows.iter().enumerate() {
                    let bent = |(at, text): (usize, &str)| {
                        let is_it = at == column && number == changed;
                        if is_it { format!("{text}1") } else { text.to_owned() }
                    };
                    writer.write_record(row.iter().enumerate().map(bent)).unwrap();
                }
                fs::write(result.join(name), writer.into_inner().unwrap()).unwrap();
                seal_again(&result, name);
                let verdict = verify(&result).unwrap();
                let what = format!("{name}, row {changed}, {}: {:?}", &head[column], verdict.faults);
                assert!(!verdict.holds(), "{what}");
                assert!(!verdict.faults.iter().any(|fault| fault.what.contains("SHA-256")), "{what}");
                fs::write(result.join("manifest.json"), &manifest).unwrap();
                tried += 1;
            }
        }
        fs::write(result.join(name), whole).unwrap();
    }
    assert!(tried > 60, "{tried}");
    assert!(verify(&result).unwrap().holds());
}

#[test]
fn a_line_left_out_of_a_table_is_missed() {
    let desk = traced();
    let result = desk.path("result");
    for name in ["freezable.csv", "holdings.csv", "flows.csv", "postings.csv", "conservation.csv"] {
        let whole = fs::read_to_string(result.join(name)).unwrap();
        let manifest = fs::read(result.join("manifest.json")).unwrap();
        let mut lines: Vec<&str> = whole.lines().collect();
        lines.pop();
        fs::write(result.join(name), lines.join("\n") + "\n").unwrap();
        seal_again(&result, name);
        let verdict = verify(&result).unwrap();
        assert!(!verdict.holds(), "{name}");
        fs::write(result.join(name), whole).unwrap();
        fs::write(result.join("manifest.json"), manifest).unwrap();
    }
}

#[test]
fn what_is_no_result_is_refused() {
    let desk = Desk::with("manifest.json", "{\"format\": \"other\", \"seal\": \"x\"}");
    let run = desk.run("verify absent").ends_with(1);
    assert!(run.stderr.contains("absent/manifest.json") && run.stdout.is_empty(), "{run:?}");
    let run = desk.run("verify .").ends_with(1);
    assert!(run.stdout.contains("manifest.json: is none of dyetrace, or damaged"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn a_link_or_a_pipe_in_place_of_a_file_is_named_and_not_read() {
    let desk = traced();
    fs::rename(desk.path("result/flows.csv"), desk.path("flows.csv")).unwrap();
    std::os::unix::fs::symlink("../flows.csv", desk.path("result/flows.csv")).unwrap();
    fs::remove_file(desk.path("result/next.csv")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(desk.path("result/next.csv")).status().unwrap();
    assert!(made.success());
    let run = desk.run("verify result").ends_with(1);
    for name in ["flows.csv", "next.csv"] {
        assert!(run.stdout.contains(&format!("{name}: is no plain file")), "{}", run.stdout);
    }
}

#[test]
fn a_theft_of_which_no_table_says_a_word_is_told() {
    let desk = traced();
    let result = desk.path("result");
    for name in ["freezable", "holdings", "flows", "postings", "conservation", "routes", "next"] {
        let name = format!("{name}.csv");
        let whole = fs::read_to_string(result.join(&name)).unwrap();
        fs::write(result.join(&name), whole.lines().next().unwrap().to_owned() + "\n").unwrap();
        seal_again(&result, &name);
    }
    let run = desk.run("verify result").ends_with(1);
    assert!(
        run.stdout.contains("conservation.csv: HARMONY: the manifest names this theft"),
        "{}",
        run.stdout
    );
    assert!(desk.run("verify result --sha256 xyz").ends_with(1).stderr.contains("is no SHA-256"));
}
