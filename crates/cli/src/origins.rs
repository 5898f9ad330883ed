//! What commands that ask where money came from share: their options.

use crate::args::OriginArgs;
use anyhow::{Result, bail};
use dyetrace_core::Category;
use dyetrace_core::trace::Entity;
use dyetrace_ingest::Case;
use dyetrace_ingest::case::{parse_rule, parse_stop, parse_until};

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
