//! The folder of a result: whole or not there, replaced only if it is ours, the same bytes twice.

use crate::support::whole_case;
use dyetrace_report::{SealCheck, check_seal};
use std::fs;

#[test]
fn the_same_trace_gives_the_same_bytes() {
    let (first, second) = (whole_case().written(), whole_case().written());
    assert_eq!(first, second);
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "conservation.csv",
            "decisions.csv",
            "flows.csv",
            "freezable.csv",
            "graph.dot",
            "graph.graphml",
            "graph.json",
            "holdings.csv",
            "leads.csv",
            "limitations.csv",
            "manifest.json",
            "next.csv",
            "packs/binance/path.csv",
            "packs/binance/request.csv",
            "packs/binance/request.html",
            "packs/binance/request.json",
            "packs/binance/transfers.csv",
            "postings.csv",
            "rejects.csv",
            "report.html",
            "routes.csv"
        ]
    );
}

#[test]
fn only_the_time_of_the_run_and_the_seal_differ_between_runs() {
    let mut case = whole_case();
    let before = case.written()["manifest.json"].clone();
    (case.facts.started, case.facts.finished) = (5, 6);
    let after = case.written()["manifest.json"].clone();
    let differ = before.lines().zip(after.lines()).filter(|(a, b)| a != b);
    let differ: Vec<&str> = differ.map(|(_, line)| line.trim().split(':').next().unwrap()).collect();
    assert_eq!(differ, ["\"started\"", "\"finished\"", "\"seal\""]);
}

#[test]
fn the_manifest_names_every_file_with_its_hash_and_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("result");
    let written = whole_case().with(|report| report.write(&out)).unwrap();
    let manifest = fs::read(out.join("manifest.json")).unwrap();
    assert_eq!(check_seal(&manifest), SealCheck::Whole);
    let value: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let outputs = value["outputs"].as_array().unwrap();
    assert_eq!(outputs.len() + 1, written.files.len());
    for (output, file) in outputs.iter().zip(&written.files) {
        assert_eq!(output["name"], file.name);
        assert_eq!(output["sha256"], file.sha256);
        assert_eq!(fs::metadata(out.join(&file.name)).unwrap().len(), file.bytes);
    }
    assert_eq!(value.as_object().unwrap().keys().next_back().unwrap(), "seal");
    assert_eq!(written.files.last().unwrap().sha256, written.manifest_sha256);
}

#[test]
fn an_earlier_result_is_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("result");
    whole_case().with(|report| report.write(&out)).unwrap();
    fs::write(out.join("notes.txt"), "of a person").unwrap();
    let error = whole_case().with(|report| report.write(&out)).unwrap_err();
    assert!(error.to_string().contains("holds a file that dyetrace did not write"), "{error}");
    assert_eq!(fs::read(out.join("notes.txt")).unwrap(), b"of a person");
    fs::remove_file(out.join("notes.txt")).unwrap();
    fs::write(out.join("flows.csv"), "of the earlier run").unwrap();
    whole_case().with(|report| report.write(&out)).unwrap();
    assert_ne!(fs::read(out.join("flows.csv")).unwrap(), b"of the earlier run");
    assert!(out.join("manifest.json").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("result");
    let refused = || whole_case().with(|report| report.write(&out)).unwrap_err();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "years of work").unwrap();
    let error = refused();
    assert!(
        error.to_string().ends_with("exists and holds no `manifest.json` of dyetrace, so it is not replaced")
    );
    assert!(error.hint().unwrap().starts_with("name a folder that does not exist yet"));
    for manifest in ["{}", "{\"format\": \"other\"}", "no json"] {
        fs::write(out.join("manifest.json"), manifest).unwrap();
        assert!(refused().to_string().contains("is not one of dyetrace"));
    }
    assert_eq!(fs::read_to_string(out.join("thesis.txt")).unwrap(), "years of work");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("result");
    fs::write(&out, "a file").unwrap();
    let error = whole_case().with(|report| report.write(&out)).unwrap_err();
    assert!(error.to_string().contains("is no folder"));
    assert_eq!(error.path(), Some(out.as_path()));
}

#[test]
fn folders_made_on_the_way_are_removed_on_failure() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new");
    // Written whole, but no folder can have a name of 300 letters.
    let error = whole_case().with(|report| report.write(&new.join("x".repeat(300)))).unwrap_err();
    assert!(error.to_string().contains("could not put the finished folder in its place"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    whole_case().with(|report| report.write(&new.join("result"))).unwrap();
    assert!(new.join("result").join("manifest.json").exists());
}

#[cfg(unix)]
#[test]
fn behind_a_link_the_folder_is_replaced_and_the_link_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (out, link) = (folder.path().join("result"), folder.path().join("link"));
    whole_case().with(|report| report.write(&out)).unwrap();
    std::os::unix::fs::symlink(&out, &link).unwrap();
    whole_case().with(|report| report.write(&link)).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(out.join("manifest.json").exists());
}

#[test]
fn an_error_names_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = whole_case().with(|report| report.write(&file.join("result"))).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
    assert!(!error.is_bug());
}
