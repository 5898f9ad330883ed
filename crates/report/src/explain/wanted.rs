//! Wanted: the account that is asked about, and what to say where it is not there.

use super::Question;
use super::near::Near;
use crate::cell::defused;
use crate::display::plain;
use crate::error::Error;
use crate::written::Fault;
use crate::written::source::Source;
use dyetrace_core::Address;

/// The address or place that is looked for.
pub(super) struct Wanted {
    pub(super) address: String,
    chain: Option<String>,
    asset: Option<String>,
    theft: Option<String>,
    pub(super) near: Near,
    pub(super) found: bool,
}

impl Wanted {
    /// What is asked for; of the id of a route, the place that it leads to.
    pub(super) fn of(source: &Source, question: &Question) -> Result<Self, Error> {
        let mut wanted = Self {
            address: defused(&in_form(question.of.trim())),
            chain: question.chain.as_ref().map(|chain| chain.trim().to_ascii_lowercase()),
            asset: question.asset.as_ref().map(|asset| in_form(asset.trim())),
            theft: question.theft.as_ref().map(|theft| defused(theft)),
            near: Near::to(question.of.trim()),
            found: false,
        };
        if !is_route(question.of.trim()) {
            return Ok(wanted);
        }
        let asked = [wanted.chain.clone(), wanted.theft.clone(), wanted.asset.clone()];
        let mut rows = source.rows("freezable.csv")?;
        let mut count = 0_u64;
        let mut read = || -> Result<bool, Fault> {
            let key = rows.columns(["route_id", "theft", "chain", "address", "asset"])?;
            while rows.next()? {
                count += 1;
                let [route, theft, chain, address, asset] = rows.texts(key);
                if route == question.of.trim() {
                    wanted.address = address;
                    (wanted.chain, wanted.theft, wanted.asset) = (Some(chain), Some(theft), Some(asset));
                    return Ok(true);
                }
            }
            Ok(false)
        };
        if read().map_err(|fault| source.fault(&fault))? {
            wanted.agrees(question.of.trim(), asked)?;
            return Ok(wanted);
        }
        let what = format!("no place of the result has the route {}", plain(question.of.trim(), 40));
        let there =
            if count == 0 { "freezable.csv has none".to_owned() } else { format!("they are R1 to R{count}") };
        Err(Error::asked(what, there))
    }

    /// Refuses what was asked for of a route beside its place, if that is another.
    fn agrees(&self, route: &str, [chain, theft, asset]: [Option<String>; 3]) -> Result<(), Error> {
        let there = [&self.chain, &self.theft, &self.asset].map(|it| it.as_deref().unwrap_or_default());
        let is_asset =
            |asked: &str| there[2] == asked || there[2].split_once(':').is_some_and(|it| it.1 == asked);
        let asked = [
            ("chain", chain.filter(|asked| *asked != there[0]), there[0]),
            ("theft", theft.filter(|asked| *asked != there[1]), there[1]),
            ("asset", asset.filter(|asked| !is_asset(asked)), there[2]),
        ];
        for (option, other, own) in asked {
            if let Some(other) = other {
                let what = format!(
                    "`--{option}`: {route} is a place of `{}`, not of `{}`",
                    plain(own, 100),
                    plain(&other, 100)
                );
                return Err(Error::asked(
                    what,
                    format!("leave out `--{option}`, or name the address in place of {route}"),
                ));
            }
        }
        Ok(())
    }

    /// Says that nothing of the kind is in the result, and what looks like it.
    pub(super) fn not_reached(self, question: &Question) -> Error {
        let shown = plain(question.of.trim(), 100);
        let on = self.chain.as_ref().map_or_else(String::new, |chain| format!(" on {}", plain(chain, 40)));
        let what = format!("{shown}{on} is not in the result: no stolen money was found to reach it");
        let near = self.near.best();
        let hint = if near.contains(&self.address) {
            "it is there on another chain: leave out `--chain`, or name the other one".to_owned()
        } else if !near.is_empty() {
            let slip =
                if Address::has_wrong_checksum(&shown) { "its EIP-55 checksum is wrong, too; " } else { "" };
            format!("{slip}there is something like it: {}", near.join(", "))
        } else if Address::has_wrong_checksum(&shown) {
            "its EIP-55 checksum is wrong: look for a mistyped letter".to_owned()
        } else {
            "holdings.csv lists where the money rests, flows.csv on what ways it went".to_owned()
        };
        Error::asked(what, hint)
    }

    pub(super) fn is(&self, chain: &str, address: &str) -> bool {
        address == self.address && self.chain.as_ref().is_none_or(|wanted| wanted == chain)
    }

    pub(super) fn takes(&self, theft: &str, asset: &str) -> bool {
        let of_asset = |wanted: &String| {
            asset == wanted || asset.split_once(':').is_some_and(|(_, rest)| rest == wanted)
        };
        self.theft.as_ref().is_none_or(|wanted| wanted == theft) && self.asset.as_ref().is_none_or(of_asset)
    }
}

/// Lower case where a text is an EVM address, in itself or behind a chain; else as it is.
fn in_form(text: &str) -> String {
    let tail = text.rsplit(':').next().unwrap_or(text);
    let is_evm =
        Address::parse_any(tail.as_bytes()).is_ok() && (tail.starts_with("0x") || tail.starts_with("0X"));
    if is_evm { text.to_ascii_lowercase() } else { text.to_owned() }
}

pub(super) fn is_route(text: &str) -> bool {
    text.strip_prefix('R').is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}
