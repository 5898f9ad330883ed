//! `dyetrace verify`: a result folder → whether its files are those that were sealed, and its totals follow.

use crate::args::VerifyArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::{Result, bail};
use dyetrace_report::{Fault, Verdict, verify};
use serde_json::json;
use std::fmt::Write as _;

/// How many faults a person is shown; `--json` has all.
const SHOWN: usize = 20;

/// Runs the command.
pub(crate) fn run(args: &VerifyArgs, output: &Output) -> Result<Exit> {
    if let Some(kept) = args.sha256.as_ref().filter(|kept| !is_hash(kept)) {
        bail!("`--sha256`: `{kept}` is no SHA-256\n\nhint: 64 hex digits, as a trace prints them");
    }
    let busy = output.busy("verifying");
    let mut verdict = verify(&args.folder)?;
    busy.finish_and_clear();
    if let Some(kept) =
        args.sha256.as_ref().filter(|kept| !kept.eq_ignore_ascii_case(&verdict.manifest_sha256))
    {
        let what = format!("is another one: its SHA-256 is {}, not {kept}", verdict.manifest_sha256);
        verdict.faults.insert(0, Fault { file: "manifest.json".to_owned(), what });
    }
    if args.json {
        output.data(&format!("{:#}\n", in_json(&verdict)))?;
    } else {
        output.data(&in_words(&verdict, args.sha256.is_some()))?;
    }
    Ok(if verdict.holds() { Exit::Complete } else { Exit::Nothing })
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn in_json(verdict: &Verdict) -> serde_json::Value {
    let faults: Vec<_> =
        verdict.faults.iter().map(|fault| json!({"file": fault.file, "what": fault.what})).collect();
    json!({
        "holds": verdict.holds(),
        "manifest_sha256": verdict.manifest_sha256,
        "files": verdict.files,
        "rows": verdict.rows,
        "figures": verdict.figures,
        "faults": faults,
    })
}

fn in_words(verdict: &Verdict, was_kept: bool) -> String {
    let mut text = String::new();
    let mut line = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("a string takes any text");
    if verdict.holds() {
        let Verdict { files, rows, figures, manifest_sha256, .. } = verdict;
        line(format_args!("The result holds."));
        line(format_args!("  {files} files are those that the manifest seals"));
        if *rows == 0 {
            line(format_args!("  nothing in it says where money is: no figure was derived again"));
        } else {
            line(format_args!("  {figures} figures follow from {rows} transfers and postings"));
        }
        let kept = if was_kept { "the one that was kept" } else { "compare it with the one that was kept" };
        line(format_args!("  manifest.json SHA-256: {manifest_sha256} ({kept})"));
        return text;
    }
    let count = verdict.faults.len();
    let faults = if count == 1 { "fault" } else { "faults" };
    line(format_args!("The result does NOT hold: {count} {faults}."));
    for Fault { file, what } in verdict.faults.iter().take(SHOWN) {
        line(format_args!("  {file}: {what}"));
    }
    if verdict.faults.len() > SHOWN {
        line(format_args!("  and {} more; `--json` lists all", verdict.faults.len() - SHOWN));
    }
    text
}
