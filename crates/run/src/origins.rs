//! How commands that ask where money came from follow it, and whose money counts as an origin.

use crate::error::Error;
use dyetrace_core::Category;
use dyetrace_core::trace::Entity;
use dyetrace_ingest::Case;
use dyetrace_ingest::case::{parse_rule, parse_stop, parse_until};

/// The options that `source` and `screen` share, as they were typed; none is that of the case file, or the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedOrigins {
    /// The rule.
    pub rule: Option<String>,
    /// Categories of labels whose holders are origins, or `none`.
    pub origins: Option<String>,
    /// Categories at which money is not followed further.
    pub stop: Option<String>,
    /// Where the ledger ends.
    pub until: Option<String>,
    /// Do not follow exchanges.
    pub no_swaps: bool,
    /// Go on through accounts that only their sweeps make deposit accounts.
    pub no_detected_deposits: bool,
    /// Leave bad rows out.
    pub skip_bad_rows: bool,
}

impl TypedOrigins {
    /// Lays what was typed over the case.
    pub(crate) fn lay(&self, case: &mut Case) -> Result<(), Error> {
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

    /// The categories of labels whose holders are origins.
    pub(crate) fn categories(&self) -> Result<Vec<Category>, Error> {
        let Some(text) = &self.origins else { return Ok(Entity::CATEGORIES.to_vec()) };
        if text.trim() == "none" {
            return Ok(Vec::new());
        }
        let category = |word: &str| {
            word.parse().map_err(|()| {
                let what = format!("`--origins`: `{word}` is no category");
                Error::refused(what, "such as `mixer,sanctioned`, or `none`")
            })
        };
        text.split(',').map(|word| category(word.trim())).collect()
    }
}

/// Refuses a case that names nobody.
pub(crate) fn no_origin(categories: &[Category]) -> Error {
    let words: Vec<&str> = categories.iter().map(|it| it.as_str()).collect();
    let labels = match &words[..] {
        [] => "categories of labels with `--origins`".to_owned(),
        words => format!("labels of these categories: {}", words.join(", ")),
    };
    Error::refused("no origin is named", format!("name a theft, `--theft ID=ADDRESS`, or {labels}"))
}
