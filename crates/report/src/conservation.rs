//! Conservation: what was stolen is what is found, to the last base unit.
//!
//! Per theft, stolen asset and rule, in claims:
//!
//! ```text
//! stolen + unseen inflow = the sum over all states + fees + burned
//! ```
//!
//! The right side is summed from the rows that were written, read back from `holdings.csv` and
//! `postings.csv`; the left side comes from the trace. Poison makes value, and has no row.

use crate::error::Error;
use crate::state::State;
use csv::{Reader, StringRecord};
use dyetrace_core::Amount;
use dyetrace_core::amount::Wide;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::io::Read;

/// Theft, stolen asset and rule, as they are written.
pub type BalanceKey = (String, String, String);

/// What entered, and where it is. In base units of the stolen asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Seen to arrive at a seed.
    pub stolen: Amount,
    /// Sent by a seed beyond what it was seen to receive.
    pub unseen_inflow: Amount,
    /// What rests in each state, in the order of [`State::ALL`]. `LOST` includes dust.
    pub states: [Amount; State::ALL.len()],
    /// Spent as fees.
    pub fees: Amount,
    /// Sent to the zero address.
    pub burned: Amount,
}

/// A difference with its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Difference {
    /// How much, without its sign.
    pub amount: Amount,
    /// Whether more was found than was stolen.
    pub negative: bool,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.negative { "-" } else { "" }, self.amount)
    }
}

impl Balance {
    /// What was found: all states, fees and burned.
    #[must_use]
    pub fn total(&self) -> Amount {
        self.states.iter().copied().chain([self.fees, self.burned]).sum()
    }

    /// What was stolen less what was found. 0, or there is a bug.
    #[must_use]
    pub fn difference(&self) -> Difference {
        let (entered, found) = (self.stolen.plus(self.unseen_inflow), self.total());
        match entered.minus(found) {
            Some(amount) => Difference { amount, negative: false },
            None => Difference { amount: found.minus(entered).unwrap_or_default(), negative: true },
        }
    }
}

/// Sums written tables again, from their bytes alone.
///
/// # Errors
/// An [`Error`] where a table lacks a column, or a cell is no amount or has the wrong sign.
pub fn recompute(holdings: impl Read, postings: impl Read) -> Result<BTreeMap<BalanceKey, Balance>, Error> {
    let mut sums = Sums::default();
    let mut table = Written::open("holdings.csv", holdings)?;
    let state_column = table.column("state")?;
    while table.next()? {
        let state = State::ALL.into_iter().position(|state| state.as_str() == &table.row[state_column]);
        let state = state.ok_or_else(|| table.fault("an unknown state"))?;
        table.add(&mut sums, false, |balance| &mut balance.states[state])?;
    }
    let mut table = Written::open("postings.csv", postings)?;
    let kind_column = table.column("kind")?;
    while table.next()? {
        match &table.row[kind_column] {
            "received" => table.add(&mut sums, false, |balance| &mut balance.stolen)?,
            "unseen" => table.add(&mut sums, false, |balance| &mut balance.unseen_inflow)?,
            "fee" => table.add(&mut sums, true, |balance| &mut balance.fees)?,
            "burn" => table.add(&mut sums, true, |balance| &mut balance.burned)?,
            "dust" => table.add(&mut sums, true, |balance| &mut balance.states[State::Lost as usize])?,
            // What was given and what was got for it: its claim stays.
            "converted" => {}
            _ => return Err(table.fault("an unknown kind")),
        }
    }
    let mut balances = BTreeMap::new();
    for ClassSums { theft, asset, rules } in sums.balances {
        for (rule, balance) in rules {
            balances.insert((theft.clone(), asset.clone(), rule), balance);
        }
    }
    Ok(balances)
}

/// The balances of one theft and stolen asset.
struct ClassSums {
    theft: String,
    asset: String,
    /// One entry a rule.
    rules: Vec<(String, Balance)>,
}

/// Balances under way.
#[derive(Default)]
struct Sums {
    balances: Vec<ClassSums>,
    /// Theft and stolen asset, with a byte between them that neither can hold, to their place above.
    places: HashMap<String, usize>,
    key: String,
}

impl Sums {
    fn of(&mut self, theft: &str, asset: &str) -> &mut Vec<(String, Balance)> {
        self.key.clear();
        self.key.extend([theft, "\0", asset]);
        let place = self.places.get(&self.key).copied().unwrap_or_else(|| {
            self.places.insert(self.key.clone(), self.balances.len());
            let (theft, asset) = (theft.to_owned(), asset.to_owned());
            self.balances.push(ClassSums { theft, asset, rules: Vec::new() });
            self.balances.len() - 1
        });
        &mut self.balances[place].rules
    }
}

/// A written table, read back row by row.
struct Written<R> {
    name: &'static str,
    csv: Reader<R>,
    columns: StringRecord,
    /// The columns `claim_<rule>`, with their rules.
    claims: Vec<(usize, String)>,
    theft: usize,
    asset: usize,
    row: StringRecord,
}

impl<R: Read> Written<R> {
    fn open(name: &'static str, from: R) -> Result<Self, Error> {
        let mut csv = Reader::from_reader(from);
        let columns = csv.headers().map_err(|error| Error::table(name, error.to_string()))?.clone();
        let rules = columns.iter().enumerate().filter_map(|(at, column)| {
            let rule = column.strip_prefix("claim_")?;
            (rule != "poison").then(|| (at, rule.to_owned()))
        });
        let claims = rules.collect();
        let mut table = Self { name, csv, columns, claims, theft: 0, asset: 0, row: StringRecord::new() };
        table.theft = table.column("theft")?;
        table.asset = table.column("stolen_asset")?;
        Ok(table)
    }

    fn column(&self, wanted: &str) -> Result<usize, Error> {
        let at = self.columns.iter().position(|column| column == wanted);
        at.ok_or_else(|| Error::table(self.name, format!("it has no column `{wanted}`")))
    }

    fn next(&mut self) -> Result<bool, Error> {
        self.csv.read_record(&mut self.row).map_err(|error| Error::table(self.name, error.to_string()))
    }

    fn fault(&self, what: &str) -> Error {
        let line = self.row.position().map_or(0, csv::Position::line);
        Error::table(self.name, format!("line {line} has {what}"))
    }

    /// Adds the claims of the row to one figure of each rule's balance. What leaves is written with a minus.
    fn add(
        &self,
        sums: &mut Sums,
        leaves: bool,
        figure: impl Fn(&mut Balance) -> &mut Amount,
    ) -> Result<(), Error> {
        let rules = sums.of(&self.row[self.theft], &self.row[self.asset]);
        for (column, rule) in &self.claims {
            let text = &self.row[*column];
            let unsigned = if leaves { text.strip_prefix('-').unwrap_or(text) } else { text };
            let digits = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
            let amount = if digits { Wide::from_str_radix(unsigned, 10).ok() } else { None };
            let amount = amount.filter(|amount| amount.is_zero() || leaves == text.starts_with('-'));
            let amount =
                amount.ok_or_else(|| self.fault(&format!("`{text}` where an amount was expected")))?;
            let place = rules.iter().position(|(known, _)| known == rule).unwrap_or_else(|| {
                rules.push((rule.clone(), Balance::default()));
                rules.len() - 1
            });
            let figure = figure(&mut rules[place].1);
            *figure = figure.plus(Amount::from_wide(amount));
        }
        Ok(())
    }
}
