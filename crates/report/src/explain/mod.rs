//! Explaining one account's figure, from a written result alone: what came in, what went, what rests, and the routes.
//!
//! [`explain`] reads a folder as `dyetrace verify` does, and knows nothing of a ledger or a trace. `written/source.rs` opens
//! it and refuses what is damaged, [`survey`] finds the account and adds up what its tables say, [`network`] lays the
//! flows out in time, [`legs`] joins what was given to what was got, [`widest`] takes routes from it, [`near`] helps whoever
//! mistyped. [`steps`], [`text`], [`json`] and [`svg`] say it.
//!
//! # The arithmetic
//!
//! Of one theft, stolen asset and asset, under each rule: what came in by transfers, plus what was stolen right there
//! (received and unseen), less what went out by transfers, fees, burned and dust, is what rests. It is what
//! `holdings.csv` says, to the last base unit, or nothing is explained.
//!
//! # Routes
//!
//! Between purses taint is the same money whatever lot it was: inside a purse the tables do not tell which part of
//! one theft's taint left. So a route is one way in which the money can have come, and the set of routes is one whole
//! account of it. The flows of a class are laid out in time: each purse is a chain of its moments, and between two
//! moments it passes on no more taint than rested there. The route that carries the most is taken, what it carries is
//! taken off every transfer and every moment on its way, then the next is looked for: so routes respect time, count
//! no unit twice, and all of them together are what came in.
//!
//! An exchange or a link changes the unit: 3,800 of a token go in, 2 coins come out. What does not change is the *claim*,
//! the part of the stolen asset that the money stands for; the tables have it beside each amount, and it adds up in every
//! purse and every crossing. So routes are sought and measured in claims, from the theft on, through whatever the money
//! became. In units of the asset here a route brings of its last row's taint as much as its claim is of that row's claim,
//! rounded so that all routes together are what came. Money that stands for less than one unit of the stolen asset has no
//! route, and its sum is told.
//!
//! # Cost
//!
//! Two passes over `flows.csv`, one for its hash; 8 bytes a flow, some 200 for each that can lead to the account,
//! 80 for each side of an exchange, 500 where there are links. **O(k · m)** for k routes and m such flows.

mod json;
mod legs;
mod near;
mod network;
mod purse;
mod steps;
mod story;
mod survey;
mod svg;
mod text;
mod wanted;
mod widest;

pub use purse::{
    Claims, Crossing, Explanation, Holding, Hop, Leg, Link, Move, Name, Origin, PurseStory, Rest, Route, Sums,
};

use crate::error::Error;
use crate::written::source::Source;
use std::path::Path;
use survey::Survey;

/// What is asked of a result.
#[derive(Clone, Debug)]
pub struct Question {
    /// An address, or the id of a route such as `R1`.
    pub of: String,
    /// Only on this chain.
    pub chain: Option<String>,
    /// Only this asset: `native`, a contract, or either with its chain before a colon.
    pub asset: Option<String>,
    /// Only this theft.
    pub theft: Option<String>,
    /// By this rule; else by the run's, or where that gives 0, the first asked one that gives more.
    pub rule: Option<String>,
    /// How many routes at the most, for each purse.
    pub routes: usize,
}

/// Explains an account of a result.
///
/// # Errors
/// An [`Error`] with what to do next: the folder is no result or is damaged, the rule was not asked for, or the
/// account is not in it, with addresses that look like it.
pub fn explain(folder: &Path, question: &Question) -> Result<Explanation, Error> {
    let source = Source::open(folder)?;
    let rule = question.rule.as_deref().map(|name| source.rule(name)).transpose()?;
    let survey = Survey::of(&source, question)?;
    let mut explanation = survey.explanation(&source, rule)?;
    network::add_routes(&source, &survey, question.routes, &mut explanation)?;
    Ok(explanation)
}
