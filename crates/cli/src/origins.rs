//! What commands that ask where money came from share: their options, and a case read for them.

use crate::args::OriginArgs;
use crate::assets::{AssetTables, read_tokens};
use crate::decisions::{add_cuts, labels_of, read_log};
use crate::inputs::{add_detected, read_all_labels, read_transfers};
use crate::noise::find_noise;
use crate::output::Output;
use anyhow::{Result, bail};
use dyetrace_core::trace::{Entity, TraceOptions};
use dyetrace_core::{Category, Labels};
use dyetrace_ingest::case::{parse_rule, parse_stop, parse_until};
use dyetrace_ingest::{Case, Reading};

impl OriginArgs {
    /// Lays what was typed over the case.
    pub(crate) fn lay(&self, case: &mut Case) -> Result<()> {
        if let Some(rule) = &self.rule {
            case.options.rule = parse_rule(rule)?;
        }
        if let Some(stop) = &self.stop {
            case.options.stop = parse_stop(stop)?;
        }
        if let Some(until) = &self.until {
            case.options.until = Some(parse_until(until)?);
        }
        case.options.swaps &= !self.no_swaps;
        case.options.compare = Vec::new();
        case.detected_deposits &= !self.no_detected_deposits;
        case.skip_bad_rows |= self.skip_bad_rows;
        Ok(())
    }
}

/// The categories of labels that are origins.
pub(crate) fn categories(typed: &Option<String>) -> Result<Vec<Category>> {
    let Some(text) = typed else { return Ok(Entity::CATEGORIES.to_vec()) };
    if text.trim() == "none" {
        return Ok(Vec::new());
    }
    let mut categories = Vec::new();
    for word in text.split(',').map(str::trim) {
        let Ok(category) = word.parse() else {
            bail!("`--origins`: `{word}` is no category\n\nhint: such as `mixer,sanctioned`, or `none`");
        };
        categories.push(category);
    }
    Ok(categories)
}

/// A case that is read, with its stops as a trace has them.
pub(crate) struct Ready {
    pub(crate) reading: Reading,
    pub(crate) labels: Labels,
    pub(crate) tables: AssetTables,
    pub(crate) options: TraceOptions,
}

/// Reads a case as a trace does.
pub(crate) fn ready(case: &Case, output: &Output) -> Result<Ready> {
    let log = read_log(case)?;
    let (tokens, token_files) = read_tokens(&case.tokens)?;
    let reading = read_transfers(case, &tokens, output)?;
    let (mut stated, _) = read_all_labels(&case.labels, &reading, output)?;
    stated.extend(labels_of(log.as_ref()));
    let tables = AssetTables::read(&reading, token_files, case)?;
    let (labels, _) = add_detected(case, &reading.ledger, stated, &tables);
    let mut options = case.options.clone();
    add_cuts(log.as_ref(), &reading.ledger, &mut options);
    find_noise(&reading.ledger, &tables, &mut options);
    Ok(Ready { reading, labels, tables, options })
}
