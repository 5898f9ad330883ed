//! `dyetrace ingest`: files into a snapshot.

use crate::args::IngestArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::Result;
use dyetrace_ingest::{FileSpec, ReadOptions, Reading, ingest, total_size};
use dyetrace_run::assets::read_tokens;
use dyetrace_run::plan::typed_inputs;
use serde_json::json;

/// Runs the command.
pub(crate) fn run(args: &IngestArgs, output: &Output) -> Result<Exit> {
    let inputs = typed_inputs(&args.files, &args.reading.typed())?;
    let token_files: Vec<FileSpec> = args.reading.tokens.iter().map(FileSpec::typed).collect();
    let (tokens, _) = read_tokens(&token_files)?;
    let bar = output.bytes(total_size(inputs.iter().map(|input| &input.file)), "reading");
    let options = ReadOptions {
        skip_bad_rows: args.skip_bad_rows,
        tokens: Some(&tokens),
        without_sha256: args.without_sha256,
        ..ReadOptions::default()
    };
    let goal = FileSpec::typed(&args.out);
    let reading = ingest(&inputs, &goal, &options, &|bytes| bar.set_position(bytes))?;
    bar.finish_and_clear();
    output.data(&if args.json { to_json(&reading) } else { to_text(&reading) })?;
    Ok(if reading.rejects.is_empty() { Exit::Complete } else { Exit::Incomplete })
}

/// A number of things.
fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

fn to_text(reading: &Reading) -> String {
    let Reading { ledger, facts, rejects, snapshot: Some(snapshot), .. } = reading else {
        return String::new();
    };
    let mut text = format!(
        "{}: {}, {}, {}, of {}\n  {} bytes, seal {}\n",
        snapshot.name,
        count(ledger.transfer_count(), "transfer"),
        count(ledger.accounts().len(), "account"),
        count(ledger.transactions().len(), "transaction"),
        count(facts.len(), "file"),
        snapshot.size,
        snapshot.seal
    );
    for reject in rejects {
        text.push_str(&format!("bad row, left out: {reject}\n"));
    }
    text
}

fn to_json(reading: &Reading) -> String {
    let Reading { ledger, facts, rejects, snapshot: Some(snapshot), .. } = reading else {
        return String::new();
    };
    let value = json!({
        "snapshot": snapshot.name,
        "bytes": snapshot.size,
        "seal": snapshot.seal,
        "transfers": ledger.transfer_count(),
        "accounts": ledger.accounts().len(),
        "transactions": ledger.transactions().len(),
        "files": facts.len(),
        "bad_rows": rejects.len(),
    });
    format!("{value:#}\n")
}
