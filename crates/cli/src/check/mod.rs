//! `dyetrace check`: whether a file can be trusted for a trace; of label files, what they say.

mod json;
mod labels;
mod text;
mod words;

use crate::args::CheckArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::Result;
use dyetrace_ingest::snapshot::{check_whole, is_snapshot_file};
use dyetrace_ingest::{Check, FileSpec, InputSpec, ReadOptions, list_files, read, total_size};
use dyetrace_run::assets::read_tokens;
use dyetrace_run::plan::typed_inputs;
use labels::{LabelCheck, Split};
use serde_json::json;

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, output: &Output) -> Result<Exit> {
    let split = Split::of(typed_inputs(&args.files, &args.reading.typed())?);
    let labels =
        if split.labels.is_empty() { None } else { Some(LabelCheck::of(&split.labels, split.passed_over)?) };
    let inputs = split.rest;
    if let (true, Some(labels)) = (inputs.is_empty(), &labels) {
        let told = if args.json {
            format!("{:#}\n", json!({ "labels": labels.json(None) }))
        } else {
            labels.text(None)
        };
        output.data(&told)?;
        return Ok(if labels.is_complete() { Exit::Complete } else { Exit::Incomplete });
    }
    let token_files: Vec<FileSpec> = args.reading.tokens.iter().map(FileSpec::typed).collect();
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
    let check = Check::of(&reading);
    let ledger = Some(&reading.ledger);
    let told = if args.json {
        let mut told = json::of(&check);
        if let Some(labels) = &labels {
            told["labels"] = labels.json(ledger);
        }
        format!("{told:#}\n")
    } else {
        let labels = labels.as_ref().map(|labels| labels.text(ledger) + "\n").unwrap_or_default();
        labels + &text::of(&check)
    };
    output.data(&told)?;
    let is_complete = reading.rejects.is_empty() && labels.is_none_or(|it| it.is_complete());
    Ok(if is_complete { Exit::Complete } else { Exit::Incomplete })
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
            Ok(reading) => text.push_str(&text::of_files(&reading)),
            Err(error) => text.push_str(&format!("not read: {}\n", error.message())),
        }
    }
    text
}
