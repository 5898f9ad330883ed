//! What is new, for a person: the most urgent first.

use super::{Change, Changes, Moves, PurseChange, Rested};
use crate::display::{amount_of, plain};
use crate::missing::counted;
use dyetrace_core::Amount;
use serde_json::Value;
use std::fmt::{self, Display};

/// How many purses of one kind, accounts and transfers are shown.
const MOST: usize = 20;
/// The most letters of a foreign text.
const MOST_LETTERS: usize = 70;

/// What stands over purses whose first change is this.
const fn heading(change: Change) -> &'static str {
    match change {
        Change::Stoppable => "Money can be stopped here, and could not before",
        Change::Swept => "Swept to the exchange",
        Change::NoLongerStoppable => "No place to stop money any more",
        Change::State => "In another state",
        Change::Reached => "Rests at accounts that no stolen money had got to",
        Change::Arrived => "Rests where none did",
        Change::Grew => "More rests",
        Change::Shrank => "Less rests",
        Change::Emptied => "Went on: nothing rests any more",
        Change::Vanished => "No longer in the result",
        Change::OtherRule => "Another amount, under another rule alone",
        Change::Stop => "The trace ends for another reason",
        Change::Label => "Labelled otherwise",
        Change::Grade => "Told with another certainty or distance",
    }
}

impl Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, after] = [&self.before.folder, &self.after.folder].map(|folder| plain(folder, 200));
        if self.any() {
            writeln!(f, "From {before} to {after}, amounts by {}:", self.rule)?;
        } else {
            writeln!(f, "Nothing is new from {before} to {after}, by {}.", self.rule)?;
        }
        self.say_settings(f)?;
        self.say_stolen(f)?;
        self.say_holders(f)?;
        let mut purses = &self.purses[..];
        while let Some(first) = purses.first() {
            let of_kind = purses.partition_point(|it| it.changes[0] == first.changes[0]);
            let (kind, rest) = purses.split_at(of_kind);
            writeln!(f, "\n{}: {}", heading(first.changes[0]), counted(kind.len(), "purse", "purses"))?;
            for purse in kind.iter().take(MOST) {
                self.say_purse(purse, f)?;
            }
            more(kind.len(), f)?;
            purses = rest;
        }
        if !self.reached.is_empty() {
            writeln!(
                f,
                "\nReached for the first time: {}",
                counted(self.reached.len(), "account", "accounts")
            )?;
            for (chain, address) in self.reached.iter().take(MOST) {
                writeln!(f, "  {}:{}", plain(chain, 40), plain(address, 100))?;
            }
            more(self.reached.len(), f)?;
        }
        self.say_moves(f)
    }
}

fn more(count: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if count > MOST {
        writeln!(f, "  … and {} more; `--json` has all", count - MOST)?;
    }
    Ok(())
}

impl Changes {
    fn amount(&self, asset: &str, amount: Amount) -> String {
        match self.tokens.get(asset) {
            Some(token) => amount_of(Some(token), amount),
            None => format!("{} of {}", amount_of(None, amount), plain(asset, 120)),
        }
    }

    fn say_settings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.settings.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nThe two runs differ in what they rest on:")?;
        for setting in self.settings.iter().take(MOST) {
            let (what, is_file) = (plain(&setting.what, 100), setting.what.contains('.'));
            let said = match (&setting.before, &setting.after) {
                (Value::Null, _) if is_file => "new".to_owned(),
                (_, Value::Null) if is_file => "no longer there".to_owned(),
                (Value::String(before), Value::String(after)) => {
                    format!("{}, was {}", plain(after, MOST_LETTERS), plain(before, MOST_LETTERS))
                }
                (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => {
                    "another one; `--json` has both".to_owned()
                }
                (before, after) => {
                    format!("{}, was {}", plain(&after.to_string(), 80), plain(&before.to_string(), 80))
                }
            };
            writeln!(f, "  {what}: {said}")?;
        }
        more(self.settings.len(), f)
    }

