//! Tables of a result and of the truth, as far as a score needs them.

use crate::error::Error;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Theft, address, asset.
pub(super) type Purse = (String, String, String);

/// The states in which somebody can stop money.
const FREEZABLE: [&str; 6] = [
    "ALREADY_FROZEN",
    "MEMO_ACCOUNT",
    "AT_DEPOSIT_UNSWEPT",
    "SWEPT_CREDITED",
    "REFUND_PENDING",
    "IN_FLIGHT_BRIDGE",
];
const ISSUER: &str = "ISSUER_FREEZABLE";
const DEPOSIT: [&str; 2] = ["AT_DEPOSIT_UNSWEPT", "SWEPT_CREDITED"];

/// The rules that a result may have columns of, without the one that is no amount.
const RULES: [&str; 5] = ["fifo", "lifo", "prorata", "libr", "taint_first"];

/// A table with its columns by name.
pub(super) struct Table {
    name: String,
    header: csv::StringRecord,
    pub(super) rows: Vec<csv::StringRecord>,
}

impl Table {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let failed = |error: csv::Error| {
            let hint = "a score is of the folder of a trace (`--out`), and of the simulation that it was of";
            Error::new(format!("{}: {error}", path.display())).with_hint(hint)
        };
        let mut reader = csv::Reader::from_path(path).map_err(failed)?;
        let header = reader.headers().map_err(failed)?.clone();
        let rows = reader.records().collect::<Result<_, _>>().map_err(failed)?;
        Ok(Self { name: path.display().to_string(), header, rows })
    }

    pub(super) fn find(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| name == column)
    }

    pub(super) fn column(&self, column: &str) -> Result<usize, Error> {
        self.find(column).ok_or_else(|| Error::new(format!("{}: has no column `{column}`", self.name)))
    }

    /// An amount; an empty cell is none.
    pub(super) fn amount(&self, row: &csv::StringRecord, column: usize) -> Result<u128, Error> {
        let text = row.get(column).unwrap_or_default();
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().map_err(|_| {
            let line = row.position().map_or(0, csv::Position::line);
            Error::new(format!("{}, line {line}: `{text}` is no amount of a simulation", self.name))
        })
    }
}

/// A place where money truly is.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) purse: Purse,
    pub(super) place: String,
    pub(super) plain: bool,
    /// Millionths of a dollar.
    pub(super) worth: u128,
}

/// What is true.
#[derive(Debug)]
pub(super) struct Truth {
    pub(super) ends: Vec<Spot>,
    pub(super) first_stops: Vec<Spot>,
    /// Theft and address: roles.
    pub(super) touched: BTreeMap<(String, String), BTreeSet<String>>,
    /// Asset: decimals and price.
    coins: BTreeMap<String, (u32, u128)>,
}

impl Truth {
    pub(super) fn read(simulation: &Path) -> Result<Self, Error> {
        let folder = simulation.join("truth");
        let table = Table::read(&folder.join("coins.csv"))?;
        let [asset, decimals, price] =
            [table.column("asset")?, table.column("decimals")?, table.column("price_micro_usd")?];
        let mut coins = BTreeMap::new();
        for row in &table.rows {
            let digits = u32::try_from(table.amount(row, decimals)?).unwrap_or(u32::MAX);
            if digits > 30 {
                return Err(Error::new("coins.csv: a coin has more than 30 decimals"));
            }
            coins.insert(row[asset].to_owned(), (digits, table.amount(row, price)?));
        }
        let mut truth = Self { ends: Vec::new(), first_stops: Vec::new(), touched: BTreeMap::new(), coins };
        truth.ends = truth.spots(&Table::read(&folder.join("stolen.csv"))?)?;
        truth.first_stops = truth.spots(&Table::read(&folder.join("first_stops.csv"))?)?;
        let table = Table::read(&folder.join("touched.csv"))?;
        let [theft, address, role] =
            [table.column("theft")?, table.column("address")?, table.column("role")?];
        for row in &table.rows {
            let key = (row[theft].to_owned(), row[address].to_owned());
            truth.touched.entry(key).or_default().insert(row[role].to_owned());
        }
        Ok(truth)
    }

    fn spots(&self, table: &Table) -> Result<Vec<Spot>, Error> {
        let columns = ["theft", "address", "asset", "place", "through", "amount"];
        let [theft, address, asset, place, through, amount] = columns.map(|name| table.column(name));
        let (theft, address, asset) = (theft?, address?, asset?);
        let (place, through, amount) = (place?, through?, amount?);
        let mut spots = Vec::new();
        for row in &table.rows {
            let purse = (row[theft].to_owned(), row[address].to_owned(), row[asset].to_owned());
            let worth = self.worth(&purse.2, table.amount(row, amount)?)?;
            spots.push(Spot { purse, place: row[place].to_owned(), plain: row[through].is_empty(), worth });
        }
        Ok(spots)
    }

