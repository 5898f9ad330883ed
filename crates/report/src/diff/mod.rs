//! What is new between two written results, from their tables alone.
//!
//! [`diff`] opens both as `dyetrace explain` does, refuses what is damaged, and compares them by one rule that both
//! have. [`purses`] holds the places where taint rests side by side, [`moves`] the transfers that carry it,
//! [`settings`] what the runs rest on; [`text`] and [`json`] say it.
//!
//! # What is the same
//!
//! A purse is the same if theft, stolen asset, chain, address and asset are; a transfer if all columns of `flows.csv`
//! before the rules' are, as often as they stand there. Neither the place in a file nor the rank of a finding counts,
//! and clean money that came or went is no news.
//!
//! # Cost
//!
//! Two to four passes over each `flows.csv`; some 100 bytes a transfer and account of the earlier one.

mod json;
mod moves;
mod purses;
mod settings;
mod text;

pub use moves::{Moved, MovedSum, Moves};
pub use purses::{Change, HolderChange, Place, PurseChange, Rested, StolenChange};
pub use settings::Setting;

use crate::error::Error;
use crate::input::Token;
use crate::written::source::Source;
use hashbrown::HashMap;
use std::path::Path;

/// One of the two results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The folder, as it was named.
    pub folder: String,
    /// The case's name.
    pub case: String,
    /// The version of the program that made it.
    pub version: String,
    /// The run's rule.
    pub rule: String,
    /// The SHA-256 of its manifest, in hex.
    pub manifest_sha256: String,
}

/// What is new.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The earlier result.
    pub before: Side,
    /// The later one.
    pub after: Side,
    /// The rule by which amounts are compared.
    pub rule: String,
    /// What the two runs rest on and do not share. That alone is no news.
    pub settings: Vec<Setting>,
    /// Thefts and stolen assets of which another amount is stolen, by name.
    pub stolen: Vec<StolenChange>,
    /// Who can stop money and could not before, or no longer, by name.
    pub holders: Vec<HolderChange>,
    /// Purses where taint rests, or rested: by their first change, theft, stolen asset, the larger claims first.
    pub purses: Vec<PurseChange>,
    /// Accounts that taint got to for the first time, whether it rests there or not: chain and address, sorted.
    pub reached: Vec<(String, String)>,
    /// Transfers that carry taint.
    pub moves: Moves,
    /// How assets are shown.
    tokens: HashMap<String, Token>,
}

impl Changes {
    /// Whether anything is new, gone or another. Settings do not count: a file more that changes nothing is no news.
    #[must_use]
    pub fn any(&self) -> bool {
        let Self { stolen, holders, purses, reached, moves, .. } = self;
        !(stolen.is_empty() && holders.is_empty() && purses.is_empty() && reached.is_empty()) || moves.any()
    }
}

/// Compares two written results. `rule` names one that both were asked for; else it is the later run's, or where the
/// earlier one lacks that, the first that both have.
///
/// # Errors
/// An [`Error`] with what to do next: a folder is no result or is damaged, or both have no rule in common.
pub fn diff(before: &Path, after: &Path, rule: Option<&str>) -> Result<Changes, Error> {
    let [before, after] = [opened(before)?, opened(after)?];
    let rule = common_rule(&before, &after, rule)?;
    let sides = Sides { before: &before, after: &after, rule: &rule };
    let settings = settings::compare(&sides);
    let stolen = purses::stolen(&sides)?;
    let (accounts, moves) = moves::compare(&sides)?;
    let found = purses::compare(&sides, &accounts)?;
    let mut tokens = before.tokens.clone();
    tokens.extend(after.tokens.iter().map(|(asset, token)| (asset.clone(), token.clone())));
    let (before, after) = (side(&before), side(&after));
    let reached = accounts.reached;
    let (holders, purses) = (found.holders, found.purses);
    Ok(Changes { before, after, rule, settings, stolen, holders, purses, reached, moves, tokens })
}

/// Both results, and the rule they are compared by.
struct Sides<'a> {
    before: &'a Source,
    after: &'a Source,
    rule: &'a str,
}

fn opened(folder: &Path) -> Result<Source, Error> {
    let source = Source::open(folder)?;
    source.check("conservation.csv")?;
    Ok(source)
}

fn common_rule(before: &Source, after: &Source, asked: Option<&str>) -> Result<String, Error> {
    if let Some(name) = asked {
        return [before, after]
            .map(|it| it.rule(name))
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map(|_| name.to_owned());
    }
    let common = after.rules.iter().find(|rule| before.rules.contains(rule));
    common.cloned().ok_or_else(|| {
        let [earlier, later] = [before, after].map(|it| it.rules.join(", "));
        let what = format!(
            "the two results have no rule in common: {earlier} in the earlier, {later} in the later one"
        );
        Error::asked(what, "trace one of them again, with the other's rules in `--compare`")
    })
}

fn side(source: &Source) -> Side {
    let text = |key: &str| source.manifest[key].as_str().unwrap_or_default().to_owned();
    Side {
        folder: source.folder().display().to_string(),
        case: text("case"),
        version: text("version"),
        rule: text("rule"),
        manifest_sha256: source.manifest_sha256.clone(),
    }
}
