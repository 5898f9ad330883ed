//! The answer for a person.

use super::{AskedTransfer, AskedWay, FromOrigin, PartOf, Parts, SourcePurse, Sources};
use crate::display::{amount_of, plain};
use crate::input::Token;
use crate::missing::counted;
use crate::screening::share_of;
use dyetrace_core::Amount;
use dyetrace_core::trace::{Cut, Exposure, Share};
use std::fmt::{self, Display};

/// How many origins of a purse are shown, and of how many the route.
const MOST: usize = 20;
const ROUTES: usize = 3;
/// The most letters of a foreign text.
const MOST_LETTERS: usize = 70;

impl Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} on {}, by {}", plain(&self.address, 100), plain(&self.chain, 40), self.rule)?;
        if self.purses.is_empty() {
            writeln!(f, "  nothing came to it that the data show")?;
        }
        for it in &self.transfers {
            self.say_transfer(it, f)?;
        }
        for purse in &self.purses {
            self.say_purse(purse, f)?;
        }
        let cut = self.cut.map(Cut::any);
        if cut.contains(&true) {
            let sum = |count: fn(&Cut) -> u64| self.cut.iter().map(count).sum::<u64>();
            let (hubs, hops, dust) = (sum(|it| it.hubs), sum(|it| it.hops), sum(|it| it.dust));
            writeln!(
                f,
                "\nNot complete: on the way {hubs} hubs, {hops} purses too far away and {dust} transfers too small are not followed"
            )?;
        }
        if !self.is_order_told {
            writeln!(
                f,
                "\nThe input does not tell the order of some transfers that touch one purse: input order was taken. Where the order reversed\n\
                 gives something else, that is said as \"in the other order\". These are two orders, not a bound; routes are of input order."
            )?;
        }
        writeln!(
            f,
            "\nWhat is of no origin here came from accounts that nobody has labelled, from beyond the data, or was never seen\n\
             to come. Thefts and labelled holders are two answers about the same money: they are not to be added up."
        )
    }
}

fn amount(token: &Option<Token>, amount: Amount) -> String {
    amount_of(token.as_ref(), amount)
}

/// Thousandths as a percentage.
fn percent(part: Amount, whole: Amount) -> String {
    match share_of(part, whole, 1_000) {
        None => String::new(),
        Some(0) if !part.is_zero() => "under 0.1 %".to_owned(),
        Some(share) => format!("{}.{} %", share / 10, share % 10),
    }
}

impl Sources {
    fn say_transfer(&self, it: &AskedTransfer, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = amount(&it.token, it.value);
        if it.way == AskedWay::Exchange {
            let other = it
                .other_value
                .map(|it_there| format!("; in the other order {}", amount(&it.token, it_there)));
            writeln!(
                f,
                "\nGot in the exchange of that transaction, net, {value}{}:",
                other.unwrap_or_default()
            )?;
        } else {
            let from = if it.from.is_empty() { "nobody" } else { &it.from };
            let over = if it.way == AskedWay::Link { ", over a link" } else { "" };
            writeln!(f, "\nThe transfer of {value} from {}, {}{over}:", plain(from, 100), it.when)?;
        }
        if it.way == AskedWay::Leg {
            writeln!(f, "  part of an exchange: below stands what of all that was got in it is of whom")?;
        }
        let [thefts, labelled] = self.asked;
        let [other_thefts, other_labelled] = &it.other;
        for (is_asked, words, parts, other) in [
            (thefts, ["stolen", "no stolen money"], &it.thefts, other_thefts),
            (labelled, ["from", "nothing of a labelled holder"], &it.labelled, other_labelled),
        ] {
            if is_asked {
                say_parts(it, it.value, words, parts, f)?;
            }
            if let Some(other) = other {
                writeln!(f, "  in the other order:")?;
                say_parts(it, it.other_value.unwrap_or(it.value), words, other, f)?;
            }
        }
        Ok(())
    }

    fn say_purse(&self, purse: &SourcePurse, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let other = purse
            .other_received
            .map(|it| format!("; in the other order {}", amount(&purse.token, it)))
            .unwrap_or_default();
        let received = amount(&purse.token, purse.received);
        writeln!(f, "\n{}: {received} received{other}", plain(&purse.asset, 120))?;
        let [thefts, labelled] = self.asked;
        if thefts {
            say_part(purse, &purse.thefts, ["Stolen", "not stolen, as far as the data go"], f)?;
        }
        if labelled {
            say_part(purse, &purse.labelled, ["From labelled holders", "from nobody labelled"], f)?;
        }
        let gap = |gap| amount(&purse.token, gap);
        match (purse.gap, purse.other_gap) {
            (None, None) => {}
            (Some(told), None) => writeln!(f, "  It spent {} more than the data show it had.", gap(told))?,
            (told, Some(other)) => writeln!(
                f,
                "  It spent {} more than the data show it had; in the other order {} more.",
                gap(told.unwrap_or(Amount::ZERO)),
                gap(other)
            )?,
        }
        Ok(())
    }
}

