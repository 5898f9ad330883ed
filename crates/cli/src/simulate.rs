//! `dyetrace simulate`: a made-up theft with known truth, and the score of a trace of it.

use crate::args::{ScoreArgs, SimulateArgs, SimulateCommand, SimulateFormat};
use crate::exit::Exit;
use crate::output::Output;
use anyhow::{Result, anyhow, bail};
use dyetrace_simulate::score::{score, to_json, to_text};
use dyetrace_simulate::{Format, Order, Outcome, Parameters, Scope, write};
use serde_json::json;

/// Runs the command.
pub(crate) fn run(args: &SimulateArgs, output: &Output) -> Result<Exit> {
    match &args.command {
        Some(SimulateCommand::Score(args)) => run_score(args, output),
        Some(SimulateCommand::Preset { name }) => {
            output.data(Parameters::preset_text(name)?)?;
            Ok(Exit::Complete)
        }
        None => make(args, output),
    }
}

fn make(args: &SimulateArgs, output: &Output) -> Result<Exit> {
    let Some(out) = &args.out else { bail!("no folder is named\n\nhint: say where to: `--out DIR`") };
    let (source, text) = match &args.parameters {
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| anyhow!("{name}: cannot be read: {error}"))?;
            (name, text)
        }
        None => (args.preset.clone(), Parameters::preset_text(&args.preset)?.to_owned()),
    };
    let mut parameters = Parameters::parse(&source, &text)?;
    if let Some(share) = args.deposit_labels {
        parameters.labels.deposit = share;
    }
    let scope = Scope { transfers: args.size, seed: args.seed, tokens_only: args.tokens_only };
    let format = match args.format {
        SimulateFormat::Csv => Format::Csv,
        SimulateFormat::EthereumEtl => Format::EthereumEtl,
        SimulateFormat::Snapshot => Format::Snapshot,
    };
    let order = Order { parameters: &parameters, text: &text, scope, format };
    let sign = output.busy("simulating");
    let outcome = write(out, &order)?;
    sign.finish_and_clear();
    let said = if args.json { as_json(&outcome) } else { as_text(&outcome, &out.display().to_string()) };
    output.data(&said)?;
    Ok(Exit::Complete)
}

fn as_text(outcome: &Outcome, out: &str) -> String {
    let mut text = format!("{out}: {} transfers, {} wallets\n", outcome.rows, outcome.wallets);
    for theft in &outcome.thefts {
        text.push_str(&format!(
            "theft {}: {} accounts have a part in it, its money is at {} places\n",
            theft.id,
            theft.touched.len(),
            theft.ends.len()
        ));
    }
    if !outcome.thefts.is_empty() {
        text.push_str(&format!(
            "next: dyetrace trace {out}/case.toml --out RESULT; dyetrace simulate score RESULT {out}\n"
        ));
    }
    text
}

fn as_json(outcome: &Outcome) -> String {
    let thefts = outcome
        .thefts
        .iter()
        .map(|theft| json!({ "id": theft.id, "accounts": theft.touched.len(), "places": theft.ends.len() }));
    let value = json!({
        "transfers": outcome.rows,
        "wallets": outcome.wallets,
        "thefts": thefts.collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn run_score(args: &ScoreArgs, output: &Output) -> Result<Exit> {
    let score = score(&args.result, &args.simulation, args.deposits.as_deref())?;
    let text = if args.json { format!("{:#}\n", to_json(&score)) } else { to_text(&score) };
    output.data(&text)?;
    Ok(Exit::Complete)
}