    fn say_stolen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stolen.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nStolen:")?;
        for it in &self.stolen {
            let amount = |amount: Option<Amount>| amount.map(|amount| self.amount(&it.stolen_asset, amount));
            let said = match (amount(it.before), amount(it.after)) {
                (None, Some(after)) => format!("{after}, new"),
                (Some(before), None) => format!("no longer in the result, was {before}"),
                (before, after) => {
                    format!("{}, was {}", after.unwrap_or_default(), before.unwrap_or_default())
                }
            };
            writeln!(f, "  {}: {said}", plain(&it.theft, 64))?;
        }
        Ok(())
    }

    fn say_holders(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_new, heading) in
            [(true, "Can stop money, and could not before"), (false, "Can stop no money any more")]
        {
            let all = self.holders.iter().filter(|it| it.is_new == is_new);
            if all.clone().next().is_some() {
                writeln!(f, "\n{heading}:")?;
            }
            for it in all {
                let places = usize::try_from(it.places).unwrap_or(usize::MAX);
                let places = counted(places, "place", "places");
                writeln!(
                    f,
                    "  {} ({}): {places}",
                    plain(&it.holder, MOST_LETTERS),
                    plain(&it.holder_kind, 40)
                )?;
            }
        }
        Ok(())
    }

    fn say_purse(&self, purse: &PurseChange, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = |it: &Rested| self.amount(&purse.asset, it.amount);
        let figure = match (&purse.before, &purse.after) {
            (Some(was), Some(is)) if was.amount == is.amount => amount(is),
            (Some(was), Some(is)) => {
                let (sign, less) = match is.amount.minus(was.amount) {
                    Some(more) => ('+', more),
                    None => ('-', was.amount.minus(is.amount).expect("one of two is the larger")),
                };
                format!("{}, was {} ({sign}{})", amount(is), amount(was), self.amount(&purse.asset, less))
            }
            (Some(was), None) => format!("was {}", amount(was)),
            (_, is) => is.as_ref().map(amount).unwrap_or_default(),
        };
        let (theft, address) = (plain(&purse.theft, 64), plain(&purse.address, 100));
        writeln!(f, "  {}:{address}  {figure} of {theft}", plain(&purse.chain, 40))?;
        let mut words = Vec::new();
        let shown = purse.after.as_ref().or(purse.before.as_ref());
        let state = |it: &Option<Rested>| it.as_ref().map(|it| it.state.clone()).unwrap_or_default();
        match (state(&purse.before), state(&purse.after)) {
            (was, is) if was == is || was.is_empty() => words.push(is),
            (was, is) if is.is_empty() => words.push(was),
            (was, is) => words.push(format!("{was} → {is}")),
        }
        if let Some(it) = shown.filter(|it| !it.label.is_empty() || !it.category.is_empty()) {
            words.push(format!("{} ({})", plain(&it.label, MOST_LETTERS), plain(&it.category, 40)));
        }
        if let Some(place) = shown.and_then(|it| it.place.as_ref()) {
            words.push(plain(&format!("{} {}", place.holder, place.route_id), MOST_LETTERS));
            if purse.changes.contains(&Change::Swept) && !place.swept_to.is_empty() {
                words.push(plain(&format!("to {} {}", place.swept_to, place.swept_at), 160));
            }
        }
        let others = purse.changes[1..].iter().map(|change| change.as_str().replace('_', " "));
        words.extend(others);
        writeln!(f, "      {}", words.join("; "))
    }

    fn say_moves(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moves { new, changed, gone, listed, sums } = &self.moves;
        if !self.moves.any() {
            return Ok(());
        }
        writeln!(
            f,
            "\nTransfers that carry stolen money: {new} new, {changed} with another amount, {gone} gone"
        )?;
        for sum in sums.iter().take(MOST) {
            let count = counted(usize::try_from(sum.count).unwrap_or(usize::MAX), "transfer", "transfers");
            writeln!(f, "  {}: {} in {count}", plain(&sum.theft, 64), self.amount(&sum.asset, sum.amount))?;
        }
        for it in listed.iter().take(MOST) {
            let when = if it.block_timestamp.is_empty() { &it.block_number } else { &it.block_timestamp };
            writeln!(
                f,
                "    {}  {} of {}",
                plain(when, 40),
                self.amount(&it.asset, it.amount),
                plain(&it.theft, 64)
            )?;
            writeln!(f, "      {} → {}", plain(&it.from_address, 100), plain(&it.to_address, 100))?;
        }
        if *new > MOST as u64 {
            writeln!(f, "    … and {} more; `--json` has the first 10,000", new - MOST as u64)?;
        }
        Ok(())
    }
}