    /// What an amount is worth, in millionths of a dollar; an asset that is none of the simulation's is an error.
    fn worth(&self, asset: &str, amount: u128) -> Result<u128, Error> {
        let Some(&(decimals, price)) = self.coins.get(asset) else {
            let error = Error::new(format!("`{asset}` is no asset of the simulation"));
            return Err(error.with_hint("is this a trace of this simulation?"));
        };
        let product = amount.checked_mul(price);
        product
            .map(|product| product / 10_u128.pow(decimals))
            .ok_or_else(|| Error::new(format!("{amount} of `{asset}` is more than a simulation can hold")))
    }

    /// Whether stolen money came to an address by the hand of whoever had it.
    pub(super) fn is_touched(&self, theft: &str, address: &str) -> bool {
        let roles = self.touched.get(&(theft.to_owned(), address.to_owned()));
        roles.is_some_and(|roles| roles.iter().any(|role| role != "downstream"))
    }

    pub(super) fn is_downstream(&self, theft: &str, address: &str) -> bool {
        let roles = self.touched.get(&(theft.to_owned(), address.to_owned()));
        roles.is_some_and(|roles| roles.contains("downstream"))
    }
}

/// A place where a trace finds money.
#[derive(Debug)]
pub(super) struct Holding {
    pub(super) purse: Purse,
    pub(super) deposit: bool,
    pub(super) freezable: bool,
    /// One entry a rule: millionths of a dollar.
    pub(super) worth: Vec<u128>,
}

/// A row of `freezable.csv`.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) purse: Purse,
    /// Whether `amount_min` is above 0.
    pub(super) sure: bool,
    /// `amount_max`, in millionths of a dollar.
    pub(super) most: u128,
}

/// What a trace found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) rules: Vec<String>,
    pub(super) holdings: Vec<Holding>,
    pub(super) listed: Vec<Listed>,
    /// One entry a rule: theft and address that tainted transfers touch.
    pub(super) reached: Vec<BTreeSet<(String, String)>>,
}

impl Found {
    pub(super) fn read(result: &Path, truth: &Truth) -> Result<Self, Error> {
        let table = Table::read(&result.join("holdings.csv"))?;
        let rules: Vec<(String, usize)> = table
            .header
            .iter()
            .enumerate()
            .filter(|(_, name)| RULES.contains(name))
            .map(|(place, name)| (name.to_owned(), place))
            .collect();
        if rules.is_empty() {
            return Err(Error::new(format!("{}: has no column of a rule", table.name)));
        }
        let [theft, address, asset, state] = [
            table.column("theft")?,
            table.column("address")?,
            table.column("asset")?,
            table.column("state")?,
        ];
        let mut holdings = Vec::new();
        for row in &table.rows {
            let purse = (row[theft].to_owned(), row[address].to_owned(), row[asset].to_owned());
            let worth = rules.iter().map(|(_, column)| truth.worth(&purse.2, table.amount(row, *column)?));
            let worth = worth.collect::<Result<_, Error>>()?;
            let state = &row[state];
            let freezable = FREEZABLE.contains(&state) || state == ISSUER;
            holdings.push(Holding { purse, deposit: DEPOSIT.contains(&state), freezable, worth });
        }
        let listed = listed(&Table::read(&result.join("freezable.csv"))?, truth)?;
        let reached = reached(&Table::read(&result.join("flows.csv"))?, &rules)?;
        let rules = rules.into_iter().map(|(name, _)| name).collect();
        Ok(Self { rules, holdings, listed, reached })
    }
}

fn listed(table: &Table, truth: &Truth) -> Result<Vec<Listed>, Error> {
    let [theft, address, asset] = [table.column("theft")?, table.column("address")?, table.column("asset")?];
    let [least, most] = [table.column("amount_min")?, table.column("amount_max")?];
    let mut listed = Vec::new();
    for row in &table.rows {
        let purse = (row[theft].to_owned(), row[address].to_owned(), row[asset].to_owned());
        let sure = table.amount(row, least)? > 0;
        let most = truth.worth(&purse.2, table.amount(row, most)?)?;
        listed.push(Listed { purse, sure, most });
    }
    Ok(listed)
}

fn reached(table: &Table, rules: &[(String, usize)]) -> Result<Vec<BTreeSet<(String, String)>>, Error> {
    let [theft, from, to] =
        [table.column("theft")?, table.column("from_address")?, table.column("to_address")?];
    let mut reached = Vec::new();
    for (rule, _) in rules {
        let column = table.column(rule)?;
        let mut touched = BTreeSet::new();
        for row in &table.rows {
            if table.amount(row, column)? > 0 {
                for party in [from, to] {
                    touched.insert((row[theft].to_owned(), row[party].to_owned()));
                }
            }
        }
        reached.push(touched);
    }
    Ok(reached)
}
