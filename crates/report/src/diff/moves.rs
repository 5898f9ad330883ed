//! Moves: the transfers that carry taint in one result alone, and the accounts that taint got to.

use super::Sides;
use crate::error::Error;
use crate::written::Fault;
use crate::written::rows::Rows;
use crate::written::source::Source;
use dyetrace_core::Amount;
use hashbrown::{HashMap, HashSet};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// How many new transfers are listed; all are counted and summed.
pub(super) const LISTED: usize = 10_000;

/// The transfers that carry taint in one result alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// How many are new.
    pub new: u64,
    /// How many carry another amount, or another grade.
    pub changed: u64,
    /// How many the later result does not have.
    pub gone: u64,
    /// The first of the new ones, in replay order; at most 10,000.
    pub listed: Vec<Moved>,
    /// The new ones by theft, stolen asset and asset, sorted.
    pub sums: Vec<MovedSum>,
}

impl Moves {
    pub(super) const fn any(&self) -> bool {
        self.new + self.changed + self.gone > 0
    }
}

/// A transfer that carries taint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The theft.
    pub theft: String,
    /// The stolen asset.
    pub stolen_asset: String,
    /// The chain.
    pub chain: String,
    /// The block, empty where not known.
    pub block_number: String,
    /// Its time, empty where not known.
    pub block_timestamp: String,
    /// The transaction.
    pub transaction_hash: String,
    /// The sender.
    pub from_address: String,
    /// The receiver.
    pub to_address: String,
    /// What moved.
    pub asset: String,
    /// All that moved, in base units.
    pub value: Amount,
    /// The tainted part, by the rule of the comparison.
    pub amount: Amount,
}

/// New transfers of one theft, stolen asset and asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedSum {
    /// The theft.
    pub theft: String,
    /// The stolen asset.
    pub stolen_asset: String,
    /// What moved.
    pub asset: String,
    /// How many transfers.
    pub count: u64,
    /// What they carry together: money that moves twice counts twice.
    pub amount: Amount,
}

/// The first half of a SHA-256: two texts that differ have different ones.
type Name = [u8; 16];

/// The accounts that taint got to in either result.
pub(super) struct Accounts {
    before: HashSet<Name>,
    after: HashSet<Name>,
    /// Those of the later one alone.
    pub(super) reached: Vec<(String, String)>,
}

impl Accounts {
    pub(super) fn was_known(&self, account: Name) -> bool {
        self.before.contains(&account)
    }

    pub(super) fn is_known(&self, account: Name) -> bool {
        self.after.contains(&account)
    }
}

/// The name of an account.
pub(super) fn account_key(chain: &str, address: &str) -> Name {
    name([chain, address].into_iter())
}

fn name<'a>(texts: impl Iterator<Item = &'a str>) -> Name {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let mut name = Name::default();
    name.copy_from_slice(&hash.finalize()[..16]);
    name
}

/// Compares the transfers of both results.
pub(super) fn compare(sides: &Sides<'_>) -> Result<(Accounts, Moves), Error> {
    let mut accounts = Accounts { before: HashSet::new(), after: HashSet::new(), reached: Vec::new() };
    let of = |source: &Source, read: Result<(), Fault>| read.map_err(|fault| source.fault(&fault));
    // How often the earlier result has each row, less how often the later one has.
    let mut before: HashMap<Name, u64> = HashMap::new();
    of(
        sides.before,
        read_accounts(sides.before, |chain, address| {
            accounts.before.insert(account_key(chain, address));
        }),
    )?;
    of(
        sides.before,
        Flows::open(sides.before, sides).and_then(|mut flows| {
            while flows.rows.next()? {
                *before.entry(flows.whole()).or_default() += 1;
            }
            Ok(())
        }),
    )?;
    let mut reached: BTreeSet<(String, String)> = BTreeSet::new();
    of(
        sides.after,
        read_accounts(sides.after, |chain, address| {
            let key = account_key(chain, address);
            if accounts.after.insert(key) && !accounts.before.contains(&key) {
                reached.insert((chain.to_owned(), address.to_owned()));
            }
        }),
    )?;
    accounts.reached = reached.into_iter().collect();
    // Rows of the later result that the earlier one does not have, by number, and how many of each transfer.
    let mut others: Vec<(u64, Name)> = Vec::new();
    let mut by_transfer: HashMap<Name, u64> = HashMap::new();
    of(
        sides.after,
        Flows::open(sides.after, sides).and_then(|mut flows| {
            let mut number = 0;
            while flows.rows.next()? {
                match before.get_mut(&flows.whole()).filter(|left| **left > 0) {
                    Some(left) => *left -= 1,
                    None => {
                        let transfer = flows.transfer();
                        others.push((number, transfer));
                        *by_transfer.entry(transfer).or_default() += 1;
                    }
                }
                number += 1;
            }
            Ok(())
        }),
    )?;
    before.retain(|_, left| *left > 0);
    let mut moves = Moves::default();
    let mut changed: HashMap<Name, u64> = HashMap::new();
    if !before.is_empty() {
        of(
            sides.before,
            Flows::open(sides.before, sides).and_then(|mut flows| {
                while flows.rows.next()? {
                    let Some(left) = before.get_mut(&flows.whole()).filter(|left| **left > 0) else {
                        continue;
                    };
                    *left -= 1;
                    let transfer = flows.transfer();
                    if let Some(other) = by_transfer.get_mut(&transfer).filter(|other| **other > 0) {
                        (*other, moves.changed) = (*other - 1, moves.changed + 1);
                        *changed.entry(transfer).or_default() += 1;
                    } else {
                        moves.gone += 1;
                    }
                }
                Ok(())
            }),
        )?;
    }
    // Of equal transfers, the first ones are those that changed.
    others.retain(|(_, transfer)| match changed.get_mut(transfer).filter(|left| **left > 0) {
        Some(left) => {
            *left -= 1;
            false
        }
        None => true,
    });
    moves.new = others.len() as u64;
    of(sides.after, list(sides, &others, &mut moves))?;
    Ok((accounts, moves))
}

