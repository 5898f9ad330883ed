//! Findings: the places where money can be stopped, best first, each with its holder, ground and route.

use crate::deposits::basis_of_sweeps;
use crate::error::Error;
use crate::input::Input;
use crate::rank::{Rank, Share, first_time};
use crate::state::State;
use crate::stated::Stated;
use crate::sweep::{Swept, sweeps};
use crate::totals::{Totals, exact_rules, telling_exact_rule};
use crate::worth::Worth;
use dyetrace_core::label::Label;
use dyetrace_core::trace::{Evidence, Routes, Rule};
use dyetrace_core::{AccountId, Amount, Category};
use hashbrown::HashMap;
use std::cmp::Reverse;

/// A place where money can be stopped.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The row of [`dyetrace_core::trace::Holdings`].
    pub holding: usize,
    /// What can be done there.
    pub state: State,
    /// Who can stop it, as the label or the table of issuers writes it. Data, never markup or a path.
    pub holder: String,
    /// What kind of party that is: `exchange`, `bridge` or `issuer`.
    pub holder_kind: &'static str,
    /// Why we say so, in plain words.
    pub basis: String,
    /// The least amount over the asked rules that conserve value.
    pub least: Amount,
    /// The greatest one.
    pub most: Amount,
    /// The least over fifo, lifo, prorata and libr, if all four were asked.
    pub robust: Option<Amount>,
    /// In US dollars of the times of its transfers; `None` where no prices were given.
    pub worth: Option<Worth>,
    /// The place of the transfer that swept the deposit, where it was.
    pub swept: Option<u64>,
    /// The transfers from a seed to here, first to last. Empty if the theft itself arrived here.
    pub route: Vec<Evidence>,
}

/// Returns the findings of a trace, ranked.
pub(crate) fn findings(
    input: &Input<'_>,
    stated: &Stated<'_>,
    states: &[State],
    totals: &Totals,
    worths: &HashMap<usize, Worth>,
) -> Result<Vec<Finding>, Error> {
    let mut found: Vec<Finding> = (0..states.len())
        .filter(|&holding| states[holding].is_freezable())
        .filter_map(|holding| finding(input, stated, holding, states[holding]))
        .collect();
    if !input.prices.is_empty() {
        found.iter_mut().for_each(|finding| finding.worth = worths.get(&finding.holding).cloned());
    }
    add_sweeps(input, &mut found);
    found.sort_by_cached_key(|finding| rank(input, totals, finding));
    add_routes(input, &mut found)?;
    Ok(found)
}

/// Returns a finding without sweep and route, or `None` if no rule that conserves value gives it an amount.
fn finding(input: &Input<'_>, stated: &Stated<'_>, holding: usize, state: State) -> Option<Finding> {
    let trace = input.trace;
    let units = |rule: usize| trace.holdings.shares.get(holding, rule).units;
    let amounts = || exact_rules(trace).map(units);
    let most = amounts().max().filter(|most| !most.is_zero())?;
    let least = amounts().min().unwrap_or_default();
    let asked = |rule: Rule| trace.rules.iter().position(|&known| known == rule);
    let robust: Option<Vec<Amount>> = Rule::ROBUST.iter().map(|&rule| asked(rule).map(units)).collect();
    let robust = robust.and_then(|amounts| amounts.into_iter().min());
    let (holder, holder_kind, mut basis) = ground(input, holding, state);
    for fact in stated.in_words(input.ledger, trace.holdings.purse[holding]) {
        basis.push_str(if basis.is_empty() { "" } else { "; " });
        basis.push_str(&fact);
    }
    let (swept, route) = (None, Vec::new());
    let worth = None;
    Some(Finding { holding, state, holder, holder_kind, basis, least, most, robust, worth, swept, route })
}

/// Returns who can stop a holding, what kind of party that is, and why.
fn ground(input: &Input<'_>, holding: usize, state: State) -> (String, &'static str, String) {
    let purse = input.trace.holdings.purse[holding];
    let account = input.ledger.purses().account(purse);
    let is_exchange = |category: &Category| input.labels.has(account, *category);
    let of_exchange = [Category::ExchangeDeposit, Category::Exchange].into_iter().find(is_exchange);
    let asset = input.ledger.purses().asset(purse);
    let issuer = input.issuers.in_control(asset);
    let (category, kind) = match state {
        // Whoever is asked to keep it frozen: the issuer, else the exchange.
        State::IssuerFreezable | State::AlreadyFrozen if issuer.is_some() || of_exchange.is_none() => {
            let holder = issuer.map_or_else(String::new, |issuer| issuer.issuer.clone());
            let basis = issuer.map_or_else(String::new, issuer_basis);
            return (holder, "issuer", join_labels(input, account, None, basis));
        }
        State::InFlightBridge => (Category::Bridge, "bridge"),
        _ => (of_exchange.unwrap_or(Category::ExchangeDeposit), "exchange"),
    };
    let deciding = input.labels.of(account).find(|label| label.category == category);
    let holder = deciding.map_or("", Label::holder).to_owned();
    let found = input.facts.deposits.as_ref().and_then(|(_, found)| found.of(account));
    let sweeps = found.and_then(|found| basis_of_sweeps(input.ledger, found, asset));
    let mut labels = join_labels(input, account, deciding, String::new());
    if let Some(sweeps) = sweeps {
        labels.push_str("; ");
        labels.push_str(&sweeps);
    }
    (holder, kind, labels)
}

