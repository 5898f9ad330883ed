//! What to do: the case file, with what was typed over it.

use crate::command_words::CommandWords;
use crate::error::Error;
use dyetrace_core::links::bridges::BridgeOptions;
use dyetrace_core::trace::TraceOptions;
use dyetrace_ingest::case::{
    MixerMode, merge_thefts, parse_confidence, parse_mapping, parse_min_amount, parse_mixers, parse_rule,
    parse_rules, parse_stop, parse_theft, parse_until,
};
use dyetrace_ingest::labels::parse_labels;
use dyetrace_ingest::{Case, FileSpec, InputSpec, read_case};
use std::path::{Path, PathBuf};

/// How files of transfers are read, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedReading {
    /// The chain of rows that name none.
    pub chain: Option<String>,
    /// `from_address=sender`: our column, and its name in the files.
    pub maps: Vec<String>,
    /// Take amounts that somebody rounded.
    pub inexact: bool,
    /// Files of symbols and decimals.
    pub tokens: Vec<PathBuf>,
}

/// What a case is made of, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedCase {
    /// The case file.
    pub case: Option<PathBuf>,
    /// Files or folders of transfers, where there is no case file.
    pub transfers: Vec<PathBuf>,
    /// Files of labels, or `ofac=FILE`.
    pub labels: Vec<String>,
    /// The log of decisions, in place of that of the case file.
    pub decisions: Option<PathBuf>,
    /// `ID=ADDRESS@SINCE`.
    pub thefts: Vec<String>,
}

/// The options of a trace, as they were typed; none is that of the case file, or the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedTrace {
    /// What the case is made of.
    pub case: TypedCase,
    /// The one rule of this run.
    pub rule: Option<String>,
    /// Further rules, with `,` between.
    pub compare: Option<String>,
    /// Categories at which the trace stops.
    pub stop: Option<String>,
    /// Go on through accounts that only their sweeps make deposit accounts.
    pub no_detected_deposits: bool,
    /// In more transfers than this an unnamed account is a hub.
    pub hub_transfers: Option<u64>,
    /// The most hops.
    pub max_hops: Option<u32>,
    /// Where the ledger ends.
    pub until: Option<String>,
    /// `ASSET=N`.
    pub min_amounts: Vec<String>,
    /// Take noise for stolen, too.
    pub follow_noise: bool,
    /// Do not follow exchanges.
    pub no_swaps: bool,
    /// Files of links between transactions.
    pub links: Vec<PathBuf>,
    /// The least confidence of a link that is followed, `0…1`.
    pub link_confidence: Option<String>,
    /// Do not look for the other sides of bridges.
    pub no_bridges: bool,
    /// What taint does at a mixer: `stop` or `links`.
    pub mixers: Option<String>,
    /// The least probability of a link through a mixer that is followed, `0…1`.
    pub mixer_probability: Option<String>,
    /// Files of issuers.
    pub issuers: Vec<PathBuf>,
    /// Files of prices.
    pub prices: Vec<PathBuf>,
    /// How files are read.
    pub reading: TypedReading,
    /// Leave bad rows out.
    pub skip_bad_rows: bool,
    /// Leave the graph files out.
    pub no_graph: bool,
}

/// What to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The case, with the options laid over it.
    pub case: Case,
    /// The words of the command, without what no result depends on and without paths of this machine.
    pub command: Vec<String>,
}

impl Plan {
    /// Reads the case file, if one is named, and lays the options over it. A result is to stand in `out`, if anywhere.
    ///
    /// # Errors
    /// What cannot be read or understood; no theft is named; an input lies where the result would.
    pub fn of(args: &TypedTrace, out: Option<&Path>) -> Result<Self, Error> {
        let mut case = lay_case(&args.case, &args.reading)?;
        if case.thefts.is_empty() {
            return Err(Error::refused(
                "no theft is named",
                "say where the stolen money was: `--theft ID=ADDRESS`",
            ));
        }
        case.issuers.extend(args.issuers.iter().map(FileSpec::typed));
        case.prices.extend(args.prices.iter().map(FileSpec::typed));
        case.links.extend(args.links.iter().map(FileSpec::typed));
        case.bridges &= !args.no_bridges;
        if let Some(text) = &args.link_confidence {
            case.link_confidence = parse_confidence(text)?;
        }
        match (&args.mixers, &args.mixer_probability) {
            (None, None) => {}
            (mode, probability) => {
                let mode = mode.as_deref().unwrap_or("stop");
                case.mixers = parse_mixers(mode, probability.as_deref())?;
            }
        }
        case.skip_bad_rows |= args.skip_bad_rows;
        case.detected_deposits &= !args.no_detected_deposits;
        lay_options(args, &mut case.options)?;
        if let Some(out) = out {
            keep_inputs(&args.case, &case, out)?;
        }
        Ok(Self { case, command: command(args) })
    }
}

