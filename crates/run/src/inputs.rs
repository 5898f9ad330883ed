//! What commands on a case read: transfers, labels, and the deposit accounts that both together tell.

use crate::assets::AssetTables;
use crate::decisions::labels_of;
use crate::error::Error;
use crate::links::bridge_labels;
use crate::pools::pool_labels;
use crate::watch::Watch;
use dyetrace_core::asset::AssetName;
use dyetrace_core::attribution::deposits::{DepositGrade, DepositOptions, Deposits, Short, find_deposits};
use dyetrace_core::trace::seed_accounts;
use dyetrace_core::{Amount, Category, Label, Labels, Ledger};
use dyetrace_ingest::{
    Case, DecisionLog, LabelReading, LabelSpec, ReadOptions, Reading, Tokens, read, read_labels, total_size,
};

/// Reads the transfers of a case.
///
/// # Errors
/// The first file, and unless the case leaves bad rows out the first row, that cannot be read.
pub(crate) fn read_transfers(case: &Case, tokens: &Tokens, output: &dyn Watch) -> Result<Reading, Error> {
    let bar = output.bytes(total_size(case.inputs.iter().map(|input| &input.file)), "reading");
    let skip_bad_rows = case.skip_bad_rows;
    let options = ReadOptions { skip_bad_rows, tokens: Some(tokens), ..ReadOptions::default() };
    let reading = read(&case.inputs, &options, &|bytes| bar.set_position(bytes))?;
    bar.finish_and_clear();
    Ok(reading)
}

/// Reads the label files, and adds the labels that stand in the rows; of what was read the labels are taken.
///
/// # Errors
/// The first file that cannot be read.
fn read_all_labels(
    files: &[LabelSpec],
    reading: &Reading,
    output: &dyn Watch,
) -> Result<(Vec<Label>, LabelReading), Error> {
    let bar = output.bytes(total_size(files.iter().map(|spec| &spec.file)), "labels");
    let mut read = read_labels(files, &|bytes| bar.set_position(bytes))?;
    bar.finish_and_clear();
    let mut labels: Vec<Label> = reading.labels.clone();
    labels.append(&mut read.labels);
    Ok((labels, read))
}

/// All labels of a case, before any is made of what the rows tell: those of its files and rows, what the analyst decided, and known
/// pools and bridges that nobody of these names.
///
/// # Errors
/// The first file that cannot be read.
pub(crate) fn stated_labels(
    case: &Case,
    reading: &Reading,
    log: Option<&DecisionLog>,
    watch: &dyn Watch,
) -> Result<(Vec<Label>, LabelReading), Error> {
    let (mut stated, read) = read_all_labels(&case.labels, reading, watch)?;
    stated.extend(labels_of(log));
    stated.extend(pool_labels(&reading.ledger, &stated));
    stated.extend(bridge_labels(case, &reading.ledger, &stated));
    Ok((stated, read))
}

/// Ties the labels to the ledger, and adds those of deposit accounts that sweeps tell, unless the case does not
/// want them or stops at no deposit account. Also returns what was found, and by what thresholds.
#[must_use]
pub(crate) fn add_detected(
    case: &Case,
    ledger: &Ledger,
    stated: Vec<Label>,
    tables: &AssetTables,
) -> (Labels, Option<(DepositOptions, Deposits)>) {
    let labels = Labels::bind(ledger, stated);
    if !case.detected_deposits || !case.options.stop.categories.contains(&Category::ExchangeDeposit) {
        return (labels, None);
    }
    let options = usual_options(ledger, tables);
    let found = find_deposits(ledger, &labels, &seed_accounts(ledger, &case.thefts), &options);
    let inferred: Vec<Label> = found.of_grade(DepositGrade::Inferred).map(|it| it.to_label(ledger)).collect();
    let labels = if inferred.is_empty() { labels } else { labels.and(ledger, inferred) };
    (labels, Some((options, found)))
}

/// The published thresholds. What a sweep may fall short is stated for a coin of 18 decimals: a native coin with
/// others gets the same 0.01 of a coin, and amounts in dollars, which are no coin's, one percent.
#[must_use]
pub(crate) fn usual_options(ledger: &Ledger, tables: &AssetTables) -> DepositOptions {
    let mut options = DepositOptions::default();
    for (id, asset) in ledger.assets().iter().filter(|(_, asset)| asset.is_native()) {
        let chain = Some(ledger.chain_name(asset.chain).to_owned());
        let short = match tables.tokens.get(id) {
            Some(token) if token.symbol == "USD" => Short::Percent(1),
            Some(token) if token.decimals != 18 => {
                let units = 10_u128.checked_pow(u32::from(token.decimals).saturating_sub(2));
                Short::Units(units.map_or(Amount::ZERO, Amount::from))
            }
            _ => continue,
        };
        options.short.push((AssetName { chain, contract: None }, short));
    }
    options
}