/// The parts of a transfer or an exchange that brought so much, a line each.
fn say_parts(
    it: &AskedTransfer,
    whole: Amount,
    [what, none]: [&str; 2],
    parts: &Parts,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    // What an exchange brought is no transfer's: nothing is denied of one.
    if parts.is_empty() && it.way != AskedWay::Leg {
        writeln!(f, "  {none}")?;
    }
    for (origin, asset, Share { units, claim }) in parts {
        let (share, units) = (percent(*units, whole), amount(&it.token, *units));
        let stands = if *asset == it.asset {
            String::new()
        } else {
            format!(", for {claim} base units of {}", plain(asset, 120))
        };
        writeln!(f, "  {share} {what}, {}: {units}{stands}", plain(origin, MOST_LETTERS))?;
    }
    Ok(())
}

fn say_part(
    purse: &SourcePurse,
    part: &PartOf,
    [what, rest]: [&str; 2],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let came: Amount = part.origins.iter().map(|it| it.exposure.came().units).sum();
    let other: Amount = part.origins.iter().map(FromOrigin::came_in_other_order).sum();
    let [received, other_received] = both_received(purse);
    let said = |came: Amount, of: Amount| format!("{} {}", percent(came, of), amount(&purse.token, came));
    let other = if (other, other_received) == (came, received) {
        String::new()
    } else {
        format!("; in the other order {}", said(other, other_received))
    };
    writeln!(f, "  {what}: {}{other}", said(came, received))?;
    let mut shown: Vec<&FromOrigin> = part.origins.iter().collect();
    // By the order that gives more: what only the other brings is not at the end.
    shown.sort_by_key(|it| std::cmp::Reverse(it.exposure.came().units.max(it.came_in_other_order())));
    for (number, it) in shown.iter().take(MOST).enumerate() {
        say_origin(purse, it, number < ROUTES, f)?;
    }
    if shown.len() > MOST {
        writeln!(f, "    … and {} more origins; `--json` has all", shown.len() - MOST)?;
    }
    if let Some(amount_of_rest) = part.rest {
        let other = part.other_rest.map(|it| format!("; in the other order {}", amount(&purse.token, it)));
        let other = other.unwrap_or_default();
        writeln!(f, "    {} {rest}{other}", amount(&purse.token, amount_of_rest))?;
    }
    Ok(())
}

fn say_origin(purse: &SourcePurse, it: &FromOrigin, routed: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let origin = plain(&it.origin, MOST_LETTERS);
    let [received, other_received] = both_received(purse);
    writeln!(f, "    {origin}: {}", came(purse, it, &it.exposure, received))?;
    writeln!(f, "      {}", ways(purse, &it.exposure))?;
    if let Some(other) = &it.other {
        writeln!(f, "      in the other order: {}", came(purse, it, other, other_received))?;
        writeln!(f, "        {}", ways(purse, other))?;
    }
    let transfers = counted(usize::try_from(it.transfers).unwrap_or(usize::MAX), "transfer", "transfers");
    let hops = counted(it.hops as usize, "hop", "hops");
    let times =
        if it.first.is_empty() { String::new() } else { format!("; first {}, last {}", it.first, it.last) };
    writeln!(f, "      {transfers}, {hops} away{times}")?;
    if !routed {
        if !it.route.is_empty() {
            writeln!(f, "      its route stands in `--json`")?;
        }
        return Ok(());
    }
    for (number, hop) in (1..).zip(&it.route) {
        let part = if hop.part == hop.value {
            "all of it".to_owned()
        } else {
            format!("{} of that", amount(&hop.token, hop.part))
        };
        let way = if hop.is_exchange { " in an exchange" } else { "" };
        writeln!(
            f,
            "      {number:>3}  {} → {}  {}, {part}{way}",
            plain(&hop.from, 100),
            plain(&hop.to, 100),
            amount(&hop.token, hop.value)
        )?;
        writeln!(f, "           {}  {}", hop.when, plain(&hop.transaction, 100))?;
    }
    Ok(())
}

/// What a purse received in input order, and in the other.
fn both_received(purse: &SourcePurse) -> [Amount; 2] {
    [purse.received, purse.other_received.unwrap_or(purse.received)]
}

/// How much came, of what was received, and the claim that it stands for where that is another asset's.
fn came(purse: &SourcePurse, it: &FromOrigin, exposure: &Exposure, received: Amount) -> String {
    let Share { units, claim } = exposure.came();
    let claim = if it.origin_asset == purse.asset {
        String::new()
    } else {
        format!(", for {}", amount(&it.origin_token, claim))
    };
    format!("{} {}{claim}", percent(units, received), amount(&purse.token, units))
}

/// How it came, and what rests.
fn ways(purse: &SourcePurse, exposure: &Exposure) -> String {
    let ways = [
        ("straight from there", exposure.direct),
        ("over others", exposure.indirect),
        ("got in exchanges", exposure.exchanged),
        ("stolen right here", exposure.here),
        ("rests", exposure.rests),
    ];
    let ways = ways.into_iter().filter(|(_, share)| !share.units.is_zero());
    let ways: Vec<String> =
        ways.map(|(words, share)| format!("{} {words}", amount(&purse.token, share.units))).collect();
    if ways.is_empty() { "nothing came".to_owned() } else { ways.join("; ") }
}
