//! `dyetrace explain`: a result folder and an account → the arithmetic behind its figure, and the routes.

use crate::args::ExplainArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::{Result, anyhow, bail};
use dyetrace_report::{Error, Question, explain};
use dyetrace_run::put;
use std::io::Write as _;
use std::path::Path;

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs, output: &Output) -> Result<Exit> {
    if let Some(picture) = &args.svg {
        check_picture(picture, &args.folder)?;
    }
    let question = Question {
        of: args.of.clone(),
        chain: args.chain.clone(),
        asset: args.asset.clone(),
        theft: args.theft.clone(),
        rule: args.rule.clone(),
        routes: args.routes,
    };
    let busy = output.busy("explaining");
    let explained = explain(&args.folder, &question).map_err(with_hint)?;
    busy.finish_and_clear();
    if let Some(picture) = &args.svg {
        put::whole(picture, |mut file| file.write_all(explained.to_svg().as_bytes()))?;
    }
    if args.json {
        output.data(&format!("{:#}\n", explained.to_json()))?;
    } else {
        output.data(&explained.to_string())?;
    }
    Ok(Exit::Complete)
}

/// What a result refused, with its hint.
pub(crate) fn with_hint(error: Error) -> anyhow::Error {
    match error.hint() {
        Some(hint) => anyhow!("{error}\n\nhint: {hint}"),
        None => error.into(),
    }
}

/// Refuses to put the picture into the result, which would no longer be what was sealed, or over what is no picture.
fn check_picture(picture: &Path, result: &Path) -> Result<()> {
    // A link is followed: the picture would stand where it leads.
    let place = put::place(picture)?;
    let folder = place.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let (Ok(folder), Ok(result)) = (folder.canonicalize(), result.canonicalize())
        && folder.starts_with(&result)
    {
        bail!(
            "`{}` lies in the result, which is sealed\n\nhint: name a file elsewhere with `--svg`",
            picture.display()
        );
    }
    Ok(put::may_replace(picture, "picture of ours", |bytes| bytes.starts_with(b"<svg "))?)
}