fn issuer_basis(issuer: &crate::input::Issuer) -> String {
    let mut text = format!("the contract has a {}", issuer.control);
    let mut add = |word: &str, value: &str| {
        if !value.is_empty() {
            text.push_str("; ");
            text.push_str(word);
            text.push_str(value);
        }
    };
    add("status by ", &issuer.status_function);
    add("can be taken back by ", &issuer.wipe);
    add("the issuer asks for: ", &issuer.legal_threshold);
    add("asked by ", &issuer.channel);
    add("as of ", &issuer.as_of);
    add("source: ", &issuer.source);
    text
}

/// Lists the labels of an account behind what decided, the deciding one first.
fn join_labels(input: &Input<'_>, account: AccountId, deciding: Option<&Label>, first: String) -> String {
    let others = input.labels.of(account).filter(|&label| Some(label) != deciding);
    let mut parts: Vec<String> = if first.is_empty() { Vec::new() } else { vec![first] };
    parts.extend(deciding.into_iter().chain(others).map(label_basis));
    parts.join("; ")
}

/// What one label says, with its source, date and confidence.
pub(crate) fn label_basis(label: &Label) -> String {
    let name = if label.text.is_empty() { &label.entity } else { &label.text };
    let mut facts = vec![label.category.to_string()];
    if !label.source.is_empty() {
        facts.push(format!("source {}", label.source));
    }
    if !label.as_of.is_empty() {
        facts.push(format!("as of {}", label.as_of));
    }
    facts.push(format!("confidence {}", label.confidence));
    format!("label `{name}` ({})", facts.join(", "))
}

fn add_sweeps(input: &Input<'_>, found: &mut [Finding]) {
    let swept = || (0..found.len()).filter(|&at| found[at].state == State::SweptCredited);
    let deposits: Vec<Swept> = swept()
        .map(|at| {
            let holding = found[at].holding;
            let purse = input.trace.holdings.purse[holding];
            let account = input.ledger.purses().account(purse);
            let mut labels = input.labels.of(account);
            let label = labels.find(|label| label.category == Category::ExchangeDeposit);
            let entity = label.map_or_else(String::new, |label| label.entity.clone());
            Swept { purse, after: input.trace.holdings.first_taint[holding], entity }
        })
        .collect();
    let places: Vec<usize> = swept().collect();
    for (at, sweep) in places.into_iter().zip(sweeps(input, &deposits)) {
        found[at].swept = sweep;
    }
}

fn rank(input: &Input<'_>, totals: &Totals, finding: &Finding) -> Rank {
    let trace = input.trace;
    let class = trace.holdings.class[finding.holding];
    let claims = exact_rules(trace).map(|rule| trace.holdings.shares.get(finding.holding, rule).claim);
    let whole = telling_exact_rule(trace).map_or(Amount::ZERO, |rule| totals.stolen(class, rule));
    let share = Share::new(claims.min().unwrap_or_default(), whole);
    let purse = trace.holdings.purse[finding.holding];
    let ledger = input.ledger;
    (
        finding.state,
        Reverse(finding.worth.as_ref().and_then(Worth::least)),
        Reverse(share),
        first_time(input.ledger, trace.holdings.first_taint[finding.holding]),
        ledger.purse_address(purse).to_string(),
        ledger.purse_chain(purse).to_owned(),
        ledger.asset_name(ledger.purses().asset(purse)),
        class.0,
    )
}

/// Adds the routes, each under its finding's telling rule.
fn add_routes(input: &Input<'_>, found: &mut [Finding]) -> Result<(), Error> {
    if found.is_empty() {
        return Ok(());
    }
    let (facts, holdings) = (input.facts, &input.trace.holdings);
    let routes = Routes::new(input.ledger, input.labels, &facts.thefts, &facts.options);
    let routes = routes.map_err(|error| Error::facts(error.to_string()))?;
    for rule in 0..input.trace.rules.len() {
        let theirs = |finding: &&mut Finding| holdings.shares.telling_rule(finding.holding) == rule;
        let mut theirs = found.iter_mut().filter(theirs).peekable();
        if theirs.peek().is_none() {
            continue;
        }
        let graph = routes.graph(input.trace, rule);
        for finding in theirs {
            let (class, purse) = (holdings.class[finding.holding], holdings.purse[finding.holding]);
            finding.route = graph.route(class, purse);
        }
    }
    Ok(())
}