/// Lists and sums the rows of the later result with these numbers.
fn list(sides: &Sides<'_>, numbers: &[(u64, Name)], moves: &mut Moves) -> Result<(), Fault> {
    if numbers.is_empty() {
        return Ok(());
    }
    let mut sums: BTreeMap<[String; 3], (u64, Amount)> = BTreeMap::new();
    let mut flows = Flows::open(sides.after, sides)?;
    let texts = flows.rows.columns([
        "theft",
        "stolen_asset",
        "chain",
        "block_number",
        "block_timestamp",
        "transaction_hash",
        "from_address",
        "to_address",
        "asset",
    ])?;
    let [value, amount] = [flows.rows.column("value")?, flows.rows.column(sides.rule)?];
    let mut numbers = numbers.iter().map(|(number, _)| *number).peekable();
    let mut number = 0;
    while numbers.peek().is_some() && flows.rows.next()? {
        if numbers.next_if_eq(&number).is_some() {
            let [
                theft,
                stolen_asset,
                chain,
                block_number,
                block_timestamp,
                transaction_hash,
                from_address,
                to_address,
                asset,
            ] = flows.rows.texts(texts);
            let (value, amount) = (flows.rows.amount(value)?, flows.rows.amount(amount)?);
            let sum = sums.entry([theft.clone(), stolen_asset.clone(), asset.clone()]).or_default();
            *sum = (sum.0 + 1, sum.1.plus(amount));
            if moves.listed.len() < LISTED {
                moves.listed.push(Moved {
                    theft,
                    stolen_asset,
                    chain,
                    block_number,
                    block_timestamp,
                    transaction_hash,
                    from_address,
                    to_address,
                    asset,
                    value,
                    amount,
                });
            }
        }
        number += 1;
    }
    let sum = |([theft, stolen_asset, asset], (count, amount)): ([String; 3], (u64, Amount))| MovedSum {
        theft,
        stolen_asset,
        asset,
        count,
        amount,
    };
    moves.sums = sums.into_iter().map(sum).collect();
    Ok(())
}

/// `flows.csv` of a result.
struct Flows {
    rows: Rows,
    /// What tells a transfer from another.
    transfer: Vec<usize>,
    /// What it carries under the rules that both results have.
    carries: Vec<usize>,
}

impl Flows {
    fn open(source: &Source, sides: &Sides<'_>) -> Result<Self, Fault> {
        let rows = source.table("flows.csv")?;
        let transfer = rows.columns([
            "chain",
            "block_number",
            "transaction_index",
            "event_index",
            "block_timestamp",
            "transaction_hash",
            "from_address",
            "to_address",
            "asset",
            "value",
            "theft",
            "stolen_asset",
        ])?;
        let common = |rule: &&String| sides.before.rules.contains(rule) && sides.after.rules.contains(rule);
        let names =
            sides.after.rules.iter().filter(common).flat_map(|rule| [rule.clone(), format!("claim_{rule}")]);
        let mut carries = names.map(|name| rows.column(&name)).collect::<Result<Vec<_>, _>>()?;
        carries.push(rows.column("grade")?);
        Ok(Self { rows, transfer: transfer.to_vec(), carries })
    }

    /// The name of the transfer at hand.
    fn transfer(&self) -> Name {
        name(self.transfer.iter().map(|&column| self.rows.text(column)))
    }

    /// The name of the whole row at hand.
    fn whole(&self) -> Name {
        name(self.transfer.iter().chain(&self.carries).map(|&column| self.rows.text(column)))
    }
}

/// Tells all accounts that transfers, postings and holdings name.
fn read_accounts(source: &Source, mut tell: impl FnMut(&str, &str)) -> Result<(), Fault> {
    for (table, ends) in [
        ("flows.csv", &["from_address", "to_address"][..]),
        ("postings.csv", &["address"]),
        ("holdings.csv", &["address"]),
    ] {
        let mut rows = source.table(table)?;
        let chain = rows.column("chain")?;
        let ends = ends.iter().map(|end| rows.column(end)).collect::<Result<Vec<_>, _>>()?;
        while rows.next()? {
            ends.iter().for_each(|&end| tell(rows.text(chain), rows.text(end)));
        }
    }
    Ok(())
}
