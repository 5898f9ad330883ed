//! The explanation for a person: the sum under each rule, the transfers, the routes hop by hop.

use super::purse::{Crossing, Explanation, Hop, Leg, Move, Name, PurseStory, Rest, Route, Sums};
use super::steps::Step;
use crate::display::{amount_of, plain, plain_table, table_text};
use crate::state::State;
use comfy_table::CellAlignment;
use dyetrace_core::Amount;
use std::fmt::{self, Display};

/// How many transfers of a purse are shown.
const MOST_MOVES: usize = 20;
/// How many purses.
const MOST_PURSES: usize = 20;
/// The most letters of a foreign text.
const MOST_LETTERS: usize = 70;

impl Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", plain(&self.address, 100))?;
        for story in self.purses.iter().take(MOST_PURSES) {
            writeln!(f)?;
            story.say(self, f)?;
        }
        if self.purses.len() > MOST_PURSES {
            let more = self.purses.len() - MOST_PURSES;
            writeln!(f, "\n… and {more} more: name one with `--asset` or `--theft`; `--json` has all")?;
        }
        for note in &self.notes {
            writeln!(f, "\nnote: {note}")?;
        }
        Ok(())
    }
}

/// A sign, words, and the figure that they are about.
type Line = (&'static str, &'static str, fn(&Sums) -> Amount);

/// The lines of the sum.
pub(super) const LINES: [Line; 10] = [
    ("", "came in by transfers", |sums| sums.came),
    ("+", "stolen here, seen to arrive", |sums| sums.received),
    ("+", "stolen here, sent beyond what is seen", |sums| sums.unseen),
    ("+", "got in exchanges, over links", |sums| sums.got),
    ("-", "went out by transfers", |sums| sums.went),
    ("-", "given in exchanges, over links", |sums| sums.given),
    ("-", "spent as fees", |sums| sums.fees),
    ("-", "burned", |sums| sums.burned),
    ("-", "set aside as dust", |sums| sums.dust),
    ("=", "rests here", |sums| sums.rests),
];

impl PurseStory {
    fn amount(&self, amount: Amount) -> String {
        amount_of(self.token.as_ref(), amount)
    }

    /// How the asset is called: its symbol, and what it is.
    pub(super) fn asset_words(&self) -> String {
        let symbol = self.token.as_ref().map(|token| format!("{}, ", plain(&token.symbol, 12)));
        format!("{}{}", symbol.unwrap_or_default(), plain(&self.asset, 120))
    }

    fn say(&self, whole: &Explanation, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = &whole.rules[self.rule];
        writeln!(
            f,
            "Theft {}, on {}: {}",
            plain(&self.theft, 64),
            plain(&self.chain, 40),
            self.asset_words()
        )?;
        if self.stolen_asset != self.asset {
            writeln!(f, "  stolen as {}", plain(&self.stolen_asset, 120))?;
        }
        self.say_holding(f)?;
        self.say_sums(whole, f)?;
        if *rule != whole.rules[0] {
            writeln!(
                f,
                "  Told by {rule}: by {}, the run's rule, nothing entered or it is no amount.",
                whole.rules[0]
            )?;
        }
        self.say_moves(rule, f)?;
        self.say_routes(rule, f)
    }

    fn say_holding(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(holding) = &self.holding else {
            return writeln!(f, "  nothing rests here: the money passed through");
        };
        if !holding.category.is_empty() {
            writeln!(f, "  labelled {}, {}", plain(&holding.label, MOST_LETTERS), holding.category)?;
        }
        let state = State::ALL.into_iter().find(|state| state.as_str() == holding.state);
        let state = state.map_or("", State::in_words);
        let stop = if holding.stop.is_empty() { String::new() } else { format!("; stop: {}", holding.stop) };
        let hops = if holding.hops == "1" { "hop" } else { "hops" };
        writeln!(f, "  {}: {state}{stop}; {}, {} {hops}", holding.state, holding.grade, holding.hops)?;
        writeln!(f, "  the purse holds {} in all", self.amount(holding.balance))?;
        if let Some([route, holder, basis]) = &holding.place {
            let holder = plain(holder, MOST_LETTERS);
            writeln!(f, "  place {} of freezable.csv, {holder}: {}", plain(route, 20), plain(basis, 400))?;
        }
        Ok(())
    }

