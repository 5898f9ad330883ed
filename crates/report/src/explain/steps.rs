//! Steps: what a person reads of a route. A transfer is one, and so are both sides of a crossing together.

use super::purse::{Crossing, Hop, Leg, Link, Origin, PurseStory, Route};
use crate::display::{amount_of, plain};
use crate::missing::counted;
use dyetrace_core::Amount;

/// The most letters of a foreign text.
const MOST_LETTERS: usize = 70;

/// One step of a route.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// Money went from one account to another.
    Transfer(&'a Hop),
    /// An account gave one thing and got another.
    Exchange([&'a Hop; 2]),
    /// What went in at one account came out at another.
    Link([&'a Hop; 2], &'a Link),
}

impl<'a> Step<'a> {
    /// Where it begins and where it ends.
    pub(super) const fn ends(self) -> [&'a Hop; 2] {
        match self {
            Self::Transfer(hop) => [hop, hop],
            Self::Exchange(sides) | Self::Link(sides, _) => sides,
        }
    }
}

impl Route {
    /// What it is made of, first to last.
    pub(super) fn steps(&self) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        let mut hops = self.hops.iter().peekable();
        while let Some(hop) = hops.next() {
            let given = hop.leg.as_ref().filter(|leg| leg.gives);
            let got = |after: &&Hop| after.leg.as_ref().is_some_and(|leg| !leg.gives);
            let step = match given.and_then(|leg| Some((leg, hops.next_if(got)?))) {
                None => Step::Transfer(hop),
                Some((Leg { crossing: Crossing::Exchange, .. }, got)) => Step::Exchange([hop, got]),
                Some((Leg { crossing: Crossing::Link(link), .. }, got)) => Step::Link([hop, got], link),
            };
            steps.push(step);
        }
        steps
    }

    /// How many steps it has of each kind: `2 transfers and 1 exchange`.
    pub(super) fn size_words(&self) -> String {
        let steps = self.steps();
        let count = |is: fn(&Step<'_>) -> bool| steps.iter().filter(|step| is(step)).count();
        let parts = [
            (count(|step| matches!(step, Step::Transfer(_))), "transfer", "transfers"),
            (count(|step| matches!(step, Step::Exchange(_))), "exchange", "exchanges"),
            (count(|step| matches!(step, Step::Link(..))), "link", "links"),
        ];
        let parts = parts.into_iter().filter(|part| part.0 > 0);
        let mut parts: Vec<String> = parts.map(|(count, one, many)| counted(count, one, many)).collect();
        let last = parts.pop().unwrap_or_default();
        if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) }
    }

    /// The links that it goes over.
    pub(super) fn links(&self) -> Vec<&Link> {
        let link = |step| match step {
            Step::Link(_, link) => Some(link),
            Step::Transfer(_) | Step::Exchange(_) => None,
        };
        self.steps().into_iter().filter_map(link).collect()
    }

    /// How sure it is, and on what links that rests.
    pub(super) fn grade_words(&self) -> String {
        let links: Vec<String> = self.links().into_iter().map(Link::words).collect();
        if links.is_empty() {
            self.grade.clone()
        } else {
            format!("{}, over {}", self.grade, links.join(", "))
        }
    }

    /// Where it begins, in words.
    pub(super) fn origin_words(&self) -> String {
        match &self.origin {
            Origin::Here => "left this account before, and came back".to_owned(),
            Origin::Theft { kind, .. } if kind == "unseen" => {
                "from a seed, which sent it without being seen to receive it".to_owned()
            }
            Origin::Theft { transaction, .. } => format!("stolen in {}", plain(transaction, 100)),
        }
    }
}

impl Link {
    /// Its method and confidence: `bridge (same_address), confidence 0.9581`.
    pub(super) fn words(&self) -> String {
        let band = if self.band.is_empty() { String::new() } else { format!(" ({})", plain(&self.band, 40)) };
        let confidence = plain(&self.confidence, 20);
        format!("the link `{}`{band} with confidence {confidence}", plain(&self.method, 40))
    }

    /// All that `links.csv` says of it.
    pub(super) fn all_words(&self) -> String {
        let mut words = self.words();
        words += &match self.grade.as_str() {
            "" => ", which takes nothing from the grade".to_owned(),
            grade => format!(", {grade}"),
        };
        if !self.told_by.is_empty() {
            words += &format!("; told by {}", plain(&self.told_by, MOST_LETTERS));
        }
        words
    }
}

impl PurseStory {
    /// An amount of the stolen asset.
    pub(super) fn stolen(&self, claim: Amount) -> String {
        amount_of(self.stolen_token.as_ref(), claim)
    }

    /// For what taint stands, where that is another amount or asset.
    pub(super) fn claim_words(&self, hop: &Hop) -> String {
        if hop.asset == self.stolen_asset && hop.claim == hop.taint {
            return String::new();
        }
        format!(", for {} of what was stolen", self.stolen(hop.claim))
    }

    /// Whether what came here is the stolen asset itself, to the unit: then the claim needs no word.
    pub(super) fn is_plain(&self, route: &Route) -> bool {
        self.asset == self.stolen_asset && route.claim == route.amount
    }

    /// How much a route brings, in words.
    pub(super) fn route_amount(&self, route: &Route) -> String {
        let amount = amount_of(self.token.as_ref(), route.amount);
        if self.is_plain(route) {
            return amount;
        }
        format!("{amount}, for {} of what was stolen,", self.stolen(route.claim))
    }
}

impl Hop {
    /// What of it is stolen, and what that is a part of.
    pub(super) fn taint_words(&self) -> String {
        let amount = |amount: Amount| amount_of(self.token.as_ref(), amount);
        if self.taint == self.value {
            return format!("{} stolen, all of it", amount(self.taint));
        }
        format!("{} stolen, of {}", amount(self.taint), amount(self.value))
    }

    /// Its time, else its block.
    pub(super) fn when(&self) -> String {
        match (self.time.is_empty(), self.block.is_empty()) {
            (false, _) => self.time.clone(),
            (true, false) => format!("block {}", self.block),
            (true, true) => "time not known".to_owned(),
        }
    }
}
