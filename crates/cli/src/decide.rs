//! `dyetrace decide`: a decision of the analyst → a further line of the log.

use crate::args::{DecideArgs, DecideCommand};
use crate::exit::Exit;
use crate::output::Output;
use anyhow::{Result, bail};
use dyetrace_core::decision::{Decision, DecisionKind, Detail};
use dyetrace_ingest::time::parse_time;
use dyetrace_ingest::{FileSpec, add_decision};
use dyetrace_report::display::plain;
use dyetrace_report::iso;
use dyetrace_run::facts::now;

/// Runs the command.
pub(crate) fn run(args: &DecideArgs, output: &Output) -> Result<Exit> {
    let when = match &args.when {
        None => now(),
        Some(text) => match parse_time(text) {
            Ok(time) => time,
            Err(error) => bail!("`--when`: `{}` {error}", plain(text, 80)),
        },
    };
    let (kind, subject, detail) = decided(&args.what);
    let decision = Decision {
        number: 0,
        when: iso(when),
        who: args.who.trim().to_owned(),
        kind,
        subject,
        detail,
        why: args.why.trim().to_owned(),
        before: String::new(),
    };
    let (decision, hash) = add_decision(&FileSpec::typed(&args.log), decision)?;
    let number = decision.number;
    output
        .data(&format!("decision {number} stands in `{}`\nhead of the log: {hash}\n", args.log.display()))?;
    Ok(Exit::Complete)
}

fn decided(what: &DecideCommand) -> (DecisionKind, String, Detail) {
    let chain_of = |chain: &Option<String>| chain.as_ref().map(|chain| chain.trim().to_ascii_lowercase());
    match what {
        DecideCommand::Label { address, category, entity, chain, confidence } => {
            let detail = Detail {
                chain: chain_of(chain),
                category: Some(category.trim().to_ascii_lowercase()),
                entity: entity.as_ref().map(|entity| entity.trim().to_owned()),
                confidence: Some(confidence.unwrap_or(Decision::CONFIDENCE)),
                destination: None,
            };
            (DecisionKind::Label, address.trim().to_owned(), detail)
        }
        DecideCommand::Cut { address, chain } => {
            let detail = Detail { chain: chain_of(chain), ..Detail::default() };
            (DecisionKind::Cut, address.trim().to_owned(), detail)
        }
        DecideCommand::Link { source, destination } => {
            let detail = Detail { destination: Some(destination.trim().to_owned()), ..Detail::default() };
            (DecisionKind::Link, source.trim().to_owned(), detail)
        }
    }
}
