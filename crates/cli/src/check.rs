//! `dyetrace check`: what a file is, how many rows it has, and what is wrong with it.

use crate::args::CheckArgs;
use crate::assets::read_tokens;
use crate::exit::Exit;
use crate::ingest::files as in_words;
use crate::output::Output;
use crate::plan::lay_reading;
use anyhow::Result;
use dyetrace_core::{Amount, Ledger};
use dyetrace_ingest::schema::Dialect;
use dyetrace_ingest::snapshot::{SnapshotFact, check_whole, is_snapshot_file};
use dyetrace_ingest::time::format_time;
use dyetrace_ingest::{FileSpec, InputFact, InputSpec, ReadOptions, Reading, list_files, read, total_size};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many bad rows are shown; all are counted.
const SHOWN: usize = 20;

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, output: &Output) -> Result<Exit> {
    let mut inputs: Vec<InputSpec> =
        args.files.iter().map(|path| InputSpec::of(FileSpec::typed(path))).collect();
    lay_reading(&mut inputs, args.chain.as_ref(), &args.maps, args.inexact)?;
    let token_files: Vec<FileSpec> = args.tokens.iter().map(FileSpec::typed).collect();
    let (tokens, _) = read_tokens(&token_files)?;
    // First of all: what is read from a damaged one means nothing.
    for input in inputs.iter().filter(|input| is_snapshot_file(&input.file)) {
        let busy = output.busy("comparing checksums");
        let whole = check_whole(&input.file);
        busy.finish_and_clear();
        whole?;
    }
    let bar = output.bytes(total_size(inputs.iter().map(|input| &input.file)), "reading");
    let options = ReadOptions {
        skip_bad_rows: true,
        tokens: Some(&tokens),
        without_transfers: true,
        ..ReadOptions::default()
    };
    let read = read(&inputs, &options, &|bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    let reading = match read {
        Ok(reading) => reading,
        Err(error) => {
            if !args.json {
                output.data(&each_alone(&inputs, &options))?;
            }
            return Err(error.into());
        }
    };
    if args.json {
        output.data(&format!("{:#}\n", to_json(&reading)))?;
    } else {
        output.data(&to_text(&reading))?;
    }
    Ok(if reading.rejects.is_empty() { Exit::Complete } else { Exit::Incomplete })
}

/// Says what each of several files is, where they cannot be read together; nothing of a single one.
fn each_alone(inputs: &[InputSpec], options: &ReadOptions<'_>) -> String {
    let mut files = Vec::new();
    for input in inputs {
        let listed = list_files(&input.file).unwrap_or_default();
        files.extend(listed.into_iter().map(|file| InputSpec { file, ..input.clone() }));
    }
    let mut text = String::new();
    // A pipe was read to its end.
    for file in files.iter().filter(|it| files.len() > 1 && it.file.path.is_file()) {
        match read(std::slice::from_ref(file), options, &|_| {}) {
            Ok(reading) => text.push_str(&facts_text(&reading)),
            Err(error) => line(&mut text, &format!("not read: {}", error.message())),
        }
    }
    text
}

fn to_text(reading: &Reading) -> String {
    let mut text = String::new();
    if let Some(SnapshotFact { name, size, seal, files }) = &reading.snapshot {
        line(&mut text, &format!("{name}: a snapshot of {}, every checksum agrees", in_words(*files)));
        line(&mut text, &format!("  {size} bytes, seal {seal}"));
    }
    text.push_str(&facts_text(reading));
    let ledger = &reading.ledger;
    line(
        &mut text,
        &format!(
            "in all: {} transfers, {} accounts, {} transactions",
            ledger.transfer_count(),
            ledger.accounts().len(),
            ledger.transactions().len()
        ),
    );
    for moved in assets(ledger) {
        line(&mut text, &format!("  {}: {} transfers", moved.asset, moved.transfers));
    }
    for doubt in doubts(reading) {
        line(&mut text, &format!("note: {doubt}"));
    }
    for reject in reading.rejects.iter().take(SHOWN) {
        line(&mut text, &format!("bad row: {reject}"));
    }
    if reading.rejects.len() > SHOWN {
        line(&mut text, &format!("… and {} more bad rows", reading.rejects.len() - SHOWN));
    }
    text
}

/// What each file is.
fn facts_text(reading: &Reading) -> String {
    let mut text = String::new();
    for fact in &reading.facts {
        line(
            &mut text,
            &format!("{}: {}, {} rows, {} bad rows", fact.name, fact.dialect, fact.rows, fact.rejects),
        );
        line(&mut text, &format!("  {}", span(fact)));
        let hash = Some(fact.sha256.as_str()).filter(|hash| !hash.is_empty()).unwrap_or("not computed");
        line(&mut text, &format!("  {} bytes, sha256 {hash}", fact.size));
        if let Some(dialect) = Dialect::named(&fact.dialect) {
            line(&mut text, &format!("  {}", dialect.about));
        }
        for note in &fact.notes {
            line(&mut text, &format!("  note: {note}"));
        }
        if !fact.passed_over.is_empty() {
            line(&mut text, &format!("  columns not read: {}", fact.passed_over.join(", ")));
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes any text");
}

/// The blocks and times of a file, as far as it has them.
fn span(fact: &InputFact) -> String {
    let blocks =
        fact.first_block.zip(fact.last_block).map(|(first, last)| format!("blocks {first} to {last}"));
    let times = fact.first_time.zip(fact.last_time);
    let times = times.map(|(first, last)| format!("{} to {}", format_time(first), format_time(last)));
    [blocks, times].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What moves one asset.
struct Moved {
    asset: String,
    transfers: u64,
    /// The sum of their values, in base units.
    units: Amount,
}

/// The assets with the transfers that move each, most first.
fn assets(ledger: &Ledger) -> Vec<Moved> {
    let mut moved: Vec<Moved> = ledger
        .assets()
        .iter()
        .map(|(id, _)| Moved { asset: ledger.asset_name(id), transfers: 0, units: Amount::ZERO })
        .collect();
    let columns = ledger.columns();
    for (row, &to) in columns.to.iter().enumerate() {
        let asset = &mut moved[ledger.purses().asset(to).index()];
        asset.transfers += 1;
        asset.units = asset.units.plus(columns.value.get(row));
    }
    moved.retain(|asset| asset.transfers > 0);
    moved.sort_by(|a, b| b.transfers.cmp(&a.transfers).then_with(|| a.asset.cmp(&b.asset)));
    moved
}

/// The sum of all fees by chain, in base units of its coin.
fn fees(ledger: &Ledger) -> Value {
    let mut sums: BTreeMap<String, Amount> = BTreeMap::new();
    for fee in ledger.fees().iter() {
        let asset = ledger.asset_name(ledger.purses().asset(fee.payer));
        let sum = sums.entry(asset).or_default();
        *sum = sum.plus(fee.amount);
    }
    sums.into_iter().map(|(asset, sum)| (asset, Value::from(sum.to_string()))).collect()
}

/// What is no fault but should be known.
fn doubts(reading: &Reading) -> Vec<String> {
    let notes = reading.ledger.notes();
    let counted = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let own = [
        counted(
            notes.repeated_in_file,
            &format!(
                "rows repeat another row of their file ({} transfers): kept, as real",
                notes.repeated_transfers
            ),
        ),
        counted(notes.repeated_across_files, "rows stand in another file too: counted once"),
        counted(
            notes.time_runs_back,
            "rows have a time earlier than that of an earlier block: order is by block",
        ),
        counted(notes.time_filled, "rows got their time from another row of the same block"),
        notes.order_ambiguous.then(|| {
            "the order of some transfers that touch one purse is not told: input order is taken".to_owned()
        }),
        reading
            .ledger
            .fees()
            .is_empty()
            .then(|| "no fees are stated: balances are known without them".to_owned()),
    ];
    let warnings = reading.warnings.iter().map(|warning| {
        let first = warning.first.first().map(|it| format!(", first at {}, line {}", it.file, it.line));
        format!("{}: {} times{}", warning.reason, warning.count, first.unwrap_or_default())
    });
    own.into_iter().flatten().chain(warnings).collect()
}

fn to_json(reading: &Reading) -> Value {
    let files: Vec<Value> = reading
        .facts
        .iter()
        .map(|fact| {
            json!({
                "name": fact.name, "dialect": fact.dialect, "chains": fact.chains,
                "rows": fact.rows, "bad_rows": fact.rejects, "left_out": fact.left_out, "bytes": fact.size,
                "sha256": Some(&fact.sha256).filter(|hash| !hash.is_empty()),
                "first_block": fact.first_block, "last_block": fact.last_block,
                "first_time": fact.first_time.map(format_time), "last_time": fact.last_time.map(format_time),
                "columns_not_read": fact.passed_over, "notes": fact.notes,
            })
        })
        .collect();
    let assets: Vec<Value> = assets(&reading.ledger)
        .into_iter()
        .map(|it| json!({ "asset": it.asset, "transfers": it.transfers, "units": it.units.to_string() }))
        .collect();
    let bad_rows: Vec<Value> = reading
        .rejects
        .iter()
        .map(|it| json!({ "file": it.file, "line": it.line, "column": it.column, "seen": it.seen, "reason": it.reason }))
        .collect();
    json!({
        "snapshot": reading.snapshot.as_ref().map(|it| {
            json!({ "name": it.name, "bytes": it.size, "seal": it.seal, "files": it.files, "checksums": "agree" })
        }),
        "files": files,
        "transfers": reading.ledger.transfer_count(),
        "accounts": reading.ledger.accounts().len(),
        "transactions": reading.ledger.transactions().len(),
        "assets": assets,
        "fees": fees(&reading.ledger),
        "order_ambiguous": reading.ledger.notes().order_ambiguous,
        "notes": doubts(reading),
        "bad_rows": bad_rows,
    })
}