    fn say_sums(&self, whole: &Explanation, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head: Vec<&str> = ["", ""].into_iter().chain(whole.rules.iter().map(String::as_str)).collect();
        let mut table = plain_table(&head);
        for (sign, words, figure) in LINES {
            let is_end = [0, LINES.len() - 1].map(|at| LINES[at].1).contains(&words);
            if is_end || self.sums.iter().any(|sums| !figure(sums).is_zero()) {
                let figures = self.sums.iter().map(|sums| match &self.token {
                    Some(token) => crate::display::coins(figure(sums), token.decimals),
                    None => crate::display::grouped(&figure(sums).to_string()),
                });
                table.add_row([sign.to_owned(), words.to_owned()].into_iter().chain(figures));
            }
        }
        for column in 2..head.len() {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let unit =
            self.token.as_ref().map_or_else(|| "base units".to_owned(), |token| plain(&token.symbol, 12));
        writeln!(f, "\n  In {unit}, by rule:")?;
        for line in table_text(&table).lines() {
            writeln!(f, "  {}", line.trim_end())?;
        }
        if whole.rules.iter().any(|rule| rule == "poison") {
            writeln!(f, "  poison is a bound for search: it does not add up, and is no amount")?;
        }
        Ok(())
    }

    fn say_moves(&self, rule: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.moves.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n  Transfers that carry it, by {rule}, in order:")?;
        let mut shown: Vec<usize> = (0..self.moves.len()).collect();
        shown.sort_by_key(|&at| (std::cmp::Reverse(self.moves[at].transfer.taint), at));
        let Rest { mut count, mut came, mut went } = self.more;
        for &at in shown.iter().skip(MOST_MOVES) {
            let Move { came: is_in, transfer } = &self.moves[at];
            let sum = if *is_in { &mut came } else { &mut went };
            *sum = sum.plus(transfer.taint);
            count += 1;
        }
        shown.truncate(MOST_MOVES);
        shown.sort_unstable();
        for at in shown {
            let Move { came, transfer } = &self.moves[at];
            let sign = if *came { "+" } else { "-" };
            let how = match (&transfer.leg, *came) {
                (None, true) => format!("from {}", plain(&transfer.from, 100)),
                (None, false) => format!("to {}", plain(&transfer.to, 100)),
                (Some(Leg { crossing: Crossing::Exchange, .. }), true) => "got in an exchange".to_owned(),
                (Some(Leg { crossing: Crossing::Exchange, .. }), false) => "given in an exchange".to_owned(),
                (Some(Leg { crossing: Crossing::Link(link), .. }), true) => {
                    format!("came over {}", link.words())
                }
                (Some(Leg { crossing: Crossing::Link(link), .. }), false) => {
                    format!("went on over {}", link.words())
                }
            };
            writeln!(f, "    {sign} {}  {how}", self.amount(transfer.taint))?;
            writeln!(
                f,
                "        {}  {}  {}",
                transfer.when(),
                plain(&transfer.transaction, 100),
                transfer.grade
            )?;
        }
        if count > 0 {
            let (came, went) = (self.amount(came), self.amount(went));
            writeln!(f, "    and {count} smaller ones: {came} in, {went} out")?;
        }
        Ok(())
    }

    fn say_routes(&self, rule: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sums = self.sums[self.rule];
        if !self.claims.without.is_zero() {
            let without = self.amount(self.claims.without);
            writeln!(
                f,
                "\n  {without} of what came in stand for less than one base unit of the stolen asset:"
            )?;
            writeln!(f, "  they have no route.")?;
        }
        if self.routes.is_empty() {
            return Ok(());
        }
        let routed: Amount = self.routes.iter().map(|route| route.amount).sum();
        let (routed, came) = (self.amount(routed), self.amount(sums.came.plus(sums.got)));
        let how = if sums.got.is_zero() { "came in" } else { "came in or was got" };
        writeln!(
            f,
            "\n  Routes by {rule}, what carries most first. They count no unit twice, and bring {routed} of"
        )?;
        writeln!(
            f,
            "  the {came} that {how}. Inside a purse no table tells one part of a theft's money from"
        )?;
        writeln!(f, "  another: a route is a way that it can have come, in time order.")?;
        let crosses = |route: &Route| route.hops.iter().any(|hop| hop.leg.is_some()) || !self.is_plain(route);
        if self.routes.iter().any(crosses) {
            let claim: Amount = self.routes.iter().map(|route| route.claim).sum();
            let (claim, whole) = (self.stolen(claim), self.stolen(self.claims.came));
            writeln!(
                f,
                "  An exchange or a link changes the asset or the amount, but not the part of the stolen asset that the"
            )?;
            writeln!(
                f,
                "  money stands for. By that routes are measured: these stand for {claim} of {whole}."
            )?;
        }
        for (number, route) in (1..).zip(&self.routes) {
            let (amount, size) = (self.route_amount(route), route.size_words());
            writeln!(f, "\n  {number}. {amount} in {size}; {}", route.origin_words())?;
            if !route.links().is_empty() {
                writeln!(f, "     {}", route.grade_words())?;
            }
            for (number, step) in (1..).zip(route.steps()) {
                self.say_step(number, step, f)?;
            }
        }
        Ok(())
    }

    fn say_step(&self, number: usize, step: Step<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, after] = step.ends();
        let from = self.named(&before.chain, &before.from);
        writeln!(f, "    {number:>2}  {from}")?;
        let said = |word: &str, hop: &Hop| {
            format!(
                "        {word}{}{}; {}; {}",
                hop.taint_words(),
                self.claim_words(hop),
                hop.grade,
                hop.when()
            )
        };
        let in_transaction = |hop: &Hop| format!("        {}", plain(&hop.transaction, 100));
        match step {
            Step::Transfer(hop) => {
                writeln!(f, "        to {}", self.named(&hop.chain, &hop.to))?;
                writeln!(f, "{}", said("", hop))?;
            }
            Step::Exchange([given, got]) => {
                writeln!(f, "        gave one asset for another, in one transaction")?;
                writeln!(f, "{}", said("gave ", given))?;
                writeln!(f, "             {}", plain(&given.asset, 120))?;
                writeln!(f, "{}", said("got  ", got))?;
                writeln!(f, "             {}", plain(&got.asset, 120))?;
                if got.claim > given.claim {
                    writeln!(f, "             what else was given stands for the rest of that")?;
                }
            }
            Step::Link([given, got], link) => {
                writeln!(f, "        over {}", link.all_words())?;
                writeln!(f, "{}", said("in   ", given))?;
                writeln!(f, "{}", in_transaction(given))?;
                let chain = if got.chain == given.chain {
                    String::new()
                } else {
                    format!(" on {}", plain(&got.chain, 40))
                };
                writeln!(f, "        to {}{chain}", self.named(&got.chain, &got.to))?;
                writeln!(f, "{}", said("out  ", got))?;
                if got.asset != given.asset {
                    writeln!(f, "             {}", plain(&got.asset, 120))?;
                }
            }
        }
        writeln!(f, "{}", in_transaction(after))
    }

    fn named(&self, chain: &str, address: &str) -> String {
        let name = self.name(chain, address);
        let name = name.map(|name| format!(" ({}, {})", plain(&name.label, 50), name.category));
        format!("{}{}", plain(address, 100), name.unwrap_or_default())
    }

    /// The label of an account on a route.
    pub(super) fn name(&self, chain: &str, address: &str) -> Option<&Name> {
        self.names.iter().find(|name| (name.chain.as_str(), name.address.as_str()) == (chain, address))
    }
}