/// Reads the case file, if one is named, and lays inputs, labels and thefts that were typed over it.
///
/// # Errors
/// What cannot be read or understood.
pub fn lay_case(args: &TypedCase, reading: &TypedReading) -> Result<Case, Error> {
    let mut case = match &args.case {
        Some(path) => read_case(&FileSpec::typed(path))?,
        None => Case {
            name: String::new(),
            folder: PathBuf::new(),
            inputs: args.transfers.iter().map(|path| InputSpec::of(FileSpec::typed(path))).collect(),
            labels: Vec::new(),
            tokens: Vec::new(),
            issuers: Vec::new(),
            prices: Vec::new(),
            thefts: Vec::new(),
            own: Vec::new(),
            status: Vec::new(),
            links: Vec::new(),
            bridges: true,
            link_confidence: BridgeOptions::FOLLOW,
            decisions: None,
            pool_events: Vec::new(),
            pools: Vec::new(),
            mixers: MixerMode::Stop,
            known_exits: Vec::new(),
            options: TraceOptions::default(),
            detected_deposits: true,
            skip_bad_rows: false,
        },
    };
    lay_reading(&mut case.inputs, reading)?;
    for text in &args.labels {
        case.labels.push(parse_labels(text)?);
    }
    let typed: Vec<_> = args.thefts.iter().map(|text| parse_theft(text)).collect::<Result<_, _>>()?;
    case.thefts = merge_thefts(case.thefts.into_iter().chain(typed));
    if let Some(log) = &args.decisions {
        case.decisions = Some(FileSpec::typed(log));
    }
    case.tokens.extend(reading.tokens.iter().map(FileSpec::typed));
    Ok(case)
}

/// The files that were typed, with what was typed about reading them.
///
/// # Errors
/// What cannot be understood.
pub fn typed_inputs(files: &[PathBuf], args: &TypedReading) -> Result<Vec<InputSpec>, Error> {
    let mut inputs = files.iter().map(|path| InputSpec::of(FileSpec::typed(path))).collect::<Vec<_>>();
    lay_reading(&mut inputs, args)?;
    Ok(inputs)
}

/// Lays what was typed about reading over every input, in place of what a case file says.
fn lay_reading(inputs: &mut [InputSpec], args: &TypedReading) -> Result<(), Error> {
    let mut map = Vec::new();
    for text in &args.maps {
        parse_mapping(&mut map, text)?;
    }
    for input in inputs {
        if !map.is_empty() {
            input.map.clone_from(&map);
        }
        if args.chain.is_some() {
            input.chain.clone_from(&args.chain);
        }
        input.inexact |= args.inexact;
    }
    Ok(())
}

/// Refuses a result in whose place an input lies: to replace an older one would delete it.
///
/// # Errors
/// Names the input.
pub fn keep_inputs(args: &TypedCase, case: &Case, out: &Path) -> Result<(), Error> {
    let Ok(goal) = out.canonicalize() else { return Ok(()) };
    let case_file = args.case.iter().map(FileSpec::typed);
    let inputs = case.inputs.iter().map(|input| input.file.clone());
    let labels = case.labels.iter().map(|labels| labels.file.clone());
    let events = case.pool_events.iter().map(|events| events.file.clone());
    let tables = case
        .tokens
        .iter()
        .chain(&case.issuers)
        .chain(&case.prices)
        .chain(&case.links)
        .chain(&case.decisions)
        .cloned();
    for file in case_file.chain(inputs).chain(labels).chain(events).chain(tables) {
        if file.path.canonicalize().is_ok_and(|path| path.starts_with(&goal)) {
            return Err(Error::refused(
                format!(
                    "the input `{}` lies in `{}`, which the result would replace",
                    file.name,
                    out.display()
                ),
                "name another folder with `--out`, or move the input",
            ));
        }
    }
    Ok(())
}

fn lay_options(args: &TypedTrace, options: &mut TraceOptions) -> Result<(), Error> {
    if let Some(rule) = &args.rule {
        options.rule = parse_rule(rule)?;
    }
    if let Some(rules) = &args.compare {
        options.compare = parse_rules(rules)?;
    }
    if let Some(stop) = &args.stop {
        options.stop = parse_stop(stop)?;
    }
    if let Some(transfers) = args.hub_transfers {
        options.hub_transfers = transfers;
    }
    if args.max_hops.is_some() {
        options.max_hops = args.max_hops;
    }
    if let Some(until) = &args.until {
        options.until = Some(parse_until(until)?);
    }
    options.follow_noise |= args.follow_noise;
    options.swaps &= !args.no_swaps;
    for text in &args.min_amounts {
        options.min_amount.push(parse_min_amount(text)?);
    }
    Ok(())
}

/// The command as it is kept in the manifest: options in a fixed order.
fn command(args: &TypedTrace) -> Vec<String> {
    let mut words = CommandWords::of("trace", &args.case);
    words.case(&args.case);
    words.files("links", &args.links);
    words.option("link-confidence", args.link_confidence.as_slice());
    words.option("mixers", args.mixers.as_slice());
    words.option("mixer-probability", args.mixer_probability.as_slice());
    words.option("theft", &args.case.thefts);
    words.option("rule", args.rule.as_slice());
    words.option("compare", args.compare.as_slice());
    words.option("stop", args.stop.as_slice());
    words.option("hub-transfers", args.hub_transfers.as_slice());
    words.option("max-hops", args.max_hops.as_slice());
    words.option("until", args.until.as_slice());
    words.option("min-amount", &args.min_amounts);
    words.reading(&args.reading);
    words.files("issuers", &args.issuers);
    words.files("prices", &args.prices);
    words.flag("follow-noise", args.follow_noise);
    words.flag("no-swaps", args.no_swaps);
    words.flag("no-bridges", args.no_bridges);
    words.flag("no-detected-deposits", args.no_detected_deposits);
    words.flag("no-graph", args.no_graph);
    words.flag("inexact", args.reading.inexact);
    words.flag("skip-bad-rows", args.skip_bad_rows);
    words.finish()
}
