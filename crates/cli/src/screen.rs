//! `dyetrace screen`: many addresses → what came to each from thefts and labelled holders.

use crate::args::ScreenArgs;
use crate::damage::blame_damage;
use crate::exit::Exit;
use crate::origins::categories;
use crate::output::Output;
use crate::plan::{keep_inputs, lay_case};
use anyhow::{Context, Result, bail};
use dyetrace_core::trace::{Cut, Entity, Exposures, Grouping, Origins, exposures};
use dyetrace_core::{AccountId, Category};
use dyetrace_ingest::{Case, FileSpec, read_addresses};
use dyetrace_report::{AskedAccount, Group, Screening, Threshold};
use dyetrace_run::{CaseFiles, Error, Ready};
use std::fs;
use std::path::Path;

/// Runs the command.
pub(crate) fn run(args: &ScreenArgs, output: &Output) -> Result<Exit> {
    let mut case = lay_case(&args.case.typed(), &args.reading.typed())?;
    args.run.lay(&mut case)?;
    let asked = Asked { thresholds: thresholds(args)?, categories: categories(&args.run.origins)? };
    let file = args.out.as_deref().filter(|out| *out != Path::new("-"));
    if let Some(out) = file {
        keep_inputs(&args.case.typed(), &case, out)?;
        check_out(out)?;
    }
    let inputs = case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_case(args, &case, &asked, output))
}

/// What was typed, understood.
struct Asked {
    thresholds: Vec<Threshold>,
    categories: Vec<Category>,
}

fn run_case(args: &ScreenArgs, case: &Case, typed: &Asked, output: &Output) -> Result<Exit> {
    let Asked { thresholds, categories } = typed;
    let spec = FileSpec::typed(&args.addresses);
    let asked = read_addresses(&spec)?;
    if let Some((line, first, address)) = &asked.first_repeated {
        let count = asked.repeated;
        output.note(&format!(
            "{}: {count} lines repeat an address, the first is line {line}: {address} stands in line {first}. Each has its rows once.",
            spec.name
        ));
    }
    let Ready { reading, labels, tables, options, .. } =
        CaseFiles::read(case, output)?.ready(case, output)?;
    let ledger = &reading.ledger;
    let found: Vec<AskedAccount> =
        asked.addresses.into_iter().map(|it| AskedAccount::find(ledger, it.address, it.chain)).collect();
    let accounts: Vec<AccountId> = found.iter().flat_map(|it| it.accounts.iter().copied()).collect();

    let busy = output.busy("screening");
    let of = |origins: Origins<'_>| -> Result<Exposures> {
        exposures(ledger, &labels, origins, &options, &accounts).map_err(|error| Error::from(error).into())
    };
    let thefts = if case.thefts.is_empty() { None } else { Some(of(Origins::Thefts(&case.thefts))?) };
    let entities = Entity::of_labels(&labels, categories, Grouping::Category);
    let labelled = if entities.is_empty() { None } else { Some(of(Origins::Entities(&entities))?) };
    if thefts.is_none() && labelled.is_none() {
        bail!(
            "no origin is named\n\nhint: name a theft, `--theft ID=ADDRESS`, or labels of these categories: {}",
            categories.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ")
        );
    }
    let screening =
        Screening::new(ledger, &tables.tokens, &found, [thefts.as_ref(), labelled.as_ref()], thresholds);
    busy.finish_and_clear();

    match args.out.as_deref().filter(|out| *out != Path::new("-")) {
        Some(out) => write_out(&screening, out)?,
        None => {
            let mut csv = Vec::new();
            screening.write(&mut csv)?;
            output.data(&String::from_utf8_lossy(&csv))?;
        }
    }
    let (addresses, unknown) = (found.len(), screening.unknown());
    let flagged = if thresholds.is_empty() {
        String::new()
    } else {
        format!("; {} meet a threshold", screening.flagged())
    };
    output.note(&format!(
        "{addresses} addresses, {unknown} of them in no transfer; {} rows{flagged}",
        screening.len()
    ));
    screening.order_note().iter().for_each(|note| output.note(note));
    let mut exit = Exit::Complete;
    for (what, Cut { hubs, hops, dust }) in [("thefts", &thefts), ("labelled holders", &labelled)]
        .iter()
        .filter_map(|(what, it)| Some((what, it.as_ref()?.cut)))
    {
        if hubs + hops + dust > 0 {
            output.note(&format!("not complete: of {what}, {hubs} hubs, {hops} purses too far away and {dust} transfers too small are not followed"));
            exit = Exit::Incomplete;
        }
    }
    if !reading.rejects.is_empty() {
        output.note(&format!("not complete: {} bad rows were left out", reading.rejects.len()));
        exit = Exit::Incomplete;
    }
    Ok(exit)
}

/// What was typed as thresholds.
fn thresholds(args: &ScreenArgs) -> Result<Vec<Threshold>> {
    let direct = args.flag_direct.iter().map(|text| (text, true));
    let all = direct.chain(args.flag_indirect.iter().map(|text| (text, false)));
    let thresholds = all.map(|(text, is_direct)| threshold(text, is_direct)).collect::<Result<Vec<_>>>()?;
    if thresholds.len() > Screening::MOST_THRESHOLDS {
        bail!("{} thresholds are more than {}", thresholds.len(), Screening::MOST_THRESHOLDS);
    }
    Ok(thresholds)
}

fn threshold(text: &str, is_direct: bool) -> Result<Threshold> {
    let (group, share) = text.rsplit_once('=').map_or((None, text), |(group, share)| (Some(group), share));
    let group = match group.map(str::trim) {
        None => None,
        Some("theft") => Some(Group::Theft),
        Some(word) if word.parse::<dyetrace_core::Category>().is_ok() => {
            Some(Group::Category(word.to_owned()))
        }
        Some(word) => bail!(
            "`{text}`: `{word}` is no group\n\nhint: `theft`, or a category such as `mixer`: `mixer=1%`"
        ),
    };
    let Some(millionths) = share.trim().strip_suffix('%').and_then(millionths_of) else {
        bail!(
            "`{text}` is no share\n\nhint: a percentage from 0% to 100%, with at most 4 digits behind the point: `10%`, `mixer=0.5%`"
        );
    };
    Ok(Threshold { group, is_direct, millionths })
}

/// The millionths of a percentage without its sign.
fn millionths_of(percent: &str) -> Option<u32> {
    let (whole, rest) = percent.trim().split_once('.').unwrap_or((percent.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || rest.len() > 4 || !digits(whole) || !digits(rest) {
        return None;
    }
    let millionths = format!("{whole}{rest:0<4}").parse().ok()?;
    (millionths <= 1_000_000).then_some(millionths)
}

/// Refuses to replace what is no such table.
fn check_out(out: &Path) -> Result<()> {
    match fs::read(out) {
        Ok(bytes) if bytes.is_empty() || Screening::is_csv(&bytes) => Ok(()),
        Ok(_) => bail!(
            "`{}` is there and is no table of a screening\n\nhint: name another file with `--out`",
            out.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be replaced", out.display())),
    }
}

/// Writes the table beside its place and puts it there whole.
fn write_out(screening: &Screening<'_>, out: &Path) -> Result<()> {
    crate::put::whole(out, |file| screening.write(std::io::BufWriter::new(file)))
}
