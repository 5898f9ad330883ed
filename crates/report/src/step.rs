//! The steps of a route's hop: a transfer is one, an exchange two, what was given and what was got.

use crate::input::Input;
use crate::table::at;
use dyetrace_core::trace::{Evidence, Trace};
use dyetrace_core::{Amount, Ledger, PurseId};

/// One step. In an exchange both ends are the account's own purse, and the value is the net amount of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) from: PurseId,
    pub(crate) to: PurseId,
    pub(crate) value: Amount,
    pub(crate) taint: Amount,
}

/// The steps of a hop, under the rule by which the route is told.
pub(crate) fn steps(input: &Input<'_>, evidence: &Evidence, rule: usize) -> Vec<Step> {
    steps_of(input.ledger, input.trace, evidence, rule)
}

/// The same, of a trace by itself.
pub(crate) fn steps_of(ledger: &Ledger, trace: &Trace, evidence: &Evidence, rule: usize) -> Vec<Step> {
    let (columns, postings) = (ledger.columns(), &trace.postings);
    let place = at(evidence.place);
    let Some(legs) = evidence.exchange else {
        let (from, to) = (columns.from[place], columns.to[place]);
        return vec![Step { from, to, value: columns.value.get(place), taint: evidence.taint }];
    };
    let leg = |posting: usize| {
        let purse = postings.purse[posting];
        let value = postings.leg(posting).map_or(Amount::ZERO, |leg| leg.value);
        Step { from: purse, to: purse, value, taint: postings.shares.get(posting, rule).units }
    };
    legs.map(leg).into()
}
