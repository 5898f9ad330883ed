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

/// Counted apart, with Python: 92,842 tags, of which 127 are left out: 103 of a currency of no chain in the table, 4 whose
/// address is longer than any that is kept, 20 of an address that is none of its chain or of no chain known here.
#[test]
fn the_whole_folder_of_labels_is_read() {
    let Some(file) = shared("labels") else { return };
    let reading = read_labels(&[LabelSpec { file, name: None }], &|_| {}).unwrap();
    let survey = dyetrace_ingest::LabelSurvey::of(&reading);
    let rows: u64 = reading.facts.iter().map(|fact| fact.rows).sum();
    assert_eq!(rows, reading.labels.len() as u64);
    assert_eq!(reading.facts.len(), 90);
    println!("{rows} {:?} {}", counts(&reading.labels), survey.contradictions.len());
    let left_out: Vec<u64> = reading.left_out.iter().map(|it| it.count).collect();
    assert_eq!((rows, left_out, survey.contradictions.len()), (122_417, vec![4, 103, 1, 19], 118));
    assert!(reading.left_out.iter().all(|it| it.first.len() as u64 == it.count), "every place is told");
}

#[test]
fn every_file_of_ethereum_etl_is_told_and_its_traces_move_what_they_say() {
    let Some(folder) = shared("formats/ethereum-etl") else { return };
    let (mut read_count, mut refused) = (0, Vec::new());
    for file in dyetrace_ingest::list_files(&folder).unwrap() {
        if !file.name.ends_with(".csv") {
            continue;
        }
        let options = ReadOptions { skip_bad_rows: true, without_transfers: true, ..ReadOptions::default() };
        match read(&[InputSpec::of(file.clone())], &options, &|_| {}) {
            Ok(reading) => {
                read_count += 1;
                let bad = usize::from(file.name.contains("geth_traces_job_block_with_suicide"));
                assert_eq!(reading.rejects.len(), bad, "{}", file.name);
            }
            Err(error) => refused.push(error.message()),
        }
    }
    assert_eq!(read_count, 20);
    let empty = refused.iter().filter(|said| said.ends_with("the file is empty")).count();
    let logs = refused.iter().filter(|said| said.contains("is ethereum-etl's `logs.csv`")).count();
    assert_eq!((empty, logs, refused.len()), (3, 1, 4), "{refused:?}");
}

#[test]
fn receipts_and_blocks_are_joined_to_the_transactions_of_their_block() {
    let job = |name: &str| shared(&format!("formats/ethereum-etl/test_{name}.csv")).map(InputSpec::of);
    let names = [
        "export_blocks_job_block_with_logs_expected_transactions",
        "export_token_transfers_job_block_with_transfers_expected_token_transfers",
        "export_receipts_job_receipts_with_logs_expected_receipts",
        "export_blocks_job_block_with_logs_expected_blocks",
    ];
    let Some(inputs) = names.map(job).into_iter().collect::<Option<Vec<_>>>() else { return };
    let reading = read(&inputs, &ReadOptions::default(), &|_| {}).unwrap();
    let ledger = &reading.ledger;
    assert_eq!(ledger.transfer_count(), 6);
    // Four receipts: 50,853 units of gas twice, 21,000 twice, at 50 gwei each.
    let fees: dyetrace_core::Amount = ledger.fees().iter().map(|fee| fee.amount).sum();
    assert_eq!(fees.to_string(), (143_706_u64 * 50_000_000_000).to_string());
    assert!((0..6).all(|row| ledger.columns().time(row) == Some(1_446_561_880)));
}

#[test]
fn bitcoin_is_refused_by_name() {
    let Some(folder) = shared("formats/bitcoin-etl") else { return };
    for file in
        dyetrace_ingest::list_files(&folder).unwrap().into_iter().filter(|it| it.name.ends_with(".json"))
    {
        let error = read(&[InputSpec::of(file)], &ReadOptions::default(), &|_| {}).unwrap_err();
        assert!(error.message().contains(": is bitcoin-etl's "), "{error}");
    }
}
