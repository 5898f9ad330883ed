//! `dyetrace check`: whether a file can be trusted for a trace.

mod json;
mod text;
mod words;

use crate::args::CheckArgs;
use crate::assets::read_tokens;
use crate::exit::Exit;
use crate::output::Output;
use crate::plan::typed_inputs;
use anyhow::Result;
use dyetrace_ingest::snapshot::{check_whole, is_snapshot_file};
use dyetrace_ingest::{Check, FileSpec, InputSpec, ReadOptions, list_files, read, total_size};

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, output: &Output) -> Result<Exit> {
    let inputs = typed_inputs(&args.files, &args.reading)?;
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
    output.data(&if args.json { format!("{:#}\n", json::of(&check)) } else { text::of(&check) })?;
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
            Ok(reading) => text.push_str(&text::of_files(&reading)),
            Err(error) => text.push_str(&format!("not read: {}\n", error.message())),
        }
    }
    text
}
