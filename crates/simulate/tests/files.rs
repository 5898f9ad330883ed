//! The folder of a simulation.

use dyetrace_core::{Amount, Ledger};
use dyetrace_ingest::check::Check;
use dyetrace_ingest::{FileSpec, InputSpec, ReadOptions, Reading, list_files, read};
use dyetrace_simulate::{Format, Order, Parameters, Scope, write};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn made(out: &Path, preset: &str, scope: Scope, format: Format) {
    let parameters = Parameters::preset(preset).unwrap();
    let text = Parameters::preset_text(preset).unwrap();
    write(out, &Order { parameters: &parameters, text, scope, format }).unwrap();
}

const SCOPE: Scope = Scope { transfers: 20_000, seed: 9, tokens_only: false };

/// Everything in a folder, by its path in it.
fn everything(folder: &Path, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            found.extend(everything(&entry.path(), &format!("{name}/")));
        } else {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

/// Reads the transfers of a folder as `case.toml` would.
fn reading(folder: &Path, names: &[(&str, Option<&str>)]) -> Reading {
    let mut inputs = Vec::new();
    for (name, chain) in names {
        for file in list_files(&FileSpec::typed(folder.join(name))).unwrap() {
            let mut input = InputSpec::of(file);
            input.chain = chain.map(str::to_owned);
            inputs.push(input);
        }
    }
    read(&inputs, &ReadOptions::default(), &|_| {}).unwrap()
}

/// Sums by asset, and how many transfers move something.
fn sums(ledger: &Ledger) -> BTreeMap<String, (u64, Amount)> {
    let mut sums = BTreeMap::new();
    for place in 0..ledger.transfer_count() {
        let value = ledger.columns().value.get(place);
        let to = ledger.purses().asset(ledger.columns().to[place]);
        let asset = ledger.assets().get(to);
        let name = format!("{}:{:?}", ledger.chain_name(asset.chain), asset.contract);
        let sum: &mut (u64, Amount) = sums.entry(name).or_insert((0, Amount::ZERO));
        if !value.is_zero() {
            *sum = (sum.0 + 1, sum.1.plus(value));
        }
    }
    sums
}

#[test]
fn the_same_order_gives_the_same_bytes() {
    let desk = TempDir::new().unwrap();
    let folders = ["one", "two"].map(|name| desk.path().join(name));
    for folder in &folders {
        made(folder, "small", SCOPE, Format::Csv);
    }
    let [one, two] = folders.map(|folder| everything(&folder, ""));
    assert!(one == two);
    assert!(one.contains_key("truth/stolen.csv") && one.contains_key("case.toml"));
}

#[test]
fn every_form_holds_the_same_transfers() {
    let desk = TempDir::new().unwrap();
    let [csv, etl, whole] = ["csv", "etl", "whole"].map(|name| desk.path().join(name));
    made(&csv, "bybit", SCOPE, Format::Csv);
    made(&etl, "bybit", SCOPE, Format::EthereumEtl);
    made(&whole, "bybit", SCOPE, Format::Snapshot);
    let plain = reading(&csv, &[("transfers.csv", None)]);
    let chains = [("ethereum", Some("ethereum")), ("polygon", Some("polygon"))];
    assert_eq!(sums(&plain.ledger), sums(&reading(&etl, &chains).ledger));
    assert!(plain.ledger == reading(&whole, &[("transfers.dye", None)]).ledger);
    assert!(!whole.join("transfers.csv").exists());
}

#[test]
fn a_snapshot_written_along_is_the_one_of_the_file() {
    let desk = TempDir::new().unwrap();
    let scope = Scope { tokens_only: true, ..SCOPE };
    let [etl, along] = ["etl", "along"].map(|name| desk.path().join(name));
    made(&etl, "smurf", scope, Format::EthereumEtl);
    made(&along, "smurf", scope, Format::Snapshot);
    let file = reading(&etl, &[("ethereum", Some("ethereum"))]);
    let snapshot = reading(&along, &[("transfers.dye", None)]);
    assert!(snapshot.ledger.transfer_count() >= 20_000);
    assert_eq!(sums(&file.ledger), sums(&snapshot.ledger));
    assert_eq!(file.ledger.columns().from, snapshot.ledger.columns().from);
    assert_eq!(file.ledger.columns().to, snapshot.ledger.columns().to);
    assert_eq!(file.ledger.transactions(), snapshot.ledger.transactions());
}

#[test]
fn nothing_is_in_doubt_about_any_form() {
    let desk = TempDir::new().unwrap();
    for (name, format) in [("csv", Format::Csv), ("etl", Format::EthereumEtl)] {
        let folder = desk.path().join(name);
        made(&folder, "small", SCOPE, format);
        let names: &[(&str, Option<&str>)] = match format {
            Format::EthereumEtl => &[("ethereum", Some("ethereum")), ("polygon", Some("polygon"))],
            _ => &[("transfers.csv", None)],
        };
        let reading = reading(&folder, names);
        let check = Check::of(&reading);
        assert!(check.doubts.is_empty(), "{name}: {:?}", check.doubts);
    }
}

#[test]
fn what_is_not_ours_is_not_replaced() {
    let desk = TempDir::new().unwrap();
    let out = desk.path().join("sim");
    let parameters = Parameters::preset("small").unwrap();
    let order = Order { parameters: &parameters, text: "", scope: SCOPE, format: Format::Csv };
    fs::create_dir(&out).unwrap();
    let error = write(&out, &order).unwrap_err().to_string();
    assert!(error.contains("is no simulation of dyetrace: it is not replaced"), "{error}");
    fs::remove_dir(&out).unwrap();
    write(&out, &order).unwrap();
    // Ours is replaced; with a note of somebody in it, it is not.
    write(&out, &order).unwrap();
    fs::write(out.join("truth/note.txt"), "mine").unwrap();
    let error = write(&out, &order).unwrap_err().to_string();
    assert!(error.contains("holds `truth/note.txt`"), "{error}");
    assert!(out.join("truth/note.txt").exists());
    let left: Vec<_> = fs::read_dir(desk.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left aside");
}

#[test]
fn the_truth_stands_in_the_rows() {
    let desk = TempDir::new().unwrap();
    let out = desk.path().join("sim");
    made(&out, "harmony", SCOPE, Format::Csv);
    let table = |name: &str| {
        let mut reader = csv::Reader::from_path(out.join(name)).unwrap();
        reader.deserialize().collect::<Result<Vec<BTreeMap<String, String>>, _>>().unwrap()
    };
    let rows = table("transfers.csv");
    let has = |hash: &str, from: &str, to: &str| {
        rows.iter().any(|row| {
            row["transaction_hash"] == hash && row["from_address"] == from && row["to_address"] == to
        })
    };
    let mixers = table("truth/mixers.csv");
    assert!(mixers.iter().filter(|it| !it["withdrawal_hash"].is_empty()).count() > 20);
    for link in mixers.iter().take(300) {
        assert!(has(&link["deposit_hash"], &link["depositor"], &link["mixer"]));
        let out = &link["withdrawal_hash"];
        assert!(out.is_empty() || has(out, &link["mixer"], &link["recipient"]));
    }
    for swap in table("truth/swaps.csv").iter().take(100) {
        let assets: Vec<&str> = rows
            .iter()
            .filter(|row| row["transaction_hash"] == swap["transaction_hash"])
            .map(|row| row["asset"].as_str())
            .collect();
        for asset in ["sold_asset", "bought_asset"] {
            assert!(assets.contains(&swap[asset].split_once(':').unwrap().1));
        }
    }
    for sum in table("truth/sums.csv") {
        assert_eq!(sum["difference"], "0");
    }
}
