//! The steps of a route's hop: a transfer is one, an exchange or a link two, what was given and what was got.

use crate::input::Input;
use crate::table::at;
use dyetrace_core::links::Link;
use dyetrace_core::trace::{Evidence, Trace};
use dyetrace_core::{Amount, Ledger, PurseId};

/// The word for an exchange in one transaction.
const SWAP: &str = "swap";

/// One step. In an exchange both ends are the account's own purse, and the value is the net amount of it. A link is first a step
/// at the purse that its source entered, then one at the purse that its destination entered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<'a> {
    /// The transfer that tells where it stands.
    pub(crate) place: usize,
    pub(crate) from: PurseId,
    pub(crate) to: PurseId,
    pub(crate) value: Amount,
    pub(crate) taint: Amount,
    /// What joined it to the step before: `swap`, or the word of the link; empty for a transfer.
    pub(crate) link: &'a str,
}

/// The steps of a hop, under the rule by which the route is told.
pub(crate) fn steps<'a>(input: &Input<'a>, evidence: &Evidence, rule: usize) -> Vec<Step<'a>> {
    steps_of(input.ledger, input.trace, &input.facts.options.links, evidence, rule)
}

/// The same, of a trace by itself that was handed these links.
pub(crate) fn steps_of<'a>(
    ledger: &Ledger,
    trace: &Trace,
    links: &'a [Link],
    evidence: &Evidence,
    rule: usize,
) -> Vec<Step<'a>> {
    let (columns, postings) = (ledger.columns(), &trace.postings);
    let place = at(evidence.place);
    let Some(legs) = evidence.exchange else {
        let (from, to) = (columns.from[place], columns.to[place]);
        return vec![Step {
            place,
            from,
            to,
            value: columns.value.get(place),
            taint: evidence.taint,
            link: "",
        }];
    };
    let followed = evidence.link.map(|link| &links[link as usize]);
    let link = followed.map_or(SWAP, |link| link.method.as_str());
    let leg = |posting: usize| {
        let purse = postings.purse[posting];
        let gives = !postings.kind[posting].enters();
        let place = followed.filter(|_| gives).map_or(place, |link| at(link.source));
        let value = postings.leg(posting).map_or(Amount::ZERO, |leg| leg.value);
        Step { place, from: purse, to: purse, value, taint: postings.shares.get(posting, rule).units, link }
    };
    legs.map(leg).into()
}
