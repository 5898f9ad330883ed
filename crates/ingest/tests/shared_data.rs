//! Real files, where they lie beside the workspace: they are not part of it.

use dyetrace_core::Category;
use dyetrace_ingest::{FileSpec, InputSpec, LabelSpec, ReadOptions, Reading, read, read_labels};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A path of the shared data, or `None` where they are not there.
fn shared(path: &str) -> Option<FileSpec> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("DYETRACE_SHARED").map_or_else(beside, PathBuf::from);
    if !root.join(path).exists() {
        println!("skipped: no shared data");
        return None;
    }
    Some(FileSpec::beside(&root, path))
}

fn read_one(path: &str) -> Option<Reading> {
    let input = InputSpec::of(shared(path)?);
    Some(read(&[input], &ReadOptions::default(), &|_| {}).unwrap())
}

fn labels_of(path: &str, name: Option<&str>) -> Option<Vec<dyetrace_core::Label>> {
    let spec = LabelSpec { file: shared(path)?, name: name.map(str::to_owned) };
    Some(read_labels(&[spec], &|_| {}).unwrap().labels)
}

fn counts(labels: &[dyetrace_core::Label]) -> BTreeMap<Category, usize> {
    let mut counts = BTreeMap::new();
    for label in labels {
        *counts.entry(label.category).or_default() += 1;
    }
    counts
}

#[test]
fn harmony_flows_are_read_with_their_repeats_and_labels() {
    let Some(reading) = read_one("cases/harmony/flows.csv") else { return };
    assert_eq!(reading.ledger.transfer_count(), 3887);
    let notes = reading.ledger.notes();
    assert_eq!((notes.repeated_in_file, notes.repeated_transfers), (275, 193));
    let counts = counts(&reading.labels);
    assert_eq!(counts.get(&Category::ExchangeDeposit), Some(&6));
    assert_eq!(counts.get(&Category::Exchange), Some(&10));
    assert_eq!(
        counts.values().sum::<usize>(),
        16 + counts[&Category::Theft] + counts.get(&Category::Other).unwrap_or(&0)
    );
    println!("{counts:?}");
}

#[test]
fn the_cryptopia_transactions_are_read() {
    let Some(reading) = read_one("cases/cryptopia/txlist.csv.gz") else { return };
    assert_eq!(reading.ledger.transfer_count(), 8147);
    assert_eq!(reading.facts[0].dialect, "etherscan-txlist");
}

#[test]
fn the_label_cloud_has_every_address() {
    let Some(labels) = labels_of("labels/etherscan/combinedAccountLabels.json", None) else { return };
    let mut addresses: Vec<_> = labels.iter().map(|label| label.address).collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 23_288);
    let of = |address: &str| {
        labels
            .iter()
            .filter(|label| label.address.to_string() == address)
            .map(|it| it.category)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("0xdac17f958d2ee523a2206206994597c13d831ec7"), [Category::Token], "no exchange");
    println!("{:?}", counts(&labels));
}

#[test]
fn every_label_file_is_read() {
    for (path, name, count) in [
        ("cases/harmony/labels.csv", None, 199),
        ("labels/exchanges/cex_wallets.csv", None, 4795),
        ("labels/etherscan/binance.csv", None, 0),
        ("labels/etherscan/bridge.csv", None, 0),
        ("labels/ofac/sanctioned_addresses_ETH.txt", Some("ofac"), 0),
        ("labels/ofac/sanctioned_addresses_TRX.json", Some("ofac"), 0),
    ] {
        let Some(labels) = labels_of(path, name) else { return };
        println!("{path}: {:?}", counts(&labels));
        assert!(count == 0 || labels.len() == count, "{path}: {}", labels.len());
    }
}
