//! What an account is on the page: its name, its part in the story, what rests there.

use super::fold::Look;
use super::pick::Picked;
use super::text::{NAME, visible};
use crate::report::Report;
use crate::state::State;
use crate::totals::exact_rules;
use dyetrace_core::AccountId;
use std::collections::BTreeMap;

/// The part an account plays. The first that fits is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Where the theft begins.
    Seed,
    /// Somebody named can stop money here.
    Stop,
    /// An exchange's own wallet.
    Exchange,
    /// A mixer.
    Mixer,
    /// The trace ends here, the money need not.
    Open,
    /// Money rests here, and nobody can stop it.
    Rests,
    /// Money passed through.
    Passes,
}

impl Part {
    /// The word by which the page's script and style know it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Stop => "stop",
            Self::Exchange => "exchange",
            Self::Mixer => "mixer",
            Self::Open => "open",
            Self::Rests => "rests",
            Self::Passes => "passes",
        }
    }

    /// The part of an account at which money is in this state.
    pub(super) const fn of_state(state: State) -> Self {
        match state {
            _ if state.is_freezable() => Self::Stop,
            State::AtExchange => Self::Exchange,
            State::InPool => Self::Mixer,
            State::NotFollowed | State::EdgeOfData => Self::Open,
            _ => Self::Rests,
        }
    }
}

/// An account that is shown.
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) part: Part,
    /// Whose it is by its strongest label, or by a finding; empty where nobody says. All of it can be seen.
    pub(super) name: String,
    /// The ranks of findings there, best first.
    pub(super) ranks: Vec<usize>,
    /// The rows of holdings there.
    pub(super) holdings: Vec<usize>,
}

/// One entry an account that is shown.
#[derive(Debug)]
pub(super) struct Roles(pub(super) Vec<Role>);

/// So many places at the head of the list are never folded away.
const NEVER_FOLDED: usize = 12;

impl Roles {
    pub(super) fn of(report: &Report<'_>, picked: &Picked) -> Self {
        let (ledger, labels, trace) = (report.input.ledger, report.input.labels, report.input.trace);
        let account_of = |holding: usize| ledger.purses().account(trace.holdings.purse[holding]);
        let local = |account: AccountId| picked.accounts.binary_search(&account).ok();
        let role = |&account: &AccountId| {
            let named = labels.of(account).find(|it| it.category.names_the_account());
            let name = named.or_else(|| labels.strongest(account)).map_or("", |label| label.holder());
            let is_seed = picked.seeds.binary_search(&account).is_ok();
            let part = if is_seed { Part::Seed } else { Part::Passes };
            Role { part, name: visible(name, NAME), ranks: Vec::new(), holdings: Vec::new() }
        };
        let mut roles: Vec<Role> = picked.accounts.iter().map(role).collect();
        for &holding in &report.order {
            let Some(at) = local(account_of(holding)) else { continue };
            roles[at].holdings.push(holding);
            let has_amount =
                exact_rules(trace).any(|rule| !trace.holdings.shares.get(holding, rule).units.is_zero());
            if has_amount {
                roles[at].part = roles[at].part.min(Part::of_state(report.states[holding]));
            }
        }
        for (rank, finding) in (1..).zip(report.findings()) {
            if let Some(at) = local(account_of(finding.holding)) {
                roles[at].ranks.push(rank);
            }
        }
        Self(roles)
    }

    /// What may be folded with what.
    pub(super) fn looks(&self) -> Vec<Look> {
        let mut kinds: BTreeMap<(Part, &str), u32> = BTreeMap::new();
        let mut looks = Vec::with_capacity(self.0.len());
        for role in &self.0 {
            looks.push(match role.part {
                Part::Seed => Look::Alone,
                _ if role.ranks.first().is_some_and(|&rank| rank <= NEVER_FOLDED) => Look::Alone,
                Part::Rests | Part::Passes if role.name.is_empty() => Look::Plain,
                part => {
                    let next = u32::try_from(kinds.len()).expect("fewer than accounts");
                    Look::Alike(*kinds.entry((part, &role.name)).or_insert(next))
                }
            });
        }
        looks
    }
}
